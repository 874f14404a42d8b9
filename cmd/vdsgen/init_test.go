package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/internal/oracle"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// succeed runs one command line that must succeed.
func succeed(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if status := run(t.Context(), args, &stdout, &stderr); status != statusFine {
		t.Fatalf("vdsgen %s: status %d: %s", strings.Join(args, " "), status, &stderr)
	}
	return stdout.String()
}

// storedDataset is what a file says of a virtual dataset, as text.
type storedDataset struct {
	Type, Fill      string
	Shape, MaxShape []uint64
	Mappings        []string // sorted
}

// storedDatasets lists the virtual datasets of a file.
func storedDatasets(t *testing.T, name string) map[string]storedDataset {
	t.Helper()
	f, err := vds.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	paths, err := f.VirtualDatasets()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]storedDataset{}
	for _, path := range paths {
		d, err := f.HDF5().Dataset(path)
		if err != nil {
			t.Fatal(err)
		}
		list, err := d.VirtualMappings()
		if err != nil {
			t.Fatal(err)
		}
		s := storedDataset{Type: d.Datatype().String(), Fill: fmt.Sprintf("%x", d.Fill().Value), Shape: d.Shape(), MaxShape: d.MaxShape()}
		for i := range list.Len() {
			s.Mappings = append(s.Mappings, fmt.Sprintf("%v ← %s:%s %v", list.Virtual(i), list.File(i), list.Path(i), fromStart(list.Source(i))))
		}
		slices.Sort(s.Mappings)
		out[path] = s
	}
	return out
}

// fromStart is a selection as text; a box that begins at the first element is as good as all of a source, whose
// shape the file of the virtual dataset does not tell.
func fromStart(s dataspace.Selection) string {
	lo, _, ok := s.Bounds()
	if ok && s.Kind() == dataspace.KindRegular && !slices.ContainsFunc(lo, func(n uint64) bool { return n > 0 }) &&
		!slices.ContainsFunc(s.Dims(), func(d dataspace.Dim) bool { return d.Count != 1 }) {
		return "from the start"
	}
	if s.Kind() == dataspace.KindAll {
		return "from the start"
	}
	return s.String()
}

// A layout is built, recovered from the file, and built again: both files have the same virtual datasets with the same mappings.
func TestRecoveredLayoutsBuildTheSame(t *testing.T) {
	const golden, examples = "gen/testdata/generate/", "examples/generated/"
	for _, layout := range []string{
		examples + "vdssimple/layout.yaml length=7", examples + "datasetconcatenation files=12", examples + "excalibur/layout.yaml",
		examples + "dualpcoedge rows=100", examples + "eiger/layout.yaml", examples + "percival frames=799", examples + "percival frames=798",
		golden + "excalibur3m prefix=a%b frames=5", golden + "agipd run=7 seqs=2 pulses=10", golden + "agipd run=-3 seqs=1 pulses=1",
		golden + "odin prefix=p writers=4 files=10 rows=2 cols=7", golden + "odin prefix=p writers=1 files=3 rows=2 cols=7",
		golden + "odin prefix=p writers=2 files=20 rows=1 cols=7", golden + "gapfill frames=2 size=3", golden + "events counts=10,7,9 files=3",
		golden + "events counts=5 files=1", golden + "series prefix=x", golden + "endless/files.yaml prefix=50% n=3", golden + "endless/groups.yaml",
		golden + "tiles frames=2 shift=0", golden + "tiles frames=1 shift=100", golden + "listed rows=2 cols=3 scale=2", golden + "listed rows=3 cols=4 scale=1",
		golden + "several/a.yaml n=3", golden + "several/b.yaml n=4", golden + "several/several.go run=4", golden + "constants frames=4",
		golden + "scan rows=4 cols=5 files=3", golden + "scan rows=1 cols=1 files=1", golden + "scan rows=3 cols=2 files=4", golden + "scan rows=6 cols=7 files=2",
		golden + "mask frames=3", golden + "merged trains=2", golden + "merged trains=1", golden + "scaled frames=2", golden + "scaled frames=40", golden + "composed n=3",
	} {
		t.Run(layout, func(t *testing.T) {
			dir := t.TempDir()
			words := strings.Fields(layout)
			first, second := filepath.Join(dir, "first.h5"), filepath.Join(dir, "second.h5")
			found := filepath.Join(dir, "layout.yaml")
			args := []string{"build", filepath.Join(oracle.ModuleRoot(), words[0]), "-o", first}
			for _, p := range words[1:] {
				args = append(args, "-p", p)
			}
			succeed(t, args...)
			succeed(t, "init", "--from", first, dir)
			succeed(t, "build", found, "-o", second)
			if d := cmp.Diff(storedDatasets(t, first), storedDatasets(t, second)); d != "" {
				text, _ := os.ReadFile(found)
				t.Errorf("recovered and built again (-first +second):\n%s\n%s", d, text)
			}
		})
	}
}

