package runtime

import "context"

// SourceWriter writes one source dataset whose elements arrive one after another along axis 0. Its file appears under its name
// at Close. A SourceWriter must not be used by several goroutines at a time; different ones may.
type SourceWriter[T any] struct{ own *SourceFileWriter }

// CreateSource starts a source file with the dataset that s describes, in the folder dir (folders below it are made; an absolute
// name of the source stays as it is). Axis 0 grows on disk with each Append where the source has chunks, filters or an axis of
// unknown length, and is allocated at once where it has not. The file that was there is replaced at Close.
func CreateSource[T any](ctx context.Context, dir string, s Source, opts ...Option) (*SourceWriter[T], error) {
	return nil, errNotYet
}

// Append writes whole elements of axis 0 (frames), any number at a time: len(elements) is a multiple of the product of
// the other axes. More than a fixed extent holds is an error.
func (w *SourceWriter[T]) Append(elements []T) error { return errNotYet }

// Len is the number of elements of axis 0 that were appended.
func (w *SourceWriter[T]) Len() int { return 0 }

// Close ends the dataset, and the file where the writer is from [CreateSource], and gives the file its name. Where fewer elements were
// appended than a fixed extent says, it is an error and there is no file.
func (w *SourceWriter[T]) Close() error { return errNotYet }

// Abort removes what was written. After Close it does nothing.
func (w *SourceWriter[T]) Abort() error { return errNotYet }

// SourceFileWriter writes one file with several source datasets.
type SourceFileWriter struct{}

// CreateSourceFile starts a file, in the folder dir unless its name is absolute. [AddSource] adds the datasets.
func CreateSourceFile(ctx context.Context, dir, file string, opts ...Option) (*SourceFileWriter, error) {
	return nil, errNotYet
}

// AddSource adds the dataset that s describes to a file; the file name of s plays no part.
func AddSource[T any](f *SourceFileWriter, s Source) (*SourceWriter[T], error) { return nil, errNotYet }

// Close ends all datasets and the file, and gives it its name.
func (f *SourceFileWriter) Close() error { return errNotYet }

// Abort removes what was written. After Close it does nothing.
func (f *SourceFileWriter) Abort() error { return errNotYet }
