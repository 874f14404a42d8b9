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

const reasonsScript = `
names = ['good', 'damaged', 'text', 'more', 'gone']
for name in names[:-1]:
    with h5py.File(name + '.h5', 'w') as f:
        if name == 'text': f['d'] = np.array([b'ab', b'cd', b'ef', b'gh'])
        else: f.create_dataset('d', data=np.arange(4, dtype='i4') + 0x55, chunks=(4,), fletcher32=name == 'damaged')
b = bytearray(open('damaged.h5', 'rb').read())
at = b.index((np.arange(4, dtype='i4') + 0x55).tobytes())
b[at] ^= 1
open('damaged.h5', 'wb').write(b)
layout = h5py.VirtualLayout((5, 4), 'i4')
for i, name in enumerate(names): layout[i] = h5py.VirtualSource(name + '.h5', 'd', shape=(4,))
with h5py.File('v.h5', 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-1)
theirs = {}
with h5py.File('v.h5', 'r') as f:
    for i, name in enumerate(names):
        try: theirs[name] = f['v'][i].tolist()
        except Exception as e: theirs[name] = None
print(json.dumps(theirs))
`

// What cannot be read for another reason than that it is missing is never filled, whatever the policy, as in libhdf5; and every error names dataset,
// mapping and source.
func TestMissingReasons(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	theirs := fromH5py[map[string][]int32](t, dir, reasonsScript)
	if theirs["damaged"] != nil || theirs["text"] != nil || len(theirs["gone"]) != 4 {
		t.Fatalf("libhdf5 reads %v", theirs)
	}
	for _, opts := range [][]Option{nil, {FillAbsent()}, {FillMissing()}} {
		d := dataset[int32](t, open(t, in(dir, "v.h5"), opts...), "v")
		for i, name := range []string{"damaged", "text"} {
			a, err := d.Read(ctx, Index(i+1))
			if err == nil || !strings.Contains(err.Error(), name+".h5") {
				t.Errorf("%s with %d options: %v, %v", name, len(opts), a.Data, err)
			}
		}
		var mismatch *SourceMismatchError
		if _, err := d.Read(ctx, Index(2)); !errors.As(err, &mismatch) || mismatch.Mapping != 2 || mismatch.Dataset != "/v" || mismatch.Source.File != "text.h5" {
			t.Errorf("a type that cannot be converted: %v", err)
		}
	}
}

// An Opener's error is that of the candidate: only fs.ErrNotExist is absence, and a permission that is denied is not.
func TestPermissionIsNotAbsence(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, reasonsScript)
	opener := func(_ context.Context, name string) (SourceFile, error) {
		if strings.HasSuffix(name, "gone.h5") {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		m := &memory{}
		return memoryFile{bytes.NewReader(b), m}, nil
	}
	for _, c := range []struct {
		opts []Option
		fill bool
	}{{nil, false}, {[]Option{FillAbsent()}, false}, {[]Option{FillMissing()}, true}} {
		d := dataset[int32](t, open(t, in(dir, "v.h5"), append(c.opts, WithOpener(opener))...), "v")
		a, err := d.Read(ctx, Index(4))
		if c.fill {
			if err != nil || fmt.Sprint(a.Data) != "[-1 -1 -1 -1]" || len(a.Filled) != 1 || !errors.Is(a.Filled[0].Err, fs.ErrPermission) {
				t.Errorf("FillMissing: %v, %v", a, err)
			}
			continue
		}
		var missing *MissingSourceError
		if !errors.As(err, &missing) || !errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) || missing.Mapping != 4 ||
			!strings.Contains(err.Error(), "v.h5:/v: mapping 4: source gone.h5:d: no such file could be opened; tried ") || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%d options: %v", len(c.opts), err)
		}
	}
}

// A source that was there when the dataset was opened, or read before, and cannot be read now is an error.
func TestSourceLostBetweenReads(t *testing.T) {
	ctx := context.Background()
	for what, lose := range map[string]func(name string) error{
		"removed":     os.Remove,
		"cut short":   func(name string) error { return os.Truncate(name, 900) },
		"emptied":     func(name string) error { return os.Truncate(name, 0) },
		"overwritten": func(name string) error { return os.WriteFile(name, []byte(strings.Repeat("no HDF5 ", 500)), 0o600) },
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			h5py(t, dir, `
for k in range(2):
    with h5py.File('s%d.h5' % k, 'w') as f: f.create_dataset('d', data=np.arange(2000, dtype='i4'), chunks=(100,))
layout = h5py.VirtualLayout((2, 2000), 'i4')
for k in range(2): layout[k] = h5py.VirtualSource('s%d.h5' % k, 'd', shape=(2000,))
with h5py.File('v.h5', 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-1)`)
			// One file stays open between reads: that of the virtual dataset.
			d := dataset[int32](t, open(t, in(dir, "v.h5"), WithMaxOpenFiles(1)), "v")
			a, err := d.Read(ctx)
			if err != nil || len(a.Filled) != 0 || a.Data[3999] != 1999 {
				t.Fatalf("%v, filled %v", err, a.Filled)
			}
			must(t, lose(in(dir, "s1.h5")))
			if a, err := d.Read(ctx, Index(1)); err == nil || !strings.Contains(err.Error(), "s1.h5") {
				t.Errorf("it reads %v…, %v", a.Data[:3], err)
			}
			if a, err := d.Read(ctx, Index(0)); err != nil || a.Data[1999] != 1999 {
				t.Errorf("the other source: %v", err)
			}
		})
	}
}

// A link that is turned out of the folder while it is read leads nowhere: what is opened is what was checked.
func TestRootAgainstRaces(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, `
os.makedirs('root/in'); os.makedirs('out')
for name, v in (('root/in/s.h5', 1), ('out/s.h5', 2)):
    with h5py.File(name, 'w') as f: f['d'] = np.full(4, v, 'i4')
layout = h5py.VirtualLayout((4,), 'i4')
layout[...] = h5py.VirtualSource('now/s.h5', 'd', shape=(4,))
with h5py.File('root/v.h5', 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-1)
os.symlink('in', 'root/now')
`)
	var turning sync.WaitGroup
	stop := make(chan struct{})
	turning.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			target := []string{"in", "../out"}[i%2]
			if os.Symlink(target, in(dir, "root/next")) == nil {
				_ = os.Rename(in(dir, "root/next"), in(dir, "root/now"))
			}
		}
	})
	read := 0
	for range 300 {
		f, err := Open(ctx, in(dir, "root/v.h5"), WithRoot(in(dir, "root")))
		must(t, err)
		d, err := OpenDataset[int32](ctx, f, "v")
		must(t, err)
		a, err := d.Read(ctx)
		var missing *MissingSourceError
		switch {
		case err == nil && a.Data[0] == 1:
			read++
		case err == nil:
			t.Errorf("it reads %v, which lies outside", a.Data)
		case !errors.As(err, &missing):
			t.Errorf("got %v", err)
		}
		must(t, f.Close())
	}
	close(stop)
	turning.Wait()
	if read == 0 {
		t.Error("the source inside was never read")
	}
}
