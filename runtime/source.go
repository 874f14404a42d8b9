package runtime

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Source is a source dataset, or a part of one, that elements of a virtual dataset are mapped to: the counterpart of h5py's
// VirtualSource. The same Source says what [CreateSource] writes. It is a value; [Source.Slice] returns another. A mistake in its
// arguments is kept inside and reported wherever it is used, and by [Source.Err].
type Source struct {
	*sourceDataset                  // that it is a part of; nil is the zero Source, which is good for nothing
	*sourcePart                     // what else there is to say of the part
	sliced         bool             // by Slice, Part or Select
	selected       bool             // by Select
	dropped        uint32           // a bit for each axis that an index dropped
	box            dataspace.Narrow // that was sliced, where it is one; selection does not count then
	count          uint64           // elements selected, unknownExtent where there is no end
}

// sourcePart is what few sources have, apart so that copies of the others are small. It is never changed: those that have none share wholeSource.
type sourcePart struct {
	given     []Slice             // of Slice, kept while extents are still to be probed
	axes      []axis              // that were sliced, where they are no regular hyperslab
	selection dataspace.Selection // of the source
	err       error
}

var wholeSource = &sourcePart{selection: dataspace.All()}

// refuse says what is wrong with the source, if anything is.
func (s *Source) refuse(err error) {
	if err != nil {
		part := *s.sourcePart
		part.err = err
		s.sourcePart = &part
	}
}

// sourceDataset is a source dataset as a whole. Its parts share it, and so do the mappings of a layout: it is never changed once NewSource has
// returned it.
type sourceDataset struct {
	file string
	*sourceForm
}

// sourceForm is a source dataset but for its file. Those of a stack are alike: they share it, so that a hundred thousand of them take little memory.
// It is never changed either.
type sourceForm struct {
	path     string
	extent   []uint64 // unknownExtent where the axis is Unlimited, or Probe and not probed yet
	element  Type     // nil: not said
	template bool
	optional bool
	elements uint64 // of the latestForm
	*sourceDetails
	few [fewAxes]uint64 // memory of extent, where that is enough
}

// fewAxes is how many axes most sources have at most.
const fewAxes = 4

// sourceDetails is what few sources have, apart so that a hundred thousand of them take little memory.
type sourceDetails struct {
	probe    []bool // nil, or for each axis whether its extent was given as Probe
	words    []string
	chunk    []int
	filters  []Filter
	fill     any
	maxShape *ShapeOption
	places   []siblingPlace // of Siblings
	wrong    error          // the first mistake in options
}

// noDetails is the details of a source that has none. It is never changed.
var noDetails sourceDetails

func newForm(path string, template bool) *sourceForm {
	return &sourceForm{path: path, template: template, sourceDetails: &noDetails}
}

// isShape reports whether the extents are all known, and these.
func (d *sourceForm) isShape(shape []int) bool {
	if len(shape) != len(d.extent) {
		return false
	}
	for i, n := range shape {
		if n < 0 || uint64(n) != d.extent[i] {
			return false
		}
	}
	return true
}

// details is the details of a form that is being made, to be changed.
func (d *sourceForm) details() *sourceDetails {
	if d.sourceDetails == &noDetails {
		d.sourceDetails = new(sourceDetails)
	}
	return d.sourceDetails
}

// fail keeps the first mistake of a form that is being made.
func (d *sourceForm) fail(err error) {
	if err != nil && d.wrong == nil {
		d.details().wrong = err
	}
}

// storedPath is the path of the dataset as it is stored: % is %%, but in a template.
func (d *sourceDataset) storedPath() string {
	if d.template {
		return d.path
	}
	return escapeName(d.path)
}

func (d *sourceDataset) name() SourceName { return SourceName{File: d.file, Path: d.path} }

// same reports whether two describe one dataset in the same way.
func (d *sourceDataset) same(e *sourceDataset) bool {
	if d.sourceForm == e.sourceForm {
		return d.file == e.file
	}
	return d.name() == e.name() && d.element == e.element && d.template == e.template && slices.Equal(d.extent, e.extent)
}

