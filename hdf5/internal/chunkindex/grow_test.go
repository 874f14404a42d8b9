package chunkindex

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// memory is a file in memory; written is called after each write.
type memory struct {
	b       []byte
	written func()
}

func (m *memory) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > int64(len(m.b)) {
		return 0, fmt.Errorf("%d bytes at %d of %d", len(p), off, len(m.b))
	}
	return copy(p, m.b[off:]), nil
}

func (m *memory) WriteAt(p []byte, off int64) (int, error) {
	if need := int(off) + len(p) - len(m.b); need > 0 {
		m.b = append(m.b, make([]byte, need)...)
	}
	copy(m.b[off:], p)
	if m.written != nil {
		m.written()
	}
	return len(p), nil
}

func (m *memory) Truncate(int64) error { return nil }
func (m *memory) Sync() error          { return nil }
func (m *memory) Close() error         { return nil }

// grown is an index that grows, with a model of it.
type grown struct {
	t        *testing.T
	file     memory
	layout   message.Layout
	grid     Grid
	filtered bool
	index    Growing
	known    map[uint64]Entry // since the last Flush
	set      map[uint64]Entry // all
	number   []uint64         // in the order in which they were first set
}

func newGrown(t *testing.T, filtered bool, limit uint64) *grown {
	g := &grown{t: t, filtered: filtered, known: map[uint64]Entry{}, set: map[uint64]Entry{}}
	g.layout = message.Layout{Version: 4, Class: message.LayoutChunked, ChunkDims: []uint64{1}, ElementSize: 300}
	out := store.New(&g.file, 48)
	unlimited := limit == message.Unlimited
	index, err := NewGrowing(out, &g.layout, filtered, unlimited, limit, func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	g.index = index
	g.grid = NewGrid(&g.layout, message.Dataspace{Dims: []uint64{min(limit, 1<<32)}, MaxDims: []uint64{limit}}, filtered)
	return g
}

func (g *grown) add(number uint64) {
	s := Stored{Number: number, Address: 1000 + number*8 + uint64(len(g.number)), Size: 300}
	if g.filtered {
		s.Size, s.Mask = 10+number%200, uint32(number%3)
	}
	if err := g.index.Set(s); err != nil {
		g.t.Fatal(err)
	}
	if _, ok := g.set[number]; !ok {
		g.number = append(g.number, number)
	}
	g.set[number] = Entry{Address: s.Address, Size: s.Size, Mask: s.Mask}
}

func (g *grown) flush() {
	if err := g.index.Flush(); err != nil {
		g.t.Fatal(err)
	}
	for number := range g.set {
		g.known[number] = g.set[number]
	}
}

// check looks chunks up as a reader does that comes now.
func (g *grown) check(numbers []uint64) {
	g.t.Helper()
	r := reader(g.file.b)
	r.SetLive(true)
	x, err := Open(r, &g.layout, g.grid)
	if err != nil {
		g.t.Fatal(err)
	}
	for _, number := range numbers {
		e, ok, err := x.Lookup([]uint64{number})
		if err != nil {
			g.t.Fatalf("chunk %d: %v", number, err)
		}
		before, was := g.known[number]
		now := g.set[number]
		if was != ok && (was || e != now) || ok && e != before && e != now {
			g.t.Fatalf("chunk %d: %v %t, it was %v %t and becomes %v", number, e, ok, before, was, now)
		}
	}
}

var growLimits = map[string]uint64{"extensible array": message.Unlimited, "fixed array of 900": 900, "fixed array of 5000": 5000, "fixed array of 200000": 200_000}

// Whenever a reader comes, also between two writes of a Flush, it finds all that was flushed before.
func TestGrowing(t *testing.T) {
	for name, limit := range growLimits {
		for _, filtered := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " ", filtered), func(t *testing.T) {
				g := newGrown(t, filtered, limit)
				g.flush()
				g.check([]uint64{0, 5, 100})
				random := rand.New(rand.NewPCG(1, limit))
				g.file.written = func() {
					if random.IntN(8) != 0 {
						return
					}
					for range 5 {
						n := len(g.number)
						g.check([]uint64{g.number[n-1-random.IntN(min(n, 40))], g.number[random.IntN(n)], random.Uint64N(min(limit, 1<<18))})
					}
				}
				next := uint64(0)
				for next < min(limit, 150_000) {
					for range 1 + random.IntN(1<<random.IntN(13)) {
						switch random.IntN(20) {
						case 0: // again
							g.add(random.Uint64N(next + 1))
						case 1: // far ahead, and not all on the way
							next = min(next+random.Uint64N(2000), limit-1)
							fallthrough
						default:
							g.add(min(next, limit-1))
							next++
						}
						if next >= limit {
							break
						}
					}
					g.flush()
				}
				g.file.written = nil
				g.check(g.number)
				r := reader(g.file.b)
				r.SetLive(true)
				x, err := Open(r, &g.layout, g.grid)
				if err != nil {
					t.Fatal(err)
				}
				seen := 0
				err = x.Walk(func(scaled []uint64, e Entry) (bool, error) {
					seen++
					if g.set[scaled[0]] != e {
						t.Fatalf("chunk %d: %v, %v was set", scaled, e, g.set[scaled[0]])
					}
					return true, nil
				})
				if err != nil || seen != len(g.set) {
					t.Fatalf("%d chunks of %d: %v", seen, len(g.set), err)
				}
			})
		}
	}
}

// What grew one by one has the header, and all but the places, of what was written at once.
func TestGrowingLikeWrittenAtOnce(t *testing.T) {
	for _, filtered := range []bool{false, true} {
		for _, n := range []int{1, 4, 5, 20, 21, 2000, 140_000} {
			g := newGrown(t, filtered, message.Unlimited)
			var chunks []Stored
			for i := range uint64(n) {
				s := Stored{Number: i, Address: 1000 + 8*i, Size: 300}
				chunks = append(chunks, s)
				if err := g.index.Set(s); err != nil {
					t.Fatal(err)
				}
				if i%777 == 0 {
					g.flush()
				}
			}
			g.flush()
			once := memory{}
			out := store.New(&once, 48)
			layout := g.layout
			if err := WriteExtensibleArray(out, &layout, filtered, chunks); err != nil {
				t.Fatal(err)
			}
			if err := out.Flush(); err != nil {
				t.Fatal(err)
			}
			const statistics = 12 + 6*8
			a, b := g.file.b[g.layout.Address:][:statistics], once.b[layout.Address:][:statistics]
			if string(a) != string(b) {
				t.Errorf("%d chunks: header % x, written at once % x", n, a, b)
			}
		}
	}
}

// One more chunk and Flush write as much whether there are ten chunks or a hundred thousand.
func TestGrowingCost(t *testing.T) {
	for name, limit := range growLimits {
		g := newGrown(t, true, limit)
		writes, most := 0, 0
		g.file.written = func() { writes++ }
		for i := range min(limit, 100_000) {
			writes = 0
			g.add(i)
			g.flush()
			clear(g.set)
			clear(g.known)
			most = max(most, writes)
		}
		// A leaf, the start of a new one, a super block or the bits of pages, the index block, the header.
		if most > 6 {
			t.Errorf("%s: %d writes for one chunk", name, most)
		}
	}
}
