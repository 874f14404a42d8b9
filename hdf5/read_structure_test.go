package hdf5

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// libvers are the bounds of versions that h5py writes with.
var libvers = []string{"earliest", "v108", "v110", "latest"}

// structures are files that h5py writes, each with all versions of structures. A script has f, an open file, and lib, the
// functions of libhdf5 that h5py does not have.
var structures = []struct{ name, script string }{
	{"empty", `pass`},
	{"nested groups", `
g = f
for i in range(30):
    g = g.create_group("level%d" % i)
    g.attrs["depth"] = i
f["a/b/c/d"] = 1
f["a/other"] = f["a/b"]`},
	{"links", `
f["a/data"] = np.arange(3)
f["a/soft"] = h5py.SoftLink("/a/data")
f["a/relative"] = h5py.SoftLink("data")
f["a/dangling"] = h5py.SoftLink("/nothing/here")
if libver != "earliest":
    f["a/external"] = h5py.ExternalLink("other.h5", "/x/y")
f["again"] = f["a"]`},
	{"group of 10", `
for i in range(10): f.create_group("g/n%d" % i)`},
	{"group of 1000", `
for i in range(1000): f["g/n%d" % i] = h5py.SoftLink("/target/%d" % i)`},
	{"tracked order", `
g = f.create_group("g", track_order=True)
for i in range(100): g.create_group("n%d" % (99 - i))
h = f.create_group("h", track_order=True)
for i in range(5): h.create_group("n%d" % (9 - i))`},
	{"unicode", `
for name in ["ü/î", "日本/データ", "emoji/\N{GRINNING FACE}", "space/a b"]: f[name] = 1
f["ü"].attrs["größe"] = 3`},
	{"removed links", `
for i in range(200): f.create_group("g/n%d" % i)
for i in range(0, 200, 3): del f["g/n%d" % i]
for i in range(0, 200, 7): f.create_group("g/again%d" % i)`},
	{"attributes", `
for n in (1, 7, 8, 9, 40):
    g = f.create_group("g%d" % n)
    for i in range(n): g.attrs["attribute %d" % i] = np.arange(i)
d = f.create_dataset("d", data=1)
for i in range(20): d.attrs["a%d" % i] = "text %d" % i
del d.attrs["a7"]`},
	{"many attributes", `
for i in range(400): f.attrs["a%d" % i] = i
g = f.create_group("ordered", track_order=True)
for i in range(300): g.attrs["z%d" % (300 - i)] = i`},
	{"large attributes", `
if libver != "earliest":
    f.attrs["large"] = np.arange(20000)
    f.attrs["larger"] = np.arange(200000)
    for i in range(30): f.attrs["middle%d" % i] = np.arange(400 + i)
    f.attrs["small"] = 1
f.attrs["just"] = np.zeros(8000, "u1")`},
	{"committed types", `
f["types/pair"] = np.dtype([("x", "<f4"), ("y", ">i2")])
f["types/number"] = np.dtype("<i4")
d = f.create_dataset("d", (5,), dtype=f["types/pair"])
d.attrs.create("a", np.zeros(3, "i4"), dtype=f["types/number"])
f["types/pair"].attrs["note"] = 1
for i in range(10): f.create_dataset("e%d" % i, (2,), dtype=f["types/number"])`},
	{"dataspaces", `
f["scalar"] = 1.5
f["null"] = h5py.Empty("f8")
f.attrs["null"] = h5py.Empty("i4")
f.create_dataset("zero", (0, 3), "i2")
f.create_dataset("rank32", (1,) * 31 + (2,), "u1")
f.create_dataset("grows", (2, 3), "u1", maxshape=(None, 30), chunks=(1, 2))
f.create_dataset("large", (2**40, 2**20), "f4", chunks=(2**6, 2**6))`},
	{"fill values", `
for dtype in ("u1", ">i2", "<f4", ">f8"):
    f.create_dataset("contiguous" + dtype[-2:], (3,), dtype, fillvalue=7)
    f.create_dataset("chunked" + dtype[-2:], (30,), dtype, chunks=(7,), fillvalue=3)
f.create_dataset("none", (3,), "f4")
f.create_dataset("text", (3,), "S5", fillvalue=b"abc")`},
	{"compact", `
plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
plist.set_layout(h5py.h5d.COMPACT)
space = h5py.h5s.create_simple((3, 5))
h5py.Dataset(h5py.h5d.create(f.id, b"compact", h5py.h5t.NATIVE_INT16, space, plist))[...] = np.arange(15).reshape(3, 5)`},
	{"contiguous", `
f["a"] = np.arange(1000)
f.create_dataset("late", (10, 10), "f4")
early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
h5py.h5d.create(f.id, b"early", h5py.h5t.NATIVE_INT16, h5py.h5s.create_simple((3, 5)), early)`},
	{"chunk of everything", `
f.create_dataset("single", data=np.arange(30).reshape(5, 6), chunks=(5, 6))
f.create_dataset("single filtered", data=np.arange(30).reshape(5, 6), chunks=(5, 6), compression=4, shuffle=True)
f.create_dataset("single absent", (5, 6), "i4", chunks=(5, 6))
f.create_dataset("one larger", data=np.arange(5), chunks=(8,), maxshape=(8,))`},
	{"implicit index", `
early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
early.set_chunk((5, 7))
d = h5py.Dataset(h5py.h5d.create(f.id, b"implicit", h5py.h5t.NATIVE_INT32, h5py.h5s.create_simple((37, 53), (45, 60)), early))
d[...] = np.arange(37 * 53).reshape(37, 53)`},
	{"fixed array", `
f.create_dataset("few", data=np.arange(100).reshape(10, 10), chunks=(3, 4))
f.create_dataset("filtered", data=np.arange(100).reshape(10, 10), chunks=(3, 4), compression=1)
f.create_dataset("limit", data=np.arange(100).reshape(10, 10), chunks=(3, 4), maxshape=(20, 30))
f.create_dataset("page", data=np.arange(1024, dtype="u1"), chunks=(1,))
f.create_dataset("pages", data=np.arange(3000).astype("u1"), chunks=(1,), fletcher32=True)
d = f.create_dataset("sparse", (10000,), "u1", chunks=(1,))
for i in (5, 5000, 9999): d[i] = 7
f.create_dataset("nothing", (10, 10), "u1", chunks=(3, 3))`},
	{"extensible array", `
for n in (0, 1, 4, 5, 20, 100, 1500):
    f.create_dataset("n%d" % n, data=np.arange(n).astype("u2"), chunks=(1,), maxshape=(None,))
f.create_dataset("filtered", data=np.arange(2000), chunks=(2,), maxshape=(None,), compression=1, shuffle=True)
f.create_dataset("second axis", data=np.arange(600).reshape(60, 10), chunks=(5, 2), maxshape=(60, None))
f.create_dataset("limit", data=np.arange(600).reshape(60, 10), chunks=(5, 2), maxshape=(80, None))
d = f.create_dataset("sparse", (100000,), "u1", chunks=(1,), maxshape=(None,))
for i in (0, 7, 1000, 33000, 99999): d[i] = 1
d = f.create_dataset("shrunk", data=np.arange(500), chunks=(3,), maxshape=(None,))
d.resize((100,))`},
	{"version 2 B-tree", `
f.create_dataset("few", data=np.arange(12).reshape(3, 4), chunks=(1, 2), maxshape=(None, None))
f.create_dataset("some", data=np.arange(900).reshape(30, 30), chunks=(2, 2), maxshape=(None, None))
f.create_dataset("filtered", data=np.arange(8100).reshape(90, 90), chunks=(1, 2), maxshape=(None, None), compression=1)
d = f.create_dataset("sparse", (1000, 1000, 1000), "u1", chunks=(1, 1, 1), maxshape=(None, None, 1000))
for i in range(50): d[i * 7 % 1000, i * 11 % 1000, i] = 1
d = f.create_dataset("shrunk", data=np.arange(900).reshape(30, 30), chunks=(2, 2), maxshape=(None, None))
d.resize((7, 9))`},
	{"version 1 B-tree", `
f.create_dataset("deep", data=np.arange(4200).astype("u1"), chunks=(1,))
f.create_dataset("rank 4", data=np.arange(1296).reshape(6, 6, 6, 6), chunks=(2, 4, 1, 6), compression=2)`},
	{"filters", `
data = np.random.default_rng(1).integers(0, 50, (40, 30), dtype="i4")
f.create_dataset("deflate", data=data, chunks=(7, 8), compression=9)
f.create_dataset("all", data=data, chunks=(7, 8), compression=1, shuffle=True, fletcher32=True)
f.create_dataset("lzf", data=data, chunks=(7, 8), compression="lzf")
f.create_dataset("scale", data=data, chunks=(7, 8), scaleoffset=0)
noise = np.random.default_rng(2).integers(0, 256, 4000, dtype="u1")
f.create_dataset("incompressible", data=noise, chunks=(1000,), compression="lzf")
d = f.create_dataset("masks", (40,), "i4", chunks=(10,), compression=1, shuffle=True)
d[:20] = 1
d.id.write_direct_chunk((20,), np.arange(10, dtype="i4").tobytes(), 3)`},
	{"unfiltered edges", `
plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
plist.set_chunk((4, 4))
plist.set_deflate(3)
if libver in ("v110", "latest"): lib.H5Pset_chunk_opts(plist.id, 2)
for name, limit in ((b"fixed", None), (b"grows", (h5py.h5s.UNLIMITED, 10)), (b"both", (h5py.h5s.UNLIMITED, h5py.h5s.UNLIMITED))):
    d = h5py.Dataset(h5py.h5d.create(f.id, name, h5py.h5t.NATIVE_INT32, h5py.h5s.create_simple((10, 10), limit), plist))
    d[...] = np.arange(100).reshape(10, 10)`},
	{"virtual", `
f["src"] = np.arange(100).reshape(10, 10)
layout = h5py.VirtualLayout((4, 100), "i4")
for n in range(4): layout[n] = h5py.VirtualSource("%d.h5" % n, "data", (100,))
f.create_virtual_dataset("stack", layout, fillvalue=-5)
layout = h5py.VirtualLayout((50, 70), "f8")
layout[0:50:2, 10:20] = h5py.VirtualSource("a.h5", "/x/y", (25, 30))[:, 3:23:2]
layout[1:50:2, 30:60:3] = h5py.VirtualSource(".", "src", (25, 10))
f.create_virtual_dataset("strided", layout)
layout = h5py.VirtualLayout((799, 20, 20), "u2", maxshape=(None, 20, 20))
for k in range(4):
    layout[k:799:4] = h5py.VirtualSource("raw_%d.h5" % k, "data", ((799 - k + 3) // 4, 20, 20), maxshape=(None, 20, 20))
f.create_virtual_dataset("percival", layout, fillvalue=1)
f.create_virtual_dataset("no mappings", h5py.VirtualLayout((3, 3), "f4"))`},
	{"virtual unlimited", `
U = h5py.h5s.UNLIMITED
def virtual(name, shape, limit, mappings):
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    for where, file, path, extent, extent_limit, what in mappings:
        vspace = h5py.h5s.create_simple(shape, limit)
        vspace.select_hyperslab(*where)
        sspace = h5py.h5s.create_simple(extent, extent_limit)
        if what: sspace.select_hyperslab(*what)
        plist.set_virtual(vspace, file, path, sspace)
    h5py.h5d.create(f.id, name, h5py.h5t.NATIVE_INT32, h5py.h5s.create_simple(shape, limit), plist)
virtual(b"grow", (1, 10), (U, 10), [(((0, 0), (U, 1), (1, 1), (1, 10)), b"s.h5", b"d", (1, 10), (U, 10), ((0, 0), (U, 1), (1, 1), (1, 10)))])
virtual(b"interleaved", (8, 10), (U, 10), [(((k, 0), (U, 1), (4, 1), (1, 10)), b"s%d.h5" % k, b"d", (2, 10), (U, 10), ((0, 0), (U, 1), (1, 1), (1, 10))) for k in range(4)])
virtual(b"blocks", (8, 10), (U, 10), [(((2 * k, 0), (U, 1), (8, 1), (2, 10)), b"s%d.h5" % k, b"d", (2, 10), (U, 10), ((0, 0), (U, 1), (2, 1), (2, 10))) for k in range(4)])
virtual(b"printf", (5, 10), (U, 10), [(((0, 0), (U, 1), (5, 1), (5, 10)), b"f-%b.h5", b"d%%", (5, 10), None, None)])`},
	{"virtual many", `
layout = h5py.VirtualLayout((500, 8), "u1")
for i in range(500): layout[i] = h5py.VirtualSource("file_%d.h5" % (i // 10), "/entry/data/data", (10, 8))[i % 10]
f.create_virtual_dataset("v", layout)`},
}

