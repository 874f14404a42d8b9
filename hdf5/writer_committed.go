package hdf5

import (
	"errors"
	"fmt"

	objectheader "github.com/vdsgen/vdsgen/hdf5/internal/object"
)

// CommitType stores a datatype under a path of its own. Datasets that are created afterwards with the same *Datatype refer to it. CommittedType gives the *Datatype
// of one that is there.
func (w *Writer) CommitType(path string, t *Datatype) error {
	return w.do("committing datatype", path, func() error {
		switch {
		case t == nil:
			return errors.New("no datatype is given")
		case w.committed[t] != nil:
			return fmt.Errorf("this datatype is committed already, as %s; make a hard link to that", w.committed[t].path)
		case len(t.encode(nil)) > objectheader.MaxMessage:
			return errTypeTooLong
		}
		n, err := w.create(nodeType, path)
		if err != nil {
			return err
		}
		n.datatype = t
		w.setCommitted(t, n)
		return nil
	})
}

// setCommitted notes which object holds a type.
func (w *Writer) setCommitted(t *Datatype, n *node) {
	if w.committed == nil {
		w.committed = map[*Datatype]*node{}
	}
	w.committed[t] = n
}

// CommittedType gives a committed datatype, also of a file that was there before. Datasets that are created afterwards with this very *Datatype refer to it.
func (w *Writer) CommittedType(path string) (*Datatype, error) {
	var t *Datatype
	err := w.do("looking for a committed datatype", path, func() error {
		n, err := w.find(path)
		if err != nil {
			return err
		}
		if n.kind != nodeType {
			return fmt.Errorf("%w: %s is a %s, not a committed datatype", ErrKind, n.path, n.kind)
		}
		t, err = w.typeOf(n)
		return err
	})
	return t, err
}

// typeOf is the type of a committed datatype.
func (w *Writer) typeOf(n *node) (*Datatype, error) {
	if n.datatype != nil {
		return n.datatype, nil
	}
	if err := w.changeable(n); err != nil {
		return nil, err // its users are counted in its header
	}
	t, err := w.file.datatypeOf(n.stored.header)
	if err != nil {
		return nil, err
	}
	n.datatype = t
	w.setCommitted(t, n)
	return t, nil
}

var errTypeTooLong = fmt.Errorf("the description of the datatype is longer than the %d bytes that a message of an object header holds; use fewer members or shorter names", objectheader.MaxMessage)
