package runtime

import (
	"context"
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/runtime/internal/plan"
)

// Coverage counts the elements of a virtual dataset by where they come from.
type Coverage struct {
	Elements uint64           // of the dataset
	Mapped   uint64           // given by at least one mapping
	Unmapped uint64           // given by none: they read as the fill value
	Overlap  *Overlap         // the first two mappings that give the same element; nil where none do
	Sources  []SourceCoverage // in the order of the mappings; a numbered series has one for each source that exists
}

// Overlap is two mappings that give the same element.
type Overlap struct{ First, Second int }

// SourceCoverage is what one mapping gives.
type SourceCoverage struct {
	Mapping  int
	Source   SourceName
	Elements uint64 // of the virtual dataset, including those that a later mapping overrides
}

// maxOverlapElements bounds the elements that are counted one by one where mappings overlap.
const maxOverlapElements = 1 << 33

// Coverage counts what the mappings cover, in the extent that the dataset had when it was opened. No source is opened. Where mappings
// overlap, each element is looked at, and a dataset of more than 2^33 of them is an error.
func (d *RawDataset) Coverage(ctx context.Context) (Coverage, error) {
	n := d.node
	if n.virtual == nil {
		return Coverage{}, fmt.Errorf("%s:%s: the dataset is not virtual", d.file.name, d.path)
	}
	var c Coverage
	s, err := d.selection(nil)
	if err != nil {
		return c, err
	}
	c.Elements = uint64(s.elements)
	v := &visit{r: &reading{file: d.file}, at: &chain{node: n}, requests: s.requests}
	hits, err := v.hits()
	if err != nil {
		return c, err
	}
	total := uint64(0)
	selections := make([]dataspace.Selection, len(hits))
	for i, h := range hits {
		if err := ctx.Err(); err != nil {
			return c, err
		}
		m, err := v.mapping(h)
		if err != nil {
			return c, err
		}
		given, err := v.count(&v.requests[h.request], m.Virtual)
		if err != nil {
			return c, err
		}
		selections[i] = m.Virtual
		total += given
		c.Sources = append(c.Sources, SourceCoverage{Mapping: int(h.mapping), Source: n.virtual.sourceName(int(h.mapping), h.block), Elements: given})
	}
	if first, second, overlap := dataspace.FirstOverlap(selections); overlap {
		c.Overlap = &Overlap{First: int(hits[first].mapping), Second: int(hits[second].mapping)}
		if total, err = d.union(ctx, v, hits, c.Elements); err != nil {
			return c, err
		}
	}
	c.Mapped, c.Unmapped = total, c.Elements-total
	return c, nil
}

// unionElements is how many elements are looked at together where mappings overlap.
const unionElements = 1 << 26

// union counts the elements that at least one mapping gives, part by part of the dataset.
func (d *RawDataset) union(ctx context.Context, v *visit, hits []hit, elements uint64) (uint64, error) {
	if elements > maxOverlapElements {
		return 0, fmt.Errorf("%s:%s: mappings overlap, and %d elements are too many to look at each", d.file.name, d.path, elements)
	}
	axes, err := resolveSlices(nil, d.node.shape)
	if err != nil {
		return 0, err
	}
	total := uint64(0)
	for part := range blocksOf(axes, unionElements) {
		s, err := d.choose(part)
		if err != nil {
			return 0, err
		}
		n, err := d.unionOf(ctx, v, hits, s)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// unionOf counts in one part, with one bit for each element.
func (d *RawDataset) unionOf(ctx context.Context, v *visit, hits []hit, s *selection) (uint64, error) {
	seen := make([]uint64, (s.elements+63)/64)
	shape := d.node.shape
	total := uint64(0)
	for _, h := range hits {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		m, err := v.mapping(h)
		if err != nil {
			return 0, err
		}
		err = plan.Project(s.requests[0], plan.Mapping{Virtual: m.Virtual, Source: m.Virtual}, shape, shape, func(s plan.Segment) error {
			number := make([]int, len(s.Count))
			for {
				at := s.MemOffset
				for i, n := range number {
					at += int64(n) * s.MemStride[i]
				}
				if seen[at/64]&(1<<(at%64)) == 0 {
					seen[at/64] |= 1 << (at % 64)
					total++
				}
				if !advance(number, func(i int) int { return int(s.Count[i]) }) {
					return nil
				}
			}
		})
		if err != nil {
			return 0, err
		}
	}
	return total, nil
}

// Coverage counts what the mappings cover, as [RawDataset.Coverage].
func (d *Dataset[T]) Coverage(ctx context.Context) (Coverage, error) { return d.raw.Coverage(ctx) }
