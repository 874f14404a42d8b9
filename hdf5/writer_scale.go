package hdf5

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// scaleUse is an axis of a dataset to which a dimension scale is attached.
type scaleUse struct {
	dataset *node
	axis    int
}

// The attributes of the HDF5 Dimension Scale Specification.
const (
	attributeClass         = "CLASS"
	attributeScaleName     = "NAME"
	attributeReferenceList = "REFERENCE_LIST"
	attributeDimensionList = "DIMENSION_LIST"

	scaleClass = "DIMENSION_SCALE"
)

// AttachScale makes the dataset at the path scale a dimension scale of an axis of another dataset (H5DSattach_scale; h5py's ds.dims[axis].attach_scale). Both must be
// there. An axis may have several scales, in the order in which they are attached, and a scale may be used for several axes; its name, as dimension scales have one, is the last
// name of its path. A dataset that is a scale has none itself.
//
// It sets the attributes CLASS, NAME, REFERENCE_LIST and DIMENSION_LIST when the file is finished.
func (w *Writer) AttachScale(dataset string, axis int, scale string) error {
	return w.do(fmt.Sprintf("attaching scale %s to axis %d", scale, axis), dataset, func() error {
		d, err := w.find(dataset)
		if err != nil {
			return err
		}
		s, err := w.find(scale)
		if err != nil {
			return err
		}
		for _, n := range []*node{d, s} {
			if n.kind != nodeDataset {
				return fmt.Errorf("%s is a %s, not a dataset", n.path, n.kind)
			}
		}
		if err := errors.Join(w.loadScales(d), w.loadScales(s)); err != nil {
			return err
		}
		rank, err := w.rank(d)
		if err != nil {
			return err
		}
		switch {
		case axis < 0 || axis >= rank:
			return fmt.Errorf("the dataset has %d axes, numbered from 0", rank)
		case d == s:
			return errors.New("a dataset cannot be its own scale")
		case len(d.scaleOf) > 0:
			return fmt.Errorf("%s is a dimension scale and cannot have one", d.path)
		case s.scales != nil:
			return fmt.Errorf("%s has dimension scales and cannot be one", s.path)
		}
		if d.scales == nil {
			d.scales = make([][]*node, rank)
		}
		if slices.Contains(d.scales[axis], s) {
			return nil
		}
		for _, n := range []*node{d, s} {
			if err := w.changeable(n); err != nil {
				return err
			}
			n.scalesChanged = true
		}
		d.scales[axis] = append(d.scales[axis], s)
		s.scaleOf = append(s.scaleOf, scaleUse{dataset: d, axis: axis})
		return nil
	})
}

// addScaleAttributes sets the attributes of scales and of datasets that have scales. Their references are filled in when addresses are known.
func (w *Writer) addScaleAttributes() error {
	for _, n := range w.nodes {
		var err error
		switch {
		case !n.scalesChanged:
		case n.scales != nil:
			err = w.addDimensionList(n)
		case n.scaleOf != nil:
			err = w.addScale(n)
		}
		if err != nil {
			return n.wrap(err)
		}
	}
	return nil
}

// addDimensionList sets DIMENSION_LIST: for each axis the sequence of references to its scales.
func (w *Writer) addDimensionList(n *node) error {
	t := VarLen(ObjectReference())
	space := message.Dataspace{Class: message.SpaceSimple, Dims: []uint64{uint64(len(n.scales))}}
	a, err := newWrittenAttribute(attributeDimensionList, t, space, make([]byte, len(n.scales)*t.Size()))
	if err != nil {
		return err
	}
	a.dataSize = len(n.scales) * t.Size()
	a.complete = func(data []byte) error {
		b := data[:0]
		for _, scales := range n.scales {
			if len(scales) == 0 {
				b = append(b, make([]byte, t.Size())...)
				continue
			}
			var references []byte
			for _, s := range scales {
				references = cursor.AppendUint(references, s.address, 8)
			}
			collection, index, err := w.heap.Add(references)
			if err != nil {
				return err
			}
			b = cursor.AppendUint(b, uint64(len(scales)), 4)
			b = cursor.AppendUint(b, collection, 8)
			b = cursor.AppendUint(b, uint64(index), 4)
		}
		return nil
	}
	return w.setAttribute(n, a)
}

// addScale sets CLASS and NAME, unless the caller did, and REFERENCE_LIST: where the scale is used.
func (w *Writer) addScale(n *node) error {
	if n.stored != nil {
		if err := w.changeAttributes(n); err != nil {
			return err
		}
	}
	if n.attributes.find(attributeClass) == nil {
		if err := w.addFixedString(n, attributeClass, scaleClass); err != nil {
			return err
		}
	}
	if n.attributes.find(attributeScaleName) == nil {
		if err := w.addFixedString(n, attributeScaleName, n.path[strings.LastIndexByte(n.path, '/')+1:]); err != nil {
			return err
		}
	}
	t, err := CompoundSize(16, Member{"dataset", 0, ObjectReference()}, Member{"dimension", 8, Int32()})
	if err != nil {
		return err
	}
	space := message.Dataspace{Class: message.SpaceSimple, Dims: []uint64{uint64(len(n.scaleOf))}}
	a, err := newWrittenAttribute(attributeReferenceList, t, space, make([]byte, len(n.scaleOf)*t.Size()))
	if err != nil {
		return err
	}
	a.dataSize = len(n.scaleOf) * t.Size()
	a.complete = func(data []byte) error {
		b := data[:0]
		for _, use := range n.scaleOf {
			b = cursor.AppendUint(b, use.dataset.address, 8)
			b = cursor.AppendUint(b, uint64(use.axis), 8)
		}
		return nil
	}
	return w.setAttribute(n, a)
}

// addFixedString sets a scalar attribute of a string with the NUL that ends it, as the specification wants it.
func (w *Writer) addFixedString(n *node, name, value string) error {
	charset := ASCII
	if !isASCII(value) {
		charset = UTF8
	}
	t := String(len(value)+1, NullTerminated, charset)
	a, err := newWrittenAttribute(name, t, message.Dataspace{Class: message.SpaceScalar}, append([]byte(value), 0))
	if err != nil {
		return err
	}
	return w.setAttribute(n, a)
}
