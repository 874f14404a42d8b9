package runtime

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"unsafe"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/runtime/internal/plan"
)

// RawDataset is an HDF5 dataset, virtual or not, read as bytes: for programs that learn the type when they run. [OpenDataset]
// gives one with a Go type. It is safe for concurrent use.
type RawDataset struct {
	file *File
	path string
	node *node
	// optional makes absent sources read as fill, whatever the options of Open say.
	optional bool
}

// policy is what a missing source of the dataset is.
func (d *RawDataset) policy() missingPolicy {
	if d.optional {
		return max(d.file.opts.missing, fillAbsent)
	}
	return d.file.opts.missing
}

// RawArray is what a read of a RawDataset returns.
type RawArray struct {
	Type   Type   // of the elements in Bytes: the Native of the dataset's own
	Shape  []int  // empty for one element
	Bytes  []byte // in row-major order
	Filled []Filled
}

// Path is the path that the dataset was opened with.
func (d *RawDataset) Path() string { return d.path }

// File is the file that the dataset was opened in.
func (d *RawDataset) File() *File { return d.file }

// Shape is the number of elements along each axis, as it was when the dataset was opened: a growing dataset has the length
// that its sources had then. It is empty for a scalar.
func (d *RawDataset) Shape() []int { return extentInts(d.node.shape) }

// MaxShape is how far each axis may grow, Unlimited for no limit.
func (d *RawDataset) MaxShape() []int { return extentInts(d.node.dataset.MaxShape()) }

func extentInts(extent []uint64) []int {
	shape := make([]int, len(extent))
	for i, n := range extent {
		shape[i] = extentInt(n)
	}
	return shape
}

// Rank is the number of axes.
func (d *RawDataset) Rank() int { return len(d.node.shape) }

// Datatype is the type of the elements as the file has it.
func (d *RawDataset) Datatype() Type { return d.node.dataset.Datatype() }

// HDF5 is the dataset as package hdf5 has it: storage, filters, attributes.
func (d *RawDataset) HDF5() *hdf5.Dataset { return d.node.dataset }

// IsVirtual reports whether the dataset is virtual.
func (d *RawDataset) IsVirtual() bool { return d.node.virtual != nil }

// Select is the shape of what the slices select, and the type of its elements in [RawArray.Bytes], before anything is read.
func (d *RawDataset) Select(slices ...Slice) (shape []int, t Type, err error) {
	s, err := d.selection(slices)
	if err != nil {
		return nil, nil, err
	}
	t, err = d.byteType()
	return s.shape, t, err
}

// byteType is the type of the elements of a RawArray: what h5py gives them, which has no data outside of its elements.
func (d *RawDataset) byteType() (Type, error) {
	t := d.Datatype().Native()
	if err := selfContained(t); err != nil {
		return nil, fmt.Errorf("%s:%s: elements of type %v: %w", d.file.name, d.path, t, err)
	}
	return t, nil
}

// selfContained refuses types whose elements refer to other parts of their file.
func selfContained(t Type) error {
	switch t.Class() {
	case hdf5.ClassVarLen:
		return errors.New("they have no fixed size in bytes; read them as Go strings or slices, with OpenDataset[string] or OpenDataset[[]T]")
	case hdf5.ClassArray:
		return selfContained(t.Base())
	case hdf5.ClassCompound:
		for _, m := range t.Members() {
			if err := selfContained(m.Type); err != nil {
				return fmt.Errorf("member %q: %w", m.Name, err)
			}
		}
	}
	return nil
}

// selection is resolved slices, ready to be read.
type selection struct {
	requests []plan.Request
	shape    []int // without the axes of indices
	elements int
}

// selection resolves slices.
func (d *RawDataset) selection(slices []Slice) (*selection, error) {
	axes, err := resolveSlices(slices, d.node.shape)
	if err != nil {
		var bad *SliceError
		if errors.As(err, &bad) {
			bad.Dataset = d.file.name + ":" + d.path
		}
		return nil, err
	}
	return d.choose(axes)
}

