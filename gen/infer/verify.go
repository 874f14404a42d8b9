package infer

import (
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/gen/model"
	"github.com/vdsgen/vdsgen/gen/schema"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// verify loads, checks and lowers a schema and compares what it describes with the file.
func verify(f *File, text string) error {
	l, list := schema.LoadYAML("layout.yaml", []byte(text))
	if l == nil || list.HasErrors() {
		return list.Err()
	}
	if list := model.Check(l); list.HasErrors() {
		return list
	}
	lowered, err := model.Lower(l, model.Params{}, nil)
	if err != nil {
		return err
	}
	for i := range f.Datasets {
		d := &f.Datasets[i]
		k := slices.IndexFunc(lowered.Datasets, func(x *model.LoweredDataset) bool { return x.Path == d.Path })
		if k < 0 {
			return fmt.Errorf("%s is not in the layout", d.Path)
		}
		if err := d.same(lowered.Datasets[k]); err != nil {
			return err
		}
	}
	return nil
}

// same compares a dataset with what a layout makes of it.
func (d *Dataset) same(x *model.LoweredDataset) error {
	if !slices.Equal(d.MaxShape, x.MaxShape) {
		return fmt.Errorf("%s: limits %v, and the layout has %v", d.Path, d.MaxShape, x.MaxShape)
	}
	for i, n := range x.Shape {
		if d.MaxShape[i] != dataspace.Unlimited && d.Shape[i] != n {
			return fmt.Errorf("%s: shape %v, and the layout has %v", d.Path, d.Shape, x.Shape)
		}
	}
	shapes, other := sourceShapes(x), lowered(x)
	want, err := d.keys(shapes)
	if err != nil {
		return err
	}
	got, err := other.keys(shapes)
	if err != nil {
		return err
	}
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || want[i] != got[i] {
			return fmt.Errorf("%s: mapping %d differs of %d and %d", d.Path, i, len(want), len(got))
		}
	}
	return nil
}

// keys lists the mappings of d in one form and order.
func (d *Dataset) keys(shapes map[[2]string][]uint64) ([]string, error) {
	list, err := d.mappings()
	if err != nil {
		return nil, err
	}
	out := make([]string, len(list))
	for i := range list {
		m := &list[i]
		out[i] = m.key(shapes[[2]string{m.file, m.path}])
	}
	slices.Sort(out)
	return out, nil
}
