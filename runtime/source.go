package runtime

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Source is a source dataset, or a part of one, that elements of a virtual dataset are mapped to: the counterpart of h5py's
// VirtualSource. The same Source says what [CreateSource] writes. It is a value; [Source.Slice] returns another. A mistake in its
// arguments is kept inside and reported wherever it is used, and by [Source.Err].
type Source struct {
	file, path string // as stored: % is %%
	name       SourceName
	template   bool
	extent     []uint64 // unknownExtent where the axis is Unlimited, or Probe and not probed yet
	probe      []bool   // nil, or for each axis whether its extent was given as Probe
	given      []Slice  // of Slice
	sliced     bool
	axes       []axis              // nil where selection was given as one, or extents are still to be probed
	selection  dataspace.Selection // of the source
	count      uint64              // elements selected, unknownExtent where there is no end
	element    Type                // nil: not said
	words      []string
	chunk      []int
	filters    []Filter
	fill       any
	maxShape   *ShapeOption
	optional   bool
	places     []siblingPlace // of Siblings
	err        error
}

// SourceOption is an option of [NewSource] and [NewTemplateSource].
type SourceOption interface{ applySource(*Source) }

// NewSource is the dataset path of a file, with the given shape in elements; an axis may be [Unlimited], and is then taken
// as far as the source reaches when it is read, or [Probe]. The file need not exist. Names are literal: % is escaped for HDF5. A name
// relative to the folder of the virtual dataset's file is the usual choice; "." is that file itself.
func NewSource(file, path string, shape []int, opts ...SourceOption) Source {
	s := Source{file: escapeName(file), path: escapeName(path), name: SourceName{File: file, Path: path}}
	s.set(shape, opts)
	return s
}

// NewTemplateSource is a series of datasets with equal shapes. Each %b in file or path stands for the number of the dataset in the
// series, counted from 0 without padding, and %% for a percent sign: HDF5 can express nothing else. It is mapped to a selection with
// an [Unlimited] count of [Blocks], one block for each dataset.
func NewTemplateSource(file, path string, shape []int, opts ...SourceOption) Source {
	s := Source{file: file, path: path, name: SourceName{File: file, Path: path}, template: true}
	s.err = errors.Join(checkName(file), checkName(path))
	if s.err == nil && !isTemplate(file) && !isTemplate(path) {
		s.err = fmt.Errorf("%s has no %%b: a single source is a NewSource", s.name)
	}
	s.set(shape, opts)
	return s
}

func (s *Source) set(shape []int, opts []SourceOption) {
	for _, o := range opts {
		if o != nil {
			o.applySource(s)
		}
	}
	switch {
	case s.err != nil:
	case s.file == "" || s.path == "":
		s.err = errors.New("a source has a file name and a dataset path; neither may be empty")
	case strings.ContainsRune(s.file, 0) || strings.ContainsRune(s.path, 0):
		s.err = errors.New("HDF5 cannot store a name with a zero byte")
	default:
		if s.err = s.setShape(shape); s.err == nil {
			s.err = s.selectAll()
		}
		if s.err == nil && s.maxShape != nil {
			_, s.err = s.maxShape.resolve(s.extent)
		}
	}
}

// extentWords is how axis i is called in messages: the layout's own expression where it is known.
func extentWords(words []string, i, value int) string {
	number := fmt.Sprint(value)
	if value == Bad {
		number = "overflows or divides by zero"
	} else {
		number = "= " + number
	}
	if i < len(words) && words[i] != "" {
		return fmt.Sprintf("axis %d: %s %s", i, words[i], number)
	}
	return fmt.Sprintf("axis %d: extent %s", i, number)
}

func (s *Source) setShape(shape []int) error {
	if len(shape) > dataspace.MaxRank {
		return fmt.Errorf("the shape has %d axes; HDF5 has at most %d", len(shape), dataspace.MaxRank)
	}
	s.extent = make([]uint64, len(shape))
	unlimited := 0
	for i, n := range shape {
		switch {
		case n == Unlimited:
			s.extent[i] = unknownExtent
			unlimited++
		case n == Probe:
			s.extent[i] = unknownExtent
			if s.probe == nil {
				s.probe = make([]bool, len(shape))
			}
			s.probe[i] = true
		case n == Bad:
			return errors.New(extentWords(s.words, i, n))
		case n < 0:
			return errors.New(extentWords(s.words, i, n) + " is negative")
		default:
			s.extent[i] = uint64(n)
		}
	}
	if unlimited > 1 {
		return errors.New("a selection has at most one unlimited axis; give the extents of the others")
	}
	return nil
}

