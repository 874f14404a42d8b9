package runtime

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Source is a source dataset, or a part of one, that elements of a virtual dataset are mapped to: the counterpart of h5py's
// VirtualSource. It is a value; [Source.Slice] returns another. A mistake in its arguments is reported when it is mapped.
type Source struct {
	file, path string // as stored: % is %%
	name       SourceName
	extent     []uint64 // unknownExtent where the axis is Unlimited, or Probe and not probed yet
	probe      []bool   // nil, or for each axis whether its extent was given as Probe
	selection  dataspace.Selection
	lengths    []int // along the axes that are left after slicing
	sliced     bool
	count      uint64 // elements selected, unknownExtent where unlimited
	element    Type   // nil: not said
	words      []string
	chunk      []int
	filters    []Filter
	optional   bool
	err        error
}

// Probe as an extent of a source is read from its file by [ProbeSources].
const Probe = -2

// SourceOption is an option of [NewSource] and [NewTemplateSource].
type SourceOption interface{ applySource(*Source) }

// NewSource is the dataset path of a file, with the given shape in elements; an axis may be [Unlimited], and is then taken
// as far as the source reaches when it is read. The file need not exist. Names are literal: % is escaped for HDF5. A name relative
// to the folder of the virtual dataset's file is the usual choice; "." is that file itself.
func NewSource(file, path string, shape []int, opts ...SourceOption) Source {
	s := newSource(escapeName(file), escapeName(path), shape, opts)
	s.name = SourceName{File: file, Path: path}
	return s
}

// NewTemplateSource is a series of datasets with equal shapes. Each %b in file or path stands for the number of the dataset in the
// series, counted from 0 without padding, and %% for a percent sign: HDF5 can express nothing else. It is mapped to a selection with
// an [Unlimited] count of [Blocks], one block for each dataset.
func NewTemplateSource(file, path string, shape []int, opts ...SourceOption) Source {
	s := newSource(file, path, shape, opts)
	s.name = SourceName{File: file, Path: path}
	for _, text := range []string{file, path} {
		if _, err := parseTemplate(text); err != nil && s.err == nil {
			s.err = err
		}
	}
	return s
}

func newSource(file, path string, shape []int, opts []SourceOption) Source {
	s := Source{file: file, path: path, selection: dataspace.All()}
	s.extent, s.err = sourceExtent(shape)
	for _, o := range opts {
		o.applySource(&s)
	}
	switch {
	case s.err != nil:
	case file == "" || path == "":
		s.err = errors.New("a source has a file name and a dataset path; neither may be empty")
	case strings.ContainsRune(file, 0) || strings.ContainsRune(path, 0):
		s.err = errors.New("HDF5 cannot store a name with a zero byte")
	default:
		s.selectAll()
	}
	return s
}

// selectAll selects the whole source: H5S_ALL, or, where it grows, a hyperslab without an end.
func (s *Source) selectAll() {
	s.count = 1
	open := false
	for _, n := range s.extent {
		if n == unknownExtent {
			open = true
			continue
		}
		if n != 0 && s.count > math.MaxInt64/n {
			s.err = fmt.Errorf("shape %v has more elements than HDF5 can count", s.extent)
			return
		}
		s.count *= n
	}
	if !open {
		return
	}
	axes, err := resolveSlices(nil, s.extent)
	if err == nil {
		s.selection, err = hyperslab(axes)
	}
	s.count, s.err = unknownExtent, err
}

// sourceExtent checks a shape, in which Unlimited is an axis of unknown length.
func sourceExtent(shape []int) ([]uint64, error) {
	if len(shape) > dataspace.MaxRank {
		return nil, fmt.Errorf("shape %v has %d axes; HDF5 has at most %d", shape, len(shape), dataspace.MaxRank)
	}
	extent := make([]uint64, len(shape))
	unlimited := 0
	for i, n := range shape {
		switch {
		case n == Unlimited:
			extent[i] = unknownExtent
			unlimited++
		case n < 0:
			return nil, fmt.Errorf("shape %v: the extent of axis %d is negative", shape, i)
		default:
			extent[i] = uint64(n)
		}
	}
	if unlimited > 1 {
		return nil, fmt.Errorf("shape %v: a selection has at most one unlimited axis; give the extent of the others", shape)
	}
	return extent, nil
}

