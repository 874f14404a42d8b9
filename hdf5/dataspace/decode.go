package dataspace

import (
	"encoding/binary"
	"fmt"
)

// The serialized form of a selection (HDF5 File Format Specification, "Dataspace Selection"):
// little-endian, without alignment, beginning with
//
//	u32 type     0 none, 1 points, 2 hyperslab, 3 all
//	u32 version  of the rest, for each type
//
// none and all, version 1:
//
//	u32 reserved, u32 length 0
//
// hyperslab, version 1 (blocks), 2 (eight-byte numbers) and 3 (numbers of a stated size):
//
//	1: u32 reserved, u32 length, u32 rank, u32 blocks, for each block rank×u32 first, rank×u32 last
//	2: u8 flags,     u32 length, u32 rank, then as 3 with eight-byte numbers
//	3: u8 flags, u8 size of a number, u32 rank, then
//	   regular (flag 1): for each axis start, stride, count, block; all ones for unlimited
//	   else: blocks, for each block its first and then its last coordinates
//
// points, version 1 and 2:
//
//	1: u32 reserved, u32 length, u32 rank, u32 points, for each point rank×u32
//	2: u8 size of a number, u32 rank, points, for each point its coordinates
//
// A length counts the bytes from the rank on.
const (
	typeNone      = 0
	typePoints    = 1
	typeHyperslab = 2
	typeAll       = 3

	flagRegular = 1

	maxUint32 = 1<<32 - 1
)

// DecodeError says that the bytes of a serialized selection are wrong, or of a form that this
// package does not know.
type DecodeError struct {
	Offset      int    // where, from the first byte of the selection
	What        string // what is wrong there
	Unsupported bool   // a type, version or flag that is not known: the selection may be right
}

func (e *DecodeError) Error() string {
	return fmt.Sprintf("dataspace: selection: byte %d: %s", e.Offset, e.What)
}

// Decode decodes the serialized selection at the start of b, in any version of its form, and
// returns how many bytes it takes. Errors are *DecodeError. What it returns shares no memory
// with b.
func Decode(b []byte) (s Selection, n int, err error) { return DecodeInto(b, nil) }

// DecodeInto is Decode with memory for the axes of a regular hyperslab, MaxRank of them: the
// selection is good until that is used again. nil allocates it.
func DecodeInto(b []byte, dims []Dim) (s Selection, n int, err error) {
	d := decoder{b: b, dims: dims}
	if rank := plainBlock(b); rank > 0 {
		if s, ok := d.plainBlock(rank); ok {
			return s, blockHead + 8*rank, nil
		}
	}
	s = d.selection()
	if d.err != nil {
		return Selection{}, 0, d.err
	}
	return s, d.off, nil
}

// blockHead is the length of what stands before the blocks of a hyperslab of version 1.
const blockHead = 24

// allLength is the length of a selection of everything.
const allLength = 16

// plainAll recognises a selection of everything, the other one that many files have.
func plainAll(b []byte) bool {
	return len(b) >= allLength && binary.LittleEndian.Uint64(b) == 1<<32|typeAll && binary.LittleEndian.Uint32(b[12:]) == 0
}

// blockBounds reads the numbers of the only block of a hyperslab in version 1: all first coordinates, then all last
// ones. It reports whether they are in order.
func blockBounds(b []byte, lo, hi []uint64) bool {
	first, last := b[:4*len(lo)], b[4*len(lo):8*len(lo)]
	for axis := range lo {
		l, h := binary.LittleEndian.Uint32(first[4*axis:]), binary.LittleEndian.Uint32(last[4*axis:])
		if h < l {
			return false
		}
		lo[axis], hi[axis] = uint64(l), uint64(h)
	}
	return true
}

// plainBlock recognises what nearly every selection of a file is, one block in version 1, and
// returns its rank; 0 for anything else, right or wrong.
func plainBlock(b []byte) (rank int) {
	if len(b) < blockHead || binary.LittleEndian.Uint64(b) != 1<<32|typeHyperslab {
		return 0
	}
	// The rank, and one block.
	word := binary.LittleEndian.Uint64(b[16:])
	n := uint32(word)
	if word>>32 != 1 || n-1 >= MaxRank || binary.LittleEndian.Uint32(b[12:]) != 8+8*n || len(b) < blockHead+8*int(n) {
		return 0
	}
	return int(n)
}

