//go:build unix

package hdf5

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// killVariable tells a process of this test's binary to do killWork and die in it: the file, and the number of the operation.
const killVariable = "HDF5_TEST_KILLED_AT"

// TestDies is the process that TestKilled kills.
func TestDies(t *testing.T) {
	name, at, ok := strings.Cut(os.Getenv(killVariable), "|")
	if !ok {
		return
	}
	operations, err := strconv.Atoi(at)
	must(t, err)
	_, err = killedWork(name, operations, func() error {
		must(t, syscall.Kill(os.Getpid(), syscall.SIGKILL))
		select {}
	})
	must(t, err)
}

// Processes are killed at random points of their work.
func TestKilled(t *testing.T) {
	const kills = 200
	binary, err := os.Executable()
	must(t, err)
	dir, names, operations := makeKilledFiles(t)
	random := rand.New(rand.NewPCG(1, 2))
	states := make([][]string, len(names))
	for n := range kills {
		i := n % len(names)
		// Half of the kills are among the last operations, where the switches are.
		at := random.IntN(operations[i])
		if n%2 == n/4%2 {
			at = operations[i] - 1 - random.IntN(20)
		}
		state := fmt.Sprintf("%s killed %d.h5", names[i], n)
		copyFile(t, filepath.Join(dir, names[i]+".h5"), filepath.Join(dir, state))
		cmd := exec.Command(binary, "-test.run", "^TestDies$")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%d", killVariable, filepath.Join(dir, state), at))
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("%s: not killed: %v\n%s", state, err, out)
		}
		if f, err := Open(filepath.Join(dir, state)); err != nil {
			t.Errorf("%s: %v", state, err)
		} else {
			must(t, f.Close())
		}
		states[i] = append(states[i], state)
	}
	var total stateCounts
	for i, name := range names {
		c := checkStates(t, dir, name, states[i])
		total.old, total.between, total.new = total.old+c.old, total.between+c.between, total.new+c.new
	}
	t.Logf("%d processes were killed: %d before the switch, %d within, %d after", kills, total.old, total.between, total.new)
	if total.between == 0 || total.old == 0 {
		t.Error("none was killed within the switch, or none before")
	}
}
