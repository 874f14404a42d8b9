package fetch

import (
	"context"
	"sync"
)

// Task is one piece of work. It may add more with [Worker.Push].
type Task func(w *Worker) error

// Work yields tasks. Next is never called by two goroutines at a time, and must be quick: other workers wait meanwhile. Done is called
// once, after the last task has ended, or when the work is given up.
type Work interface {
	Next() (Task, bool)
	Done()
}

// Pool runs work on at most a fixed number of goroutines, the caller's among them. What was pushed last is done first, so that little
// is begun and not finished: that bounds the files that are in use and the memory in flight.
type Pool struct {
	ctx     context.Context
	workers int

	mu      sync.Mutex
	wake    *sync.Cond
	stack   []*item
	running int // goroutines that run a task
	started int // goroutines of the pool, the caller's included
	err     error
	group   sync.WaitGroup
}

// item is work on the stack.
type item struct {
	work    Work
	ahead   Task // what Next yielded last, not yet begun
	running int
	empty   bool // Next has said so
}

// Worker is one goroutine of a pool, with the memory that it keeps from task to task.
type Worker struct {
	pool    *Pool
	Scratch *Scratch
}

// Run does all of the work, and all that it adds, and returns the first error. After an error, or when ctx is done, no further task
// begins; Run returns when those that run have ended.
func Run(ctx context.Context, workers int, work Work) error {
	p := newPool(ctx, workers)
	p.stack = []*item{{work: work}}
	p.loop()
	p.group.Wait()
	return p.err
}

func newPool(ctx context.Context, workers int) *Pool {
	p := &Pool{ctx: ctx, workers: max(workers, 1), started: 1}
	p.wake = sync.NewCond(&p.mu)
	return p
}

// Context is the context of the read.
func (w *Worker) Context() context.Context { return w.pool.ctx }

// Push adds work that is done before anything that was added earlier.
func (w *Worker) Push(work Work) {
	p := w.pool
	p.mu.Lock()
	p.stack = append(p.stack, &item{work: work})
	p.mu.Unlock()
	p.wake.Broadcast()
}

// Inline does all of the work, and all that it adds, on this goroutine, in order, before it returns.
func (w *Worker) Inline(work Work) error {
	p := newPool(w.pool.ctx, 1)
	p.stack = []*item{{work: work}}
	inner := &Worker{pool: p, Scratch: w.Scratch}
	p.work(inner)
	return p.err
}

// Parallel is w.parallel where other workers have nothing to do, else nil: they do more good with work of their own.
func (w *Worker) Parallel() func(n int, do func(i int) error) error {
	if w.pool.spare() == 0 {
		return nil
	}
	return w.parallel
}

// parallel does the pieces do(0) to do(n-1) of a task on this goroutine, and on others that have nothing else to do, before it returns: the error of
// the first piece that has one. After an error no further piece begins.
func (w *Worker) parallel(n int, do func(i int) error) error {
	p := w.pool
	all := newPieces(n, do)
	help := &List{}
	for range min(p.spare(), n-1) {
		help.Tasks = append(help.Tasks, func(*Worker) error { all.help(); return nil })
	}
	if len(help.Tasks) > 0 {
		p.mu.Lock()
		p.stack = append(p.stack, &item{work: help})
		p.start()
		p.mu.Unlock()
		p.wake.Broadcast()
	}
	return all.finish()
}

// spare is the number of workers that have nothing to do, and find nothing.
func (p *Pool) spare() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.stack) > 0 {
		return 0
	}
	return p.workers - p.running
}

func (p *Pool) loop() {
	w := &Worker{pool: p, Scratch: getScratch()}
	p.work(w)
	putScratch(w.Scratch)
}

// work runs tasks until there are none left and none can come.
func (p *Pool) work(w *Worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		it, task := p.next()
		if task == nil {
			if p.running == 0 {
				p.wake.Broadcast()
				return
			}
			p.wake.Wait()
			continue
		}
		p.running++
		it.running++
		p.start()
		p.mu.Unlock()
		err := task(w)
		p.mu.Lock()
		p.running--
		it.running--
		if err != nil && p.err == nil {
			p.err = err
		}
		p.finish(it)
	}
}

// start starts another goroutine where there may be work for it.
func (p *Pool) start() {
	if p.started >= p.workers || len(p.stack) == 0 {
		return
	}
	p.started++
	p.group.Go(p.loop)
}

// next takes a task from the top of the stack; nil where there is none. The one after it is asked for at once, so that no goroutine is
// started, or woken, for work that has none left.
func (p *Pool) next() (*item, Task) {
	for len(p.stack) > 0 {
		if p.err == nil {
			p.err = p.ctx.Err()
		}
		top := p.stack[len(p.stack)-1]
		task := top.ahead
		if task == nil && p.err == nil {
			task, _ = top.work.Next()
		}
		if top.ahead = nil; task != nil && p.err == nil {
			top.ahead, _ = top.work.Next()
		}
		if top.ahead == nil {
			top.empty = true
			p.stack = p.stack[:len(p.stack)-1]
		}
		if task != nil && p.err == nil {
			return top, task
		}
		p.finish(top)
	}
	return nil, nil
}

// finish ends work that has no tasks left and none running.
func (p *Pool) finish(it *item) {
	if !it.empty || it.running > 0 {
		return
	}
	it.empty = false
	p.mu.Unlock()
	it.work.Done()
	p.mu.Lock()
}

// Scratch is the memory that a worker keeps from task to task and, in a sync.Pool, from read to read. It grows to the largest chunk
// that was decoded, so that memory in flight is bounded by workers × (chunk + span).
type Scratch struct {
	bytes []byte
}

// keepScratch is the largest scratch buffer that is kept between reads.
const keepScratch = 64 << 20

var scratches = sync.Pool{New: func() any { return new(Scratch) }}

func getScratch() *Scratch { return scratches.Get().(*Scratch) }

func putScratch(s *Scratch) {
	if cap(s.bytes) <= keepScratch {
		scratches.Put(s)
	}
}

// Bytes is n bytes of scratch memory, valid until the next call.
func (s *Scratch) Bytes(n int) []byte {
	if cap(s.bytes) < n {
		s.bytes = make([]byte, n)
	}
	return s.bytes[:n]
}

// List is work of a fixed list of tasks.
type List struct {
	Tasks []Task
	End   func() // called by Done; may be nil
}

// Next yields the tasks in order.
func (l *List) Next() (Task, bool) {
	if len(l.Tasks) == 0 {
		return nil, false
	}
	t := l.Tasks[0]
	l.Tasks = l.Tasks[1:]
	return t, true
}

// Done calls End.
func (l *List) Done() {
	if l.End != nil {
		l.End()
	}
}
