package runtime

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// SourceWriter writes one source dataset whose elements arrive one after another along axis 0. Its file appears under its name
// at Close. A SourceWriter must not be used by several goroutines at a time; different ones of one file may not either.
type SourceWriter[T any] struct {
	file    *SourceFileWriter
	own     bool // Close ends the file too
	dataset *hdf5.DatasetWriter
	name    string
	row     int    // elements of an index of axis 0
	rows    uint64 // that the shape promises, unknownExtent for any number
	written uint64
}

// CreateSource starts a source file with the dataset that s describes, in the folder dir (folders below it are made; an absolute
// name of the source stays as it is). Axis 0 grows on disk with each Append where the source has chunks, filters or an axis of
// unknown length, and is one block where it has not. Without a [Chunk], chunks are whole elements of axis 0, about 1 MiB of them.
//
// The file will hold this dataset and nothing else: a file of the name that was there is replaced as a whole at Close. [CreateMember] adds to it.
func CreateSource[T any](ctx context.Context, dir string, s Source, opts ...Option) (*SourceWriter[T], error) {
	return createSource[T](ctx, dir, s, CreateSourceFile, opts)
}

// startFile is [CreateSourceFile] or [OpenSourceFile].
type startFile func(ctx context.Context, dir, file string, opts ...Option) (*SourceFileWriter, error)

func createSource[T any](ctx context.Context, dir string, s Source, start startFile, opts []Option) (*SourceWriter[T], error) {
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("source %s: %w", s.Name(), err)
	}
	f, err := start(ctx, dir, s.file, opts...)
	if err != nil {
		return nil, err
	}
	w, err := AddSource[T](f, s)
	if err != nil {
		return nil, errors.Join(err, f.Abort())
	}
	w.own = true
	return w, nil
}

// Append writes whole elements of axis 0 (frames), any number at a time: len(elements) is a multiple of the product of
// the other axes. More than a fixed extent holds is an error.
func (w *SourceWriter[T]) Append(elements []T) error {
	if err := w.file.ctx.Err(); err != nil {
		return err
	}
	if len(elements) == 0 {
		return nil
	}
	if w.row == 0 || len(elements)%w.row != 0 {
		return fmt.Errorf("%s: %d elements are no whole elements of axis 0, which have %d each", w.name, len(elements), w.row)
	}
	rows := uint64(len(elements) / w.row)
	if w.rows != unknownExtent && rows > w.rows-w.written {
		return fmt.Errorf("%s: %d elements of axis 0 are more than its extent, %d, of which %d are written", w.name, rows, w.rows, w.written)
	}
	if err := hdf5.Append(w.dataset, elements); err != nil {
		return err
	}
	w.written += rows
	return nil
}

// Len is the number of elements of axis 0 that were appended.
func (w *SourceWriter[T]) Len() int { return int(w.written) }

// Close ends the dataset, and the file where the writer is from [CreateSource], and gives the file its name. Where fewer elements were
// appended than a fixed extent says, it is an error, and there is no file, or the one that was there as it was.
func (w *SourceWriter[T]) Close() error {
	if err := w.short(); err != nil {
		w.file.fail(err)
		if w.own {
			return errors.Join(err, w.file.Abort())
		}
		return err
	}
	if w.own {
		return w.file.Close()
	}
	return w.dataset.Close()
}

// short is an error where fewer elements were appended than a fixed extent says.
func (w *SourceWriter[T]) short() error {
	if w.rows == unknownExtent || w.written >= w.rows {
		return nil
	}
	return fmt.Errorf("%s: %d elements of axis 0 were appended, and its extent is %d", w.name, w.written, w.rows)
}

// Abort removes what was written by the writer of the file; a file that was there before stays as it was. After Close it does nothing.
func (w *SourceWriter[T]) Abort() error { return w.file.Abort() }

// SourceFileWriter writes one file with several source datasets. It must not be used by several goroutines at a time.
type SourceFileWriter struct {
	ctx    context.Context
	w      *hdf5.Writer
	failed error          // a dataset that was closed too short
	short  []func() error // of each dataset

	// Of OpenSourceFile:
	first     bool            // there was no file
	replaced  map[uint64]bool // nil where there was no file; else datasets of it, by address, that new ones replace
	noClobber bool
}

// CreateSourceFile starts a file, in the folder dir unless its name is absolute. [AddSource] adds the datasets. A file of the name that was
// there is replaced as a whole at Close. [OpenSourceFile] adds to it.
func CreateSourceFile(ctx context.Context, dir, file string, opts ...Option) (*SourceFileWriter, error) {
	name, o, err := prepareSourceFile(ctx, dir, file, opts)
	if err != nil {
		return nil, err
	}
	w, err := hdf5.Create(name, o.createOptions()...)
	if err != nil {
		return nil, err
	}
	return &SourceFileWriter{ctx: ctx, w: w}, nil
}

// prepareSourceFile gives the name of a source file, and makes the folder in which it will be.
func prepareSourceFile(ctx context.Context, dir, file string, opts []Option) (name string, o options, err error) {
	if o, err = newOptions(opts); err != nil {
		return "", o, err
	}
	if err := ctx.Err(); err != nil {
		return "", o, err
	}
	if filepath.IsAbs(file) {
		return file, o, nil
	}
	name = filepath.Join(dir, file)
	return name, o, os.MkdirAll(filepath.Dir(name), 0o777)
}

