package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/vdsgen/vdsgen/hdf5"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// values is what a selection holds, as plain Go values.
type values struct {
	shape []int
	kind  *hdf5.Datatype
	visit func(visit func(v any) error) error // each element, in row-major order
}

// values begins to read the selection as plain Go values. Elements of variable length are read whole,
// because their bytes lie apart from them; all others arrive block by block.
func (r *reading) values(ctx context.Context) (values, error) {
	t := r.dataset.Datatype()
	switch base := t.Base(); {
	case t.IsVarString():
		return wholeValues[string](ctx, r)
	case t.Class() != hdf5.ClassVarLen:
		return r.blockValues(ctx)
	case base.Class() == hdf5.ClassFloat:
		return wholeValues[[]float64](ctx, r)
	case base.Class() == hdf5.ClassInteger && !base.Signed():
		return wholeValues[[]uint64](ctx, r)
	case base.IsVarString():
		return wholeValues[[]string](ctx, r)
	default:
		return wholeValues[[]int64](ctx, r)
	}
}

func wholeValues[T any](ctx context.Context, r *reading) (values, error) {
	d, err := vds.OpenDataset[T](ctx, r.file, r.dataset.Path())
	if err != nil {
		return values{}, err
	}
	a, err := d.Read(ctx, r.slices...)
	if err != nil {
		return values{}, err
	}
	r.filled = append(r.filled, a.Filled...)
	return values{a.Shape, r.dataset.Datatype(), func(visit func(v any) error) error {
		for _, v := range a.Data {
			if err := visit(v); err != nil {
				return err
			}
		}
		return nil
	}}, nil
}

func (r *reading) blockValues(ctx context.Context) (values, error) {
	shape, t, err := r.dataset.Select(r.slices...)
	if err != nil {
		return values{}, err
	}
	return values{shape, t, func(visit func(v any) error) error {
		return r.blocks(ctx, func(b vds.RawArray) error { return r.visitBlock(b, visit) })
	}}, nil
}

func (r *reading) visitBlock(b vds.RawArray, visit func(v any) error) error {
	size := b.Type.Size()
	for at := 0; at+size <= len(b.Bytes); at += size {
		v, err := b.Type.Value(b.Bytes[at : at+size])
		if err != nil {
			return fmt.Errorf("%s: %s: %w", r.file.Name(), r.dataset.Path(), err)
		}
		if err := visit(shortest(b.Type, v)); err != nil {
			return err
		}
	}
	return nil
}

// shortest gives a number of single precision back as one, so that it is printed with the digits it
// has: 0.1 and not 0.10000000149011612.
func shortest(t *hdf5.Datatype, v any) any {
	if x, ok := v.(float64); ok && t.Class() == hdf5.ClassFloat && t.Size() == 4 {
		return float32(x)
	}
	return v
}

// jsonValue gives v a form that JSON can hold: NaN and the infinities are strings, complex numbers
// are pairs.
func jsonValue(v any) any {
	switch v := v.(type) {
	case float32:
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return strconv.FormatFloat(float64(v), 'g', -1, 32)
		}
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
	case []int64:
		return append([]int64{}, v...) // a list without elements is [], and not null
	case []uint64:
		return append([]uint64{}, v...)
	case []string:
		return append([]string{}, v...)
	case []float64:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = jsonValue(x)
		}
		return list
	case complex128:
		return []any{jsonValue(real(v)), jsonValue(imag(v))}
	case []complex128:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = jsonValue(x)
		}
		return list
	case []any:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = jsonValue(x)
		}
		return list
	case hdf5.Record:
		record := make(hdf5.Record, len(v))
		for i, f := range v {
			record[i] = hdf5.Field{Name: f.Name, Value: jsonValue(f.Value)}
		}
		return record
	}
	return v
}

// valueText is a value in one word, or in brackets where it is a list.
func valueText(v any) string {
	switch v := jsonValue(v).(type) {
	case nil:
		return "null"
	case string:
		return v
	default:
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Sprint(v)
		}
		return string(text)
	}
}
