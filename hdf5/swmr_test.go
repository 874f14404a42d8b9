package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// flagged is a file whose superblock has flags.
func flagged(t *testing.T, flags byte) []byte {
	b, err := os.ReadFile(writeStructure(t, "latest", `f["data"] = np.arange(5)`))
	must(t, err)
	b[11] = flags
	binary.LittleEndian.PutUint32(b[44:], cursor.Checksum(b[:44]))
	return b
}

// What libhdf5 opens for SWMR reading opens, what it refuses is refused, unless it is asked for.
func TestOpenForWriting(t *testing.T) {
	for flags, want := range map[byte]struct{ writing, swmr, refused bool }{
		0: {}, 2: {}, 1: {true, false, true}, 4: {false, true, true}, 5: {true, true, false}, 7: {true, true, false},
	} {
		b := flagged(t, flags)
		_, err := NewFile(bytes.NewReader(b), int64(len(b)))
		if errors.Is(err, ErrUnfinished) != want.refused || err != nil && !want.refused {
			t.Errorf("flags %d: error %v, refused %t was expected", flags, err, want.refused)
		}
		f, err := NewFile(bytes.NewReader(b), int64(len(b)), WithUnfinished())
		must(t, err)
		if got := f.Superblock(); got.Writing != want.writing || got.SWMR != want.swmr {
			t.Errorf("flags %d: %+v", flags, got)
		}
		d, err := f.Dataset("data")
		must(t, err)
		values, err := Read[int64](d)
		must(t, err)
		if len(values) != 5 {
			t.Errorf("flags %d: %d", flags, values)
		}
	}
}

// A file that was left open by a writer that died is read as far as it goes, and what is damaged in it is an error soon.
func TestFileLeftOpen(t *testing.T) {
	b := flagged(t, 5)
	binary.LittleEndian.PutUint64(b[28:], 1<<30) // room that was set aside
	binary.LittleEndian.PutUint32(b[44:], cursor.Checksum(b[:44]))
	f, err := NewFile(bytes.NewReader(b), int64(len(b)))
	must(t, err)
	d, err := f.Dataset("data")
	must(t, err)
	copy(b[d.Address()+10:], "damaged")
	for range 100 {
		if _, err = f.Dataset("data"); err == nil {
			t.Fatal("a damaged header was read")
		}
	}
	var format *FormatError
	if !errors.As(err, &format) {
		t.Errorf("%v is not a FormatError", err)
	}
}

// swmrWriter is told "start", "append n", "close" and answers each. Frame i of a dataset has elements i*100000 + their number.
const swmrWriter = `
import h5py, numpy as np, sys
name, kind, filt = sys.argv[1:4]
rows, cols = 5, 7
f = h5py.File(name, "w", libver="latest")
maxshape = {"extensible array": (None, rows, cols), "B-tree 2": (None, rows, None), "fixed array": (5000, rows, cols), "implicit": (300, rows, cols)}[kind]
chunks = {"extensible array": (1, rows, cols), "B-tree 2": (1, rows, 4), "fixed array": (2, rows, cols), "implicit": (2, rows, cols)}[kind]
opts = {"none": {}, "deflate": dict(compression="gzip"), "shuffle": dict(shuffle=True, compression="gzip", fletcher32=True)}[filt]
if kind == "implicit":
    space = h5py.h5s.create_simple((0, rows, cols), maxshape)
    p = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    p.set_chunk(chunks)
    p.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    g = f.create_group("entry")
    h5py.h5d.create(g.id, b"data", h5py.h5t.NATIVE_INT32, space, p)
else:
    f.create_dataset("entry/data", shape=(0, rows, cols), maxshape=maxshape, chunks=chunks, dtype="i4", fillvalue=-1, **opts)
d = f["entry/data"]
d.attrs["last"] = np.int64(0)
f.flush()
print("ready")
n = 0
frame = np.arange(rows * cols, dtype="i4").reshape(rows, cols)
for line in sys.stdin:
    word = line.split()
    if word[0] == "start":
        f.swmr_mode = True
    elif word[0] == "append":
        for _ in range(int(word[1])):
            d.resize(n + 1, axis=0)
            d[n] = frame + n * 100000
            n += 1
            d.flush()
    elif word[0] == "attribute":
        d.attrs.modify("last", np.int64(word[1]))
        d.flush()
    elif word[0] == "close":
        f.close()
    print("done", n)
`

// checkFrames reads the frames from first on and checks each element.
func checkFrames(d *Dataset, first uint64) (uint64, error) {
	shape := d.Shape()
	if len(shape) != 3 || shape[1] != 5 || shape[2] != 7 {
		return 0, fmt.Errorf("shape %d", shape)
	}
	n := shape[0]
	if first >= n {
		return n, nil
	}
	values := make([]int32, (n-first)*35)
	if err := ReadSlab(d, values, []uint64{first, 0, 0}, nil, []uint64{n - first, 5, 7}); err != nil {
		return 0, err
	}
	for i, v := range values {
		if want := int32(int(first)+i/35)*100000 + int32(i%35); v != want {
			return 0, fmt.Errorf("element %d of frame %d of %d is %d, %d was written", i%35, int(first)+i/35, n, v, want)
		}
	}
	return n, nil
}

