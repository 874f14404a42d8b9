package oracle

import (
	"bytes"
	"context"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// H5pyStream runs a Python script file with h5py at hand, in the folder dir, and hands what it prints to read while it runs. The script is ended when
// read returns. It returns the messages of a script that failed, "" of one that did not: one that dies within libhdf5 is the
// caller's to judge.
func H5pyStream(t testing.TB, dir, script string, args []string, read func(io.Reader) error) (failure string) {
	t.Helper()
	if err := havePython(); err != nil {
		Missing(t, "h5py", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd := exec.CommandContext(ctx, python, append([]string{script}, args...)...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	watched := &untilEnd{Reader: stdout}
	if err := read(watched); err != nil || !watched.ended {
		cancel()
		_ = cmd.Wait()
		if err != nil {
			t.Fatal(err)
		}
		return ""
	}
	if err := cmd.Wait(); err != nil {
		return err.Error() + "\n" + strings.TrimSpace(stderr.String())
	}
	return ""
}

// untilEnd notes that everything was read.
type untilEnd struct {
	io.Reader
	ended bool
}

func (u *untilEnd) Read(b []byte) (int, error) {
	n, err := u.Reader.Read(b)
	u.ended = u.ended || err != nil
	return n, err
}
