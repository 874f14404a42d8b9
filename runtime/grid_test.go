package runtime

import (
	"context"
	"fmt"
	"testing"
)

// A stream laid out in rows, also in a snake and dealt, puts each element where counting puts it.
func TestGrid(t *testing.T) {
	for _, c := range []struct {
		name         string
		stream       Slice
		place        func(i int) int // of element i in the stream
		length, cols int
		snake        bool
	}{
		{"rows", To(12), func(i int) int { return i }, 12, 4, false},
		{"snake", To(20), func(i int) int { return i }, 20, 4, true},
		{"second file", Range(6, 17), func(i int) int { return i + 6 }, 11, 4, true},
		{"dealt", To(9).Deal(1, 2, 2), func(i int) int { return (i/2*2+1)*2 + i%2 }, 9, 3, true},
		{"one column", To(5), func(i int) int { return i }, 5, 1, true},
		{"part of a row", Range(5, 7), func(i int) int { return i }, 2, 4, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "part of a row" {
				c.place = func(i int) int { return i + 5 }
			}
			l := NewLayout[int32]([]int{10, c.cols}, Fill(-1))
			for _, p := range Grid(c.stream, c.length, c.cols, c.snake) {
				if err := l.Map([]Slice{p.Row, p.Col}, NewSource("s.h5", "d", []int{c.length}).Part(0, p.Source)); err != nil {
					t.Fatal(err)
				}
			}
			dir := t.TempDir()
			w, err := CreateSource[int32](context.Background(), dir, NewSource("s.h5", "d", []int{c.length}))
			must(t, err)
			must(t, w.Append(Sequence[int32](0, c.length-1).([]int32)))
			must(t, w.Close())
			b := NewBuilder(in(dir, "v.h5"))
			b.Virtual("v", l)
			must(t, b.Commit(context.Background()))
			want := make([]int, 10*c.cols)
			for i := range want {
				want[i] = -1
			}
			for i := range c.length {
				row, col := c.place(i)/c.cols, c.place(i)%c.cols
				if c.snake && row%2 == 1 {
					col = c.cols - 1 - col
				}
				want[row*c.cols+col] = i
			}
			got, err := read[int32](t, in(dir, "v.h5"), "v", nil)
			if text := fmt.Sprint([]int{10, c.cols}, want); err != nil || got != text {
				t.Errorf("got %s, %v, want %s", got, err, text)
			}
		})
	}
	// What is dealt lies in a longer stream, and may lie within a run.
	l := NewLayout[int32]([]int{Fit})
	file := Concat()
	file.Next(100)
	must(t, l.Map([]Slice{file.Next(20).Deal(1, 2, 10)}, NewSource("s.h5", "d", []int{20})))
	must(t, l.Map([]Slice{To(15).Deal(0, 2, 10).Within(Range(1000, 1100))}, NewSource("s.h5", "d", []int{15})))
	if got := fmt.Sprint(l.mappings.virtual.At(0), l.mappings.virtual.At(1), l.mappings.virtual.At(2), l.Len()); got != "[210:250:20(block 10)] [1000:1010] [1020:1025] 3" {
		t.Errorf("got %s", got)
	}
	if err := l.Map([]Slice{Index(0), Index(0)}, NewSource("s.h5", "d", []int{6}).Part(0, Grid(To(5), 6, 2, true)[0].Source)); err == nil {
		t.Error("a stream that is shorter than its member")
	}
}
