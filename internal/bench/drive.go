package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"
	"unsafe"

	vds "github.com/vdsgen/vdsgen/runtime"
)

// driveCommand is the first argument with which this program is the driver of the project's own side.
const driveCommand = "drive"

const (
	enough  = 2 * time.Second // frames are enough once they took so long,
	longest = 8 * time.Second // and repetitions of a whole read
	checked = 8               // frames that the checksum of "frames" is of

	// GOGC: garbage, in percent of what is in use, at which it is collected.
	collectReading  = 50  // nearly all of the memory is the result, in which the collector has nothing to follow: it may as well collect often
	collectBuilding = 400 // nearly all of what is made is used until the end: there is next to nothing to collect
)

// measured is what a driver prints.
type measured struct {
	Seconds float64 `json:"seconds"` // median of the repetitions
	Bytes   int64   `json:"bytes"`   // of the result
	CRC     string  `json:"crc"`
}

// drive carries out one of the commands read, frames and build, with the arguments that testdata/bench/driver.c has
// them with, through the public API.
func drive(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet(driveCommand, flag.ContinueOnError)
	workers := flags.Int("workers", 0, "goroutines that read; 0: one a core")
	cpu := flags.String("cpuprofile", "", "file for a CPU profile")
	memory := flags.String("memprofile", "", "file for a profile of all allocations")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *memory != "" {
		runtime.MemProfileRate = 4 << 10
		defer func() { err = errors.Join(err, writeAllocations(*memory)) }()
	}
	if *cpu != "" {
		f, err := os.Create(*cpu)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer func() { pprof.StopCPUProfile(); _ = f.Close() }()
	}
	if os.Getenv("GOGC") == "" {
		collectAt := collectReading
		if flags.Arg(0) == "build" {
			collectAt = collectBuilding
		}
		debug.SetGCPercent(collectAt)
	}
	m, err := command(ctx, flags.Args(), vds.WithWorkers(*workers))
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(m)
}

func writeAllocations(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup("allocs").WriteTo(f, 0), f.Close())
}

func command(ctx context.Context, args []string, opts ...vds.Option) (measured, error) {
	if len(args) == 4 && args[0] == "build" {
		n, err := strconv.Atoi(args[2])
		if err != nil {
			return measured{}, err
		}
		return driveBuild(ctx, args[1], n, args[3] == "distinct")
	}
	if len(args) != 6 || args[0] != "read" && args[0] != "frames" {
		return measured{}, fmt.Errorf("%s: %q are not the arguments of read, frames or build", driveCommand, args)
	}
	size, err := elementSize(ctx, args[1], args[2])
	if err != nil {
		return measured{}, err
	}
	switch {
	case args[0] == "read" && size == 2:
		return driveRead[uint16](ctx, args[1:], opts)
	case args[0] == "read" && size == 4:
		return driveRead[uint32](ctx, args[1:], opts)
	case size == 2:
		return driveFrames[uint16](ctx, args[1:], opts)
	case size == 4:
		return driveFrames[uint32](ctx, args[1:], opts)
	}
	return measured{}, fmt.Errorf("elements of %d bytes are none that the workloads have", size)
}

func elementSize(ctx context.Context, file, path string) (int, error) {
	f, err := vds.Open(ctx, file)
	if err != nil {
		return 0, err
	}
	d, err := f.Dataset(ctx, path)
	if err != nil {
		return 0, errors.Join(err, f.Close())
	}
	return d.Datatype().Size(), f.Close()
}

// driveRead opens, reads a selection and closes: args are FILE DATASET SELECTION reused|fresh REPETITIONS.
func driveRead[T uint16 | uint32](ctx context.Context, args []string, opts []vds.Option) (measured, error) {
	selected, err := parseSelection(args[2])
	if err != nil {
		return measured{}, err
	}
	most, err := strconv.Atoi(args[4])
	if err != nil {
		return measured{}, err
	}
	var into []T
	if args[3] == "reused" {
		if into, err = touched[T](ctx, args[0], args[1], selected); err != nil {
			return measured{}, err
		}
	}
	var m measured
	var times []time.Duration
	var spent time.Duration
	for len(times) == 0 || len(times) < most && spent < longest {
		if into == nil {
			debug.FreeOSMemory() // or the memory of the repetition before would not be fresh
		}
		begin := time.Now()
		result, err := readOnce(ctx, args[0], args[1], into, selected, opts)
		if err != nil {
			return m, err
		}
		times = append(times, time.Since(begin))
		spent += times[len(times)-1]
		if len(times) == 1 {
			m.Bytes, m.CRC = int64(len(bytesOf(result))), checksum(0, bytesOf(result))
		}
	}
	m.Seconds = median(times).Seconds()
	return m, nil
}

