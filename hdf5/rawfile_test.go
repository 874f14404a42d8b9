package hdf5

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// rawScript makes datasets with external storage; h5py opens its files of raw data in the folder of the HDF5 file, which is the working folder.
const rawScript = `
def external(name, shape, dtype, segments, maxshape=None):
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    for s in segments: plist.set_external(*s)
    space = h5py.h5s.create_simple(shape, maxshape)
    return h5py.Dataset(h5py.h5d.create(f.id, name, h5py.h5t.py_create(np.dtype(dtype)), space, plist))
U = h5py.h5s.UNLIMITED
external(b"one", (10,), "<i4", [(b"one.raw", 8, 40)])[...] = np.arange(10)
external(b"spread", (7, 9), ">u2", [(b"a.raw", 3, 50), (b"b.raw", 0, 7), (b"a.raw", 100, 60), (b"c.raw", 1, 9)])[...] = np.arange(63).reshape(7, 9)
external(b"unlimited", (20, 3), "<f8", [(b"u.raw", 0, 5), (b"v.raw", 11, U)], (U, 3))[...] = np.arange(60).reshape(20, 3)
external(b"text", (3,), "S5", [(b"text.raw", 0, 15)])[...] = [b"abc", b"", b"hello"]`

// Elements in files of raw data are read wherever the segments begin and end, whole and in strides.
func TestExternalStorage(t *testing.T) {
	for _, libver := range []string{"earliest", "latest"} {
		file := writeStructure(t, libver, rawScript)
		t.Setenv(RawPrefixEnv, "${ORIGIN}")
		sameAsH5py(t, file)
		f := mustOpen(t, file)
		d, err := f.Dataset("spread")
		must(t, err)
		got := make([]uint16, 12)
		must(t, ReadSlab(d, got[:9], []uint64{1, 0}, []uint64{2, 3}, []uint64{3, 3}))
		must(t, ReadSlab(d, got[9:], []uint64{6, 6}, nil, []uint64{1, 3}))
		if want := []uint16{9, 12, 15, 27, 30, 33, 45, 48, 51, 60, 61, 62}; !slices.Equal(got, want) {
			t.Errorf("strides: %d, want %d", got, want)
		}
		segments, err := d.RawSegments()
		want := []RawSegment{{"a.raw", 3, 50}, {"b.raw", 0, 7}, {"a.raw", 100, 60}, {"c.raw", 1, 9}}
		if diff := cmp.Diff(want, segments); err != nil || diff != "" {
			t.Errorf("segments: %v\n%s", err, diff)
		}
		if d, err = f.Dataset("unlimited"); err != nil || !d.ExternalFiles() {
			t.Fatal(err, "the dataset has external storage")
		}
		if segments, err = d.RawSegments(); err != nil || segments[1].Size != dataspace.Unlimited {
			t.Errorf("segments %v, %v", segments, err)
		}
		if _, _, _, ok := d.Contiguous(); ok {
			t.Error("external storage is said to be in the file")
		}
	}
}

// Where libhdf5 looks for a file of raw data, with the prefix property and the environment variable: all places have one of another content.
func TestRawFilePlaces(t *testing.T) {
	dir := t.TempDir()
	for _, sub := range []string{"work", "origin/below", "property", "environment", "absolute"} {
		must(t, os.MkdirAll(filepath.Join(dir, sub), 0o777))
		must(t, os.WriteFile(filepath.Join(dir, sub, "x.raw"), []byte(sub + "          ")[:10], 0o666))
	}
	must(t, os.WriteFile(filepath.Join(dir, "origin", "x.raw"), []byte("origin    "), 0o666))
	must(t, os.WriteFile(filepath.Join(dir, "origin", "y.raw"), []byte("beside    "), 0o666))
	names := []string{"x.raw", "../work/x.raw", filepath.Join(dir, "absolute", "x.raw"), "y.raw"}
	file := filepath.Join(dir, "origin", "f.h5")
	properties := []string{"", ".", "../property", "${ORIGIN}", "${ORIGIN}/below"}
	job, err := json.Marshal(map[string]any{"File": file, "Names": names, "Properties": properties})
	must(t, err)
	t.Chdir(filepath.Join(dir, "work"))
	for _, env := range []string{"", ".", filepath.Join(dir, "environment"), "${ORIGIN}", "../environment"} {
		t.Setenv(RawPrefixEnv, env) // libhdf5 asks for it once a process
		var want [][]string
		must(t, json.Unmarshal(oracle.H5py(t, filepath.Join(dir, "work"), rawPlacesScript, string(job)), &want))
		for k, property := range properties {
			var got []string
			f := mustOpen(t, file, WithRawFiles(RawFilesIn(property)))
			for n := range names {
				got = append(got, rawPlace(t, f, fmt.Sprintf("d%d", n)))
			}
			// There alone we find what libhdf5 does not, which looks in the working folder only.
			if beside := len(names) - 1; want[k][beside] == "none" && (env == "." || env == "" && k < 2) {
				want[k][beside] = "beside"
			}
			if !slices.Equal(got, want[k]) {
				t.Errorf("environment %q, property %q: read in %q, libhdf5 reads in %q", env, property, got, want[k])
			}
		}
	}
}

