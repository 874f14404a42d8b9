package runtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
)

// patientOpener is an Opener as those of object stores are: it gives up when its context is done.
func (m *memory) patientOpener(ctx context.Context, name string) (SourceFile, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return m.opener(ctx, name)
}

const linkedScript = `
for k in range(2):
    with h5py.File('t%d.h5' % k, 'w') as f: f['d'] = h5py.ExternalLink('e%d.h5' % k, '/d')
    with h5py.File('e%d.h5' % k, 'w') as f: f['d'] = np.arange(4, dtype='i4') + 10 * (k + 1)
with h5py.File('s.h5', 'w') as f:
    f['own'] = np.arange(4, dtype='i4')
    for k in range(2): f['link%d' % k] = h5py.ExternalLink('t%d.h5' % k, '/d')
layout = h5py.VirtualLayout((3, 4), 'i4')
for k, name in enumerate(('own', 'link0', 'link1')): layout[k] = h5py.VirtualSource('s.h5', name, shape=(4,))
with h5py.File('v.h5', 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-1)
`

func inMemory(t *testing.T, dir string, names ...string) *memory {
	t.Helper()
	m := &memory{files: map[string][]byte{}}
	for _, name := range names {
		b, err := os.ReadFile(in(dir, name))
		must(t, err)
		m.files[name] = b
	}
	return m
}

// A source file stays open from one read to the next. What the first read's context says does not hold for links that the second one follows in it.
func TestLinksOutliveTheReadThatOpenedTheirFile(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, linkedScript)
	m := inMemory(t, dir, "v.h5", "s.h5", "t0.h5", "t1.h5", "e0.h5", "e1.h5")
	d := dataset[int32](t, open(t, "v.h5", WithOpener(m.patientOpener), FillMissing()), "v")
	first, cancel := context.WithCancel(context.Background())
	if _, err := d.Read(first, Index(0)); err != nil {
		t.Fatal(err)
	}
	cancel()
	a, err := d.Read(context.Background(), Index(1))
	if err != nil || fmt.Sprint(a.Data) != "[10 11 12 13]" || len(a.Filled) != 0 {
		t.Errorf("it reads %v, %v, filled %v", a.Data, err, a.Filled)
	}
}

// A source whose opening was cancelled is no missing source, whatever is filled.
func TestCancelledIsNotMissing(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, linkedScript)
	m := inMemory(t, dir, "v.h5", "s.h5")
	opener := func(ctx context.Context, name string) (SourceFile, error) {
		if name == "s.h5" {
			return nil, fmt.Errorf("asking the store for %s: %w", name, context.DeadlineExceeded)
		}
		return m.opener(ctx, name)
	}
	d := dataset[int32](t, open(t, "v.h5", WithOpener(opener), FillMissing()), "v")
	if a, err := d.Read(context.Background(), Index(0)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it reads %v, %v, filled %v", a.Data, err, a.Filled)
	}
}

// Links of different files of one source may be followed at the same time.
func TestLinksOfLinkedFilesAtOnce(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, linkedScript)
	for range 20 {
		f := open(t, in(dir, "v.h5"), WithRoot(dir))
		d := dataset[int32](t, f, "v")
		var group sync.WaitGroup
		for k := range 2 {
			group.Go(func() {
				a, err := d.Read(context.Background(), Index(k+1))
				if want := []string{"[10 11 12 13]", "[20 21 22 23]"}[k]; err != nil || fmt.Sprint(a.Data) != want {
					t.Errorf("it reads %v, %v", a.Data, err)
				}
			})
		}
		group.Wait()
		must(t, f.Close())
	}
}
