package main

import (
	"fmt"
	"path/filepath"
	"strconv"
)

// measure is one thing that all programs do with the same data.
type measure struct {
	workload string
	title    string
	data     string   // folder of the data; "" for what is built
	args     []string // of a driver
	slice    string   // of a whole process of vdsgen read, in NumPy's words; "" is everything
	whole    bool     // whole processes that write to a pipe count, and not what a driver says

	least, aim float64 // wanted ratio of the fastest libhdf5's time to ours; 0 where nothing is wanted
	parity     bool    // the ratio wanted is 1, less what measuring leaves open
	memory     int64   // most bytes that our process may have; 0 is any
	plugin     string  // name of the filter plugin that the opponents read with, if any
}

func (m measure) name() string { return m.workload + ": " + m.title }

// parityRatio is what counts as equally fast: medians of a few runs differ by so much.
const parityRatio = 0.95

// The filter plugins for bitshuffle.
const (
	pluginAVX2   = "AVX2"
	pluginDebian = "Debian"
)

// frameCount is how many frames are read at random, at most.
const frameCount = "200"

// measures is everything that is measured, in the order of the table.
func measures(dir string, all []dataset) ([]measure, error) {
	w1, err1 := find(all, "w1")
	w1n, err2 := find(all, "w1n")
	w2, err3 := find(all, "w2")
	w4, err4 := find(all, "w4")
	w6, err5 := find(all, "w6")
	w7, err6 := find(all, "w7")
	for _, err := range []error{err1, err2, err3, err4, err5, err6} {
		if err != nil {
			return nil, err
		}
	}
	files, mappings := w1.most("files"), w1n.most("mappings")
	var list []measure
	add := func(m measure) { list = append(list, m) }
	read := func(d, file, selection, memory string) []string {
		repetitions := "5"
		if memory == "fresh" {
			repetitions = "9" // the first ones wait for the machine to find memory
		}
		return []string{"read", filepath.Join(dir, d, file), "data", selection, memory, repetitions}
	}
	frames := func(d, file, mode string) []string {
		return []string{"frames", filepath.Join(dir, d, file), "data", frameCount, "1", mode}
	}

	vds1, vds1n := fmt.Sprintf("vds_%d.h5", files), fmt.Sprintf("vds_%d.h5", mappings)
	add(measure{workload: "W1", title: fmt.Sprintf("%d files, open and read all", files), data: "w1", args: read("w1", vds1, "all", "reused"), least: 25, aim: 50, memory: 150e6})
	add(measure{workload: "W1", title: fmt.Sprintf("one random frame of %d files, cold", files), data: "w1", args: frames("w1", vds1, "cold"), least: 15, aim: 40})
	add(measure{workload: "W1", title: "one random frame, VDS kept open", data: "w1", args: frames("w1", vds1, "keep"), least: 8, aim: 15})

	add(measure{workload: "W1n", title: fmt.Sprintf("one random frame of %d mappings, cold", mappings), data: "w1n", args: frames("w1n", vds1n, "cold"), least: 10, aim: 30})
	add(measure{workload: "W1n", title: "one random frame, VDS kept open", data: "w1n", args: frames("w1n", vds1n, "keep"), least: 4, aim: 8})
	add(measure{workload: "W1n", title: fmt.Sprintf("all of %d mappings", mappings), data: "w1n", args: read("w1n", vds1n, "all", "reused"), least: 20, aim: 60})

	region2 := fmt.Sprintf("0:%d:1,210:310:1,500:600:1", w2.parameters["frames"])
	add(measure{workload: "W2", title: "mosaic, whole, reused buffer", data: "w2", args: read("w2", "vds.h5", "all", "reused"), least: 1.3, aim: 1.7})
	add(measure{workload: "W2", title: "mosaic, whole, fresh memory", data: "w2", args: read("w2", "vds.h5", "all", "fresh"), least: 2.5, aim: 4.5})
	add(measure{workload: "W2", title: "region of 100 × 100 through all frames", data: "w2", args: read("w2", "vds.h5", region2, "reused"), least: 4, aim: 8})

	for _, e := range []struct {
		data, title string
		least, aim  float64
	}{{"w3-1m-u16", "Eiger 1M uint16", 1.5, 3}, {"w3-1m-u32", "Eiger 1M uint32", 1.4, 2.8}, {"w3-16m-u32", "Eiger 16M uint32", 4, 7}} {
		add(measure{workload: "W3", title: e.title, data: e.data, args: read(e.data, "vds.h5", "all", "reused"), least: e.least, aim: e.aim, plugin: pluginAVX2})
	}
	add(measure{workload: "W3", title: "Eiger 1M uint16, Debian's plugin", data: "w3-1m-u16", args: read("w3-1m-u16", "vds.h5", "all", "reused"), plugin: pluginDebian})

	tenth := fmt.Sprintf("0:%d:10,0:%d:1,0:%d:1", w4.parameters["frames"], w4.parameters["rows"], w4.parameters["cols"])
	add(measure{workload: "W4", title: "interleaved, deflate, all", data: "w4", args: read("w4", "vds.h5", "all", "reused"), least: 8, aim: 15})
	add(measure{workload: "W4", title: "every tenth frame", data: "w4", args: read("w4", "vds.h5", tenth, "reused"), least: 6, aim: 12})

	built := mappings * 2
	add(measure{workload: "W5", title: fmt.Sprintf("build %d mappings of one file", built), args: []string{"build", "", strconv.Itoa(built), "one"}, least: 30, aim: 80})
	add(measure{workload: "W5", title: fmt.Sprintf("build %d mappings, a file each", built), args: []string{"build", "", strconv.Itoa(built), "distinct"}, least: 25, aim: 50})

	n6 := w6.parameters["frames"]
	add(measure{workload: "W6", title: "contiguous, whole, reused buffer", data: "w6", args: read("w6", "plain.h5", "all", "reused"), least: 1, aim: 1, parity: true})
	add(measure{workload: "W6", title: "contiguous, whole, fresh memory", data: "w6", args: read("w6", "plain.h5", "all", "fresh"), least: 3, aim: 5})
	add(measure{workload: "W6", title: "every second element of the last axis", data: "w6", args: read("w6", "plain.h5", fmt.Sprintf("0:%d:1,0:1024:1,0:1024:2", n6), "reused"), least: 6, aim: 12})
	add(measure{workload: "W6", title: "one column", data: "w6", args: read("w6", "plain.h5", fmt.Sprintf("0:%d:1,0:1024:1,17:18:1", n6), "reused"), least: 1.1, aim: 6})

	trains := w7.parameters["trains"].(int)
	quarter := fmt.Sprintf("0:%d:1,0:16:1,0:512:1,0:128:1", trains/4)
	add(measure{workload: "W7", title: "16 modules on a middle axis, all", data: "w7", args: read("w7", "vds.h5", "all", "reused"), least: 80, aim: 150})
	add(measure{workload: "W7", title: fmt.Sprintf("the first %d trains", trains/4), data: "w7", args: read("w7", "vds.h5", quarter, "reused"), least: 60, aim: 120})
	add(measure{workload: "W7", title: "region of 100 × 100 of all modules", data: "w7", args: read("w7", "vds.h5", fmt.Sprintf("0:%d:1,0:16:1,200:300:1,10:110:1", trains), "reused"), least: 30, aim: 60})

	cat := func(d, file, selection string) []string {
		return []string{"cat", filepath.Join(dir, d, file), "data", selection}
	}
	add(measure{workload: "W1", title: fmt.Sprintf("process: %d files, all", files), data: "w1", args: cat("w1", vds1, "all"), whole: true, memory: 150e6})
	add(measure{workload: "W2", title: "process: mosaic, whole", data: "w2", args: cat("w2", "vds.h5", "all"), whole: true})
	add(measure{workload: "W2", title: "process: region of 100 × 100", data: "w2", args: cat("w2", "vds.h5", region2), slice: region2, whole: true})
	add(measure{workload: "W3", title: "process: Eiger 1M uint16", data: "w3-1m-u16", args: cat("w3-1m-u16", "vds.h5", "all"), whole: true, plugin: pluginAVX2})
	add(measure{workload: "W5", title: fmt.Sprintf("process: build %d mappings, a file each", built), args: []string{"build", "", strconv.Itoa(built), "distinct"}, whole: true})
	add(measure{workload: "W7", title: fmt.Sprintf("process: the first %d trains", trains/4), data: "w7", args: cat("w7", "vds.h5", quarter), slice: quarter, whole: true})
	return list, nil
}