// DecodeBounds is Decode followed by Bounds without making the selection, or anything else: it
// allocates nothing. lo and hi must hold MaxRank elements; the first rank of them are filled in
// if ok. For All and None, and for a hyperslab without any element, ok is false and kind tells
// which; several blocks are KindIrregular, without a look at how they lie. n is the length of the
// selection in b.
func DecodeBounds(b []byte, lo, hi []uint64) (kind Kind, rank, n int, ok bool, err error) {
	if plainAll(b) {
		return KindAll, 0, allLength, false, nil
	}
	if rank := plainBlock(b); rank > 0 && blockBounds(b[blockHead:], lo[:rank], hi[:rank]) {
		return KindRegular, rank, blockHead + 8*rank, true, nil
	}
	d := decoder{b: b, lo: lo, hi: hi}
	s := d.selection()
	if d.err != nil {
		return KindNone, 0, 0, false, d.err
	}
	return s.kind, int(s.rank), d.off, s.kind != KindAll && s.kind != KindNone, nil
}

// Skip returns the length of the serialized selection at the start of b, which it checks as
// Decode does but does not make.
func Skip(b []byte) (n int, err error) {
	var lo, hi [MaxRank]uint64
	_, _, n, _, err = DecodeBounds(b, lo[:], hi[:])
	return n, err
}

// decoder walks through a serialized selection. After the first error it returns zeros.
type decoder struct {
	b   []byte
	off int
	err *DecodeError

	lo, hi []uint64 // if not nil, only the bounds are wanted, and here
	dims   []Dim    // if not nil, memory for the axes of a regular hyperslab
}

// axes is memory for the axes of a regular hyperslab.
func (d *decoder) axes(rank int) []Dim {
	if d.dims == nil {
		return make([]Dim, rank)
	}
	return d.dims[:rank:rank]
}

func (d *decoder) fail(offset int, format string, args ...any) {
	if d.err == nil {
		d.err = &DecodeError{Offset: offset, What: fmt.Sprintf(format, args...)}
	}
}

func (d *decoder) unsupported(offset int, format string, args ...any) {
	if d.err == nil {
		d.fail(offset, format, args...)
		d.err.Unsupported = true
	}
}

// number reads an unsigned number of 1, 2, 4 or 8 bytes.
func (d *decoder) number(size int, what string) uint64 {
	if d.err != nil {
		return 0
	}
	if len(d.b)-d.off < size {
		d.fail(d.off, "%s needs %d bytes and %d are left", what, size, len(d.b)-d.off)
		return 0
	}
	x := decodeNumber(d.b[d.off:], size)
	d.off += size
	return x
}

func decodeNumber(b []byte, size int) uint64 {
	switch size {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.LittleEndian.Uint16(b))
	case 4:
		return uint64(binary.LittleEndian.Uint32(b))
	}
	return binary.LittleEndian.Uint64(b)
}

// selection reads a selection; one of which only the bounds are wanted has no coordinates.
func (d *decoder) selection() Selection {
	kind := d.number(4, "selection type")
	version := d.number(4, "selection version")
	if d.err != nil {
		return Selection{}
	}
	switch kind {
	case typeNone, typeAll:
		return d.whole(kind, version)
	case typePoints:
		return d.points(version)
	case typeHyperslab:
		return d.hyperslab(version)
	}
	d.unsupported(0, "selection type %d, and 0 to 3 are known", kind)
	return Selection{}
}

// whole reads the rest of an all or none selection.
func (d *decoder) whole(kind, version uint64) Selection {
	if version != 1 {
		d.unsupported(4, "version %d of an all or none selection, and 1 is known", version)
	}
	d.number(4, "reserved word")
	at := d.off
	if length := d.number(4, "length"); length != 0 {
		d.fail(at, "an all or none selection has no contents, and %d bytes are announced", length)
	}
	if d.err != nil || kind == typeNone {
		return Selection{}
	}
	return All()
}