// Files that h5py wrote are recovered as well; h5py stores paths without the slash in front.
func TestRecoveredFromH5py(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py, numpy as np
def tiles(name, n, shape, place, whole, **kw):
    l = h5py.VirtualLayout(shape, 'u2')
    for i in range(n):
        place(l, i, h5py.VirtualSource('part_%02d.h5' % i, 'data', shape=whole(i)))
    with h5py.File(name, 'w', libver='latest') as f:
        f.create_virtual_dataset('entry/data', l, **kw)
def tile(l, i, s): l[:, 266*i:266*i+256, :] = s
tiles('tile.h5', 6, (5, 1586, 2048), tile, lambda i: (5, 256, 2048), fillvalue=65535)
def deal(l, i, s): l[i:799:4] = s
tiles('deal.h5', 4, (799, 20, 20), deal, lambda i: ((802 - i)//4, 20, 20), fillvalue=1)
def stack(l, i, s): l[:, i] = s[...]
tiles('stack.h5', 16, (9, 16, 4, 5), stack, lambda i: (9, 4, 5))
def part(l, i, s): l[10*i:10*i+7+i] = s[1:8+i, 3]
tiles('part.h5', 3, (40, 6), part, lambda i: (20, 4, 6))
`)
	for name, word := range map[string]string{"tile.h5": "{tile: part, gap: 10}", "deal.h5": "{interleave: part}", "stack.h5": "{stack: part}", "part.h5": "select: "} {
		text := succeed(t, "init", "--from", filepath.Join(dir, name), "-o", "-")
		if !strings.Contains(text, word) {
			t.Errorf("%s: %q does not stand in\n%s", name, word, text)
		}
	}
}

// What the language cannot say is an error that says what, and nothing is written.
func TestNotRecovered(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py
def one(name, shape, parts):
    l = h5py.VirtualLayout(shape, 'u2')
    for place, source in parts: l[place] = h5py.VirtualSource(source, 'data', shape=(4,))
    with h5py.File(name, 'w', libver='latest') as f: f.create_virtual_dataset('data', l)
one('names.h5', (2, 4), [(0, 'north.h5'), (1, 'south.h5')])
one('holes.h5', (5, 4), [(0, 'a_0.h5'), (2, 'a_1.h5'), (3, 'a_2.h5')])
one('overlap.h5', (8,), [(slice(0, 4), 'a_0.h5'), (slice(2, 6), 'a_1.h5')])
one('corner.h5', (2, 8), [((0, slice(0, 4)), 'a_0.h5'), ((0, slice(4, 8)), 'a_1.h5'), ((1, slice(0, 4)), 'a_2.h5')])
`)
	for name, want := range map[string]string{
		"names.h5":   "/data: the layout language cannot say it: the names of its sources differ in more than numbers: north.h5:/data and south.h5:/data",
		"overlap.h5": "mappings 0 and 1 overlap",
		"corner.h5":  "its members are no grid",
	} {
		var stdout, stderr bytes.Buffer
		out := filepath.Join(dir, "layout.yaml")
		status := run(context.Background(), []string{"init", "--from", filepath.Join(dir, name), "-o", out}, &stdout, &stderr)
		if status != statusNo || !strings.Contains(stderr.String(), want) {
			t.Errorf("%s: status %d, %s; want %q", name, status, &stderr, want)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: a layout was written", name)
		}
	}
}
