package hdf5

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// partialSeeds are the datasets of the tests that write in random order; one of them is run alone by leaving the others out.
const partialSeeds = 36

// partialCase is a dataset and what is done to it, in rounds between which its file is closed.
type partialCase struct {
	Name     string
	Seed     uint64
	Type     string // NumPy's
	Shape    []uint64
	Max      []uint64 // Unlimited is null in JSON
	Chunk    []uint64
	Filters  []string
	Fill     int
	Allocate int
	Compact  bool
	First    bool // all elements are written when the dataset is made
	Bare     bool // chunks at the edge go without filters
	Rounds   [][]partialOp
}

// partialOp is one call. Elements are numbered in the order of the selection; element i of call k is (k*37 + i*7) % 101.
type partialOp struct {
	Do                        string // slab, bytes, blocks, points, append, along, resize, chunk, all
	Key                       int
	Start, Step, Count, Block []uint64
	Points                    []uint64
	Axis                      int
	Shape                     []uint64 // of the dataset afterwards
	Mask                      bool     // chunk: no filters
}

var partialTypes = map[string]func() *Datatype{
	"<i2": Int16, "|u1": Uint8, "<f4": Float32, ">f8": func() *Datatype { return BigEndian(Float64()) }, "<i8": Int64, ">u2": func() *Datatype { return BigEndian(Uint16()) },
}

// partialCases makes the datasets of a file, other ones for each kind.
func partialCases(file string, kind uint64, bare bool) []*partialCase {
	var list []*partialCase
	for seed := range uint64(partialSeeds) {
		r := rand.New(rand.NewPCG(seed, kind))
		c := &partialCase{Name: fmt.Sprintf("%s-%d", file, seed), Seed: seed}
		c.shape(r)
		c.Type = []string{"<i2", "|u1", "<f4", ">f8", "<i8", ">u2"}[r.IntN(6)]
		c.Fill = r.IntN(3) * 5
		c.Bare = bare && len(c.Filters) > 0 && r.IntN(2) == 0
		c.First = r.IntN(2) == 0 && c.Allocate != int(AllocateLate)
		shape, key := slices.Clone(c.Shape), 0
		for range 3 {
			var round []partialOp
			for range 1 + r.IntN(6) {
				key++
				op := c.op(r, key, shape)
				shape = op.Shape
				round = append(round, op)
			}
			c.Rounds = append(c.Rounds, round)
		}
		list = append(list, c)
	}
	return list
}

// shape chooses shapes, limits, chunks and filters.
func (c *partialCase) shape(r *rand.Rand) {
	rank := 1 + r.IntN(4)
	layout := r.IntN(8)
	for range rank {
		n := 1 + r.Uint64N([]uint64{0, 60, 14, 8, 5}[rank])
		limit, chunk := n, 1+r.Uint64N(n)
		if layout > 1 {
			switch r.IntN(3) {
			case 0:
				limit = unlimited
				if r.IntN(4) == 0 {
					n = 0
				}
			case 1:
				limit = n + r.Uint64N(9)
			}
		}
		c.Shape, c.Max, c.Chunk = append(c.Shape, n), append(c.Max, limit), append(c.Chunk, chunk)
	}
	switch layout {
	case 0:
		c.Chunk, c.Compact = nil, r.IntN(2) == 0
		return
	case 1:
		if r.IntN(2) == 0 {
			c.Chunk = slices.Clone(c.Shape)
		}
	}
	c.Filters = [][]string{nil, nil, {"deflate(1)"}, {"shuffle", "deflate(4)"}, {"fletcher32"}, {"shuffle", "deflate(1)", "fletcher32"}}[r.IntN(6)]
	c.Allocate = []int{0, 0, 0, 1, 2, 3}[r.IntN(6)]
}