// points reads the rest of a list of points.
func (d *decoder) points(version uint64) Selection {
	size, length, lengthAt := 4, uint64(0), 0
	switch version {
	case 1:
		d.number(4, "reserved word")
		lengthAt = d.off
		length = d.number(4, "length")
	case 2:
		size = d.encodeSize()
	default:
		d.unsupported(4, "version %d of a point selection, and 1 and 2 are known", version)
	}
	rank := d.rank()
	n := d.elements(size, rank, "points")
	if version == 1 && d.err == nil && length != 8+4*uint64(rank)*n {
		d.fail(lengthAt, "length %d, and %d points of rank %d take %d", length, n, rank, 8+4*uint64(rank)*n)
	}
	if d.err != nil || n == 0 {
		return Selection{}
	}
	return d.coordinates(KindPoints, size, rank, int(n))
}

// hyperslab reads the rest of a hyperslab.
func (d *decoder) hyperslab(version uint64) Selection {
	size, flags := 4, uint64(0)
	switch version {
	case 1:
		d.number(4, "reserved word")
	case 2, 3:
		if flags = d.number(1, "flags"); flags&^flagRegular != 0 {
			d.unsupported(8, "hyperslab flags %#x, and %#x is known", flags, flagRegular)
		}
		size = 8
	default:
		d.unsupported(4, "version %d of a hyperslab, and 1 to 3 are known", version)
	}
	if version == 3 {
		size = d.encodeSize()
	} else {
		// Early 1.10 releases wrote 4 here whatever followed, and libhdf5 has never looked at it.
		d.number(4, "length")
	}
	rank := d.rank()
	var s Selection
	if flags&flagRegular != 0 {
		s = d.regular(size, rank)
		return s
	}
	at := d.off
	n := d.elements(size, 2*rank, "blocks")
	if n > 0 {
		return d.coordinates(KindIrregular, size, rank, int(n))
	}
	// libhdf5 writes this for a hyperslab of another rank than its dataset has, and cannot read it back.
	d.fail(at, "a hyperslab of no blocks: its rank was another than that of the dataset when it was made")
	return s
}

func (d *decoder) encodeSize() int {
	at := d.off
	size := d.number(1, "size of numbers")
	if size != 2 && size != 4 && size != 8 {
		d.fail(at, "numbers of %d bytes, and 2, 4 or 8 are possible", size)
		return 8
	}
	return int(size)
}

func (d *decoder) rank() int {
	at := d.off
	rank := d.number(4, "rank")
	if d.err == nil && (rank < 1 || rank > MaxRank) {
		d.fail(at, "rank %d, and 1 to %d are possible", rank, MaxRank)
	}
	if d.err != nil {
		return 1
	}
	return int(rank)
}

// elements reads how many blocks or points follow, of width numbers each, and checks that there
// are bytes for them.
func (d *decoder) elements(size, width int, what string) uint64 {
	at := d.off
	n := d.number(size, what)
	if room := uint64((len(d.b) - d.off) / (size * width)); d.err == nil && n > room {
		d.fail(at, "%d %s, and there are bytes for %d", n, what, room)
	}
	if d.err != nil {
		return 0
	}
	return n
}

// coordinates reads n points or n blocks; that their bytes are there has been checked.
func (d *decoder) coordinates(kind Kind, size, rank, n int) Selection {
	width := rank
	if kind == KindIrregular {
		width = 2 * rank
	}
	at := d.off
	if d.off += n * width * size; !d.check(kind, at, size, rank, n) {
		return Selection{}
	}
	switch {
	case d.lo != nil && n == 1 && kind == KindIrregular:
		return Selection{kind: KindRegular, rank: uint8(rank)}
	case d.lo != nil:
		return Selection{kind: kind, rank: uint8(rank)}
	case n == 1 && kind == KindIrregular:
		return d.block(at, size, rank)
	}
	numbers := make([]uint64, n*width)
	for i := range numbers {
		numbers[i] = decodeNumber(d.b[at+i*size:], size)
	}
	if kind == KindPoints {
		return newPoints(rank, numbers)
	}
	return newBoxes(rank, numbers)
}

