package runtime

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
)

// benchMappings is how many mappings the benchmarks of building have.
const benchMappings = 100_000

// frameLayout maps a frame of 64 × 64 to each index of axis 0: of one source, or of a source each.
func frameLayout(b testing.TB, n int, distinct bool) *Layout {
	l := NewLayout[uint16]([]int{n, 64, 64}, SeparateMappings())
	stack := NewSource("src.h5", "/data", []int{n, 64, 64})
	for i := range n {
		var source Source
		if distinct {
			source = NewSource(fmt.Sprintf("src_%06d.h5", i), "/data", []int{1, 64, 64})
		} else {
			source = stack.Slice(Index(i))
		}
		if err := l.Map([]Slice{Index(i)}, source); err != nil {
			b.Fatal(err)
		}
	}
	return l
}

// Mapping allocates nothing of its own: a part of a source has the axes of its selection, and a source itself.
func TestMapAllocates(t *testing.T) {
	const n = 20_000
	for _, c := range []struct {
		distinct bool
		most     float64
	}{{false, 1}, {true, 3}} { // for the name of a source of its own: its text, and the number in it
		each := testing.AllocsPerRun(3, func() { frameLayout(t, n, c.distinct) }) / n
		if each > c.most+1.5 { // the race detector makes pools forget
			t.Errorf("distinct=%v: %.2f allocations a mapping, want %v", c.distinct, each, c.most)
		}
	}
}

// What a layout costs: allocations and bytes divided by benchMappings are those of a mapping.
func BenchmarkMap(b *testing.B) {
	for _, distinct := range []bool{false, true} {
		b.Run(fmt.Sprintf("distinct=%v", distinct), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				frameLayout(b, benchMappings, distinct)
			}
		})
	}
}

func BenchmarkCommit(b *testing.B) {
	for _, distinct := range []bool{false, true} {
		b.Run(fmt.Sprintf("distinct=%v", distinct), func(b *testing.B) {
			b.ReportAllocs()
			l := frameLayout(b, benchMappings, distinct)
			name := filepath.Join(b.TempDir(), "v.h5")
			for b.Loop() {
				builder := NewBuilder(name)
				builder.Virtual("data", l)
				must(b, builder.Commit(context.Background()))
			}
		})
	}
}
