package events_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/events"
	"github.com/vdsgen/vdsgen/internal/oracle"
	"github.com/vdsgen/vdsgen/internal/oracle/detectortest"
)

func params() events.EventsParams {
	return events.EventsParams{Files: 3, Counts: []int{5, 1, 8}}
}

// hits are what testdata/h5py/detectors.py writes.
func hits(member, n int) []events.Hit {
	x, y := oracle.MemberValues[float32](member, n), oracle.MemberValues[float32](member+10, n)
	time, pixel := oracle.MemberValues[uint32](member+20, n), oracle.MemberValues[uint32](member+30, n)
	weight := oracle.MemberValues[float32](member+40, n)
	out := make([]events.Hit, n)
	for i := range out {
		out[i] = events.Hit{X: x[i], Y: y[i], Time: uint64(time[i]), Pixel: pixel[i], Weight: weight[i]}
	}
	return out
}

func write(t *testing.T, dir string) {
	ctx := context.Background()
	p := params()
	for member, n := range p.Counts {
		w, err := events.CreateEventsHits(ctx, dir, p, member)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Append(hits(member, n)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := events.BuildEvents(ctx, filepath.Join(dir, events.EventsFile), p); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) []byte {
	ctx := context.Background()
	r, err := events.OpenEventsExact(ctx, file, params())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a, err := r.Hits().Read(ctx, events.EventsHitsSlice{})
	return detectortest.Bytes(t, a, err)
}

// h5dump and h5wasm have no plain bytes of compounds, so that h5py alone stands for the library.
func TestBothWays(t *testing.T) {
	theirs, ours := oracle.Detector(t, "events", params().Counts...), t.TempDir()
	write(t, ours)
	theirFile, file := filepath.Join(theirs, events.EventsFile), filepath.Join(ours, events.EventsFile)
	want := oracle.Values(t, theirFile, events.EventsHitsPath)
	oracle.SameBytes(t, "generated code reads what h5py wrote", read(t, theirFile), want)
	oracle.SameBytes(t, "generated code reads what it wrote", read(t, file), want)
	oracle.SameBytes(t, "h5py reads what generated code wrote", oracle.Values(t, file, events.EventsHitsPath), want)
	if got, want := oracle.VirtualSources(t, file, events.EventsHitsPath), oracle.VirtualSources(t, theirFile, events.EventsHitsPath); got != want {
		t.Errorf("virtual_sources() lists\n%swant\n%s", got, want)
	}
}
