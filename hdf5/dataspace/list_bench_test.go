package dataspace

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkListFirstOverlap looks for an overlap among frames in order, and among those in any order.
func BenchmarkListFirstOverlap(b *testing.B) {
	const frames = 100_000
	for _, order := range []string{"in order", "in any order"} {
		b.Run(order, func(b *testing.B) {
			numbers := make([]int, frames)
			for i := range numbers {
				numbers[i] = i
			}
			if order != "in order" {
				numbers = rand.New(rand.NewPCG(1, 1)).Perm(frames)
			}
			var list List
			for _, i := range numbers {
				if err := list.AppendRegular(Range(uint64(i), uint64(i+1)), Range(0, 64), Range(0, 64)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, _, ok := list.FirstOverlap(); ok {
					b.Fatal("an overlap")
				}
			}
		})
	}
}
