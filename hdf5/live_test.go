package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/filter"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// liveFrames are n frames of 5 by 7 from number first on, as checkFrames wants them.
func liveFrames(first, n int) []int32 {
	frames := make([]int32, 0, n*35)
	for i := first; i < first+n; i++ {
		for j := range int32(35) {
			frames = append(frames, int32(i)*100000+j)
		}
	}
	return frames
}

// liveKinds are datasets that can be written on.
var liveKinds = []struct {
	name string
	spec DatasetSpec
}{
	{"plain", DatasetSpec{MaxShape: []uint64{dataspace.Unlimited, 5, 7}, Chunk: []uint64{1, 5, 7}}},
	{"deflate", DatasetSpec{MaxShape: []uint64{dataspace.Unlimited, 5, 7}, Chunk: []uint64{1, 5, 7}, Filters: []filter.Spec{filter.NewShuffle(4), filter.NewDeflate(4)}}},
	{"bitshuffle", DatasetSpec{MaxShape: []uint64{dataspace.Unlimited, 5, 7}, Chunk: []uint64{1, 5, 7}, Filters: []filter.Spec{filter.NewBitshuffleLZ4(4)}}},
	{"several frames a chunk", DatasetSpec{MaxShape: []uint64{dataspace.Unlimited, 5, 7}, Chunk: []uint64{16, 5, 7}}},
	{"several frames a filtered chunk", DatasetSpec{MaxShape: []uint64{dataspace.Unlimited, 5, 7}, Chunk: []uint64{16, 5, 7}, Filters: []filter.Spec{filter.NewDeflate(1)}}},
	{"several chunks a frame", DatasetSpec{MaxShape: []uint64{dataspace.Unlimited, 5, 7}, Chunk: []uint64{2, 2, 3}, Filters: []filter.Spec{filter.NewDeflate(1), filter.NewFletcher32()}}},
	{"limited", DatasetSpec{MaxShape: []uint64{5000, 5, 7}, Chunk: []uint64{1, 5, 7}, Filters: []filter.Spec{filter.NewDeflate(1)}}},
	{"limited, few", DatasetSpec{MaxShape: []uint64{1100, 5, 7}, Chunk: []uint64{2, 5, 7}}},
}

// startLive makes a file with one dataset, which is being written.
func startLive(t *testing.T, spec DatasetSpec, before int) (file string, w *Writer, d *DatasetWriter) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "live.h5")
	w, err := Create(file)
	must(t, err)
	t.Cleanup(func() { w.Abort() })
	spec.Type, spec.Shape = Int32(), []uint64{0, 5, 7}
	d, err = w.CreateDataset("/entry/data", spec)
	must(t, err)
	must(t, w.SetAttribute("/entry/data", "units", "counts"))
	if before > 0 {
		must(t, Append(d, liveFrames(0, before)))
	}
	must(t, w.StartSWMR())
	return file, w, d
}

// swmrReader is told "look n": it refreshes, and answers with how many frames there are after it checked those from the last look on, and all of them at times.
const swmrReader = `
import h5py, numpy as np, sys
f = h5py.File(sys.argv[1], "r", libver="latest", swmr=True)
d = f["entry/data"]
assert d.attrs["units"] == "counts" or d.attrs["units"] == b"counts"
seen = looks = 0
frame = np.arange(35, dtype="i4").reshape(1, 5, 7)
print("ready", d.shape[0])
for line in sys.stdin:
    d.refresh()
    n = d.shape[0]
    looks += 1
    first = 0 if looks % 50 == 0 else seen
    if n > first:
        got = d[first:n]
        want = frame + (np.arange(first, n, dtype="i4") * 100000).reshape(-1, 1, 1)
        if not (got == want).all():
            print("frames", first, "to", n, "differ:", np.argwhere(got != want)[0].tolist())
            continue
    seen = n
    print(n)
`