// SourceOption is an option of [NewSource] and [NewTemplateSource].
type SourceOption interface{ applySource(*sourceForm) }

// NewSource is the dataset path of a file, with the given shape in elements; an axis may be [Unlimited], and is then taken
// as far as the source reaches when it is read, or [Probe]. The file need not exist. Names are literal: % is escaped for HDF5. A name
// relative to the folder of the virtual dataset's file is the usual choice; "." is that file itself.
func NewSource(file, path string, shape []int, opts ...SourceOption) Source {
	if len(opts) == 0 {
		if form := latestForm.Load(); form != nil && form.path == path && form.isShape(shape) {
			s := Source{sourceDataset: &sourceDataset{file, form}, sourcePart: wholeSource, count: form.elements}
			s.refuse(checkPart(file))
			return s
		}
	}
	s := newSource(file, newForm(path, false), shape, opts)
	if len(opts) == 0 && s.err == nil && !slices.Contains(s.extent, unknownExtent) {
		s.elements = s.count
		latestForm.Store(s.sourceForm)
	}
	return s
}

// latestForm is the form of the source without options that was made last, for the next one: a stack has one form.
var latestForm atomic.Pointer[sourceForm]

// NewTemplateSource is a series of datasets with equal shapes. Each %b in file or path stands for the number of the dataset in the
// series, counted from 0 without padding, and %% for a percent sign: HDF5 can express nothing else. It is mapped to a selection with
// an [Unlimited] count of [Blocks], one block for each dataset.
func NewTemplateSource(file, path string, shape []int, opts ...SourceOption) Source {
	form := newForm(path, true)
	form.fail(errors.Join(checkName(file), checkName(path)))
	if form.wrong == nil && !isTemplate(file) && !isTemplate(path) {
		form.fail(fmt.Errorf("%s:%s has no %%b: a single source is a NewSource", file, path))
	}
	return newSource(file, form, shape, opts)
}

func newSource(file string, form *sourceForm, shape []int, opts []SourceOption) Source {
	for _, o := range opts {
		if o != nil {
			o.applySource(form)
		}
	}
	s := Source{sourceDataset: &sourceDataset{file, form}, sourcePart: wholeSource}
	s.refuse(s.set(shape))
	return s
}

func (s *Source) set(shape []int) error {
	if s.wrong != nil {
		return s.wrong
	}
	if err := checkPart(s.file); err != nil {
		return err
	}
	if err := checkPart(s.path); err != nil {
		return err
	}
	if err := s.setShape(shape); err != nil {
		return err
	}
	if err := s.selectAll(); err != nil {
		return err
	}
	if s.maxShape != nil {
		_, err := s.maxShape.resolve(s.extent)
		return err
	}
	return nil
}

