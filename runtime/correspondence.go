package runtime

import (
	"errors"
	"fmt"
	"math"
	"math/bits"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// checkCorrespondence holds the two sides of a mapping against each other by the rules of H5Pset_virtual. The counts are
// unknownExtent for unlimited selections.
func checkCorrespondence(virtual dataspace.Selection, count uint64, s *Source) error {
	virtualAxis, virtualOpen := virtual.UnlimitedAxis()
	source := s.selects()
	sourceAxis, sourceOpen := source.UnlimitedAxis()
	switch {
	case s.template && (!virtualOpen || sourceOpen):
		return errors.New("%b numbers the blocks of an unlimited virtual selection over sources of one fixed shape: the virtual side needs Blocks with an Unlimited count, the source none")
	case s.template:
		if virtual.Dim(virtualAxis).Block == dataspace.Unlimited {
			return errors.New("%b numbers the blocks of the virtual selection, and this one has a single block without an end")
		}
		if n := acrossUnlimited(virtual, virtualAxis) * virtual.Dim(virtualAxis).Block; n != s.count {
			return fmt.Errorf("one block of the virtual selection has %d elements, and each source %d", n, s.count)
		}
	case virtualOpen != sourceOpen:
		return errors.New("one side is unlimited and the other is not: growing elements need a source that grows, or a numbered series (NewTemplateSource)")
	case virtualOpen:
		v, n := acrossUnlimited(virtual, virtualAxis), acrossUnlimited(source, sourceAxis)
		if v != n {
			return fmt.Errorf("across the unlimited axis the virtual selection has %d elements, and the source's %d", v, n)
		}
	case count != s.count:
		return fmt.Errorf("the virtual selection has %d elements, and the source's %d", count, s.count)
	}
	return nil
}

// acrossUnlimited is the number of elements of an unlimited hyperslab that share one coordinate of its unlimited axis.
func acrossUnlimited(s dataspace.Selection, unlimited int) uint64 {
	n := uint64(1)
	for i, d := range s.Dims() {
		if i != unlimited {
			n = saturatingMul(n, saturatingMul(d.Count, d.Block))
		}
	}
	return n
}

func saturatingMul(a, b uint64) uint64 {
	if hi, lo := bits.Mul64(a, b); hi == 0 {
		return lo
	}
	return math.MaxUint64
}

// joinAxis is the axis along which b goes on where a ends, both regular hyperslabs that agree on the other axes. Row-major order is
// kept on both sides of a mapping where outer, the number of elements of the axes before that one, is the same.
func joinAxis(a, b dataspace.Selection) (along int, outer uint64, ok bool) {
	if a.Kind() != dataspace.KindRegular || b.Kind() != dataspace.KindRegular || a.Rank() != b.Rank() {
		return 0, 0, false
	}
	along = -1
	outer = 1
	for i := range a.Rank() {
		p, q := a.Dim(i), b.Dim(i)
		if p == q {
			if along < 0 {
				outer *= p.Count * p.Block
			}
			continue
		}
		if along >= 0 || !contiguous(p) || !contiguous(q) || p.Start+p.Count*p.Block != q.Start {
			return 0, 0, false
		}
		along = i
	}
	return along, outer, along >= 0
}

// joinDims is the axes of a followed by b along one of them.
func joinDims(a, b dataspace.Selection, along int) []dataspace.Dim {
	dims := a.Dims()
	d := &dims[along]
	*d = dataspace.Range(d.Start, d.Start+d.Count*d.Block+b.Dim(along).Count*b.Dim(along).Block)
	return dims
}

// contiguous reports whether an axis is one run that ends.
func contiguous(d dataspace.Dim) bool {
	return d.Count != dataspace.Unlimited && d.Block != dataspace.Unlimited && (d.Count == 1 || d.Stride == d.Block)
}