// structureScript runs scripts. Its argument is JSON: a list of objects with File, Libver, UserBlock and Script.
const structureScript = `
import ctypes, json, os, sys
import h5py, numpy as np
lib = ctypes.CDLL("libhdf5_serial.so.103")
for name in ("H5Pset_chunk_opts", "H5Pset_deflate", "H5Pset_shared_mesg_nindexes", "H5Pset_shared_mesg_index", "H5Pset_istore_k", "H5Pset_sym_k"):
    getattr(lib, name).argtypes = [ctypes.c_int64] + [ctypes.c_uint] * (3 if name.endswith("mesg_index") else 2 if name.endswith("sym_k") else 1)
bounds = {"earliest": h5py.h5f.LIBVER_EARLIEST, "v108": h5py.h5f.LIBVER_V18, "v110": h5py.h5f.LIBVER_V110, "latest": h5py.h5f.LIBVER_LATEST}
for job in json.loads(sys.argv[1]):
    file, libver = job["File"], job["Libver"]
    os.chdir(os.path.dirname(file))
    def create(fcpl):
        # in place of the file that was made: one with other creation properties
        fapl = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
        fapl.set_libver_bounds(bounds[libver], h5py.h5f.LIBVER_LATEST)
        f.close()
        return h5py.File(h5py.h5f.create(file.encode(), h5py.h5f.ACC_TRUNC, fcpl, fapl))
    with h5py.File(file, "w", libver=libver, userblock_size=job["UserBlock"]) as f:
        env = dict(globals(), f=f, libver=libver)
        exec(job["Script"], env)
        if env["f"]: env["f"].close()
`

