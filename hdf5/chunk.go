package hdf5

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/vdsgen/vdsgen/hdf5/filter"
	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/chunkindex"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// Chunk is a chunk of a dataset and where it is stored.
type Chunk struct {
	Offset     []uint64 // coordinates of its first element
	Address    uint64   // offset in the file of its stored bytes, user block included
	Size       uint64   // stored bytes
	FilterMask uint32   // bit i set: filter i of the pipeline was skipped
}

// keptScratch is the largest buffer that is kept for the next chunk, in bytes. Chunks of detectors are of some MiB.
const keptScratch = 64 << 20

// scratch holds buffers for the stored bytes of chunks.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

// chunkAccess is what a chunked dataset has more than others.
type chunkAccess struct {
	grid  chunkindex.Grid
	bytes uint64 // of a chunk without filters

	mu       sync.Mutex
	index    chunkindex.Index // nil: not yet opened
	pipeline *filter.Pipeline // nil: not yet made
}

func newChunkAccess(d *Dataset) *chunkAccess {
	s := &chunkAccess{grid: chunkindex.NewGrid(&d.layout, d.space, len(d.specs) > 0)}
	s.bytes, _ = d.layout.ChunkBytes()
	return s
}

// chunkIndex opens the index of the chunks when it is first needed.
func (d *Dataset) chunkIndex() (chunkindex.Index, error) {
	if d.chunks == nil {
		return nil, d.notChunked()
	}
	s := d.chunks
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.index == nil {
		index, err := chunkindex.Open(d.file.reader, &d.layout, s.grid)
		if err != nil {
			return nil, d.place(err)
		}
		s.index = index
	}
	return s.index, nil
}

func (d *Dataset) notChunked() error {
	if d.layout.Class == message.LayoutVirtual {
		return d.placed(ErrVirtual)
	}
	return d.placed(fmt.Errorf("%w: its layout is %v, not chunked", ErrKind, d.Layout()))
}

// chunkPipeline makes the filter pipeline when it is first needed.
func (d *Dataset) chunkPipeline() (*filter.Pipeline, error) {
	s := d.chunks
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pipeline == nil {
		if s.bytes > filter.MaxChunk {
			return nil, &UnsupportedError{File: d.file.name, Feature: fmt.Sprintf("%s: filtered chunk of %d bytes", d.path, s.bytes)}
		}
		p, err := filter.NewPipeline(d.specs, int(d.size), int(s.bytes))
		if err != nil {
			return nil, d.placed(err)
		}
		s.pipeline = p
	}
	return s.pipeline, nil
}

// newChunk describes the chunk with scaled coordinates.
func (d *Dataset) newChunk(scaled []uint64, e chunkindex.Entry) Chunk {
	c := Chunk{Offset: make([]uint64, len(scaled)), Address: e.Address + uint64(d.file.info.UserBlock), Size: e.Size, FilterMask: e.Mask}
	for i, s := range scaled {
		c.Offset[i] = s * d.layout.ChunkDims[i]
	}
	return c
}

// Chunk finds the chunk with the scaled coordinates (coordinates of an element divided by the chunk shape). ok is false when it was never
// allocated: its elements are the fill value. The index is not read as a whole for it.
func (d *Dataset) Chunk(scaled []uint64) (c Chunk, ok bool, err error) {
	index, err := d.chunkIndex()
	if err != nil {
		return Chunk{}, false, err
	}
	if len(scaled) != d.Rank() || !d.chunks.grid.Contains(scaled) {
		return Chunk{}, false, d.placed(fmt.Errorf("there is no chunk %d: there are %d", scaled, d.chunks.grid.Count))
	}
	e, ok, err := index.Lookup(scaled)
	if err != nil {
		return Chunk{}, false, d.place(err)
	}
	if !ok {
		return Chunk{}, false, nil
	}
	return d.newChunk(scaled, e), true, nil
}

// Chunks yields the allocated chunks within the shape, in the order of the index: by rows, but with an axis that alone has no limit first.
// It stops at the first error.
func (d *Dataset) Chunks() iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) {
		index, err := d.chunkIndex()
		if err != nil {
			yield(Chunk{}, err)
			return
		}
		err = index.Walk(func(scaled []uint64, e chunkindex.Entry) (bool, error) {
			if !d.chunks.grid.Contains(scaled) {
				return true, nil
			}
			return yield(d.newChunk(scaled, e), nil), nil
		})
		if err != nil {
			yield(Chunk{}, d.place(err))
		}
	}
}

// ChunkCounts is the number of chunks along each axis, allocated or not; nil unless chunked.
func (d *Dataset) ChunkCounts() []uint64 {
	if d.chunks == nil {
		return nil
	}
	return slices.Clone(d.chunks.grid.Count)
}

// ChunkBytes is the number of bytes of a decoded chunk; chunks at the edges are as large as others. 0 unless chunked.
func (d *Dataset) ChunkBytes() int {
	if d.chunks == nil {
		return 0
	}
	return int(d.chunks.bytes)
}

