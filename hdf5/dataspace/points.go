package dataspace

import (
	"fmt"
	"slices"
)

// Points returns the points whose coordinates follow one another in coords, rank numbers each.
// They keep their order, and one that is given twice is selected twice. No points are None.
// Errors: a rank that is not 1 to MaxRank, coordinates that are no multiple of it, a coordinate
// beyond MaxCoordinate. The coordinates are copied.
func Points(rank int, coords []uint64) (Selection, error) {
	if rank < 1 || rank > MaxRank {
		return Selection{}, fmt.Errorf("dataspace: points have 1 to %d coordinates, not %d", MaxRank, rank)
	}
	if len(coords)%rank != 0 {
		return Selection{}, fmt.Errorf("dataspace: %d coordinates are no whole number of points of rank %d", len(coords), rank)
	}
	for i, x := range coords {
		if x > MaxCoordinate {
			return Selection{}, fmt.Errorf("dataspace: coordinate %d of point %d is beyond any dataset", i%rank, i/rank)
		}
	}
	return newPoints(rank, slices.Clone(coords)), nil
}

// newPoints makes a selection of checked coordinates, which it keeps.
func newPoints(rank int, at []uint64) Selection {
	if len(at) == 0 {
		return None()
	}
	c := &coordinates{rank: rank, at: at}
	c.setBounds(KindPoints)
	return Selection{kind: KindPoints, rank: uint8(rank), set: c}
}

// superseded tells of each point whether a later one of the list is the same element.
func (c *coordinates) superseded() []bool {
	n := c.len(KindPoints)
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i
	}
	point := func(i int) []uint64 { return c.at[i*c.rank : (i+1)*c.rank] }
	slices.SortStableFunc(ids, func(i, j int) int { return slices.Compare(point(i), point(j)) })
	old := make([]bool, n)
	for k := 1; k < n; k++ {
		old[ids[k-1]] = slices.Equal(point(ids[k-1]), point(ids[k]))
	}
	return old
}

// pointPieces joins points that follow one another at equal distances along one axis; those
// marked in left are left out.
func (c *coordinates) pointPieces(left []bool) []Piece {
	var pieces []Piece
	n := c.len(KindPoints)
	for i := 0; i < n; {
		if left != nil && left[i] {
			i++
			continue
		}
		run := c.pointRun(i, left)
		piece := Piece{Start: c.at[i*c.rank : (i+1)*c.rank : (i+1)*c.rank], Ordinal: uint64(i)}
		if run.Count > 1 {
			piece.Digits = []Digit{run}
		}
		pieces = append(pieces, piece)
		i += int(run.Count)
	}
	return pieces
}

// pointRun returns the longest run of points from i on that move forward along one axis by equal steps.
func (c *coordinates) pointRun(i int, left []bool) Digit {
	run := Digit{Axis: -1, Count: 1, Ordinal: 1}
	for n := c.len(KindPoints); i+1 < n && (left == nil || !left[i+1]); i++ {
		axis := -1
		for a := range c.rank {
			if c.at[i*c.rank+a] == c.at[(i+1)*c.rank+a] {
				continue
			}
			if axis >= 0 {
				return run
			}
			axis = a
		}
		if axis < 0 || c.at[(i+1)*c.rank+axis] < c.at[i*c.rank+axis] {
			return run
		}
		step := c.at[(i+1)*c.rank+axis] - c.at[i*c.rank+axis]
		if run.Count > 1 && (axis != run.Axis || step != run.Step) {
			return run
		}
		run.Axis, run.Step = axis, step
		run.Count++
	}
	return run
}
