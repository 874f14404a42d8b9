package runtime

import (
	"errors"
	"fmt"
	"testing"
)

// many is n frames of two modules each in files of 100 frames, mapped frame by frame or file by file.
func many(n int, single bool) (*Layout, error) {
	l := NewLayout[uint16]([]int{n, 2, 8}, SeparateMappings())
	for file := range n / 100 {
		for module := range 2 {
			s := NewSource(fmt.Sprintf("m%d_%d.h5", module, file), "/data", []int{100, 8})
			if !single {
				if err := l.Map([]Slice{Range(100*file, 100*file+100), Index(module)}, s); err != nil {
					return nil, err
				}
				continue
			}
			for i := range 100 {
				if err := l.Map([]Slice{Index(100*file + i), Index(module)}, s.Slice(Index(i))); err != nil {
					return nil, err
				}
			}
		}
	}
	return l, nil
}

// BenchmarkCheckMappings opens 100,000 mappings, and compares them with the same and with the same in longer ones.
func BenchmarkCheckMappings(b *testing.B) {
	const n = 50_000
	l, err := many(n, true)
	if err != nil {
		b.Fatal(err)
	}
	name := in(b.TempDir(), "v.h5")
	w := NewBuilder(name)
	w.Virtual("/v", l)
	if err := w.Commit(b.Context()); err != nil {
		b.Fatal(err)
	}
	for _, single := range []bool{true, false} {
		b.Run(fmt.Sprintf("single=%v", single), func(b *testing.B) {
			f, err := Open(b.Context(), name)
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			for b.Loop() {
				d, err := f.Dataset(b.Context(), "/v")
				if err != nil {
					b.Fatal(err)
				}
				if err := CheckMappings(d, func() (*Layout, error) { return many(n, single) }, "frame", "module", "x"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A file whose mappings are divided otherwise than those of a layout with very many blocks is refused, and not compared without an end.
func TestCheckMappingsManyParts(t *testing.T) {
	const blocks = 1 << 28 // of which four fit into an int of 32 bits
	layout := func(first int) *Layout {
		l := NewLayout[uint8]([]int{4 * blocks})
		for k := range 2 {
			s := NewSource(fmt.Sprintf("%d.h5", k), "/data", []int{2 * blocks})
			must(t, l.Map([]Slice{Blocks(2*(first+k)%4, 4, blocks, 2)}, s))
		}
		return l
	}
	name := in(t.TempDir(), "v.h5")
	b := NewBuilder(name)
	b.Virtual("/v", layout(1))
	must(t, b.Commit(t.Context()))
	f, err := Open(t.Context(), name)
	must(t, err)
	defer f.Close()
	d, err := f.Dataset(t.Context(), "/v")
	must(t, err)
	must(t, CheckMappings(d, func() (*Layout, error) { return layout(1), nil }))
	if err := CheckMappings(d, func() (*Layout, error) { return layout(0), nil }); !errors.Is(err, errManyParts) {
		t.Errorf("the error is %v, want %v", err, errManyParts)
	}
}
