package hdf5

import (
	"slices"
)

const (
	// encodeBytes is how many bytes of chunks wait to be encoded and written at most, beyond one chunk.
	encodeBytes = 64 << 20

	// maxEncodeDepth is how many chunks wait at most.
	maxEncodeDepth = 16
)

// encodeQueue encodes chunks in the background and writes them in the order in which they came. How many wait depends on the size of a chunk alone, and not on the
// number of processors or on who is faster: where several datasets are written in turn, the order of their chunks in the file is always the same.
type encodeQueue struct {
	c       *chunkStorage
	depth   int
	pending []*encodeJob // oldest first
	idle    []*encodeJob // whose memory can be used again
	spare   [][]byte     // buffers for raw chunks
}

// holding says how long the bytes of a raw chunk stay as they are.
type holding uint8

const (
	transient holding = iota // until the call returns: they are copied
	borrowed                 // until the queue is drained
	owned                    // they are a buffer of the queue
)

// encodeJob is one chunk on its way.
type encodeJob struct {
	number uint64
	raw    []byte
	held   holding
	room   []byte // for encoded bytes
	out    []byte // encoded
	mask   uint32
	err    error
	done   chan struct{} // receives once when out, mask and err are set
}

func (q *encodeQueue) init(c *chunkStorage) {
	q.c = c
	q.depth = min(max(encodeBytes/c.chunkBytes, 1), maxEncodeDepth)
}

// buffer is memory for a chunk. Its contents are undefined.
func (q *encodeQueue) buffer(n int) []byte {
	if last := len(q.spare) - 1; last >= 0 {
		b := q.spare[last]
		q.spare = q.spare[:last]
		return b
	}
	return make([]byte, n)
}

// recycle takes back a buffer, unless there are enough.
func (q *encodeQueue) recycle(b []byte) {
	if len(q.spare) <= q.depth {
		q.spare = append(q.spare, b)
	}
}

// holds reports whether a chunk is on its way.
func (q *encodeQueue) holds(number uint64) bool {
	return slices.ContainsFunc(q.pending, func(j *encodeJob) bool { return j.number == number })
}

// submit takes a chunk.
func (q *encodeQueue) submit(number uint64, raw []byte, held holding) error {
	for len(q.pending) >= q.depth {
		if err := q.retire(); err != nil {
			return err
		}
	}
	var j *encodeJob
	if last := len(q.idle) - 1; last >= 0 {
		j = q.idle[last]
		q.idle = q.idle[:last]
	} else {
		j = &encodeJob{done: make(chan struct{}, 1)}
	}
	if held == transient {
		raw, held = append(q.buffer(len(raw))[:0], raw...), owned
	}
	j.number, j.raw, j.held = number, raw, held
	q.pending = append(q.pending, j)
	tokens := q.c.d.w.encoders
	go func() {
		tokens <- struct{}{}
		j.out, j.mask, j.err = q.c.encoder.Encode(j.room[:0], j.raw)
		<-tokens
		j.done <- struct{}{}
	}()
	return nil
}

// retire writes the oldest chunk.
func (q *encodeQueue) retire() error {
	j := q.pending[0]
	<-j.done
	q.pending = slices.Delete(q.pending, 0, 1)
	if j.err != nil {
		return q.c.place(j.err, j.number)
	}
	err := q.c.store(j.number, j.out, j.mask)
	// An encoder that leaves the chunk as it is may return raw itself.
	if cap(j.out) > cap(j.room) && &j.out[:1][0] != &j.raw[0] {
		j.room = j.out
	}
	if j.held == owned {
		q.recycle(j.raw)
	}
	j.raw, j.out = nil, nil
	q.idle = append(q.idle, j)
	return err
}

// drain writes all chunks that wait.
func (q *encodeQueue) drain() error {
	for len(q.pending) > 0 {
		if err := q.retire(); err != nil {
			return err
		}
	}
	return nil
}

// abandon waits for chunks that are being encoded, and drops them.
func (q *encodeQueue) abandon() {
	for _, j := range q.pending {
		<-j.done
	}
	q.pending = nil
}

// free lets go of all buffers.
func (q *encodeQueue) free() { q.idle, q.spare = nil, nil }
