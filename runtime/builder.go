package runtime

import (
	"context"
	"errors"
)

var errNotYet = errors.New("not there yet")

// Builder writes one new HDF5 file: virtual datasets, small datasets beside them, groups, attributes and links. Its methods
// only note what is wanted; [Builder.Commit] checks everything, reports all mistakes together, and writes. The order of the calls does
// not change the file. A Builder must not be used by several goroutines at a time.
type Builder struct {
	name string
	opts options
	errs []error
}

// NewBuilder starts a file. Nothing is on disk before Commit.
func NewBuilder(name string, opts ...Option) *Builder { return &Builder{name: name} }

// Group makes a group, and the groups above it, and sets attributes; several calls for a path add up.
func (b *Builder) Group(path string, attrs ...Attr) {}

// Virtual makes a virtual dataset, and the groups above it: h5py's create_virtual_dataset. A source whose name is that
// of the file itself is stored as ".".
func (b *Builder) Virtual(path string, l *Layout, attrs ...Attr) {}

// Dataset makes a dataset with the given value: a number, string, bool or struct is a scalar, a slice has one axis, an [ArrayValue]
// any number. It is for what lies beside virtual datasets, such as axes and masks; data that arrives bit by bit is written
// with [CreateSource].
func (b *Builder) Dataset(path string, value any, attrs ...Attr) {}

// SoftLink makes path another name for the path target of this file, which need not exist.
func (b *Builder) SoftLink(path, target string) {}

// HardLink makes path another name for the object target of this file.
func (b *Builder) HardLink(path, target string) {}

// ExternalLink makes path a name for an object of another file, which need not exist.
func (b *Builder) ExternalLink(path, file, target string) {}

// Scale attaches the dataset scale as a dimension scale to an axis of another dataset.
func (b *Builder) Scale(dataset string, axis int, scale string) {}

// Attribute sets attributes of a group or dataset.
func (b *Builder) Attribute(path string, attrs ...Attr) {}

// Commit checks everything, writes the file and gives it its name. All mistakes are reported together (errors.Join), and after an
// error nothing is under the name but what was there before. Beyond what libhdf5 checks, mappings may not overlap, and sources that
// exist already must have the rank, extents and element type that they were given: else a *LayoutError or *SourceMismatchError.
func (b *Builder) Commit(ctx context.Context) error { return errNotYet }

// ArrayValue is a value with several axes, for [Builder.Dataset]: Data is a slice, in row-major order.
type ArrayValue struct {
	Shape []int
	Data  any
}

// ProbeSources fills in the extents of sources that were given as [Probe] from the files, looked for as the virtual dataset in the file
// name would. All mistakes are reported together. A missing source that is [Optional] takes the extents of the others where these agree.
func ProbeSources(ctx context.Context, name string, sources []Source, opts ...Option) ([]Source, error) {
	return nil, errNotYet
}
