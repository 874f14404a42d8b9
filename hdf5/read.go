package hdf5

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"unsafe"
)

// Limits on what Read and ReadBytes allocate for a file that is much smaller than its values: those that were never written, or that compress well.
const (
	// freeReadBytes may always be allocated.
	freeReadBytes = 1 << 30
	// maxExpansion is how many times the size of the file may be: more than deflate's best of 1032.
	maxExpansion = 4096
)

// ErrTooLarge is wrapped by the errors of Read, ReadSlab and ReadBytes for more elements than can be, or should be, allocated at once.
var ErrTooLarge = errors.New("too many elements to read at once")

// Read returns all elements of a dataset in row-major order as values of the Go type T, converted by the rules of
// HDF5 where the stored type differs; see MemoryOf for what T may be. Elements that were never written are the fill value. A scalar
// is one element, a null dataspace none. The error wraps ErrVirtual for a virtual dataset, and ErrTooLarge for
// one that would take more than 1 GiB of memory and more than 4096 times the size of its file: ReadSlab reads that
// into memory of the caller.
func Read[T any](d *Dataset) ([]T, error) {
	c, err := typedConversion[T](d)
	if err != nil {
		return nil, err
	}
	start, step, count := d.wholeBox()
	n, err := d.countForRead(count, c.memory.Size())
	if err != nil {
		return nil, err
	}
	values := make([]T, n)
	return values, readInto(d, c, values, start, step, count)
}

// ReadSlab reads a strided box of a dataset into memory of the caller, in row-major order: along axis i the elements start[i],
// start[i]+step[i], … , count[i] of them. A nil step is 1 everywhere. len(values) must be the product of count. Nothing is allocated in
// proportion to the data, but for strings and sequences. Rules and errors are those of Read; a box that does
// not lie in the dataset is an error.
func ReadSlab[T any](d *Dataset, values []T, start, step, count []uint64) error {
	c, err := typedConversion[T](d)
	if err != nil {
		return err
	}
	return readInto(d, c, values, start, step, count)
}

// ReadBytes returns the elements of a strided box as packed elements of type to, for instance d.Datatype().Native(), in
// row-major order. Nil start, step and count are the whole dataset. Rules and errors are those of Read; data of variable length have
// no packed form, but strings may be read as strings of a fixed length.
func (d *Dataset) ReadBytes(to *Datatype, start, step, count []uint64) ([]byte, error) {
	if err := d.checkReal(); err != nil {
		return nil, err
	}
	c, err := d.Conversion(MemoryBytes(to))
	if err != nil {
		return nil, err
	}
	if count == nil {
		start, step, count = d.wholeBox()
	}
	if err := d.checkBox(start, step, count); err != nil {
		return nil, err
	}
	n, err := d.countForRead(count, to.size)
	if err != nil {
		return nil, err
	}
	values := make([]byte, n*to.size)
	if n == 0 {
		return values, nil
	}
	return values, d.ReadBox(c, unsafe.Pointer(&values[0]), rowMajor(count, to.size), start, step, count)
}

func typedConversion[T any](d *Dataset) (*Conversion, error) {
	if err := d.checkReal(); err != nil {
		return nil, err
	}
	m, err := MemoryOf[T]()
	if err != nil {
		return nil, d.placed(err)
	}
	return d.Conversion(m)
}

func readInto[T any](d *Dataset, c *Conversion, values []T, start, step, count []uint64) error {
	n, err := elementCount(count)
	if err != nil || n != uint64(len(values)) {
		return d.placed(fmt.Errorf("%d elements of memory for a box of %d", len(values), count))
	}
	if n == 0 {
		return d.checkBox(start, step, count)
	}
	return d.ReadBox(c, unsafe.Pointer(&values[0]), rowMajor(count, c.memory.Size()), start, step, count)
}

// checkReal refuses virtual datasets.
func (d *Dataset) checkReal() error {
	if d.Layout() == Virtual {
		return d.placed(ErrVirtual)
	}
	return nil
}

