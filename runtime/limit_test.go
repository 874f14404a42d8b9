//go:build unix

package runtime

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5"
)

const manySourcesScript = `
n = int(sys.argv[1])
for i in range(n):
    with h5py.File('s%d.h5' % i, 'w', libver='latest') as f: f.create_dataset('d', data=np.arange(4, dtype='u2') + i, chunks=(2,) if i % 2 else None)
layout = h5py.VirtualLayout((n, 4), 'u2')
for i in range(n): layout[i] = h5py.VirtualSource('s%d.h5' % i, 'd', shape=(4,))
with h5py.File('v.h5', 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=9)
`

// Two thousand sources read right in a process that may open few files, also where most of these are taken, whatever the options ask for.
func TestFewOpenFiles(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, manySourcesScript, "2000")
	self, err := os.Executable()
	must(t, err)
	for _, c := range []struct{ limit, held, workers, keep int }{
		{64, 0, 2, 0}, {64, 0, 16, 1000}, {64, 45, 2, 0}, {64, 40, 16, 500}, {32, 15, 3, 200},
	} {
		t.Run(fmt.Sprintf("%d less %d", c.limit, c.held), func(t *testing.T) {
			cmd := exec.Command(self)
			cmd.Env = append(os.Environ(), "VDSGEN_TEST_CHILD=few "+fmt.Sprint(c.limit, c.held, c.workers, c.keep), "VDSGEN_TEST_FILE="+in(dir, "v.h5"))
			out, err := cmd.CombinedOutput()
			if err != nil || strings.TrimSpace(string(out)) != "2000 right" {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	t.Run("none left", func(t *testing.T) {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), "VDSGEN_TEST_CHILD=none 32 0 2 0", "VDSGEN_TEST_FILE="+in(dir, "v.h5"))
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "too many open files") {
			t.Errorf("%v: %s", err, out)
		}
	})
}

// child is what this program does in the place of the tests.
func child(command string) int {
	words := strings.Fields(command)
	numbers := make([]int, 4)
	for i := range numbers {
		numbers[i], _ = strconv.Atoi(words[1+i])
	}
	limit := syscall.Rlimit{Cur: uint64(numbers[0]), Max: uint64(numbers[0])}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		fmt.Println(err)
		return 1
	}
	if err := readFew(words[0] == "none", numbers[1], numbers[2], numbers[3]); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

func readFew(none bool, held, workers, keep int) error {
	ctx := context.Background()
	var taken []*os.File
	take := func(n int) error {
		for range n {
			f, err := os.Open(os.DevNull)
			if err != nil {
				return err
			}
			taken = append(taken, f)
		}
		return nil
	}
	if err := take(held); err != nil {
		return err
	}
	f, err := Open(ctx, os.Getenv("VDSGEN_TEST_FILE"), WithWorkers(workers), WithMaxOpenFiles(keep), FillMissing())
	if err != nil {
		return err
	}
	defer f.Close()
	d, err := OpenDataset[uint16](ctx, f, "v")
	if err != nil {
		return err
	}
	if none {
		for take(1) == nil {
		}
		_, err := d.Read(ctx, Range(0, 10))
		var missing *MissingSourceError
		if err == nil || errors.As(err, &missing) {
			return fmt.Errorf("no file could be opened, and the read says %v", err)
		}
		fmt.Println(err)
		return nil
	}
	for range 2 {
		a, err := d.Read(ctx)
		if err != nil {
			return err
		}
		if len(a.Filled) != 0 {
			return fmt.Errorf("filled %v", a.Filled[0])
		}
		for i := range 2000 {
			n := uint16(i)
			if !slices.Equal(a.Row(i).Data, []uint16{n, n + 1, n + 2, n + 3}) {
				return fmt.Errorf("row %d is %v", i, a.Row(i).Data)
			}
		}
	}
	fmt.Println("2000 right")
	for _, file := range taken {
		file.Close()
	}
	return nil
}

// A source that a writer has locked is neither absent nor silently filled.
func TestLockedSource(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, manySourcesScript, "2")
	writer, err := os.OpenFile(in(dir, "s1.h5"), os.O_RDWR, 0)
	must(t, err)
	defer writer.Close()
	must(t, syscall.Flock(int(writer.Fd()), syscall.LOCK_EX|syscall.LOCK_NB))
	for _, opts := range [][]Option{nil, {FillAbsent()}} {
		_, err := dataset[uint16](t, open(t, in(dir, "v.h5"), opts...), "v").Read(ctx)
		var missing *MissingSourceError
		if !errors.As(err, &missing) || missing.Mapping != 1 || !errors.Is(err, hdf5.ErrUnfinished) || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%d options: %v", len(opts), err)
		}
	}
	a, err := dataset[uint16](t, open(t, in(dir, "v.h5"), FillMissing()), "v").Read(ctx)
	if err != nil || arrayText(a) != "[2 4] [0 1 2 3 9 9 9 9]" || len(a.Filled) != 1 || !errors.Is(a.Filled[0].Err, hdf5.ErrUnfinished) {
		t.Errorf("FillMissing: %v, %v", a, err)
	}
}