// touched is memory for a selection, every page of which is there.
func touched[T uint16 | uint32](ctx context.Context, file, path string, selected []vds.Slice) ([]T, error) {
	f, err := vds.Open(ctx, file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	d, err := f.Dataset(ctx, path)
	if err != nil {
		return nil, err
	}
	shape, _, err := d.Select(selected...)
	if err != nil {
		return nil, err
	}
	n := 1
	for _, extent := range shape {
		n *= extent
	}
	into := make([]T, n)
	for i := range into {
		into[i] = 1
	}
	return into, nil
}

func readOnce[T uint16 | uint32](ctx context.Context, file, path string, into []T, selected []vds.Slice, opts []vds.Option) ([]T, error) {
	f, err := vds.Open(ctx, file, opts...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	d, err := vds.OpenDataset[T](ctx, f, path)
	if err != nil {
		return nil, err
	}
	if into != nil {
		return into, d.ReadInto(ctx, into, selected...)
	}
	a, err := d.Read(ctx, selected...)
	return a.Data, err
}

// driveFrames reads single frames at random: args are FILE DATASET COUNT SEED cold|keep. Cold opens everything for each.
func driveFrames[T uint16 | uint32](ctx context.Context, args []string, opts []vds.Option) (measured, error) {
	most, errCount := strconv.Atoi(args[2])
	state, errSeed := strconv.ParseUint(args[3], 10, 64)
	if err := errors.Join(errCount, errSeed); err != nil {
		return measured{}, err
	}
	into, err := touched[T](ctx, args[0], args[1], []vds.Slice{vds.Index(0)})
	if err != nil {
		return measured{}, err
	}
	next := func(length int) vds.Slice {
		state = state*6364136223846793005 + 1442695040888963407
		return vds.Index(int((state >> 33) % uint64(length)))
	}
	frame, done, err := frameReader(ctx, args[0], args[1], args[4] == "keep", into, next, opts)
	if err != nil {
		return measured{}, err
	}
	m := measured{Bytes: int64(len(bytesOf(into)))}
	var times []time.Duration
	var spent time.Duration
	crc := uint32(0)
	for len(times) < checked || len(times) < most && spent < enough {
		begin := time.Now()
		if err := frame(); err != nil {
			return m, errors.Join(err, done())
		}
		times = append(times, time.Since(begin))
		spent += times[len(times)-1]
		if len(times) <= checked {
			crc = crc32.Update(crc, crc32.IEEETable, bytesOf(into))
		}
	}
	m.Seconds, m.CRC = median(times).Seconds(), fmt.Sprintf("%08x", crc)
	return m, done()
}

// frameReader is a function that reads the next frame, and one to call when there are no more.
func frameReader[T uint16 | uint32](ctx context.Context, file, path string, keep bool, into []T, next func(length int) vds.Slice, opts []vds.Option) (frame, done func() error, err error) {
	open := func() (*vds.File, *vds.Dataset[T], error) {
		f, err := vds.Open(ctx, file, opts...)
		if err != nil {
			return nil, nil, err
		}
		d, err := vds.OpenDataset[T](ctx, f, path)
		return f, d, err
	}
	if !keep {
		return func() error {
			f, d, err := open()
			if err != nil {
				return err
			}
			return errors.Join(d.ReadInto(ctx, into, next(d.Shape()[0])), f.Close())
		}, func() error { return nil }, nil
	}
	f, d, err := open()
	if err != nil {
		return nil, nil, err
	}
	return func() error { return d.ReadInto(ctx, into, next(d.Shape()[0])) }, f.Close, nil
}

// driveBuild writes a virtual dataset of n frames of 64 × 64, a mapping for each: of one file, or of n. The names of these are there before it begins.
func driveBuild(ctx context.Context, file string, n int, distinct bool) (measured, error) {
	var files []string
	if distinct {
		files = make([]string, n)
		for i := range files {
			files[i] = fmt.Sprintf("src_%06d.h5", i)
		}
	}
	begin := time.Now()
	l := vds.NewLayout[uint16]([]int{n, 64, 64}, vds.SeparateMappings())
	stack := vds.NewSource("src.h5", "/data", []int{n, 64, 64})
	for i := range n {
		var source vds.Source
		if distinct {
			source = vds.NewSource(files[i], "/data", []int{1, 64, 64})
		} else {
			source = stack.Slice(vds.Index(i))
		}
		if err := l.Map([]vds.Slice{vds.Index(i)}, source); err != nil {
			return measured{}, err
		}
	}
	b := vds.NewBuilder(file)
	b.Virtual("/data", l)
	err := b.Commit(ctx)
	return measured{Seconds: time.Since(begin).Seconds()}, err
}

// parseSelection reads "all" or start:stop:step for each axis.
func parseSelection(text string) ([]vds.Slice, error) {
	if text == "all" {
		return nil, nil
	}
	var all []vds.Slice
	for axis := range strings.SplitSeq(text, ",") {
		var start, stop, step int
		if _, err := fmt.Sscanf(axis, "%d:%d:%d", &start, &stop, &step); err != nil {
			return nil, fmt.Errorf("selection %q: %q is not start:stop:step", text, axis)
		}
		all = append(all, vds.Range(start, stop).By(step))
	}
	return all, nil
}

// bytesOf is the memory of elements as the machine has it: little-endian on every one that the opponents run on.
func bytesOf[T uint16 | uint32](elements []T) []byte {
	if len(elements) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&elements[0])), len(elements)*int(unsafe.Sizeof(elements[0])))
}

func checksum(crc uint32, b []byte) string {
	return fmt.Sprintf("%08x", crc32.Update(crc, crc32.IEEETable, b))
}

func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
