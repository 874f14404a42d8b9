package hdf5

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// makeKilled makes small files of all kinds in which killWork changes something.
const makeKilled = `
import h5py, numpy as np
kinds = {
    "earliest": dict(),
    "latest": dict(libver="latest"),
    "tracked": dict(track_order=True, libver="v108"),
    "block": dict(userblock_size=512),
}
for name, options in kinds.items():
    h5py.get_config().track_order = options.get("track_order", False)
    with h5py.File(name + ".h5", "w", **options) as f:
        f["data"] = np.arange(12, dtype="i4").reshape(3, 4)
        f["axis"] = np.arange(3.0)
        f["many/gone"] = [7, 8]
        for i in range(30): f["many/l%02d" % i] = h5py.SoftLink("/data")
        f["kept"] = f["many/gone"]
        f["group/inner/data"] = [1]
        f.create_dataset("chunked", data=np.arange(200), chunks=(30,), maxshape=(None,), compression="gzip")
        f.create_dataset("plain", data=np.arange(60).reshape(6, 10), chunks=(2, 3), maxshape=(None, None))
        f.create_group("converted/group")
        f.create_group("nothing")
        for o in ("/", "group", "data", "many"):
            for i in range(12 if o == "many" else 3): f[o].attrs["a%d" % i] = np.arange(i + 1)
`

// killWork changes objects of all kinds.
func killWork(w *Writer) error {
	var errs []error
	do := func(err error) { errs = append(errs, err) }
	d, err := w.CreateDataset("new/deep/data", DatasetSpec{Type: Float64(), Shape: []uint64{2000}, Chunk: []uint64{100}})
	do(err)
	if err == nil {
		do(WriteAll(d, ramp[float64](2000)))
	}
	do(w.CreateVirtual("virtual", VirtualSpec{Type: Int32(), Shape: []uint64{3, 4}, Mappings: MappingSlice{
		{File: ".", Path: "/data", Source: dataspace.All(), Virtual: dataspace.All()},
	}}))
	for _, path := range []string{"chunked", "plain"} {
		d, err := w.OpenDataset(path)
		do(err)
		if err != nil {
			continue
		}
		one := slices.Repeat([]uint64{1}, len(d.Shape()))
		do(WriteSlab(d, []int64{-1}, one, nil, one)) // into a chunk that is there
		do(Append(d, ramp[int64](100)))
	}
	do(w.SetAttribute("data", "added", "text"))
	do(w.SetAttribute("many", "a7", "replaced"))
	do(w.RemoveAttribute("group", "a1"))
	do(w.SetAttribute("new", "added", 1))
	do(w.HardLink("nothing/data", "data"))
	do(w.HardLink("group/inner/root", "/"))
	do(w.Unlink("many/gone"))
	do(w.SoftLink("many/zz", "/data"))
	do(w.ExternalLink("converted/outside", "other.h5", "/"))
	do(w.CreateGroup("converted/group/inside"))
	do(w.AttachScale("data", 0, "axis"))
	return errors.Join(errs...)
}

// killedState tells for each state of a file what a killed process left. Its arguments are the file as it was and as it was meant to be; the names of the states come on the
// standard input, that is, behind them.
const killedState = `
def strip(say): return [x for x in say if not x.startswith("links ")]
old, new = load(sys.argv[1]), load(sys.argv[2])
assert old != new
counts = dict(old=0, between=0, new=0)
for name in sys.argv[3:]:
    state = load(name)
    as_old = as_new = 0
    for path, say in state.items():
        a, b = old.get(path), new.get(path)
        say, a, b = strip(say), a and strip(a), b and strip(b)
        assert say in (a, b), (name, path, say, a, b)
        if a != b:
            as_old += say == a
            as_new += say == b
    with h5py.File(name, "r") as f:
        links = {}
        def count(g):
            for k in g:
                l = g.get(k, getlink=True)
                if not isinstance(l, h5py.HardLink): continue
                i = h5py.h5o.get_info(g[k].id)
                links[i.addr] = links.get(i.addr, 0) + 1
                assert i.rc >= 1
                if links[i.addr] == 1 and isinstance(g[k], h5py.Group): count(g[k])
                if isinstance(g[k], h5py.Dataset): g[k][()]
        root = h5py.h5o.get_info(f.id)
        links[root.addr] = 1
        count(f)
        def enough(g, done):
            for k in g:
                if not isinstance(g.get(k, getlink=True), h5py.HardLink): continue
                i = h5py.h5o.get_info(g[k].id)
                assert i.rc >= links[i.addr], (name, k, i.rc, links[i.addr])
                if isinstance(g[k], h5py.Group) and i.addr not in done: enough(g[k], done | {i.addr})
        enough(f, {root.addr})
    if state == old: counts["old"] += 1
    elif state == new: counts["new"] += 1
    else: counts["between"] += 1
print(counts["old"], counts["between"], counts["new"])
`

