package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/internal/mend"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// recorded keeps what is written to a file.
type recorded struct {
	*os.File
	writes []recordedWrite
}

type recordedWrite struct {
	offset int64 // -1: the file gets the size that data is long
	data   []byte
	size   int64
}

func (r *recorded) WriteAt(p []byte, off int64) (int, error) {
	r.writes = append(r.writes, recordedWrite{offset: off, data: bytes.Clone(p)})
	return r.File.WriteAt(p, off)
}

func (r *recorded) Truncate(size int64) error {
	r.writes = append(r.writes, recordedWrite{offset: -1, size: size})
	return r.File.Truncate(size)
}

// apply makes a write, or the first n bytes of it, to a file in memory.
func (w *recordedWrite) apply(b []byte, n int) []byte {
	if w.offset < 0 {
		if grown := int(w.size) - len(b); grown > 0 {
			return append(b, make([]byte, grown)...)
		}
		return b[:w.size]
	}
	if grown := int(w.offset) + n - len(b); grown > 0 {
		b = append(b, make([]byte, grown)...)
	}
	copy(b[w.offset:], w.data[:n])
	return b
}

// framesIn is how many frames a file has, all of them right.
func framesIn(b []byte) (uint64, error) {
	f, err := NewFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return 0, err
	}
	d, err := f.Dataset("entry/data")
	if err != nil {
		return 0, err
	}
	return checkFrames(d, 0)
}

// A reader may come, or the writer die, between any two writes, and in the middle of one: what was flushed is there and nothing is wrong. libhdf5 sees the
// same, as a SWMR reader and after h5clear.
func TestLiveWriterAtEveryMoment(t *testing.T) {
	for _, kind := range liveKinds {
		t.Run(kind.name, func(t *testing.T) {
			dir := t.TempDir()
			var file *recorded
			w, err := Create(filepath.Join(dir, "live.h5"), func(o *createOptions) {
				o.wrap = func(f *os.File) store.Backing {
					file = &recorded{File: f}
					return file
				}
			})
			must(t, err)
			defer w.Abort()
			spec := kind.spec
			spec.Type, spec.Shape = Int32(), []uint64{0, 5, 7}
			d, err := w.CreateDataset("/entry/data", spec)
			must(t, err)
			must(t, Append(d, liveFrames(0, 2)))
			must(t, w.StartSWMR())
			now, err := os.ReadFile(filepath.Join(dir, "live.h5"))
			must(t, err)
			file.writes = nil
			flushed := []uint64{} // after each write
			for n, known := 2, uint64(2); n < 120; {
				more := 1 + n%4
				must(t, Append(d, liveFrames(n, more)))
				must(t, w.Flush())
				n += more
				for len(flushed) < len(file.writes)-1 {
					flushed = append(flushed, known)
				}
				known = uint64(n)
				flushed = append(flushed, known)
			}
			must(t, w.Close())
			for len(flushed) < len(file.writes) {
				flushed = append(flushed, flushed[len(flushed)-1])
			}
			var names, want []string
			torn := 0
			for i := range file.writes {
				if x := &file.writes[i]; i%15 == 0 && len(x.data) > 1 {
					// The rest comes later, if at all.
					half := x.apply(bytes.Clone(now), len(x.data)/2)
					n, err := framesIn(half)
					var format *FormatError
					if err != nil && !errors.As(err, &format) || err == nil && n < flushed[max(i-1, 0)] {
						t.Fatalf("half of write %d of %d bytes at %d: %d frames, %v", i, len(x.data), x.offset, n, err)
					}
					if err != nil {
						torn++
					}
				}
				now = file.writes[i].apply(now, len(file.writes[i].data))
				n, err := framesIn(now)
				if err != nil || n < flushed[i] {
					t.Fatalf("after write %d of %d bytes at %d: %d frames of %d, %v", i, len(file.writes[i].data), file.writes[i].offset, n, flushed[i], err)
				}
				if i%12 == 0 {
					name := fmt.Sprintf("moment%d.h5", i)
					must(t, os.WriteFile(filepath.Join(dir, name), now, 0o666))
					names, want = append(names, name), append(want, fmt.Sprint(name, " ", n))
				}
			}
			t.Logf("%d writes, %d of the torn ones are seen", len(file.writes), torn)
			out := oracle.H5py(t, dir, `
import h5py, numpy as np, subprocess, sys
frame = np.arange(35, dtype="i4").reshape(1, 5, 7)
def look(name, **how):
    with h5py.File(name, "r", **how) as f:
        got = f["entry/data"][...]
    want = frame + (np.arange(len(got), dtype="i4") * 100000).reshape(-1, 1, 1)
    assert (got == want).all(), (name, how, np.argwhere(got != want)[0])
    return len(got)
for name in sys.argv[1:]:
    n = look(name, libver="latest", swmr=True)
    subprocess.run(["h5clear", "-s", name], check=True)
    assert look(name) == n
    print(name, n)
`, names...)
			if got := strings.TrimSpace(string(out)); got != strings.Join(want, "\n") {
				t.Errorf("libhdf5 sees\n%s\nnot\n%s", got, strings.Join(want, "\n"))
			}
		})
	}
}

