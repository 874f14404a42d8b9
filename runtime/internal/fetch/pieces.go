package fetch

import "sync"

// pieces is the parts of one task, which goroutines take one after the other.
type pieces struct {
	n  int
	do func(i int) error

	mu      sync.Mutex
	ended   *sync.Cond
	next    int // piece that was not begun
	running int
	failed  int   // the first piece that failed
	err     error // of it
}

func newPieces(n int, do func(i int) error) *pieces {
	p := &pieces{n: n, do: do}
	p.ended = sync.NewCond(&p.mu)
	return p
}

// help does pieces until all have begun, or one has failed.
func (p *pieces) help() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.next < p.n && p.err == nil {
		i := p.next
		p.next++
		p.running++
		p.mu.Unlock()
		err := p.do(i)
		p.mu.Lock()
		p.running--
		if err != nil && (p.err == nil || i < p.failed) {
			p.err, p.failed = err, i
		}
	}
	if p.running == 0 {
		p.ended.Broadcast()
	}
}

// finish helps, waits for the pieces that others have begun, and returns the error. Who comes to help later finds nothing to do.
func (p *pieces) finish() error {
	p.help()
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.running > 0 {
		p.ended.Wait()
	}
	return p.err
}
