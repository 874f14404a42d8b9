package filter

import (
	"errors"
	"fmt"
	"sync"
)

// Params is what a codec knows when it works on a chunk.
type Params struct {
	Values     []uint32 // the client data of the filter, never to be changed
	ChunkBytes int      // size of the whole unfiltered chunk
	Optional   bool     // the filter may decline a chunk when encoding, with ErrDeclined
	Parallel   Parallel // decodes parts of the chunk at the same time; nil: one after the other
}

// Parallel does n pieces of work, do(0) to do(n-1), some of them at the same time, and returns the error of the first piece that has one. After an
// error no further piece need be begun.
type Parallel func(n int, do func(i int) error) error

// Codec undoes one kind of filter. One value serves all datasets, from many goroutines at once.
type Codec interface {
	// Decode undoes the filter on stored and returns the raw bytes, either in raw, from its beginning, or as a part
	// of stored. More than len(raw) bytes is an error, and so is anything in stored that the format does not allow;
	// len(raw) is what the pipeline expects where it knows, and a limit where it does not. raw and stored do not
	// overlap. Decode must not trust stored, must not panic, and must not keep raw or stored.
	Decode(raw, stored []byte, p Params) ([]byte, error)
}

// Encoder is a Codec that can also write.
type Encoder interface {
	Codec
	// Encode applies the filter to raw and returns the stored bytes, in stored's memory as far as its capacity
	// reaches, else in new memory. stored's contents do not matter. Where p.Optional is set it may return
	// ErrDeclined: the chunk is then stored without this filter.
	Encode(stored, raw []byte, p Params) ([]byte, error)
}

// ErrDeclined is what an Encoder returns for a chunk that is better stored without the filter, because it would not shrink.
var ErrDeclined = errors.New("filter declined: the chunk does not shrink")

var registered = struct {
	sync.RWMutex
	codecs map[ID]Codec
}{codecs: builtin()}

// Register makes a codec known under a filter number, in the place of one known before, built in or not. Pipelines
// that exist already keep theirs. It is safe to call at any time, and meant for init functions.
func Register(id ID, c Codec) {
	if c == nil {
		panic(fmt.Sprintf("filter.Register: codec for filter %d is nil", id))
	}
	registered.Lock()
	defer registered.Unlock()
	registered.codecs[id] = c
}

// Registered says whether chunks that went through the filter can be read, and whether they can be written.
func Registered(id ID) (decode, encode bool) {
	c := lookup(id)
	_, encode = c.(Encoder)
	return c != nil, encode
}

func lookup(id ID) Codec {
	registered.RLock()
	defer registered.RUnlock()
	return registered.codecs[id]
}
