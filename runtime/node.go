package runtime

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/runtime/internal/fetch"
	"github.com/vdsgen/vdsgen/runtime/internal/plan"
)

// node is a dataset that is read: the one that the caller opened, or a source.
type node struct {
	dataset *hdf5.Dataset
	key     string // of the file that holds it
	top     bool   // it lies in the file that the caller opened
	shape   []uint64
	virtual *virtual // nil for a dataset with elements of its own
}

// virtual is the mappings of a virtual dataset, ready to be read.
type virtual struct {
	layout *hdf5.VirtualLayout
	open   map[int]*growth // mappings with an unlimited selection, by number
	known  *virtual        // the same dataset as it was looked at before, while this one is made

	once  sync.Once
	index *plan.Index
}

// chain is the virtual datasets that led to a source.
type chain struct {
	up   *chain
	node *node
}

// maxNesting bounds how deep virtual datasets are sources of others: each level keeps a file open.
const maxNesting = 64

// newNode makes a node of a dataset in the file f, or in one that an external link of f leads to.
func (f *File) newNode(ctx context.Context, file *fetch.File, dataset *hdf5.Dataset, top bool, from *chain) (*node, error) {
	return f.newNodeAfter(ctx, nil, file, dataset, top, from)
}

// newNodeAfter is newNode for a dataset that was looked at before; known may be nil.
func (f *File) newNodeAfter(ctx context.Context, known *virtual, file *fetch.File, dataset *hdf5.Dataset, top bool, from *chain) (*node, error) {
	n := &node{dataset: dataset, key: file.Key, top: top, shape: dataset.Shape()}
	if dataset.File() != file.File {
		n.key, n.top = dataset.File().Name(), false
		if f.opts.opener == nil {
			n.key = absolute(n.key)
		}
	}
	if dataset.Layout() != hdf5.Virtual {
		return n, nil
	}
	layout, err := dataset.VirtualMappings()
	if err != nil {
		return nil, err
	}
	if layout.Len() > math.MaxInt32 {
		return nil, fmt.Errorf("%s: %d mappings are more than can be read", n.name(), layout.Len())
	}
	n.virtual = &virtual{layout: layout, known: known}
	if err := from.check(n); err != nil {
		return nil, err
	}
	if err := f.grow(ctx, n, &chain{up: from, node: n}); err != nil {
		return nil, err
	}
	n.virtual.known = nil
	return n, nil
}

// name is the file and the path, for messages.
func (n *node) name() string { return n.dataset.File().Name() + ":" + n.dataset.Path() }

// check is an error where n is one of the datasets of the chain, or the chain is too long.
func (c *chain) check(n *node) error {
	depth := 0
	for at := c; at != nil; at = at.up {
		if depth++; depth > maxNesting {
			return fmt.Errorf("%s: virtual datasets are sources of one another more than %d levels deep", n.name(), maxNesting)
		}
		if at.node.key != n.key || at.node.dataset.Address() != n.dataset.Address() {
			continue
		}
		names := []string{n.name()}
		for back := c; back != at.up; back = back.up {
			names = append([]string{back.node.name()}, names...)
		}
		return &CycleError{Chain: names}
	}
	return nil
}

// source opens the dataset of a mapping. The caller releases the file. A source that cannot be opened is a *MissingSourceError.
func (f *File) source(ctx context.Context, from *chain, mapping int, name SourceName) (*fetch.File, *node, error) {
	holder := from.node
	missing := func(tried []Attempt, err error) error {
		return &MissingSourceError{File: holder.dataset.File().Name(), Dataset: holder.dataset.Path(), Mapping: mapping, Source: name, Tried: tried, Err: err}
	}
	layout := holder.virtual.layout
	if err := errors.Join(checkName(layout.File(mapping)), checkName(layout.Path(mapping))); err != nil {
		return nil, nil, fmt.Errorf("%s: mapping %d: %w", holder.name(), mapping, err)
	}
	file, tried, err := f.find(ctx, holder.key, name.File, holder.top)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: mapping %d: %w", holder.name(), mapping, err)
	}
	if file == nil {
		return nil, nil, missing(tried, nil)
	}
	object, err := file.Cached(name.Path, func() (any, error) {
		dataset, err := file.Dataset(name.Path)
		if err != nil {
			if hard(ctx, err) {
				return nil, err
			}
			return nil, missing(nil, err)
		}
		return f.newNode(ctx, file, dataset, file == f.own, from)
	})
	if err != nil {
		file.Release()
		var m *MissingSourceError
		var cycle *CycleError
		if !errors.As(err, &m) && !errors.As(err, &cycle) {
			err = fmt.Errorf("%s: mapping %d: source %s: %w", holder.name(), mapping, name, err)
		}
		return nil, nil, err
	}
	n := object.(*node)
	if n.virtual != nil {
		if err := from.check(n); err != nil {
			file.Release()
			return nil, nil, err
		}
	}
	return file, n, nil
}

// sourceName is the source of a mapping, of block number block where it is a series.
func (v *virtual) sourceName(mapping int, block uint64) SourceName {
	return SourceName{File: expandName(v.layout.File(mapping), block), Path: expandName(v.layout.Path(mapping), block)}
}

// virtualSelection is what a mapping selects of the virtual dataset, ended where it grows. For a series it is what all blocks together select.
func (v *virtual) virtualSelection(mapping int) dataspace.Selection {
	if g, ok := v.open[mapping]; ok {
		return g.virtual
	}
	return v.layout.Virtual(mapping)
}

// sourceSelection is what a mapping selects of its source, ended where it grows.
func (v *virtual) sourceSelection(mapping int) dataspace.Selection {
	if g, ok := v.open[mapping]; ok {
		return g.source
	}
	return v.layout.Source(mapping)
}

// sourceInto is sourceSelection with memory for its axes: see [hdf5.VirtualLayout.SourceInto].
func (v *virtual) sourceInto(mapping int, dims []dataspace.Dim) dataspace.Selection {
	if g, ok := v.open[mapping]; ok {
		return g.source
	}
	return v.layout.SourceInto(mapping, dims)
}

// ready builds the index of the mappings.
func (v *virtual) ready(rank int) *plan.Index {
	v.once.Do(func() {
		if v.open == nil {
			v.index = plan.NewIndex(v.layout.Len(), v.layout.Index())
			return
		}
		v.index = plan.NewSelectionIndex(rank, v.layout.Len(), v.virtualSelection)
	})
	return v.index
}
