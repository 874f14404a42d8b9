package runtime

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/runtime/internal/plan"
)

// Write writes values through a virtual dataset to its sources: to the elements that the slices select, in row-major order. Values are
// converted from T to the type of each source by HDF5's rules, whatever the type of the virtual dataset.
//
// Before anything is written, everything is checked: that each selected element has a source, and only one mapping; that each source is there, is not locked, can be changed, and takes
// values of T. Then the source files are written, several at a time, each as [hdf5.OpenReadWrite] writes: one that fails, or a process that is killed, leaves a file
// with all its old values or all its new ones, but for datasets that are not in chunks; other files may have been written by then, and the error says how many.
//
// A dataset with elements of its own is written with hdf5.OpenReadWrite. Files opened with WithOpener or WithRoot are for reading. Datasets of the File that were opened before see the new
// values; those of other Files after Refresh.
func (d *Dataset[T]) Write(ctx context.Context, values []T, slices ...Slice) error {
	f := d.raw.file
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("%s:%s: writing: %w", f.name, d.raw.path, fmt.Errorf(format, args...))
	}
	switch {
	case f.opts.opener != nil || f.root != nil:
		return refuse("the file was opened with WithOpener or WithRoot, which is for reading")
	case d.raw.node.virtual == nil:
		return refuse("the dataset is not virtual; hdf5.OpenReadWrite writes to it")
	}
	s, err := d.raw.selection(slices)
	if err != nil {
		return err
	}
	if len(values) != s.elements {
		return refuse("the slices select %d elements, shape %v, and there are %d values", s.elements, s.shape, len(values))
	}
	w := &writing[T]{file: f, values: values, files: map[string]*writtenFile{}}
	if err := w.plan(ctx, &chain{node: d.raw.node}, s.requests); err != nil {
		return err
	}
	if err := w.each(ctx, w.check); err != nil {
		return err
	}
	return errors.Join(w.write(ctx), f.forget())
}

// writing is one call of Write.
type writing[T any] struct {
	file   *File
	values []T
	files  map[string]*writtenFile
	order  []*writtenFile
}

// writtenFile is what is written to one source file: the segments of each dataset, in the order of mappings.
type writtenFile struct {
	name     string
	datasets map[string]int // place in boxes, by path
	boxes    []writtenDataset
}

type writtenDataset struct {
	path     string
	segments []plan.Segment
}

// plan finds out what goes where, and checks all that the virtual side and the extents of sources say.
func (w *writing[T]) plan(ctx context.Context, at *chain, requests []plan.Request) error {
	v := &visit{r: &reading{file: w.file}, at: at, requests: requests}
	hits, err := v.hits()
	if err != nil {
		return err
	}
	if err := w.covered(v, hits); err != nil {
		return err
	}
	for _, g := range v.groups(hits, false) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if missing := v.knownMissing(&g); missing != nil {
			return missing
		}
		if err := w.planSource(ctx, v, &g); err != nil {
			return err
		}
	}
	return nil
}

// covered makes sure that each element has one place to go.
func (w *writing[T]) covered(v *visit, hits []hit) error {
	covered, err := v.covered(hits)
	if err != nil {
		return err
	}
	if v.overlap(hits) {
		return fmt.Errorf("%s: writing: mappings overlap among the selected elements, which have several places then; write to the sources", v.at.node.name())
	}
	if !covered {
		return fmt.Errorf("%s: writing: some of the selected elements have no source; select only those that have (Coverage tells which)", v.at.node.name())
	}
	return nil
}

func (w *writing[T]) planSource(ctx context.Context, v *visit, g *group) error {
	file, source, err := w.file.source(ctx, v.at, int(g.hits[0].mapping), g.name)
	if err != nil {
		if touched, countErr := v.touches(g.hits); countErr != nil || !touched {
			return countErr
		}
		return err
	}
	defer file.Release()
	segments, err := v.segments(g, source)
	if err != nil {
		return err
	}
	if source.virtual != nil {
		requests := make([]plan.Request, len(segments))
		for i := range segments {
			requests[i] = requestOf(&segments[i])
		}
		return w.plan(ctx, &chain{up: v.at, node: source}, requests)
	}
	w.add(source, segments)
	return nil
}

func (w *writing[T]) add(source *node, segments []plan.Segment) {
	if len(segments) == 0 {
		return
	}
	key := source.key
	if real, err := filepath.EvalSymlinks(key); err == nil {
		key = real // two names of one file are written in one go
	}
	f := w.files[key]
	if f == nil {
		f = &writtenFile{name: key, datasets: map[string]int{}}
		w.files[key] = f
		w.order = append(w.order, f)
	}
	path := source.dataset.Path()
	i, seen := f.datasets[path]
	if !seen {
		i = len(f.boxes)
		f.datasets[path] = i
		f.boxes = append(f.boxes, writtenDataset{path: path})
	}
	f.boxes[i].segments = append(f.boxes[i].segments, segments...)
}

// each does something with each file, several at a time.
func (w *writing[T]) each(ctx context.Context, do func(f *writtenFile) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(w.file.workers)
	for _, f := range w.order {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return do(f)
		})
	}
	return g.Wait()
}

// check makes sure that a file can be written, without writing to it.
func (w *writing[T]) check(f *writtenFile) error {
	out, err := hdf5.OpenReadWrite(f.name)
	if err != nil {
		return err
	}
	for i := range f.boxes {
		d, err := out.OpenDataset(f.boxes[i].path)
		if err == nil {
			err = d.WriteSelection(dataspace.None(), w.values[:0]) // is there a conversion?
		}
		if err != nil {
			return errors.Join(err, out.Abort())
		}
	}
	return out.Abort()
}

// write writes all files, which were checked.
func (w *writing[T]) write(ctx context.Context) error {
	written := make(chan string, len(w.order))
	err := w.each(ctx, func(f *writtenFile) error {
		err := w.writeFile(f)
		if err == nil {
			written <- f.name
		}
		return err
	})
	if err == nil || len(w.order) == 1 {
		return err
	}
	close(written)
	var names []string
	for name := range written {
		names = append(names, name)
	}
	if len(names) == 0 {
		return fmt.Errorf("no source file was written: %w", err)
	}
	return fmt.Errorf("%d of %d source files were written (%s) before this: %w", len(names), len(w.order), listed(names), err)
}

// listed is some names in a list.
func listed(names []string) string {
	const most = 5
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

func (w *writing[T]) writeFile(f *writtenFile) error {
	out, err := hdf5.OpenReadWrite(f.name)
	if err != nil {
		return err
	}
	for i := range f.boxes {
		if err := w.writeDataset(out, &f.boxes[i]); err != nil {
			return errors.Join(err, out.Abort())
		}
	}
	return out.Close()
}

func (w *writing[T]) writeDataset(out *hdf5.Writer, to *writtenDataset) error {
	d, err := out.OpenDataset(to.path)
	if err != nil {
		return err
	}
	for i := range to.segments {
		s := &to.segments[i]
		stride := make([]int, len(s.MemStride))
		for axis, n := range s.MemStride {
			stride[axis] = int(n)
		}
		if err := hdf5.WriteStrided(d, w.values, int(s.MemOffset), stride, s.SourceStart, s.SourceStep, s.Count); err != nil {
			return err
		}
	}
	return nil
}
