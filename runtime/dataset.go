package runtime

import (
	"context"
	"iter"
)

// Dataset is an HDF5 dataset, virtual or not, with elements of type T. It is safe for concurrent use; the zero value is not usable.
type Dataset[T any] struct{ raw *RawDataset }

// OpenDataset opens a dataset for reading as T, to which the types of the dataset and of its sources are converted by HDF5's rules:
// integers clamp, floats become integers by truncation, compounds match by the names of members. It is an error if that cannot be.
// For a virtual dataset that grows, its sources are opened to learn how long it is.
func OpenDataset[T any](ctx context.Context, f *File, path string) (*Dataset[T], error) {
	return nil, errNotYet
}

// Raw is the dataset without its Go type.
func (d *Dataset[T]) Raw() *RawDataset { return d.raw }

// Path is the path that the dataset was opened with.
func (d *Dataset[T]) Path() string { return d.raw.path }

// Shape is the number of elements along each axis, as [RawDataset.Shape].
func (d *Dataset[T]) Shape() []int { return d.raw.Shape() }

// Rank is the number of axes.
func (d *Dataset[T]) Rank() int { return d.raw.Rank() }

// Read reads the elements that the slices select, one for each axis as in NumPy: an [Index] drops its axis, axes without a slice are
// whole, and no slice at all is everything. A selection that does not fit is a *SliceError; a source that is absent or unreadable
// is a *MissingSourceError unless an option of [Open] says otherwise.
func (d *Dataset[T]) Read(ctx context.Context, slices ...Slice) (Array[T], error) {
	return Array[T]{}, errNotYet
}

// ReadInto is Read into memory of the caller, which must have exactly as many elements as are selected. It allocates nothing
// in proportion to the data. After an error the contents are undefined. What was filled is told to [WithOnFilled].
func (d *Dataset[T]) ReadInto(ctx context.Context, into []T, slices ...Slice) error {
	return errNotYet
}

// Each yields the selected elements of axis 0 one after another, with that axis dropped, and reads ahead in parallel while the loop
// body runs. An error is yielded once and ends the iteration. Leaving the loop early stops the reading; nothing is left running.
// Arrays may be kept.
func (d *Dataset[T]) Each(ctx context.Context, slices ...Slice) iter.Seq2[Array[T], error] {
	return func(yield func(Array[T], error) bool) { yield(Array[T]{}, errNotYet) }
}
