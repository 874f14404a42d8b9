package fetch

import (
	"math"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// Fresh is memory that was allocated for a result and not yet written to, so that the system has to find a page for each part of it, and to clear it. Each worker
// takes the pages that it is about to fill: many at a time, which costs less than one page fault after another, and while they are cleared they come into its cache.
//
// Pages of 2 MiB cost half of what as much memory in pages of 4 KiB does, but not always: a virtual machine may have given large pieces of unused memory back to its
// host, which must find them again; elsewhere, memory must be moved together first. Then they cost several times as much. So they are timed, and a read that has waited
// for them for some time takes small ones for the rest, if these are quicker. Where one result follows another, it waits: large pages that were waited for once are quick
// for the results after this one, which are put there when this one is no longer in use.
//
// A nil Fresh is memory of which nothing is known, and nothing is done about it.
type Fresh struct {
	memory unsafe.Pointer  // of the first block
	taken  []atomic.Uint32 // a bit for each block that was taken
	blocks uintptr

	mu    sync.Mutex
	pages pageSizes
}

const (
	// blockBytes is a large page. Memory is taken in such blocks, whatever the size of the pages.
	blockBytes = 2 << 20
	// leastFresh is the memory below which its pages do not matter.
	leastFresh = 4 * blockBytes
)

// NewFresh is about size bytes of memory that nothing was written to since they were allocated. It is nil where it makes no difference.
func NewFresh(memory unsafe.Pointer, size uintptr) *Fresh {
	if size < leastFresh {
		return nil
	}
	skip := -uintptr(memory) & (blockBytes - 1)
	f := &Fresh{memory: unsafe.Add(memory, skip), blocks: (size - skip) / blockBytes}
	if !adviseLarge(f.memory, f.blocks*blockBytes, true) {
		return nil
	}
	f.taken = make([]atomic.Uint32, (f.blocks+31)/32)
	now := time.Now().UnixNano()
	if before := latestResult.Swap(now); now-before < int64(resultsFollow) {
		f.pages.patience = math.MaxInt64
	} else {
		f.pages.patience = slowTime
	}
	return f
}

// latestResult is when memory for a result was asked for last, in nanoseconds since 1970.
var latestResult atomic.Int64

// Take takes the pages of some of the memory, which others may have taken before. Contents are as they were.
func (f *Fresh) Take(memory unsafe.Pointer, size uintptr) {
	if f == nil {
		return
	}
	start, end := f.offset(uintptr(memory)), f.offset(uintptr(memory)+size)
	if start >= end {
		return
	}
	stage := f.stage()
	if stage == smallPages {
		if size >= directBytes { // or a few page faults take no longer
			page := uintptr(os.Getpagesize())
			start &^= page - 1
			populate(unsafe.Add(f.memory, start), (end-start+page-1)&^(page-1))
		}
		return
	}
	for block := start / blockBytes; block*blockBytes < end && stage != noPages; block++ {
		if bit := uint32(1) << (block % 32); f.taken[block/32].Load()&bit == 0 && f.taken[block/32].Or(bit)&bit == 0 {
			stage = f.take(block, stage)
		}
	}
}

// offset is where an address lies in the blocks; at their start, or end, if it lies outside.
func (f *Fresh) offset(address uintptr) uintptr {
	if address <= uintptr(f.memory) {
		return 0
	}
	return min(address-uintptr(f.memory), f.blocks*blockBytes)
}

func (f *Fresh) stage() pageStage {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.pages.stage
}

// take takes one block, and returns the stage in which to take the next one.
func (f *Fresh) take(block uintptr, stage pageStage) pageStage {
	begin := time.Now()
	done := populate(unsafe.Add(f.memory, block*blockBytes), blockBytes)
	took := time.Since(begin)
	f.mu.Lock()
	defer f.mu.Unlock()
	if !done {
		f.pages.stage = noPages
	} else if f.pages.note(stage, took) {
		adviseLarge(f.memory, f.blocks*blockBytes, f.pages.stage == largePages || f.pages.stage == largeRest)
	}
	return f.pages.stage
}

// pageStage is what is known of the size of pages that is the quicker one.
type pageStage uint8

const (
	largePages pageStage = iota // they are quick, or not known to be slow for long
	smallTrial                  // small ones are tried
	smallPages                  // small ones are quicker
	largeRest                   // small ones are not quicker, and are tried again some time later
	noPages                     // the system takes none in advance
)

// pageSizes decides on the size of pages. The middle one of several blocks counts, since a worker may have to wait for a processor while it takes one.
type pageSizes struct {
	stage  pageStage
	blocks int // that were noted in this stage
	times  [timedBlocks]time.Duration
	waited time.Duration // for large pages that were slow, by all workers
	large  time.Duration // of a block, when large pages were slow

	patience time.Duration // how long to wait for large pages that are slow
}

const (
	// timedBlocks is how many blocks are timed together.
	timedBlocks = 7
	// slowBlock is what a block of a large page takes when something is wrong: to clear one takes 0.2 to 0.4 ms, and 512 small pages about 1 ms.
	slowBlock = 800 * time.Microsecond
	// slowTime is how long a read that may be the only one waits for large pages that are slow.
	slowTime = 200 * time.Millisecond
	// resultsFollow is within which time a result that is asked for follows the one before.
	resultsFollow = 10 * time.Second
	// restBlocks is after how many blocks small pages are tried again.
	restBlocks = 8 * timedBlocks
)

// note says what a block took that was begun in a stage. It is true when another size of pages is to be taken from now on.
func (p *pageSizes) note(stage pageStage, took time.Duration) (change bool) {
	if stage != p.stage {
		return false
	}
	p.times[p.blocks%timedBlocks] = took
	p.blocks++
	switch {
	case stage == largeRest && p.blocks == restBlocks:
		p.begin(largePages)
	case stage == largePages && p.blocks == timedBlocks:
		if p.large = p.middle(); p.large > slowBlock {
			p.waited += timedBlocks * p.large
		}
		if p.large > slowBlock && p.waited > p.patience {
			return p.begin(smallTrial)
		}
		p.begin(largePages)
	case stage == smallTrial && p.blocks == timedBlocks:
		if p.middle() < p.large {
			p.begin(smallPages)
			return false
		}
		return p.begin(largeRest)
	}
	return false
}

func (p *pageSizes) begin(stage pageStage) bool {
	p.stage, p.blocks = stage, 0
	return true
}

func (p *pageSizes) middle() time.Duration {
	times := p.times
	slices.Sort(times[:])
	return times[timedBlocks/2]
}
