package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/internal/mend"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/object"
)

// hostileAllocation is the most memory that reading all of one small hostile file may allocate, bytes.
const hostileAllocation = 64 << 20

// hostileFile is a file of h5py in which a few bytes are changed.
type hostileFile struct {
	t *testing.T
	b []byte
}

// body is where the body of an object's message starts.
func (h *hostileFile) body(path string, m message.Type) int {
	h.t.Helper()
	f, err := NewFile(bytes.NewReader(h.b), int64(len(h.b)))
	must(h.t, err)
	o, err := f.Object(path)
	must(h.t, err)
	header, err := object.Read(f.reader, o.Address())
	must(h.t, err)
	found := header.Find(m)
	if found == nil {
		h.t.Fatalf("%s has no %s", path, m)
	}
	return int(found.Address)
}

// find is where bytes stand for the nth time.
func (h *hostileFile) find(what string, nth int) int {
	h.t.Helper()
	at := -1
	for range nth + 1 {
		next := bytes.Index(h.b[at+1:], []byte(what))
		if next < 0 {
			h.t.Fatalf("%q is not %d times in the file", what, nth+1)
		}
		at += 1 + next
	}
	return at
}

func (h *hostileFile) put(at int, size int, v uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], v)
	copy(h.b[at:at+size], b[:])
}

// hostileScript is a small file with the structures that the cases change.
const hostileScript = `
f["d"] = np.arange(6, dtype="<i4").reshape(2, 3)
f.create_dataset("filled", (4,), "<i4", fillvalue=7)
f.create_dataset("c", data=np.arange(60, dtype="<i4").reshape(6, 10), chunks=(2, 5), compression=1, shuffle=True)
f.create_dataset("plain", data=np.arange(60, dtype="<i4").reshape(6, 10), chunks=(2, 5))
f.create_dataset("grows", data=np.arange(40, dtype="u1"), chunks=(1,), maxshape=(None,))
f.create_dataset("both", data=np.arange(30, dtype="u1").reshape(5, 6), chunks=(2, 2), maxshape=(None, None))
f.create_dataset("text", data=["a", "bcd", "efgh"])
f["t"] = np.dtype("<f8")
f.create_dataset("named", (3,), dtype=f["t"])
f["pair"] = np.zeros(3, [("a", "<i4"), ("b", "<f8")])
f.create_dataset("e", (3,), h5py.enum_dtype({"A": 1, "B": 2}))
f["array"] = np.zeros(2, [("m", "<i4", (2, 3))])
f["g/x"] = 1
f["g"].attrs["x"] = np.arange(3, dtype="<i4")
layout = h5py.VirtualLayout((6, 10), "<i4")
layout[0:6:2] = h5py.VirtualSource("a.h5", "d", (3, 10))
f.create_virtual_dataset("v", layout)
if libver == "latest":
    for i in range(30): f["dense/link%d" % i] = h5py.SoftLink("/d")
`

const huge = 1<<63 - 1

