package hdf5

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// description is what a file holds, as h5py tells it and as this package does.
type description struct {
	Objects map[string]objectDescription // by path
	Links   map[string]string            // by path: kind and target of those that are not hard
}

type objectDescription struct {
	Kind     string
	Attrs    []string
	Shape    []uint64
	MaxShape []uint64 // all ones: no limit
	Size     int      // bytes of an element
	Layout   string
	Chunk    []uint64
	Filters  []int
	Fill     string // hexadecimal
	// Chunks are some of the chunks: at most 51, spread evenly over the grid; all where the grid has more than a million places, and
	// none where it has more than a hundred thousand.
	Chunks     []chunkDescription
	ChunkCount int
	Virtual    []mappingDescription
	Values     string // digest of all elements as stored; empty for virtual and for large datasets
}

type chunkDescription struct {
	Offset  []uint64
	Mask    uint32
	Address uint64
	Size    uint64
}

type mappingDescription struct {
	File, Path, Source, Virtual string
}

// describeScript prints a description. Chunk addresses of libhdf5 1.10 do not count the user block.
const describeScript = `
import h5py, hashlib, itertools, json, math, sys
import numpy as np
from h5py import h5d, h5s, h5z
UNLIMITED = 2**64 - 1
def selection(s):
    kind = s.get_select_type()
    if kind == h5s.SEL_ALL: return "all"
    if kind == h5s.SEL_NONE: return "none"
    if s.is_regular_hyperslab():
        # h5py gives unlimited as it is stored; start, stride, count, block by axis
        return ";".join("%d:%d:%d:%d" % t for t in zip(*s.get_regular_hyperslab()))
    return "blocks"
def chunks(obj):
    # libhdf5 1.10 walks over all chunks for each one that is asked, so that only some are. It takes one chunk for another when one axis is unlimited
    # and is not the first; the values of the dataset show then that they are found.
    if obj.maxshape[0] is not None and obj.maxshape.count(None) == 1: return []
    grid = [range(0, n, c) for n, c in zip(obj.shape, obj.chunks)]
    total = math.prod(map(len, grid))
    if total > 10**6:
        return [obj.id.get_chunk_info(i) for i in range(obj.id.get_num_chunks())]
    if total > 10**5: return []
    step = total // 50 + 1
    infos = (obj.id.get_chunk_info_by_coord(at) for at in itertools.islice(itertools.product(*grid), 0, None, step))
    return [c for c in infos if c.byte_offset is not None]
def describe(obj):
    d = {"Attrs": sorted(obj.attrs.keys(), key=lambda s: s.encode()) or None}
    if isinstance(obj, h5py.Group):
        return d | {"Kind": "group"}
    if isinstance(obj, h5py.Datatype):
        return d | {"Kind": "type", "Size": obj.id.get_size()}
    plist, space = obj.id.get_create_plist(), obj.id.get_space()
    d |= {"Kind": "dataset", "Size": obj.id.get_type().get_size(),
          "Layout": {h5d.COMPACT: "compact", h5d.CONTIGUOUS: "contiguous", h5d.CHUNKED: "chunked", h5d.VIRTUAL: "virtual"}[plist.get_layout()]}
    # The extent of a growing virtual dataset is that of its sources.
    if obj.shape and not (obj.is_virtual and None in obj.maxshape):
        d["Shape"] = list(obj.shape)
        d["MaxShape"] = [UNLIMITED if n is None else n for n in obj.maxshape]
    if plist.fill_value_defined() == h5d.FILL_VALUE_USER_DEFINED and obj.dtype.kind in "iufS":
        value = np.array([obj.fillvalue], obj.dtype).tobytes()
        if value.strip(b"\0"): d["Fill"] = value.hex()
    if plist.get_layout() == h5d.CHUNKED:
        d["Chunk"] = list(plist.get_chunk())
        d["Filters"] = [plist.get_filter(i)[0] for i in range(plist.get_nfilters())] or None
        d["Chunks"] = []
        d["ChunkCount"] = obj.id.get_num_chunks() if obj.size else 0
        for c in chunks(obj) if obj.size else ():
            d["Chunks"].append({"Offset": list(c.chunk_offset), "Mask": c.filter_mask, "Address": c.byte_offset + obj.file.userblock_size, "Size": c.size})
        d["Chunks"].sort(key=lambda c: c["Offset"])
    if plist.get_layout() != h5d.VIRTUAL and obj.shape is not None and obj.size < 10**6 and not obj.dtype.hasobject:
        d["Values"] = hashlib.sha256(np.asarray(obj[()]).astype(obj.dtype).tobytes()).hexdigest()
    if plist.get_layout() == h5d.VIRTUAL:
        d["Virtual"] = [{"File": plist.get_virtual_filename(i), "Path": plist.get_virtual_dsetname(i),
                         "Source": selection(plist.get_virtual_srcspace(i)), "Virtual": selection(plist.get_virtual_vspace(i))} for i in range(plist.get_virtual_count())] or None
    return d
def walk(out, seen, path, group):
    for name in group:
        p = path.rstrip("/") + "/" + name
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.SoftLink): out["Links"][p] = "soft " + link.path
        elif isinstance(link, h5py.ExternalLink): out["Links"][p] = "external " + link.filename + " " + link.path
        else:
            obj = group[name]
            out["Objects"][p] = describe(obj)
            if isinstance(obj, h5py.Group) and obj.id not in seen:
                seen.add(obj.id)
                walk(out, seen, p, obj)
all = {}
for name in sys.argv[1:]:
    with h5py.File(name, "r") as f:
        all[name] = {"Objects": {"/": describe(f)}, "Links": {}}
        walk(all[name], {f["/"].id}, "/", f)
print(json.dumps(all))
`