// SourceOf is a dataset that exists: its file by the name it was opened with, its path and its shape, as h5py's
// VirtualSource(dataset).
func SourceOf(d *RawDataset) Source {
	s := NewSource(d.file.name, d.path, d.Shape())
	return s
}

// Slice is the part of the source that the slices select, one for each axis as in NumPy, indices dropping theirs. Its elements
// are mapped in row-major order. A source is sliced once.
func (s Source) Slice(given ...Slice) Source {
	if s.err != nil {
		return s
	}
	if s.sliced {
		s.err = errors.New("the source is sliced already; slice the whole source instead")
		return s
	}
	axes, err := resolveSlices(given, s.extent)
	if err == nil {
		s.selection, err = hyperslab(axes)
	}
	if err != nil {
		s.err = err
		return s
	}
	s.sliced = true
	s.count = selectionCount(axes)
	return s
}

// Select is the part of the source that a selection selects, for what slices cannot say: unions of boxes. Its
// elements are mapped in row-major order.
func (s Source) Select(selection dataspace.Selection) Source {
	if s.err != nil {
		return s
	}
	if s.sliced {
		s.err = errors.New("the source is sliced already; slice the whole source instead")
		return s
	}
	s.count, s.err = checkedCount(selection, s.extent)
	s.selection, s.sliced = selection, true
	return s
}

// Name is the file and the path of the source.
func (s Source) Name() SourceName { return s.name }

// Err is what is wrong with the arguments of the source, or nil. Mapping it reports the same.
func (s Source) Err() error { return s.err }

// escapeName writes a literal name as HDF5 stores it in a mapping.
func escapeName(name string) string { return strings.ReplaceAll(name, "%", "%%") }

// Len is the number of elements along an axis of what is selected, the axes of indices not counted: [Unlimited] where the axis
// grows, [Bad] where the source has an error.
func (s Source) Len(axis int) int {
	if s.err != nil || axis < 0 || axis >= len(s.lengths) {
		return Bad
	}
	return s.lengths[axis]
}

type sourceOption func(*Source)

func (o sourceOption) applySource(s *Source) { o(s) }

// ElementOf says that the elements of the source are of the HDF5 type of T: a layout of another type then needs [Convert], and a source
// that exists already is checked.
func ElementOf[T any]() SourceOption {
	return sourceOption(func(s *Source) {
		datatype, err := TypeOf[T]()
		if err != nil && s.err == nil {
			s.err = err
		}
		s.element = datatype
	})
}

// Chunk is the shape of the chunks that [CreateSource] writes.
func Chunk(extents ...int) SourceOption {
	return sourceOption(func(s *Source) { s.chunk = extents })
}

// Filters are the filters that [CreateSource] writes with, in the order in which they are applied.
func Filters(filters ...Filter) SourceOption {
	return sourceOption(func(s *Source) { s.filters = filters })
}

// Optional says that the source is expected to be missing at times: [ProbeSources] then takes its extents from the others.
func Optional() SourceOption { return sourceOption(func(s *Source) { s.optional = true }) }

// WordsOption is an option of layouts and of sources.
type WordsOption struct{ words []string }

// ShapeWords is how a layout says the extents of the axes ("ceildiv(frames-n+1, 4)", "rows"). It is for messages only.
func ShapeWords(words ...string) WordsOption { return WordsOption{words} }

func (o WordsOption) applySource(s *Source) { s.words = o.words }
func (o WordsOption) applyLayout(l *Layout) { l.words = o.words }
