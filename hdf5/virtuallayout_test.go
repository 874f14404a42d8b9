package hdf5

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// hyperslab3 is a regular hyperslab in version 3, with numbers of 2 bytes.
func hyperslab3(dims ...[4]uint16) []byte {
	b := []byte{2, 0, 0, 0, 3, 0, 0, 0, 1, 2, byte(len(dims)), 0, 0, 0}
	for _, d := range dims {
		for _, n := range d {
			b = binary.LittleEndian.AppendUint16(b, n)
		}
	}
	return b
}

// block1 is one block in version 1, n elements along each axis from first on.
func block1(first uint32, n ...uint32) []byte {
	word := binary.LittleEndian.AppendUint32
	rank := uint32(len(n))
	b := concat([]byte{2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}, word(nil, 8+8*rank), word(nil, rank), word(nil, 1))
	for range n {
		b = word(b, first)
	}
	for _, n := range n {
		b = word(b, first+n-1)
	}
	return b
}

var allSelected = []byte{3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}

func concat(parts ...[]byte) []byte {
	var all []byte
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func eight(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }

// blockVersion1 maps rows 0 and 3 of a (4, 10) dataset to rows of /src of the same file, row 1 to all of /row of other.h5 and row 2 to all of /row of the same file: every
// way to share a name.
func blockVersion1() []byte {
	row := func(n uint16) []byte { return hyperslab3([4]uint16{n, 1, 1, 1}, [4]uint16{0, 1, 1, 10}) }
	return concat([]byte{1}, eight(4),
		[]byte{4}, []byte("src\x00"), row(0), row(0),
		[]byte{0}, []byte("other.h5\x00row\x00"), allSelected, row(1),
		[]byte{1 | 2}, eight(0), eight(1), allSelected, row(2),
		[]byte{4 | 2}, eight(0), row(1), row(3))
}

// replaceBlock puts a list of mappings in the place of the one in a file, of the same or larger size, and returns the file's new bytes.
func replaceBlock(t *testing.T, file string, block []byte) {
	t.Helper()
	b, err := os.ReadFile(file)
	must(t, err)
	d, err := mustOpen(t, file).Dataset("v")
	must(t, err)
	start, size, err := d.file.heap.Address(d.layout.Address, d.layout.HeapIndex)
	must(t, err)
	block = cursor.AppendChecksum(block, 0)
	if uint64(len(block)) > size {
		t.Fatalf("%d bytes do not fit in %d", len(block), size)
	}
	copy(b[start:], block)
	// The object keeps its place: what it no longer needs becomes its own padding and a free object at the end of the collection would not do.
	binary.LittleEndian.PutUint64(b[start-8:], uint64(len(block)))
	rest := start + (uint64(len(block))+7)&^7
	end := d.layout.Address + binary.LittleEndian.Uint64(b[d.layout.Address+8:])
	clear(b[rest:end])
	binary.LittleEndian.PutUint64(b[rest+8:], end-rest)
	must(t, os.WriteFile(file, b, 0o666))
}

// HDF5 2.0 may store names once (list version 1) and selections in few bytes (hyperslab version 3). No writer of these at hand makes a
// virtual dataset, so the list is ours; that it is right is for HDF5 2.0 to say, which reads the values.
func TestVirtualLayoutVersion1(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file.h5")
	writeStructures(t, []structureJob{{file, "latest", 0, `
f["src"] = np.arange(40, dtype="i4").reshape(4, 10)
f["row"] = np.arange(100, 110, dtype="i4")
layout = h5py.VirtualLayout((4, 10), "i4")
for n in range(4): layout[n] = h5py.VirtualSource("a long name of a file.h5", "and a long name of its dataset", (4, 10))[n]
f.create_virtual_dataset("v", layout)`}})
	replaceBlock(t, file, blockVersion1())
	d, err := mustOpen(t, file).Dataset("v")
	must(t, err)
	v, err := d.VirtualMappings()
	must(t, err)
	row := func(n int) string { return fmt.Sprintf("%d:1:1:1;0:1:1:10", n) }
	for i, want := range []mappingDescription{{".", "src", row(0), row(0)}, {"other.h5", "row", "all", row(1)}, {".", "row", "all", row(2)}, {".", "src", row(1), row(3)}} {
		got := mappingDescription{v.File(i), v.Path(i), selectionText(v.Source(i)), selectionText(v.Virtual(i))}
		if got != want {
			t.Errorf("mapping %d: %v, not %v", i, got, want)
		}
	}
	out := oracle.H5wasm(t, dir, `
const f = new h5wasm.File(process.argv[2], "r");
console.log(Array.from(f.get("v").value).join(" "));
`, file)
	want := ""
	for _, first := range []int{0, 0, 100, 10} {
		for i := range 10 {
			if first == 0 && strings.Count(want, " ") >= 10 && strings.Count(want, " ") < 20 {
				want += "0 " // other.h5 is not there
				continue
			}
			want += fmt.Sprint(first+i) + " "
		}
	}
	if got := strings.TrimSpace(string(out)); got != strings.TrimSpace(want) {
		t.Errorf("HDF5 2.0 reads %s\nthe mappings say %s", got, want)
	}
}

func TestVirtualLayoutRefuses(t *testing.T) {
	row := hyperslab3([4]uint16{0, 1, 1, 1}, [4]uint16{0, 1, 1, 10})
	good := concat([]byte{0}, eight(1), []byte("f\x00p\x00"), allSelected, row)
	for _, c := range []struct {
		name  string
		block []byte
		says  string
	}{
		{"good", good, ""},
		{"version 2", concat([]byte{2}, good[1:]), "version 2"},
		{"too many", concat([]byte{0}, eight(2), good[9:]), "2 mappings"},
		{"far too many", concat([]byte{0}, eight(1<<62), good[9:]), "mappings in"},
		{"something behind", concat(good, []byte{0}), "behind"},
		{"no end of a name", concat([]byte{0}, eight(1), []byte(strings.Repeat("f", 60))), "NUL"},
		{"rank", concat([]byte{0}, eight(1), []byte("f\x00p\x00"), allSelected, hyperslab3([4]uint16{0, 1, 1, 1})), "1 axes, the dataset has 2"},
		{"selection", concat([]byte{0}, eight(1), []byte("f\x00p\x00"), allSelected, []byte{9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), "virtual selection"},
		{"flags", concat([]byte{1}, eight(1), []byte{8}, []byte("f\x00p\x00"), allSelected, row), "flags"},
		{"own name", concat([]byte{1}, eight(1), []byte{2}, []byte("f\x00"), eight(0), allSelected, row), "has the name of mapping 0"},
		{"later name", concat([]byte{1}, eight(1), []byte{1}, eight(7), []byte("p\x00"), allSelected, row), "has the name of mapping 7"},
	} {
		b := cursor.AppendChecksum(append([]byte(nil), c.block...), 0)
		cur := cursor.New("f", 0, b, cursor.Sizes{Offset: 8, Length: 8}, "list")
		_, err := decodeVirtualLayout(&cur, 2)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	b := cursor.AppendChecksum(append([]byte(nil), good...), 0)
	b[12] ^= 1
	cur := cursor.New("f", 0, b, cursor.Sizes{Offset: 8, Length: 8}, "list")
	if _, err := decodeVirtualLayout(&cur, 2); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("a wrong checksum: %v", err)
	}
}

func FuzzDecodeVirtualLayout(f *testing.F) {
	f.Add(blockVersion1(), 2)
	f.Add(concat([]byte{0}, eight(1), []byte("f\x00p\x00"), allSelected, allSelected), 1)
	f.Add(concat([]byte{0}, eight(2), []byte("a name of a file\x00path\x00"), block1(0, 4, 9), block1(3, 8, 8), []byte("f\x00p\x00"), block1(1, 2), block1(2, 1, 9)), 3)
	f.Fuzz(func(t *testing.T, block []byte, rank int) {
		if rank < 0 || rank > dataspace.MaxRank {
			return
		}
		b := cursor.AppendChecksum(append([]byte(nil), block...), 0)
		c := cursor.New("f", 0, b, cursor.Sizes{Offset: 8, Length: 8}, "list")
		v, err := decodeVirtualLayout(&c, rank)
		if err != nil {
			if !errors.As(err, new(*FormatError)) && !errors.As(err, new(*UnsupportedError)) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		if rank > 0 {
			checkLayoutIndex(t, v, rank)
		}
	})
}

// checkLayoutIndex holds what the decoder noted of the virtual selections against the selections.
func checkLayoutIndex(t *testing.T, v *VirtualLayout, rank int) {
	t.Helper()
	met := make([]bool, v.Len())
	everywhere := make([]dataspace.Progression, rank)
	for axis := range everywhere {
		everywhere[axis] = dataspace.Progression{Step: 1, Count: dataspace.MaxCoordinate}
	}
	v.Index().Visit(everywhere, func(i int) bool { met[i] = true; return true })
	reach := make([]uint64, rank)
	var endless []int
	var source, virtual [dataspace.MaxRank]dataspace.Dim
	for i := range v.Len() {
		_, _ = v.File(i), v.Path(i)
		s := v.Virtual(i)
		if from, to := v.SourceInto(i, source[:]), v.VirtualInto(i, virtual[:]); !to.Equal(s) && s.Kind() != dataspace.KindAll || from.Kind() != v.Source(i).Kind() {
			t.Errorf("mapping %d: %v and %v", i, to, s)
		}
		if met[i] != (s.Kind() != dataspace.KindNone) {
			t.Errorf("mapping %d, %v: found is %v", i, s, met[i])
		}
		_, hi, _ := s.Bounds()
		if slices.ContainsFunc(hi, func(h uint64) bool { return h >= dataspace.MaxCoordinate }) {
			endless = append(endless, i)
		}
		for axis, h := range hi {
			if h < dataspace.MaxCoordinate {
				reach[axis] = max(reach[axis], h+1)
			}
		}
	}
	if !slices.Equal(v.Reach(), reach) || !slices.Equal(v.Endless(), endless) {
		t.Errorf("reach %d, endless %d; the selections say %d and %d", v.Reach(), v.Endless(), reach, endless)
	}
}

// benchmarkBlock is a list of n mappings of one frame each.
func benchmarkBlock(n int) []byte {
	b := concat([]byte{0}, eight(uint64(n)))
	for i := range n {
		b = fmt.Appendf(b, "file_%06d.h5\x00/entry/data\x00", i)
		b = append(b, allSelected...)
		b = append(b, block1(0, 1, 64, 64)...)
		binary.LittleEndian.PutUint32(b[len(b)-24:], uint32(i))
		binary.LittleEndian.PutUint32(b[len(b)-12:], uint32(i))
	}
	return cursor.AppendChecksum(b, 0)
}

func BenchmarkDecodeVirtualLayout(b *testing.B) {
	block := benchmarkBlock(10000)
	b.SetBytes(int64(len(block)))
	b.ReportAllocs()
	for b.Loop() {
		c := cursor.New("f", 0, block, cursor.Sizes{Offset: 8, Length: 8}, "list")
		if _, err := decodeVirtualLayout(&c, 3); err != nil {
			b.Fatal(err)
		}
	}
}
