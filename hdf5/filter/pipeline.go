package filter

import (
	"errors"
	"fmt"
)

// MaxFilters is the longest pipeline, HDF5's own limit: a chunk's filter mask has that many bits.
const MaxFilters = 32

// MaxChunk is the largest chunk, in unfiltered bytes, that a pipeline takes: HDF5 stores chunk sizes in 32 bits up to
// its version 1.14, and larger chunks of later versions would not be decoded in memory with any profit.
const MaxChunk = 1<<32 - 1

// MaxStage is the most bytes that a chunk may have between two filters of a pipeline where its size there is not
// known: compressors that find nothing to compress add a little, and none of those in use doubles its input.
func MaxStage(chunkBytes int) int { return 2*chunkBytes + 64<<10 }

// Pipeline decodes and encodes the chunks of one dataset. It is immutable and safe for concurrent use; it keeps no
// memory in proportion to the chunk between calls but what package-wide pools hold.
type Pipeline struct {
	specs      []Spec
	codecs     []Codec // nil: not known
	sizes      []int   // raw size of stage i where it does not depend on the data, else -1
	chunkBytes int
}

// fixedSize is a codec whose stored size follows from the raw size.
type fixedSize interface {
	storedSize(raw int, p Params) int
}

// NewPipeline makes the pipeline of a dataset whose elements have elemSize bytes and whose chunks have chunkBytes
// bytes. It does what [Complete] can do knowing no more of the elements than their size. A filter that is not known
// is no error until a chunk needs it.
func NewPipeline(specs []Spec, elemSize, chunkBytes int) (*Pipeline, error) {
	switch {
	case len(specs) > MaxFilters:
		return nil, fmt.Errorf("a filter pipeline has at most %d filters, not %d", MaxFilters, len(specs))
	case chunkBytes < 0 || int64(chunkBytes) > MaxChunk:
		return nil, fmt.Errorf("a chunk of %d bytes is not between 0 and %d", chunkBytes, int64(MaxChunk))
	case elemSize < 0:
		return nil, fmt.Errorf("an element of %d bytes", elemSize)
	}
	specs, err := Complete(specs, Element{Size: elemSize}, chunkBytes)
	if err != nil {
		return nil, err
	}
	p := &Pipeline{specs: specs, chunkBytes: chunkBytes, codecs: make([]Codec, len(specs)), sizes: make([]int, len(specs))}
	size := chunkBytes
	for i, s := range specs {
		p.codecs[i] = lookup(s.ID)
		p.sizes[i] = size
		size = p.sizeAfter(i, size)
	}
	return p, nil
}

// Specs are the filters in the order of the message, completed: what a writer stores. They are not to be changed.
func (p *Pipeline) Specs() []Spec { return p.specs }

func (p *Pipeline) params(stage int) Params {
	return Params{Values: p.specs[stage].Params, ChunkBytes: p.chunkBytes, Optional: p.specs[stage].Optional}
}

// sizeAfter is the stored size of a stage whose raw size is given; -1: depends on the data.
func (p *Pipeline) sizeAfter(stage, size int) int {
	fixed, ok := p.codecs[stage].(fixedSize)
	if !ok || size < 0 {
		return -1
	}
	return fixed.storedSize(size, p.params(stage))
}

// Decode turns the stored bytes of a chunk into its elements. raw is exactly one chunk, all of which is written, or
// the error says why not; in that case raw's contents are undefined. Bit i of mask says that filter i was left out
// for this chunk. raw and stored must not overlap.
//
// A filter of the pipeline that is not known is an *[UnknownFilterError], unless the mask leaves it out. All errors
// of codecs are an *[Error].
func (p *Pipeline) Decode(raw, stored []byte, mask uint32) error {
	return p.DecodeParallel(raw, stored, mask, nil)
}

