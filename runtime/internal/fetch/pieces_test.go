package fetch

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

// The pieces of a task are done by all workers that have nothing else to do, each piece once.
func TestParallel(t *testing.T) {
	const workers, pieces = 4, 100
	var done [pieces]atomic.Int64
	var begun atomic.Int64
	all := make(chan struct{})
	err := Run(context.Background(), workers, &List{Tasks: []Task{func(w *Worker) error {
		parallel := w.Parallel()
		if parallel == nil {
			t.Fatal("no other worker is said to be free")
		}
		err := parallel(pieces, func(i int) error {
			if begun.Add(1) == workers {
				close(all) // every worker has come
			}
			<-all
			done[i].Add(1)
			return nil
		})
		for i := range done {
			if n := done[i].Load(); n != 1 {
				t.Errorf("piece %d was done %d times", i, n)
			}
		}
		return err
	}}})
	if err != nil {
		t.Error(err)
	}
}

// Nobody comes to help where there is but one worker, or where the others have work of their own.
func TestParallelWhereOthersAreBusy(t *testing.T) {
	task := func(w *Worker) error {
		if w.Parallel() != nil {
			t.Error("others are said to be free")
		}
		return nil
	}
	if err := Run(context.Background(), 1, &List{Tasks: []Task{task, task}}); err != nil {
		t.Error(err)
	}
	if err := Run(context.Background(), 4, &List{Tasks: []Task{func(w *Worker) error { return w.Inline(&List{Tasks: []Task{task}}) }}}); err != nil {
		t.Error(err)
	}
	if err := Run(context.Background(), 4, &List{Tasks: []Task{func(w *Worker) error {
		w.Push(&List{Tasks: []Task{func(*Worker) error { return nil }}})
		return task(w)
	}}}); err != nil {
		t.Error(err)
	}
}

// Of several pieces that fail the first one counts, and none begins after it.
func TestParallelError(t *testing.T) {
	for range 200 {
		var begun atomic.Int64
		errs := map[int]error{10: errors.New("ten"), 11: errors.New("eleven"), 12: errors.New("twelve")}
		err := Run(context.Background(), 3, &List{Tasks: []Task{func(w *Worker) error {
			return w.parallel(1000, func(i int) error {
				begun.Add(1)
				return errs[i]
			})
		}}})
		if !errors.Is(err, errs[10]) {
			t.Fatalf("got %v, want that of piece 10", err)
		}
		if n := begun.Load(); n < 11 || n > 1000 {
			t.Fatalf("%d pieces", n)
		}
	}
}

// Who comes to help after the last piece finds nothing to do.
func TestPiecesAreOver(t *testing.T) {
	n := 0
	p := newPieces(3, func(int) error { n++; return nil })
	if err := p.finish(); err != nil {
		t.Fatal(err)
	}
	p.help()
	if n != 3 {
		t.Errorf("%d pieces were done", n)
	}
	if err := newPieces(0, nil).finish(); err != nil {
		t.Error(err)
	}
}
