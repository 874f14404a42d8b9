package hdf5

// defaultChunkCache is how many bytes of chunks that were written in part are kept in memory for each dataset, unless SetChunkCache says otherwise.
const defaultChunkCache = 16 << 20

// SetChunkCache sets how many bytes of decoded chunks that were written in part are kept in memory, 16 MiB unless it is called (H5Pset_chunk_cache); at least one chunk is. Where
// elements come in an order that touches many chunks again and again, room for all of them saves reading, decoding and encoding them each time. Append
// keeps at least a row of chunks.
func (d *DatasetWriter) SetChunkCache(bytes int) error {
	return d.do("setting the chunk cache", func() error {
		c, ok := d.storage.(*chunkStorage)
		if !ok {
			return nil
		}
		c.cache.limit = max(bytes, 0)
		return c.makeRoom(0)
	})
}

// cachedChunk is a chunk in memory.
type cachedChunk struct {
	number       uint64
	data         []byte
	dirty        bool
	written      uint64       // elements that were written since it is in memory; one that is written twice counts twice
	newer, older *cachedChunk // by the time of their last use
}

// chunkCache keeps chunks by the time of their last use.
type chunkCache struct {
	limit          int // bytes
	bytes          int
	chunks         map[uint64]*cachedChunk
	newest, oldest *cachedChunk
}

// get finds a chunk and makes it the newest.
func (c *chunkCache) get(number uint64) *cachedChunk {
	e := c.chunks[number]
	if e != nil && e != c.newest {
		c.unlink(e)
		c.link(e)
	}
	return e
}

func (c *chunkCache) add(e *cachedChunk) {
	if c.chunks == nil {
		c.chunks = map[uint64]*cachedChunk{}
	}
	c.chunks[e.number] = e
	c.bytes += len(e.data)
	c.link(e)
}

func (c *chunkCache) remove(e *cachedChunk) {
	delete(c.chunks, e.number)
	c.bytes -= len(e.data)
	c.unlink(e)
}

// link makes a chunk the newest.
func (c *chunkCache) link(e *cachedChunk) {
	e.newer, e.older = nil, c.newest
	if c.newest != nil {
		c.newest.newer = e
	} else {
		c.oldest = e
	}
	c.newest = e
}

func (c *chunkCache) unlink(e *cachedChunk) {
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		c.newest = e.older
	}
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		c.oldest = e.newer
	}
}

// renumber gives all chunks other numbers.
func (c *chunkCache) renumber(number func(uint64) uint64) {
	chunks := make(map[uint64]*cachedChunk, len(c.chunks))
	for _, e := range c.chunks {
		e.number = number(e.number)
		chunks[e.number] = e
	}
	c.chunks = chunks
}
