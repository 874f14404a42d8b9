package hdf5

import (
	"fmt"
	"iter"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// VirtualUpdate says what of a virtual dataset becomes another; what is nil stays.
type VirtualUpdate struct {
	Shape    []uint64 // elements along each axis; the number of axes stays
	MaxShape []uint64
	// Mappings is all mappings that the dataset shall have, as in [VirtualSpec]: those that stay as well.
	Mappings   Mappings
	ShareNames bool // of Mappings, as in VirtualSpec
}

// UpdateVirtual changes shape and mappings of a virtual dataset that was in the file when OpenReadWrite opened it, both at once: libhdf5 has no call for that. The new list is held against the
// same rules as that of a new dataset. Type, fill value and attributes stay.
func (w *Writer) UpdateVirtual(path string, u VirtualUpdate) error {
	return w.do("changing virtual dataset", path, func() error {
		n, d, v, err := w.storedVirtual(path)
		if err != nil {
			return err
		}
		space := message.Dataspace{Class: message.SpaceSimple, Dims: d.Shape(), MaxDims: d.MaxShape()}
		if d.Rank() == 0 {
			space.Class = message.SpaceScalar
		}
		if err := u.applyShape(&space); err != nil {
			return err
		}
		mappings := u.Mappings
		if mappings == nil {
			mappings = v
		}
		rules := &mappingRules{shape: space.Dims, max: space.MaxDims}
		list := &mappingList{rules: rules, shared: newSharedNames(u.ShareNames)}
		if err := w.replaceMappings(n, list, mappings); err != nil {
			return err
		}
		n.replaceMessage(message.TypeDataspace, func() ([]byte, error) { return space.Append(nil), nil })
		return nil
	})
}

// applyShape puts the new shape into the dataspace. A maximal shape that only held the old shape in place moves with it.
func (u *VirtualUpdate) applyShape(space *message.Dataspace) error {
	fixed := slices.Equal(space.Dims, space.MaxDims)
	if u.Shape != nil {
		if len(u.Shape) != len(space.Dims) {
			return fmt.Errorf("the new shape has %d axes and the dataset has %d", len(u.Shape), len(space.Dims))
		}
		if err := checkShape(u.Shape); err != nil {
			return err
		}
		space.Dims = slices.Clone(u.Shape)
		if fixed {
			space.MaxDims = space.Dims
		}
	}
	if u.MaxShape != nil {
		if len(u.MaxShape) != len(space.Dims) {
			return fmt.Errorf("the new maximal shape has %d axes and the dataset has %d", len(u.MaxShape), len(space.Dims))
		}
		space.MaxDims = slices.Clone(u.MaxShape)
	}
	for i, limit := range space.MaxDims {
		if limit < space.Dims[i] {
			return fmt.Errorf("axis %d has %d elements, more than its maximum %d", i, space.Dims[i], limit)
		}
		if limit != dataspace.Unlimited && limit > dataspace.MaxCoordinate {
			return fmt.Errorf("axis %d may grow to %d elements, more than any dataset has; use dataspace.Unlimited for no limit", i, limit)
		}
	}
	return nil
}

// RenameSources gives the sources of a virtual dataset that was in the file when OpenReadWrite opened it other names. rename is called with the names of each mapping as they are stored
// ("." for the file itself, %% for a percent sign, %b for the number of a block) and returns those to store; it must not call the Writer. Selections stay as they are, whatever they are. The number of mappings
// whose names changed is returned; with none, the dataset is left alone.
func (w *Writer) RenameSources(path string, rename func(file, dataset string) (newFile, newDataset string)) (changed int, err error) {
	err = w.do("renaming sources", path, func() error {
		n, _, v, err := w.storedVirtual(path)
		if err != nil {
			return err
		}
		version := uint8(0)
		if len(v.raw) > 0 {
			version = v.raw[0]
		}
		renamed := &renamedMappings{VirtualLayout: v, files: make([]string, v.Len()), paths: make([]string, v.Len())}
		changed = 0
		for i := range v.Len() {
			file, dataset := v.File(i), v.Path(i)
			if renamed.files[i], renamed.paths[i] = rename(file, dataset); renamed.files[i] != file || renamed.paths[i] != dataset {
				changed++
			}
		}
		if changed == 0 {
			return nil
		}
		return w.replaceMappings(n, &mappingList{shared: newSharedNames(version == 1)}, renamed)
	})
	return changed, err
}

// renamedMappings is the mappings of a dataset with other names.
type renamedMappings struct {
	*VirtualLayout
	files, paths []string
}

// Range yields a part of the mappings.
func (r *renamedMappings) Range(from, to int) iter.Seq[VirtualMapping] {
	return func(yield func(VirtualMapping) bool) {
		i := from
		for m := range r.VirtualLayout.Range(from, to) {
			m.File, m.Path = r.files[i], r.paths[i]
			if !yield(m) {
				return
			}
			i++
		}
	}
}

// storedVirtual finds a virtual dataset that was in the file.
func (w *Writer) storedVirtual(path string) (*node, *Dataset, *VirtualLayout, error) {
	if w.file == nil {
		return nil, nil, nil, fmt.Errorf("%s: the file is new; OpenReadWrite opens one that has virtual datasets", path)
	}
	n, d, err := w.storedDataset(path)
	if err != nil {
		return nil, nil, nil, err
	}
	v, err := d.VirtualMappings()
	return n, d, v, err
}

// replaceMappings writes a list of mappings and makes it that of a dataset.
func (w *Writer) replaceMappings(n *node, list *mappingList, mappings Mappings) error {
	storage := &virtualStorage{address: cursor.Undefined}
	if err := storage.writeMappings(w, list, mappings); err != nil {
		return err
	}
	n.replaceMessage(message.TypeLayout, func() ([]byte, error) { return storage.layout().Append(nil), nil })
	return nil
}
