package runtime

import (
	"context"
	"errors"
	"iter"
)

// ResolvedMapping is a mapping and what its source is, as it is now.
type ResolvedMapping struct {
	Mapping
	Block    int        // of a numbered series, which has one of these for each block up to the last that exists; else 0
	Resolved SourceName // Source with its %b resolved
	Found    string     // the file that the source was found in; empty where it is missing
	Shape    []int      // of the source; nil where it is missing
	Type     Type       // of the source's elements; nil where it is missing
	Nested   bool       // the source is virtual itself
	Reaches  int        // of a growing mapping: the extent that its source gives the dataset along its unlimited axis; else 0
	Err      error      // why the source cannot be used, a *MissingSourceError or *CycleError; nil where it can be opened
}

// Resolve yields the mappings in the order of the file, each with its source opened: where it was found and how large it is. An error that is not
// about a source ends the iteration.
func (d *RawDataset) Resolve(ctx context.Context) iter.Seq2[ResolvedMapping, error] {
	return func(yield func(ResolvedMapping, error) bool) {
		if d.node.virtual == nil {
			return
		}
		for m := range d.Mappings() {
			blocks := 1
			growth, grows := d.node.virtual.open[m.Number]
			if grows && growth.series {
				blocks = len(growth.exists)
			}
			for block := range blocks {
				r, err := d.resolve(ctx, m, block)
				if grows {
					r.Reaches = extentInt(growth.extended)
				}
				if !yield(r, err) || err != nil {
					return
				}
			}
		}
	}
}

// resolve opens the source of a mapping.
func (d *RawDataset) resolve(ctx context.Context, m Mapping, block int) (ResolvedMapping, error) {
	r := ResolvedMapping{Mapping: m, Block: block, Resolved: d.node.virtual.sourceName(m.Number, uint64(block))}
	file, source, err := d.file.source(ctx, &chain{node: d.node}, m.Number, r.Resolved)
	if err != nil {
		var missing *MissingSourceError
		var cycle *CycleError
		if !errors.As(err, &missing) && !errors.As(err, &cycle) {
			return r, err
		}
		r.Err = err
		return r, nil
	}
	defer file.Release()
	r.Found, r.Shape, r.Type, r.Nested = file.Key, extentInts(source.shape), source.dataset.Datatype(), source.virtual != nil
	return r, nil
}

// Resolve yields the mappings with their sources, as [RawDataset.Resolve].
func (d *Dataset[T]) Resolve(ctx context.Context) iter.Seq2[ResolvedMapping, error] {
	return d.raw.Resolve(ctx)
}

// FileCoverage is what the sources of one file give.
type FileCoverage struct {
	File     string // as the mappings name it, with %% and %b resolved
	Mappings int
	Elements uint64 // of the virtual dataset, including those that a later mapping overrides
}

// Files adds up the coverage by file, in the order in which the mappings name them first.
func (c Coverage) Files() []FileCoverage {
	var files []FileCoverage
	places := map[string]int{}
	for _, s := range c.Sources {
		at, seen := places[s.Source.File]
		if !seen {
			at = len(files)
			places[s.Source.File] = at
			files = append(files, FileCoverage{File: s.Source.File})
		}
		files[at].Mappings++
		files[at].Elements += s.Elements
	}
	return files
}