// op chooses one call for a dataset of a shape.
func (c *partialCase) op(r *rand.Rand, key int, shape []uint64) partialOp {
	op := partialOp{Key: key, Shape: slices.Clone(shape)}
	empty := slices.Contains(shape, 0)
	choice := r.IntN(10)
	switch {
	case choice < 3 && c.Chunk != nil && !slices.Equal(c.Shape, c.Max):
		c.growth(r, &op)
	case empty:
		op.Do = "all"
	case choice < 6:
		op.Do = []string{"slab", "bytes"}[r.IntN(2)]
		for _, n := range shape {
			start := r.Uint64N(n)
			step := 1 + r.Uint64N(3)
			op.Start, op.Step = append(op.Start, start), append(op.Step, step)
			op.Count, op.Block = append(op.Count, 1+r.Uint64N((n-1-start)/step+1)), append(op.Block, 1)
		}
	case choice == 6:
		op.Do = "blocks"
		for _, n := range shape {
			start := r.Uint64N(n)
			block := 1 + r.Uint64N(min(n-start, 3))
			step := block + r.Uint64N(3)
			op.Start, op.Step, op.Block = append(op.Start, start), append(op.Step, step), append(op.Block, block)
			op.Count = append(op.Count, 1+r.Uint64N((n-start-block)/step+1))
		}
	case choice == 7:
		op.Do = "points"
		for range 1 + r.IntN(9) {
			for _, n := range shape {
				op.Points = append(op.Points, r.Uint64N(n))
			}
		}
	case choice == 8 && c.Chunk != nil && !c.Bare:
		op.Do, op.Mask = "chunk", r.IntN(2) == 0
		for i, n := range shape {
			op.Start = append(op.Start, r.Uint64N(n)/c.Chunk[i]*c.Chunk[i])
			op.Shape[i] = max(op.Shape[i], min(op.Start[i]+c.Chunk[i], c.Max[i]))
		}
	default:
		op.Do = "all"
	}
	return op
}

// growth chooses another shape.
func (c *partialCase) growth(r *rand.Rand, op *partialOp) {
	var growing []int
	for i, limit := range c.Max {
		if limit > op.Shape[i] {
			growing = append(growing, i)
		}
	}
	if r.IntN(2) == 0 && len(growing) > 0 && !slices.Contains(slices.Delete(slices.Clone(op.Shape), growing[0], growing[0]+1), 0) {
		op.Axis = growing[0]
		op.Do = "along"
		op.Start = []uint64{op.Shape[op.Axis]}
		op.Shape[op.Axis] += 1 + r.Uint64N(min(7, c.Max[op.Axis]-op.Shape[op.Axis]))
		return
	}
	op.Do = "resize"
	for i, limit := range c.Max {
		switch r.IntN(3) {
		case 0:
			op.Shape[i] = r.Uint64N(op.Shape[i] + 1)
		case 1:
			op.Shape[i] = min(limit, op.Shape[i]+r.Uint64N(9))
		}
	}
}

// values are n elements of a call.
func (o *partialOp) values(n uint64) []int16 {
	list := make([]int16, n)
	for i := range list {
		list[i] = int16((o.Key*37 + i*7) % 101)
	}
	return list
}

// stored are elements in the datatype of the dataset.
func (c *partialCase) stored(t testing.TB, values []int16) []byte {
	conversion, err := encodeConversion(must1(MemoryOf[int16]())(t), partialTypes[c.Type](), nil)
	must(t, err)
	size := partialTypes[c.Type]().Size()
	b := make([]byte, len(values)*size)
	if len(values) > 0 {
		must(t, elementsIn(values).encode(conversion, b, size, 0, len(values)))
	}
	return b
}