// libhdf5 follows a file that this package writes, frame by frame, and so does this package.
func TestLiveWriterIsFollowed(t *testing.T) {
	for i, kind := range liveKinds {
		t.Run(kind.name, func(t *testing.T) {
			frames := 1000
			if i > 2 {
				frames = 200
			}
			file, w, d := startLive(t, kind.spec, 3)
			theirs := oracle.LiveH5py(t, t.TempDir(), swmrReader, file)
			if got := theirs.Answer(); got != "ready 3" {
				t.Fatal(got)
			}
			ours, err := mustOpen(t, file).Dataset("entry/data")
			must(t, err)
			for n := 3; n < frames; {
				more := 1 + n%3
				must(t, Append(d, liveFrames(n, more)))
				if n%10 == 0 {
					if now, err := ours.Refresh(); err != nil || now.Shape()[0] != uint64(n) {
						t.Fatalf("before Flush: %d frames of %d, %v", now.Shape()[0], n, err)
					}
				}
				must(t, w.Flush())
				n += more
				if got := theirs.Ask("look"); got != fmt.Sprint(n) {
					t.Fatalf("h5py after frame %d: %s", n, got)
				}
				if ours, err = ours.Refresh(); err != nil {
					t.Fatal(err)
				}
				if seen, err := checkFrames(ours, uint64(max(n-20, 0))); err != nil || seen != uint64(n) {
					t.Fatalf("this package after frame %d: %d, %v", n, seen, err)
				}
			}
			must(t, Append(d, liveFrames(int(d.Shape()[0]), 1)))
			must(t, w.Close())
			n := int(d.Shape()[0])
			if ours, err = ours.Refresh(); err != nil {
				t.Fatal(err)
			}
			if info := ours.File().Superblock(); info.Writing || info.SWMR {
				t.Errorf("after Close: %+v", info)
			}
			theirs.End()
			var want bytes.Buffer
			must(t, binary.Write(&want, binary.LittleEndian, liveFrames(0, n)))
			oracle.SameBytes(t, "h5py", oracle.Values(t, file, "/entry/data"), want.Bytes())
			if kind.name == "bitshuffle" {
				return // the others have no plugin for it at hand
			}
			oracle.SameBytes(t, "h5dump", oracle.DumpedValues(t, file, "/entry/data"), want.Bytes())
			oracle.SameBytes(t, "h5wasm", oracle.WasmValues(t, file, "/entry/data"), want.Bytes())
		})
	}
}

// A hundred thousand chunks take the index through its data blocks, super blocks and pages.
func TestLiveWriterOfManyChunks(t *testing.T) {
	const frames = 140_000
	file := filepath.Join(t.TempDir(), "live.h5")
	w, err := Create(file, WithoutSync())
	must(t, err)
	d, err := w.CreateDataset("data", DatasetSpec{Type: Int32(), Shape: []uint64{0, 2}, MaxShape: []uint64{dataspace.Unlimited, 2}, Chunk: []uint64{1, 2}})
	must(t, err)
	must(t, w.StartSWMR())
	reader, err := mustOpen(t, file).Dataset("data")
	must(t, err)
	for n := 0; n < frames; n++ {
		must(t, Append(d, []int32{int32(n), int32(-n)}))
		if n%50 == 0 {
			must(t, d.Flush())
		}
		if n%20000 == 10000 {
			must(t, d.Flush())
			if reader, err = reader.Refresh(); err != nil {
				t.Fatal(err)
			}
			values, err := Read[int32](reader)
			must(t, err)
			if len(values) != 2*n+2 || values[2*n] != int32(n) || values[2*n+1] != int32(-n) {
				t.Fatalf("%d values after frame %d", len(values), n)
			}
		}
	}
	must(t, w.Close())
	want := make([]int32, 0, 2*frames)
	for n := range int32(frames) {
		want = append(want, n, -n)
	}
	oracle.SameValues(t, "h5py", want, oracle.Values(t, file, "/data"))
}

// TestLiveWriterProcess is the process that the next test kills: it writes frames until it ends, and tells of each that was flushed.
func TestLiveWriterProcess(t *testing.T) {
	file := os.Getenv("VDSGEN_LIVE_FILE")
	if file == "" {
		return
	}
	w, err := Create(file)
	must(t, err)
	spec := liveKinds[4].spec
	spec.Type, spec.Shape = Int32(), []uint64{0, 5, 7}
	d, err := w.CreateDataset("/entry/data", spec)
	must(t, err)
	must(t, w.StartSWMR())
	for n := 0; ; n += 2 {
		must(t, Append(d, liveFrames(n, 2)))
		must(t, w.Flush())
		fmt.Printf("\nflushed %d\n", n+2)
	}
}

