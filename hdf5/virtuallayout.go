package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"unsafe"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

const (
	// smallestMapping is the bytes of the smallest mapping: two empty names and two selections of everything. In version 1 a
	// byte of flags stands where one of the names need not.
	smallestMapping = 34

	// largestMappings is the most bytes of a list of mappings: positions in it are kept in 32 bits, to stay small.
	largestMappings = math.MaxUint32

	// thisFile stands for the position of a name that is not stored: the file that has the mappings.
	thisFile = math.MaxUint32
)

// Flags of a mapping in version 1.
const (
	flagFileShared = 1 << 0
	flagPathShared = 1 << 1
	flagThisFile   = 1 << 2
)

// VirtualLayout is the list of mappings of a virtual dataset, in their order: where two overlap, the later one is seen. It keeps the
// mappings as they are stored, some hundred bytes each, and 16 bytes for each of its own. It is immutable, and stays
// good when its file is closed.
type VirtualLayout struct {
	raw     []byte
	entries []mappingEntry
}

// mappingEntry has the positions of the parts of a mapping in the list.
type mappingEntry struct{ file, path, source, virtual uint32 }

// VirtualMappings decodes the list of mappings of a virtual dataset, once. The error for another layout wraps ErrNotVirtual.
func (d *Dataset) VirtualMappings() (*VirtualLayout, error) {
	if d.layout.Class != message.LayoutVirtual {
		return nil, d.placed(ErrNotVirtual)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mappings == nil {
		v, err := d.readMappings()
		if err != nil {
			return nil, d.place(err)
		}
		d.mappings = v
	}
	return d.mappings, nil
}

func (d *Dataset) readMappings() (*VirtualLayout, error) {
	if d.layout.Address == cursor.Undefined {
		return &VirtualLayout{}, nil
	}
	start, size, err := d.file.heap.Address(d.layout.Address, d.layout.HeapIndex)
	if err != nil {
		return nil, err
	}
	if size > largestMappings {
		return nil, &UnsupportedError{File: d.file.name, Feature: fmt.Sprintf("list of mappings of %d bytes", size)}
	}
	b, err := d.file.heap.Object(d.layout.Address, d.layout.HeapIndex)
	if err != nil {
		return nil, err
	}
	c := d.file.reader.Over(b, start, "list of virtual mappings")
	return decodeVirtualLayout(&c, d.Rank())
}

// decodeVirtualLayout reads a list of mappings of version 0 or 1 (section VII.B of the specification, "Virtual Dataset
// Storage Layout") for a dataset of a rank.
func decodeVirtualLayout(c *cursor.Cursor, rank int) (*VirtualLayout, error) {
	raw := c.All()
	version := c.U8()
	if c.Err() == nil && version > 1 {
		return nil, c.Unsupported("list of virtual mappings of version %d", version)
	}
	count := c.Length()
	if room := uint64(max(c.Len()-4, 0) / smallestMapping); c.Err() == nil && count > room {
		return nil, c.Fail("%d mappings in %d bytes", count, c.Len())
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	if err := verifyMappings(c); err != nil {
		return nil, err
	}
	v := &VirtualLayout{raw: raw, entries: make([]mappingEntry, count)}
	scratch := new([2 * dataspace.MaxRank]uint64)
	for i := range v.entries {
		e, err := v.decodeMapping(c, i, version, rank, scratch)
		if err != nil {
			return nil, err
		}
		v.entries[i] = e
	}
	if c.Len() != 4 {
		return nil, c.Fail("%d bytes behind %d mappings, where there is a checksum of 4", c.Len(), count)
	}
	return v, nil
}

// verifyMappings checks the checksum at the end before anything else is believed.
func verifyMappings(c *cursor.Cursor) error {
	b := c.All()
	if c.Len() < 4 {
		return c.Fail("no room for a checksum")
	}
	end := len(b) - 4
	c.Compare(end, binary.LittleEndian.Uint32(b[end:]), cursor.Checksum(b[:end]))
	return c.Err()
}

// decodeMapping reads mapping i.
func (v *VirtualLayout) decodeMapping(c *cursor.Cursor, i int, version uint8, rank int, scratch *[2 * dataspace.MaxRank]uint64) (mappingEntry, error) {
	flags := uint8(0)
	if version == 1 {
		if flags = c.U8(); flags&^(flagFileShared|flagPathShared|flagThisFile) != 0 {
			return mappingEntry{}, c.Unsupported("flags %#x of a virtual mapping", flags)
		}
	}
	var e mappingEntry
	switch {
	case flags&flagThisFile != 0:
		e.file = thisFile
	case flags&flagFileShared != 0:
		if j, ok := sharedName(c, i); ok {
			e.file = v.entries[j].file
		}
	default:
		e.file = uint32(c.Pos())
		c.Terminated()
	}
	if flags&flagPathShared != 0 {
		if j, ok := sharedName(c, i); ok {
			e.path = v.entries[j].path
		}
	} else {
		e.path = uint32(c.Pos())
		c.Terminated()
	}
	e.source = uint32(c.Pos())
	skipSelection(c, i, "source", 0, scratch)
	e.virtual = uint32(c.Pos())
	skipSelection(c, i, "virtual", rank, scratch)
	return e, c.Err()
}

// sharedName reads the number of an earlier mapping that has the same name as mapping i.
func sharedName(c *cursor.Cursor, i int) (int, bool) {
	j := c.Length()
	if c.Err() == nil && j >= uint64(i) {
		c.Fail("mapping %d has the name of mapping %d", i, j)
	}
	return int(j), c.Err() == nil
}

// skipSelection checks a selection and passes over it. rank is what it must have, 0 for any; scratch has room for bounds.
func skipSelection(c *cursor.Cursor, i int, space string, rank int, scratch *[2 * dataspace.MaxRank]uint64) {
	if c.Err() != nil {
		return
	}
	_, stored, n, named, err := dataspace.DecodeBounds(c.Rest(), scratch[:dataspace.MaxRank], scratch[dataspace.MaxRank:])
	switch {
	case err != nil:
		failSelection(c, i, space, err)
	case named && rank > 0 && stored != rank:
		c.Fail("%s selection of mapping %d has %d axes, the dataset has %d", space, i, stored, rank)
	default:
		c.Skip(uint64(n))
	}
}

func failSelection(c *cursor.Cursor, i int, space string, err error) {
	var wrong *dataspace.DecodeError
	if errors.As(err, &wrong) && wrong.Unsupported {
		c.Unsupported("%s selection of mapping %d: %v", space, i, err)
		return
	}
	c.Fail("%s selection of mapping %d: %v", space, i, err)
}

// Len is the number of mappings.
func (v *VirtualLayout) Len() int { return len(v.entries) }

// All yields the mappings in their order.
func (v *VirtualLayout) All() iter.Seq[VirtualMapping] {
	return func(yield func(VirtualMapping) bool) {
		for i := range v.Len() {
			if !yield(VirtualMapping{File: v.File(i), Path: v.Path(i), Source: v.Source(i), Virtual: v.Virtual(i)}) {
				return
			}
		}
	}
}

// File is the file name of mapping i as stored: "." is the file that has the virtual dataset, %b a block number, %% a percent sign.
func (v *VirtualLayout) File(i int) string { return v.name(v.entries[i].file) }

// Path is the path of the source dataset of mapping i as stored, with %b and %% as in File.
func (v *VirtualLayout) Path(i int) string { return v.name(v.entries[i].path) }

// name returns the name at a position without a copy: v.raw is never changed.
func (v *VirtualLayout) name(at uint32) string {
	if at == thisFile {
		return "."
	}
	b := v.raw[at:]
	n := bytes.IndexByte(b, 0)
	return unsafe.String(unsafe.SliceData(b), n)
}

// Source is the selection in the source dataset of mapping i.
func (v *VirtualLayout) Source(i int) dataspace.Selection { return v.selection(v.entries[i].source) }

// Virtual is the selection in the virtual dataset of mapping i.
func (v *VirtualLayout) Virtual(i int) dataspace.Selection { return v.selection(v.entries[i].virtual) }

// selection decodes a selection, which was checked when the list was decoded.
func (v *VirtualLayout) selection(at uint32) dataspace.Selection {
	s, _, err := dataspace.Decode(v.raw[at:])
	if err != nil {
		return dataspace.None()
	}
	return s
}

// VirtualBounds puts the bounds, inclusive, of the virtual selection of mapping i in lo and hi, which have dataspace.MaxRank elements, without
// decoding it: dataspace.DecodeBounds of the stored selection.
func (v *VirtualLayout) VirtualBounds(i int, lo, hi []uint64) (kind dataspace.Kind, ok bool) {
	kind, _, _, ok, _ = dataspace.DecodeBounds(v.raw[v.entries[i].virtual:], lo, hi)
	return kind, ok
}
