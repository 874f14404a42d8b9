package model

import "github.com/vdsgen/vdsgen/hdf5/dataspace"

// join adds the mapping of a part of a member, a.virtual from a.source, or from all of it when whole. Where it touches
// the mapping before it along one axis of both sides and agrees on all others, and both come from one source, the two become one;
// what results is held against the mapping before it in turn. Neighbours that are apart stay apart, although
// a stride could join them: a gap is a border of the detector.
func (a *assembler) join(member int, whole bool) error {
	for !whole && len(a.from) > 0 {
		last := len(a.from) - 1
		if !a.sameSource(a.from[last], member) || !a.extend(a.virtuals.AtInto(last, a.room[0][:]), a.sources.AtInto(last, a.room[1][:])) {
			break
		}
		member = a.from[last]
		a.from = a.from[:last]
		a.virtuals.Truncate(last)
		a.sources.Truncate(last)
	}
	if err := a.virtuals.AppendRegular(a.virtual...); err != nil {
		return err
	}
	a.from = append(a.from, member)
	if whole {
		a.sources.Append(dataspace.All())
		return nil
	}
	return a.sources.AppendRegular(a.source...)
}

// sameSource reports whether members i and j are one dataset.
func (a *assembler) sameSource(i, j int) bool {
	x, y := &a.m.list[i], &a.m.list[j]
	return i == j || x.file == y.file && x.path == y.path
}

// extend puts the mapping of virtual from source in front of the one in a.virtual and a.source, if the two are one hyperslab.
func (a *assembler) extend(virtual, source dataspace.Selection) bool {
	v, outerV, ok := touching(virtual, a.virtual)
	if !ok {
		return false
	}
	s, outerS, ok := touching(source, a.source)
	if !ok || outerV != outerS {
		return false
	}
	a.virtual[v], a.source[s] = following(virtual.Dim(v), a.virtual[v]), following(source.Dim(s), a.source[s])
	return true
}

// touching returns the axis along which a followed by b is one hyperslab: they are ranges that touch on it, and equal on
// the others. Both sides of a mapping keep their order when outer, the number of elements of the axes before that one, is the
// same on both.
func touching(a dataspace.Selection, b []dataspace.Dim) (along int, outer uint64, ok bool) {
	if a.Kind() != dataspace.KindRegular {
		return 0, 0, false
	}
	along, outer = -1, 1
	for i, next := range b {
		d := a.Dim(i)
		if d == next {
			if along < 0 {
				outer *= d.Count * d.Block
			}
			continue
		}
		if along >= 0 || !contiguous(d) || !contiguous(next) || d.Start+d.Count*d.Block != next.Start {
			return 0, 0, false
		}
		along = i
	}
	return along, outer, along >= 0
}

// following returns the ranges a and b, which touch, as one.
func following(a, b dataspace.Dim) dataspace.Dim {
	return dataspace.Dim{Start: a.Start, Stride: 1, Count: 1, Block: a.Count*a.Block + b.Count*b.Block}
}

// contiguous reports whether an axis is one range that ends.
func contiguous(d dataspace.Dim) bool {
	return d.Count != dataspace.Unlimited && (d.Count == 1 || d.Stride == d.Block)
}