// DecodeParallel is Decode for a large chunk while other goroutines have nothing to do: where the format of a filter allows it, the parts of the
// chunk are decoded through parallel.
func (p *Pipeline) DecodeParallel(raw, stored []byte, mask uint32, parallel Parallel) error {
	if len(raw) != p.chunkBytes {
		return fmt.Errorf("decoding a chunk of %d bytes into %d bytes", p.chunkBytes, len(raw))
	}
	first := -1 // the stage that yields the chunk's elements
	for i := range p.specs {
		if mask&(1<<i) != 0 {
			continue
		}
		if p.codecs[i] == nil {
			return &UnknownFilterError{ID: p.specs[i].ID, Name: p.specs[i].Name}
		}
		if first < 0 {
			first = i
		}
	}
	var between [2]*scratch // used in turn
	defer func() {
		between[0].put()
		between[1].put()
	}()
	current, turn := stored, 0 // between[turn] is not where current lies
	for i := len(p.specs) - 1; i >= 0; i-- {
		if mask&(1<<i) != 0 {
			continue
		}
		target := raw
		size := p.rawSize(i, mask)
		if i != first {
			room := size
			if room < 0 {
				room = MaxStage(p.chunkBytes)
			}
			between[turn] = between[turn].atLeast(room)
			target = between[turn].bytes
		}
		params := p.params(i)
		params.Parallel = parallel
		out, err := p.codecs[i].Decode(target, current, params)
		if err == nil && size >= 0 && len(out) != size {
			err = corrupt("%d bytes where there should be %d", len(out), size)
		}
		if err != nil {
			return &Error{ID: p.specs[i].ID, Stage: i, Doing: "decoding", Err: err}
		}
		// A codec that changes nothing may give back what it was given.
		if i != first && !sameStart(out, current) {
			if !sameStart(out, target) {
				out = append(target[:0], out...)
			}
			turn = 1 - turn
		}
		current = out
	}
	if len(current) != len(raw) {
		return fmt.Errorf("decoding a chunk of %d bytes: %d bytes are stored", p.chunkBytes, len(current))
	}
	if len(raw) > 0 && &current[0] != &raw[0] {
		copy(raw, current)
	}
	return nil
}

// sameStart reports whether two pieces of memory begin at the same byte, or the first is empty.
func sameStart(a, b []byte) bool {
	return len(a) == 0 || len(b) > 0 && &a[0] == &b[0]
}

// rawSize is the raw size of a stage, -1 where it depends on the data.
func (p *Pipeline) rawSize(stage int, mask uint32) int {
	if mask == 0 {
		return p.sizes[stage]
	}
	size := p.chunkBytes
	for i := range stage {
		if mask&(1<<i) == 0 {
			size = p.sizeAfter(i, size)
		}
	}
	return size
}

// Encode applies the pipeline to a whole chunk. The result is in stored's memory as far as its capacity reaches
// (stored's contents do not matter), else in new memory. Bit i of mask says that filter i, an optional one, was left
// out because the chunk does not shrink.
//
// A filter without codec is an *[UnknownFilterError], one whose codec cannot write a *[ReadOnlyError]. raw and stored
// must not overlap.
func (p *Pipeline) Encode(stored, raw []byte) (out []byte, mask uint32, err error) {
	if len(raw) != p.chunkBytes {
		return nil, 0, fmt.Errorf("encoding a chunk of %d bytes: there are %d bytes", p.chunkBytes, len(raw))
	}
	var between [2]*scratch
	defer func() {
		between[0].put()
		between[1].put()
	}()
	current := raw
	turn := 0
	for i, s := range p.specs {
		encoder, err := p.encoder(i)
		if err != nil {
			return nil, 0, err
		}
		room := stored
		if i < len(p.specs)-1 {
			between[turn] = between[turn].atLeast(p.chunkBytes + p.chunkBytes/8 + 64)
			room = between[turn].bytes
		}
		next, err := encoder.Encode(room[:0], current, p.params(i))
		if errors.Is(err, ErrDeclined) && s.Optional {
			mask |= 1 << i
			continue
		}
		if err != nil {
			return nil, 0, &Error{ID: s.ID, Stage: i, Doing: "encoding", Err: err}
		}
		current = next
		turn = 1 - turn
	}
	return p.settle(stored, current), mask, nil
}

// settle puts the result into the caller's memory, where the last filter that ran did not do so.
func (p *Pipeline) settle(stored, result []byte) []byte {
	if len(result) == 0 {
		return stored[:0]
	}
	if cap(stored) > 0 && &result[0] == &stored[:1][0] {
		return result
	}
	return append(stored[:0], result...)
}

func (p *Pipeline) encoder(stage int) (Encoder, error) {
	s := p.specs[stage]
	if p.codecs[stage] == nil {
		return nil, &UnknownFilterError{ID: s.ID, Name: s.Name}
	}
	encoder, ok := p.codecs[stage].(Encoder)
	if !ok {
		return nil, &ReadOnlyError{ID: s.ID}
	}
	return encoder, nil
}
