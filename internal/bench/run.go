package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// run is one run of the benchmarks.
type run struct {
	settings
	root     string // of the module
	about    machine
	programs []program // ours first
	h5py     program
	vdsgen   string            // the command, built
	plugins  map[string]string // folder of each filter plugin
	data     []dataset
	folder   string // of the data
}

// sample is what one program took for one measure.
type sample struct {
	program program
	seconds float64 // median
	peak    int64   // most bytes that the process had, over all its runs; 0 is not known
}

// result is one measure of all programs, in their order.
type result struct {
	measure
	samples []sample
}

// timed is a result of generating code, which nothing is compared with.
type timed struct {
	title          string
	seconds, limit float64
}

type results struct {
	measures   []result
	generation []timed
	whole      bool // nothing was left out
}

// measureAll makes the data and runs every measure that is asked for.
func (b *run) measureAll(ctx context.Context) (all results, err error) {
	b.data, b.folder = smallSizes(), filepath.Join(b.dir, "small")
	if b.full {
		b.data, b.folder = fullSizes(), filepath.Join(b.dir, "full")
	}
	list, err := measures(b.folder, b.data)
	if err != nil {
		return all, err
	}
	prepared := map[string]bool{"": true}
	var failed []error
	all.whole = b.only.MatchString(generationWorkload)
	for _, m := range list {
		if !b.only.MatchString(m.name()) {
			all.whole = false
			continue
		}
		if !prepared[m.data] {
			if err := b.prepare(ctx, m.data); err != nil {
				return all, err
			}
			prepared[m.data] = true
		}
		r, err := b.measure(ctx, m)
		if err != nil {
			err = fmt.Errorf("%s: %w", m.name(), err)
			fmt.Fprintln(os.Stderr, "bench:", err)
			if failed = append(failed, err); ctx.Err() != nil {
				break
			}
			continue // the others may be worth the wait
		}
		all.measures = append(all.measures, r)
		fmt.Fprintln(os.Stderr, "bench:", m.name(), r.line())
	}
	all.generation, err = b.measureGeneration(ctx)
	return all, errors.Join(append(failed, err)...)
}

// prepare makes the data of that name, if they are not there, and brings them into the page cache.
func (b *run) prepare(ctx context.Context, name string) error {
	d, err := find(b.data, name)
	if err != nil {
		return err
	}
	if err := makeData(ctx, b.python, filepath.Join(b.root, scripts, "data.py"), b.folder, d); err != nil {
		return err
	}
	return warm(filepath.Join(b.folder, name))
}

// slow is how long a program may take and still be run again: what takes longer differs from run to run by less than
// from its opponents.
const slow = 10 * time.Second

// measure runs all programs in turn, so often as is asked for, but slow ones once; which one begins changes.
func (b *run) measure(ctx context.Context, m measure) (result, error) {
	n := len(b.programs)
	times, peaks, crcs := make([][]time.Duration, n), make([]int64, n), make([]string, n)
	once := make([]bool, n)
	for round := range b.rounds {
		for i := range n {
			i := (i + round) % n
			if round > 0 && once[i] {
				continue
			}
			begin := time.Now()
			got, peak, err := b.once(ctx, b.programs[i], m)
			if err != nil {
				return result{}, fmt.Errorf("%s: %w", b.programs[i].name, err)
			}
			once[i] = time.Since(begin) > slow
			times[i] = append(times[i], time.Duration(got.Seconds*float64(time.Second)))
			peaks[i] = max(peaks[i], peak)
			if crcs[i] == "" {
				crcs[i] = got.CRC
			}
			if got.CRC != "" && got.CRC != crcs[i] {
				return result{}, fmt.Errorf("%s: the CRC32 is %s, and was %s before", b.programs[i].name, got.CRC, crcs[i])
			}
		}
	}
	r := result{measure: m}
	for i, p := range b.programs {
		if crcs[i] != crcs[0] || crcs[i] == "" {
			return result{}, fmt.Errorf("the results differ: CRC32 %q from %s, %q from %s", crcs[0], b.programs[0].name, crcs[i], p.name)
		}
		r.samples = append(r.samples, sample{p, median(times[i]).Seconds(), peaks[i]})
	}
	return r, nil
}

