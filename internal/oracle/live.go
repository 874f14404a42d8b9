package oracle

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// Live is a Python program with h5py that runs beside the test and does what the test says, a line at a time.
type Live struct {
	t      testing.TB
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr bytes.Buffer
	ended  bool
}

// LiveH5py starts a Python script with h5py and numpy at hand in the folder dir. The script reads lines from standard input and answers each
// with a line on standard output, flushed. args are sys.argv[1:]. It is killed at the end of the test, if it runs then.
func LiveH5py(t testing.TB, dir, script string, args ...string) *Live {
	t.Helper()
	if err := havePython(); err != nil {
		Missing(t, "h5py", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	l := &Live{t: t, cmd: exec.CommandContext(ctx, python, append([]string{"-u", "-c", script}, args...)...)}
	l.cmd.Dir, l.cmd.Stderr = dir, &l.stderr
	in, err := l.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := l.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	l.in, l.out = in, bufio.NewReader(out)
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if !l.ended {
			_ = l.cmd.Wait()
		}
	})
	return l
}

// Tell sends a line and does not wait for the answer.
func (l *Live) Tell(format string, args ...any) {
	l.t.Helper()
	if _, err := fmt.Fprintf(l.in, format+"\n", args...); err != nil {
		l.t.Fatalf("h5py beside the test ended: %v\n%s", err, l.stderr.String())
	}
}

// Answer waits for a line.
func (l *Live) Answer() string {
	l.t.Helper()
	line, err := l.out.ReadString('\n')
	if err != nil {
		_ = l.cmd.Wait()
		l.ended = true
		l.t.Fatalf("h5py beside the test ended: %v\n%s", err, l.stderr.String())
	}
	return strings.TrimSuffix(line, "\n")
}

// Ask sends a line and waits for the answer.
func (l *Live) Ask(format string, args ...any) string {
	l.t.Helper()
	l.Tell(format, args...)
	return l.Answer()
}

// Kill ends the program as a crash would: it gets no chance to close its files.
func (l *Live) Kill() {
	l.t.Helper()
	if err := l.cmd.Process.Kill(); err != nil {
		l.t.Fatal(err)
	}
	_ = l.cmd.Wait()
	l.ended = true
}

// End closes the program's input and waits until it has ended well.
func (l *Live) End() {
	l.t.Helper()
	_ = l.in.Close()
	err := l.cmd.Wait()
	l.ended = true
	if err != nil {
		l.t.Fatalf("h5py beside the test: %v\n%s", err, l.stderr.String())
	}
}
