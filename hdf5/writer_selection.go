package hdf5

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// hyperslab is a strided box of a dataset and the elements for it.
type hyperslab struct {
	conversion         *Conversion // from elements in memory to stored ones
	memory             []byte      // of the elements, from the first one of the box on
	memStride          []int64     // bytes from one element to the next along each axis
	start, step, count []uint64    // in elements; a nil step is 1 everywhere
}

// copyTo converts the elements of the box to where stored elements are; stride is in bytes.
func (s *hyperslab) copyTo(stored unsafe.Pointer, stride []int64) error {
	return s.conversion.CopyBox(stored, stride, s.memory, s.memStride, s.count)
}

// WriteSlab writes a strided box of a dataset from values in row-major order: along axis i the elements start[i], start[i]+step[i], … , count[i] of
// them; a nil step is 1 everywhere. It is the counterpart of ReadSlab. len(values) is the product of count, and the box lies in the shape of the dataset: Resize first where it shall grow.
// Values are converted as by WriteAll and are not kept. Of elements that are written several times the last counts.
func WriteSlab[T any](d *DatasetWriter, values []T, start, step, count []uint64) error {
	return d.do("writing elements", func() error { return d.writeSlab(elementsIn(values), start, step, count) })
}

// WriteBytes is WriteSlab for packed elements in the datatype of the dataset itself, as they are stored before filters: what ReadBytes gives for that type. Nil start, step and
// count are the whole dataset. Elements that refer to other places of the file (strings of variable length, sequences) have no such form and are an error.
func (d *DatasetWriter) WriteBytes(values []byte, start, step, count []uint64) error {
	return d.do("writing elements", func() error {
		e, err := d.storedElements(values)
		if err != nil {
			return err
		}
		if count == nil {
			start, step, count = make([]uint64, len(d.shape)), nil, d.shape
		}
		return d.writeSlab(e, start, step, count)
	})
}

// WriteSelection writes the selected elements of a dataset; values is a slice of them in the order of the selection: row-major, or the order in which
// points are listed. A point that is listed twice gets the later value. The selection lies in the shape of the dataset; all of it is dataspace.All. Values are converted as by WriteAll
// and are not kept.
func (d *DatasetWriter) WriteSelection(sel dataspace.Selection, values any) error {
	return d.do("writing elements", func() error {
		v := reflect.ValueOf(values)
		if v.Kind() != reflect.Slice {
			return fmt.Errorf("the values are %T; give a slice with one value for each selected element", values)
		}
		return d.writeSelected(elementsOf(v), sel)
	})
}

// WriteSelectionBytes is WriteSelection for packed elements in the datatype of the dataset itself, like WriteBytes.
func (d *DatasetWriter) WriteSelectionBytes(sel dataspace.Selection, values []byte) error {
	return d.do("writing elements", func() error {
		e, err := d.storedElements(values)
		if err != nil {
			return err
		}
		return d.writeSelected(e, sel)
	})
}

// storedElements are elements as they are stored, and makes them what is written next.
func (d *DatasetWriter) storedElements(values []byte) (elements, error) {
	size := d.typ.Size()
	if d.typ.hasHeapData() {
		return elements{}, fmt.Errorf("elements of %s refer to other places of the file; give them as Go values", d.typ)
	}
	if len(values)%size != 0 {
		return elements{}, fmt.Errorf("%d bytes are no whole elements of %s, which have %d each", len(values), d.typ, size)
	}
	typ := reflect.ArrayOf(size, reflect.TypeFor[byte]())
	d.encoding = encoding{typ: typ, conversion: &Conversion{stored: d.typ, memory: MemoryBytes(d.typ), kernel: copyKernel{size}, copies: true}}
	return elements{typ: typ, first: unsafe.Pointer(unsafe.SliceData(values)), count: len(values) / size}, nil
}

// prepare makes the conversion of elements to those of the dataset, unless it is there from the last call.
func (d *DatasetWriter) prepare(e elements) error {
	if d.encoding.typ == e.typ {
		return nil
	}
	c, err := d.w.encoder(e.typ, d.typ)
	if err != nil {
		return err
	}
	d.encoding = encoding{typ: e.typ, conversion: c}
	return nil
}

// writeSlab writes a box from elements in row-major order.
func (d *DatasetWriter) writeSlab(e elements, start, step, count []uint64) error {
	if err := checkSlab(d.shape, start, step, count); err != nil {
		return err
	}
	n, err := elementCount(count)
	if err != nil || n != uint64(e.count) {
		return fmt.Errorf("there are %d elements for a box of %d", e.count, count)
	}
	if d.kind == message.SpaceNull {
		n = 0
	}
	if err := d.prepare(e); err != nil || n == 0 {
		return err
	}
	return d.putBox(&hyperslab{memory: e.bytes(0, e.count), memStride: rowMajor(count, int(e.typ.Size())), start: start, step: step, count: count})
}

// putBox stores a box that is not empty.
func (d *DatasetWriter) putBox(s *hyperslab) error {
	s.conversion = d.encoding.conversion
	if len(d.shape) > 0 {
		d.rows = max(d.rows, s.start[0]+(s.count[0]-1)*stepOf(s.step, 0)+1)
	}
	return d.storage.writeBox(s)
}