// hostileCases are the classes of faults that were found in libhdf5, one damage each or a few. An empty says means that what is read may also be right.
var hostileCases = []struct {
	name   string
	libver string
	damage func(h *hostileFile)
	says   string
}{
	{"address sizes of 0", "earliest", func(h *hostileFile) { h.put(13, 1, 0) }, "addresses of 0 bytes"},
	{"length sizes of 255", "latest", func(h *hostileFile) { h.put(10, 1, 255) }, "lengths of 255"},
	{"B-tree rank 0 in the superblock", "earliest", func(h *hostileFile) { h.put(16, 2, 0) }, "K values"},
	{"end of file overflows", "latest", func(h *hostileFile) { h.put(12, 8, 1<<40); h.put(28, 8, huge) }, ""},
	{"root group past the end", "latest", func(h *hostileFile) { h.put(36, 8, huge) }, "object header"},
	{"superblock extension is the root group", "latest", func(h *hostileFile) { copy(h.b[20:28], h.b[36:44]) }, ""},

	{"messages longer than the header", "earliest", func(h *hostileFile) { h.put(h.body("/d", message.TypeDatatype)-6, 2, 0xfff8) }, "needed"},
	{"a header of 4 GiB", "earliest", func(h *hostileFile) { h.put(h.body("/d", message.TypeDataspace)-16, 4, 1<<32-1) }, ""},
	{"a message that cannot be shared", "earliest", func(h *hostileFile) { h.put(h.body("/d", message.TypeLayout)-4, 1, 2) }, "cannot be shared"},
	{"shared messages in a circle", "latest", func(h *hostileFile) {
		f, err := NewFile(bytes.NewReader(h.b), int64(len(h.b)))
		must(h.t, err)
		d, err := f.Dataset("named")
		must(h.t, err)
		h.put(h.body("/named", message.TypeDatatype)+2, 8, d.Address())
	}, "lead to each other"},

	{"a group's B-tree in itself", "earliest", func(h *hostileFile) {
		at := h.find("TREE", 0)
		h.put(at+5, 1, 1)
		h.put(at+32, 8, uint64(at))
	}, "B-tree node"},
	{"two children that are one", "earliest", func(h *hostileFile) {
		at := h.find("TREE", 0)
		h.put(at+6, 2, 2)
		copy(h.b[at+48:], h.b[at+32:at+40])
		copy(h.b[at+40:], h.b[at+24:at+32])
	}, ""},
	{"a B-tree node of 65,535 children", "earliest", func(h *hostileFile) { h.put(h.find("TREE", 0)+6, 2, 65535) }, "B-tree node"},
	{"a symbol table node of 65,535 entries", "earliest", func(h *hostileFile) { h.put(h.find("SNOD", 0)+6, 2, 65535) }, "symbol"},
	{"a name outside the local heap", "earliest", func(h *hostileFile) { h.put(h.find("SNOD", 0)+8, 8, 1<<40) }, "heap"},
	{"a local heap past the end", "earliest", func(h *hostileFile) { h.put(h.find("HEAP", 0)+8, 8, 1<<40) }, "heap"},
	{"a local heap elsewhere", "earliest", func(h *hostileFile) { h.put(h.find("HEAP", 0)+24, 8, huge) }, ""},

	{"rank 255", "earliest", func(h *hostileFile) { h.put(h.body("/d", message.TypeDataspace)+1, 1, 255) }, "axes"},
	{"a product of dimensions that overflows", "earliest", func(h *hostileFile) {
		at := h.body("/d", message.TypeDataspace) + 8
		h.put(at, 8, 1<<33)
		h.put(at+8, 8, 1<<33)
		h.put(at+16, 8, 1<<33)
		h.put(at+24, 8, 1<<33)
	}, ""},
	{"a chunked dataset of 2^62 elements", "earliest", func(h *hostileFile) {
		at := h.body("/c", message.TypeDataspace) + 8
		for i := range 4 {
			h.put(at+8*i, 8, 1<<31)
		}
	}, ""},
	{"an element of 0 bytes", "earliest", func(h *hostileFile) { h.put(h.body("/d", message.TypeDatatype)+4, 4, 0) }, "0 bytes"},
	{"an element of 2 GiB", "earliest", func(h *hostileFile) { h.put(h.body("/d", message.TypeDatatype)+4, 4, 1<<31-1) }, ""},
	{"an element other than its chunk's", "earliest", func(h *hostileFile) { h.put(h.body("/c", message.TypeDatatype)+4, 4, 8) }, ""},
	{"more bits than the element", "earliest", func(h *hostileFile) { h.put(h.body("/d", message.TypeDatatype)+10, 2, 0xffff) }, "significant bits"},
	{"65,535 members", "earliest", func(h *hostileFile) { h.put(h.body("/pair", message.TypeDatatype)+1, 2, 0xffff) }, ""},
	{"a member outside of its compound", "latest", func(h *hostileFile) { h.put(h.find("b\x00\x04", 0)+2, 1, 200) }, "member"},
	{"65,535 names of an enumeration", "earliest", func(h *hostileFile) { h.put(h.body("/e", message.TypeDatatype)+1, 2, 0xffff) }, ""},

	{"a fill value longer than its message", "earliest", func(h *hostileFile) { h.put(h.body("/filled", message.TypeFill)+4, 4, 1<<31-1) }, "fill value"},
	{"a fill value shorter than an element", "earliest", func(h *hostileFile) { h.put(h.body("/filled", message.TypeFill)+4, 4, 2) }, ""},
	{"an attribute larger than its message", "earliest", func(h *hostileFile) {
		at := h.body("/g", message.TypeAttribute) + 8 + 8 + 16 + 8 // behind the name, the type and the start of the dataspace
		h.put(at, 8, 1<<50)
		h.put(at+8, 8, 1<<50)
	}, "bytes are stored"},
	{"an attribute whose name has 65,535 bytes", "earliest", func(h *hostileFile) { h.put(h.body("/g", message.TypeAttribute)+2, 2, 0xffff) }, "needed"},
	{"an attribute whose type has 65,535 bytes", "latest", func(h *hostileFile) { h.put(h.body("/g", message.TypeAttribute)+4, 2, 0xffff) }, "needed"},

	{"a chunk of no elements", "earliest", func(h *hostileFile) { h.put(h.body("/c", message.TypeLayout)+11, 4, 0) }, "chunk"},
	{"a chunk of 2^63 elements", "earliest", func(h *hostileFile) {
		h.put(h.body("/c", message.TypeLayout)+11, 4, 1<<32-1)
		h.put(h.body("/c", message.TypeLayout)+15, 4, 1<<31)
	}, ""},
	{"a chunk of 4 GiB in a small file", "earliest", func(h *hostileFile) {
		h.put(h.body("/c", message.TypeLayout)+11, 4, 1<<15)
		h.put(h.body("/c", message.TypeLayout)+15, 4, 1<<14)
	}, ""},
	{"a layout of 33 axes", "earliest", func(h *hostileFile) { h.put(h.body("/c", message.TypeLayout)+2, 1, 34) }, ""},
	{"a chunk index of no known type", "latest", func(h *hostileFile) { h.put(h.body("/c", message.TypeLayout)+8, 1, 200) }, "index"},
	{"a stored chunk of 4 GiB", "earliest", func(h *hostileFile) { h.put(h.find("TREE\x01\x00", 0)+24, 4, 1<<32-1) }, "more than the file holds"},
	{"a stored chunk of 0 bytes", "earliest", func(h *hostileFile) { h.put(h.find("TREE\x01\x00", 0)+24, 4, 0) }, ""},
	{"a chunk's B-tree in itself", "earliest", func(h *hostileFile) {
		at := h.find("TREE\x01\x00", 0)
		h.put(at+5, 1, 1)
		h.put(at+24+4+4+3*8, 8, uint64(at))
	}, "B-tree node"},
	{"a fixed array of other elements", "latest", func(h *hostileFile) { h.put(h.find("FAHD", 0)+6, 1, 255) }, "fixed array"},
	{"a fixed array of 2^60 elements", "latest", func(h *hostileFile) { h.put(h.find("FAHD", 0)+8, 8, 1<<60) }, "fixed array"},
	{"an extensible array of no elements a block", "latest", func(h *hostileFile) { h.put(h.find("EAHD", 0)+8, 4, 0) }, "extensible array"},
	{"an extensible array of 2^200 elements", "latest", func(h *hostileFile) { h.put(h.find("EAHD", 0)+7, 1, 200) }, "extensible array"},
	{"a B-tree of depth 65,535", "latest", func(h *hostileFile) { h.put(h.find("BTHD\x00\x0a", 0)+12, 2, 0xffff) }, "B-tree"},
	{"a B-tree of records of 0 bytes", "latest", func(h *hostileFile) { h.put(h.find("BTHD\x00\x0a", 0)+10, 2, 0) }, "B-tree"},
	{"a B-tree of nodes of 4 GiB", "latest", func(h *hostileFile) { h.put(h.find("BTHD\x00\x0a", 0)+6, 4, 1<<32-1) }, ""},
	{"a B-tree of 2^63 records", "latest", func(h *hostileFile) { h.put(h.find("BTHD\x00\x0a", 0)+24, 8, huge) }, ""},

	{"a filter of 65,535 parameters", "earliest", func(h *hostileFile) { h.put(h.body("/c", message.TypeFilterPipeline)+8+6, 2, 0xffff) }, ""},
	{"255 filters", "earliest", func(h *hostileFile) { h.put(h.body("/c", message.TypeFilterPipeline)+1, 1, 255) }, "filters"},
	{"a filter that nobody knows", "earliest", func(h *hostileFile) { h.put(h.body("/c", message.TypeFilterPipeline)+8, 2, 31999) }, "31999"},
	{"shuffling elements of 0 bytes", "earliest", func(h *hostileFile) { h.put(h.find("shuffle\x00", 0)+8, 4, 0) }, ""},
	{"shuffling elements of 4 GiB", "earliest", func(h *hostileFile) { h.put(h.find("shuffle\x00", 0)+8, 4, 1<<32-1) }, ""},

	{"a global heap collection of 0 bytes", "earliest", func(h *hostileFile) { h.put(h.find("GCOL", 0)+8, 8, 0) }, "global heap"},
	{"a global heap collection of 2^63 bytes", "earliest", func(h *hostileFile) { h.put(h.find("GCOL", 0)+8, 8, huge) }, "global heap"},
	{"a global heap object past its collection", "earliest", func(h *hostileFile) { h.put(h.find("GCOL", 0)+16+8, 8, 1<<40) }, "global heap"},
	{"a string longer than its heap object", "earliest", func(h *hostileFile) { h.put(int(h.data("/text")), 4, 1<<31) }, "global heap object"},
	{"a string in a heap that is none", "earliest", func(h *hostileFile) { h.put(int(h.data("/text"))+4, 8, 8) }, "global heap"},
	{"a string in an object that is not there", "earliest", func(h *hostileFile) { h.put(int(h.data("/text"))+12, 4, 1<<31) }, "global heap"},
	{"a global heap whose free space has no size", "earliest", func(h *hostileFile) {
		for pos := h.find("GCOL", 0) + 16; ; {
			size := int(binary.LittleEndian.Uint64(h.b[pos+8:]))
			if binary.LittleEndian.Uint16(h.b[pos:]) == 0 {
				h.put(pos+8, 8, 0)
				return
			}
			pos += 16 + (size+7)&^7
		}
	}, ""},

	{"a fractal heap of rows of no width", "latest", func(h *hostileFile) { h.put(h.find("FRHP", 0)+110, 2, 0) }, "fractal heap"},
	{"a fractal heap of blocks of 2^63 bytes", "latest", func(h *hostileFile) { h.put(h.find("FRHP", 0)+120, 8, 1<<63) }, "fractal heap"},
	{"a fractal heap of 2^65535 bytes", "latest", func(h *hostileFile) { h.put(h.find("FRHP", 0)+128, 2, 0xffff) }, "fractal heap"},
	{"fractal heap IDs of 0 bytes", "latest", func(h *hostileFile) { h.put(h.find("FRHP", 0)+5, 2, 0) }, "fractal heap"},
	{"links in a heap of attributes", "latest", func(h *hostileFile) { h.put(h.find("BTHD\x00\x05", 0)+5, 1, 8) }, "B-tree"},

	{"2^63 virtual mappings", "latest", func(h *hostileFile) { h.put(h.find("a.h5\x00d", 0)-8, 8, huge) }, "mappings"},
	{"virtual mappings in a heap that is none", "latest", func(h *hostileFile) { h.put(h.body("/v", message.TypeLayout)+2, 8, 8) }, "global heap"},
}

