package hdf5

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	objectheader "github.com/vdsgen/vdsgen/hdf5/internal/object"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// OpenReadWrite opens a file to which something is to be added, and returns a Writer as Create does: new groups, datasets, virtual datasets, links, attributes and dimension scales go
// to where the paths lead, among what is there. Attributes are replaced and removed, links are removed. Elements of datasets that are there already, and how far they reach, are changed through
// [Writer.OpenDataset].
//
// Nothing of the file changes before Close, except that it grows (and but for elements of contiguous datasets, see OpenDataset). Everything new is written behind its end, and must be on the disk before the first byte that was there is overwritten; then, at Close,
// each object that changed (a group that got links, an object that got attributes) is switched from old to new by one write of at most 64 bytes. A process that is killed at any moment therefore
// leaves a file that opens, in which each object that was there before is as it was or as it was meant to be:
//
//   - All that is added below one existing group, however much, is added by one switch: all of it is there, or nothing.
//   - Of several objects that change, each switches on its own; other objects come before groups, and groups deep in the tree before those above them. A
//     name is never there before its object is whole.
//   - A killed process may leave bytes at the end of the file that nothing refers to. h5repack removes them, as it removes what was replaced.
//
// This rests on 64 bytes being written as a whole: by the kernel when a process is killed, by the disk when the power fails. Where they cross the border of two pages neither promises it, though it
// takes a kill within that very write. Abort, or an error before the first switch, gives the file back as it was, cut to its old length; after an error of the disk between two switches
// the file is as if the process had been killed there.
//
// Groups and lists of attributes that change are written anew at the end of the file: adding many things at once takes less room, and less time, than many times one. A group in the oldest form (a
// symbol table) stays in it, unless it gets an external link or a name that is not ASCII; then it takes the newer form, as with libhdf5.
//
// The file is locked as libhdf5 locks it (flock, where the system has it; HDF5_USE_FILE_LOCKING=FALSE turns it off), so that no program that looks
// at locks has it open for writing at the same time; readers that do not are safe, but may see some objects before and some after the switch.
//
// The error wraps fs.ErrNotExist where there is no file; Create makes one. It is an *UnsupportedError for files that cannot be changed safely, with the way out: files whose free space is kept in
// the file or that are divided into pages, with addresses of other than 8 bytes, with a metadata cache image, or that a writer left open. WithNoClobber is of no use here and is refused.
func OpenReadWrite(name string, opts ...CreateOption) (*Writer, error) {
	w, err := openReadWrite(name, opts)
	if err != nil {
		return nil, &WriteError{File: name, Doing: "opening file for writing", Err: err}
	}
	return w, nil
}

func openReadWrite(name string, opts []CreateOption) (*Writer, error) {
	o, err := newCreateOptions(opts)
	switch {
	case err != nil:
		return nil, err
	case !o.clobber:
		return nil, errors.New("WithNoClobber is for new files; leave it out")
	}
	src, err := store.OpenExisting(name)
	if err != nil {
		return nil, err
	}
	info, err := src.Stat()
	if err != nil {
		return nil, errors.Join(err, src.Close())
	}
	w, err := newReadWrite(name, o, o.wrap(src), info.Size())
	if err != nil {
		return nil, errors.Join(err, src.Close())
	}
	w.unlock = func() error { return store.Unlock(src) }
	return w, nil
}

// newReadWrite returns a Writer for a file of size bytes.
func newReadWrite(name string, o createOptions, backing store.Backing, size int64) (*Writer, error) {
	f, err := newFile(backing, size, newOptions([]OpenOption{WithName(name)}))
	if err != nil {
		return nil, err
	}
	if err := f.checkWritable(); err != nil {
		return nil, err
	}
	base := uint64(f.info.UserBlock)
	w := newWriter(name, o, store.Extend(backing, base, uint64(size)-base))
	w.file = f
	w.size = size
	w.stored = map[uint64]*node{}
	if w.root, err = w.nodeAt(f.root, "/"); err != nil {
		return nil, err
	}
	if w.root.kind != nodeGroup {
		return nil, fmt.Errorf("%s: %w: the root is a %s, not a group", name, ErrKind, w.root.kind)
	}
	return w, nil
}

// checkWritable refuses files in which a change would be lost or would break something.
func (f *File) checkWritable() error {
	refuse := func(format string, args ...any) error {
		return &UnsupportedError{File: f.name, Feature: "adding to " + fmt.Sprintf(format, args...)}
	}
	switch space := f.super.fileSpace; {
	case f.info.SWMR:
		return refuse("a file that is open for writing and reading at once (SWMR), or was when its writer died; in that case h5clear -s makes it good")
	case f.info.Writing:
		return refuse("a file that a program has open for writing, or had when it died; in that case h5clear -s makes it good")
	case f.info.OffsetSize != 8 || f.info.LengthSize != 8:
		return refuse("a file with addresses of %d bytes and lengths of %d; h5repack makes one with 8", f.info.OffsetSize, f.info.LengthSize)
	case f.super.image:
		return refuse("a file with a metadata cache image; h5clear -m, or h5repack, makes one without")
	case f.super.driver:
		return refuse("a file with information of a driver; h5repack makes a plain one")
	case space == nil:
		return nil
	case space.Persist:
		return refuse("a file that keeps its free space in itself, and would be cut by its next writer; h5repack -S FSM_AGGR -P 0 makes one without")
	case space.Paged():
		return refuse("a file that is divided into pages; h5repack -S FSM_AGGR makes one without")
	}
	return nil
}