// checkSlab checks that a box lies in a shape.
func checkSlab(shape, start, step, count []uint64) error {
	if len(start) != len(shape) || len(count) != len(shape) || step != nil && len(step) != len(shape) {
		return fmt.Errorf("a box of rank %d, %d and %d for a dataset of shape %d", len(start), len(step), len(count), shape)
	}
	for i, n := range count {
		s := stepOf(step, i)
		switch {
		case n == 0:
		case s == 0:
			return fmt.Errorf("axis %d: step 0", i)
		case start[i] >= shape[i] || n-1 > (shape[i]-1-start[i])/s:
			return fmt.Errorf("axis %d: %d elements from %d by %d do not lie in the %d of the dataset; resize it first", i, n, start[i], s, shape[i])
		}
	}
	return nil
}

// writeSelected writes a selection, piece by piece.
func (d *DatasetWriter) writeSelected(e elements, sel dataspace.Selection) error {
	if err := d.checkSelection(sel); err != nil {
		return err
	}
	pieces, err := sel.Pieces(d.shape)
	if err != nil {
		return err
	}
	n, err := sel.Count(d.shape)
	switch {
	case err != nil:
		return err
	case n != uint64(e.count):
		return fmt.Errorf("there are %d elements and %d are selected", e.count, n)
	}
	if err := d.prepare(e); err != nil || n == 0 {
		return err
	}
	w := pieceWriter{d: d, e: e, size: int(e.typ.Size())}
	for i := range pieces {
		if err := w.piece(&pieces[i]); err != nil {
			return err
		}
	}
	return nil
}

// checkSelection checks that a selection lies in the shape.
func (d *DatasetWriter) checkSelection(sel dataspace.Selection) error {
	if _, grows := sel.UnlimitedAxis(); grows {
		return errors.New("the selection has no end along an axis; clip it to the shape of the dataset")
	}
	_, hi, ok := sel.Bounds()
	if !ok {
		return nil
	}
	if len(hi) != len(d.shape) {
		return fmt.Errorf("a selection of rank %d in a dataset of shape %d", len(hi), d.shape)
	}
	for i, h := range hi {
		if h >= d.shape[i] {
			return fmt.Errorf("the selection reaches element %d of axis %d, and the shape is %d; resize it first", h, i, d.shape)
		}
	}
	return nil
}

// pieceWriter writes pieces of a selection as boxes: an axis that several digits count is stepped through but for the finest of them.
type pieceWriter struct {
	d    *DatasetWriter
	e    elements
	size int // bytes of an element in memory

	start, step, count [dataspace.MaxRank]uint64
	memStride          [dataspace.MaxRank]int64
	outer              []dataspace.Digit
}

func (w *pieceWriter) piece(p *dataspace.Piece) error {
	rank := len(p.Start)
	copy(w.start[:], p.Start)
	for i := range rank {
		w.step[i], w.count[i], w.memStride[i] = 1, 1, int64(w.size)
	}
	w.outer = w.outer[:0]
	for i := len(p.Digits) - 1; i >= 0; i-- {
		digit := p.Digits[i]
		if w.count[digit.Axis] > 1 {
			w.outer = append(w.outer, digit)
			continue
		}
		w.step[digit.Axis], w.count[digit.Axis], w.memStride[digit.Axis] = digit.Step, digit.Count, int64(digit.Ordinal)*int64(w.size)
	}
	return w.boxes(rank, len(w.outer)-1, p.Ordinal)
}

// boxes counts through the outer digits up to number i, the last of which are the coarsest.
func (w *pieceWriter) boxes(rank, i int, ordinal uint64) error {
	if i < 0 {
		return w.d.putBox(&hyperslab{
			memory: w.e.bytes(int(ordinal), w.e.count-int(ordinal)), memStride: w.memStride[:rank],
			start: w.start[:rank], step: w.step[:rank], count: w.count[:rank],
		})
	}
	digit := w.outer[i]
	first := w.start[digit.Axis]
	for n := range digit.Count {
		w.start[digit.Axis] = first + n*digit.Step
		if err := w.boxes(rank, i-1, ordinal+n*digit.Ordinal); err != nil {
			return err
		}
	}
	w.start[digit.Axis] = first
	return nil
}

// WriteStrided is WriteSlab for values that lie apart: element number i, j, … of the box is values[offset + i*stride[0] + j*stride[1] + …]. Strides are not negative.
func WriteStrided[T any](d *DatasetWriter, values []T, offset int, stride []int, start, step, count []uint64) error {
	return d.do("writing elements", func() error { return d.writeStrided(elementsIn(values), offset, stride, start, step, count) })
}

func (d *DatasetWriter) writeStrided(e elements, offset int, stride []int, start, step, count []uint64) error {
	if err := checkSlab(d.shape, start, step, count); err != nil {
		return err
	}
	if len(stride) != len(count) {
		return fmt.Errorf("%d strides for a box of rank %d", len(stride), len(count))
	}
	n, err := elementCount(count)
	if err != nil {
		return err
	}
	if err := d.prepare(e); err != nil || n == 0 || d.kind == message.SpaceNull {
		return err
	}
	size := int(e.typ.Size())
	memory := make([]int64, len(stride))
	last := offset
	for i, s := range stride {
		steps := count[i] - 1
		if s < 0 || offset < 0 || s > 0 && steps > uint64(e.count)/uint64(s) {
			return fmt.Errorf("a box of %d elements with strides of %d does not lie in %d values from number %d on", count, stride, e.count, offset)
		}
		last += int(steps) * s
		memory[i] = int64(s * size)
	}
	if offset < 0 || last >= e.count {
		return fmt.Errorf("a box of %d elements with strides of %d does not lie in %d values from number %d on", count, stride, e.count, offset)
	}
	return d.putBox(&hyperslab{memory: e.bytes(offset, e.count-offset), memStride: memory, start: start, step: step, count: count})
}
