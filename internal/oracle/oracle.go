// Package oracle runs the reference implementations of HDF5 for tests: h5py and
// h5dump (HDF5 1.10, from Debian) and h5wasm (HDF5 2.x, from npm).
//
// Expected values in this project come from these programs and never from our own
// reading of the format. Where one is not installed a test that needs it is skipped
// with a message that names what was left out; with VDSGEN_ORACLES=require in the
// environment, as `make test` sets it, it fails instead.
package oracle

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// timeout bounds one run of an oracle, so that a hang in the reference library ends the test that met it.
const timeout = 5 * time.Minute

// python is Debian's own interpreter: another python3 earlier in PATH does not see Debian's packages.
const python = "/usr/bin/python3"

var havePython = sync.OnceValue(func() error {
	out, err := exec.Command(python, "-c", "import h5py, numpy").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s with h5py: %v %s", python, err, bytes.TrimSpace(out))
	}
	return nil
})

// Missing leaves the test out, or fails it where oracles are required, because an oracle, or a part of one,
// is not there.
func Missing(t testing.TB, what string, err error) {
	t.Helper()
	if os.Getenv("VDSGEN_ORACLES") == "require" {
		t.Fatalf("oracle %s is required and not there: %v (run `make oracles`)", what, err)
	}
	t.Skipf("left out: oracle %s is not there: %v (run `make oracles`)", what, err)
}

// H5py runs a Python script with h5py and numpy at hand, in the folder dir, and returns what
// it printed. args are sys.argv[1:]. A non-zero exit fails the test and shows its messages.
func H5py(t testing.TB, dir, script string, args ...string) []byte {
	t.Helper()
	if err := havePython(); err != nil {
		Missing(t, "h5py", err)
	}
	return run(t, dir, python, append([]string{"-c", script}, args...)...)
}

// H5dump runs the h5dump command in the folder dir and returns what it printed.
func H5dump(t testing.TB, dir string, args ...string) []byte {
	t.Helper()
	return Tool(t, dir, "h5dump", args...)
}

// Tool runs one of the HDF5 command-line tools (h5dump, h5ls, h5repack, h5copy, …) in the
// folder dir and returns what it printed.
func Tool(t testing.TB, dir, name string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, name, err)
	}
	return run(t, dir, path, args...)
}

// H5wasm runs a JavaScript module with h5wasm (HDF5 2.x) in the folder dir. The script finds the
// library as `h5wasm` and must print its results. Anything on standard error counts as failure:
// h5wasm reports the library's errors there and goes on with garbage.
func H5wasm(t testing.TB, dir, script string, args ...string) []byte {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		Missing(t, "h5wasm", err)
	}
	root := filepath.Join(ModuleRoot(), ".oracles")
	if _, err := os.Stat(filepath.Join(root, "node_modules", "h5wasm")); err != nil {
		Missing(t, "h5wasm", err)
	}
	// A module resolves its imports from where it lies, so the script lies beside node_modules.
	f, err := os.CreateTemp(root, "run*.mjs")
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(f.Name())
	prelude := "import h5wasm from \"h5wasm/node\";\nawait h5wasm.ready;\n"
	if _, err := f.WriteString(prelude + script); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return run(t, dir, node, append([]string{f.Name()}, args...)...)
}

// ModuleRoot is the folder of go.mod.
func ModuleRoot() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

func run(t testing.TB, dir, program string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "NODE_NO_WARNINGS=1")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	name := filepath.Base(program)
	if err != nil {
		t.Fatalf("%s: %v\n%s\n%s", name, err, strings.TrimSpace(stderr.String()), strings.TrimSpace(stdout.String()))
	}
	if name == "node" && strings.Contains(stderr.String(), "HDF5-DIAG") {
		t.Fatalf("h5wasm: %s", strings.TrimSpace(stderr.String()))
	}
	return stdout.Bytes()
}