// stored is what the file has of an object that was in it when it was opened.
type stored struct {
	header     *objectheader.Header
	head       objectheader.Head
	references uint32
	links      storedLinks
	attributes storedAttributes
	replaced   map[message.Type]func() ([]byte, error)
	list       []objectheader.Message // with all changes, once they were written
	messages   []objectheader.Message // as they were written last
	chunk      uint64                 // address where
	parents    []*node                // old-style groups through which the object was reached; they may note where its links are
}

// changed reports whether something of the object, other than its number of links, is to be written.
func (s *stored) changed() bool {
	return s.links.changed || s.attributes.changed || len(s.replaced) > 0
}

// switching is the one write that makes an object's new state that of the file.
type switching struct {
	address uint64
	bytes   []byte
}

// commit writes what is new of the objects that were in the file, makes sure that all is on the disk, and switches.
func (w *Writer) commit() error {
	phases, err := w.prepare()
	if err != nil {
		return err
	}
	if len(phases[0])+len(phases[1])+len(phases[2])+len(phases[3]) == 0 {
		return w.out.Cut(w.size)
	}
	if err := w.heap.Close(); err != nil {
		return err
	}
	if err := w.out.Finish(w.sync); err != nil {
		return err
	}
	longer, err := w.endOfFile(0)
	if err != nil {
		return err
	}
	w.begun = true
	if err := w.overwrite([]switching{longer}); err != nil {
		return err
	}
	for _, phase := range phases {
		if err := w.overwrite(phase); err != nil {
			return err
		}
	}
	return nil
}

// overwrite does some of the switches and waits until they are on the disk.
func (w *Writer) overwrite(list []switching) error {
	if len(list) == 0 {
		return nil
	}
	for _, s := range list {
		if err := w.out.Overwrite(s.bytes, s.address); err != nil {
			return err
		}
	}
	if !w.sync {
		return nil
	}
	return w.out.Sync()
}

// The phases of switching. A number of links is never too small: libhdf5 removes an object when it falls to zero.
const (
	phaseCaches  = iota // notes of libhdf5 that will no longer be true are removed; they say nothing that is not elsewhere
	phaseObjects        // numbers of links that rise, and all changes of objects that are not links
	phaseGroups         // links, of the deepest groups first
	phaseFalling        // numbers of links that fall
	phaseCount
)

// prepare writes what the switches lead to, and returns the switches of each phase.
func (w *Writer) prepare() (phases [phaseCount][]switching, err error) {
	nodes := slices.Clone(w.nodes)
	slices.SortStableFunc(nodes, func(a, b *node) int {
		return cmp.Compare(strings.Count(b.path, "/"), strings.Count(a.path, "/"))
	})
	add := func(phase int, n *node, references uint32, contents bool) {
		if err != nil {
			return
		}
		var s switching
		if s, err = w.rewrite(n, references, contents); err == nil {
			phases[phase] = append(phases[phase], s)
		} else {
			err = n.wrap(err)
		}
	}
	for _, n := range nodes {
		s := n.stored
		if s == nil || n.references == 0 || !s.changed() && n.references == s.references {
			continue // new, or no longer linked: its room is lost
		}
		most := max(n.references, s.references)
		switch {
		case !s.links.changed && n.references >= s.references:
			add(phaseObjects, n, most, s.changed())
			continue
		case n.references > s.references:
			add(phaseObjects, n, most, false)
		}
		if s.changed() {
			add(phaseGroups, n, most, true)
		}
		if n.references < s.references {
			add(phaseFalling, n, n.references, s.changed())
		}
	}
	if err != nil {
		return phases, err
	}
	phases[phaseCaches], err = w.staleNotes(nodes)
	return phases, err
}

// Bytes of the superblock that say where the file ends.
const (
	endInSuperblock0 = 40 // version 0; driver information and the entry of the root group follow
	endInSuperblock1 = 44
	endInSuperblock2 = 28 // version 2 and 3, whose last 4 bytes are a checksum

	flagsInSuperblock3 = 11

	rootNote = 4 * 8 // from the end of the file to the kind of the note about the root group in its entry
)

// endOfFile is the write to the superblock that makes the file longer. In versions 0 and 1 it also removes the note of where the root group has its links, where that will change.
// flags say who has the file open for writing, in version 3.
func (w *Writer) endOfFile(flags byte) (switching, error) {
	f := w.file
	at, size := uint64(endInSuperblock2), uint64(superblockSize)
	switch f.info.Version {
	case 0:
		at, size = endInSuperblock0, endInSuperblock0+rootNote+4
	case 1:
		at, size = endInSuperblock1, endInSuperblock1+rootNote+4
	}
	old, err := f.reader.Bytes(0, size, "superblock")
	if err != nil {
		return switching{}, err
	}
	b := slices.Clone(old)
	binary.LittleEndian.PutUint64(b[at:], f.super.base+w.out.End())
	if f.info.Version >= 2 {
		b[flagsInSuperblock3] = flags
		return switching{0, cursor.AppendChecksum(b[:superblockSize-4], 0)}, nil
	}
	if w.root.stored.links.changed {
		binary.LittleEndian.PutUint32(b[at+rootNote:], symbolCacheNone)
	}
	return switching{at, b[at:]}, nil
}