// choose makes the requests of resolved axes.
func (d *RawDataset) choose(axes []axis) (*selection, error) {
	s := &selection{shape: []int{}, elements: 1}
	lengths := make([]uint64, len(axes))
	for i := range axes {
		n := axes[i].length()
		if n > math.MaxInt || (n != 0 && uint64(s.elements) > math.MaxInt/n) {
			return nil, fmt.Errorf("%s:%s: the selection has more elements than memory can hold", d.file.name, d.path)
		}
		lengths[i] = n
		s.elements *= int(n)
		if !axes[i].drop {
			s.shape = append(s.shape, int(n))
		}
	}
	if d.node.dataset.Space() == hdf5.NullSpace {
		s.elements, s.shape = 0, []int{0}
	}
	if s.elements > 0 {
		s.requests = requests(axes, lengths)
	}
	return s, nil
}

// requests turns axes into requests: one, unless an axis is several progressions.
func requests(axes []axis, lengths []uint64) []plan.Request {
	parts := make([][]strand, len(axes))
	stride := int64(1)
	for i := len(axes) - 1; i >= 0; i-- {
		parts[i] = axes[i].strands(stride)
		stride *= int64(lengths[i])
	}
	number := make([]int, len(axes))
	var all []plan.Request
	for {
		q := plan.Request{Axes: make([]plan.Progression, len(axes)), MemStride: make([]int64, len(axes))}
		for i, n := range number {
			s := parts[i][n]
			q.Axes[i], q.MemStride[i] = s.progression, s.stride
			q.MemOffset += s.offset
		}
		all = append(all, q)
		if !advance(number, func(i int) int { return len(parts[i]) }) {
			return all
		}
	}
}

// strand is coordinates with equal distances, on the dataset's side and in the array.
type strand struct {
	progression    plan.Progression
	offset, stride int64 // in the array, in elements
}

// strands is an axis as progressions; stride is the distance of neighbours in the array.
func (a *axis) strands(stride int64) []strand {
	var all []strand
	at := int64(0)
	for _, p := range a.pieces {
		switch {
		case p.count == 0:
			continue
		case p.block == 1:
			all = append(all, strand{plan.Progression{Start: p.start, Step: max(p.stride, 1), Count: p.count}, at * stride, stride})
		case p.count <= p.block:
			for i := range p.count {
				all = append(all, strand{plan.Progression{Start: p.start + i*p.stride, Step: 1, Count: p.block}, (at + int64(i*p.block)) * stride, stride})
			}
		default:
			for j := range p.block {
				all = append(all, strand{plan.Progression{Start: p.start + j, Step: p.stride, Count: p.count}, (at + int64(j)) * stride, int64(p.block) * stride})
			}
		}
		at += int64(p.count * p.block)
	}
	return all
}

// ReadBytes reads the elements that the slices select, one for each axis as in NumPy; none are all. Bytes hold the type that h5py gives
// the dataset (see [hdf5.Datatype.Native]; big-endian stays so), to which those of its sources are converted. Elements of variable length have no fixed size, and are an error.
func (d *RawDataset) ReadBytes(ctx context.Context, slices ...Slice) (RawArray, error) {
	s, err := d.selection(slices)
	if err != nil {
		return RawArray{}, err
	}
	return d.readChosen(ctx, s)
}

func (d *RawDataset) readBytes(ctx context.Context, t Type, into []byte, s *selection, zeroed bool) ([]Filled, error) {
	r := &reading{file: d.file, policy: d.policy(), memory: hdf5.MemoryBytes(t), zeroed: zeroed,
		array: resultArray(unsafe.Pointer(unsafe.SliceData(into)), s.elements, t.Size(), zeroed)}
	if s.elements == 0 {
		return nil, ctx.Err()
	}
	err := r.run(ctx, d.node, s.requests)
	return r.filled, err
}

// maxArrayBytes bounds what one read allocates: a file of a few hundred bytes may describe a dataset of any size.
const maxArrayBytes = min(1<<40, math.MaxInt)

