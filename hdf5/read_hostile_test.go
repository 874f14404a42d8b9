package hdf5

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/internal/fault"
	"github.com/vdsgen/vdsgen/hdf5/internal/mend"
)

// Bounds of what a test reads of a damaged file, so that one that claims to be large is not read for ever.
const (
	hostileObjects = 200
	hostileChunks  = 100
	hostileBytes   = 1 << 20

	hostileElements = 1000
)

// wholeReading reads everything in a file, within bounds, and keeps the errors.
type wholeReading struct {
	objects int
	errs    []error
}

func (r *wholeReading) note(err error) {
	if err != nil {
		r.errs = append(r.errs, err)
	}
}

// readEverything opens a file and reads all of it. The error is the first one about a checksum, or else the first one.
func readEverything(b []byte) error {
	f, err := NewFile(bytes.NewReader(b), int64(len(b)), WithName("file.h5"), WithExternalLinks(nil))
	if err != nil {
		return err
	}
	defer f.Close()
	var r wholeReading
	r.group(f.Root(), 0)
	for _, err := range f.All() {
		if r.note(err); len(r.errs) > hostileObjects {
			break
		}
	}
	for _, err := range r.errs {
		if errors.As(err, new(*fault.ChecksumError)) {
			return err
		}
	}
	if len(r.errs) > 0 {
		return r.errs[0]
	}
	return nil
}

func (r *wholeReading) group(g *Group, depth int) {
	r.attributes(g)
	for l, err := range g.Links() {
		r.note(err)
		if r.objects++; err != nil || r.objects > hostileObjects {
			return
		}
		_, err := g.Link(l.Name)
		r.note(err)
		if l.Kind != HardLink {
			continue
		}
		o, err := g.Object(l.Name)
		r.note(err)
		switch o := o.(type) {
		case *Group:
			if depth < 8 {
				r.group(o, depth+1)
			}
		case *Dataset:
			r.attributes(o)
			r.dataset(o)
		case *NamedType:
			r.attributes(o)
			_ = o.Datatype().String()
		}
	}
}

func (r *wholeReading) attributes(o Object) {
	n := 0
	for a, err := range o.Attributes() {
		r.note(err)
		if n++; err != nil || n > hostileObjects {
			return
		}
		_, err := o.Attribute(a.Name())
		r.note(err)
		_, err = a.Value()
		r.note(err)
	}
}

func (r *wholeReading) dataset(d *Dataset) {
	_, _, _, _ = d.Shape(), d.MaxShape(), d.Fill(), d.ByteSize()
	switch d.Layout() {
	case Virtual:
		v, err := d.VirtualMappings()
		r.note(err)
		for i := range min(hostileObjects, mappingsOf(v)) {
			_, _, _, _ = v.File(i), v.Path(i), v.Source(i), v.Virtual(i)
		}
	case Chunked:
		r.chunks(d)
	default:
		raw := make([]byte, min(d.ByteSize(), hostileBytes))
		err := d.ReadRaw(raw, 0)
		r.note(err)
		if err == nil {
			r.values(d, raw)
		}
	}
}

// values decodes elements: those that lie elsewhere, too, and what references lead to.
func (r *wholeReading) values(d *Dataset, raw []byte) {
	t := d.Datatype()
	decode, err := valueDecoder(t)
	if err != nil || t.Size() > len(raw) {
		r.note(err)
		return
	}
	n := min(len(raw)/t.Size(), hostileElements)
	_, err = decode.many(newPass(d.file), raw[:n*t.Size()])
	r.note(err)
	if t.Class() != ClassReference {
		return
	}
	for i := range n {
		if ref, err := d.file.Reference(t, raw[i*t.Size():(i+1)*t.Size()]); err == nil {
			_, _ = d.file.Dereference(ref)
		}
	}
}

func mappingsOf(v *VirtualLayout) int {
	if v == nil {
		return 0
	}
	return v.Len()
}

func (r *wholeReading) chunks(d *Dataset) {
	raw := make([]byte, min(d.ChunkBytes(), hostileBytes))
	n := 0
	for c, err := range d.Chunks() {
		r.note(err)
		if n++; err != nil || n > hostileChunks {
			break
		}
		if len(raw) == d.ChunkBytes() {
			err := d.DecodeChunk(c, raw)
			r.note(err)
			if err == nil {
				r.values(d, raw)
			}
		}
	}
	scaled := make([]uint64, d.Rank())
	for range 20 {
		for i, count := range d.ChunkCounts() {
			scaled[i] = (scaled[i]*7 + 3) % max(count, 1)
		}
		_, _, err := d.Chunk(scaled)
		r.note(err)
	}
}

