package fetch

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/vdsgen/vdsgen/hdf5"
)

// store opens one small file under any number of keys and counts what is open.
type store struct {
	t      *testing.T
	name   string
	opened atomic.Int64
	open   atomic.Int64
	most   atomic.Int64
	full   atomic.Int64 // refuse while that many are open; 0: never
}

type closer struct{ s *store }

func (c closer) Close() error { c.s.open.Add(-1); return nil }

func newStore(t *testing.T) *store {
	s := &store{t: t, name: filepath.Join(t.TempDir(), "f.h5")}
	w, err := hdf5.Create(s.name)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *store) openFile(ctx context.Context, key string) (*hdf5.File, io.Closer, error) {
	if full := s.full.Load(); full != 0 && s.open.Load() >= full {
		return nil, nil, &os.PathError{Op: "open", Path: key, Err: syscall.EMFILE}
	}
	if key == "gone" {
		return nil, nil, os.ErrNotExist
	}
	s.opened.Add(1)
	if n := s.open.Add(1); n > s.most.Load() {
		s.most.Store(n)
	}
	f, err := hdf5.Open(s.name)
	return f, closer{s}, err
}

func acquire(t *testing.T, p *Files, key string) *File {
	t.Helper()
	f, err := p.Acquire(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The files that were used last stay open, the others are closed, and none twice.
func TestFilesKeepsTheLastUsed(t *testing.T) {
	s := newStore(t)
	p := NewFiles(3, s.openFile)
	for i := range 5 {
		acquire(t, p, strconv.Itoa(i)).Release()
	}
	if s.open.Load() != 3 || s.opened.Load() != 5 {
		t.Errorf("%d open after %d were opened, want 3 after 5", s.open.Load(), s.opened.Load())
	}
	acquire(t, p, "2").Release()
	acquire(t, p, "5").Release() // closes 3
	acquire(t, p, "2").Release()
	acquire(t, p, "4").Release()
	if s.opened.Load() != 6 {
		t.Errorf("%d were opened, want 6", s.opened.Load())
	}
	held := acquire(t, p, "2")
	object, err := held.Cached("x", func() (any, error) { return 7, nil })
	if err != nil || object != 7 {
		t.Errorf("got %v, %v", object, err)
	}
	if object, _ = held.Cached("x", func() (any, error) { return 8, nil }); object != 7 {
		t.Errorf("the object was made twice: %v", object)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if s.open.Load() != 1 {
		t.Errorf("%d open while one is in use", s.open.Load())
	}
	held.Release()
	if s.open.Load() != 0 {
		t.Errorf("%d left open", s.open.Load())
	}
	if _, err := p.Acquire(context.Background(), "2"); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// Files in use do not count against the limit: more of them are opened rather than a goroutine made to wait for another.
func TestFilesInUse(t *testing.T) {
	s := newStore(t)
	p := NewFiles(1, s.openFile)
	a, b, c := acquire(t, p, "a"), acquire(t, p, "b"), acquire(t, p, "a")
	a.Release()
	b.Release()
	c.Release()
	if s.open.Load() != 1 || s.opened.Load() != 2 {
		t.Errorf("%d open after %d", s.open.Load(), s.opened.Load())
	}
	if _, err := p.Acquire(context.Background(), "gone"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// Where the system refuses, unused files are closed, and those in use are waited for; only then it is an error, and one of its own.
func TestFilesTooMany(t *testing.T) {
	s := newStore(t)
	p := NewFiles(100, s.openFile)
	s.full.Store(4)
	for i := range 10 {
		acquire(t, p, strconv.Itoa(i)).Release()
	}
	if s.most.Load() > 4 {
		t.Errorf("%d open", s.most.Load())
	}
	var held []*File
	for i := range 4 {
		held = append(held, acquire(t, p, "held"+strconv.Itoa(i)))
	}
	go func() {
		time.Sleep(20 * time.Millisecond)
		held[0].Release()
	}()
	waited := acquire(t, p, "waiting")
	if _, err := p.Acquire(context.Background(), "too many"); !errors.Is(err, ErrTooManyFiles) || !errors.Is(err, syscall.EMFILE) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.Acquire(ctx, "too many"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	waited.Release()
	for _, f := range held[1:] {
		f.Release()
	}
}

func TestFilesConcurrently(t *testing.T) {
	s := newStore(t)
	p := NewFiles(5, s.openFile)
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			for i := range 500 {
				f, err := p.Acquire(context.Background(), strconv.Itoa((i*7+g)%20))
				if err != nil {
					t.Error(err)
					return
				}
				f.Release()
			}
		})
	}
	group.Wait()
	if s.most.Load() > 5+8 {
		t.Errorf("%d open at a time", s.most.Load())
	}
	if err := p.Close(); err != nil || s.open.Load() != 0 {
		t.Errorf("%v, %d left open", err, s.open.Load())
	}
}

// Who waits for a file that another one opens does not fail because that one gives up.
func TestFilesOpenedByAnother(t *testing.T) {
	s := newStore(t)
	entered := make(chan struct{}, 2)
	p := NewFiles(3, func(ctx context.Context, key string) (*hdf5.File, io.Closer, error) {
		entered <- struct{}{}
		if ctx.Done() != nil {
			<-ctx.Done()
			return nil, nil, ctx.Err()
		}
		return s.openFile(ctx, key)
	})
	first, cancel := context.WithCancel(context.Background())
	done := make(chan error, 2)
	go func() {
		_, err := p.Acquire(first, "a")
		done <- err
	}()
	<-entered
	go func() {
		f, err := p.Acquire(context.Background(), "a")
		if err == nil {
			f.Release()
		}
		done <- err
	}()
	for waiting := false; !waiting; {
		p.mu.Lock()
		waiting = p.entries["a"].refs == 2
		p.mu.Unlock()
	}
	cancel()
	cancelled := 0
	for range 2 {
		if err := <-done; errors.Is(err, context.Canceled) {
			cancelled++
		} else if err != nil {
			t.Error(err)
		}
	}
	if cancelled != 1 {
		t.Errorf("%d were cancelled, want only the first", cancelled)
	}
	if err := p.Close(); err != nil || s.open.Load() != 0 {
		t.Errorf("%d files are left open, %v", s.open.Load(), err)
	}
}

// Who waits for a file that another one opens gives up when its own context is done.
func TestFilesWaitForAnother(t *testing.T) {
	s := newStore(t)
	entered, goOn := make(chan struct{}), make(chan struct{})
	p := NewFiles(3, func(ctx context.Context, key string) (*hdf5.File, io.Closer, error) {
		entered <- struct{}{}
		<-goOn
		return s.openFile(ctx, key)
	})
	done := make(chan *File)
	go func() { done <- acquire(t, p, "a") }()
	<-entered
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	gave := make(chan error, 1)
	go func() {
		_, err := p.Acquire(ctx, "a")
		gave <- err
	}()
	select {
	case err := <-gave:
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it waits for the other one")
	}
	close(goOn)
	(<-done).Release()
	if err := p.Close(); err != nil || s.open.Load() != 0 {
		t.Errorf("%d files are left open, %v", s.open.Load(), err)
	}
}
