package runtime

import (
	"context"
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/runtime/internal/plan"
)

// maxSelectionParts bounds the boxes and points of one selection that is read, each of which takes some 200 bytes while it is.
const maxSelectionParts = 1 << 24

// ReadSelection reads an HDF5 selection, such as a union of hyperslabs ([dataspace.Boxes]) or a list of points ([dataspace.Points]), as an array
// of one axis: the elements of hyperslabs in row-major order of their coordinates, each once however many boxes hold it; points in the order
// of their list, which may be any, one that is given twice read twice. An unlimited selection ends where the dataset does; any other must lie
// within it, or is a *SliceError.
func (d *Dataset[T]) ReadSelection(ctx context.Context, s dataspace.Selection) (Array[T], error) {
	chosen, err := d.raw.chooseSelection(s)
	if err != nil {
		return Array[T]{}, err
	}
	return d.read(ctx, chosen)
}

// ReadPoints reads single elements, one index for each axis as in [Dataset.Shape], as an array of one axis: NumPy's a[rows, columns], and h5py's
// point selection. They may stand in any order and repeat; negative indices count from the end.
func (d *Dataset[T]) ReadPoints(ctx context.Context, points ...[]int) (Array[T], error) {
	s, err := d.raw.points(points)
	if err != nil {
		return Array[T]{}, err
	}
	return d.ReadSelection(ctx, s)
}

// ReadSelection is [Dataset.ReadSelection] for elements as bytes.
func (d *RawDataset) ReadSelection(ctx context.Context, s dataspace.Selection) (RawArray, error) {
	chosen, err := d.chooseSelection(s)
	if err != nil {
		return RawArray{}, err
	}
	return d.readChosen(ctx, chosen)
}

// ReadPoints is [Dataset.ReadPoints] for elements as bytes.
func (d *RawDataset) ReadPoints(ctx context.Context, points ...[]int) (RawArray, error) {
	s, err := d.points(points)
	if err != nil {
		return RawArray{}, err
	}
	return d.ReadSelection(ctx, s)
}

// points is the indices of points as a selection.
func (d *RawDataset) points(points [][]int) (dataspace.Selection, error) {
	rank := d.Rank()
	if len(points) == 0 {
		return dataspace.None(), nil
	}
	if rank == 0 {
		return dataspace.Selection{}, fmt.Errorf("%s:%s: a scalar has no points; read it without a selection", d.file.name, d.path)
	}
	coordinates := make([]uint64, 0, rank*len(points))
	for i, p := range points {
		if len(p) != rank {
			return dataspace.Selection{}, fmt.Errorf("%s:%s: point %d: %s for %s", d.file.name, d.path, i, plural(len(p), "index", "indices"), plural(rank, "axis", "axes"))
		}
		for axis, index := range p {
			at, ok := position(index, d.node.shape[axis])
			if !ok || at >= d.node.shape[axis] {
				return dataspace.Selection{}, d.badSelection(axis, fmt.Sprint(p), fmt.Sprintf("point %d: %s", i, outOfRange(d.node.shape[axis])))
			}
			coordinates = append(coordinates, at)
		}
	}
	return dataspace.Points(rank, coordinates)
}

func (d *RawDataset) badSelection(axis int, selection, why string) error {
	return &SliceError{Dataset: d.file.name + ":" + d.path, Axis: axis, Slice: selection, Extent: extentInt(d.node.shape[axis]), Why: why}
}

// chooseSelection makes the requests of a selection: its elements, in its order, go one after another into an array of one axis.
func (d *RawDataset) chooseSelection(s dataspace.Selection) (*selection, error) {
	shape := d.node.shape
	if axis, open := s.UnlimitedAxis(); open && axis < len(shape) {
		s = s.Clip(axis, shape[axis])
	}
	if kind := s.Kind(); kind != dataspace.KindAll && kind != dataspace.KindNone {
		if s.Rank() != len(shape) {
			return nil, fmt.Errorf("%s:%s: the selection %v is of %s, and the dataset has %d", d.file.name, d.path, s, plural(s.Rank(), "axis", "axes"), len(shape))
		}
		_, hi, _ := s.Bounds()
		for axis, h := range hi {
			if h >= shape[axis] {
				return nil, d.badSelection(axis, s.String(), fmt.Sprintf("the selection reaches to %d, and the axis has %d elements", h, shape[axis]))
			}
		}
	}
	elements, err := s.Count(shape)
	if err != nil {
		return nil, fmt.Errorf("%s:%s: %w", d.file.name, d.path, err)
	}
	if elements > maxArrayBytes {
		return nil, d.tooLarge(maxArrayBytes, 1)
	}
	chosen := &selection{shape: []int{int(elements)}, elements: int(elements)}
	line := plan.Request{Axes: []plan.Progression{{Start: 0, Step: 1, Count: elements}}}
	err = plan.Project(line, plan.Mapping{Virtual: dataspace.All(), Source: s}, []uint64{elements}, shape, func(part plan.Segment) error {
		if len(chosen.requests) == maxSelectionParts {
			return fmt.Errorf("the selection falls into more than %d parts; read it in several", maxSelectionParts)
		}
		chosen.requests = append(chosen.requests, requestOf(&part))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s:%s: selection %v: %w", d.file.name, d.path, s, err)
	}
	return chosen, nil
}

// readChosen reads a selection as bytes.
func (d *RawDataset) readChosen(ctx context.Context, s *selection) (RawArray, error) {
	t, err := d.byteType()
	if err != nil {
		return RawArray{}, err
	}
	if s.elements > maxArrayBytes/t.Size() {
		return RawArray{}, d.tooLarge(s.elements, t.Size())
	}
	a := RawArray{Type: t, Shape: slices.Clone(s.shape), Bytes: make([]byte, s.elements*t.Size())}
	a.Filled, err = d.readBytes(ctx, t, a.Bytes, s, true)
	return a, err
}