// damageSeeds are scripts of small files that have every structure between them.
var damageSeeds = []string{
	`
f["g/data"] = np.arange(20)
f["g/soft"] = h5py.SoftLink("/g/data")
f["text"] = ["a", "bcd", "efgh"]
f["g"].attrs["x"] = np.arange(3)
f["pair"] = np.zeros(3, [("a", "<i4"), ("b", ">f8", (2,))])
f["t"] = np.dtype("f4")
f.create_dataset("c", data=np.arange(60).reshape(6, 10), chunks=(2, 3), compression=1, shuffle=True, fillvalue=3)
f.create_dataset("e", (3,), h5py.enum_dtype({"A": 1, "B": 2}))
f["ref"] = f["g"].ref`,
	`
for i in range(14): f["g/link%d" % i] = i
for i in range(12): f["g"].attrs["a%d" % i] = i
if libver != "earliest": f.attrs["large"] = np.arange(700)
if libver != "earliest": f["x"] = h5py.ExternalLink("a.h5", "/b")`,
	`
layout = h5py.VirtualLayout((6, 10), "i4", maxshape=(None, 10))
layout[0:6:2] = h5py.VirtualSource("a.h5", "d", (3, 10))
layout[1] = h5py.VirtualSource(".", "d", (10,))
f.create_virtual_dataset("v", layout)`,
	`
f.create_dataset("fixed", data=np.arange(30, dtype="u1"), chunks=(3,))
f.create_dataset("grows", data=np.arange(40, dtype="u1"), chunks=(1,), maxshape=(None,))
f.create_dataset("both", data=np.arange(30, dtype="u1").reshape(5, 6), chunks=(2, 2), maxshape=(None, None))
f.create_dataset("single", data=np.arange(30, dtype="u1"), chunks=(30,), compression=1)`,
	`
f.create_dataset("grows", data=np.arange(300, dtype="u1"), chunks=(1,), maxshape=(None,), fletcher32=True)
f.create_dataset("both", data=np.arange(100, dtype="u1").reshape(10, 10), chunks=(1, 1), maxshape=(None, None))
d = f.create_dataset("pages", (2000,), "u1", chunks=(1,))
d[5] = 1`,
	`
g = f.create_group("g", track_order=True)
for i in range(40): g.create_group("a longer name of a group %d" % i)
f.create_dataset("rank", (2,) * 5, "u1", chunks=(1,) * 5)[0, 0, 0] = 1`,
}

// seedFiles writes the files of damageSeeds in old and new versions.
func seedFiles(t testing.TB) [][]byte {
	t.Helper()
	dir := t.TempDir()
	var jobs []structureJob
	for _, libver := range []string{"earliest", "latest"} {
		for i, script := range damageSeeds {
			jobs = append(jobs, structureJob{filepath.Join(dir, fmt.Sprint(libver, i)), libver, 0, script})
		}
	}
	writeStructures(t, jobs)
	var files [][]byte
	for _, job := range jobs {
		b, err := os.ReadFile(job.File)
		must(t, err)
		files = append(files, b)
	}
	return append(files, goldenFile())
}

// goldenFile is a virtual dataset /v of two mappings that was put together by hand from the specification and that HDF5 1.10, 1.14 and 2.0 read.
func goldenFile() []byte {
	parts := []struct {
		at  int
		hex string
	}{
		{0, "894844460d0a1a0a0308080000000000 00000000ffffffffffffffffb7100000 00000000801000000000 0000747d585d"},
		{0x30, "47434f4c010000000010000000000000 0100000000000000 9b00000000000000"},
		{0x50, "00 0200000000000000 7372635f302e683500 2f6461746100 03000000010000000000000000000000" +
			"020000000100000000000000180000000200000001000000 00000000000000000900000009000000" +
			"7372635f312e683500 2f6461746100 03000000010000000000000000000000" +
			"020000000100000000000000180000000200000001000000 0a000000000000001300000009000000 6ab58922"},
		{0xf0, "0000000000000000400f000000000000"},
		{0x1030, "4f4844520200 40 01140000 02020001 14000000000000000a00000000000000 030c0001 100800000800000000004000 05020001 030a" +
			"080e0000 0403300000000000000001000000 343eed23"},
		{0x1080, "4f4844520200 2c 02120000 0000ffffffffffffffffffffffffffffffff 0a020001 0000 060c0000 01000176 3010000000000000 bdc924e5"},
	}
	b := make([]byte, 0x10b7)
	for _, p := range parts {
		piece, err := hex.DecodeString(strings.ReplaceAll(p.hex, " ", ""))
		if err != nil {
			panic(err)
		}
		copy(b[p.at:], piece)
	}
	return b
}

