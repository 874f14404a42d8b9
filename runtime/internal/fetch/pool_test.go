package fetch

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"
)

// tree is work that adds more work: each task of depth d pushes width tasks of depth d-1.
func tree(depth, width int, leaves, ended *atomic.Int64) Work {
	l := &List{End: func() { ended.Add(1) }}
	for range width {
		l.Tasks = append(l.Tasks, func(w *Worker) error {
			if depth == 0 {
				leaves.Add(1)
				return nil
			}
			w.Push(tree(depth-1, width, leaves, ended))
			return nil
		})
	}
	return l
}

func TestPoolDoesEverything(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 9} {
		var leaves, ended atomic.Int64
		if err := Run(context.Background(), workers, tree(4, 5, &leaves, &ended)); err != nil {
			t.Fatal(err)
		}
		if leaves.Load() != 3125 || ended.Load() != 1+5+25+125+625 {
			t.Errorf("%d workers: %d leaves, %d ended", workers, leaves.Load(), ended.Load())
		}
	}
}

// As many tasks run at a time as there are workers, and no more.
func TestPoolIsBounded(t *testing.T) {
	const workers = 4
	var begun, running atomic.Int64
	all := make(chan struct{})
	l := &List{}
	for range 100 {
		l.Tasks = append(l.Tasks, func(w *Worker) error {
			if n := running.Add(1); n > workers {
				t.Errorf("%d at a time", n)
			}
			if begun.Add(1) == workers {
				close(all)
			}
			<-all
			time.Sleep(time.Millisecond)
			running.Add(-1)
			return nil
		})
	}
	if err := Run(context.Background(), workers, l); err != nil || begun.Load() != 100 {
		t.Errorf("%v, %d tasks", err, begun.Load())
	}
}

// Inline work is done in order, with all that it adds, before the task goes on.
func TestPoolInline(t *testing.T) {
	var order []int
	step := func(n int) Task { return func(*Worker) error { order = append(order, n); return nil } }
	err := Run(context.Background(), 4, &List{Tasks: []Task{func(w *Worker) error {
		err := w.Inline(&List{Tasks: []Task{step(1), func(w *Worker) error {
			w.Push(&List{Tasks: []Task{step(2), step(3)}})
			return nil
		}, step(4)}})
		order = append(order, 5)
		return err
	}}})
	if err != nil || len(order) != 5 {
		t.Fatalf("%v, %v", order, err)
	}
	for i, n := range order {
		if n != i+1 {
			t.Errorf("order %v", order)
			break
		}
	}
}

// After an error nothing more begins, what was begun ends, and all work is told that it is over.
func TestPoolError(t *testing.T) {
	const workers = 3
	wrong := errors.New("wrong")
	var begun, ended atomic.Int64
	all, failed := make(chan struct{}), make(chan struct{})
	l := &List{End: func() { ended.Add(1) }}
	for i := range 1000 {
		l.Tasks = append(l.Tasks, func(w *Worker) error {
			if begun.Add(1) == workers {
				close(all)
			}
			<-all
			if i > 0 {
				<-failed
				return nil
			}
			// Every worker is busy, so that this work is given up as soon as the pool has the error.
			w.Push(&List{
				Tasks: []Task{func(*Worker) error { t.Error("a task began after the error"); return nil }},
				End:   func() { ended.Add(1); close(failed) },
			})
			return wrong
		})
	}
	if err := Run(context.Background(), workers, l); !errors.Is(err, wrong) || begun.Load() != workers || ended.Load() != 2 {
		t.Errorf("%v after %d tasks, %d ended", err, begun.Load(), ended.Load())
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Run(ctx, 3, &List{Tasks: []Task{func(*Worker) error { t.Error("a task began"); return nil }}}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Work is told that it is over when its last task has ended, and not when the last one has begun.
func TestPoolDone(t *testing.T) {
	for range 50 {
		var running atomic.Int64
		l := &List{End: func() {
			if n := running.Load(); n != 0 {
				t.Errorf("%d tasks run when the work is over", n)
			}
		}}
		for range 6 {
			l.Tasks = append(l.Tasks, func(*Worker) error {
				running.Add(1)
				time.Sleep(time.Millisecond)
				running.Add(-1)
				return nil
			})
		}
		if err := Run(context.Background(), 4, l); err != nil {
			t.Fatal(err)
		}
	}
}

// A single task is done by the caller: another goroutine would be woken for nothing.
func TestPoolStartsNoneForOneTask(t *testing.T) {
	for tasks, want := range []int{1, 1, 2, 3, 3} {
		p := newPool(context.Background(), 3)
		l := &List{}
		for range tasks {
			l.Tasks = append(l.Tasks, func(*Worker) error { return nil })
		}
		p.stack = []*item{{work: l}}
		p.loop()
		p.group.Wait()
		if p.started > want {
			t.Errorf("%d goroutines for %d tasks", p.started, tasks)
		}
	}
}
