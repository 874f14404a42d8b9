package hdf5

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/heap"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// Writer writes one HDF5 file, in the format that HDF5 1.10 and later read: a new one (Create) or one that is there (OpenReadWrite).
//
// A new file is written under a temporary name in the folder where it will appear; Close gives it its name when it is whole and on the disk. A
// file of that name that is there already keeps its contents until then. Several Writers may write files of one name: the last to close stays.
// How an existing file changes is told at OpenReadWrite.
//
// After any error the Writer is good for Close and Abort only, and all other calls return that first error again: a file in which something is missing never
// gets its name. Call Abort, for example deferred, where Close may not be reached; after Close it does nothing.
//
// Paths lead from the root group, with or without the leading slash. Names are UTF-8 without NUL. Where a path passes through a
// soft link of the file, it is followed; external links are not.
//
// The same calls write the same bytes: there are no times in the file and nothing random. A Writer and its DatasetWriters are safe for concurrent use, but
// then the bytes depend on the order of the calls.
//
// Raw data is written as it comes. Groups, links and attributes are kept in memory until Close: some 200 bytes a link, some 500 a
// dataset.
type Writer struct {
	mu        sync.Mutex
	name      string
	sync      bool
	draft     *store.Draft
	out       *store.File
	heap      *heap.GlobalEncoder
	encoders  chan struct{} // holds a token for each chunk that is being encoded
	root      *node
	nodes     []*node             // in order of creation, the root first
	committed map[*Datatype]*node // named types
	failed    error               // the first error
	call      call                // the call that is running, or that a panic broke off
	closed    bool                // Close or Abort was called
	result    error               // of Close

	// Of a Writer that OpenReadWrite gave:
	file   *File            // as it was when it was opened; nil: the file is new
	size   int64            // bytes of the file then
	unlock func() error     // lets others open the file
	begun  bool             // something that was in the file was overwritten
	stored map[uint64]*node // objects that were in the file and were asked for, by address

	live *live // after StartSWMR
}

// WriteError says which call of a Writer failed, on which object of which file, and why. Find it with errors.As.
type WriteError struct {
	File   string // name of the file as it was given to Create or OpenReadWrite
	Object string // path of the object in the file; empty when the error is about the file
	Doing  string // what was being done: "creating dataset"
	Err    error  // why
}

// Error gives "file: object: doing: why".
func (e *WriteError) Error() string {
	msg := e.File + ": "
	if e.Object != "" {
		msg += e.Object + ": "
	}
	return msg + e.Doing + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *WriteError) Unwrap() error { return e.Err }

// ErrClosed is wrapped by the errors of calls on a Writer, or a DatasetWriter, that was closed.
var ErrClosed = errors.New("closed for writing")

// CreateOption changes how Create makes a file, or OpenReadWrite changes one.
type CreateOption func(*createOptions)

type createOptions struct {
	clobber bool
	sync    bool
	workers int
	wrap    func(*os.File) store.Backing // for tests: what the file is written through
}

// WithNoClobber makes Create, and again Close, fail with an error that wraps fs.ErrExist if there is a file of the name.
func WithNoClobber() CreateOption { return func(o *createOptions) { o.clobber = false } }

// WithoutSync makes Close return before the file is on the disk. It still appears as a whole, but a power failure soon after may leave it
// empty or damaged, also one that was there before OpenReadWrite. It is for tests and for files that can be made again.
func WithoutSync() CreateOption { return func(o *createOptions) { o.sync = false } }

// WithEncoders bounds how many chunks are compressed at a time; 0 stands for GOMAXPROCS. It has no effect on the bytes of the file.
func WithEncoders(n int) CreateOption { return func(o *createOptions) { o.workers = n } }

// superblockSize is the number of bytes of a version 3 superblock.
const superblockSize = 48

// signatureBytes start every HDF5 file.
const signatureBytes = "\x89HDF\r\n\x1a\n"

