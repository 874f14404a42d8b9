package hdf5

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// VirtualMapping says that some elements of a virtual dataset are those of another dataset, the source: the k-th element of Virtual, in row-major
// order, is the k-th of Source.
type VirtualMapping struct {
	// File is the name of the source's file, and Path that of the source in it, as they are stored. "." is the file itself. A literal % is written %%, and
	// %b is the number of the block of a printf mapping.
	File, Path string
	Source     dataspace.Selection // dataspace.All() for the whole source, whatever its shape
	Virtual    dataspace.Selection
}

// VirtualSpec says what a virtual dataset is.
type VirtualSpec struct {
	Type     *Datatype // of its elements; sources may have others, and are converted when they are read
	Shape    []uint64  // elements along each axis; nil: scalar
	MaxShape []uint64  // how far it may grow, dataspace.Unlimited for no limit; nil: not at all
	Fill     []byte    // what elements without a source read as: one element as stored in Type; nil: zeros
	// Mappings is the mappings in their order: where two of them overlap, libhdf5 reads the later one. nil: there are none. It must not call the Writer.
	Mappings Mappings
	// ShareNames stores a name that several mappings have once, in the form of the list that HDF5 2.0 brought. HDF5 before 2.0 cannot open the dataset then; leave it out unless
	// there are many mappings of long names and no older reader.
	ShareNames bool
}

// Mappings is a list of mappings, for instance a [MappingSlice] or a [*VirtualLayout].
type Mappings interface {
	// Len is the number of mappings.
	Len() int
	// Range yields the mappings number from (inclusive) to to (exclusive), each good until the next is asked for. Several goroutines call it at the same time.
	Range(from, to int) iter.Seq[VirtualMapping]
}

// MappingLists is Mappings with selections in lists, from which they are written quickest.
type MappingLists interface {
	Mappings
	// Names yields File and Path of the mappings number from (inclusive) to to (exclusive).
	Names(from, to int) iter.Seq2[string, string]
	// Selections is the selections of all mappings, which do not change any more.
	Selections() (virtual, source *dataspace.List)
}

// MappingSlice is mappings in memory.
type MappingSlice []VirtualMapping

// Len is the number of mappings.
func (s MappingSlice) Len() int { return len(s) }

// Range yields a part of the mappings.
func (s MappingSlice) Range(from, to int) iter.Seq[VirtualMapping] { return slices.Values(s[from:to]) }

var errVirtualElements = errors.New("a virtual dataset has no elements of its own; write them to its sources")

// CreateVirtual makes a virtual dataset and the groups above it. Mappings are encoded by as many goroutines as [WithEncoders] says and written as they come, and none is kept, so a
// million of them take no more memory than a thousand; libhdf5, however, needs some 15 KB for each when it opens the dataset.
//
// Each mapping is held against the rules of libhdf5 (H5Pset_virtual), and against those that it finds broken only when it reads: ranks, selections that leave the shape, numbers
// of elements, names and their % signs, unlimited selections. What a source really is, and whether mappings overlap, is not looked at.
func (w *Writer) CreateVirtual(path string, s VirtualSpec) error {
	return w.do("creating virtual dataset", path, func() error {
		d, err := w.newDataset(path, s.Type, s.Shape, s.MaxShape, s.Fill)
		if err != nil {
			return err
		}
		v := &virtualStorage{address: cursor.Undefined}
		d.storage, d.closed = v, true
		if err := w.addDataset(path, d); err != nil || s.Mappings == nil {
			return err
		}
		rules := &mappingRules{shape: d.shape, max: d.max}
		return v.writeMappings(w, &mappingList{rules: rules, shared: newSharedNames(s.ShareNames)}, s.Mappings)
	})
}

// virtualStorage is the storage of a virtual dataset: the place of its list of mappings.
type virtualStorage struct {
	address uint64 // of the global heap collection; cursor.Undefined: no mappings
	index   uint32
}

func (v *virtualStorage) writeBox(*hyperslab) error { return errVirtualElements }
func (v *virtualStorage) resize([]uint64) error     { return errNotChunked }
func (v *virtualStorage) finish() error             { return nil }
func (v *virtualStorage) abandon()                  {}

func (v *virtualStorage) layout() message.Layout {
	return message.Layout{Class: message.LayoutVirtual, Address: v.address, HeapIndex: v.index}
}

// mappingRules checks mappings of one virtual dataset.
type mappingRules struct {
	shape, max []uint64
	lo, hi     [dataspace.MaxRank]uint64
}

// hasBlockNumber checks one of the names of a source and tells whether the number of a block (%b) stands in it.
func hasBlockNumber(what, name string) (blocks bool, err error) {
	switch {
	case name == "":
		return false, fmt.Errorf("the %s of the source is empty", what)
	case strings.IndexByte(name, 0) >= 0:
		return false, fmt.Errorf("the %s %q of the source has a NUL in it", what, name)
	}
	for rest := name; ; {
		i := strings.IndexByte(rest, '%')
		if i < 0 {
			return blocks, nil
		}
		switch {
		case strings.HasPrefix(rest[i:], "%b"):
			blocks = true
		case !strings.HasPrefix(rest[i:], "%%"):
			return false, fmt.Errorf("the %s %q of the source has a %% that is neither %%b nor %%%%; write a literal %% twice", what, name)
		}
		rest = rest[i+2:]
	}
}

