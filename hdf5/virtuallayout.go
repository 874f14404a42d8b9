package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/bits"
	"sync"
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
// mappings as they are stored, some hundred bytes each, and of its own 16 bytes for each and 8 for each axis along which they differ. It is
// immutable, and stays good when its file is closed.
type VirtualLayout struct {
	raw     []byte
	entries []mappingEntry
	reach   []uint64
	endless []int

	indexing sync.Once
	list     *dataspace.BoxList // of the virtual selections, until there is an index
	index    *dataspace.BoxIndex
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
		return emptyLayout(d.Rank()), nil
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

func emptyLayout(rank int) *VirtualLayout {
	return &VirtualLayout{list: dataspace.NewBoxList(rank, 0), reach: make([]uint64, rank)}
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
	if c.Err() == nil && c.Len() < 4 {
		return nil, c.Fail("no room for a checksum")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	end := len(raw) - 4
	computed, sum := checksumOf(raw[:end]), *c
	d := listDecoder{c: c, version: version, rank: rank, boxes: dataspace.NewBoxList(rank, int(count)), entries: make([]mappingEntry, count)}
	err := d.decode()
	// What is wrong with a mapping is of interest only if the list is what its writer meant.
	if sum.Compare(end, binary.LittleEndian.Uint32(raw[end:]), computed()); sum.Err() != nil {
		return nil, sum.Err()
	}
	if err != nil {
		return nil, err
	}
	return &VirtualLayout{raw: raw, entries: d.entries, list: d.boxes, reach: d.boxes.Reach(), endless: d.boxes.Endless()}, nil
}

// checksumAside is the length from which on a checksum is computed beside the decoding, which takes as long.
const checksumAside = 64 << 10

// checksumOf returns a function that waits for the checksum of b.
func checksumOf(b []byte) func() uint32 {
	if len(b) < checksumAside {
		return func() uint32 { return cursor.Checksum(b) }
	}
	sum := make(chan uint32, 1)
	go func() { sum <- cursor.Checksum(b) }()
	return func() uint32 { return <-sum }
}

// listDecoder decodes the mappings of a list, in one pass over its bytes.
type listDecoder struct {
	c       *cursor.Cursor
	version uint8
	rank    int
	entries []mappingEntry
	boxes   *dataspace.BoxList // of the virtual selections
	lo, hi  [dataspace.MaxRank]uint64
}

func (d *listDecoder) decode() error {
	c := d.c
	at := c.Pos()
	for i := range d.entries {
		if d.version == 0 {
			if end := d.plain(i, at); end > 0 {
				at = end
				continue
			}
		}
		c.Skip(uint64(at - c.Pos()))
		if err := d.mapping(i); err != nil {
			return err
		}
		at = c.Pos()
	}
	c.Skip(uint64(at - c.Pos()))
	if c.Len() != 4 {
		return c.Fail("%d bytes behind %d mappings, where there is a checksum of 4", c.Len(), len(d.entries))
	}
	return nil
}

// plain decodes mapping i at a position of a list of version 0, and returns the position after it. It returns 0, having done nothing, where
// anything is wrong: mapping says what.
func (d *listDecoder) plain(i, file int) (end int) {
	b := d.c.All()
	path := behindText(b, file)
	source := behindText(b, path)
	_, _, length, _, err := dataspace.DecodeBounds(b[source:], d.lo[:], d.hi[:])
	if err != nil {
		return 0
	}
	virtual := source + length
	kind, rank, length, ok, err := dataspace.DecodeBounds(b[virtual:], d.lo[:], d.hi[:])
	if err != nil || ok && rank != d.rank {
		return 0
	}
	d.entries[i] = mappingEntry{file: uint32(file), path: uint32(path), source: uint32(source), virtual: uint32(virtual)}
	d.addBox(kind, ok)
	return virtual + length
}

// behindText is the position after the NUL that ends the text at a position; the end of b where there is none.
func behindText(b []byte, at int) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; len(b)-at >= 8; at += 8 {
		// The lowest top bit that is left is that of the first byte that is 0.
		x := binary.LittleEndian.Uint64(b[at:])
		if zeros := (x - ones) &^ x & tops; zeros != 0 {
			return at + bits.TrailingZeros64(zeros)/8 + 1
		}
	}
	if n := bytes.IndexByte(b[at:], 0); n >= 0 {
		return at + n + 1
	}
	return len(b)
}

// addBox takes note of the bounds of a virtual selection, which are in lo and hi if ok.
func (d *listDecoder) addBox(kind dataspace.Kind, ok bool) {
	switch {
	case ok:
		d.boxes.Add(d.lo[:], d.hi[:])
	case kind == dataspace.KindAll:
		d.boxes.AddWhole()
	default:
		d.boxes.AddEmpty()
	}
}

// mapping decodes mapping i.
func (d *listDecoder) mapping(i int) error {
	c := d.c
	flags := uint8(0)
	if d.version == 1 {
		if flags = c.U8(); flags&^(flagFileShared|flagPathShared|flagThisFile) != 0 {
			return c.Unsupported("flags %#x of a virtual mapping", flags)
		}
	}
	e := &d.entries[i]
	switch {
	case flags&flagThisFile != 0:
		e.file = thisFile
	case flags&flagFileShared != 0:
		if j, ok := sharedName(c, i); ok {
			e.file = d.entries[j].file
		}
	default:
		e.file = uint32(c.Pos())
		c.Terminated()
	}
	if flags&flagPathShared != 0 {
		if j, ok := sharedName(c, i); ok {
			e.path = d.entries[j].path
		}
	} else {
		e.path = uint32(c.Pos())
		c.Terminated()
	}
	e.source = uint32(c.Pos())
	d.selection(i, "source")
	e.virtual = uint32(c.Pos())
	kind, rank, ok := d.selection(i, "virtual")
	if ok && rank != d.rank {
		return c.Fail("virtual selection of mapping %d has %d axes, the dataset has %d", i, rank, d.rank)
	}
	if err := c.Err(); err != nil {
		return err
	}
	d.addBox(kind, ok)
	return nil
}

// selection checks a selection of mapping i and passes over it. Its bounds are in lo and hi if ok.
func (d *listDecoder) selection(i int, space string) (kind dataspace.Kind, rank int, ok bool) {
	c := d.c
	if c.Err() != nil {
		return 0, 0, false
	}
	kind, rank, n, ok, err := dataspace.DecodeBounds(c.Rest(), d.lo[:], d.hi[:])
	if err != nil {
		failSelection(c, i, space, err)
		return 0, 0, false
	}
	c.Skip(uint64(n))
	return kind, rank, ok
}

// sharedName reads the number of an earlier mapping that has the same name as mapping i.
func sharedName(c *cursor.Cursor, i int) (int, bool) {
	j := c.Length()
	if c.Err() == nil && j >= uint64(i) {
		c.Fail("mapping %d has the name of mapping %d", i, j)
	}
	return int(j), c.Err() == nil
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
func (v *VirtualLayout) All() iter.Seq[VirtualMapping] { return v.Range(0, v.Len()) }

// Range yields the mappings number from (inclusive) to to (exclusive).
func (v *VirtualLayout) Range(from, to int) iter.Seq[VirtualMapping] {
	return func(yield func(VirtualMapping) bool) {
		for i := from; i < to; i++ {
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
func (v *VirtualLayout) Source(i int) dataspace.Selection { return v.SourceInto(i, nil) }

// Virtual is the selection in the virtual dataset of mapping i.
func (v *VirtualLayout) Virtual(i int) dataspace.Selection { return v.VirtualInto(i, nil) }

// selectionInto decodes a selection, which was checked when the list was decoded.
func (v *VirtualLayout) selectionInto(at uint32, dims []dataspace.Dim) dataspace.Selection {
	s, _, err := dataspace.DecodeInto(v.raw[at:], dims)
	if err != nil {
		return dataspace.None()
	}
	return s
}

// Index finds the mappings whose virtual selections a box meets by their bounds. It is made when it is asked for first.
func (v *VirtualLayout) Index() *dataspace.BoxIndex {
	v.indexing.Do(func() { v.index, v.list = v.list.Index(), nil })
	return v.index
}

// Reach is how far the virtual selections reach along each axis, exclusive; those without an end there do not count. It must not be changed.
func (v *VirtualLayout) Reach() []uint64 { return v.reach }

// Endless is the numbers of the mappings whose virtual selections have no end along some axis. It must not be changed.
func (v *VirtualLayout) Endless() []int { return v.endless }

// SourceInto is Source with memory for the axes, dataspace.MaxRank of them, that the caller keeps: the selection is good until that is used again.
func (v *VirtualLayout) SourceInto(i int, dims []dataspace.Dim) dataspace.Selection {
	return v.selectionInto(v.entries[i].source, dims)
}

// VirtualInto is Virtual with memory for the axes, as SourceInto.
func (v *VirtualLayout) VirtualInto(i int, dims []dataspace.Dim) dataspace.Selection {
	return v.selectionInto(v.entries[i].virtual, dims)
}
