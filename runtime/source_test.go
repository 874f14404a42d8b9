package runtime

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

// Sources that are alike share what is known of them, and what is said of one is not said of the others.
func TestSourcesThatAreAlike(t *testing.T) {
	a, b := NewSource("a.h5", "/d", []int{4, 6}), NewSource("b.h5", "/d", []int{4, 6})
	if a.sourceForm != b.sourceForm {
		t.Error("two of the same shape do not share it")
	}
	others := map[string]Source{
		"another path":        NewSource("c.h5", "/e", []int{4, 6}),
		"another extent":      NewSource("c.h5", "/d", []int{4, 7}),
		"fewer axes":          NewSource("c.h5", "/d", []int{4}),
		"no axes":             NewSource("c.h5", "/d", nil),
		"an axis that grows":  NewSource("c.h5", "/d", []int{Unlimited, 6}),
		"an axis to be found": NewSource("c.h5", "/d", []int{Probe, 6}),
		"a negative axis":     NewSource("c.h5", "/d", []int{-4, 6}),
		"an element type":     NewSource("c.h5", "/d", []int{4, 6}, ElementOf[int16]()),
		"an option":           NewSource("c.h5", "/d", []int{4, 6}, Optional()),
		"chunks":              NewSource("c.h5", "/d", []int{4, 6}, Chunk(1, 6)),
		"a series":            NewTemplateSource("c%b.h5", "/d", []int{4, 6}),
		"no file name":        NewSource("", "/d", []int{4, 6}),
		"a name with a zero":  NewSource("c\x00.h5", "/d", []int{4, 6}),
	}
	again := NewSource("a.h5", "/d", []int{4, 6})
	for what, s := range others {
		if wrong := what == "a negative axis" || what == "no file name" || what == "a name with a zero"; wrong != (s.Err() != nil) {
			t.Errorf("%s: error %v", what, s.Err())
		}
	}
	for _, s := range []Source{a, b, again} {
		if s.Err() != nil || s.element != nil || s.optional || s.template || s.chunk != nil || !slices.Equal(s.extent, []uint64{4, 6}) || s.Len(0) != 4 || s.Len(1) != 6 || s.count != 24 {
			t.Errorf("%s became %+v", s.Name(), s.sourceForm)
		}
	}
	if n := others["an element type"].element; n == nil {
		t.Error("the element type is lost")
	}
}

// Sources of different shapes may be made at the same time.
func TestSourcesMadeConcurrently(t *testing.T) {
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := range 1000 {
				rows := 1 + (i/10+worker)%3
				s := NewSource(fmt.Sprintf("%d.h5", i), "/d", []int{rows, 5})
				if s.Err() != nil || s.Len(0) != rows || s.count != uint64(5*rows) {
					t.Errorf("%d rows: %+v", rows, s.sourceForm)
				}
			}
		})
	}
	group.Wait()
}