// rawPlacesScript makes a dataset for each name, and prints what is read with each property.
const rawPlacesScript = `
import ctypes, h5py, json, os, sys
lib = ctypes.CDLL("libhdf5_serial.so.103")
lib.H5Pset_efile_prefix.argtypes = [ctypes.c_int64, ctypes.c_char_p]
job = json.loads(sys.argv[1])
with h5py.File(job["File"], "w") as f:
    for i, name in enumerate(job["Names"]):
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_external(name.encode(), 0, 10)
        h5py.h5d.create(f.id, b"d%d" % i, h5py.h5t.NATIVE_UINT8, h5py.h5s.create_simple((10,)), plist)
def read(f, i, dapl):
    try: return h5py.Dataset(h5py.h5d.open(f.id, b"d%d" % i, dapl))[...].tobytes().decode().strip()
    except OSError: return "none"
out = []
for p in job["Properties"]:
    with h5py.File(job["File"], "r") as f:
        dapl = h5py.h5p.create(h5py.h5p.DATASET_ACCESS)
        lib.H5Pset_efile_prefix(dapl.id, p.encode())
        out.append([read(f, i, dapl) for i in range(len(job["Names"]))])
print(json.dumps(out))
`

// rawPlace is the folder in which the raw data of a dataset are found.
func rawPlace(t *testing.T, f *File, name string) string {
	t.Helper()
	d, err := f.Dataset(name)
	must(t, err)
	b, err := Read[uint8](d)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if err != nil {
		return "none"
	}
	return strings.TrimSpace(string(b))
}

// memoryRaw is a file of raw data in memory.
type memoryRaw struct {
	*bytes.Reader
	open *atomic.Int64
}

func (m memoryRaw) Close() error { m.open.Add(-1); return nil }

// Few files of raw data are open at a time, however many there are and whoever reads, and none after Close.
func TestRawFilesAreBounded(t *testing.T) {
	file := writeStructure(t, "latest", `
plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
for i in range(200): plist.set_external(b"%d.raw" % i, i, 10)
h5py.h5d.create(f.id, b"d", h5py.h5t.NATIVE_UINT8, h5py.h5s.create_simple((2000,)), plist)`)
	var open, most atomic.Int64
	opener := func(from *File, name string) (RawFile, error) {
		most.Store(max(most.Load(), open.Add(1)))
		var n byte
		fmt.Sscanf(name, "%d.raw", &n)
		return memoryRaw{bytes.NewReader(bytes.Repeat([]byte{n}, int(n)+10)), &open}, nil
	}
	f, err := Open(file, WithExternalLinks(nil), WithRawFiles(opener))
	must(t, err)
	d, err := f.Dataset("d")
	must(t, err)
	errs := make(chan error)
	for range 4 {
		go func() {
			values, err := Read[uint8](d)
			for i, v := range values {
				if int(v) != i/10 && err == nil {
					err = fmt.Errorf("element %d is %d", i, v)
				}
			}
			errs <- err
		}()
	}
	for range 4 {
		must(t, <-errs)
	}
	if n := most.Load(); n > maxRawFiles+4 {
		t.Errorf("%d files were open at a time, at most %d may be", n, maxRawFiles+4)
	}
	if n := open.Load(); n > maxRawFiles {
		t.Errorf("%d files are kept open", n)
	}
	must(t, f.Close())
	if n := open.Load(); n != 0 {
		t.Errorf("%d files are open after Close", n)
	}
	if _, err := Read[uint8](d); !errors.Is(err, os.ErrClosed) {
		t.Errorf("reading after Close: %v", err)
	}
}

