package runtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/runtime/internal/fetch"
)

// Report is what [Verify] found.
type Report struct {
	File     string
	Datasets []DatasetReport
}

// DatasetReport is what was found out about one virtual dataset.
type DatasetReport struct {
	Path     string
	Shape    []int
	Mappings int
	Coverage Coverage
	Sources  []SourceReport // each source dataset once, in the order of the mappings that name it first
	Err      error          // the dataset cannot be used, or its coverage not be counted
}

// SourceReport is what was found out about one source dataset.
type SourceReport struct {
	Source   SourceName
	Mappings []int  // that name it
	Found    string // the file that it was found in; empty where it is missing
	Shape    []int  // nil where it is missing
	Type     Type   // nil where it is missing
	Reaches  int    // of a growing mapping: the extent that the source gives the dataset along its unlimited axis; else 0
	Filled   error  // why all or part of it reads as the fill value, where the options of Open have it so; nil: it does not
	Problems []error
}

// OK reports that every source is there and is what its mappings need, and that no mappings overlap. Elements
// that no mapping gives are not a problem: a mosaic has gaps. Nor are sources that the options of Open let read as the fill value:
// [FillAbsent] and [FillMissing]. A file that is missing within the gap of a numbered series, see [WithPrintfGap], is a problem without
// these: it reads as the fill value, and should be there all the same.
func (r *Report) OK() bool { return len(r.Problems()) == 0 }

// Problems lists everything that is wrong.
func (r *Report) Problems() []error {
	var problems []error
	for i := range r.Datasets {
		d := &r.Datasets[i]
		if d.Err != nil {
			problems = append(problems, d.Err)
		}
		if o := d.Coverage.Overlap; o != nil {
			problems = append(problems, fmt.Errorf("%s:%s: mappings %d and %d overlap", r.File, d.Path, o.First, o.Second))
		}
		for j := range d.Sources {
			problems = append(problems, d.Sources[j].Problems...)
		}
	}
	return problems
}

// String is the report for people: a line for each dataset, and one for each problem.
func (r *Report) String() string {
	var b strings.Builder
	for i := range r.Datasets {
		d := &r.Datasets[i]
		fmt.Fprintf(&b, "%s:%s: shape %v, %s from %s", r.File, d.Path, d.Shape, plural(d.Mappings, "mapping", "mappings"), plural(len(d.Sources), "source", "sources"))
		if d.Err == nil {
			fmt.Fprintf(&b, ", %d of %d elements mapped", d.Coverage.Mapped, d.Coverage.Elements)
		}
		if n := d.filled(); n > 0 {
			fmt.Fprintf(&b, ", %s read as fill", plural(n, "source", "sources"))
		}
		b.WriteByte('\n')
	}
	problems := r.Problems()
	for _, p := range problems {
		fmt.Fprintf(&b, "%v\n", p)
	}
	if len(problems) == 0 {
		b.WriteString("everything is in order\n")
	}
	return b.String()
}

// filled is the number of sources that read as fill.
func (d *DatasetReport) filled() int {
	n := 0
	for i := range d.Sources {
		if d.Sources[i].Filled != nil {
			n++
		}
	}
	return n
}

// Verify opens every source of the given virtual datasets and checks that it exists, that its type can be converted, that its rank and extent are
// what its mappings select, and that no mappings overlap. No element is read. The error is about the verification, not about what it found.
func Verify(ctx context.Context, datasets ...*RawDataset) (*Report, error) {
	report := &Report{}
	for _, d := range datasets {
		report.File = d.file.name
		r, err := d.verify(ctx)
		if err != nil {
			return nil, err
		}
		report.Datasets = append(report.Datasets, r)
	}
	return report, nil
}

func (d *RawDataset) verify(ctx context.Context) (DatasetReport, error) {
	report := DatasetReport{Path: d.path, Shape: d.Shape(), Mappings: d.NumMappings()}
	if d.node.virtual == nil {
		return report, nil
	}
	if report.Coverage, report.Err = d.Coverage(ctx); ctx.Err() != nil {
		return report, ctx.Err()
	}
	v := &visit{r: &reading{file: d.file, policy: d.policy()}, at: &chain{node: d.node}}
	places := map[SourceName]int{}
	add := func(h hit) error {
		name := d.node.virtual.sourceName(int(h.mapping), h.block)
		at, seen := places[name]
		if !seen {
			at = len(report.Sources)
			places[name] = at
			report.Sources = append(report.Sources, SourceReport{Source: name})
		}
		return v.verifySource(ctx, h, &report.Sources[at])
	}
	for i := range d.node.virtual.layout.Len() {
		if err := ctx.Err(); err != nil {
			return report, err
		}
		blocks := 1
		if g, open := d.node.virtual.open[i]; open && g.series {
			blocks = len(g.exists)
		}
		for block := range blocks {
			if err := add(hit{mapping: int32(i), block: uint64(block)}); err != nil {
				return report, err
			}
		}
	}
	return report, nil
}