// The parts of one read are not of one moment: where the header of the dataset comes with the index of an earlier moment, the index is read again.
func TestHeaderIsNewerThanIndex(t *testing.T) {
	file, w, d := startLive(t, liveKinds[1].spec, 2)
	before, err := os.ReadFile(file)
	must(t, err)
	must(t, Append(d, liveFrames(2, 2)))
	must(t, w.Flush())
	after, err := os.ReadFile(file)
	must(t, err)
	address := mustDataset(t, mustOpen(t, file), "entry/data").Address()
	r := &changing{before: before, after: after, header: int64(address)}
	f, err := NewFile(r, int64(len(after)))
	must(t, err)
	r.left = 1
	if n, err := checkFrames(mustDataset(t, f, "entry/data"), 0); err != nil || n != 4 {
		t.Fatalf("%d frames, %v", n, err)
	}
	if r.left != 0 {
		t.Error("header and index do not come in one read any more: the test shows nothing")
	}
}

func mustDataset(t *testing.T, f *File, path string) *Dataset {
	t.Helper()
	d, err := f.Dataset(path)
	must(t, err)
	return d
}

// changing is a file of which some reads bring what was before, but for the header of an object, which was the last thing in it.
type changing struct {
	before, after []byte
	header        int64
	left          int // reads that do so
}

func (c *changing) ReadAt(p []byte, off int64) (int, error) {
	n, err := bytes.NewReader(c.after).ReadAt(p, off)
	end := int64(len(c.before)) // and of the header
	if c.left == 0 || off > c.header || off+int64(n) < end {
		return n, err
	}
	c.left--
	copy(p, c.before[off:c.header])
	return n, err
}

// switched is a file that has other bytes from some moment on.
type switched struct{ b []byte }

func (s *switched) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(s.b).ReadAt(p, off)
}
func (s *switched) Size() int64 { return int64(len(s.b)) }

// FuzzRefresh opens a file that is being written and finds something else in it when it looks again.
func FuzzRefresh(f *testing.F) {
	var opened [][]byte
	for _, kind := range liveKinds {
		name := filepath.Join(f.TempDir(), "live.h5")
		w, err := Create(name, WithoutSync())
		must(f, err)
		spec := kind.spec
		spec.Type, spec.Shape = Int32(), []uint64{0, 5, 7}
		d, err := w.CreateDataset("/entry/data", spec)
		must(f, err)
		must(f, w.StartSWMR())
		var moments [][]byte
		for n := range 3 {
			must(f, Append(d, liveFrames(3*n, 3)))
			must(f, w.Flush())
			b, err := os.ReadFile(name)
			must(f, err)
			moments = append(moments, b)
		}
		must(f, w.Close())
		b, err := os.ReadFile(name)
		must(f, err)
		if len(b) > 20_000 {
			continue // slow to change
		}
		opened = append(opened, moments[0])
		f.Add(uint8(len(opened)-1), moments[2])
		f.Add(uint8(len(opened)-1), b)
	}
	f.Fuzz(func(t *testing.T, kind uint8, after []byte) {
		s := &switched{opened[int(kind)%len(opened)]}
		file, err := NewFile(s, s.Size())
		must(t, err)
		d := mustDataset(t, file, "entry/data")
		file.reader.Hurry()
		s.b = bytes.Clone(after)
		var now *Dataset
		err = mend.Checksums(s.b, func([]byte) (err error) {
			now, err = d.Refresh()
			return err
		})
		if err != nil {
			return
		}
		for _, x := range []*Dataset{d, now} {
			if n := x.ByteSize(); n < 1<<20 && x.Datatype().Equal(Int32()) {
				_, _ = Read[int32](x)
			}
			n := 0
			for range x.Chunks() {
				if n++; n > 1000 {
					break
				}
			}
		}
	})
}