// Create starts a new file. It appears under its name at Close; nothing of it is seen there before. Where name is a symbolic link, the file that the link leads to is
// made or replaced. A new file has the permissions that the system gives; one that replaces another has the other's.
func Create(name string, opts ...CreateOption) (*Writer, error) {
	fail := func(err error) (*Writer, error) {
		return nil, &WriteError{File: name, Doing: "creating file", Err: err}
	}
	o, err := newCreateOptions(opts)
	if err != nil {
		return fail(err)
	}
	draft, file, err := store.CreateDraft(name, o.clobber)
	if err != nil {
		return fail(err)
	}
	w := newWriter(name, o, store.New(o.wrap(file), superblockSize))
	w.draft = draft
	w.root = w.newNode(nodeGroup, "/")
	return w, nil
}

func newCreateOptions(opts []CreateOption) (createOptions, error) {
	o := createOptions{clobber: true, sync: true, wrap: func(f *os.File) store.Backing { return f }}
	for _, opt := range opts {
		opt(&o)
	}
	if o.workers < 0 {
		return o, fmt.Errorf("%d encoders; give 0 for as many as there are processors", o.workers)
	}
	if o.workers == 0 {
		o.workers = runtime.GOMAXPROCS(0)
	}
	return o, nil
}

func newWriter(name string, o createOptions, out *store.File) *Writer {
	return &Writer{
		name:     name,
		sync:     o.sync,
		out:      out,
		heap:     heap.NewGlobalEncoder(out),
		encoders: make(chan struct{}, o.workers),
	}
}

// Name is the name of the file, as it was given to Create or OpenReadWrite.
func (w *Writer) Name() string { return w.name }

// do runs one call of the Writer that makes or changes objects.
func (w *Writer) do(doing, object string, call func() error) error {
	return w.run(doing, object, func() error {
		if w.live != nil {
			return ErrLive
		}
		return call()
	})
}

// run runs one call of the Writer: one at a time, not after an error, and errors are kept, but for those that say that a call came too late.
func (w *Writer) run(doing, object string, run func() error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.settle()
	switch {
	case w.closed:
		return &WriteError{File: w.name, Object: object, Doing: doing, Err: ErrClosed}
	case w.failed != nil:
		return w.failed
	}
	w.call = call{doing: doing, object: object}
	err := run()
	w.call = call{}
	if err == nil {
		return nil
	}
	failed := &WriteError{File: w.name, Object: object, Doing: doing, Err: err}
	if !errors.Is(err, ErrLive) {
		w.failed = failed
	}
	return failed
}

// call is a call of a Writer.
type call struct{ doing, object string }

// settle finds out whether the last call ended. A panic of the caller's code (an iterator) may have left half of something behind, which must not be published.
func (w *Writer) settle() {
	if w.call != (call{}) && w.failed == nil {
		w.failed = &WriteError{File: w.name, Object: w.call.object, Doing: w.call.doing, Err: errors.New("broken off by a panic")}
	}
}

// Close writes what is left and gives the file its name, or switches an existing file to what is new. It fails with the first error that any call had, and then nothing is left under the name that was not
// there before. Closing again returns the same error.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return w.result
	}
	if w.live != nil {
		return w.closeLive(true)
	}
	w.closed = true
	w.settle()
	err := w.failed
	if err == nil {
		if err = w.finish(); err != nil {
			err = &WriteError{File: w.name, Doing: "finishing file", Err: err}
		}
	}
	w.stopEncoding()
	if err != nil {
		if restoring := w.restore(); restoring != nil {
			err = errors.Join(err, restoring)
		}
	}
	if closing := w.out.Close(); err == nil && closing != nil {
		err = &WriteError{File: w.name, Doing: "closing file", Err: closing}
	}
	if err == nil && w.draft != nil {
		if err = w.draft.Publish(w.sync); err != nil {
			err = &WriteError{File: w.name, Doing: "giving the file its name", Err: err}
		}
	}
	if removing := w.removeDraft(); removing != nil {
		err = errors.Join(err, removing)
	}
	w.result = err
	w.free()
	return w.result
}