// selectAll selects the whole source: H5S_ALL, as h5py does, or, where it grows, a hyperslab without an end.
func (s *Source) selectAll() error {
	if s.probe != nil {
		return nil
	}
	axes, err := resolveSlices(nil, s.extent)
	if err != nil {
		return err
	}
	s.axes, s.count = axes, selectionCount(axes)
	if s.count == unknownExtent {
		s.selection, err = hyperslab(axes)
		return err
	}
	if s.count > math.MaxInt64 {
		return errors.New("the shape has more elements than HDF5 can count")
	}
	s.selection = dataspace.All()
	return nil
}

// SourceOf is a dataset that exists: its file by the name it was opened with, its path, its shape and its type, as h5py's
// VirtualSource(dataset).
func SourceOf(d *RawDataset) Source {
	s := NewSource(d.file.name, d.path, d.Shape())
	s.element = d.Datatype()
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
	s.sliced, s.given = true, slices.Clone(given)
	if s.probe == nil {
		s.err = s.slice()
	}
	return s
}

// slice resolves the slices of a source whose extents are known.
func (s *Source) slice() error {
	axes, err := resolveSlices(s.given, s.extent)
	if err != nil {
		return err
	}
	s.axes, s.count = axes, selectionCount(axes)
	s.selection, err = hyperslab(axes)
	return err
}

// Select is the part of the source that a selection selects, for what slices cannot say: unions of boxes. Its
// elements are mapped in row-major order.
func (s Source) Select(selection dataspace.Selection) Source {
	switch {
	case s.err != nil:
		return s
	case s.sliced:
		s.err = errors.New("the source is sliced already; slice the whole source instead")
	case s.probe != nil:
		s.err = errors.New("a selection needs a source whose extents are known")
	default:
		s.count, s.err = checkedCount(selection, s.extent)
	}
	s.selection, s.sliced, s.axes = selection, true, nil
	return s
}

// Name is the file and the path of the source.
func (s Source) Name() SourceName { return s.name }

// Err is what is wrong with the arguments of the source, or nil. Mapping it reports the same.
func (s Source) Err() error { return s.err }

// Len is the number of elements along an axis of what is selected, the axes of indices not counted: [Unlimited] where the axis
// grows, [Bad] where the source has an error or its extents are not probed yet.
func (s Source) Len(axis int) int {
	kept := s.kept()
	if s.err != nil || axis < 0 || axis >= len(kept) {
		return Bad
	}
	return extentInt(s.axes[kept[axis]].length())
}

// kept is the axes of the source that are left after slicing.
func (s *Source) kept() []int {
	var kept []int
	for i := range s.axes {
		if !s.axes[i].drop {
			kept = append(kept, i)
		}
	}
	return kept
}

// unprobed is the error of using a source whose extents are not known.
func (s *Source) unprobed() error {
	if s.probe == nil {
		return nil
	}
	return errors.New("its extents are Probe: ProbeSources reads them from the file")
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

// ElementType is [ElementOf] for a type that has no Go type, such as one read from a file.
func ElementType(datatype Type) SourceOption {
	return sourceOption(func(s *Source) { s.element = datatype })
}

// Chunk is the shape of the chunks that [CreateSource] writes.
func Chunk(extents ...int) SourceOption {
	return sourceOption(func(s *Source) { s.chunk = slices.Clone(extents) })
}

// Filters are the filters that [CreateSource] writes with, in the order in which they are applied.
func Filters(filters ...Filter) SourceOption {
	return sourceOption(func(s *Source) { s.filters = slices.Clone(filters) })
}

// Optional says that the source is expected to be missing at times: [ProbeSources] then takes its extents from its [Siblings].
func Optional() SourceOption { return sourceOption(func(s *Source) { s.optional = true }) }

// WordsOption is an option of layouts and of sources.
type WordsOption struct{ words []string }

// ShapeWords is how a layout says the extents of the axes ("ceildiv(frames-n+1, 4)", "rows"). It is for messages only.
func ShapeWords(words ...string) WordsOption { return WordsOption{words} }

func (o WordsOption) applySource(s *Source) { s.words = o.words }
func (o WordsOption) applyLayout(l *Layout) { l.words = o.words }