func must1[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func (c *partialCase) spec(t testing.TB) DatasetSpec {
	s := DatasetSpec{
		Type: partialTypes[c.Type](), Shape: c.Shape, MaxShape: c.Max, Chunk: c.Chunk, Filters: filters(c.Filters...), Compact: c.Compact, Allocate: AllocationTime(c.Allocate),
	}
	if c.Fill != 0 {
		s.Fill = c.stored(t, []int16{int16(c.Fill)})
	}
	return s
}

// apply does one call.
func (o *partialOp) apply(t testing.TB, c *partialCase, d *DatasetWriter) error {
	n := func(shape []uint64) uint64 {
		n, _ := elementCount(shape)
		return n
	}
	switch o.Do {
	case "all":
		return WriteAll(d, o.values(n(o.Shape)))
	case "slab":
		return WriteSlab(d, o.values(n(o.Count)), o.Start, o.Step, o.Count)
	case "bytes":
		return d.WriteBytes(c.stored(t, o.values(n(o.Count))), o.Start, o.Step, o.Count)
	case "blocks":
		dims := make([]dataspace.Dim, len(o.Start))
		for i := range dims {
			dims[i] = dataspace.Dim{Start: o.Start[i], Stride: o.Step[i], Count: o.Count[i], Block: o.Block[i]}
		}
		return d.WriteSelection(must1(dataspace.Regular(dims...))(t), o.values(n(o.Count)*n(o.Block)))
	case "points":
		return d.WriteSelectionBytes(must1(dataspace.Points(len(o.Shape), o.Points))(t), c.stored(t, o.values(uint64(len(o.Points)/len(o.Shape)))))
	case "along":
		count := slices.Clone(o.Shape)
		count[o.Axis] -= o.Start[0]
		return AppendAlong(d, o.Axis, o.values(n(count)))
	case "resize":
		return d.Resize(o.Shape...)
	case "chunk":
		raw := c.stored(t, o.values(n(c.Chunk)))
		if o.Mask || !slices.Equal(c.Filters, []string{"deflate(1)"}) {
			return d.WriteChunk(o.Start, raw, 1<<len(c.Filters)-1)
		}
		return d.WriteChunk(o.Start, deflated(t, raw), 0)
	}
	return fmt.Errorf("%s is not known", o.Do)
}

// partialScript does with h5py what Go does with us. It keeps a NumPy model beside the library's own file and compares all three.
const partialScript = `
import ctypes, h5py, sys, json, hashlib, shutil, zlib, numpy as np
lib = ctypes.CDLL("libhdf5_serial.so.103")
for name in ("H5Pset_chunk_opts", "H5Pset_istore_k"): getattr(lib, name).argtypes = [ctypes.c_int64, ctypes.c_uint]
UNLIMITED = 2**64 - 1
def values(op, n, dtype):
    return ((op["Key"]*37 + np.arange(n)*7) % 101).astype(dtype)
def grid(op):
    return np.ix_(*[(s + st*np.arange(c)[:, None] + np.arange(b)[None, :]).ravel() for s, st, c, b in zip(op["Start"], op["Step"], op["Count"], op["Block"])])
def resize(model, shape, fill):
    new = np.full(shape, fill, model.dtype)
    both = tuple(slice(0, min(a, b)) for a, b in zip(shape, model.shape))
    new[both] = model[both]
    return new
def make(f, c):
    kind, plist = np.dtype(c["Type"]), h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    if c["Chunk"]: plist.set_chunk(tuple(c["Chunk"]))
    if c["Bare"]: lib.H5Pset_chunk_opts(plist.id, 2)
    if c["Compact"]: plist.set_layout(h5py.h5d.COMPACT)
    for w in c["Filters"] or []:
        if w == "shuffle": plist.set_shuffle()
        elif w == "fletcher32": plist.set_fletcher32()
        else: plist.set_deflate(int(w[8]))
    if c["Fill"]: plist.set_fill_value(np.array(c["Fill"], kind))
    if c["Allocate"]: plist.set_alloc_time(c["Allocate"])
    space = h5py.h5s.create_simple(tuple(c["Shape"]), tuple(h5py.h5s.UNLIMITED if m == UNLIMITED else m for m in c["Max"]))
    d = h5py.Dataset(h5py.h5d.create(f.id, c["Name"].encode(), h5py.h5t.py_create(kind), space, plist))
    if c["First"] and d.size: d[...] = values({"Key": 0}, d.size, kind).reshape(d.shape)
def apply(d, c, op, model):
    # d is None where the library itself cannot be trusted with what comes: see lost.
    fill, shape = c["Fill"], tuple(op["Shape"])
    if shape != model.shape:
        if d: d.resize(shape)
        model = resize(model, shape, fill)
    space = d and d.id.get_space()
    if op["Do"] == "all":
        data = values(op, model.size, model.dtype)
        model[...] = data.reshape(shape)
        if d and model.size: d[...] = model
    elif op["Do"] in ("slab", "bytes", "blocks"):
        at = grid(op)
        data = values(op, model[at].size, model.dtype)
        model[at] = data.reshape(model[at].shape)
        if d:
            space.select_hyperslab(tuple(op["Start"]), tuple(op["Count"]), tuple(op["Step"]), tuple(op["Block"]))
            d.id.write(h5py.h5s.create_simple((data.size,)), space, data)
    elif op["Do"] == "points":
        points = np.array(op["Points"]).reshape(-1, model.ndim)
        data = values(op, len(points), model.dtype)
        for p, v in zip(points, data): model[tuple(p)] = v
        if d:
            space.select_elements(points)
            d.id.write(h5py.h5s.create_simple((data.size,)), space, data)
    elif op["Do"] == "along":
        at = tuple(slice(op["Start"][0], None) if i == op["Axis"] else slice(None) for i in range(model.ndim))
        model[at] = values(op, model[at].size, model.dtype).reshape(model[at].shape)
        if d: d[at] = model[at]
    elif op["Do"] == "chunk":
        chunk = values(op, int(np.prod(c["Chunk"])), model.dtype).reshape(c["Chunk"])
        at = tuple(slice(s, s + n) for s, n in zip(op["Start"], c["Chunk"]))
        model[at] = chunk[tuple(slice(0, n) for n in model[at].shape)]
        filters = c["Filters"] or []
        if not d: pass
        elif op["Mask"] or filters != ["deflate(1)"]: d.id.write_direct_chunk(tuple(op["Start"]), chunk.tobytes(), 2**len(filters) - 1)
        else: d.id.write_direct_chunk(tuple(op["Start"]), zlib.compress(chunk.tobytes()), 0)
    return model
job = json.load(open(sys.argv[1]))
for theirs, ours, libver, cases in zip(job["Theirs"], job["Ours"] or job["Theirs"], job["Libver"], job["Cases"]):
    bound = None if libver == "deep" else libver
    if job["Make"]:
        if libver == "deep":
            fcpl = h5py.h5p.create(h5py.h5p.FILE_CREATE)
            lib.H5Pset_istore_k(fcpl.id, 2)
            h5py.h5f.create(theirs.encode(), h5py.h5f.ACC_TRUNC, fcpl).close()
        with h5py.File(theirs, "a", libver=bound) as f:
            for c in cases: make(f, c)
        continue
    # HDF5 1.10.8 loses track of chunks at the edge that go without filters, and of the filter mask of a chunk that it writes again in as many bytes.
    models, lost = {}, {c["Name"] for c in cases if c["Bare"]}
    with h5py.File(theirs, "r") as f:
        for c in cases: models[c["Name"]] = f[c["Name"]][...]
    for round in range(3):
        with h5py.File(theirs, "r+", libver=bound) as f:
            for c in cases:
                for op in c["Rounds"][round]:
                    if op["Do"] == "chunk" and c["Filters"] and op["Mask"]: lost.add(c["Name"])
                    models[c["Name"]] = apply(None if c["Name"] in lost else f[c["Name"]], c, op, models[c["Name"]])
    kept = []
    with h5py.File(theirs, "r") as f, h5py.File(ours, "r") as g:
        for c in cases:
            model, a, b = models[c["Name"]], f[c["Name"]][...], g[c["Name"]][...]
            # Where a first write covers all of a dataset that is allocated late, the library leaves zeros behind the edges of chunks, which show when it grows.
            if c["Allocate"] != 2 and c["Name"] not in lost and (a.shape != model.shape or (a != model).any()): print("!", c["Name"], "h5py's own file differs from the model at", np.argwhere(a != model)[:5].tolist(), a[a != model][:5], model[a != model][:5])
            if b.shape != model.shape: print("!", c["Name"], "shape", b.shape, "want", model.shape)
            elif (b != model).any(): print("!", c["Name"], "differs at", np.argwhere(b != model)[:3].tolist(), "of", model.shape, b[b != model][:3], "want", model[b != model][:3])
            if c["Chunk"] and c["Allocate"] != 2 and c["Name"] not in lost: kept.append(c["Name"])
            print("/" + c["Name"], "(" + ",".join(map(str, model.shape)) + ")", hashlib.sha256(model.astype(model.dtype.newbyteorder("<")).tobytes()).hexdigest()[:16])
    # The library goes on with copies of both files, whose indexes take more chunks and lose some: the results are the same.
    after, failed = [], {}
    for file in (theirs, ours):
        shutil.copy(file, file + ".more")
        with h5py.File(file + ".more", "r+", libver=bound) as f:
            for name in kept:
                d = f[name]
                try:
                    for by in (9, -4, 5):
                        d.resize(tuple(max(0, min(n + by, m if m is not None else 10**9)) for n, m in zip(d.shape, d.maxshape)))
                        if d.size: d[tuple(slice(0, n, 2) for n in d.shape)] = 77
                except RuntimeError as e: failed.setdefault(name, (file, e)) # the library cannot drop a single chunk that was allocated early, whoever made it
        with h5py.File(file + ".more", "r") as f: after.append({name: f[name][...] for name in kept})
    for name, a in after[0].items():
        b = after[1][name]
        if name in failed:
            if failed[name][0] != theirs: print("!", name, "cannot be changed further", failed[name])
        elif a.shape != b.shape or (a != b).any(): print("!", name, "is other than the library's own when it went on at", np.argwhere(a != b)[:3].tolist(), b[a != b][:5], "want", a[a != b][:5])
`

// partialJob is the argument of partialScript.
type partialJob struct {
	Make                 bool
	Theirs, Ours, Libver []string
	Cases                [][]*partialCase
}

// run runs the script; the digests of the models are the result.
func (j *partialJob) run(t *testing.T, dir string) map[string]string {
	t.Helper()
	file := filepath.Join(dir, "job.json")
	must(t, os.WriteFile(file, must1(json.Marshal(j))(t), 0o666))
	out := oracle.H5py(t, dir, partialScript, file)
	var lines [][]byte
	for line := range bytes.Lines(out) {
		if bytes.HasPrefix(line, []byte("!")) {
			t.Errorf("%s", bytes.TrimSpace(line))
		} else {
			lines = append(lines, line)
		}
	}
	return parseDigests(bytes.Join(lines, nil))
}

// ourDigests is digests with our own reader.
func ourDigests(t testing.TB, file string, paths map[string]string) map[string]string {
	f := mustOpen(t, file)
	got := map[string]string{}
	for path := range paths {
		d, err := f.Dataset(path)
		must(t, err)
		little := d.Datatype().Native().withOrder(OrderLE)
		b, err := d.ReadBytes(little, nil, nil, nil)
		must(t, err)
		got[path] = shapeText(d.Shape()) + " " + digest(b)
	}
	return got
}

// createPartial makes the datasets of a new file.
func createPartial(t testing.TB, name string, cases []*partialCase) {
	w, err := Create(name, WithoutSync())
	must(t, err)
	for _, c := range cases {
		d, err := w.CreateDataset("/"+c.Name, c.spec(t))
		must(t, err)
		if n, _ := elementCount(c.Shape); c.First && n > 0 {
			must(t, WriteAll(d, (&partialOp{}).values(n)))
		}
	}
	must(t, w.Close())
}

// round does a round of calls on an existing file, and checks that nothing that was there before is overwritten but what may be.
func round(t testing.TB, name string, number int, cases []*partialCase) {
	before, err := os.ReadFile(name)
	must(t, err)
	may := mayChange(t, name, cases)
	w, err := OpenReadWrite(name, WithoutSync())
	must(t, err)
	for _, c := range cases {
		if len(c.Rounds[number]) == 0 {
			continue
		}
		d, err := w.OpenDataset("/" + c.Name)
		must(t, err)
		if c.Chunk != nil && c.Seed%3 == 0 {
			must(t, d.SetChunkCache(0))
		}
		for _, op := range c.Rounds[number] {
			if err := op.apply(t, c, d); err != nil {
				t.Fatalf("%+v\n%+v", c, err)
			}
		}
	}
	must(t, w.Close())
	after, err := os.ReadFile(name)
	must(t, err)
	for i, b := range before {
		if after[i] != b && !slices.ContainsFunc(may, func(r [2]uint64) bool { return uint64(i) >= r[0] && uint64(i) < r[0]+r[1] }) {
			t.Fatalf("%s: round %d: byte %d of the %d that were there before changed from %#x to %#x", name, number, i, len(before), b, after[i])
		}
	}
}

// mayChange are the places of a file that a change overwrites: its superblock, the start of object headers, the elements of contiguous datasets. Each has an offset
// and a length in bytes.
func mayChange(t testing.TB, name string, cases []*partialCase) [][2]uint64 {
	f, err := Open(name)
	must(t, err)
	defer f.Close()
	list := [][2]uint64{{0, 96}}
	for _, c := range cases {
		d, err := f.Dataset("/" + c.Name)
		must(t, err)
		list = append(list, [2]uint64{d.Address(), 64})
		if _, address, size, ok := d.Contiguous(); ok {
			list = append(list, [2]uint64{uint64(address), uint64(size)})
		}
	}
	return list
}

// testPartial runs all rounds on files of ours and, with h5py, on others that are made like them, and compares the values.
func testPartial(t *testing.T, job *partialJob, dir string) {
	t.Logf("rand.NewPCG(seed, kind) with seeds 0 to %d", partialSeeds-1)
	for i, name := range job.Ours {
		for number := range 3 {
			round(t, name, number, job.Cases[i])
		}
	}
	want := job.run(t, dir)
	for i, name := range job.Ours {
		mine := map[string]string{}
		for _, c := range job.Cases[i] {
			mine["/"+c.Name] = want["/"+c.Name]
		}
		compare(t, "our reader", ourDigests(t, name, mine), mine)
		compare(t, "h5wasm", wasmDigests(t, name), mine)
		sameIndexes(t, job.Theirs[i], name, job.Cases[i])
		if out := string(oracle.H5dump(t, dir, name)); !strings.Contains(out, "-0\"") {
			t.Errorf("h5dump prints %q", out)
		}
		oracle.Tool(t, dir, "h5stat", name)
		oracle.Tool(t, dir, "h5repack", name, name+".packed")
		compare(t, "our reader of what h5repack made", ourDigests(t, name+".packed", mine), mine)
		oracle.Tool(t, dir, "h5copy", "-i", name, "-o", name+".copy", "-s", "/"+job.Cases[i][1].Name, "-d", "/copy")
	}
}

// sameIndexes compares how chunks are found with what the library chose for the same dataset.
func sameIndexes(t testing.TB, theirs, ours string, cases []*partialCase) {
	f, g := mustOpen(t, theirs), mustOpen(t, ours)
	for _, c := range cases {
		a, err := f.Dataset("/" + c.Name)
		must(t, err)
		b, err := g.Dataset("/" + c.Name)
		must(t, err)
		if a.layout.Index == message.IndexImplicit && b.layout.Index == message.IndexFixedArray {
			continue // what was in a file keeps its place, and then needs an index
		}
		if a.layout.Class != b.layout.Class || a.layout.Index != b.layout.Index || a.fill.Time != b.fill.Time {
			t.Errorf("%s: layout %d index %d fill time %d, the library has %d, %d and %d", c.Name, b.layout.Class, b.layout.Index, b.fill.Time, a.layout.Class, a.layout.Index, a.fill.Time)
		}
	}
}

// Whatever is written, resized and appended in whatever order to a file of ours, it has the values that h5py's has after the same calls.
func TestPartialWritesOfOurFile(t *testing.T) {
	dir := t.TempDir()
	cases := partialCases("ours", 1, false)
	job := &partialJob{Make: true, Theirs: []string{filepath.Join(dir, "theirs.h5")}, Libver: []string{"latest"}, Cases: [][]*partialCase{cases}}
	job.run(t, dir)
	job.Make, job.Ours = false, []string{filepath.Join(dir, "ours.h5")}
	createPartial(t, job.Ours[0], cases)
	testPartial(t, job, dir)
}

// The same on files that h5py made, in the oldest format, also with trees of chunks that are deep, and in the newest that it knows.
func TestPartialWritesOfFileFromH5py(t *testing.T) {
	dir := t.TempDir()
	job := &partialJob{Make: true}
	for i, libver := range []string{"earliest", "latest", "deep"} {
		job.Theirs, job.Libver = append(job.Theirs, filepath.Join(dir, libver+".h5")), append(job.Libver, libver)
		job.Cases = append(job.Cases, partialCases(libver, uint64(3+i), libver == "latest"))
	}
	job.run(t, dir)
	job.Make = false
	for _, theirs := range job.Theirs {
		b, err := os.ReadFile(theirs)
		must(t, err)
		ours := strings.TrimSuffix(theirs, ".h5") + "-ours.h5"
		must(t, os.WriteFile(ours, b, 0o666))
		job.Ours = append(job.Ours, ours)
	}
	testPartial(t, job, dir)
}

// All in one session, before the file is there.
func TestPartialWritesOfNewFile(t *testing.T) {
	cases := partialCases("new", 2, false)
	t.Logf("rand.NewPCG(seed, kind) with seeds 0 to %d", partialSeeds-1)
	dir := t.TempDir()
	job := partialJob{Make: true, Theirs: []string{filepath.Join(dir, "theirs.h5")}, Libver: []string{"latest"}, Cases: [][]*partialCase{cases}}
	job.run(t, dir)
	job.Make = false
	name := writeFile(t, func(w *Writer) {
		writers := make([]*DatasetWriter, len(cases))
		for i, c := range cases {
			d, err := w.CreateDataset("/"+c.Name, c.spec(t))
			must(t, err)
			if c.Chunk != nil && c.Seed%3 == 0 {
				must(t, d.SetChunkCache(0))
			}
			if n, _ := elementCount(c.Shape); c.First && n > 0 {
				must(t, WriteAll(d, (&partialOp{}).values(n)))
			}
			writers[i] = d
		}
		for number := range 3 {
			for i, c := range cases {
				for _, op := range c.Rounds[number] {
					if err := op.apply(t, c, writers[i]); err != nil {
						t.Fatalf("%+v\n%+v", c, err)
					}
				}
			}
		}
	})
	job.Ours = []string{name}
	want := job.run(t, dir)
	if len(want) != len(cases) {
		t.Fatalf("%d models for %d datasets", len(want), len(cases))
	}
	sameIndexes(t, job.Theirs[0], name, cases)
	compare(t, "our reader", ourDigests(t, name, want), want)
	compare(t, "h5wasm", wasmDigests(t, name), want)
}
