package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	vds "github.com/vdsgen/vdsgen/runtime"
)

// blockBytes is how much of a selection is in memory at a time: large enough to keep all
// cores busy, small beside any machine's memory.
const blockBytes = 64 << 20

// collectAt is the garbage, in percent of the memory in use, at which it is collected.
const collectAt = 50

// readFlags are the flags that say how sources are found and what a missing one means.
type readFlags struct {
	missing, view, prefix, root string
	gap, workers                int
}

func (r *readFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&r.missing, "missing", "error", "a missing source is an `error`; absent: one that does not exist reads as fill; fill: all that libhdf5 fills does")
	f.StringVar(&r.view, "view", "last", "extent of growing datasets: to the `last` available element, or before the first missing one")
	f.StringVar(&r.prefix, "prefix", "", "`folder` in which sources are looked for first")
	f.StringVar(&r.root, "root", "", "`folder` that sources may not lie outside of")
	f.IntVar(&r.gap, "gap", 0, "how many consecutive `files` of a numbered series may be missing")
	f.IntVar(&r.workers, "workers", 0, "`goroutines` that read; 0: one a core")
}

func (r *readFlags) options() ([]vds.Option, error) {
	opts := []vds.Option{vds.WithWorkers(r.workers), vds.WithPrintfGap(r.gap)}
	switch r.missing {
	case "error":
	case "absent":
		opts = append(opts, vds.FillAbsent())
	case "fill":
		opts = append(opts, vds.FillMissing())
	default:
		return nil, usagef("--missing is error, absent or fill, not %q", r.missing)
	}
	switch r.view {
	case "last":
	case "first":
		opts = append(opts, vds.WithView(vds.FirstMissing))
	default:
		return nil, usagef("--view is last or first, not %q", r.view)
	}
	if r.gap < 0 {
		return nil, usagef("--gap is 0 or more, not %d", r.gap)
	}
	if r.workers < 0 {
		return nil, usagef("--workers is 0 or more, not %d", r.workers)
	}
	if r.prefix != "" {
		opts = append(opts, vds.WithPrefix(r.prefix))
	}
	if r.root != "" {
		opts = append(opts, vds.WithRoot(r.root))
	}
	return opts, nil
}

