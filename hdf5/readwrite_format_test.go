package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	objectheader "github.com/vdsgen/vdsgen/hdf5/internal/object"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// wrongNotes lists, by path, the groups about which an old-style group, or the superblock, notes another symbol table than they have: libraries before 1.8 believe it.
func wrongNotes(t *testing.T, f *File, path string, address uint64, seen map[uint64]bool) (wrong []string, right int) {
	t.Helper()
	seen[address] = true
	g, err := f.groupNode(address)
	must(t, err)
	if g.symbols == nil {
		return nil, 0
	}
	list, err := g.listSymbols()
	must(t, err)
	for _, l := range list {
		if l.Kind != HardLink {
			continue
		}
		child, err := f.groupNode(l.Address)
		if err != nil {
			continue // not a group
		}
		notes, err := f.notesOf(g.symbols, l.Address)
		must(t, err)
		for _, note := range notes {
			b, err := f.reader.Bytes(note.address+8, 16, "note")
			must(t, err)
			if child.symbols == nil || child.symbols.BTree != binary.LittleEndian.Uint64(b) || child.symbols.Heap != binary.LittleEndian.Uint64(b[8:]) {
				wrong = append(wrong, join(path, l.Name))
			} else {
				right++
			}
		}
		if !seen[l.Address] {
			w, r := wrongNotes(t, f, join(path, l.Name), l.Address, seen)
			wrong, right = append(wrong, w...), right+r
		}
	}
	return wrong, right
}

// Nothing in an old file says of a group that its links are where they were before.
func TestNotesOfOldGroups(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py
with h5py.File("a.h5", "w") as f:
    for i in range(100): f["a/b%d/c/d" % i] = i
    f["hard"] = f["a/b5/c"]
`)
	file := filepath.Join(dir, "a.h5")
	edit(t, file, func(w *Writer) {
		must(t, w.CreateGroup("a/b7/c/new"))
		must(t, w.CreateGroup("hard/new"))
		must(t, w.CreateGroup("a/b5/c/other"))
		must(t, w.ExternalLink("a/b9/c/external", "f", "o"))
		must(t, w.SetAttribute("a/b8/c", "a", 1))
	})
	f := mustOpen(t, file)
	wrong, right := wrongNotes(t, f, "/", f.root, map[uint64]bool{})
	if len(wrong) > 0 || right == 0 {
		t.Errorf("%d notes are right, those about %v are wrong", right, wrong)
	}
	must(t, f.Close())
	edit(t, file, func(w *Writer) { must(t, w.CreateGroup("new")) })
	b, err := os.ReadFile(file)
	must(t, err)
	if note := binary.LittleEndian.Uint32(b[endInSuperblock0+rootNote:]); note != symbolCacheNone {
		t.Errorf("the superblock has a note of kind %d about the root group", note)
	}
	oracle.H5py(t, dir, `
import h5py
with h5py.File("a.h5", "r+") as f:
    assert set(f["hard"]) == {"d", "new", "other"} and set(f["a/b7/c"]) == {"d", "new"} and len(f["a/b9/c"]) == 2
    assert all(f["a/b%d/c/d" % i][()] == i for i in range(100))
    f["later"] = 1
with h5py.File("a.h5") as f: assert set(f) == {"a", "hard", "new", "later"}
`)
}

// fileWithMessage is a file with one group, "group", whose version 2 object header has a message of an unknown type.
func fileWithMessage(t *testing.T, flags byte) string {
	t.Helper()
	name := writeFile(t, func(w *Writer) {
		must(t, w.CreateGroup("group"))
		must(t, w.SetAttribute("group", strings.Repeat("x", 20), 1)) // the message takes its place
	})
	b, err := os.ReadFile(name)
	must(t, err)
	f := mustOpen(t, name)
	g, err := f.Group("group")
	must(t, err)
	h, err := objectheader.Read(f.reader, g.Address())
	must(t, err)
	m := h.Find(message.TypeAttribute)
	b[m.Address-4], b[m.Address-1] = 0xf1, flags
	start := g.Address()
	end := m.Address + uint64(len(m.Body))
	copy(b[end:], cursor.AppendChecksum(bytes.Clone(b[start:end]), 0)[end-start:])
	must(t, os.WriteFile(name, b, 0o600))
	return name
}

// A message that nobody here knows is carried along, marked if it asks for that, and keeps its object from being changed if it asks for that.
func TestUnknownMessages(t *testing.T) {
	for flags, want := range map[byte]struct {
		refused bool
		flags   byte
	}{
		0: {}, message.FlagMark: {flags: message.FlagMark | message.FlagWasUnknown}, message.FlagFailOnWrite: {refused: true},
	} {
		name := fileWithMessage(t, flags)
		w, err := OpenReadWrite(name)
		must(t, err)
		err = w.SetAttribute("group", "added", 1)
		if refused := errors.As(err, new(*UnsupportedError)); refused != want.refused || err != nil && !refused {
			t.Errorf("flags %#x: %v", flags, err)
		}
		if err != nil {
			must(t, w.Abort())
			continue
		}
		must(t, w.Close())
		f := mustOpen(t, name)
		g, err := f.Group("group")
		must(t, err)
		h, err := objectheader.Read(f.reader, g.Address())
		must(t, err)
		m := h.Find(0xf1)
		if m == nil || m.Flags != want.flags || !bytes.Contains(m.Body, []byte("xxxx")) {
			t.Errorf("flags %#x: %+v", flags, m)
		}
	}
}

// What old object headers cannot hold is refused before anything changes.
func TestOldHeaderLimits(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py
h5py.File("a.h5", "w").close()
`)
	file := filepath.Join(dir, "a.h5")
	before, err := os.ReadFile(file)
	must(t, err)
	w, err := OpenReadWrite(file)
	must(t, err)
	must(t, w.SetAttribute("/", "large", make([]byte, 65_400)))
	must(t, w.SetAttribute("/", "larger", make([]byte, 65_500)))
	if err := w.Close(); !errors.As(err, new(*UnsupportedError)) || !strings.Contains(err.Error(), "dataset") {
		t.Error(err)
	}
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file changed: %v", err)
	}
	edit(t, file, func(w *Writer) {
		for i := range 100 {
			must(t, w.SetAttribute("/", fmt.Sprintf("a%d", i), make([]byte, 60_000)))
		}
	})
	oracle.H5py(t, dir, `
import h5py
with h5py.File("a.h5", "r+") as f:
    assert len(f.attrs) == 100 and all(len(f.attrs[k]) == 60000 for k in f.attrs)
    del f.attrs["a50"]
    f["x"] = 1
`)
}

