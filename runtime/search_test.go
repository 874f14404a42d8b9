package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// searchScript makes a tree of folders, each with a source of its own value, and a virtual dataset in it; then it reads, removes the file that it read from,
// and so on, which shows the order of the search.
const searchScript = `
import sys, os, json
cases = json.loads(sys.argv[1])
base = os.getcwd()
if cases[0].get('early'): os.environ['HDF5_VDS_PREFIX'] = cases[0]['env']
import numpy as np, h5py
def tree(case, top):
    name = case['name'].replace('ROOT', top)
    for i, folder in enumerate(case['folders']):
        path = os.path.join(top, folder, name if not os.path.isabs(name) else os.path.basename(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with h5py.File(path, 'w') as f: f['d'] = np.array([i], 'i4')
    os.makedirs(os.path.join(top, 'vds'), exist_ok=True)
    layout = h5py.VirtualLayout((1,), 'i4')
    layout[...] = h5py.VirtualSource(name, 'd', shape=(1,))
    with h5py.File(os.path.join(top, 'vds', 'v.h5'), 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-1)
    if case.get('link'):
        os.makedirs(os.path.join(top, 'link'), exist_ok=True)
        os.symlink(os.path.join(top, 'vds', 'v.h5'), os.path.join(top, 'link', 'v.h5'))
    os.makedirs(os.path.join(top, 'cwd'), exist_ok=True)
def order(case, top):
    expand = lambda s: s.replace('ROOT', top)
    os.environ.pop('HDF5_VDS_PREFIX', None)
    if 'env' in case: os.environ['HDF5_VDS_PREFIX'] = expand(case['env'])
    os.chdir(os.path.join(top, 'cwd'))
    found = []
    while len(found) < 20:
        f = h5py.File(os.path.join('..', 'link' if case.get('link') else 'vds', 'v.h5'), 'r')
        dapl = h5py.h5p.create(h5py.h5p.DATASET_ACCESS)
        if case.get('prefix'): dapl.set_virtual_prefix(expand(case['prefix']).encode())
        d = h5py.h5d.open(f.id, b'v', dapl)
        a = np.zeros(1, 'i4')
        d.read(h5py.h5s.ALL, h5py.h5s.ALL, a)
        del d
        f.close()
        found.append(int(a[0]))
        if a[0] < 0: break
        name = os.path.basename(case['name']) if os.path.isabs(expand(case['name'])) else case['name']
        os.remove(os.path.join(top, case['folders'][a[0]], name))
    return found
found = []
for case in cases:
    for who in ('theirs', 'ours'): tree(case, os.path.join(base, case['title'], who))
    found.append(order(case, os.path.join(base, case['title'], 'theirs')))
print(json.dumps(found))
`

type searchCase struct {
	Title   string   `json:"title"`
	Name    string   `json:"name"`    // of the source, as stored
	Folders []string `json:"folders"` // with a file of that name; the value in it is the number of the folder
	Env     string   `json:"env,omitempty"`
	Early   bool     `json:"early,omitempty"` // the variable is set before the library begins
	Prefix  string   `json:"prefix,omitempty"`
	Link    bool     `json:"link,omitempty"` // the file is opened by a symbolic link
}

