package hdf5

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// referenceScript makes references of both kinds to all kinds of objects, to regions of all kinds of selections, and to nothing.
const referenceScript = `
f["g/data"] = np.arange(60).reshape(6, 10)
f["g/type"] = np.dtype("f4")
f["line"] = np.arange(20)
O, R = h5py.special_dtype(ref=h5py.Reference), h5py.special_dtype(ref=h5py.RegionReference)
objects = f.create_dataset("objects", (5,), O)
for i, name in enumerate(["/", "g", "g/data", "g/type"]): objects[i] = f[name].ref
d, s = f["g/data"], f["line"]
mask = np.zeros((6, 10), bool); mask[1, 2] = mask[5, 9] = mask[0, 0] = True
regions = [d.regionref[2:4, 1:10:3], d.regionref[...], d.regionref[mask], s.regionref[3:5], s.regionref[::7], d.regionref[0:0, :], d.regionref[[0, 2, 5], 1:3]]
r = f.create_dataset("regions", (2, 4), R, chunks=(1, 2), maxshape=(None, 4))
for i, x in enumerate(regions): r[i // 4, i % 4] = x
f.attrs["object"] = d.ref
f.attrs.create("regions", regions[:2], dtype=R)
f.attrs.create("record", np.array((3, regions[3]), np.dtype([("n", "i4"), ("r", R)])), dtype=np.dtype([("n", "i4"), ("r", R)]))`

// referenceText is what a reference leads to, with the places of a region in row-major order.
func referenceText(t *testing.T, f *File, r Reference) string {
	t.Helper()
	o, err := f.Dereference(r)
	if r.IsNull() {
		if !errors.Is(err, ErrNotFound) || r.String() != "null" {
			t.Errorf("a null reference: %v, %v", o, err)
		}
		return "null"
	}
	must(t, err)
	if o.Address() != r.Address || o.File() != f {
		t.Errorf("%v leads to %#x", r, o.Address())
	}
	text := fmt.Sprintf("%s %d", kind(o), o.Address())
	if d, ok := o.(*Dataset); ok && r.Kind == RefRegion {
		text += fmt.Sprint(" ", selectedPlaces(r.Selection, d.Shape()))
	}
	return text
}

