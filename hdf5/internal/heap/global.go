package heap

import (
	"sync"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

const (
	collectionHeader = 16 // bytes, with lengths of 8 bytes; the parts before the first object are padded to 8

	// wholeCollection is the largest collection that is read and kept as a whole: those of variable-length
	// values are of a few KiB. Of larger ones only the directory is kept.
	wholeCollection = 256 << 10

	// globalBudget bounds the collections that a file keeps in memory, in bytes.
	globalBudget = 2 << 20

	// maxObjects is the most objects of a collection: an index has 16 bits and 0 is free space.
	maxObjects = 1<<16 - 1
)

// Global finds objects of the global heap of a file (III.E). It is safe for concurrent use.
type Global struct {
	r     *block.Reader
	mu    sync.Mutex
	cache *block.Cache[*collection] // nil until first used: most files have no global heap
}

// NewGlobal returns the global heap of a file.
func NewGlobal(r *block.Reader) *Global { return &Global{r: r} }

// collection is the directory of a global heap collection.
type collection struct {
	addr    uint64
	data    []byte // all of it, if small
	objects map[uint16]span
}

// span is where an object's bytes are in a collection.
type span struct{ start, size uint64 }

// Object returns the bytes of an object; they must not be changed. The reference count of an object says
// nothing: libhdf5 writes 0.
func (g *Global) Object(addr uint64, index uint32) ([]byte, error) {
	col, err := g.collection(addr)
	if err != nil {
		return nil, err
	}
	s, ok := span{}, false
	if index > 0 && index <= maxObjects {
		s, ok = col.objects[uint16(index)]
	}
	if !ok {
		return nil, g.r.Errorf(addr, "global heap collection: it has no object %d", index)
	}
	if col.data != nil {
		return col.data[s.start : s.start+s.size : s.start+s.size], nil
	}
	return g.r.Bytes(addr+s.start, s.size, "global heap object")
}

// Address is where the bytes of an object are, and how many.
func (g *Global) Address(addr uint64, index uint32) (start, size uint64, err error) {
	col, err := g.collection(addr)
	if err != nil {
		return 0, 0, err
	}
	if index > 0 && index <= maxObjects {
		if s, ok := col.objects[uint16(index)]; ok {
			return addr + s.start, s.size, nil
		}
	}
	return 0, 0, g.r.Errorf(addr, "global heap collection: it has no object %d", index)
}

// Forget drops what is kept.
func (g *Global) Forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cache = nil
}

func (g *Global) kept() *block.Cache[*collection] {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cache == nil {
		g.cache = block.NewCache[*collection](globalBudget)
	}
	return g.cache
}

func (g *Global) collection(addr uint64) (*collection, error) {
	cache := g.kept()
	if col, ok := cache.Get(addr); ok {
		return col, nil
	}
	col, err := g.read(addr)
	if err != nil {
		return nil, err
	}
	const perObject = 48 // bytes of a map entry, about
	cache.Put(addr, col, len(col.data)+perObject*len(col.objects))
	return col, nil
}

// read makes the directory of a collection.
func (g *Global) read(addr uint64) (*collection, error) {
	const what = "global heap collection"
	head, err := g.r.Cursor(addr, collectionHeader, what)
	if err != nil {
		return nil, err
	}
	head.Signature("GCOL")
	head.Version(1)
	head.Skip(3)
	size := head.Length()
	if err := head.Err(); err != nil {
		return nil, err
	}
	if size < collectionHeader || size > g.r.Room(addr) {
		return nil, g.r.Errorf(addr, "%s: a size of %d bytes", what, size)
	}
	col := &collection{addr: addr, objects: map[uint16]span{}}
	if size <= wholeCollection {
		if col.data, err = g.r.Bytes(addr, size, what); err != nil {
			return nil, err
		}
	}
	return col, g.directory(col, size)
}

// directory walks over the objects of a collection.
func (g *Global) directory(col *collection, size uint64) error {
	lengthSize := uint64(g.r.Sizes().Length)
	objectHeader := (8 + lengthSize + 7) &^ 7
	for at := uint64(collectionHeader); size-at >= objectHeader; {
		head, err := g.objectHeader(col, at, objectHeader)
		if err != nil {
			return err
		}
		index := head.U16()
		head.U16() // reference count
		head.U32()
		n := head.Length()
		if index == 0 {
			// Free space, which runs to the end. Its size includes its header; a size below that makes libhdf5 loop for ever.
			if n < objectHeader || n > size-at {
				return g.r.Errorf(col.addr+at, "global heap collection: free space of %d bytes", n)
			}
			return nil
		}
		room := size - at - objectHeader
		if n > room {
			return g.r.Errorf(col.addr+at, "global heap collection: object %d of %d bytes, with %d left", index, n, room)
		}
		if _, twice := col.objects[index]; twice {
			return g.r.Errorf(col.addr+at, "global heap collection: two objects %d", index)
		}
		col.objects[index] = span{start: at + objectHeader, size: n}
		at += objectHeader + min((n+7)&^7, room)
	}
	return nil
}

func (g *Global) objectHeader(col *collection, at, n uint64) (cursor.Cursor, error) {
	const what = "global heap object"
	if col.data != nil {
		return g.r.Over(col.data[at:at+n], col.addr+at, what), nil
	}
	return g.r.Cursor(col.addr+at, n, what)
}