// Frames that libhdf5 appends are seen at the next Refresh, not before.
func TestSWMRReader(t *testing.T) {
	for _, kind := range []string{"extensible array", "B-tree 2", "fixed array", "implicit"} {
		for _, filter := range []string{"none", "deflate", "shuffle"} {
			if kind == "implicit" && filter != "none" {
				continue
			}
			t.Run(kind+"/"+filter, func(t *testing.T) {
				file := filepath.Join(t.TempDir(), "live.h5")
				writer := oracle.LiveH5py(t, t.TempDir(), swmrWriter, file, kind, filter)
				writer.Answer()
				if _, err := Open(file); !errors.Is(err, ErrUnfinished) {
					t.Fatalf("before the writer says that it may be read: %v", err)
				}
				writer.Ask("start")
				f := mustOpen(t, file)
				d, err := f.Dataset("entry/data")
				must(t, err)
				n, err := checkFrames(d, 0)
				must(t, err)
				if n != 0 {
					t.Fatalf("%d frames at the start", n)
				}
				for total, more := range []int{1, 1, 3, 40, 255, 0} {
					before := d
					writer.Ask("append %d", more)
					if d, err = d.Refresh(); err != nil {
						t.Fatal(err)
					}
					seen, err := checkFrames(d, 0)
					must(t, err)
					if old, err := checkFrames(before, 0); err != nil || old != n {
						t.Fatalf("step %d: the dataset from before has %d frames, it had %d: %v", total, old, n, err)
					}
					if seen != n+uint64(more) {
						t.Fatalf("step %d: %d frames after %d, %d were appended", total, seen, n, more)
					}
					n = seen
				}
				if info := f.Superblock(); !info.Writing || !info.SWMR {
					t.Errorf("while it is written: %+v", info)
				}
				writer.Ask("attribute 17")
				must(t, f.Refresh())
				a, err := d.Attribute("last")
				must(t, err)
				if v, err := a.Value(); err != nil || fmt.Sprint(v) != "17" {
					t.Errorf("attribute %v, %v", v, err)
				}
				writer.Ask("close")
				if d, err = d.Refresh(); err != nil {
					t.Fatal(err)
				}
				if seen, err := checkFrames(d, 0); err != nil || seen != n {
					t.Errorf("%d frames at the end, %v", seen, err)
				}
				if info := f.Superblock(); info.Writing || info.SWMR {
					t.Errorf("after it was closed: %+v", info)
				}
			})
		}
	}
}

// follow refreshes and checks at full speed until done says that nothing more comes and everything was seen. It returns how often it refreshed.
func follow(file string, done <-chan uint64) (looks int, err error) {
	f, err := Open(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	d, err := f.Dataset("entry/data")
	if err != nil {
		return 0, err
	}
	seen, all := uint64(0), ^uint64(0)
	for seen < all {
		select {
		case all = <-done:
		default:
		}
		if d, err = d.Refresh(); err != nil {
			return looks, err
		}
		looks++
		n, err := checkFrames(d, seen)
		if err != nil {
			return looks, err
		}
		if n < seen || n > all {
			return looks, fmt.Errorf("%d frames after %d, of %d", n, seen, all)
		}
		if looks%50 == 0 {
			if _, err := checkFrames(d, 0); err != nil {
				return looks, err
			}
		}
		seen = n
	}
	return looks, nil
}

// Several readers look as often as they can while libhdf5 appends small frames and flushes each; two of them share a File.
func TestSWMRReaderAtFullSpeed(t *testing.T) {
	frames := 2000
	for _, kind := range []string{"extensible array", "B-tree 2", "fixed array"} {
		t.Run(kind, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "live.h5")
			writer := oracle.LiveH5py(t, t.TempDir(), swmrWriter, file, kind, "deflate")
			writer.Answer()
			writer.Ask("start")
			var group sync.WaitGroup
			done := make(chan uint64, 2)
			for range 2 {
				group.Go(func() {
					looks, err := follow(file, done)
					if err != nil {
						t.Error(err)
					}
					t.Logf("%d looks", looks)
				})
			}
			answer := writer.Ask("append %d", frames)
			if answer != "done "+strconv.Itoa(frames) {
				t.Error(answer)
			}
			done <- uint64(frames)
			done <- uint64(frames)
			group.Wait()
			writer.Ask("close")
			writer.End()
		})
	}
}

// A file whose writer was killed is read without repair: all that it flushed.
func TestReadAfterWriterWasKilled(t *testing.T) {
	file := filepath.Join(t.TempDir(), "live.h5")
	writer := oracle.LiveH5py(t, t.TempDir(), swmrWriter, file, "extensible array", "deflate")
	writer.Answer()
	writer.Ask("start")
	writer.Ask("append 123")
	writer.Kill()
	d, err := mustOpen(t, file).Dataset("entry/data")
	must(t, err)
	if n, err := checkFrames(d, 0); err != nil || n != 123 {
		t.Errorf("%d frames, %v", n, err)
	}
}