// Sources are found where libhdf5 finds them, in the same order.
func TestSearchOrder(t *testing.T) {
	cases := []searchCase{
		{Title: "relative", Name: "src.h5", Folders: []string{"cwd", "vds", "elsewhere"}},
		{Title: "subfolder", Name: "sub/src.h5", Folders: []string{"cwd", "vds"}},
		{Title: "leading dot", Name: "./src.h5", Folders: []string{"cwd", "vds"}},
		{Title: "parent", Name: "../src.h5", Folders: []string{"cwd/x", "vds/x", "x"}},
		{Title: "prefix", Name: "src.h5", Folders: []string{"cwd", "vds", "pfx"}, Prefix: "ROOT/pfx"},
		{Title: "prefix of the origin", Name: "src.h5", Folders: []string{"cwd", "vds", "pfx"}, Prefix: "${ORIGIN}/../pfx"},
		{Title: "relative prefix", Name: "src.h5", Folders: []string{"cwd", "vds", "cwd/pfx"}, Prefix: "pfx"},
		{Title: "prefix .", Name: "src.h5", Folders: []string{"cwd", "vds"}, Prefix: "."},
		{Title: "variable", Name: "src.h5", Folders: []string{"cwd", "vds", "a", "b"}, Env: "ROOT/b:ROOT/a"},
		{Title: "variable and prefix", Name: "src.h5", Folders: []string{"cwd", "vds", "a", "pfx", "b"}, Env: "ROOT/b::ROOT/a", Prefix: "ROOT/pfx"},
		{Title: "variable .", Name: "src.h5", Folders: []string{"cwd", "vds"}, Env: "."},
		{Title: "absolute", Name: "ROOT/abs/src.h5", Folders: []string{"cwd", "vds", "abs"}},
		{Title: "absolute with all", Name: "ROOT/abs/src.h5", Folders: []string{"cwd", "vds", "abs", "a", "pfx"}, Env: "ROOT/a", Prefix: "ROOT/pfx"},
		{Title: "symbolic link", Name: "src.h5", Folders: []string{"cwd", "vds", "link"}, Link: true},
	}
	// The variable is read when the library begins in this one, which takes a process of its own.
	early := []searchCase{{Title: "variable of the origin", Name: "src.h5", Folders: []string{"cwd", "vds", "a"}, Env: "${ORIGIN}/../a", Early: true}}
	for _, cases := range [][]searchCase{cases, early} {
		dir, err := filepath.EvalSymlinks(t.TempDir())
		must(t, err)
		text, err := json.Marshal(cases)
		must(t, err)
		var want [][]int
		must(t, json.Unmarshal(runPython(t, dir, searchScript, string(text)), &want))
		for i, c := range cases {
			t.Run(c.Title, func(t *testing.T) {
				if diff := cmp.Diff(want[i], c.order(t, filepath.Join(dir, c.Title, "ours"))); diff != "" {
					t.Errorf("libhdf5's order (-) and ours (+):\n%s", diff)
				}
			})
		}
	}
}

// order reads and removes until nothing is found.
func (c *searchCase) order(t *testing.T, top string) []int {
	t.Helper()
	expand := func(s string) string { return strings.ReplaceAll(s, "ROOT", top) }
	t.Chdir(in(top, "cwd"))
	t.Setenv(prefixVariable, expand(c.Env))
	folder := "vds"
	if c.Link {
		folder = "link"
	}
	var found []int
	for range 20 {
		text, err := read[int32](t, filepath.Join("..", folder, "v.h5"), "v", slicesOf(t, "0"), WithPrefix(expand(c.Prefix)))
		var missing *MissingSourceError
		if errors.As(err, &missing) && errors.Is(err, fs.ErrNotExist) {
			return append(found, -1)
		}
		must(t, err)
		n, err := strconv.Atoi(strings.Trim(text, "[] "))
		must(t, err)
		found = append(found, n)
		name := expand(c.Name)
		if filepath.IsAbs(name) {
			name = filepath.Base(name)
		}
		must(t, os.Remove(filepath.Join(top, c.Folders[n], name)))
	}
	return found
}

