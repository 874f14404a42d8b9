//go:build unix

package runtime

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"
)

// A named pipe in the place of a source keeps nobody waiting for a program that writes to it.
func TestPipeIsNoSource(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, `
layout = h5py.VirtualLayout((4,), 'i4')
layout[...] = h5py.VirtualSource('pipe.h5', 'd', shape=(4,))
with h5py.File('v.h5', 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-1)
`)
	pipe := in(dir, "pipe.h5")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for what, opts := range map[string][]Option{"anywhere": nil, "below a root": {WithRoot(dir)}} {
		d := dataset[int32](t, open(t, in(dir, "v.h5"), opts...), "v")
		done := make(chan error, 1)
		go func() {
			_, err := d.Read(context.Background())
			done <- err
		}()
		select {
		case err := <-done:
			if missing := (*MissingSourceError)(nil); !errors.As(err, &missing) || missing.absent() {
				t.Errorf("%s: %v", what, err)
			}
		case <-time.After(20 * time.Second):
			t.Errorf("%s: the read waits", what)
			if f, err := os.OpenFile(pipe, os.O_RDWR, 0); err == nil {
				<-done
				_ = f.Close()
			}
		}
	}
}