func readCommand() *cobra.Command {
	var flags readFlags
	var slice, format, output string
	cmd := &cobra.Command{
		Use:   "read FILE DATASET",
		Short: "Read a slice of a dataset, virtual or not",
		Long: `Read prints a dataset, or the part of it that --slice selects with NumPy's words: 0:10 is a range,
::2 every other element, 5 one element (its axis is dropped), -1 the last one, [1,5,9] these elements in this order, of one axis,
... as many whole axes as are left.`,
		Example: `  vdsgen read scan_vds.h5 /entry/data/data --slice '0:10,:,5,::2' -o part.npy
  vdsgen read scan_vds.h5 /entry/data/data --slice 0 --format csv
  vdsgen read scan_vds.h5 /entry/data/data --slice '[9,1,5],100:200' --missing absent`,
		Args: arguments(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts, err := flags.options()
			if err != nil {
				return err
			}
			slices, err := vds.ParseSlices(slice)
			if err != nil {
				return usagef("--slice %q: %v", slice, err)
			}
			if format == "" {
				format = formatOf(output)
			}
			encode, ok := encoders[format]
			if !ok {
				return usagef("--format is npy, json, csv or raw, not %q", format)
			}
			// Nearly all of the memory is what is read, in which the collector has nothing to follow: it may as well collect often.
			debug.SetGCPercent(collectAt)
			f, err := vds.Open(cmd.Context(), args[0], opts...)
			if err != nil {
				return err
			}
			defer f.Close()
			d, err := openDataset(cmd.Context(), f, args[1])
			if err != nil {
				return err
			}
			job := &reading{file: f, dataset: d, slices: slices, stderr: cmd.ErrOrStderr()}
			if err := writeTo(cmd.OutOrStdout(), output, func(w io.Writer) error { return encode(cmd.Context(), w, job) }); err != nil {
				return err
			}
			job.reportFilled(cmd.ErrOrStderr())
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&slice, "slice", "", "what to read, as in NumPy: '0:10,:,5,::2'; nothing: everything")
	f.StringVar(&format, "format", "", "npy, json, csv or raw; by default what the name of the output ends in, else json")
	f.StringVarP(&output, "output", "o", "", "`file` to write; by default standard output")
	flags.register(cmd)
	return cmd
}

// formatOf is the format that a file name asks for.
func formatOf(output string) string {
	if ext := strings.TrimPrefix(filepath.Ext(output), "."); encoders[ext] != nil {
		return ext
	}
	return "json"
}

// reading is one read under way.
type reading struct {
	file    *vds.File
	dataset *vds.RawDataset
	slices  []vds.Slice
	stderr  io.Writer // for progress
	filled  []vds.Filled
}

// blocks yields the selection piece by piece in row-major order and remembers what was filled.
func (r *reading) blocks(ctx context.Context, visit func(vds.RawArray) error) error {
	shape, t, err := r.dataset.Select(r.slices...)
	if err != nil {
		return err
	}
	total := int64(t.Size())
	for _, n := range shape {
		total *= int64(n)
	}
	bar := newProgress(r.stderr, total)
	defer bar.close()
	for block, err := range r.dataset.ReadBlocks(ctx, blockBytes, r.slices...) {
		if err != nil {
			return err
		}
		bar.add(len(block.Bytes))
		r.filled = append(r.filled, block.Filled...)
		if err := visit(block); err != nil {
			return err
		}
	}
	return nil
}

// maxFilledLines bounds how many missing sources are listed on standard error.
const maxFilledLines = 10

// reportFilled says on standard error what is not data, a line a source.
func (r *reading) reportFilled(w io.Writer) {
	filled := mergeFilled(r.filled)
	for i, f := range filled {
		if i == maxFilledLines {
			fmt.Fprintf(w, "vdsgen: %s: filled: %d more sources\n", r.file.Name(), len(filled)-i)
			return
		}
		noun := "elements"
		if f.Elements == 1 {
			noun = "element"
		}
		fmt.Fprintf(w, "vdsgen: %s: filled: %d %s of mapping %d: %s\n", r.file.Name(), f.Elements, noun, f.Mapping, oneLine(f.Err))
	}
}

// mergeFilled adds up what blocks say of the same mapping.
func mergeFilled(all []vds.Filled) []vds.Filled {
	var merged []vds.Filled
	at := map[string]int{}
	for _, f := range all {
		key := fmt.Sprint(f.Mapping, "\x00", f.Source)
		if i, ok := at[key]; ok {
			merged[i].Elements += f.Elements
			continue
		}
		at[key] = len(merged)
		merged = append(merged, f)
	}
	slices.SortStableFunc(merged, func(a, b vds.Filled) int { return a.Mapping - b.Mapping })
	return merged
}

// writeTo writes to a file that appears under its name only when all went well, or to stdout.
func writeTo(stdout io.Writer, name string, write func(io.Writer) error) error {
	if name == "" || name == "-" {
		w := bufio.NewWriterSize(stdout, 1<<16)
		if err := write(w); err != nil {
			return err
		}
		return w.Flush()
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return writeInPlace(name, write)
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("%s: cannot be written: %w", name, err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("%s: cannot be written: %w", name, err)
	}
	// CreateTemp makes files for their owner alone; a result is an ordinary file.
	if err := f.Chmod(0o666 &^ umask()); err != nil {
		return fmt.Errorf("%s: cannot be written: %w", name, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("%s: cannot be written: %w", name, err)
	}
	return os.Rename(f.Name(), name)
}

// writeInPlace writes to what is no regular file, such as /dev/null or a pipe, which cannot be replaced.
func writeInPlace(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("%s: cannot be written: %w", name, err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