// A candidate that is no HDF5 file is passed over, as libhdf5 does; without another one the error says why.
func TestSearchPassesOverOtherFiles(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, `
layout = h5py.VirtualLayout((3,), 'i4')
layout[...] = h5py.VirtualSource('src.h5', 'd', shape=(3,))
os.makedirs('vds'); os.makedirs('cwd')
with h5py.File('vds/v.h5', 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-1)
with h5py.File('cwd/src.h5', 'w') as f: f['d'] = np.arange(3, dtype='i4')
with open('vds/src.h5', 'w') as f: f.write('not HDF5')
`)
	t.Chdir(in(dir, "cwd"))
	got, err := read[int32](t, "../vds/v.h5", "v", nil)
	must(t, err)
	if got != "[3] [0 1 2]" {
		t.Errorf("got %s", got)
	}
	must(t, os.Remove("src.h5"))
	_, err = read[int32](t, "../vds/v.h5", "v", nil, FillAbsent())
	var missing *MissingSourceError
	if !errors.As(err, &missing) || errors.Is(err, fs.ErrNotExist) || len(missing.Tried) != 2 {
		t.Fatalf("got %v, want a MissingSourceError that does not say that nothing exists", err)
	}
	if !strings.Contains(err.Error(), in(dir, "vds")) || !strings.Contains(err.Error(), "not an HDF5 file") || !strings.Contains(err.Error(), in(dir, "cwd")) {
		t.Errorf("the error does not say what was tried: %v", err)
	}
	if got, err := read[int32](t, "../vds/v.h5", "v", nil, FillMissing()); err != nil || got != "[3] [-1 -1 -1]" {
		t.Errorf("FillMissing: %s, %v", got, err)
	}
}

// The error of a missing source names dataset, mapping, source and every path with its reason.
func TestMissingSourceError(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, `
layout = h5py.VirtualLayout((2, 3), 'i4')
layout[0] = h5py.VirtualSource('there.h5', 'd', shape=(3,))
layout[1] = h5py.VirtualSource('gone.h5', 'g/d', shape=(3,))
with h5py.File('v.h5', 'w', libver='latest') as f: f.create_virtual_dataset('entry/v', layout, fillvalue=-1)
with h5py.File('there.h5', 'w') as f: f['d'] = np.arange(3, dtype='i4')
`)
	t.Chdir(t.TempDir())
	_, err := read[int32](t, in(dir, "v.h5"), "entry/v", nil, WithPrefix("/nowhere"))
	cwd, wderr := os.Getwd()
	must(t, wderr)
	want := fmt.Sprintf("%s:/entry/v: mapping 1: source gone.h5:g/d: no such file could be opened; tried "+
		"/nowhere/gone.h5 (no such file or directory), %s (no such file or directory), %s (no such file or directory)",
		in(dir, "v.h5"), in(dir, "gone.h5"), in(cwd, "gone.h5"))
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	// A read that does not touch it is not concerned.
	if got, err := read[int32](t, in(dir, "v.h5"), "entry/v", slicesOf(t, "0")); err != nil || got != "[3] [0 1 2]" {
		t.Errorf("got %s, %v", got, err)
	}
	h5py(t, dir, `
with h5py.File('gone.h5', 'w') as f: f['other'] = 1`)
	_, err = read[int32](t, in(dir, "v.h5"), "entry/v", nil)
	if err == nil || !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "mapping 1: source gone.h5:g/d: ") || !strings.Contains(err.Error(), "there is no /g") {
		t.Errorf("got %v", err)
	}
}

