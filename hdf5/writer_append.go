package hdf5

import (
	"errors"
	"fmt"
	"reflect"

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
		switch {
		case d.written || d.rows > 0 || d.direct:
			return errors.New("elements were written before; WriteAll writes them all, and only once")
		case uint64(e.count) != total:
			return fmt.Errorf("there are %d elements, and shape %d has %d", e.count, d.shape, total)
		}
		d.written = true
		if len(d.shape) > 0 {
			d.rows = d.shape[0]
		}
		return d.put(e)
	})
}

// Append writes whole elements of axis 0, for an image stack [frames][rows][cols] whole frames, behind those that were written before; the first are those with index 0. The number of elements is a
// multiple of the product of the other axes. The dataset grows if it may. A chunk that is not complete is kept in memory until it is or the writing ends. elements are converted as by
// WriteAll, and not kept when Append returns.
func Append[T any](d *DatasetWriter, elements []T) error {
	return d.do("appending elements", func() error {
		switch {
		case len(d.shape) == 0:
			return errors.New("a scalar has no axis to append along; use WriteAll")
		case d.direct:
			return errors.New("chunks were written before; use either Append or WriteChunk")
		case len(elements) == 0:
			return nil
		case d.rowElements == 0 || uint64(len(elements))%d.rowElements != 0:
			return fmt.Errorf("%d elements are not whole elements of axis 0, which have %d each", len(elements), d.rowElements)
		}
		n := uint64(len(elements)) / d.rowElements
		if n > d.max[0]-d.rows {
			return fmt.Errorf("axis 0 has room for %d elements: %d are there and %d more do not fit; give a larger maximal shape when the dataset is created", d.max[0], d.rows, n)
		}
		d.rows += n
		d.shape[0] = max(d.shape[0], d.rows)
		return d.put(elementsIn(elements))
	})
}

// put stores elements behind those that were stored before.
func (d *DatasetWriter) put(e elements) error {
	if d.encoding.typ != e.typ {
		c, err := d.w.encoder(e.typ, d.typ)
		if err != nil {
			return err
		}
		d.encoding = encoding{typ: e.typ, conversion: c}
	}
	if d.encoding.conversion.Identity() {
		return d.storage.write(e.bytes(0, e.count))
	}
	size := d.typ.Size()
	most := max(convertPiece/size, 1)
	piece := make([]byte, min(most, e.count)*size)
	for from := 0; from < e.count; from += most {
		n := min(most, e.count-from)
		if err := e.encode(d.encoding.conversion, piece[:n*size], size, from, n); err != nil {
			return err
		}
		if err := d.storage.write(piece[:n*size]); err != nil {
			return err
		}
	}
	return nil
}