// A writer that is killed leaves all that it flushed: as it is for this package and SWMR readers, after h5clear for all.
func TestLiveWriterIsKilled(t *testing.T) {
	for round := range 5 {
		file := filepath.Join(t.TempDir(), "live.h5")
		cmd := exec.Command(os.Args[0], "-test.run=^TestLiveWriterProcess$")
		cmd.Env = append(os.Environ(), "VDSGEN_LIVE_FILE="+file)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		flushed := 0
		for least := 100 * (round + 1); flushed < least; {
			if _, err := fmt.Fscanf(out, "\nflushed %d\n", &flushed); err != nil && flushed == 0 {
				t.Fatal(err)
			}
		}
		must(t, cmd.Process.Kill())
		_ = cmd.Wait()
		d, err := mustOpen(t, file).Dataset("entry/data")
		must(t, err)
		n, err := checkFrames(d, 0)
		if err != nil || n < uint64(flushed) {
			t.Fatalf("%d frames of at least %d: %v", n, flushed, err)
		}
		if !d.File().Superblock().SWMR {
			t.Fatal("the mark of the writer is gone: it was not killed")
		}
		oracle.Tool(t, filepath.Dir(file), "h5clear", "-s", file)
		var want bytes.Buffer
		must(t, binary.Write(&want, binary.LittleEndian, liveFrames(0, int(n))))
		oracle.SameBytes(t, "h5py after h5clear", oracle.Values(t, file, "/entry/data"), want.Bytes())
	}
}

// After StartSWMR what cannot be done is refused, and does not disturb what can.
func TestLiveWriterRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "live.h5")
	w, err := Create(file)
	must(t, err)
	create := func(path string, s DatasetSpec) *DatasetWriter {
		d, err := w.CreateDataset(path, s)
		must(t, err)
		return d
	}
	unlimited := []uint64{dataspace.Unlimited, dataspace.Unlimited}
	good := create("good", DatasetSpec{Type: Int32(), Shape: []uint64{0}, MaxShape: []uint64{dataspace.Unlimited}, Chunk: []uint64{4}})
	block := create("block", DatasetSpec{Type: Int32(), Shape: []uint64{3}})
	plane := create("plane", DatasetSpec{Type: Int32(), Shape: []uint64{2, 2}, MaxShape: unlimited, Chunk: []uint64{2, 2}})
	words := create("words", DatasetSpec{Type: VarString(UTF8), Shape: []uint64{1}, MaxShape: []uint64{dataspace.Unlimited}, Chunk: []uint64{4}})
	one := create("one", DatasetSpec{Type: Int32(), Shape: []uint64{4}, Chunk: []uint64{4}})
	closed := create("closed", DatasetSpec{Type: Int32(), Shape: []uint64{1}, MaxShape: []uint64{dataspace.Unlimited}, Chunk: []uint64{4}})
	must(t, WriteAll(closed, []int32{7}))
	must(t, closed.Close())
	must(t, WriteAll(block, []int32{1, 2, 3}))
	must(t, WriteAll(plane, []int32{1, 2, 3, 4}))
	must(t, WriteAll(words, []string{"word"}))
	must(t, WriteAll(one, []int32{1, 2, 3, 4}))
	must(t, w.Flush())
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("before StartSWMR: %v", err)
	}
	must(t, w.StartSWMR())
	must(t, Append(good, []int32{1, 2, 3, 4, 5}))
	for name, call := range map[string]func() error{
		"starting again":  w.StartSWMR,
		"group":           func() error { return w.CreateGroup("group") },
		"attribute":       func() error { return w.SetAttribute("good", "a", 1) },
		"link":            func() error { return w.SoftLink("link", "good") },
		"dataset":         func() error { _, err := w.CreateDataset("d", DatasetSpec{Type: Int32()}); return err },
		"block":           func() error { return WriteAll(block, []int32{1, 2, 3}) },
		"unlimited axes":  func() error { return Append(plane, []int32{1, 2}) },
		"variable length": func() error { return Append(words, []string{"word"}) },
		"one chunk":       func() error { return WriteAll(one, []int32{1, 2, 3, 4}) },
		"becoming less":   func() error { return good.Resize(2) },
	} {
		err := call()
		var where *WriteError
		if !errors.Is(err, ErrLive) || !errors.As(err, &where) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Append(closed, []int32{1}); !errors.Is(err, ErrClosed) {
		t.Errorf("a dataset that was closed: %v", err)
	}
}

