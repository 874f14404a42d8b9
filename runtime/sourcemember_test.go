package runtime

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/hdf5"
)

// member starts a member of a file in dir and appends values to it.
func member(t *testing.T, dir, path string, values ...int32) *SourceWriter[int32] {
	t.Helper()
	w, err := CreateMember[int32](t.Context(), dir, NewSource("g.h5", path, []int{len(values)}))
	must(t, err)
	must(t, w.Append(values))
	return w
}

// contents is every dataset and group of g.h5, as h5py reads them.
func contents(t *testing.T, dir string) map[string][]int32 {
	t.Helper()
	return fromH5py[map[string][]int32](t, dir, `
out = {}
def add(name, o):
    out[name] = o[...].tolist() if isinstance(o, h5py.Dataset) else None
with h5py.File('g.h5', 'r') as f: f.visititems(add)
print(json.dumps(out))`)
}

// Members of one file are added to it, one after another, and take the places of those of their path alone.
func TestCreateMember(t *testing.T) {
	dir := t.TempDir()
	must(t, member(t, dir, "/grp/0", 1, 2).Close())
	must(t, member(t, dir, "/grp/1", 3, 4).Close())
	must(t, member(t, dir, "mask", 5).Close())
	must(t, member(t, dir, "//grp/./0", 6, 7, 8).Close())
	want := map[string][]int32{"grp": nil, "grp/0": {6, 7, 8}, "grp/1": {3, 4}, "mask": {5}}
	if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
		t.Error(diff)
	}
	if mode := h5py(t, dir, `
with h5py.File('g.h5', 'r+') as f:
    f.attrs['run'] = 7
    f['grp/2'] = np.arange(3, dtype='i4')
    f['grp'].create_dataset('3', data=np.arange(4, dtype='i4'), chunks=(2,), compression='gzip')
    print('written')`); strings.TrimSpace(string(mode)) != "written" {
		t.Fatalf("h5py says %q", mode)
	}
	must(t, member(t, dir, "/grp/3", 9).Close())
	must(t, member(t, dir, "/grp/4", 10).Close())
	want["grp/2"], want["grp/3"], want["grp/4"] = []int32{0, 1, 2}, []int32{9}, []int32{10}
	if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
		t.Error(diff)
	}
	if run := fromH5py[int](t, dir, `print(int(h5py.File('g.h5', 'r').attrs['run']))`); run != 7 {
		t.Errorf("the attribute of the file is %d", run)
	}

	// A member that is given up, or that is too short, leaves the file as it was.
	must(t, member(t, dir, "/grp/0", 0).Abort())
	w, err := CreateMember[int32](t.Context(), dir, NewSource("g.h5", "/grp/1", []int{3}))
	must(t, err)
	must(t, w.Append([]int32{1}))
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "its extent is 3") {
		t.Errorf("closing a short member: %v", err)
	}
	if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
		t.Error(diff)
	}

	// CreateSource replaces all of them.
	whole, err := CreateSource[int32](t.Context(), dir, NewSource("g.h5", "d", []int{1}))
	must(t, err)
	must(t, whole.Append([]int32{1}))
	must(t, whole.Close())
	if diff := cmp.Diff(map[string][]int32{"d": {1}}, contents(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// A second writer of a file is refused while the first has it open, and a member is never lost in silence where both began without a file.
func TestMembersAtATime(t *testing.T) {
	dir := t.TempDir()
	first, second := member(t, dir, "a", 1), member(t, dir, "b", 2)
	must(t, second.Close())
	if err := first.Close(); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "write these members again") {
		t.Errorf("closing the second new file: %v", err)
	}
	third := member(t, dir, "a", 3)
	if _, err := CreateMember[int32](t.Context(), dir, NewSource("g.h5", "c", []int{1})); err == nil || !strings.Contains(err.Error(), "has the file open") {
		t.Errorf("two members at a time: %v", err)
	}
	must(t, third.Close())
	must(t, member(t, dir, "c", 4).Close())
	if diff := cmp.Diff(map[string][]int32{"a": {3}, "b": {2}, "c": {4}}, contents(t, dir)); diff != "" {
		t.Error(diff)
	}
	left, err := os.ReadDir(dir)
	must(t, err)
	if len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

// What readers see while a member is being written is the file as it was.
func TestMemberUnseen(t *testing.T) {
	dir := t.TempDir()
	must(t, member(t, dir, "a", 1, 2).Close())
	w := member(t, dir, "a", 3, 4)
	defer w.Abort()
	now, err := hdf5.Open(in(dir, "g.h5"), hdf5.WithUnfinished())
	must(t, err)
	defer now.Close()
	d, err := now.Dataset("a")
	must(t, err)
	values, err := hdf5.Read[int32](d)
	must(t, err)
	if diff := cmp.Diff([]int32{1, 2}, values); diff != "" {
		t.Error(diff)
	}
}

// Only datasets are replaced, each once, and none where that is not wanted.
func TestMemberRefused(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, `
with h5py.File('other.h5', 'w') as f: f['g/d'] = 1
with h5py.File('g.h5', 'w') as f:
    f['grp/d'] = np.arange(2, dtype='i4')
    f['soft'] = h5py.SoftLink('/grp/d')
    f['dangling'] = h5py.SoftLink('/nothing')
    f['alias'] = h5py.SoftLink('/grp')
    f['external'] = h5py.ExternalLink('other.h5', '/g')
    f['type'] = np.dtype('i4')
os.mkdir('folder.h5')
open('text.h5', 'w').write('no HDF5')`)
	before, err := os.ReadFile(in(dir, "g.h5"))
	must(t, err)
	for path, want := range map[string]string{
		"grp":        "only a dataset is replaced",
		"type":       "only a dataset is replaced",
		"soft":       "soft link",
		"dangling":   "soft link",
		"external":   "external link",
		"external/d": "behind an external link",
		"grp/d/e":    "grp/d",
		"/":          "group",
	} {
		if _, err := CreateMember[int32](t.Context(), dir, NewSource("g.h5", path, []int{1})); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", path, err, want)
		}
	}
	if _, err := CreateMember[int32](t.Context(), dir, NewSource("g.h5", "grp/d", []int{1}), WithNoClobber()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("replacing with WithNoClobber: %v", err)
	}
	for _, file := range []string{"text.h5", "folder.h5"} {
		if _, err := CreateMember[int32](t.Context(), dir, NewSource(file, "d", []int{1})); err == nil {
			t.Errorf("%s is no HDF5 file, and a member was added", file)
		}
	}

	f, err := OpenSourceFile(context.Background(), dir, "g.h5")
	must(t, err)
	_, err = AddSource[int32](f, NewSource("g.h5", "grp/d", []int{1}))
	must(t, err)
	if _, err := AddSource[int32](f, NewSource("g.h5", "alias/d", []int{1})); err == nil {
		t.Error("one dataset is replaced twice in a session")
	}
	must(t, f.Abort())
	after, err := os.ReadFile(in(dir, "g.h5"))
	must(t, err)
	if string(before) != string(after) {
		t.Error("the file changed")
	}
}