// check holds a mapping against the rules. blocks: its names have %b.
func (r *mappingRules) check(m *VirtualMapping, blocks bool) error {
	if virtual, ok := m.Virtual.CountWithin(r.shape); ok && !blocks { // as most are
		if m.Source.Kind() == dataspace.KindAll {
			return nil // its number of elements is known where the source is
		}
		if source, ok := m.Source.CountWithin(nil); ok {
			return sameCount("the selections", virtual, source)
		}
	}
	if err := notPoints("virtual", &m.Virtual); err != nil {
		return err
	}
	if err := notPoints("source", &m.Source); err != nil {
		return err
	}
	if err := r.checkBounds(&m.Virtual); err != nil {
		return err
	}
	virtualAxis, virtualGrows := m.Virtual.UnlimitedAxis()
	sourceAxis, sourceGrows := m.Source.UnlimitedAxis()
	switch {
	case virtualGrows && sourceGrows:
		if blocks {
			return errors.New("the names have %b and both selections are unlimited; a printf mapping has a limited source selection")
		}
		return sameCount("the axes that are not unlimited", sliceElements(m.Virtual, virtualAxis), sliceElements(m.Source, sourceAxis))
	case virtualGrows:
		return checkPrintf(m, virtualAxis, blocks)
	case blocks:
		return errors.New("the names have %b, which needs an unlimited virtual selection; write a literal % twice")
	case sourceGrows:
		return errors.New("the source selection is unlimited and the virtual selection is not")
	}
	if m.Source.Kind() == dataspace.KindAll {
		return nil // its number of elements is known where the source is
	}
	virtual, err := m.Virtual.Count(r.shape)
	if err != nil {
		return fmt.Errorf("virtual selection: %w", err)
	}
	source, err := m.Source.Count(nil)
	if err != nil {
		return fmt.Errorf("source selection: %w", err)
	}
	return sameCount("the selections", virtual, source)
}

func notPoints(what string, s *dataspace.Selection) error {
	if s.Kind() == dataspace.KindPoints {
		return fmt.Errorf("the %s selection is a list of points, and libhdf5 takes hyperslabs only", what)
	}
	return nil
}

func sameCount(what string, virtual, source uint64) error {
	if virtual == source {
		return nil
	}
	return fmt.Errorf("%s have different numbers of elements: virtual %d, source %d", what, virtual, source)
}

// checkBounds checks that a virtual selection lies in the dataset. All and None fit everything.
func (r *mappingRules) checkBounds(s *dataspace.Selection) error {
	if s.Kind() == dataspace.KindAll || s.Kind() == dataspace.KindNone {
		return nil
	}
	if s.Rank() != len(r.shape) {
		return fmt.Errorf("the virtual selection %v has %d axes and the dataset has %d", *s, s.Rank(), len(r.shape))
	}
	if !s.BoundsInto(r.lo[:], r.hi[:]) {
		return nil
	}
	unlimited, grows := s.UnlimitedAxis()
	for i, n := range r.shape {
		if grows && i == unlimited {
			if r.max[i] != dataspace.Unlimited {
				return fmt.Errorf("the virtual selection %v is unlimited along axis %d, where the dataset has at most %d elements; make its maximal shape unlimited there", *s, i, r.max[i])
			}
			continue
		}
		if r.hi[i] >= n {
			return fmt.Errorf("the virtual selection %v reaches index %d along axis %d, where the dataset has %d elements", *s, r.hi[i], i, n)
		}
	}
	return nil
}

// checkPrintf checks a mapping of an unlimited number of blocks, each of which has a source of its own.
func checkPrintf(m *VirtualMapping, axis int, blocks bool) error {
	if !blocks {
		return errors.New("the virtual selection is unlimited and the source selection is not; that needs %b in a name of the source")
	}
	d := m.Virtual.Dim(axis)
	if d.Count != dataspace.Unlimited {
		return fmt.Errorf("the virtual selection %v is one block without end; a printf mapping has an unlimited number of blocks", m.Virtual)
	}
	if m.Source.Kind() == dataspace.KindAll {
		return nil
	}
	source, err := m.Source.Count(nil)
	if err != nil {
		return fmt.Errorf("source selection: %w", err)
	}
	return sameCount("one block of the virtual selection and the source selection", sliceElements(m.Virtual, axis)*d.Block, source)
}

// sliceElements is the number of elements of a regular hyperslab, one index of an axis taken.
func sliceElements(s dataspace.Selection, axis int) uint64 {
	n := uint64(1)
	for i := range s.Rank() {
		if i != axis {
			d := s.Dim(i)
			n *= d.Count * d.Block
		}
	}
	return n
}