// describeH5py is what h5py says of files.
func describeH5py(t testing.TB, files ...string) map[string]description {
	t.Helper()
	var d map[string]description
	if err := json.Unmarshal(oracle.H5py(t, t.TempDir(), describeScript, files...), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// describeFile is what this package says of a file.
func describeFile(t testing.TB, file string) description {
	t.Helper()
	f := mustOpen(t, file)
	d := description{Objects: map[string]objectDescription{}, Links: map[string]string{}}
	d.Objects["/"] = describeObject(t, f.Root())
	describeGroup(t, &d, f.Root(), map[uint64]bool{f.Root().Address(): true})
	return d
}

func describeGroup(t testing.TB, d *description, g *Group, seen map[uint64]bool) {
	t.Helper()
	for l, err := range g.Links() {
		if err != nil {
			t.Fatal(err)
		}
		path := join(g.Path(), l.Name)
		switch l.Kind {
		case SoftLink:
			d.Links[path] = "soft " + l.Target
			continue
		case ExternalLink:
			d.Links[path] = "external " + l.TargetFile + " " + l.Target
			continue
		}
		o, err := g.Object(l.Name)
		if err != nil {
			t.Fatal(err)
		}
		d.Objects[path] = describeObject(t, o)
		if sub, ok := o.(*Group); ok && !seen[sub.Address()] {
			seen[sub.Address()] = true
			describeGroup(t, d, sub, seen)
		}
	}
}

func describeObject(t testing.TB, o Object) objectDescription {
	t.Helper()
	var d objectDescription
	for a, err := range o.Attributes() {
		if err != nil {
			t.Fatal(err)
		}
		d.Attrs = append(d.Attrs, a.Name())
		if b, err := o.Attribute(a.Name()); err != nil || b.Name() != a.Name() {
			t.Errorf("%s: attribute %q is listed and not found: %v", o.Path(), a.Name(), err)
		}
	}
	switch o := o.(type) {
	case *Group:
		d.Kind = "group"
	case *NamedType:
		d.Kind, d.Size = "type", o.Datatype().Size()
	case *Dataset:
		d.Kind, d.Size, d.Layout = "dataset", o.Datatype().Size(), o.Layout().String()
		if o.Rank() > 0 && (o.Layout() != Virtual || !slices.Contains(o.MaxShape(), dataspace.Unlimited)) {
			d.Shape, d.MaxShape = o.Shape(), o.MaxShape()
		}
		if v := o.Fill().Value; v != nil {
			d.Fill = fmt.Sprintf("%x", v)
		}
		describeStorage(t, o, &d)
		if n, _ := o.space.Elements(); o.Layout() != Virtual && o.Space() != NullSpace && n < 1e6 && !o.Datatype().hasHeapData() {
			d.Values = fmt.Sprintf("%x", sha256.Sum256(assemble(t, o)))
		}
	}
	return d
}

func describeStorage(t testing.TB, o *Dataset, d *objectDescription) {
	t.Helper()
	switch o.Layout() {
	case Chunked:
		d.Chunk, d.Chunks = o.ChunkShape(), []chunkDescription{}
		for _, s := range o.Filters() {
			d.Filters = append(d.Filters, int(s.ID))
		}
		total, place := uint64(1), func(c Chunk) (n uint64) {
			for i, count := range o.ChunkCounts() {
				n = n*count + c.Offset[i]/o.ChunkShape()[i]
			}
			return n
		}
		for _, count := range o.ChunkCounts() {
			total *= count
		}
		first := slices.Index(o.MaxShape(), dataspace.Unlimited)
		hidden := first > 0 && slices.Index(o.MaxShape()[first+1:], dataspace.Unlimited) < 0 || total > 1e5 && total <= 1e6
		for c, err := range o.Chunks() {
			if err != nil {
				t.Fatal(err)
			}
			d.ChunkCount++
			checkLookup(t, o, c)
			if hidden {
				continue
			}
			if total > 1e6 || place(c)%(total/50+1) == 0 {
				d.Chunks = append(d.Chunks, chunkDescription{c.Offset, c.FilterMask, c.Address, c.Size})
			}
		}
		slices.SortFunc(d.Chunks, func(a, b chunkDescription) int { return slices.Compare(a.Offset, b.Offset) })
	case Virtual:
		v, err := o.VirtualMappings()
		if err != nil {
			t.Fatal(err)
		}
		for i := range v.Len() {
			d.Virtual = append(d.Virtual, mappingDescription{v.File(i), v.Path(i), selectionText(v.Source(i)), selectionText(v.Virtual(i))})
		}
	}
}

// checkLookup finds a chunk that was listed by its coordinates.
func checkLookup(t testing.TB, d *Dataset, c Chunk) {
	t.Helper()
	scaled := make([]uint64, len(c.Offset))
	for i := range scaled {
		scaled[i] = c.Offset[i] / d.ChunkShape()[i]
	}
	got, ok, err := d.Chunk(scaled)
	if err != nil || !ok || !slices.Equal(got.Offset, c.Offset) || got.Address != c.Address || got.Size != c.Size || got.FilterMask != c.FilterMask {
		t.Fatalf("%s: chunk %d is listed as %v and found as %v, %v, %v", d.Path(), scaled, c, got, ok, err)
	}
}

// selectionText is a selection as describeScript has it. A range is one block in libhdf5's mind too, but
// it is told as it was made: normalised, there is one block of all elements.
func selectionText(s dataspace.Selection) string {
	switch s.Kind() {
	case dataspace.KindAll:
		return "all"
	case dataspace.KindNone:
		return "none"
	case dataspace.KindRegular:
		text := ""
		for i, d := range s.Dims() {
			if i > 0 {
				text += ";"
			}
			text += fmt.Sprintf("%d:%d:%d:%d", d.Start, d.Stride, d.Count, d.Block)
		}
		return text
	}
	return "blocks"
}

// mustOpen opens a file for the time of a test.
func mustOpen(t testing.TB, file string, opts ...OpenOption) *File {
	t.Helper()
	f, err := Open(file, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// sameAsH5py compares whole files.
func sameAsH5py(t *testing.T, files ...string) {
	t.Helper()
	all := describeH5py(t, files...)
	for _, file := range files {
		if diff := cmp.Diff(all[file], describeFile(t, file)); diff != "" {
			t.Errorf("%s: h5py has -, this package +:\n%s", filepath.Base(file), diff)
		}
	}
}
