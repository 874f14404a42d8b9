package hdf5

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// facts are what h5py and this package tell of an object beside its content.
type facts struct {
	Links     uint64
	Committed bool
	Attribute bool // the attribute "a" has a committed type
	Stored    uint64
}

// Link counts, comments, committed types and stored bytes, in files of all versions.
func TestObjectInfo(t *testing.T) {
	for _, libver := range libvers {
		file := writeStructure(t, libver, `
f["t"] = np.dtype([("x", "f4")])
for i in range(3): f["link%d" % i] = f.require_group("g")
f["g"].attrs.create("a", np.zeros(2, f["t"].dtype), dtype=f["t"])
h5py.h5o.set_comment(f["g"].id, b"a comment")
f.create_dataset("typed", (3,), dtype=f["t"])
f.create_dataset("timed", data=np.arange(10), track_times=True)
f.create_dataset("untimed", data=np.arange(10), track_times=False)
f["again"] = f["untimed"]
f.create_dataset("chunked", data=np.zeros((50, 50)), chunks=(7, 7), compression=9, maxshape=(None, None))
d = f.create_dataset("sparse", (1000, 10), chunks=(10, 10), maxshape=(None, 10))
d[500] = 1
f.create_dataset("raw", (10,), "i4", external=[("x.raw", 8, 40)])
f.create_dataset("never", (10,), "i4")
f["null"] = h5py.Empty("i4")
f.create_virtual_dataset("v", h5py.VirtualLayout((3, 3), "f4"))`)
		var want map[string]facts
		must(t, json.Unmarshal(oracle.H5py(t, t.TempDir(), `
import h5py, json, sys
out = {}
with h5py.File(sys.argv[1], "r") as f:
    for name, o in [("/", f)] + list(f.items()):
        info = h5py.h5o.get_info(o.id)
        out[name] = {"Links": info.rc}
        if isinstance(o, h5py.Dataset): out[name] |= {"Committed": o.id.get_type().committed(), "Stored": o.id.get_storage_size()}
        if "a" in o.attrs: out[name]["Attribute"] = o.attrs.get_id("a").get_type().committed()
print(json.dumps(out))`, file), &want))
		f := mustOpen(t, file)
		committed, err := f.Object("/t")
		must(t, err)
		got := map[string]facts{}
		for _, name := range append([]string{"/"}, slices.Sorted(maps.Keys(want))...) {
			o, err := f.Object(name)
			must(t, err)
			info, err := o.Info()
			must(t, err)
			x := facts{Links: info.Links}
			if want := map[string]string{"g": "a comment", "link0": "a comment", "link1": "a comment", "link2": "a comment"}[name]; info.Comment != want {
				t.Errorf("%s: comment %q, want %q", name, info.Comment, want)
			}
			if name == "timed" == info.Modified.IsZero() && (name == "timed" || name == "untimed") {
				t.Errorf("%s: modified %v", name, info.Modified)
			}
			if d, ok := o.(*Dataset); ok {
				var address uint64
				if address, x.Committed = d.CommittedType(); x.Committed && address != committed.Address() {
					t.Errorf("%s: committed type at %d, not %d", name, address, committed.Address())
				}
				s, err := d.Storage(-1)
				must(t, err)
				if x.Stored = s.Allocated; !s.Whole || s.Logical != d.ByteSize() {
					t.Errorf("%s: storage %+v", name, s)
				}
				if few, err := d.Storage(1); err != nil || few.Chunks > 1 || few.Whole != (s.Chunks <= 1) {
					t.Errorf("%s: storage of at most 1 chunk: %+v, %v", name, few, err)
				}
			}
			if a, err := o.Attribute("a"); err == nil {
				_, x.Attribute = a.CommittedType()
			}
			got[name] = x
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: h5py has -, this package +:\n%s", libver, diff)
		}
	}
}

// Groups and indexes of every form by their names.
func TestForms(t *testing.T) {
	for libver, want := range map[string][]string{
		"earliest": {"symbol table", "symbol table", "version-1 B-tree", "version-1 B-tree", "version-1 B-tree", "version-1 B-tree", "version-1 B-tree"},
		"latest":   {"compact", "dense", "single chunk", "fixed array", "extensible array", "version-2 B-tree", "implicit"},
	} {
		f := mustOpen(t, writeStructure(t, libver, `
for i in range(3): f["small/%d" % i] = h5py.SoftLink("/x")
for i in range(30): f["large/%d" % i] = h5py.SoftLink("/x")
f.create_dataset("single", (4,), chunks=(4,))
f.create_dataset("fixed", (40,), chunks=(4,))
f.create_dataset("extensible", (40,), chunks=(4,), maxshape=(None,))
f.create_dataset("tree", (40, 40), chunks=(4, 4), maxshape=(None, None))
early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
early.set_chunk((5,))
h5py.h5d.create(f.id, b"implicit", h5py.h5t.NATIVE_INT32, h5py.h5s.create_simple((37,)), early)`))
		var got []string
		for _, name := range []string{"small", "large"} {
			g, err := f.Group(name)
			must(t, err)
			form, err := g.Form()
			must(t, err)
			got = append(got, form.String())
		}
		for _, name := range []string{"single", "fixed", "extensible", "tree", "implicit"} {
			d, err := f.Dataset(name)
			must(t, err)
			kind, ok := d.IndexKind()
			if !ok {
				t.Errorf("%s has no index", name)
			}
			got = append(got, kind.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", libver, got, want)
		}
	}
}
