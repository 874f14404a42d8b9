package runtime

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
)

// A virtual dataset from a stranger reads what lies in the folder, and nothing else.
func TestWithRoot(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, `
os.makedirs('root/sub'); os.makedirs('out')
def put(name, v):
    with h5py.File(name, 'w') as f: f['d'] = np.array([v], 'i4')
put('root/sub/in.h5', 1); put('out/secret.h5', 2)
os.symlink('../out/secret.h5', 'root/link.h5'); os.symlink('../out', 'root/outlink'); os.symlink('sub/in.h5', 'root/inlink.h5')
with h5py.File('root/external.h5', 'w') as f:
    f['d'] = h5py.ExternalLink('../out/secret.h5', '/d')
    f['in'] = h5py.ExternalLink('sub/in.h5', '/d')
    f['abs'] = h5py.ExternalLink(os.path.abspath('out/secret.h5'), '/d')
names = [('sub/in.h5', 'd'), ('inlink.h5', 'd'), ('sub/../sub/in.h5', 'd'), ('external.h5', 'in'), (os.path.abspath('root/sub/in.h5'), 'd'),
  ('../out/secret.h5', 'd'), (os.path.abspath('out/secret.h5'), 'd'), ('link.h5', 'd'), ('outlink/secret.h5', 'd'), ('external.h5', 'd'), ('external.h5', 'abs'), ('sub/../../out/secret.h5', 'd')]
layout = h5py.VirtualLayout((len(names),), 'i4')
for i, (file, path) in enumerate(names): layout[i] = h5py.VirtualSource(file, path, shape=(1,))[:]
with h5py.File('root/v.h5', 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-1)
`)
	const inside, all = 5, 12
	for i := range all {
		slices := []Slice{Index(i)}
		if got, err := read[int32](t, in(dir, "root/v.h5"), "v", slices); err != nil || got == "[] [-1]" {
			t.Errorf("source %d without a root: %s, %v", i, got, err)
		}
		got, err := read[int32](t, in(dir, "root/v.h5"), "v", slices, WithRoot(in(dir, "root")))
		if i < inside {
			if err != nil || got != "[] [1]" {
				t.Errorf("source %d lies inside: %s, %v", i, got, err)
			}
			continue
		}
		var missing *MissingSourceError
		if !errors.As(err, &missing) {
			t.Errorf("source %d lies outside, and it reads %s, %v", i, got, err)
		}
	}
	_, err := read[int32](t, in(dir, "root/v.h5"), "v", []Slice{Index(7)}, WithRoot(in(dir, "root")))
	var outside *OutsideRootError
	if !errors.As(err, &outside) || !strings.Contains(err.Error(), "sources are confined") {
		t.Errorf("a symbolic link out: %v", err)
	}
	if err := os.Symlink(in(dir, "root"), in(dir, "other")); err != nil {
		t.Fatal(err)
	}
	if got, err := read[int32](t, in(dir, "root/v.h5"), "v", []Slice{Index(0)}, WithRoot(in(dir, "other"))); err != nil || got != "[] [1]" {
		t.Errorf("the root by a symbolic link: %s, %v", got, err)
	}
}

// memory is files that an Opener serves.
type memory struct {
	mu    sync.Mutex
	files map[string][]byte
	asked []string
	open  int
}

type memoryFile struct {
	*bytes.Reader
	m *memory
}

func (f memoryFile) Close() error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	f.m.open--
	return nil
}

func (m *memory) opener(ctx context.Context, name string) (SourceFile, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = append(m.asked, name)
	b, ok := m.files[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	m.open++
	return memoryFile{bytes.NewReader(b), m}, nil
}

// An Opener serves the file and its sources, by the names that the search makes, and every file is closed.
func TestWithOpener(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, `
os.makedirs('run/raw')
for n in range(3):
    with h5py.File('run/raw/s%d.h5' % n, 'w') as f: f.create_dataset('d', data=np.arange(4, dtype='i4') + 10 * n, chunks=(2,), compression='gzip')
with h5py.File('run/links.h5', 'w') as f: f['d'] = h5py.ExternalLink('raw/s0.h5', '/d')
layout = h5py.VirtualLayout((4, 4), 'i4')
for n, name in enumerate(['raw/s0.h5', '/data/s1.h5', 'raw/s2.h5']): layout[n] = h5py.VirtualSource(name, 'd', shape=(4,))
layout[3] = h5py.VirtualSource('links.h5', 'd', shape=(4,))
with h5py.File('run/v.h5', 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-1)
`)
	m := &memory{files: map[string][]byte{}}
	for name, key := range map[string]string{"run/v.h5": "s3://bucket/run/v.h5", "run/raw/s0.h5": "s3://bucket/run/raw/s0.h5", "run/raw/s1.h5": "/data/s1.h5",
		"run/raw/s2.h5": "cache/raw/s2.h5", "run/links.h5": "s3://bucket/run/links.h5"} {
		b, err := os.ReadFile(in(dir, name))
		must(t, err)
		m.files[key] = b
	}
	ctx := context.Background()
	f, err := Open(ctx, "s3://bucket/run/v.h5", WithOpener(m.opener), WithPrefix("cache"), WithMaxOpenFiles(2))
	must(t, err)
	d := dataset[int32](t, f, "v")
	a, err := d.Read(ctx)
	must(t, err)
	if got, want := fmt.Sprint(a.Data), "[0 1 2 3 10 11 12 13 20 21 22 23 0 1 2 3]"; got != want {
		t.Errorf("got %s, want %s; asked for %v", got, want, m.asked)
	}
	must(t, f.Close())
	if m.open != 0 {
		t.Errorf("%d files are left open", m.open)
	}
	if _, err := d.Read(ctx); !errors.Is(err, os.ErrClosed) {
		t.Errorf("reading a closed file: %v", err)
	}
}
