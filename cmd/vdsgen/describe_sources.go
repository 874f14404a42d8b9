package main

import (
	"fmt"

	"github.com/vdsgen/vdsgen/gen/infer"
	"github.com/vdsgen/vdsgen/hdf5"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// sources says what the sources of a virtual dataset are, those that are there: a mapping tells which part of a source is mapped, not how
// long the source is, nor its type. What is wrong with them is not of interest here.
func (d *describer) sources(o *hdf5.Dataset, out *infer.Dataset) error {
	out.Sources = map[infer.SourceName]infer.Source{}
	raw, err := d.file.Dataset(d.ctx, o.Path())
	if err != nil {
		return d.noSources(o, err)
	}
	report, err := vds.Verify(d.ctx, raw)
	if err != nil {
		return d.noSources(o, err)
	}
	for _, r := range report.Datasets {
		for i := range r.Sources {
			s := &r.Sources[i]
			if s.Type == nil || len(s.Mappings) == 0 {
				continue
			}
			m := &out.Mappings[s.Mappings[0]] // which has the name as it is stored
			path := m.Path
			if path == "" || path[0] != '/' {
				path = "/" + path
			}
			found := infer.Source{Shape: make([]uint64, len(s.Shape))}
			for k, n := range s.Shape {
				found.Shape[k] = uint64(n)
			}
			if found.Type, err = d.sourceType(o, s.Type); err != nil {
				d.notes = append(d.notes, fmt.Sprintf("%s: source %s: %s", o.Path(), s.Source, oneLine(err)))
			}
			out.Sources[infer.SourceName{File: m.File, Path: path}] = found
		}
	}
	return nil
}

// noSources says that the sources of a dataset could not be looked at, which is no reason to find no layout.
func (d *describer) noSources(o *hdf5.Dataset, err error) error {
	if d.ctx.Err() != nil {
		return d.ctx.Err()
	}
	d.notes = append(d.notes, fmt.Sprintf("%s: its sources cannot be looked at: %s", o.Path(), oneLine(err)))
	return nil
}

// sourceType is the type of a source in the words of the layout language; "" where it is that of the virtual dataset but for the order
// of bytes, which is not for a layout to say.
func (d *describer) sourceType(o *hdf5.Dataset, t *hdf5.Datatype) (string, error) {
	if hdf5.BigEndian(t).Equal(hdf5.BigEndian(o.Datatype())) {
		return "", nil
	}
	notes := len(d.notes)
	name, err := d.typeName(t, o.Path())
	d.notes = d.notes[:notes] // they are about the virtual dataset
	return name, err
}