// selectedPlaces are the numbers of the selected elements.
func selectedPlaces(s dataspace.Selection, shape []uint64) []uint64 {
	places := []uint64{}
	var visit func(b dataspace.Box, axis int, place uint64)
	visit = func(b dataspace.Box, axis int, place uint64) {
		if axis == len(shape) {
			places = append(places, place)
			return
		}
		for i := range b.Count[axis] {
			visit(b, axis+1, place*shape[axis]+b.Start[axis]+i)
		}
	}
	if s.Kind() == dataspace.KindAll {
		visit(dataspace.Box{Start: make([]uint64, len(shape)), Count: shape}, 0, 0)
	}
	for b := range s.Boxes() {
		visit(b, 0, 0)
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// References of both kinds lead where they do in h5py, from datasets and from attributes.
func TestReferences(t *testing.T) {
	for _, libver := range []string{"earliest", "latest"} {
		for _, block := range []int{0, 512} {
			file := filepath.Join(t.TempDir(), "file.h5")
			writeStructures(t, []structureJob{{file, libver, block, referenceScript}})
			var want map[string][]string
			must(t, json.Unmarshal(oracle.H5py(t, t.TempDir(), `
import h5py, json, sys
import numpy as np
kinds = {h5py.Group: "a group", h5py.Dataset: "a dataset", h5py.Datatype: "a committed datatype"}
with h5py.File(sys.argv[1], "r") as f:
    def show(r):
        if not r: return "null"
        o = f[r]
        text = "%s %d" % (kinds[type(o)], h5py.h5o.get_info(o.id).addr)
        if not isinstance(r, h5py.RegionReference): return text
        space = h5py.h5r.get_region(r, f.id)
        mask = np.zeros(o.shape, bool)
        if space.get_select_npoints() == 0: pass
        elif space.get_select_type() == h5py.h5s.SEL_ALL: mask[...] = True
        elif space.get_select_type() == h5py.h5s.SEL_POINTS:
            for p in space.get_select_elem_pointlist(): mask[tuple(map(int, p))] = True
        else:
            for lo, hi in space.get_select_hyper_blocklist(): mask[tuple(slice(int(a), int(b) + 1) for a, b in zip(lo, hi))] = True
        return text + " [" + " ".join(map(str, np.flatnonzero(mask))) + "]"
    print(json.dumps({"objects": [show(r) for r in f["objects"]], "regions": [show(r) for r in f["regions"][...].ravel()],
        "@regions": [show(r) for r in f.attrs["regions"]], "@record": [show(f.attrs["record"][1])], "@object": [show(f.attrs["object"])]}))
`, file), &want))
			f := mustOpen(t, file)
			got := map[string][]string{}
			for _, name := range []string{"objects", "regions"} {
				d, err := f.Dataset(name)
				must(t, err)
				refs, err := ReadReferences(d)
				must(t, err)
				for _, r := range refs {
					got[name] = append(got[name], referenceText(t, f, r))
				}
			}
			for _, name := range []string{"regions", "record", "object"} {
				a, err := f.Root().Attribute(name)
				must(t, err)
				v, err := a.Value()
				must(t, err)
				switch v := v.(type) {
				case ObjectRef:
					got["@"+name] = append(got["@"+name], referenceText(t, f, Reference{Address: uint64(v)}))
				case Record:
					got["@"+name] = append(got["@"+name], referenceText(t, f, v[1].Value.(Reference)))
				case []any:
					for _, r := range v {
						got["@"+name] = append(got["@"+name], referenceText(t, f, r.(Reference)))
					}
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, user block %d: h5py has -, this package +:\n%s", libver, block, diff)
			}
		}
	}
}

// newStyle is the datatype of references of HDF5 1.12, H5T_STD_REF.
func newStyle() *Datatype { return &Datatype{class: ClassReference, size: 18, refKind: RefObject2} }

// newReferenceBytes is a reference of HDF5 1.12 as it is stored, and what is in the heap for it: header, size and place, then token, file and rest.
func newReferenceBytes(kind RefKind, flags byte, inline, heap []byte) []byte {
	b := []byte{byte(kind), flags}
	if heap == nil {
		b = append(b, inline...)
	} else {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(heap)))
		b = binary.LittleEndian.AppendUint64(b, 0x1234567890)
		b = binary.LittleEndian.AppendUint32(b, 1)
	}
	return append(b, make([]byte, 18-len(b))...)
}

const (
	oldToken      = "\x08\x20\x03\x00\x00\x00\x00\x00\x00"
	fileName      = "\x06\x00ext.h5"
	attributeName = "\x05\x00units"
	// Two axes, one block: (1, 2) to (3, 4).
	serialized = "\x02\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x18\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04\x00\x00\x00"
)

// References of HDF5 1.12, made by hand as HDF5 1.14 stores them: no program here writes or reads them.
func TestNewReferences(t *testing.T) {
	region := "\x28\x00\x00\x00\x02\x00\x00\x00" + serialized
	for _, c := range []struct {
		name   string
		stored []byte
		heap   string
		want   string // empty: an error
	}{
		{"object", newReferenceBytes(RefObject2, 0, []byte(oldToken), nil), "", "object <0x320>"},
		{"null", make([]byte, 18), "", "null"},
		{"external object", newReferenceBytes(RefObject2, 1, nil, []byte(oldToken+fileName)), oldToken + fileName, "object ext.h5:<0x320>"},
		{"attribute", newReferenceBytes(RefAttribute, 0, nil, []byte(oldToken+attributeName)), oldToken + attributeName, `attribute "units" of <0x320>`},
		{"external attribute", newReferenceBytes(RefAttribute, 1, nil, []byte(oldToken+fileName+attributeName)), oldToken + fileName + attributeName, `attribute "units" of ext.h5:<0x320>`},
		{"region", newReferenceBytes(RefRegion2, 0, nil, []byte(oldToken+region)), oldToken + region, "region [1:4, 2:5] of <0x320>"},
		{"heap object longer", newReferenceBytes(RefRegion2, 0, nil, []byte(oldToken+region)), oldToken + region + "\x00\x00", "region [1:4, 2:5] of <0x320>"},
		{"kind", newReferenceBytes(9, 0, []byte(oldToken), nil), "", ""},
		{"flags", newReferenceBytes(RefObject2, 2, []byte(oldToken), nil), "", ""},
		{"wide token", newReferenceBytes(RefObject2, 0, []byte("\x10"+oldToken), nil), "", ""},
		{"long token", newReferenceBytes(RefObject2, 0, []byte("\x7f"+oldToken), nil), "", ""},
		{"short heap object", newReferenceBytes(RefAttribute, 0, nil, []byte(oldToken+attributeName)), oldToken, ""},
		{"long name", newReferenceBytes(RefAttribute, 0, nil, []byte(oldToken+"\xff\xff")), oldToken + "\xff\xff", ""},
		{"bad selection", newReferenceBytes(RefRegion2, 0, nil, []byte(oldToken+"\xff\x00\x00\x00")), oldToken + "\xff\x00\x00\x00", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			heap := &memoryHeap{}
			_, _, err := heap.putHeapObject([]byte(c.heap))
			must(t, err)
			r, err := (&pass{heap: heap, limit: 1 << 20}).reference(newStyle(), c.stored)
			if c.want == "" {
				if err == nil {
					t.Errorf("%v was taken", r)
				}
				return
			}
			if err != nil || r.String() != c.want {
				t.Errorf("%v, %v; want %s", r, err, c.want)
			}
		})
	}
}