// Abort removes what was written; a file that was there before stays as it is. After StartSWMR the file stays, with what was flushed. After Close it does nothing.
func (w *Writer) Abort() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	if w.live != nil {
		return w.closeLive(false)
	}
	w.closed = true
	w.result = &WriteError{File: w.name, Doing: "closing file", Err: ErrClosed}
	w.stopEncoding()
	err := w.restore()
	closing := w.out.Close()
	err = errors.Join(err, w.removeDraft())
	if err == nil && closing != nil {
		err = &WriteError{File: w.name, Doing: "abandoning file", Err: closing}
	}
	w.free()
	return err
}

// restore gives a file that was there before its old length, unless something of it was overwritten: then what was added may be in use.
func (w *Writer) restore() error {
	if w.file == nil || w.begun {
		return nil
	}
	if err := w.out.Cut(w.size); err != nil {
		return &WriteError{File: w.name, Doing: "cutting off what was added", Err: err}
	}
	return nil
}

func (w *Writer) removeDraft() error {
	if w.draft == nil {
		return nil
	}
	if err := w.draft.Remove(); err != nil {
		return &WriteError{File: w.name, Doing: "removing the unfinished file", Err: err}
	}
	return nil
}

// stopEncoding waits for chunks that are still being encoded, so that nothing looks at the caller's memory any more.
func (w *Writer) stopEncoding() {
	for _, n := range w.nodes {
		if n.dataset != nil {
			n.dataset.storage.abandon()
		}
	}
}

// free lets go of all that only an open Writer needs.
func (w *Writer) free() {
	w.nodes, w.root, w.committed, w.heap = nil, nil, nil, nil
	w.file, w.stored = nil, nil
}

// finish writes all but the name: first what the headers of objects refer to, then the headers at addresses that were settled before, because links
// form circles, and at last the superblock.
func (w *Writer) finish() error {
	for _, n := range w.nodes {
		if n.dataset != nil {
			if err := n.dataset.finish(); err != nil {
				return n.wrap(err)
			}
		}
	}
	if err := w.writeObjects(); err != nil {
		return err
	}
	if w.file != nil {
		return w.commit()
	}
	if err := w.heap.Close(); err != nil {
		return err
	}
	return w.finishSuperblock(0)
}

// writeObjects writes new objects, whose elements are in the file.
func (w *Writer) writeObjects() error {
	if err := w.addScaleAttributes(); err != nil {
		return err
	}
	if err := w.placeHeaders(); err != nil {
		return err
	}
	if err := w.completeAttributes(); err != nil {
		return err
	}
	for _, n := range w.nodes {
		if n.stored != nil {
			continue
		}
		if err := w.writeDense(n); err != nil {
			return n.wrap(err)
		}
	}
	return w.writeHeaders()
}

// finishSuperblock writes the superblock and all that is not written yet.
func (w *Writer) finishSuperblock(flags byte) error {
	if err := w.writeSuperblock(flags); err != nil {
		return err
	}
	return w.out.Finish(w.sync)
}

// writeSuperblock lets the superblock say where the file ends now, and who has it open for writing.
func (w *Writer) writeSuperblock(flags byte) error {
	if w.file == nil {
		return w.out.Overwrite(appendSuperblock(nil, w.out.End(), w.root.address, flags), 0)
	}
	s, err := w.endOfFile(flags)
	if err != nil {
		return err
	}
	return w.out.Overwrite(s.bytes, s.address)
}

// appendSuperblock appends a version 3 superblock with addresses and lengths of 8 bytes, without user block and
// extension. end is the length of the file; flags say who has it open for writing.
func appendSuperblock(b []byte, end, root uint64, flags byte) []byte {
	start := len(b)
	b = append(b, signatureBytes...)
	b = append(b, 3, 8, 8, flags)
	for _, address := range []uint64{0, cursor.Undefined, end, root} {
		b = cursor.AppendUint(b, address, 8)
	}
	return cursor.AppendChecksum(b, start)
}
