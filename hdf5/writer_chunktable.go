package hdf5

import (
	"cmp"
	"maps"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/internal/chunkindex"
)

// recentChunks is how many chunks may be out of order in a chunkTable before they are sorted in, however small it is.
const recentChunks = 4096

// chunkTable knows where the stored chunks of a dataset lie, by their number. Chunks that come in order of their numbers take 32 bytes each;
// others wait in a map until they are a quarter of all.
type chunkTable struct {
	sorted  []chunkindex.Stored
	recent  map[uint64]chunkindex.Stored // not in sorted
	changed bool                         // since the table was made or read from a file
}

func byNumber(s chunkindex.Stored, number uint64) int { return cmp.Compare(s.Number, number) }

func (t *chunkTable) len() int { return len(t.sorted) + len(t.recent) }

func (t *chunkTable) find(number uint64) (chunkindex.Stored, bool) {
	if s, ok := t.recent[number]; ok {
		return s, true
	}
	if last := len(t.sorted) - 1; last < 0 || t.sorted[last].Number < number {
		return chunkindex.Stored{}, false
	}
	if i, ok := slices.BinarySearchFunc(t.sorted, number, byNumber); ok {
		return t.sorted[i], true
	}
	return chunkindex.Stored{}, false
}

// set adds a chunk or replaces the one of its number.
func (t *chunkTable) set(s chunkindex.Stored) {
	t.changed = true
	if _, ok := t.recent[s.Number]; ok {
		t.recent[s.Number] = s
		return
	}
	if last := len(t.sorted) - 1; last < 0 || t.sorted[last].Number < s.Number {
		t.sorted = append(t.sorted, s)
		return
	}
	if i, ok := slices.BinarySearchFunc(t.sorted, s.Number, byNumber); ok {
		t.sorted[i] = s
		return
	}
	if t.recent == nil {
		t.recent = map[uint64]chunkindex.Stored{}
	}
	t.recent[s.Number] = s
	if len(t.recent) > max(recentChunks, len(t.sorted)/4) {
		t.all()
	}
}

// all returns the chunks in the order of their numbers. They belong to the table.
func (t *chunkTable) all() []chunkindex.Stored {
	if len(t.recent) == 0 {
		return t.sorted
	}
	added := slices.SortedFunc(maps.Values(t.recent), func(a, b chunkindex.Stored) int { return cmp.Compare(a.Number, b.Number) })
	t.recent = nil
	// From the end, so that nothing is overwritten that is still needed.
	i, j := len(t.sorted)-1, len(added)-1
	t.sorted = slices.Grow(t.sorted, len(added))[:len(t.sorted)+len(added)]
	for to := len(t.sorted) - 1; j >= 0; to-- {
		if i >= 0 && t.sorted[i].Number > added[j].Number {
			t.sorted[to], i = t.sorted[i], i-1
		} else {
			t.sorted[to], j = added[j], j-1
		}
	}
	return t.sorted
}

// keep drops the chunks that kept does not want.
func (t *chunkTable) keep(kept func(number uint64) bool) {
	before := t.len()
	t.sorted = slices.DeleteFunc(t.sorted, func(s chunkindex.Stored) bool { return !kept(s.Number) })
	maps.DeleteFunc(t.recent, func(number uint64, _ chunkindex.Stored) bool { return !kept(number) })
	t.changed = t.changed || t.len() != before
}

// renumber gives all chunks other numbers, of the same order.
func (t *chunkTable) renumber(number func(uint64) uint64) {
	list := t.all()
	for i := range list {
		list[i].Number = number(list[i].Number)
	}
}