// A reference into another file is followed as an external link is.
func TestDereferenceExternal(t *testing.T) {
	file := writeStructure(t, "latest", `
h5py.File("ext.h5", "w").create_group("g")
f["d"] = 1`)
	other := mustOpen(t, filepath.Join(filepath.Dir(file), "ext.h5"))
	g, err := other.Group("g")
	must(t, err)
	r := Reference{Kind: RefObject2, File: "ext.h5", Address: g.Address()}
	o, err := mustOpen(t, file).Dereference(r)
	if err != nil || filepath.Base(o.File().Name()) != "ext.h5" || kind(o) != "a group" {
		t.Errorf("%v, %v", o, err)
	}
	if _, err := mustOpen(t, file, WithExternalLinks(nil)).Dereference(r); err == nil {
		t.Error("another file was opened though it must not")
	}
	r.File = "absent.h5"
	if _, err := mustOpen(t, file).Dereference(r); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func FuzzReference(f *testing.F) {
	f.Add(newReferenceBytes(RefRegion2, 1, nil, []byte{1}), []byte(oldToken+fileName+"\x28\x00\x00\x00\x02\x00\x00\x00"+serialized), byte(RefObject2))
	f.Add(newReferenceBytes(RefAttribute, 0, nil, []byte{1}), []byte(oldToken+attributeName), byte(RefObject2))
	f.Add([]byte("\x90\x78\x56\x34\x12\x00\x00\x00\x01\x00\x00\x00"), []byte(oldToken[1:]+serialized), byte(RefRegion))
	f.Add([]byte(oldToken[1:]), []byte{}, byte(RefObject))
	f.Fuzz(func(t *testing.T, stored, object []byte, kind byte) {
		if len(stored) == 0 {
			return
		}
		heap := &memoryHeap{}
		_, _, err := heap.putHeapObject(object)
		must(t, err)
		typ := &Datatype{class: ClassReference, size: len(stored), refKind: RefKind(kind % 5)}
		r, err := (&pass{heap: heap, limit: 1 << 20}).reference(typ, stored)
		if err == nil {
			_ = r.String()
			if _, err := json.Marshal(r); err != nil {
				t.Error(err)
			}
		}
	})
}
