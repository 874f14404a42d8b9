package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/vdsgen/vdsgen/cmd/vdsgen/internal/npy"
	"github.com/vdsgen/vdsgen/hdf5"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// encoders write what was read, by the name of the format.
var encoders = map[string]func(ctx context.Context, w io.Writer, r *reading) error{
	"npy":  encodeNPY,
	"raw":  encodeRaw,
	"json": encodeJSON,
	"csv":  encodeCSV,
}

// encodeRaw writes the elements alone, row-major, in the type that --format npy gives them.
func encodeRaw(ctx context.Context, w io.Writer, r *reading) error {
	return r.blocks(ctx, func(b vds.RawArray) error {
		_, err := w.Write(b.Bytes)
		return err
	})
}

// encodeNPY writes what numpy.load reads back with the dtype and shape that h5py gives.
func encodeNPY(ctx context.Context, w io.Writer, r *reading) error {
	shape, t, err := r.dataset.Select(r.slices...)
	if err != nil {
		return err
	}
	// As in h5py, the axes of array elements follow those of the dataset.
	for t.Class() == hdf5.ClassArray {
		shape, t = append(shape[:len(shape):len(shape)], t.Dims()...), t.Base()
	}
	descr, err := t.NumpyDescr()
	if err != nil {
		return fmt.Errorf("%s: %s: cannot be written as npy: %w; --format json can", r.file.Name(), r.dataset.Path(), err)
	}
	if err := npy.WriteHeader(w, descr, shape); err != nil {
		return err
	}
	return encodeRaw(ctx, w, r)
}

// elements visits the selection element by element as plain Go values, in row-major order.
func (r *reading) elements(ctx context.Context, visit func(v any) error) error {
	t := r.dataset.Datatype()
	if t.IsVarString() {
		return r.strings(ctx, visit)
	}
	return r.blocks(ctx, func(b vds.RawArray) error {
		size := b.Type.Size()
		for at := 0; at+size <= len(b.Bytes); at += size {
			v, err := b.Type.Value(b.Bytes[at : at+size])
			if err != nil {
				return fmt.Errorf("%s: %s: %w", r.file.Name(), r.dataset.Path(), err)
			}
			if err := visit(v); err != nil {
				return err
			}
		}
		return nil
	})
}

// strings visits strings of variable length, whose bytes lie apart from the elements.
func (r *reading) strings(ctx context.Context, visit func(v any) error) error {
	d, err := vds.OpenDataset[string](ctx, r.file, r.dataset.Path())
	if err != nil {
		return err
	}
	a, err := d.Read(ctx, r.slices...)
	if err != nil {
		return err
	}
	r.filled = append(r.filled, a.Filled...)
	for _, s := range a.Data {
		if err := visit(s); err != nil {
			return err
		}
	}
	return nil
}

// encodeJSON writes one object: what was read, its type and shape, the elements as nested lists, and
// what was filled for want of a source.
func encodeJSON(ctx context.Context, w io.Writer, r *reading) error {
	shape, t, err := r.dataset.Select(r.slices...)
	if err != nil {
		return err
	}
	head, err := json.Marshal(struct {
		File  string `json:"file"`
		Path  string `json:"path"`
		Type  string `json:"type"`
		Shape []int  `json:"shape"`
	}{r.file.Name(), r.dataset.Path(), t.String(), append([]int{}, shape...)})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%s,\"data\":", head[:len(head)-1]); err != nil {
		return err
	}
	list := nesting{w: w, shape: shape}
	if err := r.elements(ctx, list.add); err != nil {
		return err
	}
	if err := list.close(); err != nil {
		return err
	}
	filled, err := json.Marshal(filledJSON(r.filled))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, ",\"filled\":%s}\n", filled)
	return err
}

type filledNode struct {
	Mapping  int    `json:"mapping"`
	File     string `json:"file"`
	Path     string `json:"path"`
	Elements uint64 `json:"elements"`
	Reason   string `json:"reason"`
}

func filledJSON(all []vds.Filled) []filledNode {
	nodes := []filledNode{}
	for _, f := range mergeFilled(all) {
		nodes = append(nodes, filledNode{f.Mapping, f.Source.File, f.Source.Path, f.Elements, oneLine(f.Err)})
	}
	return nodes
}

// nesting writes elements that arrive in row-major order as lists in lists.
type nesting struct {
	w     io.Writer
	shape []int
	n     int // elements written
}

func (l *nesting) add(v any) error {
	text, err := json.Marshal(jsonValue(v))
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(l.w, l.before(), string(text), l.after())
	l.n++
	return err
}

// before is the punctuation before the next element: a bracket for each axis that begins there.
func (l *nesting) before() string {
	begins := strings.Repeat("[", l.boundary(l.n))
	if l.n == 0 {
		return begins
	}
	return "," + begins
}

// after is the punctuation behind the next element: a bracket for each axis that ends there.
func (l *nesting) after() string { return strings.Repeat("]", l.boundary(l.n+1)) }

// boundary is the number of axes, counted from the last one, whose lists begin or end before element n.
func (l *nesting) boundary(n int) int {
	axes := 0
	for i := len(l.shape) - 1; i >= 0 && n%l.shape[i] == 0; i-- {
		axes++
		n /= l.shape[i]
	}
	return axes
}

// close writes the lists of an array without elements.
func (l *nesting) close() error {
	if l.n > 0 {
		return nil
	}
	text := "[]"
	for i := len(l.shape) - 1; i >= 0; i-- {
		if l.shape[i] == 0 {
			text = "[]"
			continue
		}
		text = "[" + strings.TrimSuffix(strings.Repeat(text+",", l.shape[i]), ",") + "]"
	}
	if len(l.shape) == 0 {
		text = "null" // the null dataspace
	}
	_, err := io.WriteString(l.w, text)
	return err
}

// encodeCSV writes a line for each row of the last axis; compound elements are a line each, a
// column a member, under a line of names.
func encodeCSV(ctx context.Context, w io.Writer, r *reading) error {
	shape, t, err := r.dataset.Select(r.slices...)
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	width := 1
	if len(shape) > 0 {
		width = shape[len(shape)-1]
	}
	if members := t.Members(); t.Class() == hdf5.ClassCompound && !t.IsComplex() {
		names := make([]string, len(members))
		for i, m := range members {
			names[i] = m.Name
		}
		if err := out.Write(names); err != nil {
			return err
		}
		width = 1
	}
	var line []string
	n := 0
	err = r.elements(ctx, func(v any) error {
		line = appendCells(line, v)
		if n++; n%width != 0 {
			return nil
		}
		err := out.Write(line)
		line = line[:0]
		return err
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

func appendCells(line []string, v any) []string {
	if record, ok := v.(hdf5.Record); ok {
		for _, f := range record {
			line = append(line, valueText(f.Value))
		}
		return line
	}
	return append(line, valueText(v))
}

// jsonValue gives v a form that JSON can hold: NaN and the infinities are strings, complex numbers
// are pairs.
func jsonValue(v any) any {
	switch v := v.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
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
