package runtime

import (
	"context"
	"fmt"
	"iter"
	"unsafe"

	"github.com/vdsgen/vdsgen/hdf5"
)

// Dataset is an HDF5 dataset, virtual or not, with elements of type T. It is safe for concurrent use; the zero value is not usable.
type Dataset[T any] struct {
	raw    *RawDataset
	memory hdf5.Memory
}

// OpenDataset opens a dataset for reading as T, to which the types of the dataset and of its sources are converted by HDF5's rules:
// integers clamp, floats become integers by truncation, compounds match by the names of members. It is an error if that cannot be.
// For a virtual dataset that grows, its sources are opened to learn how long it is.
func OpenDataset[T any](ctx context.Context, f *File, path string) (*Dataset[T], error) {
	raw, err := f.Dataset(ctx, path)
	if err != nil {
		return nil, err
	}
	return As[T](raw)
}

// As is a dataset with its elements read as T.
func As[T any](raw *RawDataset) (*Dataset[T], error) {
	memory, err := hdf5.MemoryOf[T]()
	if err != nil {
		return nil, err
	}
	if _, err := raw.node.dataset.Conversion(memory); err != nil {
		return nil, err
	}
	return &Dataset[T]{raw: raw, memory: memory}, nil
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
	s, err := d.raw.selection(slices)
	if err != nil {
		return Array[T]{}, err
	}
	return d.read(ctx, s)
}

func (d *Dataset[T]) read(ctx context.Context, s *selection) (Array[T], error) {
	data, err := newElements[T](d.raw, s.elements)
	if err != nil {
		return Array[T]{}, err
	}
	filled, err := d.readInto(ctx, data, s, true)
	if err != nil {
		return Array[T]{}, err
	}
	return Array[T]{Data: data, Shape: s.shape, Filled: filled}, nil
}

// newElements allocates the result of a read.
func newElements[T any](d *RawDataset, n int) ([]T, error) {
	var element T
	if size := int(unsafe.Sizeof(element)); size > 0 && n > maxArrayBytes/size {
		return nil, d.tooLarge(n, size)
	}
	data := make([]T, n)
	return data, nil
}

// ReadInto is Read into memory of the caller, which must have exactly as many elements as are selected. It allocates nothing
// in proportion to the data. After an error the contents are undefined. What was filled is told to [WithOnFilled].
func (d *Dataset[T]) ReadInto(ctx context.Context, into []T, slices ...Slice) error {
	s, err := d.raw.selection(slices)
	if err != nil {
		return err
	}
	if len(into) != s.elements {
		return fmt.Errorf("%s:%s: the slices select %d elements, shape %v, and there is room for %d", d.raw.file.name, d.raw.path, s.elements, s.shape, len(into))
	}
	_, err = d.readInto(ctx, into, s, false)
	return err
}

func (d *Dataset[T]) readInto(ctx context.Context, into []T, s *selection, zeroed bool) ([]Filled, error) {
	if err := ctx.Err(); err != nil || s.elements == 0 {
		return nil, err
	}
	var element T
	r := &reading{file: d.raw.file, policy: d.raw.policy(), memory: d.memory, zeroed: zeroed,
		array: resultArray(unsafe.Pointer(unsafe.SliceData(into)), len(into), int(unsafe.Sizeof(element)), zeroed)}
	err := r.run(ctx, d.raw.node, s.requests)
	return r.filled, err
}

// Each yields the selected elements of axis 0 one after another, with that axis dropped, and reads ahead in parallel while the loop
// body runs. An error is yielded once and ends the iteration, after the elements before it. Leaving the loop early stops the reading;
// nothing is left running. Arrays may be kept; they share memory with their neighbours.
func (d *Dataset[T]) Each(ctx context.Context, slices ...Slice) iter.Seq2[Array[T], error] {
	return func(yield func(Array[T], error) bool) {
		axes, err := d.raw.eachAxes(slices)
		if err != nil {
			yield(Array[T]{}, err)
			return
		}
		d.each(ctx, axes, yield)
	}
}