func TestGoldenFile(t *testing.T) {
	b := goldenFile()
	if err := readEverything(b); err != nil {
		t.Fatal(err)
	}
	f, count := openCounting(t, b)
	d, err := f.Dataset("v")
	must(t, err)
	v, err := d.VirtualMappings()
	must(t, err)
	if v.Len() != 2 || v.File(1) != "src_1.h5" || v.Path(1) != "/data" || selectionText(v.Source(1)) != "all" || selectionText(v.Virtual(1)) != "10:1:1:10;0:1:1:10" {
		t.Errorf("the mappings are wrong: %s", selectionText(v.Virtual(1)))
	}
	if n := count.reads.Load(); n > 3 {
		t.Errorf("%d reads", n)
	}
}

// corpusEnv names a folder with HDF5 files that are not part of the project: they are seeds, too. go test -run FuzzFile reads them all.
const corpusEnv = "VDSGEN_CORPUS"

// corpusLimit is the largest file of the corpus that is a seed, bytes: the fuzzer copies them often.
const corpusLimit = 4 << 20

// corpusFiles are the files of the corpus, if there is one.
func corpusFiles(t testing.TB) [][]byte {
	t.Helper()
	folder := os.Getenv(corpusEnv)
	if folder == "" {
		return nil
	}
	var files [][]byte
	must(t, filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err != nil || info.Size() > corpusLimit {
			return err
		}
		b, err := os.ReadFile(name)
		files = append(files, b)
		return err
	}))
	t.Logf("%d files of %s", len(files), folder)
	return files
}

// settled takes the marks of a writer out of a superblock of version 3. A file that is being written is read again for a while where it is damaged, which would
// take most of the time of the fuzzer.
func settled(b []byte) []byte {
	b = bytes.Clone(b)
	if at := len(signatureBytes); len(b) > at+3 && string(b[:at]) == signatureBytes && b[at] == 3 {
		b[at+3] &^= flagWriting | flagSWMR
	}
	return b
}

func FuzzFile(f *testing.F) {
	for _, b := range append(seedFiles(f), corpusFiles(f)...) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		// A hundred structures of one input are put right; it is not worth more.
		_ = mend.Checksums(settled(b), readEverything)
	})
}

// Files in which some bytes were changed, and whose checksums were put right, are read to the end or to an error in little memory.
func TestDamagedFiles(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	tries := 150
	if testing.Short() {
		tries = 20
	}
	for i, seed := range seedFiles(t) {
		if err := readEverything(seed); err != nil {
			t.Errorf("file %d: %v", i, err)
		}
		for range tries {
			b := bytes.Clone(seed)
			for range 1 + random.IntN(4) {
				// Most of a file is unused: bytes that mean something are mostly not zero.
				at := random.IntN(len(b))
				for n := 0; b[at] == 0 && n < 50; n++ {
					at = random.IntN(len(b))
				}
				b[at] = []byte{0, 1, b[at] + 1, b[at] ^ 0x80, 0xff, byte(random.Uint32())}[random.IntN(6)]
			}
			_ = boundedRead(t, settled(b))
			if t.Failed() {
				t.Fatalf("file %d", i)
			}
		}
	}
}

// Files that are cut off anywhere are an error, or what is left of them is right.
func TestTruncatedFiles(t *testing.T) {
	for i, seed := range seedFiles(t) {
		for n := 0; n < len(seed); n += 1 + len(seed)/100 {
			if err := readEverything(seed[:n]); err == nil {
				t.Errorf("file %d: %d bytes of %d are read as a whole file", i, n, len(seed))
			}
		}
	}
}
