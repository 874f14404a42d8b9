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

func TestBothWays(t *testing.T) {
	oracle.BothWays{
		Detector: "events", Sizes: params().Counts,
		File: events.EventsFile, Path: events.EventsHitsPath,
		Write: write, Read: read,
	}.Run(t)
}