// verifySource checks the source of one mapping.
func (v *visit) verifySource(ctx context.Context, h hit, report *SourceReport) error {
	report.Mappings = append(report.Mappings, int(h.mapping))
	if g, grows := v.at.node.virtual.open[int(h.mapping)]; grows && !g.series {
		report.Reaches = max(report.Reaches, extentInt(g.extended))
	}
	n := v.at.node
	file, source, err := v.r.file.source(ctx, v.at, int(h.mapping), report.Source)
	if err != nil {
		switch {
		case ctx.Err() != nil, errors.Is(err, fetch.ErrTooManyFiles), errors.Is(err, os.ErrClosed):
			return err // It says nothing about the source.
		case len(report.Mappings) > 1:
		case v.r.policy.tolerates(err):
			report.Filled = err
		default:
			report.Problems = append(report.Problems, err)
		}
		return nil
	}
	defer file.Release()
	report.Found, report.Shape, report.Type = file.Key, extentInts(source.shape), source.dataset.Datatype()
	problem := func(what string, err error) {
		report.Problems = append(report.Problems, v.r.file.mismatch(v.at, int(h.mapping), h.block, source, what, err))
	}
	if len(report.Mappings) == 1 {
		// Texts of variable length have no packed form to be converted to; where the types are equal there is nothing to convert.
		if t := n.dataset.Datatype(); !source.dataset.Datatype().Equal(t) {
			if _, err := source.dataset.Conversion(hdf5.MemoryBytes(t)); err != nil {
				problem(err.Error(), err)
			}
		}
	}
	m, err := v.mapping(h)
	if err != nil {
		problem(err.Error(), err)
		return nil
	}
	if why := v.fits(m, source); why != "" {
		problem(why, nil)
		return nil
	}
	why := reaches(m.Source, source)
	if v.lacks(m, source) != nil {
		why = fmt.Sprintf("it has shape %v, and the mapping takes more", source.shape)
	}
	switch {
	case why == "":
	case v.r.policy == fillMissing:
		report.Filled = v.r.file.mismatch(v.at, int(h.mapping), h.block, source, why, errShort)
	default:
		problem(why, nil)
	}
	return nil
}

// reaches says that a selection reaches further than its source; empty where it does not.
func reaches(s dataspace.Selection, source *node) string {
	_, hi, ok := s.Bounds()
	if !ok {
		return ""
	}
	for i, h := range hi {
		if h >= source.shape[i] {
			return fmt.Sprintf("it has shape %v, and the mapping selects %v of it", source.shape, s)
		}
	}
	return ""
}

// Verify checks all sources of the dataset.
func (d *Dataset[T]) Verify(ctx context.Context) (*Report, error) { return Verify(ctx, d.raw) }

// Verify checks all sources of the virtual datasets at the given paths, or, without any, of every virtual dataset of the file, whatever
// group it is in. A dataset that cannot be opened is reported as a problem.
func (f *File) Verify(ctx context.Context, paths ...string) (*Report, error) {
	report := &Report{File: f.name}
	if len(paths) == 0 {
		var err error
		if paths, err = f.VirtualDatasets(); err != nil {
			return nil, err
		}
	}
	for _, path := range paths {
		d, err := f.Dataset(ctx, path)
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			report.Datasets = append(report.Datasets, DatasetReport{Path: path, Err: err})
			continue
		}
		one, err := d.verify(ctx)
		if err != nil {
			return nil, err
		}
		report.Datasets = append(report.Datasets, one)
	}
	return report, nil
}

// VirtualDatasets is the paths of the virtual datasets of the file, each dataset once however many links lead to it; those of
// a group come before those of the groups in it.
func (f *File) VirtualDatasets() ([]string, error) {
	var paths []string
	for object, err := range f.own.All() {
		if err != nil {
			return nil, err
		}
		if d, ok := object.(*hdf5.Dataset); ok && d.Layout() == hdf5.Virtual {
			paths = append(paths, d.Path())
		}
	}
	return paths, nil
}