// plainBlock decodes what plainBlock recognised. It is not ok where its numbers are not in order.
func (d *decoder) plainBlock(rank int) (Selection, bool) {
	s := Selection{kind: KindRegular, rank: uint8(rank), dims: d.axes(rank)}
	first, last := d.b[blockHead:blockHead+4*rank], d.b[blockHead+4*rank:blockHead+8*rank]
	for axis := range s.dims {
		l, h := binary.LittleEndian.Uint32(first[4*axis:]), binary.LittleEndian.Uint32(last[4*axis:])
		if h < l {
			return Selection{}, false
		}
		s.dims[axis] = Dim{Start: uint64(l), Stride: 1, Count: 1, Block: uint64(h-l) + 1}
	}
	return s, true
}

// block decodes the only block of a hyperslab, which has been checked.
func (d *decoder) block(at, size, rank int) Selection {
	s := Selection{kind: KindRegular, rank: uint8(rank), dims: d.axes(rank)}
	for axis := range rank {
		first, last := decodeNumber(d.b[at+axis*size:], size), decodeNumber(d.b[at+(rank+axis)*size:], size)
		s.dims[axis] = Dim{Start: first, Stride: 1, Count: 1, Block: last - first + 1}
	}
	return s
}

// check checks n points or blocks, and finds their bounds if they are wanted.
func (d *decoder) check(kind Kind, at, size, rank, n int) bool {
	for i := range n {
		for axis := range rank {
			first := decodeNumber(d.b[at+axis*size:], size)
			last := first
			if kind == KindIrregular {
				last = decodeNumber(d.b[at+(rank+axis)*size:], size)
			}
			switch {
			case last < first:
				d.fail(at+axis*size, "block %d begins at %d and ends at %d along axis %d", i, first, last, axis)
				return false
			case last > MaxCoordinate:
				d.fail(at+axis*size, "coordinate %d along axis %d is beyond any dataset", last, axis)
				return false
			case d.lo == nil:
				continue
			case i == 0:
				d.lo[axis], d.hi[axis] = first, last
			default:
				d.lo[axis], d.hi[axis] = min(d.lo[axis], first), max(d.hi[axis], last)
			}
		}
		if at += rank * size; kind == KindIrregular {
			at += rank * size
		}
	}
	return true
}

// regular reads the axes of a regular hyperslab.
func (d *decoder) regular(size, rank int) Selection {
	if d.err == nil && len(d.b)-d.off < 4*size*rank {
		d.fail(d.off, "a hyperslab of rank %d needs %d bytes and %d are left", rank, 4*size*rank, len(d.b)-d.off)
	}
	if d.err != nil {
		return Selection{}
	}
	s := Selection{kind: KindRegular, rank: uint8(rank)}
	if d.lo == nil {
		s.dims = d.axes(rank)
	}
	empty := false
	for axis := range rank {
		raw := d.dim(size)
		dim, err := raw.normalised()
		switch {
		case err != nil:
			d.fail(d.off-4*size, "axis %d of a hyperslab: %v", axis, err)
			return Selection{}
		case raw.unlimited() && s.unlimited != 0:
			d.fail(d.off-4*size, "axes %d and %d of a hyperslab are both unlimited, and one may be", s.unlimited-1, axis)
			return Selection{}
		case raw.unlimited():
			s.unlimited = uint8(axis + 1)
		}
		switch {
		case dim.Count == 0:
			empty = true
		case d.lo == nil:
			s.dims[axis] = dim
		default:
			d.lo[axis], d.hi[axis] = dim.Start, dim.last()
		}
	}
	if empty {
		return Selection{}
	}
	return s
}

// dim reads one axis of a regular hyperslab as it stands. All ones, of the size at hand, mean
// unlimited in a count or a block, and are a number in a start or a stride.
func (d *decoder) dim(size int) Dim {
	var word [4]uint64
	for i := range word {
		word[i] = decodeNumber(d.b[d.off:], size)
		d.off += size
	}
	for i, x := range word[2:] {
		if x == Unlimited>>(64-8*size) {
			word[2+i] = Unlimited
		}
	}
	return Dim{Start: word[0], Stride: word[1], Count: word[2], Block: word[3]}
}