// data is where the elements of a contiguous dataset start.
func (h *hostileFile) data(path string) uint64 {
	return binary.LittleEndian.Uint64(h.b[h.body(path, message.TypeLayout)+2:])
}

// Every class of fault gives an error, or data that are right, in bounded memory.
func TestHostileClasses(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{"earliest": filepath.Join(dir, "earliest.h5"), "latest": filepath.Join(dir, "latest.h5")}
	var jobs []structureJob
	for libver, name := range files {
		jobs = append(jobs, structureJob{name, libver, 0, hostileScript})
	}
	writeStructures(t, jobs)
	for _, c := range hostileCases {
		t.Run(c.name, func(t *testing.T) {
			whole, err := os.ReadFile(files[c.libver])
			must(t, err)
			h := &hostileFile{t: t, b: bytes.Clone(whole)}
			c.damage(h)
			if bytes.Equal(h.b, whole) {
				t.Fatal("nothing was damaged")
			}
			err = boundedRead(t, h.b)
			if c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%v; want an error that says %q", err, c.says)
			}
			t.Log(err)
		})
	}
	t.Logf("%d classes", len(hostileCases))
}

// boundedRead reads everything in a file with its checksums put right, and fails when that takes too much memory.
func boundedRead(t *testing.T, b []byte) error {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := mend.Checksums(b, readEverything)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > hostileAllocation {
		t.Errorf("reading allocated %d bytes (%v)", used, err)
	}
	return err
}

