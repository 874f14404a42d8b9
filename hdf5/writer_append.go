package hdf5

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// convertPiece is how many bytes of stored elements are made at a time where Go's bytes are not those of the file.
const convertPiece = 1 << 20

// WriteAll writes all elements of a dataset at once, in row-major order: as many as its shape has. They are converted to the dataset's type where T is
// another (integers clamp, as they do in libhdf5); where bytes agree they are written as they are, without a copy of the whole.
// T is any type that TypeOf takes. After WriteAll, Append adds to a dataset that may grow.
func WriteAll[T any](d *DatasetWriter, data []T) error {
	return d.writeAll(elementsIn(data))
}

// WriteValues is WriteAll for a slice whose type is known at run time only, or for the one value of a scalar.
func (d *DatasetWriter) WriteValues(values any) error {
	v := reflect.ValueOf(values)
	if !v.IsValid() {
		return d.do("writing elements", func() error { return errors.New("the value is nil") })
	}
	if v.Kind() != reflect.Slice {
		one := reflect.MakeSlice(reflect.SliceOf(v.Type()), 1, 1)
		one.Index(0).Set(v)
		v = one
	}
	return d.writeAll(elementsOf(v))
}

func (d *DatasetWriter) writeAll(e elements) error {
	return d.do("writing elements", func() error {
		total, _ := message.Product(d.shape)
		if d.kind == message.SpaceNull {
			total = 0
		}
		if uint64(e.count) != total {
			return fmt.Errorf("there are %d elements, and shape %d has %d", e.count, d.shape, total)
		}
		if len(d.shape) > 0 {
			d.rows = d.shape[0]
		}
		if total == 0 {
			return d.prepare(e)
		}
		return d.writeSlab(e, make([]uint64, len(d.shape)), nil, d.shape)
	})
}

// Append writes whole elements of axis 0, for an image stack [frames][rows][cols] whole frames, behind the last one that was written in any way; the first are those with index 0. In a dataset
// that was opened with OpenDataset all that it has count as written. The number of elements is a
// multiple of the product of the other axes. The dataset grows if it may. A chunk that is not complete is kept in memory until it is or the writing ends. elements are converted as by
// WriteAll, and not kept when Append returns.
func Append[T any](d *DatasetWriter, elements []T) error {
	return d.do("appending elements", func() error {
		if len(d.shape) == 0 {
			return errors.New("a scalar has no axis to append along; use WriteAll")
		}
		if len(elements) == 0 {
			return nil
		}
		return d.appendAt(elementsIn(elements), 0, d.rows)
	})
}

// AppendAlong writes whole elements of any axis behind the last one of it: for axis 1 of a dataset of shape [rows][cols] whole columns, in the row-major order of the box [rows][n] that they
// are. The number of elements is a multiple of the product of the other axes; the dataset grows by as many elements along the axis as they are.
func AppendAlong[T any](d *DatasetWriter, axis int, elements []T) error {
	return d.do(fmt.Sprintf("appending elements along axis %d", axis), func() error {
		if axis < 0 || axis >= len(d.shape) {
			return fmt.Errorf("the dataset has %d axes, numbered from 0", len(d.shape))
		}
		if len(elements) == 0 {
			return nil
		}
		return d.appendAt(elementsIn(elements), axis, d.shape[axis])
	})
}

// appendAt writes whole elements of an axis from an index on and lets the dataset grow for them.
func (d *DatasetWriter) appendAt(e elements, axis int, from uint64) error {
	count := slices.Clone(d.shape)
	count[axis] = 1
	each, ok := message.Product(count)
	if !ok || each == 0 || uint64(e.count)%each != 0 {
		return fmt.Errorf("%d elements are not whole elements of axis %d, which have %d each", e.count, axis, each)
	}
	count[axis] = uint64(e.count) / each
	if count[axis] > d.max[axis]-from {
		return fmt.Errorf("axis %d has room for %d elements: %d are there and %d more do not fit; give a larger maximal shape when the dataset is created", axis, d.max[axis], from, count[axis])
	}
	if end := from + count[axis]; end > d.shape[axis] {
		shape := slices.Clone(d.shape)
		shape[axis] = end
		if err := d.resize(shape); err != nil {
			return err
		}
	}
	if c, ok := d.storage.(*chunkStorage); ok {
		c.keepRow(axis)
	}
	start := make([]uint64, len(d.shape))
	start[axis] = from
	return d.writeSlab(e, start, nil, count)
}
