package fetch

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"
	"unsafe"
)

// Taking pages changes nothing that was written, whatever is taken, also where it lies outside of the blocks, and whatever size the pages have.
func TestTakingLeavesContents(t *testing.T) {
	for _, stage := range []pageStage{largePages, smallTrial, smallPages, largeRest, noPages} {
		memory := make([]byte, 9*blockBytes+12345)[123:]
		f := NewFresh(unsafe.Pointer(&memory[0]), uintptr(len(memory)))
		if f != nil {
			f.pages.stage = stage
		}
		var workers sync.WaitGroup
		for worker := range 3 {
			workers.Go(func() {
				random := rand.New(rand.NewPCG(1, uint64(worker)))
				for i := worker; i < 300; i += 3 {
					// Each has every third part of the memory, as workers have runs of it.
					part := memory[i*len(memory)/300 : (i+1)*len(memory)/300]
					at := random.IntN(len(part))
					part[at] = byte(i + 1)
					f.Take(unsafe.Pointer(&part[0]), uintptr(len(part)))
					if part[at] != byte(i+1) {
						t.Errorf("stage %d: %d was written, and is %d", stage, byte(i+1), part[at])
					}
					part[at] = 0
				}
			})
		}
		workers.Wait()
		for i, b := range memory {
			if b != 0 {
				t.Fatalf("stage %d: byte %d is %d", stage, i, b)
			}
		}
	}
}

func TestFreshIsOfLargeMemoryOnly(t *testing.T) {
	if memory := make([]byte, leastFresh-1); NewFresh(unsafe.Pointer(&memory[0]), uintptr(len(memory))) != nil {
		t.Error("a small result")
	}
	if NewFresh(nil, 0) != nil {
		t.Error("an empty result")
	}
	var unknown *Fresh
	unknown.Take(nil, 0)
}

// Where addresses lie in the blocks, of which the first one starts at the first multiple of their size.
func TestOffsetsOfBlocks(t *testing.T) {
	memory := make([]byte, 3*blockBytes)
	f := &Fresh{memory: unsafe.Pointer(&memory[blockBytes/2]), blocks: 2}
	start := uintptr(f.memory)
	for _, c := range []struct{ address, want uintptr }{
		{start - 1, 0}, {start, 0}, {start + 1, 1}, {start + 2*blockBytes - 1, 2*blockBytes - 1}, {start + 2*blockBytes, 2 * blockBytes}, {start + 2*blockBytes + 5, 2 * blockBytes},
	} {
		if got := f.offset(c.address); got != c.want {
			t.Errorf("offset of start%+d: %d, want %d", int(c.address)-int(start), got, c.want)
		}
	}
}

// noted notes n blocks that took as long each, in the stage that is, and counts how often the size of pages changed.
func (p *pageSizes) noted(n int, took time.Duration) (changes int) {
	for range n {
		if p.note(p.stage, took) {
			changes++
		}
	}
	return changes
}

func TestSizeOfPages(t *testing.T) {
	const quick, slow = slowBlock / 4, 3 * slowBlock
	waiting := int(slowTime/slow/timedBlocks+1) * timedBlocks // slow blocks until that is long enough
	for _, c := range []struct {
		name string
		note func(p *pageSizes) (changes int)
		want pageStage
		n    int // changes of the size
	}{
		{"quick large pages", func(p *pageSizes) int { return p.noted(10_000, quick) }, largePages, 0},
		{"large pages slow for a short time", func(p *pageSizes) int {
			return p.noted(waiting-timedBlocks, slow) + p.noted(10_000-10_000%timedBlocks, quick)
		}, largePages, 0},
		{"a few that had to wait for a processor", func(p *pageSizes) (n int) {
			for range 1000 {
				n += p.noted(timedBlocks/2+1, quick) + p.noted(timedBlocks/2, 100*slow)
			}
			return n
		}, largePages, 0},
		{"slow large pages", func(p *pageSizes) int { return p.noted(waiting, slow) }, smallTrial, 1},
		{"quicker small ones", func(p *pageSizes) int { return p.noted(waiting, slow) + p.noted(10_000, slow/2) }, smallPages, 1},
		{"small ones as slow", func(p *pageSizes) int { return p.noted(waiting+timedBlocks, slow) }, largeRest, 2},
		{"small ones as slow, tried again", func(p *pageSizes) int {
			return p.noted(waiting+timedBlocks+restBlocks+timedBlocks, slow)
		}, smallTrial, 3},
		{"no pages in advance", func(p *pageSizes) int { p.stage = noPages; return p.noted(1000, slow) }, noPages, 0},
	} {
		p := pageSizes{patience: slowTime}
		if n := c.note(&p); p.stage != c.want || n != c.n {
			t.Errorf("%s: stage %d after %d changes, want %d after %d", c.name, p.stage, n, c.want, c.n)
		}
	}
}

// Results that follow one another wait for large pages, and one alone does not for long.
func TestResultsThatFollow(t *testing.T) {
	memory := make([]byte, leastFresh)
	fresh := func() *Fresh { return NewFresh(unsafe.Pointer(&memory[0]), uintptr(len(memory))) }
	latestResult.Store(0)
	first := fresh()
	if first == nil {
		return // there is nothing to choose on this system
	}
	if next := fresh(); first.pages.patience != slowTime || next.pages.patience < time.Hour {
		t.Errorf("the first waits for %v, the next one for %v", first.pages.patience, next.pages.patience)
	}
	latestResult.Add(-int64(resultsFollow))
	if later := fresh(); later.pages.patience != slowTime {
		t.Errorf("one after some time waits for %v", later.pages.patience)
	}
}

// What was begun before the size of pages was changed says nothing about the new one.
func TestSizeOfPagesForgetsEarlierStages(t *testing.T) {
	p := pageSizes{stage: smallTrial, large: slowBlock}
	for range 100 {
		p.note(largePages, 0)
	}
	if p.stage != smallTrial || p.blocks != 0 {
		t.Errorf("stage %d, %d blocks", p.stage, p.blocks)
	}
}