// checkPart is what is wrong with one of the two names of a source.
func checkPart(name string) error {
	switch {
	case name == "":
		return errors.New("a source has a file name and a dataset path; neither may be empty")
	case strings.IndexByte(name, 0) >= 0:
		return errors.New("HDF5 cannot store a name with a zero byte")
	}
	return nil
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

func (d *sourceForm) setShape(shape []int) error {
	if len(shape) > dataspace.MaxRank {
		return fmt.Errorf("the shape has %d axes; HDF5 has at most %d", len(shape), dataspace.MaxRank)
	}
	if d.extent = d.few[:0]; len(shape) > fewAxes {
		d.extent = make([]uint64, 0, len(shape))
	}
	d.extent = d.extent[:len(shape)]
	unlimited := 0
	for i, n := range shape {
		switch {
		case n == Unlimited:
			d.extent[i] = unknownExtent
			unlimited++
		case n == Probe:
			d.extent[i] = unknownExtent
			if d.probe == nil {
				d.details().probe = make([]bool, len(shape))
			}
			d.probe[i] = true
		case n == Bad:
			return errors.New(extentWords(d.words, i, n))
		case n < 0:
			return errors.New(extentWords(d.words, i, n) + " is negative")
		default:
			d.extent[i] = uint64(n)
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
	if slices.Contains(s.extent, unknownExtent) {
		axes, err := resolveSlices(nil, s.extent)
		if err != nil {
			return err
		}
		return s.take(axes, nil)
	}
	s.count = 1
	for _, n := range s.extent {
		s.count = saturatingMul(s.count, n)
	}
	if s.count > math.MaxInt64 {
		return errors.New("the shape has more elements than HDF5 can count")
	}
	s.sourcePart = wholeSource
	return nil
}

// take selects what axes say, which are not kept. room is for their hyperslab, and may be nil.
func (s *Source) take(axes []axis, room []dataspace.Dim) error {
	s.count, s.dropped, s.box = selectionCount(axes), 0, dataspace.Narrow{}
	for i := range axes {
		if axes[i].drop {
			s.dropped |= 1 << i
		}
	}
	selection, err := hyperslab(axes, room)
	part := &sourcePart{selection: selection}
	s.sourcePart = part
	if selection.Kind() == dataspace.KindRegular {
		return err
	}
	part.axes = make([]axis, len(axes))
	for i, a := range axes {
		part.axes[i] = axis{pieces: append([]piece(nil), a.pieces...), drop: a.drop}
	}
	return err
}

// SourceOf is a dataset that exists: its file by the name it was opened with, its path, its shape and its type, as h5py's
// VirtualSource(dataset).
func SourceOf(d *RawDataset) Source {
	return NewSource(d.file.name, d.path, d.Shape(), ElementType(d.Datatype()))
}

// errNoSource is the error of using the zero Source.
var errNoSource = errors.New("it is the zero Source, which names nothing: NewSource makes one")

// Slice is the part of the source that the slices select, one for each axis as in NumPy, indices dropping theirs. Its elements
// are mapped in row-major order. A source is sliced once.
func (s Source) Slice(given ...Slice) Source {
	if s.Err() != nil {
		return s
	}
	if s.sliced {
		s.refuse(errSlicedTwice)
		return s
	}
	s.sliced = true
	if s.probe != nil {
		s.sourcePart = &sourcePart{given: slices.Clone(given)}
		return s
	}
	s.refuse(s.slice(given))
	return s
}

// slicing has memory for resolving slices of any rank. Of what is resolved in it nothing is kept.
var slicing = sync.Pool{New: func() any { room := newAxisRoom(dataspace.MaxRank); return &room }}

// slice resolves the slices of a source whose extents are known.
func (s *Source) slice(given []Slice) error {
	if b, ok := resolveBox(given, s.extent); ok {
		s.sourcePart, s.box, s.count, s.dropped = wholeSource, b.Narrow, b.count, b.dropped
		return nil
	}
	room := slicing.Get().(*axisRoom)
	defer slicing.Put(room)
	axes, err := room.resolve(given, s.extent)
	if err != nil {
		return err
	}
	return s.take(axes, room.dims)
}

// Select is the part of the source that a selection selects, for what slices cannot say: unions of boxes. Its
// elements are mapped in row-major order.
func (s Source) Select(selection dataspace.Selection) Source {
	if s.Err() != nil {
		return s
	}
	part := &sourcePart{selection: selection}
	switch {
	case s.sliced:
		part.err = errSlicedTwice
	case s.probe != nil:
		part.err = errors.New("a selection needs a source whose extents are known")
	default:
		s.count, part.err = checkedCount(selection, s.extent)
	}
	s.sourcePart, s.sliced, s.selected = part, true, true
	return s
}

// errSlicedTwice is the error of taking a part of a part.
var errSlicedTwice = errors.New("the source is sliced already; slice the whole source instead")

// Name is the file and the path of the source.
func (s Source) Name() SourceName {
	if s.sourceDataset == nil {
		return SourceName{}
	}
	return s.name()
}

// Err is what is wrong with the arguments of the source, or nil. Mapping it reports the same.
func (s Source) Err() error {
	if s.sourceDataset == nil {
		return errNoSource
	}
	return s.err
}

// Len is the number of elements along an axis of what is selected, the axes of indices not counted: [Unlimited] where the axis
// grows, [Bad] where the source has an error or its extents are not probed yet.
func (s Source) Len(axis int) int {
	if s.Err() != nil || axis < 0 {
		return Bad
	}
	i := s.nextKept(-1)
	for ; axis > 0 && i < len(s.extent); axis-- {
		i = s.nextKept(i)
	}
	if i >= len(s.extent) {
		return Bad
	}
	return extentInt(s.length(i))
}

// nextKept is the axis after i of those that are left after slicing, the rank where there is none: after the last one, for a selection, and
// while extents are not known.
func (s *Source) nextKept(i int) int {
	if s.selected || s.probe != nil {
		return len(s.extent)
	}
	for i++; i < len(s.extent) && s.dropped>>i&1 != 0; {
		i++
	}
	return i
}

// kept is the axes of the source that are left after slicing.
func (s *Source) kept() []int {
	var kept []int
	for i := s.nextKept(-1); i < len(s.extent); i = s.nextKept(i) {
		kept = append(kept, i)
	}
	return kept
}

// length is the number of elements along axis i of what is selected, unknownExtent where there is no end.
func (s *Source) length(i int) uint64 {
	switch {
	case s.axes != nil:
		return s.axes[i].length()
	case s.box.Rank() > 0:
		return s.box.Length(i)
	case s.selection.Kind() == dataspace.KindRegular:
		p := pieceOf(s.selection.Dim(i))
		return p.length()
	}
	return s.extent[i]
}

// resolved is the axes of what is selected; nil where that is a selection.
func (s *Source) resolved() []axis {
	if s.axes != nil || s.selected || s.probe != nil {
		return s.axes
	}
	room := newAxisRoom(len(s.extent))
	selection := s.selects()
	for i, n := range s.extent {
		p := run(0, n)
		if selection.Kind() == dataspace.KindRegular {
			p = pieceOf(selection.Dim(i))
		}
		room.axes[i] = only(room.piece(i), p)
		room.axes[i].drop = s.dropped>>i&1 != 0
	}
	return room.axes
}

// selects is what is selected of the source.
func (s *Source) selects() dataspace.Selection {
	if s.box.Rank() > 0 {
		return s.box.Selection()
	}
	return s.selection
}

// unprobed is the error of using a source whose extents are not known.
func (s *Source) unprobed() error {
	if s.probe == nil {
		return nil
	}
	return errors.New("its extents are Probe: ProbeSources reads them from the file")
}

type sourceOption func(*sourceForm)

func (o sourceOption) applySource(d *sourceForm) { o(d) }

// ElementOf says that the elements of the source are of the HDF5 type of T: a layout of another type then needs [Convert], and a source
// that exists already is checked.
func ElementOf[T any]() SourceOption {
	return sourceOption(func(d *sourceForm) {
		datatype, err := TypeOf[T]()
		d.fail(err)
		d.element = datatype
	})
}

// ElementType is [ElementOf] for a type that has no Go type, such as one read from a file.
func ElementType(datatype Type) SourceOption {
	return sourceOption(func(d *sourceForm) { d.element = datatype })
}

// Chunk is the shape of the chunks that [CreateSource] writes.
func Chunk(extents ...int) SourceOption {
	return sourceOption(func(d *sourceForm) { d.details().chunk = slices.Clone(extents) })
}

// Filters are the filters that [CreateSource] writes with, in the order in which they are applied.
func Filters(filters ...Filter) SourceOption {
	return sourceOption(func(d *sourceForm) { d.details().filters = slices.Clone(filters) })
}

// Optional says that the source is expected to be missing at times: [ProbeSources] then takes its extents from its [Siblings].
func Optional() SourceOption { return sourceOption(func(d *sourceForm) { d.optional = true }) }

// WordsOption is an option of layouts and of sources.
type WordsOption struct{ words []string }

// ShapeWords is how a layout says the extents of the axes ("ceildiv(frames-n+1, 4)", "rows"). It is for messages only.
func ShapeWords(words ...string) WordsOption { return WordsOption{words} }

func (o WordsOption) applySource(d *sourceForm) { d.details().words = o.words }
func (o WordsOption) applyLayout(l *Layout)     { l.words = o.words }
