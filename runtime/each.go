package runtime

import (
	"context"
	"fmt"
	"unsafe"
)

// aheadBytes is about how much is read at once by Each. Twice that is in memory: one batch that is worked on and one that is read.
const aheadBytes = 32 << 20

// eachAxes resolves the slices of an iteration.
func (d *RawDataset) eachAxes(slices []Slice) ([]axis, error) {
	if _, err := d.selection(slices); err != nil {
		return nil, err
	}
	axes, err := resolveSlices(slices, d.node.shape)
	if err != nil {
		return nil, err
	}
	if len(axes) == 0 {
		return nil, fmt.Errorf("%s:%s: a scalar has no axis to iterate over", d.file.name, d.path)
	}
	if axes[0].drop {
		return nil, &SliceError{Dataset: d.file.name + ":" + d.path, Axis: 0, Slice: "an index", Extent: extentInt(d.node.shape[0]), Why: "an index drops the axis, and there is nothing to iterate over"}
	}
	return axes, nil
}

// batch is some elements of axis 0.
type batch[T any] struct {
	array Array[T]
	err   error
}

// each reads batch after batch, one ahead of the loop body.
func (d *Dataset[T]) each(ctx context.Context, axes []axis, yield func(Array[T], error) bool) {
	var element T
	total, rowBytes := axes[0].length(), uint64(unsafe.Sizeof(element))
	for i := range axes[1:] {
		rowBytes *= max(axes[1+i].length(), 1)
	}
	rows := max(1, aheadBytes/max(rowBytes, 1))
	ctx, cancel := context.WithCancel(ctx)
	next := d.ahead(ctx, axes, 0, min(rows, total))
	defer func() {
		cancel()
		if next != nil {
			<-next
		}
	}()
	for from := uint64(0); from < total; from += rows {
		to := min(from+rows, total)
		b := <-next
		next = nil
		if b.err == nil && to < total {
			next = d.ahead(ctx, axes, to, min(to+rows, total))
		}
		if b.err != nil {
			d.eachAlone(ctx, axes, from, to, b.err, yield)
			return
		}
		for _, row := range b.array.Rows() {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// ahead reads the elements from to to of axis 0 in the background.
func (d *Dataset[T]) ahead(ctx context.Context, axes []axis, from, to uint64) <-chan batch[T] {
	result := make(chan batch[T], 1)
	go func() {
		array, err := d.readPart(ctx, axes, from, to)
		result <- batch[T]{array, err}
	}()
	return result
}

func (d *Dataset[T]) readPart(ctx context.Context, axes []axis, from, to uint64) (Array[T], error) {
	part := append([]axis(nil), axes...)
	part[0] = axes[0].between(from, to)
	s, err := d.raw.choose(part)
	if err != nil {
		return Array[T]{}, err
	}
	return d.read(ctx, s)
}

// eachAlone yields what can be read of a batch that failed, and then the error.
func (d *Dataset[T]) eachAlone(ctx context.Context, axes []axis, from, to uint64, failed error, yield func(Array[T], error) bool) {
	for i := from; i < to && ctx.Err() == nil; i++ {
		array, err := d.readPart(ctx, axes, i, i+1)
		if err != nil {
			yield(Array[T]{}, err)
			return
		}
		if !yield(array.Row(0), nil) {
			return
		}
	}
	yield(Array[T]{}, failed)
}