// Types that lie in each other without end are refused, at the depth that is the limit.
func TestDeepTypes(t *testing.T) {
	deep := Uint8()
	for range maxTypeDepth + 1 {
		deep = VarLen(deep)
	}
	name := writeFile(t, func(w *Writer) {
		must(t, w.CommitType("/deep", deep))
	})
	b, err := os.ReadFile(name)
	must(t, err)
	if err := boundedRead(t, b); err == nil || !strings.Contains(err.Error(), "deep") {
		t.Error(err)
	}
}

// Many sequences that all claim the same bytes take memory for no more than the file could have.
func TestSequencesShareBytes(t *testing.T) {
	name := writeFile(t, func(w *Writer) {
		rows := make([][]uint8, 5000)
		rows[0] = make([]uint8, 1<<20)
		dataset(t, w, "/s", DatasetSpec{Type: VarLen(Uint8()), Shape: []uint64{5000}}, rows)
	})
	h := &hostileFile{t: t}
	var err error
	h.b, err = os.ReadFile(name)
	must(t, err)
	at := int(h.data("/s"))
	for i := range 5000 {
		copy(h.b[at+16*i:], h.b[at:at+16])
	}
	f, err := NewFile(bytes.NewReader(h.b), int64(len(h.b)))
	must(t, err)
	d, err := f.Dataset("s")
	must(t, err)
	if _, err := Read[[]uint8](d); err == nil || !strings.Contains(err.Error(), "sequences") {
		t.Errorf("5 GB of sequences from a file of %d bytes: %v", len(h.b), err)
	}
}