// What is filled follows the options, and is reported.
func TestFillOptions(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, `
layout = h5py.VirtualLayout((9, 2), 'i4')
names = [('there.h5', 'd'), ('gone.h5', 'd'), ('there.h5', 'nothing'), ('there.h5', 'g'), ('text.h5', 'd'), ('folder', 'd'), ('there.h5', 'nogroup/sub/d'), ('there.h5', 'short'), ('there.h5', 'dangling')]
for i, (file, path) in enumerate(names):
    layout[i] = h5py.VirtualSource(file, path, shape=(2,))[:]
with h5py.File('v.h5', 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-1)
with h5py.File('there.h5', 'w') as f:
    f['d'] = np.arange(2, dtype='i4') + 5
    f['short'] = np.array([8], 'i4')
    f.create_group('g')
    f['dangling'] = h5py.SoftLink('/not/there')
open('text.h5', 'w').write('x' * 100)
os.mkdir('folder')
`)
	const (
		values = iota
		fill
		fails
	)
	for i, row := range []struct {
		what              string
		absent, missing   int
		theirs            bool // libhdf5 1.10 fills it without a word
		filled            uint64
		plainRead, filler string
	}{
		{"there", values, values, false, 0, "[2] [5 6]", "[2] [5 6]"},
		{"no file", fill, fill, true, 2, "", "[2] [-1 -1]"},
		{"no dataset", fill, fill, true, 2, "", "[2] [-1 -1]"},
		{"a group", fails, fill, true, 2, "", "[2] [-1 -1]"},
		{"no HDF5", fails, fill, true, 2, "", "[2] [-1 -1]"},
		{"a folder", fails, fill, true, 2, "", "[2] [-1 -1]"},
		{"no group", fill, fill, true, 2, "", "[2] [-1 -1]"},
		{"too short", fails, fill, false, 1, "", "[2] [8 -1]"},
		{"dangling link", fill, fill, true, 2, "", "[2] [-1 -1]"},
	} {
		t.Run(row.what, func(t *testing.T) {
			for policy, opts := range map[string][]Option{"error": nil, "absent": {FillAbsent()}, "missing": {FillMissing()}} {
				var told []Filled
				f := open(t, in(dir, "v.h5"), append(opts, WithOnFilled(func(f Filled) { told = append(told, f) }))...)
				a, err := dataset[int32](t, f, "v").Read(ctx, Index(i))
				outcome := map[string]int{"error": fails, "absent": row.absent, "missing": row.missing}[policy]
				if row.what == "there" {
					outcome = values
				}
				if (err != nil) != (outcome == fails) {
					t.Errorf("%s: got %v, %v", policy, arrayText(a), err)
					continue
				}
				if err != nil {
					continue
				}
				if got := arrayText(a); got != row.filler {
					t.Errorf("%s: got %s, want %s", policy, got, row.filler)
				}
				want := []int{}
				if row.filled > 0 {
					want = append(want, i)
				}
				got := []int{}
				for _, f := range a.Filled {
					got = append(got, f.Mapping)
					if f.Elements != row.filled || f.Err == nil {
						t.Errorf("%s: filled %+v, want %d elements", policy, f, row.filled)
					}
				}
				if !slices.Equal(got, want) || len(told) != len(want) {
					t.Errorf("%s: filled %v, told %v, want %v", policy, a.Filled, told, want)
				}
			}
			if !row.theirs {
				return
			}
			theirs := fromH5py[[]int](t, dir, `
with h5py.File('v.h5', 'r') as f: print(json.dumps(f['v'][int(sys.argv[1])].tolist()))`, fmt.Sprint(i))
			if got := "[2] " + fmt.Sprint(theirs); got != row.filler {
				t.Errorf("libhdf5 reads %s, and FillMissing %s", got, row.filler)
			}
		})
	}
}

// A name that leads through a file, as if that were a folder, leads to no file: the search goes on, and what is not found is absent.
func TestFileInPlaceOfFolder(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, `
open('clash', 'w').close()
layout = h5py.VirtualLayout((2,), 'i4')
layout[0] = h5py.VirtualSource('clash/s.h5', 'd', shape=(1,))
layout[1] = h5py.VirtualSource(os.path.abspath('clash/here.h5'), 'd', shape=(1,))
with h5py.File('v.h5', 'w') as f: f.create_virtual_dataset('v', layout, fillvalue=-1)
with h5py.File('here.h5', 'w') as f: f['d'] = np.array([5], 'i4')
`)
	got, err := read[int32](t, in(dir, "v.h5"), "v", nil, FillAbsent())
	if err != nil || got != "[2] [-1 5]" {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := read[int32](t, in(dir, "v.h5"), "v", nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v is not fs.ErrNotExist", err)
	}
}
