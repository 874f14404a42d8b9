package hdf5

import (
	"errors"
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

// storedUse is an element of REFERENCE_LIST.
type storedUse struct {
	Dataset   ObjectRef `hdf5:"dataset"`
	Dimension int64     `hdf5:"dimension"`
}

// rank is the number of axes of a dataset.
func (w *Writer) rank(n *node) (int, error) {
	if n.stored == nil {
		return len(n.dataset.shape), nil
	}
	d, err := w.readDataset(n)
	if err != nil {
		return 0, err
	}
	return d.Rank(), nil
}

// readDataset is what the file has of a dataset.
func (w *Writer) readDataset(n *node) (*Dataset, error) {
	o, err := w.file.objectAt(n.address, n.path)
	if err != nil {
		return nil, err
	}
	d, ok := o.(*Dataset)
	if !ok {
		return nil, fmt.Errorf("%w: %s is a %s, not a dataset", ErrKind, n.path, n.kind)
	}
	return d, nil
}

// loadScales finds out which scales a dataset that was in the file has, and where it is one.
func (w *Writer) loadScales(n *node) error {
	if n.stored == nil || n.scalesLoaded {
		return nil
	}
	n.scalesLoaded = true
	d, err := w.readDataset(n)
	if err != nil {
		return err
	}
	scales, err := storedValues[[]ObjectRef](d, attributeDimensionList)
	if err != nil {
		return err
	}
	for _, axis := range scales {
		var list []*node
		for _, ref := range axis {
			list = append(list, w.referred(ref))
		}
		n.scales = append(n.scales, list)
	}
	uses, err := storedValues[storedUse](d, attributeReferenceList)
	for _, use := range uses {
		n.scaleOf = append(n.scaleOf, scaleUse{dataset: w.referred(use.Dataset), axis: int(use.Dimension)})
	}
	if n.scales != nil && len(n.scales) != d.Rank() {
		return fmt.Errorf("%s has %d axes and scales of %d (attribute %s)", n.path, d.Rank(), len(n.scales), attributeDimensionList)
	}
	return err
}

// storedValues are the elements of an attribute, none if it is not there.
func storedValues[T any](d *Dataset, name string) ([]T, error) {
	a, err := d.Attribute(name)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return ReadAttribute[T](a)
}

// referred is the object that a reference leads to. One that is gone is carried along: only its address counts.
func (w *Writer) referred(ref ObjectRef) *node {
	address := uint64(ref)
	if address != 0 && address != cursor.Undefined {
		if n, err := w.nodeAt(address, fmt.Sprintf("<%#x>", address)); err == nil {
			return n
		}
	}
	return &node{kind: nodeDataset, address: address}
}
