package fetch

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/runtime/internal/plan"
)

// Array is the caller's array. Offsets and strides of segments are in its elements, and the caller answers for their lying inside.
type Array struct {
	Base  unsafe.Pointer
	Size  int64  // bytes of an element
	Fresh *Fresh // where the array was newly allocated
}

// run is size bytes of the array that lie one after another, to be written to.
func (a Array) run(place, size int64) []byte {
	memory := unsafe.Add(a.Base, place)
	a.Fresh.Take(memory, uintptr(size))
	return unsafe.Slice((*byte)(memory), size)
}

// at is where an element lies.
func (a Array) at(offset int64) unsafe.Pointer { return unsafe.Add(a.Base, offset*a.Size) }

// Reader reads boxes of one dataset, which is not virtual, into the caller's array. Read is called once.
type Reader struct {
	Dataset *hdf5.Dataset
	Convert *hdf5.Conversion
	Array   Array

	shape, chunk []uint64 // of the dataset; set by Read
}

// inlineBytes is what is read at once by the worker that opened the source, and not handed out to others: below it the handing
// out takes longer than the reading.
const inlineBytes = 512 << 10

// Read reads the segments, which must lie inside the dataset and must not overlap in the array: a small amount before it returns,
// a larger one as work that is pushed to the pool. done is called once, when all has been read or given up.
func (r *Reader) Read(w *Worker, segments []plan.Segment, done func()) error {
	r.shape, r.chunk = r.Dataset.Shape(), r.Dataset.ChunkShape()
	work, err := r.work(segments, done)
	if err != nil || work == nil {
		done()
		return err
	}
	if r.bytes(segments) > inlineBytes {
		w.Push(work)
		return nil
	}
	defer work.Done()
	for {
		task, ok := work.Next()
		if !ok {
			return nil
		}
		if err := task(w); err != nil {
			return err
		}
	}
}

// work is the reading of the segments, nil where there is nothing to do.
func (r *Reader) work(segments []plan.Segment, done func()) (Work, error) {
	if len(segments) == 0 || r.Dataset.Space() == hdf5.NullSpace {
		return nil, nil
	}
	rank := len(r.shape)
	for i := range segments {
		if s := &segments[i]; len(s.SourceStart) != rank || len(s.SourceStep) != rank || len(s.Count) != rank || len(s.MemStride) != rank {
			return nil, fmt.Errorf("a segment of %d axes for a dataset of %d", len(s.Count), rank)
		}
	}
	switch r.Dataset.Layout() {
	case hdf5.Compact, hdf5.Contiguous:
		return newContiguousWork(r, segments, done), nil
	case hdf5.Chunked:
		return newChunkedWork(r, segments, done)
	}
	return nil, errors.New("the layout of the dataset is not one that is read here")
}

// bytes is the size of the segments in the dataset, or of the chunks that they touch if that is more.
func (r *Reader) bytes(segments []plan.Segment) uint64 {
	const enough = 1 << 40
	total := uint64(0)
	chunk := r.chunk
	for i := range segments {
		n := uint64(r.Convert.Stored().Size())
		for axis, count := range segments[i].Count {
			if chunk != nil {
				touched := touchedChunks(&segments[i], axis, chunk[axis])
				count = max(count, touched.count*chunk[axis])
			}
			if count > enough || n > enough {
				return enough
			}
			n *= count
		}
		if total += n; total > enough {
			return enough
		}
	}
	return total
}

// Fill writes the fill value of the dataset, converted, to the segments.
func (r *Reader) Fill(segments []plan.Segment) error {
	return Fill(r.Convert, r.Array, r.Dataset.Fill(), segments)
}

// Fill writes a fill value, given as one stored element of the conversion, to the segments. Members of the memory type that the stored type
// lacks become zero.
func Fill(convert *hdf5.Conversion, array Array, fill hdf5.Fill, segments []plan.Segment) error {
	return fillSegments(convert.FillBox, array, fill, segments)
}

// FillOver is Fill that leaves members that the stored type lacks as they are: elements of a source that has none, over what was filled before.
func FillOver(convert *hdf5.Conversion, array Array, fill hdf5.Fill, segments []plan.Segment) error {
	return fillSegments(func(dst unsafe.Pointer, strides []int64, value []byte, count []uint64) error {
		return fillOver(convert, dst, strides, value, count)
	}, array, fill, segments)
}

// fillOver fills one box, and leaves members that the stored type lacks as they are.
func fillOver(convert *hdf5.Conversion, dst unsafe.Pointer, strides []int64, value []byte, count []uint64) error {
	if !convert.Partial() {
		return convert.FillBox(dst, strides, value, count)
	}
	if value == nil {
		value = make([]byte, convert.Stored().Size())
	}
	var still [dataspace.MaxRank]int64
	return convert.CopyBox(dst, strides, value, still[:len(count)], count)
}

func fillSegments(fillBox func(unsafe.Pointer, []int64, []byte, []uint64) error, array Array, fill hdf5.Fill, segments []plan.Segment) error {
	var strides [dataspace.MaxRank]int64
	for i := range segments {
		s := &segments[i]
		if s.Elements() == 0 {
			continue
		}
		for axis, stride := range s.MemStride {
			strides[axis] = stride * array.Size
		}
		if err := fillBox(array.at(s.MemOffset), strides[:len(s.Count)], fill.Value, s.Count); err != nil {
			return err
		}
	}
	return nil
}
