package hdf5

import (
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	objectheader "github.com/vdsgen/vdsgen/hdf5/internal/object"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// Reference is a reference to a group, dataset or committed datatype that is there already (H5Rcreate with H5R_OBJECT; h5py's obj.ref), to be written as an element of
// ObjectReference: to datasets and attributes, in compounds, arrays and sequences. The zero ObjectRef is a reference to nothing.
func (w *Writer) Reference(path string) (ObjectRef, error) {
	var ref ObjectRef
	err := w.do("referring to", path, func() error {
		n, err := w.find(path)
		if err != nil {
			return err
		}
		address, err := w.settleAddress(n)
		ref = ObjectRef(address)
		return err
	})
	return ref, err
}

// RegionReference is a reference to the selected elements of a dataset that is there already (H5Rcreate with H5R_DATASET_REGION; h5py's
// dataset.regionref), to be written as an element of RegionReference(). The selection has as many axes as the dataset; whether it lies within the shape is
// not checked, because the dataset may still grow.
func (w *Writer) RegionReference(path string, s dataspace.Selection) (RegionRef, error) {
	var ref RegionRef
	err := w.do("referring to elements of", path, func() error {
		n, err := w.find(path)
		if err != nil {
			return err
		}
		rank, err := w.rankOf(n)
		if err != nil {
			return err
		}
		if s.Rank() != rank && s.Kind() != dataspace.KindAll && s.Kind() != dataspace.KindNone {
			return fmt.Errorf("the selection has %d axes and the dataset has %d", s.Rank(), rank)
		}
		address, err := w.settleAddress(n)
		if err != nil {
			return err
		}
		object, err := s.AppendEncode(cursor.AppendUint(nil, address, 8))
		if err != nil {
			return err
		}
		collection, index, err := w.heap.Add(object)
		copy(ref[:], cursor.AppendUint(cursor.AppendUint(nil, collection, 8), uint64(index), 4))
		return err
	})
	return ref, err
}

// rankOf is the number of axes of a dataset, new or not.
func (w *Writer) rankOf(n *node) (int, error) {
	if n.kind != nodeDataset {
		return 0, fmt.Errorf("%s is a %s, not a dataset", n.path, n.kind)
	}
	if n.dataset != nil {
		return len(n.dataset.shape), nil
	}
	o, err := w.file.objectAt(n.address, n.path)
	if err != nil {
		return 0, err
	}
	return o.(*Dataset).Rank(), nil
}

// settleAddress gives an object its address before its header can be written.
func (w *Writer) settleAddress(n *node) (uint64, error) {
	if n.address == 0 {
		n.reserved = true
		n.address = w.out.Allocate(objectheader.ReservedSize, store.AlignMetadata)
	}
	return n.address, w.out.Err()
}

// placeHeader settles where the header of an object goes, or where its messages go if the address of the header was settled before.
func (w *Writer) placeHeader(n *node) {
	at := w.out.Allocate(n.size, store.AlignMetadata)
	if n.messagesAt = at; !n.reserved {
		n.address = at
	}
}

// writeHeader writes what appendHeader made of an object.
func (w *Writer) writeHeader(n *node, header []byte) error {
	if n.reserved {
		head := objectheader.AppendReserved(nil, message.Continuation{Address: n.messagesAt, Length: n.size})
		if err := w.out.WriteAt(head, n.address); err != nil {
			return err
		}
	}
	return w.out.WriteAt(header, n.messagesAt)
}