// What libhdf5 makes up, zeros behind the end of a file, is an error, and so is what may not be opened.
func TestRawFilesRefused(t *testing.T) {
	file := writeStructure(t, "earliest", rawScript)
	t.Chdir(filepath.Dir(file))
	link := filepath.Join(filepath.Dir(file), "link.h5")
	oracle.H5py(t, filepath.Dir(file), `
import h5py, sys
with h5py.File(sys.argv[1], "w") as f: f["one"] = h5py.ExternalLink(sys.argv[2], "one")`, link, file)
	b, err := os.ReadFile("one.raw")
	must(t, err)
	short := func() { must(t, os.WriteFile("one.raw", b[:len(b)-1], 0o666)) }
	whole := func() { must(t, os.WriteFile("one.raw", b, 0o666)) }
	for _, c := range []struct {
		name    string
		opts    []OpenOption
		prepare func()
		want    error // nil: none
		text    string
	}{
		{name: "whole"},
		{name: "short", prepare: short, want: io.ErrUnexpectedEOF, text: "one.raw"},
		{name: "missing", prepare: func() { must(t, os.Remove("one.raw")) }, want: fs.ErrNotExist, text: "one.raw"},
		{name: "folder", prepare: func() { must(t, os.Mkdir("one.raw", 0o777)) }, text: "not a regular file"},
		{name: "no raw files", opts: []OpenOption{WithRawFiles(nil)}, text: "WithRawFiles"},
		{name: "no external links", opts: []OpenOption{WithExternalLinks(nil)}, text: "WithRawFiles"},
		{name: "both given", opts: []OpenOption{WithRawFiles(OpenRawFile), WithExternalLinks(OpenExternal)}},
	} {
		for _, through := range []string{file, link} {
			if through == link && strings.HasPrefix(c.name, "no external") {
				continue
			}
			t.Run(c.name+" "+filepath.Base(through), func(t *testing.T) {
				must(t, os.RemoveAll("one.raw"))
				whole()
				if c.prepare != nil {
					if c.name == "folder" {
						must(t, os.Remove("one.raw"))
					}
					c.prepare()
				}
				d, err := mustOpen(t, through, c.opts...).Dataset("one")
				must(t, err)
				got, err := Read[int32](d)
				if c.want == nil && c.text == "" {
					if err != nil || got[9] != 9 {
						t.Errorf("%d, %v", got, err)
					}
					return
				}
				if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) || !strings.Contains(err.Error(), "/one") {
					t.Errorf("error %v, want %v with %q", err, c.want, c.text)
				}
				// What lies before the end is there.
				if first := make([]int32, 9); c.name == "short" {
					if err := ReadSlab(d, first, []uint64{0}, nil, []uint64{9}); err != nil || first[8] != 8 {
						t.Errorf("the first elements: %d, %v", first, err)
					}
				}
			})
		}
	}
}

// A list of segments that is shorter than its dataset.
func TestRawSegmentsTooShort(t *testing.T) {
	b, err := os.ReadFile(writeStructure(t, "earliest", rawScript))
	must(t, err)
	// The size of the last segment of "spread" follows its offset.
	slot := []byte("\x01\x00\x00\x00\x00\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00")
	at := bytes.Index(b, slot)
	if at < 0 {
		t.Fatal("the segment is not where it was")
	}
	b[at+8] = 8
	f, err := NewFile(bytes.NewReader(b), int64(len(b)), WithRawFiles(func(*File, string) (RawFile, error) {
		return memoryRaw{bytes.NewReader(make([]byte, 1000)), new(atomic.Int64)}, nil
	}))
	must(t, err)
	d, err := f.Dataset("spread")
	must(t, err)
	if _, err := Read[uint16](d); !errors.As(err, new(*FormatError)) {
		t.Errorf("error %v, want a *FormatError", err)
	}
}