// A header that is too short for a note of where it goes on cannot be changed.
func TestShortHeader(t *testing.T) {
	name := writeFile(t, func(w *Writer) { must(t, w.CommitType("type", Int8())) })
	f := mustOpen(t, name)
	o, err := f.Object("type")
	must(t, err)
	b, err := os.ReadFile(name)
	must(t, err)
	at := o.Address()
	// The message that fills the header goes: 16 bytes are left.
	short := bytes.Clone(b[at : at+7+16])
	short[6] = 16
	copy(b[at:], cursor.AppendChecksum(short, 0))
	must(t, os.WriteFile(name, b, 0o600))
	for what, change := range map[string]func(*Writer) error{
		"attribute": func(w *Writer) error { return w.SetAttribute("type", "a", 1) },
		"link":      func(w *Writer) error { return w.HardLink("again", "type") },
		"use":       func(w *Writer) error { _, err := w.CommittedType("type"); return err },
	} {
		w, err := OpenReadWrite(name)
		must(t, err)
		if err := change(w); !errors.As(err, new(*UnsupportedError)) || !strings.Contains(err.Error(), "h5repack") {
			t.Errorf("%s: %v", what, err)
		}
		must(t, w.Abort())
	}
	edit(t, name, func(w *Writer) { must(t, w.SoftLink("soft", "type")) })
}

// Names that are not UTF-8 are no names for new things, but those that are there are found and stay.
func TestNamesOfOtherWriters(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py
for name, libver in (("a.h5", "earliest"), ("b.h5", "latest")):
    with h5py.File(name, "w", libver=libver) as f:
        h5py.h5g.create(f.id, b"caf\xe9")
        h5py.h5g.create(f.id, b"other\xff")
`)
	for _, name := range []string{"a.h5", "b.h5"} {
		file := filepath.Join(dir, name)
		edit(t, file, func(w *Writer) {
			must(t, w.CreateGroup("caf\xe9/new"))
			must(t, w.SetAttribute("caf\xe9", "a", 1))
			must(t, w.SoftLink("soft", "x"))
		})
		w, err := OpenReadWrite(file)
		must(t, err)
		if err := w.CreateGroup("caf\xe8"); err == nil || !strings.Contains(err.Error(), "not UTF-8") {
			t.Error(err)
		}
		must(t, w.Abort())
	}
	oracle.H5py(t, dir, `
import h5py
for name in ("a.h5", "b.h5"):
    with h5py.File(name) as f:
        names = [f.id.get_objname_by_idx(i) for i in range(len(f))]
        assert names == [b"caf\xe9", b"other\xff", b"soft"], names
        g = h5py.Group(h5py.h5g.open(f.id, b"caf\xe9"))
        assert list(g) == ["new"] and g.attrs["a"] == 1
`)
}

// Datasets use committed types of the file.
func TestCommittedType(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py, numpy as np
for name, libver in (("a.h5", "earliest"), ("b.h5", "latest")):
    with h5py.File(name, "w", libver=libver) as f: f["type"] = np.dtype([("a", "<i2"), ("b", "<f8")])
`)
	for _, name := range []string{"a.h5", "b.h5"} {
		edit(t, filepath.Join(dir, name), func(w *Writer) {
			typ, err := w.CommittedType("type")
			must(t, err)
			_, err = w.CreateDataset("d", DatasetSpec{Type: typ, Shape: []uint64{3}})
			must(t, err)
			if _, err := w.CommittedType("type"); err != nil {
				t.Error(err)
			}
		})
	}
	oracle.H5py(t, dir, `
import h5py
for name in ("a.h5", "b.h5"):
    with h5py.File(name) as f:
        assert h5py.h5o.get_info(f["type"].id).rc == 2 and f["d"].id.get_type().committed() and f["d"].dtype.names == ("a", "b")
`)
	w, err := OpenReadWrite(filepath.Join(dir, "a.h5"))
	must(t, err)
	if _, err := w.CommittedType("d"); !errors.Is(err, ErrKind) {
		t.Error(err)
	}
	must(t, w.Abort())
}