// ChunkFiltered reports whether the stored bytes of a chunk differ from its elements: whether a filter was applied to it.
func (d *Dataset) ChunkFiltered(c Chunk) bool {
	if len(d.specs) == 0 || d.chunks == nil {
		return false
	}
	all := uint32(1)<<len(d.specs) - 1
	if c.FilterMask&all == all {
		return false
	}
	return d.layout.Flags&message.ChunkEdgesUnfiltered == 0 || !d.isEdge(c)
}

// isEdge reports whether a chunk reaches past the shape.
func (d *Dataset) isEdge(c Chunk) bool {
	for i, start := range c.Offset {
		if d.layout.ChunkDims[i] > d.space.Dims[i]-min(start, d.space.Dims[i]) {
			return true
		}
	}
	return false
}

// ReadChunk reads the stored bytes of a chunk, filters not undone, into the memory of stored as far as it reaches.
func (d *Dataset) ReadChunk(c Chunk, stored []byte) ([]byte, error) {
	if d.chunks == nil {
		return nil, d.notChunked()
	}
	if c.Size > uint64(d.file.reader.Size()) {
		return nil, d.placed(&FormatError{File: d.file.name, Offset: int64(c.Address), What: fmt.Sprintf("chunk %d: %d bytes are more than the file holds", c.Offset, c.Size)})
	}
	stored = slices.Grow(stored[:0], int(c.Size))[:c.Size]
	if err := d.file.readAt(stored, c.Address); err != nil {
		return nil, d.placed(fmt.Errorf("chunk %d: %w", c.Offset, err))
	}
	return stored, nil
}

// ReadChunkAt fills p with stored bytes of a chunk from byte off on. Where ChunkFiltered says no, they are its elements.
func (d *Dataset) ReadChunkAt(c Chunk, p []byte, off int64) error {
	if d.chunks == nil {
		return d.notChunked()
	}
	if off < 0 || uint64(off) > c.Size || uint64(len(p)) > c.Size-uint64(off) {
		return d.placed(fmt.Errorf("chunk %d: %d bytes at %d are not within its %d bytes", c.Offset, len(p), off, c.Size))
	}
	if err := d.file.readAt(p, c.Address+uint64(off)); err != nil {
		return d.placed(fmt.Errorf("chunk %d: %w", c.Offset, err))
	}
	return nil
}

// DecodeChunk reads a chunk and undoes its filters. raw is exactly ChunkBytes long; a chunk without filters is read straight into it. What
// raw holds after an error is undefined. The error wraps ErrTooLarge for a chunk of more than 1 GiB and more than 4096 times the size of its file.
func (d *Dataset) DecodeChunk(c Chunk, raw []byte) error {
	return d.DecodeChunkParallel(c, raw, nil)
}

// chunkPart is the bytes of a large chunk without filters that are read at a time.
const chunkPart = 1 << 20

// DecodeChunkParallel is DecodeChunk for a large chunk while other goroutines have nothing to do: where that is possible its parts are read and
// decoded through parallel, which may be nil.
func (d *Dataset) DecodeChunkParallel(c Chunk, raw []byte, parallel filter.Parallel) error {
	if d.chunks == nil {
		return d.notChunked()
	}
	if uint64(len(raw)) != d.chunks.bytes {
		return d.placed(fmt.Errorf("a chunk of %d bytes does not decode into %d", d.chunks.bytes, len(raw)))
	}
	if !d.ChunkFiltered(c) {
		if parallel == nil || len(raw) < 2*chunkPart {
			return d.ReadChunkAt(c, raw, 0)
		}
		return parallel((len(raw)+chunkPart-1)/chunkPart, func(i int) error {
			at := i * chunkPart
			return d.ReadChunkAt(c, raw[at:min(at+chunkPart, len(raw))], int64(at))
		})
	}
	if err := d.checkExpansion(); err != nil {
		return err
	}
	p, err := d.chunkPipeline()
	if err != nil {
		return err
	}
	buffer := scratch.Get().(*[]byte)
	err = d.file.reader.Retry(func() error {
		stored, err := d.ReadChunk(c, *buffer)
		if err != nil {
			return err
		}
		*buffer = stored
		if err := p.DecodeParallel(raw, stored, c.FilterMask, parallel); err != nil {
			return d.placed(fmt.Errorf("chunk %d: %w", c.Offset, err))
		}
		return nil
	}, tornChunk)
	if cap(*buffer) <= keptScratch {
		scratch.Put(buffer)
	}
	return err
}

// checkExpansion refuses chunks that some bytes of a small file would make so large that memory, of which every goroutine that decodes has some, does not
// last: memory that is not written to costs nothing.
func (d *Dataset) checkExpansion() error {
	if size := d.chunks.bytes; size > freeReadBytes && size/maxExpansion > uint64(d.file.Size()) {
		return d.placed(fmt.Errorf("%w: a chunk of %d bytes of a file of %d", ErrTooLarge, size, d.file.Size()))
	}
	return nil
}

// tornChunk reports whether an error of reading a chunk may come from a writer that was just putting another one, of the same size, in its place.
func tornChunk(err error) bool {
	var decoding *filter.Error
	return errors.As(err, &decoding) || block.Torn(err)
}