func (f *SourceFileWriter) fail(err error) {
	if f.failed == nil {
		f.failed = err
	}
}

// SetAttributes sets attributes of a dataset or group of the file.
func (f *SourceFileWriter) SetAttributes(path string, attrs ...Attr) error {
	for _, a := range attrs {
		if err := f.w.SetAttribute(path, a.Name, a.Value); err != nil {
			return err
		}
	}
	return nil
}

// AddSource adds the dataset that s describes to a file; the file name of s plays no part.
func AddSource[T any](f *SourceFileWriter, s Source) (*SourceWriter[T], error) {
	fail := func(err error) (*SourceWriter[T], error) {
		return nil, fmt.Errorf("source %s: %w", s.Name(), err)
	}
	if err := s.Err(); err != nil {
		return fail(err)
	}
	datatype, err := hdf5.TypeOf[T]()
	if err != nil {
		return fail(err)
	}
	if s.element != nil && !s.element.Equal(datatype) {
		return fail(fmt.Errorf("its elements are %v, and %v is written", s.element, datatype))
	}
	spec, err := s.spec(datatype)
	if err != nil {
		return fail(err)
	}
	if err := f.makeRoom(s.path); err != nil {
		return fail(err)
	}
	dataset, err := f.w.CreateDataset(s.path, spec)
	if err != nil {
		return nil, err
	}
	w := &SourceWriter[T]{file: f, dataset: dataset, name: filepath.Join(f.w.Name()) + ":" + s.path, row: 1, rows: s.extent[0]}
	for _, n := range s.extent[1:] {
		w.row *= int(n)
	}
	f.short = append(f.short, w.short)
	return w, nil
}

// spec is the source as it is written.
func (s *Source) spec(datatype Type) (hdf5.DatasetSpec, error) {
	var none hdf5.DatasetSpec
	if len(s.extent) == 0 {
		return none, errors.New("a scalar has no axis 0 to append to")
	}
	row := uint64(datatype.Size())
	for i, n := range s.extent[1:] {
		if n == unknownExtent {
			return none, fmt.Errorf("the extent of axis %d is not known; only axis 0 grows when it is written", i+1)
		}
		if n != 0 && row > math.MaxInt32*1024/n {
			return none, errors.New("an element of axis 0 is larger than can be written at once")
		}
		row *= n
	}
	fill, err := encodeFill(datatype, s.fill)
	if err != nil {
		return none, err
	}
	spec := hdf5.DatasetSpec{Type: datatype, Fill: fill, Filters: s.filters}
	growing := s.extent[0] == unknownExtent
	if s.chunk == nil && !growing && len(s.filters) == 0 {
		spec.Shape = s.extent
		return spec, nil
	}
	if spec.Chunk, err = s.chunkShape(row); err != nil {
		return none, err
	}
	spec.Shape = append([]uint64{0}, s.extent[1:]...)
	spec.MaxShape = append([]uint64{s.extent[0]}, s.extent[1:]...)
	if growing {
		spec.MaxShape[0] = dataspace.Unlimited
	}
	return spec, nil
}

// chunkBytes is the size of chunks where nobody said what it is.
const chunkBytes = 1 << 20

// chunkShape is the chunks that a source is written in; row is the bytes of an element of axis 0.
func (s *Source) chunkShape(row uint64) ([]uint64, error) {
	if s.chunk == nil {
		chunk := make([]uint64, len(s.extent))
		for i, n := range s.extent {
			chunk[i] = max(n, 1)
		}
		chunk[0] = min(max(1, chunkBytes/max(row, 1)), max(s.extent[0], 1))
		return chunk, nil
	}
	if len(s.chunk) != len(s.extent) {
		return nil, fmt.Errorf("the chunk has %s, and the source %d", plural(len(s.chunk), "axis", "axes"), len(s.extent))
	}
	chunk := make([]uint64, len(s.chunk))
	for i, n := range s.chunk {
		if n < 1 {
			return nil, fmt.Errorf("the extent of the chunk along axis %d is %d; it is at least 1", i, n)
		}
		chunk[i] = uint64(n)
		if e := s.extent[i]; e != unknownExtent && e > 0 {
			chunk[i] = min(chunk[i], e)
		}
	}
	return chunk, nil
}

// Close ends all datasets and the file, and gives it its name, or makes what is new of a file that was there a part of it. Where a dataset has fewer elements
// than its fixed extent says, closed or not, it is an error, and there is no file, or the one that was there as it was.
func (f *SourceFileWriter) Close() error {
	if err := f.ctx.Err(); err != nil {
		return errors.Join(err, f.Abort())
	}
	for _, short := range f.short {
		if err := short(); err != nil {
			f.fail(err)
			break
		}
	}
	if f.failed != nil {
		return errors.Join(f.failed, f.Abort())
	}
	err := f.w.Close()
	if f.first && errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w: another writer made it meanwhile, and what was written here is dropped; write these members again, now that the file is there", f.w.Name(), fs.ErrExist)
	}
	return err
}

// Abort removes what was written; a file that was there before stays as it was. After Close it does nothing.
func (f *SourceFileWriter) Abort() error { return f.w.Abort() }
