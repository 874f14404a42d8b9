package events_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/examples/generated/events"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// A stream of hits, each a compound with a place, a time, a pixel and a weight, out of files of any length.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "events")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	p := events.EventsParams{Files: 2, Counts: []int{3, 1}}
	var time uint64
	for file, count := range p.Counts {
		w, err := events.CreateEventsHits(ctx, dir, p, file)
		if err != nil {
			log.Fatal(err)
		}
		for range count {
			time += 25 // nanoseconds
			if err := w.Append([]events.Hit{{X: 1.5, Y: float32(file), Time: time, Pixel: 7, Weight: 1}}); err != nil {
				log.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			log.Fatal(err)
		}
	}
	name := filepath.Join(dir, events.EventsFile)
	if err := events.BuildEvents(ctx, name, p); err != nil {
		log.Fatal(err)
	}

	r, err := events.OpenEventsExact(ctx, name, p)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	fmt.Println("hits:", r.Hits().Shape()[0])

	hits, err := r.Hits().Read(ctx, events.EventsHitsSlice{Event: vds.From(2)})
	if err != nil {
		log.Fatal(err)
	}
	for _, hit := range hits.Data {
		fmt.Printf("%+v\n", hit)
	}
	// Output:
	// hits: 4
	// {X:1.5 Y:0 Time:75 Pixel:7 Weight:1}
	// {X:1.5 Y:1 Time:100 Pixel:7 Weight:1}
}
