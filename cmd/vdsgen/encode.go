package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
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
	descr, err := r.dataset.Datatype().NumpyDescr()
	if err != nil {
		return fmt.Errorf("%s: %s: cannot be written as npy: %w; --format json may", r.file.Name(), r.dataset.Path(), err)
	}
	shape, t, err := r.dataset.Select(r.slices...)
	if err != nil {
		return err
	}
	// As in h5py, the axes of array elements follow those of the dataset.
	if err := npy.WriteHeader(w, descr, slices.Concat(shape, t.NumpyShape())); err != nil {
		return err
	}
	return encodeRaw(ctx, w, r)
}

// encodeJSON writes one object: what was read, its type and shape, the elements as nested lists, and
// what was filled for want of a source.
func encodeJSON(ctx context.Context, w io.Writer, r *reading) error {
	v, err := r.values(ctx)
	if err != nil {
		return err
	}
	head, err := json.Marshal(struct {
		File  string `json:"file"`
		Path  string `json:"path"`
		Type  string `json:"type"`
		Shape []int  `json:"shape"`
	}{r.file.Name(), r.dataset.Path(), v.kind.String(), append([]int{}, v.shape...)})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%s,\"data\":", head[:len(head)-1]); err != nil {
		return err
	}
	list := nesting{w: w, shape: v.shape}
	if err := v.visit(list.add); err != nil {
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
	read, err := r.values(ctx)
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	width := 1
	if rank := len(read.shape); rank > 0 {
		width = read.shape[rank-1]
	}
	if t := read.kind; t.Class() == hdf5.ClassCompound && !t.IsComplex() {
		members := t.Members()
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
	err = read.visit(func(v any) error {
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
