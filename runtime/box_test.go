package runtime

import (
	"math/rand/v2"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Slices that are a box are resolved as all others are: to the same hyperslab, with as many elements and the same axes dropped. What is no box, or
// does not fit, is left to them.
func TestResolveBox(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	near := func(n int) int { return r.IntN(2*n+5) - n - 2 }
	boxes := 0
	for range 50_000 {
		extent := make([]uint64, 1+r.IntN(fewAxes+1))
		for i := range extent {
			extent[i] = uint64(r.IntN(6))
			switch r.IntN(40) {
			case 0:
				extent[i] = unknownExtent
			case 1:
				extent[i] = 1 << 33
			}
		}
		var given []Slice
		for range r.IntN(len(extent) + 2) {
			n := 5
			given = append(given, []Slice{All(), Index(near(n)), Index(r.IntN(3)), Range(near(n), near(n)), From(near(n)), To(near(n)), Range(0, n).By(1 + r.IntN(2)),
				Range(0, n).By(-1), Blocks(0, 2, 2, 1), Indices(0, 2), Ellipsis, All().Deal(0, 2, 1), Index(Bad), To(Bad), From(1 << 30)}[r.IntN(15)])
		}
		b, ok := resolveBox(given, extent)
		if !ok {
			continue
		}
		boxes++
		axes, err := resolveSlices(given, extent)
		if err != nil {
			t.Fatalf("%v of %v is a box, and %v", given, extent, err)
		}
		want, err := hyperslab(axes, nil)
		if err != nil {
			t.Fatal(err)
		}
		dropped := uint32(0)
		for i := range axes {
			if axes[i].drop {
				dropped |= 1 << i
			}
		}
		if got := b.Selection(); got.Kind() != dataspace.KindRegular || !got.Equal(want) || b.count != selectionCount(axes) || b.dropped != dropped {
			t.Fatalf("%v of %v is %v (%d elements, dropped %b), want %v (%d, %b)", given, extent, got, b.count, b.dropped, want, selectionCount(axes), dropped)
		}
	}
	if boxes < 5000 {
		t.Fatalf("only %d of the slices are boxes", boxes)
	}
	for _, usual := range [][]Slice{nil, {Index(3)}, {Index(-1), Ellipsis}, {Range(0, 2), All(), To(-1)}} {
		if _, ok := resolveBox(usual, []uint64{4, 5, 6}); !ok {
			t.Errorf("%v is no box", usual)
		}
	}
}