// countForRead is the number of elements of a box, if their memory is in proportion to the file.
func (d *Dataset) countForRead(count []uint64, size int) (int, error) {
	n, err := elementCount(count)
	if err != nil || n > math.MaxInt/uint64(size) {
		return 0, d.placed(fmt.Errorf("%w: a box of %d", ErrTooLarge, count))
	}
	total := n * uint64(size)
	if total <= freeReadBytes {
		return int(n), nil
	}
	stored := uint64(d.file.Size())
	if d.external != nil {
		if stored, err = d.rawRoom(); err != nil {
			return 0, err
		}
	}
	if hi, room := bits.Mul64(stored, maxExpansion); hi == 0 && total > room {
		return 0, d.placed(fmt.Errorf("%w: %d bytes of a file of %d; read them in parts with ReadSlab", ErrTooLarge, total, stored))
	}
	return int(n), nil
}

// wholeBox is the box of all elements; one of no elements for a null dataspace.
func (d *Dataset) wholeBox() (start, step, count []uint64) {
	if d.Space() == NullSpace {
		return []uint64{0}, nil, []uint64{0}
	}
	count = d.Shape()
	return make([]uint64, len(count)), nil, count
}

// elementCount is the product of a shape; 1 for no axes. It is an error when it does not fit.
func elementCount(shape []uint64) (uint64, error) {
	n := uint64(1)
	for _, m := range shape {
		if m == 0 {
			return 0, nil
		}
	}
	for _, m := range shape {
		hi, lo := bits.Mul64(n, m)
		if hi != 0 {
			return 0, fmt.Errorf("hdf5: shape %d has more elements than can be counted", shape)
		}
		n = lo
	}
	return n, nil
}

// rowMajor are the strides in bytes of a packed array of elements of size bytes.
func rowMajor(count []uint64, size int) []int64 {
	stride := make([]int64, len(count))
	n := int64(size)
	for i := len(count) - 1; i >= 0; i-- {
		stride[i] = n
		n *= int64(count[i])
	}
	return stride
}

// checkBox checks that a box lies in the dataset.
func (d *Dataset) checkBox(start, step, count []uint64) error {
	shape := d.Shape()
	if d.Space() == NullSpace {
		shape = []uint64{0}
	}
	if len(start) != len(shape) || len(count) != len(shape) || step != nil && len(step) != len(shape) {
		return d.placed(fmt.Errorf("a box of rank %d, %d and %d for a dataset of shape %d", len(start), len(step), len(count), shape))
	}
	for i, n := range count {
		if n == 0 {
			continue
		}
		s := stepOf(step, i)
		if s == 0 {
			return d.placed(fmt.Errorf("axis %d: step 0", i))
		}
		if start[i] >= shape[i] || n-1 > (shape[i]-1-start[i])/s {
			return d.placed(fmt.Errorf("axis %d: %d elements from %d by %d do not lie in the %d of the dataset", i, n, start[i], s, shape[i]))
		}
	}
	return nil
}

func stepOf(step []uint64, i int) uint64 {
	if step == nil {
		return 1
	}
	return step[i]
}

// ReadBox reads a strided box of a dataset that is not virtual into a strided box of memory: the primitive under Read and ReadSlab. c is a
// conversion of d; start, step and count are in elements, one each per axis, a nil step is 1 everywhere; memStride is in bytes, one per axis.
// The caller answers for the room at memory. Each chunk that the box touches is decoded once. Boxes of one
// dataset may be read concurrently into memory that does not overlap.
func (d *Dataset) ReadBox(c *Conversion, memory unsafe.Pointer, memStride []int64, start, step, count []uint64) error {
	if err := d.checkReal(); err != nil {
		return err
	}
	if err := d.checkBox(start, step, count); err != nil {
		return err
	}
	if len(memStride) != len(count) {
		return d.placed(fmt.Errorf("%d memory strides for %d axes", len(memStride), len(count)))
	}
	if emptyBox(count) {
		return nil
	}
	if c.partial {
		if err := c.FillBox(memory, memStride, nil, count); err != nil {
			return err
		}
	}
	if d.Layout() == Chunked {
		return d.readChunked(c, memory, memStride, start, step, count)
	}
	return d.readContiguous(c, memory, memStride, start, step, count)
}