// Declared sizes are not memory: datasets that claim much and have nothing are refused, or read a part at a time.
func TestLargeClaims(t *testing.T) {
	name := writeFile(t, func(w *Writer) {
		side := uint64(1) << 20
		for path, s := range map[string]DatasetSpec{
			"/contiguous": {Shape: []uint64{side, side}}, "/chunked": {Shape: []uint64{side, side}, Chunk: []uint64{1024, 1024}},
			"/filtered": {Shape: []uint64{side, side}, Chunk: []uint64{1 << 14, 1 << 14}, Filters: filters("deflate(1)")},
		} {
			s.Type, s.Fill = Float64(), make([]byte, 8)
			s.Fill[7] = 0x40
			_, err := w.CreateDataset(path, s)
			must(t, err)
		}
	})
	f := mustOpen(t, name)
	for _, path := range []string{"/contiguous", "/chunked", "/filtered"} {
		d, err := f.Dataset(path)
		must(t, err)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Read[float64](d); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", path, err)
		}
		if _, err := d.ReadBytes(Float64(), nil, nil, nil); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", path, err)
		}
		part := make([]float64, 4)
		must(t, ReadSlab(d, part, []uint64{1 << 19, 1 << 19}, []uint64{1 << 18, 1 << 18}, []uint64{2, 2}))
		if !reflect.DeepEqual(part, []float64{2, 2, 2, 2}) {
			t.Errorf("%s: the fill value is read as %v", path, part)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
			t.Errorf("%s: %d bytes were allocated", path, used)
		}
	}
}

// Links that lead in circles end in an error; groups that do are what they are.
func TestLinkCycles(t *testing.T) {
	file := writeStructure(t, "latest", `
f["soft"] = h5py.SoftLink("/soft2")
f["soft2"] = h5py.SoftLink("/soft")
f["g/self"] = f["/"]
f["external"] = h5py.ExternalLink("other.h5", "/external")
with h5py.File("other.h5", "w") as o: o["external"] = h5py.ExternalLink("file.h5", "/external")`)
	f := mustOpen(t, file)
	for _, path := range []string{"/soft", "/external"} {
		if _, err := f.Object(path); err == nil || !strings.Contains(err.Error(), "link") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := f.Group(strings.Repeat("g/self/", 500)); err != nil {
		t.Errorf("a group that has itself: %v", err)
	}
	n := 0
	for _, err := range f.All() {
		must(t, err)
		n++
	}
	if n != 2 {
		t.Errorf("%d objects are found in two groups", n)
	}
}
