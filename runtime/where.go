package runtime

import (
	"context"
	"errors"
	"fmt"

	"github.com/vdsgen/vdsgen/runtime/internal/plan"
)

// Location is where an element of a virtual dataset lies.
type Location struct {
	Mapped  bool // false: no mapping gives the element, it reads as the fill value
	Mapping int  // number of the mapping, from 0; the last one where several give it
	Source  SourceName
	Found   string // the file that the source was found in; empty where it is missing
	Index   []int  // of the element in the source dataset; nil where that cannot be told without the source
	Err     error  // why the element cannot be read from the source, nil where it can
}

// Where finds the source of one element of a virtual dataset. Negative indices count from the end.
func (d *RawDataset) Where(ctx context.Context, index ...int) (Location, error) {
	n := d.node
	if n.virtual == nil {
		return Location{}, fmt.Errorf("%s:%s: the dataset is not virtual", d.file.name, d.path)
	}
	if len(index) != len(n.shape) {
		return Location{}, fmt.Errorf("%s:%s: %s for %s", d.file.name, d.path, plural(len(index), "index", "indices"), plural(len(n.shape), "axis", "axes"))
	}
	slices := make([]Slice, len(index))
	for i, at := range index {
		slices[i] = Index(at)
	}
	s, err := d.selection(slices)
	if err != nil {
		return Location{}, err
	}
	r := &reading{file: d.file}
	v := &visit{r: r, at: &chain{node: n}, requests: s.requests}
	hits, err := v.hits()
	if err != nil {
		return Location{}, err
	}
	for i := len(hits) - 1; i >= 0; i-- {
		location, err := v.locate(ctx, hits[i])
		if err != nil || location.Mapped {
			return location, err
		}
	}
	return Location{}, nil
}

// locate is where a mapping has the one element that is asked for.
func (v *visit) locate(ctx context.Context, h hit) (Location, error) {
	n := v.at.node
	m, err := v.mapping(h)
	if err != nil {
		return Location{}, err
	}
	given, err := v.count(&v.requests[h.request], m.Virtual)
	if err != nil || given == 0 {
		return Location{}, err
	}
	at := Location{Mapped: true, Mapping: int(h.mapping), Source: n.virtual.sourceName(int(h.mapping), h.block)}
	file, source, err := v.r.file.source(ctx, v.at, int(h.mapping), at.Source)
	var missing *MissingSourceError
	if err != nil && !errors.As(err, &missing) {
		return Location{}, err
	}
	extent := n.shape
	if err != nil {
		at.Err = err
		if _, hi, ok := m.Source.Bounds(); ok {
			extent = hi
			for i := range extent {
				extent[i]++
			}
		} else if len(n.shape) != 0 {
			return at, nil
		}
	} else {
		defer file.Release()
		at.Found, extent = file.Key, source.shape
		if why := v.fits(m, source); why != "" {
			at.Err = v.r.file.mismatch(v.at, int(h.mapping), h.block, source, why, nil)
			return at, nil
		}
	}
	err = plan.Project(v.requests[h.request], m, n.shape, extent, func(s plan.Segment) error {
		at.Index = extentInts(s.SourceStart)
		if at.Err == nil && !s.Within(extent) {
			at.Err = v.r.file.mismatch(v.at, int(h.mapping), h.block, source, fmt.Sprintf("it has shape %v, and the mapping selects %v of it", extent, m.Source), nil)
		}
		return nil
	})
	return at, err
}

// Where finds the source of one element, as [RawDataset.Where].
func (d *Dataset[T]) Where(ctx context.Context, index ...int) (Location, error) {
	return d.raw.Where(ctx, index...)
}
