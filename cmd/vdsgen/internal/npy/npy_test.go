package npy_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/cmd/vdsgen/internal/npy"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// NumPy itself says what it finds in each header.
func TestNumPyReadsHeader(t *testing.T) {
	var fields strings.Builder
	for i := range 4000 {
		fields.WriteString("('field_number_" + strings.Repeat("x", 10) + string(rune('0'+i%10)) + strings.Repeat("y", i/10) + "', '<f4'), ")
		if fields.Len() > 70000 {
			break
		}
	}
	long := "[" + strings.TrimSuffix(fields.String(), ", ") + "]"
	cases := []struct {
		name, descr string
		shape       []int
		bytes       int
		want        string
	}{
		{"scalar", "<f8", nil, 8, "<f8 ()"},
		{"one axis", "<u2", []int{3}, 6, "<u2 (3,)"},
		{"three axes", "|u1", []int{2, 3, 4}, 24, "|u1 (2, 3, 4)"},
		{"empty", "<i4", []int{0, 5}, 0, "<i4 (0, 5)"},
		{"big-endian", ">i4", []int{1}, 4, ">i4 (1,)"},
		{"compound", "[('x', '<f4'), ('t', '<u8')]", []int{2}, 24, "[('x', '<f4'), ('t', '<u8')] (2,)"},
		{"header beyond 64 KiB", long, []int{0}, 0, long + " (0,)"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := npy.WriteHeader(&b, c.descr, c.shape); err != nil {
				t.Fatal(err)
			}
			if b.Len()%64 != 0 {
				t.Errorf("elements begin at byte %d, not at a multiple of 64", b.Len())
			}
			b.Write(make([]byte, c.bytes))
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "a.npy"), b.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
			got := oracle.H5py(t, dir, `
import numpy as np
a = np.load("a.npy", max_header_size=10**6)
print(a.dtype.descr if a.dtype.names else a.dtype.str, a.shape)`)
			if strings.TrimSpace(string(got)) != c.want {
				t.Errorf("numpy.load finds %s, want %s", got, c.want)
			}
		})
	}
}
