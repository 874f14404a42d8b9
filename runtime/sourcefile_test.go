package runtime

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/filter"
)

// A dataset that nobody closed is held against its extent too: what was never appended is not made up.
func TestSourceFileOfShortDatasets(t *testing.T) {
	ctx := context.Background()
	for what, opts := range map[string][]SourceOption{"contiguous": nil, "in chunks": {Filters(filter.NewDeflate(1))}} {
		dir := t.TempDir()
		f, err := CreateSourceFile(ctx, dir, "s.h5")
		must(t, err)
		w, err := AddSource[int32](f, NewSource("s.h5", "d", []int{3, 2}, opts...))
		must(t, err)
		must(t, w.Append([]int32{1, 2}))
		if err := f.Close(); err == nil || !strings.Contains(err.Error(), "1 elements of axis 0 were appended, and its extent is 3") {
			t.Errorf("%s: closing the file: %v", what, err)
		}
		if _, err := os.Stat(in(dir, "s.h5")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: there is a file: %v", what, err)
		}
	}
}
