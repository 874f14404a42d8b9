package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// coordinatesOf lists, one by one, the coordinates below extent that an axis selects.
func coordinatesOf(d dataspace.Dim, extent uint64) []uint64 {
	var all []uint64
	for x := d.Start; x < extent; x++ {
		i := uint64(0)
		if d.Count > 1 {
			i = (x - d.Start) / d.Stride
		}
		if d.Block == dataspace.Unlimited || i < d.Count && x-d.Start-i*d.Stride < d.Block {
			all = append(all, x)
		}
	}
	return all
}

// productOf lists the elements of the product of coordinates in row-major order.
func productOf(axes [][]uint64) [][]uint64 {
	all := [][]uint64{nil}
	for _, coordinates := range axes {
		var next [][]uint64
		for _, x := range all {
			for _, c := range coordinates {
				next = append(next, append(slices.Clone(x), c))
			}
		}
		all = next
	}
	return all
}

// growing draws an axis that grows with its dataset.
func (r random) growing() dataspace.Dim {
	d := dataspace.Dim{Start: r.upTo(3), Block: 1 + r.upTo(2), Count: dataspace.Unlimited}
	d.Stride = d.Block + r.upTo(3)
	if r.IntN(4) == 0 {
		d.Count, d.Block = 1, dataspace.Unlimited
	}
	return d
}

// TestProjectUnlimited holds unlimited mappings against a naive reading of the rule: both sides are
// ended at the number of slices that both datasets have, and then correspond element by element.
func TestProjectUnlimited(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := random{rand.New(rand.NewPCG(seed, 2))}
	for range 4000 {
		n := sizes[r.IntN(6)]
		var sides [2]struct {
			dims   []dataspace.Dim
			extent []uint64
			axis   int
			slices int
			sel    dataspace.Selection
		}
		for k := range sides {
			s := &sides[k]
			fixed, extent := r.regular(n)
			s.axis = r.IntN(fixed.Rank() + 1)
			s.dims = slices.Insert(fixed.Dims(), s.axis, r.growing())
			s.extent = slices.Insert(extent, s.axis, r.upTo(12))
			s.slices = len(coordinatesOf(s.dims[s.axis], s.extent[s.axis]))
			var err error
			if s.sel, err = dataspace.Regular(s.dims...); err != nil {
				t.Fatal(err)
			}
		}
		both := min(sides[0].slices, sides[1].slices)
		var lists [2][][]uint64
		for k, s := range sides {
			axes := make([][]uint64, len(s.dims))
			for axis, d := range s.dims {
				axes[axis] = coordinatesOf(d, s.extent[axis])
			}
			axes[s.axis] = axes[s.axis][:both]
			lists[k] = productOf(axes)
		}
		req := Request{Axes: make([]Progression, len(sides[0].extent))}
		for axis, e := range sides[0].extent {
			req.Axes[axis] = Progression{Start: 0, Step: 1 + r.upTo(1), Count: 0}
			req.Axes[axis].Count = (e + req.Axes[axis].Step - 1) / req.Axes[axis].Step
		}
		want := map[int64]string{}
		for k, x := range lists[0] {
			if at, ok := memoryOf(req, x); ok {
				want[at] = fmt.Sprint(lists[1][k])
			}
		}
		m := Mapping{Virtual: sides[0].sel, Source: sides[1].sel}
		got := scatter(t, project(t, req, m, sides[0].extent, sides[1].extent))
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%+v of %v ← %v (extents %v, %v)\ngot  %v\nwant %v", req, m.Virtual, m.Source, sides[0].extent, sides[1].extent, got, want)
		}
	}
}