// killed is a file whose process is killed after some operations that write. Pieces of large writes count each, but what overwrites old bytes is one operation.
type killed struct {
	*os.File
	old   int64 // bytes of the file before
	left  *int  // operations
	death func() error
}

// killedPiece is how much is written at a time.
const killedPiece = 1024

var errKilled = errors.New("killed")

func (k killed) step() error {
	if *k.left--; *k.left < 0 {
		return k.death()
	}
	return nil
}

func (k killed) WriteAt(p []byte, at int64) (n int, err error) {
	if at < k.old && len(p) > 64 {
		return 0, fmt.Errorf("%d bytes are written over old ones at %d", len(p), at)
	}
	for len(p) > 0 {
		if err := k.step(); err != nil {
			return n, err
		}
		m, err := k.File.WriteAt(p[:min(killedPiece, len(p))], at)
		if n += m; err != nil {
			return n, err
		}
		p, at = p[m:], at+int64(m)
	}
	return n, nil
}

func (k killed) Truncate(size int64) error {
	if err := k.step(); err != nil {
		return err
	}
	return k.File.Truncate(size)
}

func (k killed) Sync() error {
	if err := k.step(); err != nil {
		return err
	}
	return nil // the system stays alive: it has what was written
}

// killAfter is an option with which nothing is written any more after some operations; death is what happens then.
func killAfter(operations *int, death func() error) CreateOption {
	return func(o *createOptions) {
		o.wrap = func(f *os.File) store.Backing {
			info, err := f.Stat()
			if err != nil {
				panic(err)
			}
			return killed{f, info.Size(), operations, death}
		}
	}
}

// killedWork does killWork and gives the number of operations that it took.
func killedWork(name string, operations int, death func() error) (used int, err error) {
	left := operations
	w, err := OpenReadWrite(name, killAfter(&left, death))
	if err != nil {
		return 0, err
	}
	if err := killWork(w); err != nil {
		return 0, errors.Join(err, w.Abort())
	}
	err = w.Close()
	return operations - left, err
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	must(t, err)
	must(t, os.WriteFile(to, b, 0o600))
}

// makeKilledFiles returns a folder with files for killWork, their names, and how many operations killWork takes in each; beside "x.h5" stands what it makes of it, "x new.h5".
func makeKilledFiles(t testing.TB) (dir string, names []string, operations []int) {
	t.Helper()
	dir = t.TempDir()
	oracle.H5py(t, dir, makeKilled)
	names = []string{"earliest", "latest", "tracked", "block"}
	for _, name := range names {
		file := filepath.Join(dir, name+" new.h5")
		copyFile(t, filepath.Join(dir, name+".h5"), file)
		used, err := killedWork(file, 1<<30, nil)
		must(t, err)
		operations = append(operations, used)
	}
	return dir, names, operations
}

// stateCounts is how many states were as the file was before, how many were in between, and how many were as the file was to be.
type stateCounts struct{ old, between, new int }

func checkStates(t *testing.T, dir, name string, states []string) (c stateCounts) {
	t.Helper()
	out := oracle.H5py(t, dir, describing+killedState, append([]string{name + ".h5", name + " new.h5"}, states...)...)
	if _, err := fmt.Sscan(string(out), &c.old, &c.between, &c.new); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return c
}

// Whatever operation is the last one, the file opens, and each object is as it was or as it was meant to be.
func TestStoppedAtEveryWrite(t *testing.T) {
	dir, names, operations := makeKilledFiles(t)
	var total stateCounts
	for i, name := range names {
		var states []string
		for n := range operations[i] {
			state := fmt.Sprintf("%s %d.h5", name, n)
			file := filepath.Join(dir, state)
			copyFile(t, filepath.Join(dir, name+".h5"), file)
			if _, err := killedWork(file, n, func() error { return errKilled }); !errors.Is(err, errKilled) {
				t.Fatalf("%s: %v", state, err)
			}
			f := mustOpen(t, file)
			if _, err := f.Dataset("data"); err != nil {
				t.Errorf("%s: %v", state, err)
			}
			states = append(states, state)
		}
		sameFiles(t, dir, states[len(states)-4:])
		c := checkStates(t, dir, name, states)
		t.Logf("%s: stopped %d times before the switch, %d times within, %d times after", name, c.old, c.between, c.new)
		total.old, total.between, total.new = total.old+c.old, total.between+c.between, total.new+c.new
	}
	if total.old == 0 || total.between < 4*len(names) || total.new == 0 {
		t.Errorf("stopped %d times before, %d within, %d after", total.old, total.between, total.new)
	}
}

// sameFiles compares how this package and h5py see files.
func sameFiles(t *testing.T, dir string, names []string) {
	t.Helper()
	var files []string
	for _, name := range names {
		files = append(files, filepath.Join(dir, name))
	}
	sameAsH5py(t, files...)
}