// Abort leaves what was flushed.
func TestLiveWriterAborts(t *testing.T) {
	file, w, d := startLive(t, liveKinds[4].spec, 0)
	must(t, Append(d, liveFrames(0, 20)))
	must(t, w.Flush())
	must(t, Append(d, liveFrames(20, 20)))
	must(t, w.Abort())
	if err := Append(d, liveFrames(40, 1)); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	var want bytes.Buffer
	must(t, binary.Write(&want, binary.LittleEndian, liveFrames(0, 20)))
	oracle.SameBytes(t, "h5py", oracle.Values(t, file, "/entry/data"), want.Bytes())
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); err != nil || len(left) > 0 {
		t.Error(left, err)
	}
}

// A file that libhdf5 made goes on in the same way: datasets of it, and new ones.
func TestLiveWriterGoesOn(t *testing.T) {
	for _, c := range []struct{ name, opts string }{
		{"growing", `maxshape=(None, 5, 7), chunks=(1, 5, 7), compression="gzip"`},
		{"limited", `maxshape=(5000, 5, 7), chunks=(2, 5, 7)`},
		{"several frames a chunk", `maxshape=(None, 5, 7), chunks=(16, 5, 7), shuffle=True, compression="gzip"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "live.h5")
			oracle.H5py(t, t.TempDir(), `
import h5py, numpy as np, sys
with h5py.File(sys.argv[1], "w", libver="latest", userblock_size=512) as f:
    frames = np.arange(35, dtype="i4").reshape(1, 5, 7) + (np.arange(50, dtype="i4") * 100000).reshape(-1, 1, 1)
    d = f.create_dataset("entry/data", data=frames, `+c.opts+`)
    d.attrs["units"] = "counts"
    for i in range(20):
        d.attrs["a%d" % i] = i
    f["entry/other"] = [1, 2, 3]
`, file)
			w, err := OpenReadWrite(file)
			must(t, err)
			defer w.Abort()
			d, err := w.OpenDataset("entry/data")
			must(t, err)
			must(t, w.SetAttribute("entry", "note", "goes on"))
			other, err := w.CreateDataset("entry/new", DatasetSpec{Type: Int32(), Shape: []uint64{0}, MaxShape: []uint64{dataspace.Unlimited}, Chunk: []uint64{8}})
			must(t, err)
			must(t, Append(d, liveFrames(50, 3)))
			must(t, w.StartSWMR())
			if _, err := OpenReadWrite(file); err == nil {
				t.Error("two writers of one file")
			}
			theirs := oracle.LiveH5py(t, t.TempDir(), swmrReader, file)
			if got := theirs.Answer(); got != "ready 53" {
				t.Fatal(got)
			}
			ours := mustDataset(t, mustOpen(t, file), "entry/data")
			for n := 53; n < 300; n += 2 {
				must(t, Append(d, liveFrames(n, 2)))
				must(t, Append(other, []int32{int32(n), int32(n + 1)}))
				must(t, w.Flush())
				if got := theirs.Ask("look"); got != fmt.Sprint(n+2) {
					t.Fatalf("h5py after frame %d: %s", n+2, got)
				}
				if ours, err = ours.Refresh(); err != nil {
					t.Fatal(err)
				}
				if seen, err := checkFrames(ours, uint64(n-10)); err != nil || seen != uint64(n+2) {
					t.Fatalf("this package after frame %d: %d, %v", n+2, seen, err)
				}
			}
			must(t, w.Close())
			theirs.End()
			n := int(d.Shape()[0])
			var want bytes.Buffer
			must(t, binary.Write(&want, binary.LittleEndian, liveFrames(0, n)))
			oracle.SameBytes(t, "h5py", oracle.Values(t, file, "/entry/data"), want.Bytes())
			oracle.SameBytes(t, "h5dump", oracle.DumpedValues(t, file, "/entry/data"), want.Bytes())
			oracle.SameBytes(t, "h5wasm", oracle.WasmValues(t, file, "/entry/data"), want.Bytes())
			var numbers []int32
			for i := 53; i < n; i++ {
				numbers = append(numbers, int32(i))
			}
			oracle.SameValues(t, "new dataset", numbers, oracle.Values(t, file, "/entry/new"))
			out := oracle.H5py(t, t.TempDir(), `
import h5py, sys
with h5py.File(sys.argv[1], "r+") as f:
    print(f["entry/data"].attrs["units"], len(f["entry/data"].attrs), f["entry"].attrs["note"], f["entry/other"][...].tolist())
    f["entry/data"].resize(n := f["entry/data"].shape[0] + 1, axis=0)
    f["entry/data"][n - 1] = 7
    print(int(f["entry/data"][n - 1].sum()), int(f["entry/data"][n - 2, 0, 0]))
`, file)
			if got, want := string(out), fmt.Sprintf("counts 21 goes on [1, 2, 3]\n%d %d\n", 7*35, (n-1)*100000); got != want {
				t.Errorf("%s, not %s", got, want)
			}
		})
	}
}

// What StartSWMR cannot do with a file that is there is refused, and the file stays as it was.
func TestLiveWriterDoesNotGoOn(t *testing.T) {
	for _, c := range []struct{ name, libver, script, path, want string }{
		{"old superblock", "earliest", `f.create_dataset("d", (1,), maxshape=(None,), chunks=(4,))`, "d", "superblock version 0"},
		{"nothing to write", "latest", `f["d"] = [1, 2, 3]`, "d", "no dataset can be written"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := writeStructure(t, c.libver, c.script)
			before, err := os.ReadFile(file)
			must(t, err)
			w, err := OpenReadWrite(file)
			must(t, err)
			_, err = w.OpenDataset(c.path)
			must(t, err)
			if err := w.StartSWMR(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
			must(t, w.Abort())
			after, err := os.ReadFile(file)
			must(t, err)
			if !bytes.Equal(before, after) {
				t.Error("the file changed")
			}
		})
	}
}

// When the disk is full the call says so, readers keep what was flushed, and the mark of the writer stays.
func TestLiveWriterOnFullDisk(t *testing.T) {
	for _, more := range []int64{500, 5_000, 20_000, 60_000} {
		file := filepath.Join(t.TempDir(), "live.h5")
		room := int64(1 << 40)
		w, err := Create(file, full(&room, false))
		must(t, err)
		spec := liveKinds[0].spec
		spec.Type, spec.Shape = Int32(), []uint64{0, 5, 7}
		d, err := w.CreateDataset("/entry/data", spec)
		must(t, err)
		must(t, w.StartSWMR())
		room = more
		n := 0
		for ; ; n++ {
			if err = Append(d, liveFrames(n, 1)); err == nil {
				err = w.Flush()
			}
			if err != nil {
				break
			}
		}
		if closing := w.Close(); !errors.Is(err, syscall.ENOSPC) || !errors.Is(closing, syscall.ENOSPC) {
			t.Fatal(err, closing)
		}
		f := mustOpen(t, file)
		seen, err := checkFrames(mustDataset(t, f, "entry/data"), 0)
		if err != nil || seen != uint64(n) || !f.Superblock().SWMR {
			t.Errorf("%d frames of %d, %+v, %v", seen, n, f.Superblock(), err)
		}
		oracle.Tool(t, filepath.Dir(file), "h5clear", "-s", file)
		var want bytes.Buffer
		must(t, binary.Write(&want, binary.LittleEndian, liveFrames(0, n)))
		if n > 0 {
			oracle.SameBytes(t, "h5py after h5clear", oracle.Values(t, file, "/entry/data"), want.Bytes())
		}
	}
}

// One frame and Flush cost the same after a hundred thousand frames.
func BenchmarkLiveAppendAndFlush(b *testing.B) {
	for _, before := range []int{0, 100_000} {
		b.Run(fmt.Sprint("after ", before, " frames"), func(b *testing.B) {
			w, err := Create(filepath.Join(b.TempDir(), "live.h5"), WithoutSync())
			must(b, err)
			defer w.Abort()
			spec := liveKinds[0].spec
			spec.Type, spec.Shape = Int32(), []uint64{0, 5, 7}
			d, err := w.CreateDataset("/entry/data", spec)
			must(b, err)
			if before > 0 {
				must(b, Append(d, make([]int32, 35*before)))
			}
			must(b, w.StartSWMR())
			frame := make([]int32, 35)
			for b.Loop() {
				must(b, Append(d, frame))
				must(b, w.Flush())
			}
		})
	}
}