// structureJob is a file to be written by h5py.
type structureJob struct {
	File, Libver string
	UserBlock    int
	Script       string
}

// writeStructures runs scripts, all in one process: starting it takes longer than most of them.
func writeStructures(t testing.TB, jobs []structureJob) {
	t.Helper()
	b, err := json.Marshal(jobs)
	must(t, err)
	oracle.H5py(t, t.TempDir(), structureScript, string(b))
}

// writeStructure runs one script, and returns the name of the file.
func writeStructure(t testing.TB, libver, script string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file.h5")
	writeStructures(t, []structureJob{{File: file, Libver: libver, Script: script}})
	return file
}

// structure is the script of a name.
func structure(name string) string {
	for _, s := range structures {
		if s.name == name {
			return s.script
		}
	}
	panic(name)
}

// TestStructuresOfH5py compares everything in files of all structures with what h5py reads: objects, shapes, storage, where each chunk lies,
// values. A user block moves everything but is not part of any address.
func TestStructuresOfH5py(t *testing.T) {
	dir := t.TempDir()
	var jobs []structureJob
	var files []string
	add := func(name, libver string, userBlock int) {
		file := filepath.Join(dir, fmt.Sprintf("%s %s %d", name, libver, userBlock))
		jobs = append(jobs, structureJob{file, libver, userBlock, structure(name)})
		files = append(files, file)
	}
	for _, libver := range libvers {
		for _, s := range structures {
			add(s.name, libver, 0)
		}
		for _, block := range []int{512, 4096} {
			for _, name := range []string{"attributes", "fixed array", "virtual"} {
				add(name, libver, block)
			}
		}
	}
	writeStructures(t, jobs)
	sameAsH5py(t, files...)
}

// Bytes that someone put before a file move it too, and libhdf5 still reads it.
func TestPrependedBytes(t *testing.T) {
	var files []string
	for _, libver := range []string{"earliest", "latest"} {
		b, err := os.ReadFile(writeStructure(t, libver, `f["g/data"] = np.arange(10)`))
		must(t, err)
		moved := filepath.Join(t.TempDir(), "moved.h5")
		must(t, os.WriteFile(moved, append(make([]byte, 1024), b...), 0o666))
		if at := mustOpen(t, moved).Superblock().UserBlock; at != 1024 {
			t.Errorf("the superblock is at %d, found at %d", 1024, at)
		}
		files = append(files, moved)
	}
	sameAsH5py(t, files...)
}