// once runs one program once.
func (b *run) once(ctx context.Context, p program, m measure) (got measured, peak int64, err error) {
	if m.args[0] == "build" {
		return b.onceBuild(ctx, p, m)
	}
	if !m.whole {
		return b.drive(ctx, p, m, m.args)
	}
	cmd := b.command(ctx, p.prefix[0], append(p.prefix[1:len(p.prefix):len(p.prefix)], m.args...)...)
	if p.ours {
		args := []string{"read", m.args[1], m.args[2], "--format", "raw"}
		if m.slice != "" {
			args = append(args, "--slice", m.slice)
		}
		cmd = b.command(ctx, b.vdsgen, args...)
	}
	return b.pipe(cmd, m)
}

// drive runs a driver and reads what it prints.
func (b *run) drive(ctx context.Context, p program, m measure, args []string) (got measured, peak int64, err error) {
	cmd := b.command(ctx, p.prefix[0], append(p.prefix[1:len(p.prefix):len(p.prefix)], args...)...)
	cmd.Env = b.environment(m)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return got, 0, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, stderr.String())
	}
	if err := json.Unmarshal(out, &got); err != nil {
		return got, 0, fmt.Errorf("%s prints %q: %w", strings.Join(cmd.Args, " "), out, err)
	}
	return got, peakMemory(cmd.ProcessState), nil
}

func (b *run) environment(m measure) []string {
	env := os.Environ()
	if m.plugin != "" {
		env = append(env, "HDF5_PLUGIN_PATH="+b.plugins[m.plugin])
	}
	return env
}

// pipe runs a command from its start to its end, and takes the checksum of what it writes.
func (b *run) pipe(cmd *exec.Cmd, m measure) (got measured, peak int64, err error) {
	cmd.Env = b.environment(m)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return got, 0, err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return got, 0, err
	}
	crc := crc32.NewIEEE()
	n, errCopy := io.CopyBuffer(crc, struct{ io.Reader }{out}, make([]byte, 1<<20))
	if err := errors.Join(cmd.Wait(), errCopy); err != nil {
		return got, 0, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, stderr.String())
	}
	return measured{time.Since(begin).Seconds(), n, fmt.Sprintf("%08x", crc.Sum32())}, peakMemory(cmd.ProcessState), nil
}

// onceBuild writes a virtual dataset. Its checksum is that of the mappings, as h5py reads them.
func (b *run) onceBuild(ctx context.Context, p program, m measure) (got measured, peak int64, err error) {
	dir, err := os.MkdirTemp(b.dir, "build-")
	if err != nil {
		return got, 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "vds.h5")
	args := []string{m.args[0], file, m.args[2], m.args[3]}
	switch {
	case !m.whole:
		got, peak, err = b.drive(ctx, p, m, args)
	case p.ours:
		schema := filepath.Join(dir, "layout.yaml")
		if err := os.WriteFile(schema, []byte(builtLayout), 0o666); err != nil {
			return got, 0, err
		}
		got, peak, err = b.pipe(b.command(ctx, b.vdsgen, "build", schema, "-p", "frames="+m.args[2], "-o", file), m)
	default:
		got, peak, err = b.pipe(b.command(ctx, p.prefix[0], append(p.prefix[1:len(p.prefix):len(p.prefix)], args...)...), m)
	}
	if err != nil {
		return got, 0, err
	}
	out, err := b.command(ctx, b.h5py.prefix[0], b.h5py.prefix[1], "mappings", file, "/data").CombinedOutput()
	if err != nil {
		return got, 0, fmt.Errorf("h5py does not read the mappings that %s wrote: %w\n%s", p.name, err, out)
	}
	got.CRC = strings.TrimSpace(string(out))
	return got, peak, nil
}

// builtLayout is what drivers build with "distinct", as a layout.
const builtLayout = `vdsgen: 1
layout: Frames
package: frames
file: vds.h5
params:
  frames: {type: int, default: 1}
vars:
  frame: 0..frames-1
sources:
  frame: {file: "src_{frame:06}.h5", path: /data, type: uint16, shape: [1, 64, 64]}
datasets:
  /data:
    from: frame
    axes:
      frame: {concat: frame}
      y: same
      x: same
`
