package runtime

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// rawSources are sources whose elements lie in files of raw data, inside of a folder and outside of it.
const rawSources = `
os.makedirs('root/sub'); os.makedirs('out')
for name, v in [('root/sub/in.raw', 1), ('out/secret.raw', 2)]: np.array([v], 'i4').tofile(name)
os.symlink('../../out/secret.raw', 'root/sub/link.raw')
names = ['in.raw', '../sub/in.raw', os.path.abspath('root/sub/in.raw'), '../../out/secret.raw', os.path.abspath('out/secret.raw'), 'link.raw']
layout = h5py.VirtualLayout((len(names),), 'i4')
for i, name in enumerate(names):
    with h5py.File('root/sub/s%d.h5' % i, 'w') as f: f.create_dataset('d', (1,), 'i4', external=[(name, 0, 4)])
    layout[i] = h5py.VirtualSource('sub/s%d.h5' % i, 'd', shape=(1,))[:]
with h5py.File('root/v.h5', 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-1)
`

// Files of raw data are confined as sources are.
func TestRawFilesWithRoot(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, rawSources)
	const inside, all = 3, 6
	for i := range all {
		slices := []Slice{Index(i)}
		if got, err := read[int32](t, in(dir, "root/v.h5"), "v", slices); err != nil || got != "[] [1]" && got != "[] [2]" {
			t.Errorf("source %d without a root: %s, %v", i, got, err)
		}
		got, err := read[int32](t, in(dir, "root/v.h5"), "v", slices, WithRoot(in(dir, "root")), FillMissing())
		if i < inside && (err != nil || got != "[] [1]") {
			t.Errorf("source %d lies inside: %s, %v", i, got, err)
		}
		if i >= inside && !errors.As(err, new(*OutsideRootError)) {
			t.Errorf("source %d lies outside, and it reads %s, %v", i, got, err)
		}
	}
}

// An Opener serves files of raw data, too.
func TestRawFilesWithOpener(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, rawSources)
	m := &memory{files: map[string][]byte{}}
	for _, name := range []string{"v.h5", "sub/s0.h5", "sub/s3.h5", "sub/in.raw"} {
		b, err := os.ReadFile(in(dir, "root/"+name))
		must(t, err)
		m.files["s3://b/"+name] = b
	}
	got, err := read[int32](t, "s3://b/v.h5", "v", []Slice{Index(0)}, WithOpener(m.opener))
	if err != nil || got != "[] [1]" {
		t.Errorf("%s, %v", got, err)
	}
	if got, err = read[int32](t, "s3://b/v.h5", "v", []Slice{Index(3)}, WithOpener(m.opener)); err == nil || !strings.Contains(err.Error(), "secret.raw") {
		t.Errorf("a file that the opener does not have: %s, %v", got, err)
	}
	if m.open != 0 {
		t.Errorf("%d files are left open", m.open)
	}
}
