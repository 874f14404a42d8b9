package runtime

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/vdsgen/vdsgen/hdf5"
)

// DefaultPollInterval is how often Follow looks for new elements where WithPollInterval does not say.
const DefaultPollInterval = 100 * time.Millisecond

// Follow yields the elements of axis 0 of a dataset one after another, with that axis dropped, as they become complete, while detectors write: none is left out and none comes twice.
// It begins at 0, or where the first slice, a [From], says; the other slices select along the other axes, as in Read. Arrays may be kept.
//
// An element is complete when every source that gives a part of it has that part: the view is [FirstMissing], whatever Open was told. So of interleaved
// writers the slowest counts, and of a numbered series what comes before the first file that is missing. A source that is not there yet, that its writer does not let others read yet (it
// is locked, half written, or open without SWMR), or that is still too short, is waited for. With [FillAbsent] or [FillMissing] elements are not waited for, but filled, where the length of
// the dataset is not that of its sources.
//
// The loop ends when a dataset that cannot grow along axis 0 was read to its end, when the loop body breaks, when an error
// is yielded, which comes once, or when ctx is done, which is yielded as an error, with what was waited for. A growing dataset has no end of its own: HDF5 does not say when a detector has finished.
func Follow[T any](ctx context.Context, f *File, path string, slices ...Slice) iter.Seq2[Array[T], error] {
	return followWith[T](ctx, f, path, f.opts, slices)
}

// Follow is the function [Follow] for a dataset that could be opened already.
func (d *Dataset[T]) Follow(ctx context.Context, slices ...Slice) iter.Seq2[Array[T], error] {
	opts := d.raw.file.opts
	opts.missing = d.raw.policy()
	return followWith[T](ctx, d.raw.file, d.raw.path, opts, slices)
}

func followWith[T any](ctx context.Context, f *File, path string, opts options, slices []Slice) iter.Seq2[Array[T], error] {
	return func(yield func(Array[T], error) bool) {
		opts.view, opts.printfGap = FirstMissing, 0
		file, err := openWith(ctx, f.name, opts)
		if err == nil {
			w := &follower[T]{file: file, path: path, slices: slices}
			err = errors.Join(w.run(ctx, yield), file.Close())
		}
		if err != nil {
			yield(Array[T]{}, err)
		}
	}
}

// follower is one loop of Follow. It has a File of its own, with a view of its own.
type follower[T any] struct {
	file   *File
	path   string
	now    *Dataset[T] // nil until it could be opened
	slices []Slice     // for all axes; once the dataset was opened, for all but the first
	next   int         // the first index of axis 0 that was not yielded
	reason error       // why there is nothing to yield
}

// begin takes the slices apart, now that the number of axes is known.
func (w *follower[T]) begin() error {
	axes, err := w.now.raw.eachAxes(w.slices)
	if err != nil {
		return err
	}
	w.slices, w.next, err = followed(w.slices, len(axes))
	if err != nil {
		return fmt.Errorf("%s:%s: %w", w.file.name, w.path, err)
	}
	return nil
}

// followed takes the slice of axis 0 apart from the others.
func followed(slices []Slice, rank int) (rest []Slice, first int, err error) {
	full := make([]Slice, 0, rank)
	for _, s := range slices {
		if s.kind != sliceEllipsis {
			full = append(full, s)
			continue
		}
		for range rank - (len(slices) - 1) {
			full = append(full, All())
		}
	}
	if len(full) == 0 {
		return nil, 0, nil
	}
	first, ok := full[0].openFrom()
	if !ok {
		return nil, 0, fmt.Errorf("Follow takes All() or From(n) with n of at least 0 for axis 0, and not %v", full[0])
	}
	return full[1:], first, nil
}

// run yields what there is and waits for more.
func (w *follower[T]) run(ctx context.Context, yield func(Array[T], error) bool) error {
	every := w.file.opts.poll
	if every == 0 {
		every = DefaultPollInterval
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return w.stopped(ctx)
		case <-timer.C:
		}
		goOn, err := w.step(ctx, yield)
		if !goOn || err != nil {
			return err
		}
		timer.Reset(every)
	}
}

func (w *follower[T]) stopped(ctx context.Context) error {
	if w.reason == nil {
		return ctx.Err()
	}
	return fmt.Errorf("%w while waiting for element %d of axis 0: %w", ctx.Err(), w.next, w.reason)
}

// step looks once at what there is.
func (w *follower[T]) step(ctx context.Context, yield func(Array[T], error) bool) (goOn bool, err error) {
	first := w.now == nil
	if err := w.look(ctx); err != nil {
		return w.wait(ctx, err)
	}
	if first {
		if err := w.begin(); err != nil {
			return false, err
		}
	}
	shape := w.now.raw.node.shape
	if int(shape[0]) > w.next {
		for row, err := range w.now.Each(ctx, append([]Slice{From(w.next)}, w.slices...)...) {
			if err != nil {
				return w.wait(ctx, err)
			}
			w.next++
			w.reason = nil
			if !yield(row, nil) {
				return false, nil
			}
		}
	}
	atEnd := !w.now.raw.grows() && uint64(w.next) >= shape[0]
	return !atEnd, nil
}

// look opens the dataset, or looks at it again.
func (w *follower[T]) look(ctx context.Context) error {
	var now *Dataset[T]
	var err error
	if w.now == nil {
		now, err = OpenDataset[T](ctx, w.file, w.path)
	} else {
		now, err = w.now.Refresh(ctx)
	}
	if err == nil {
		w.now = now
	}
	return err
}

// wait says whether an error is of the kind that passes when a writer goes on.
func (w *follower[T]) wait(ctx context.Context, err error) (goOn bool, failed error) {
	var missing *MissingSourceError
	switch {
	case ctx.Err() != nil:
		return false, w.stopped(ctx)
	case errors.As(err, &missing), errors.Is(err, errShort), errors.Is(err, hdf5.ErrUnfinished):
		w.reason = err
		return true, nil
	}
	return false, err
}

// grows reports whether axis 0 may become longer.
func (d *RawDataset) grows() bool {
	n := d.node
	if n.virtual == nil {
		return n.dataset.MaxShape()[0] > n.shape[0]
	}
	for _, g := range n.virtual.open {
		if g.axis == 0 {
			return true
		}
	}
	return false
}
