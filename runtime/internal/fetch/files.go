package fetch

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/vdsgen/vdsgen/hdf5"
)

// ErrTooManyFiles is wrapped by the error of a file that could not be opened because the process, or the system, has too many
// files open already.
var ErrTooManyFiles = errors.New("too many open files")

// OpenFunc opens the file that a key names. What it returns with the file is closed after it.
type OpenFunc func(ctx context.Context, key string) (*hdf5.File, io.Closer, error)

// Files is the files that are open, by key. Those that are in use stay open; of the others, the ones that were used last are kept
// until the limit is reached. It is safe for concurrent use.
type Files struct {
	open  OpenFunc
	limit int

	mu      sync.Mutex
	entries map[string]*File
	idle    list.List // of *File that are open and not in use, last used first
	closed  bool
}

// File is an open file, in use until Release.
type File struct {
	*hdf5.File
	Key string

	files  *Files
	closer io.Closer
	refs   int
	place  *list.Element // in idle, nil while in use
	ready  chan struct{} // closed when File, or err, is set
	err    error
	// givenUp says that err is there because the context of who opened the file was done: it means nothing to others.
	givenUp bool

	mu      sync.Mutex
	objects []cachedObject // one in most files: that is the dataset that is the source
	byKey   map[string]any // of all objects, once they are many
}

// cachedObject is what Cached keeps.
type cachedObject struct {
	key   string
	value any
}

// fewObjects is how many objects of a file are looked through one by one.
const fewObjects = 8

// NewFiles keeps at most about limit files open.
func NewFiles(limit int, open OpenFunc) *Files {
	return &Files{open: open, limit: max(limit, 1), entries: map[string]*File{}}
}

// Acquire opens a file, or takes the one that is open. The caller must release it.
func (p *Files) Acquire(ctx context.Context, key string) (*File, error) {
	for {
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			return nil, fmt.Errorf("%s: %w", key, os.ErrClosed)
		}
		f, ok := p.entries[key]
		if !ok {
			return p.openNew(ctx, key)
		}
		f.refs++
		if f.place != nil {
			p.idle.Remove(f.place)
			f.place = nil
		}
		p.mu.Unlock()
		select {
		case <-f.ready:
		case <-ctx.Done():
			f.leave()
			return nil, ctx.Err()
		}
		switch {
		case f.err == nil:
			return f, nil
		case !f.givenUp:
			return nil, f.err
		}
	}
}

// openNew opens a file that is not open. The caller holds mu, and does not any more after it.
func (p *Files) openNew(ctx context.Context, key string) (*File, error) {
	f := &File{Key: key, files: p, refs: 1, ready: make(chan struct{})}
	p.entries[key] = f
	victims := p.evict(p.limit)
	p.mu.Unlock()
	closeAll(victims)
	f.File, f.closer, f.err = p.openPatiently(ctx, key)
	f.givenUp = f.err != nil && ctx.Err() != nil
	if f.err != nil {
		p.mu.Lock()
		if p.entries[key] == f {
			delete(p.entries, key)
		}
		p.mu.Unlock()
	}
	close(f.ready)
	if f.err != nil {
		return nil, f.err
	}
	return f, nil
}

// leave ends the wait for a file that another one is opening.
func (f *File) leave() {
	f.files.mu.Lock()
	opening := !f.settled()
	if opening {
		f.refs-- // who opens it has not released it
	}
	f.files.mu.Unlock()
	if !opening && f.err == nil {
		f.Release()
	}
}

// patience is how long a file that cannot be opened because too many are open waits for others to be closed. They are in use by
// other goroutines for as long as a chunk or a span takes.
const patience = 3 * time.Second

