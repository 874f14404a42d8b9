package hdf5

import (
	"fmt"
	"unsafe"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// chunkAxis steps along one axis through the chunks that a box touches.
type chunkAxis struct {
	start, step, count uint64 // of the box, in elements
	chunk              uint64 // elements of a chunk

	index uint64 // of the current chunk along the axis
	first uint64 // the step of the box that is the first in this chunk
	n     uint64 // steps in this chunk
}

// at finds the part in the chunk that holds step first of the box.
func (a *chunkAxis) at(first uint64) {
	a.first = first
	position := a.start + first*a.step
	a.index = position / a.chunk
	// The last position in the chunk is chunk-1-position%chunk further.
	a.n = min(a.count-first, (a.chunk-1-position%a.chunk)/a.step+1)
}

// next goes to the next chunk that the box touches; at the end it returns to the first and reports false.
func (a *chunkAxis) next() bool {
	if a.first+a.n >= a.count {
		a.at(0)
		return false
	}
	a.at(a.first + a.n)
	return true
}

// whole reports whether the box wants every element of the current chunk, one after another.
func (a *chunkAxis) whole() bool { return a.n == a.chunk && (a.step == 1 || a.n == 1) }

// readChunked reads a box chunk by chunk, in the order of the chunks.
func (d *Dataset) readChunked(c *Conversion, memory unsafe.Pointer, memStride []int64, start, step, count []uint64) error {
	r := chunkReader{d: d, c: c, memory: memory, memStride: memStride, rank: len(count), fill: d.Fill().Value}
	shape, chunk := d.Shape(), d.ChunkShape()
	if len(chunk) != r.rank || r.rank > dataspace.MaxRank {
		return d.placed(fmt.Errorf("chunks of shape %d of a dataset of shape %d", chunk, shape))
	}
	stride := int64(c.stored.size)
	packed := int64(c.memory.Size())
	r.packed = true
	for i := r.rank - 1; i >= 0; i-- {
		if chunk[i] == 0 {
			return d.placed(fmt.Errorf("chunks of shape %d", chunk))
		}
		r.axes[i] = chunkAxis{start: start[i], step: stepOf(step, i), count: count[i], chunk: chunk[i]}
		r.axes[i].at(0)
		r.stride[i] = stride
		r.packed = r.packed && (memStride[i] == packed || chunk[i] == 1)
		stride *= int64(chunk[i])
		packed *= int64(chunk[i])
	}
	if stride != int64(d.ChunkBytes()) {
		return d.placed(fmt.Errorf("chunks of %d bytes and of shape %d of elements of %d bytes", d.ChunkBytes(), chunk, c.stored.size))
	}
	for {
		if err := r.chunk(); err != nil {
			return err
		}
		if !r.next() {
			return nil
		}
	}
}

// chunkReader reads the part of a box that lies in one chunk after another.
type chunkReader struct {
	d         *Dataset
	c         *Conversion
	memory    unsafe.Pointer
	memStride []int64
	fill      []byte
	rank      int
	packed    bool // in memory, the elements of a chunk follow each other as they do in the chunk
	axes      [dataspace.MaxRank]chunkAxis
	stride    [dataspace.MaxRank]int64 // of the elements in a chunk, in bytes

	scaled, count [dataspace.MaxRank]uint64
	partStride    [dataspace.MaxRank]int64
}

func (r *chunkReader) next() bool {
	for i := r.rank - 1; i >= 0; i-- {
		if r.axes[i].next() {
			return true
		}
	}
	return false
}

func (r *chunkReader) chunk() error {
	whole := true
	var to, from int64
	for i := range r.rank {
		a := &r.axes[i]
		r.scaled[i], r.count[i] = a.index, a.n
		to += int64(a.first) * r.memStride[i]
		from += int64(a.start+a.first*a.step-a.index*a.chunk) * r.stride[i]
		r.partStride[i] = int64(a.step) * r.stride[i]
		whole = whole && a.whole()
	}
	memory, count, stride := unsafe.Add(r.memory, to), r.count[:r.rank], r.partStride[:r.rank]
	where, ok, err := r.d.Chunk(r.scaled[:r.rank])
	if err != nil {
		return err
	}
	if !ok {
		return r.c.FillBox(memory, r.memStride, r.fill, count)
	}
	size := r.d.ChunkBytes()
	if whole && r.packed && r.c.copies {
		return r.d.DecodeChunk(where, unsafe.Slice((*byte)(memory), size))
	}
	if !r.d.ChunkFiltered(where) {
		// The elements lie in the file as they are: only those that are wanted are read.
		read := func(p []byte, off int64) error { return r.d.ReadChunkAt(where, p, off) }
		return r.d.readStored(read, from, stride, r.c, memory, r.memStride, count)
	}
	if err := r.d.checkExpansion(); err != nil {
		return err
	}
	return withBuffer(size, func(buffer []byte) error {
		if err := r.d.DecodeChunk(where, buffer); err != nil {
			return err
		}
		return r.d.converted(r.c.CopyBox(memory, r.memStride, buffer[from:], stride, count))
	})
}
