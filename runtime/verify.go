package runtime

import "context"

// Report is what [File.Verify] found.
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
	Sources  []SourceReport // in the order of the mappings, each source dataset once
	Err      error          // the dataset itself cannot be used
}

// SourceReport is what was found out about one source dataset.
type SourceReport struct {
	Source   SourceName
	Mappings []int  // that name it
	Found    string // the file that it was found in; empty where it is missing
	Shape    []int  // nil where it is missing
	Type     Type   // nil where it is missing
	Problems []error
}

// OK reports that every source is there and is what its mappings need, and that no mappings overlap. Elements
// that no mapping gives are not a problem: a mosaic has gaps.
func (r *Report) OK() bool { return false }

// Problems lists everything that is wrong.
func (r *Report) Problems() []error { return nil }

// String is the report for people, one line for each dataset and each problem.
func (r *Report) String() string { return "" }

// Verify opens every source of the given virtual datasets and checks that it exists, that its type can be converted, that its rank and extent are
// what its mappings select, and that no mappings overlap. No element is read.
func Verify(ctx context.Context, datasets ...*RawDataset) (*Report, error) { return nil, errNotYet }

// Verify checks all sources of the dataset.
func (d *Dataset[T]) Verify(ctx context.Context) (*Report, error) { return Verify(ctx, d.raw) }

// Verify checks all sources of every virtual dataset of the file, whatever group it is in.
func (f *File) Verify(ctx context.Context) (*Report, error) { return nil, errNotYet }