// openPatiently opens a file. Where too many are open, it closes those that are not in use, keeps fewer from then on, and tries again.
func (p *Files) openPatiently(ctx context.Context, key string) (*hdf5.File, io.Closer, error) {
	deadline := time.Now().Add(patience)
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		f, closer, err := p.open(ctx, key)
		if err == nil || !TooMany(err) {
			return f, closer, err
		}
		p.mu.Lock()
		p.limit = max(1, min(p.limit, len(p.entries)-1)*3/4)
		victims := p.evict(0)
		p.mu.Unlock()
		closeAll(victims)
		if len(victims) > 0 {
			continue
		}
		if time.Now().After(deadline) {
			return nil, nil, fmt.Errorf("%w: %w", ErrTooManyFiles, err)
		}
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// TooMany reports whether a file could not be opened because too many are open.
func TooMany(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// evict takes files that are not in use off the list, those that were used last staying longest, until at most keep files are open,
// and returns them to be closed. The caller holds mu.
func (p *Files) evict(keep int) []*File {
	var victims []*File
	for len(p.entries) > keep {
		last := p.idle.Back()
		if last == nil {
			break
		}
		f := p.idle.Remove(last).(*File)
		f.place = nil
		delete(p.entries, f.Key)
		victims = append(victims, f)
	}
	return victims
}

func closeAll(files []*File) {
	for _, f := range files {
		f.close()
	}
}

func (f *File) close() error {
	err := f.File.Close()
	if f.closer != nil {
		err = errors.Join(err, f.closer.Close())
	}
	return err
}

// Retain makes one more Release necessary.
func (f *File) Retain() {
	f.files.mu.Lock()
	f.refs++
	f.files.mu.Unlock()
}

// Release ends one use of the file.
func (f *File) Release() {
	p := f.files
	p.mu.Lock()
	f.refs--
	if f.refs > 0 {
		p.mu.Unlock()
		return
	}
	if current := p.entries[f.Key]; p.closed || current != f {
		if current == f {
			delete(p.entries, f.Key)
		}
		p.mu.Unlock()
		f.close()
		return
	}
	f.place = p.idle.PushFront(f)
	victims := p.evict(p.limit)
	p.mu.Unlock()
	closeAll(victims)
}

// Cached is what make returned for the first caller with this key. Errors are not kept.
func (f *File) Cached(key string, make func() (any, error)) (any, error) {
	f.mu.Lock()
	object, ok := f.object(key)
	f.mu.Unlock()
	if ok {
		return object, nil
	}
	object, err := make()
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if first, ok := f.object(key); ok {
		return first, nil
	}
	f.keep(key, object)
	return object, nil
}

// object finds an object that is kept. The caller holds mu.
func (f *File) object(key string) (any, bool) {
	if f.byKey != nil {
		object, ok := f.byKey[key]
		return object, ok
	}
	for i := range f.objects {
		if f.objects[i].key == key {
			return f.objects[i].value, true
		}
	}
	return nil, false
}

// keep keeps an object. The caller holds mu.
func (f *File) keep(key string, object any) {
	if f.byKey != nil {
		f.byKey[key] = object
		return
	}
	if f.objects = append(f.objects, cachedObject{key, object}); len(f.objects) <= fewObjects {
		return
	}
	f.byKey = map[string]any{}
	for _, o := range f.objects {
		f.byKey[o.key] = o.value
	}
	f.objects = nil
}

// Forget makes every later Acquire open its file again, but for the file keep. Files that are in use stay as they are until they are released.
func (p *Files) Forget(keep *File) {
	p.mu.Lock()
	victims := p.evict(0)
	for key, f := range p.entries {
		if f != keep && f.settled() {
			delete(p.entries, key)
		}
	}
	p.mu.Unlock()
	closeAll(victims)
}

// settled reports whether the file was opened; others wait for one that was not.
func (f *File) settled() bool {
	select {
	case <-f.ready:
		return true
	default:
		return false
	}
}

// Forget drops what Cached made.
func (f *File) Forget() {
	f.mu.Lock()
	f.objects, f.byKey = nil, nil
	f.mu.Unlock()
}

// Close closes the files that are not in use now, and the others when they are released. Nothing can be acquired afterwards.
func (p *Files) Close() error {
	p.mu.Lock()
	p.closed = true
	victims := p.evict(0)
	p.mu.Unlock()
	var errs []error
	for _, f := range victims {
		errs = append(errs, f.close())
	}
	return errors.Join(errs...)
}