func (d *RawDataset) tooLarge(elements, size int) error {
	return fmt.Errorf("%s:%s: the selection has %d elements of %d bytes, more than one read gives; read it in parts", d.file.name, d.path, elements, size)
}

// ReadBlocks reads a selection of any size as consecutive blocks, in row-major order, of at most about maxBytes each (one element at
// least): some whole indices of an axis, and one index of each axis before it. The Bytes of a block are good until the next one is
// asked for. An error is yielded once and ends the iteration.
func (d *RawDataset) ReadBlocks(ctx context.Context, maxBytes int, slices ...Slice) iter.Seq2[RawArray, error] {
	return func(yield func(RawArray, error) bool) {
		fail := func(err error) { yield(RawArray{}, err) }
		t, err := d.byteType()
		if err != nil {
			fail(err)
			return
		}
		axes, err := resolveSlices(slices, d.node.shape)
		if err != nil {
			_, err = d.selection(slices)
			fail(err)
			return
		}
		var buffer []byte
		for part := range blocksOf(axes, max(1, maxBytes/t.Size())) {
			s, err := d.choose(part)
			if err != nil {
				fail(err)
				return
			}
			if n := s.elements * t.Size(); cap(buffer) < n {
				buffer = make([]byte, n)
			}
			block := RawArray{Type: t, Shape: s.shape, Bytes: buffer[:s.elements*t.Size()]}
			if block.Filled, err = d.readBytes(ctx, t, block.Bytes, s, false); err != nil {
				fail(err)
				return
			}
			if !yield(block, nil) {
				return
			}
		}
	}
}

// blocksOf cuts a selection into consecutive blocks of at most size elements.
func blocksOf(axes []axis, size int) iter.Seq[[]axis] {
	return func(yield func([]axis) bool) {
		for i := range axes {
			if axes[i].length() == 0 {
				return
			}
		}
		cut, inner := len(axes), uint64(1)
		for cut > 0 && inner*axes[cut-1].length() <= uint64(size) {
			cut--
			inner *= axes[cut].length()
		}
		if cut == 0 {
			yield(axes)
			return
		}
		cut--
		step := max(1, uint64(size)/inner)
		number := make([]int, cut+1)
		limit := func(i int) int {
			if i == cut {
				return int((axes[i].length() + step - 1) / step)
			}
			return int(axes[i].length())
		}
		for {
			part := append([]axis(nil), axes...)
			for i, n := range number {
				from, to := uint64(n), uint64(n)+1
				if i == cut {
					from, to = uint64(n)*step, min(uint64(n+1)*step, axes[i].length())
				}
				part[i] = axes[i].between(from, to)
			}
			if !yield(part) || !advance(number, limit) {
				return
			}
		}
	}
}

// between is the coordinates number from to to, exclusive, of an axis.
func (a *axis) between(from, to uint64) axis {
	cut := axis{drop: a.drop}
	at := uint64(0)
	for _, p := range a.pieces {
		first, end := max(from, at), min(to, at+p.length())
		if first < end {
			cut.pieces = append(cut.pieces, p.between(first-at, end-at)...)
		}
		at += p.length()
	}
	if len(cut.pieces) == 0 {
		cut.pieces = []piece{{stride: 1, block: 1}}
	}
	return cut
}

// between is the coordinates number from to to, exclusive, of a piece.
func (p piece) between(from, to uint64) []piece {
	if p.block == 1 {
		return []piece{p.part(from, to)}
	}
	var parts []piece
	for from < to {
		block, offset := from/p.block, from%p.block
		if offset == 0 && to-from >= p.block {
			n := (to - from) / p.block
			parts = append(parts, piece{start: p.start + block*p.stride, stride: p.stride, count: n, block: p.block})
			from += n * p.block
			continue
		}
		n := min(p.block-offset, to-from)
		parts = append(parts, run(p.start+block*p.stride+offset, n))
		from += n
	}
	return parts
}
