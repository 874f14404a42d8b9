package runtime

// Deal turns positions in a member's own stream into positions along an axis onto which the streams of several members are dealt in
// turn, block elements at a time: position j of member becomes ((j div block)·members + member)·block + j mod block. On the whole of
// an axis that grows it is the growing hyperslab with those numbers.
func (s Slice) Deal(member, members, block int) Slice { return s }

// Shift moves every position of a slice by offset.
func (s Slice) Shift(offset int) Slice { return s }

// Cursor places members one after another along an axis.
type Cursor struct {
	at, next int
	gaps     []int
}

// Concat places members without gaps.
func Concat() *Cursor { return &Cursor{} }

// Tile places members with gaps between neighbours; the gaps repeat cyclically.
func Tile(gaps ...int) *Cursor { return &Cursor{gaps: gaps} }

// Next is the place of the next member, length elements long.
func (c *Cursor) Next(length int) Slice { return Slice{} }
