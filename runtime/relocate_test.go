package runtime

import (
	"context"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRebase(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"/data/run1/a.h5", "/data/run1", "/archive/1", "/archive/1/a.h5"},
		{"/data/run1/a.h5", "/data/run1/", "/archive/1/", "/archive/1/a.h5"},
		{"/data/run10/a.h5", "/data/run1", "/archive/1", ""},
		{"/data/run1/a.h5", "/data/run1", "", "a.h5"},
		{"/data/run1/deep/a.h5", "/data", "../raw", "../raw/run1/deep/a.h5"},
		{"/data/a.h5", "/", "", "data/a.h5"},
		{"/data/a.h5", "/data/a.h5", "b.h5", "b.h5"},
		{"/data/a.h5", "/data/a.h5", "", ""},
		{"a.h5", "", "raw", "raw/a.h5"},
		{"/a.h5", "", "raw", ""},
		{"./old/a.h5", "old", "new", "new/a.h5"},
		{"old//deep/../a.h5", "old", "new", "new/a.h5"},
		{"older/a.h5", "old", "new", ""},
		{"../old/a.h5", "../old", "../new", "../new/a.h5"},
	} {
		got, changed := rebase(c.name, c.from, c.to)
		if changed != (c.want != "") || changed && got != c.want {
			t.Errorf("%q from %q to %q: %q, %v; want %q", c.name, c.from, c.to, got, changed, c.want)
		}
	}
}

// h5py reads the moved sources through the changed names, in place and in a copy, and the names of the file itself stay.
func TestRelocate(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, `
import os
os.mkdir('before'); os.mkdir('elsewhere')
for i in range(3):
    with h5py.File('before/s%d.h5' % i, 'w') as f: f['d'] = np.arange(4, dtype='i4') + 10 * i
with h5py.File('before/50%.h5', 'w') as f: f['d'] = np.arange(4, dtype='i4') + 50
with h5py.File('v.h5', 'w') as f:
    f['own'] = np.arange(4, dtype='i4') - 9
    l = h5py.VirtualLayout((5, 4), 'i4')
    for i in range(3): l[i] = h5py.VirtualSource('before/s%d.h5' % i, 'd', shape=(4,))
    l[3] = h5py.VirtualSource('v.h5', 'own', shape=(4,))
    l[4] = h5py.VirtualSource(os.path.abspath('before/50%%.h5'), 'd', shape=(4,))
    f.create_virtual_dataset('g/v', l, fillvalue=-1)
    f.create_virtual_dataset('w', l, fillvalue=-1)
    f['g/link'] = h5py.ExternalLink('before/s1.h5', '/d')
    f['again'] = f['g']
    np.save('values.npy', f['w'][...])
os.rename('before', 'after')
`)
	name := in(dir, "v.h5")
	want := &Relocated{Links: []RenamedFile{{"before/s1.h5", "after/s1.h5"}}}
	files := []RenamedFile{{"before/s0.h5", "after/s0.h5"}, {"before/s1.h5", "after/s1.h5"}, {"before/s2.h5", "after/s2.h5"}}
	for _, path := range []string{"/w", "/again/v"} {
		want.Datasets = append(want.Datasets, RelocatedDataset{Path: path, Mappings: 3, Files: files})
	}
	move := Relocation{From: "before", To: "after", Links: true}
	before, err := os.ReadFile(name)
	must(t, err)

	dry := move
	dry.DryRun = true
	for _, r := range []Relocation{dry, {From: "before", To: "../after", Copy: in(dir, "elsewhere/v.h5"), Links: true}} {
		got, err := Relocate(ctx, name, r)
		must(t, err)
		if r.DryRun {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
		if after, err := os.ReadFile(name); err != nil || string(after) != string(before) {
			t.Fatalf("the file changed, error %v", err)
		}
	}
	got, err := Relocate(ctx, name, move)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	again, err := Relocate(ctx, name, move)
	must(t, err)
	if len(again.Datasets)+len(again.Links) != 0 {
		t.Errorf("the second time there is something left: %+v", again)
	}
	_, err = Relocate(ctx, name, Relocation{From: in(dir, "before"), To: in(dir, "after")})
	must(t, err)
	_, err = Relocate(ctx, in(dir, "elsewhere/v.h5"), Relocation{From: in(dir, "before"), To: in(dir, "after")})
	must(t, err)
	h5py(t, dir, `
want = np.load('values.npy')
for name in 'v.h5', 'elsewhere/v.h5':
    with h5py.File(name, 'r+') as f:
        for path in 'g/v', 'w', 'again/v':
            np.testing.assert_array_equal(f[path][...], want)
        np.testing.assert_array_equal(f['g/link'][...], want[1])
        assert f['w'].virtual_sources()[3].file_name == '.'
`)
	f := open(t, name)
	report, err := f.Verify(ctx)
	must(t, err)
	if !report.OK() {
		t.Error(report)
	}
}
