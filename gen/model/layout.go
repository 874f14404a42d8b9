package model

import "github.com/vdsgen/vdsgen/gen/internal/diag"

// Version is the version of the layout language that this package describes.
const Version = 1

// Form tells how a layout was written.
type Form uint8

// The two ways to write a layout.
const (
	FormYAML Form = iota
	FormGo
)

// String returns "YAML" or "Go".
func (f Form) String() string {
	if f == FormGo {
		return "Go"
	}
	return "YAML"
}

// Ident is a name as written, with its place.
type Ident struct {
	Name string
	Pos  diag.Pos
}

// String returns the name.
func (i Ident) String() string { return i.Name }

// Layout describes one virtual-dataset file.
type Layout struct {
	Pos     diag.Pos
	Form    Form
	Source  string    // file that the layout was read from, as given to the front end
	Name    Ident     // exported Go name
	Package Ident     // Go package as written; "" when the form does not say
	Doc     string    // documentation without comment markers; may be ""
	File    *Template // default name of the virtual file; nil when not given

	Params   []*Param     // in the order written
	Vars     []*Var       // in the order written, which is the order of members
	Types    []*Compound  // compound types declared or found, in the order written
	Sources  []*SourceSet // in the order written
	Datasets []*Dataset   // as written; an `each` dataset is one entry
	Tree     []*TreeEntry // in the order written
	Consts   []*Const     // set by Check: Go constants that expressions use (Go form), in the order of use

	// LookupConst finds the Go constant that a name stands for; nil in the YAML form. ok is
	// false when there is none; an error says why a Go object of that name is none.
	LookupConst func(name string) (c *Const, ok bool, err error)

	// Incomplete is set by a front end that could not read every part. Check then judges
	// what the missing parts cannot change, so that one run reports as much as can be known.
	Incomplete bool

	// Virtual is set by Check: one entry for each virtual dataset that the file
	// will hold, `each` expanded, in the order written. Code generation and
	// Lower work on these, never on Datasets.
	Virtual []*Virtual
}

// ParamKind is the type of a parameter.
type ParamKind uint8

// The types of parameters.
const (
	ParamInvalid ParamKind = iota
	ParamString
	ParamInt
	ParamInts // "[]int": one integer for each value of a variable
)

// String returns the word of the layout language.
func (k ParamKind) String() string {
	switch k {
	case ParamString:
		return "string"
	case ParamInt:
		return "int"
	case ParamInts:
		return "[]int"
	}
	return "invalid"
}

// Param is a value known only when a virtual dataset is built.
type Param struct {
	Pos  diag.Pos // of the name
	Name string
	Kind ParamKind
	Doc  string
	Over Ident // ParamInts: the variable that numbers the values

	HasDefault    bool
	DefaultString string  // ParamString
	DefaultInt    int64   // ParamInt
	DefaultInts   []int64 // ParamInts
	DefaultPos    diag.Pos

	OverVar *Var // set by Check for ParamInts
	Used    bool // set by Check
}

// Var is an integer that numbers members. Either List is set, or First with
// Last (both included), or First alone with Open: as many as exist.
type Var struct {
	Pos   diag.Pos // of the name
	Name  string
	Doc   string
	First *Expr
	Last  *Expr
	Open  bool
	List  []*Expr
	// Values is the place of the range or list.
	ValuesPos diag.Pos

	Used bool // set by Check
}

// Const is a Go constant that an expression names. Value is the value at the
// time of generation; generated code guards against a change of it.
type Const struct {
	Pos     diag.Pos // first use
	Name    string   // as written: Rows or det.Rows
	Package string   // import path of a constant of another package, else ""
	Value   int64
}

// ExtentKind tells how the length of a source axis is known.
type ExtentKind uint8

// The kinds of extents.
const (
	ExtentExpr      ExtentKind = iota // an expression
	ExtentUnlimited                   // the axis grows
	ExtentProbe                       // read from the source when the file is built
)

// Extent is the length of one source axis, in elements.
type Extent struct {
	Pos  diag.Pos
	Kind ExtentKind
	Expr *Expr // ExtentExpr only
}

// String returns the extent as the layout language writes it.
func (e *Extent) String() string {
	switch e.Kind {
	case ExtentUnlimited:
		return "unlimited"
	case ExtentProbe:
		return "probe"
	}
	return e.Expr.String()
}

// Selector is one entry of `select`, or one of `window`: a range with a step, or
// an index that drops the axis. Missing bounds are nil: from the start, to the end.
type Selector struct {
	Pos               diag.Pos
	Text              string
	Start, Stop, Step *Expr
	Index             *Expr // drops the axis; Start, Stop and Step are nil then
}

// Whole reports whether s takes the whole axis.
func (s *Selector) Whole() bool {
	return s.Start == nil && s.Stop == nil && s.Step == nil && s.Index == nil
}

// Filter is one stage of the filter pipeline that source writers use.
type Filter struct {
	Pos   diag.Pos
	Name  string // deflate, shuffle, fletcher32, lz4, bitshuffle-lz4, zstd
	Level int    // deflate and zstd; -1 when not given
}

// String returns the filter as the layout language writes it.
func (f *Filter) String() string { return filterString(f) }

// SourceSet describes the source datasets that one kind of writer makes: one
// member for each combination of the values of its variables.
type SourceSet struct {
	Pos      diag.Pos // of the name
	Name     string
	Doc      string
	File     *Template // file name; "." is the virtual file itself
	Path     *Template // dataset inside the file
	Type     TypeRef   // element type; Name is "" when each entry of `each` gives it
	Shape    []*Extent // one entry a source axis
	Chunk    []*Expr   // chunk shape for source writers; nil when not given
	Filters  []*Filter
	Select   []*Selector // one entry a source axis; nil takes everything
	Optional bool        // a missing member is expected and reads as fill

	Incomplete bool // set by a front end that could not read all of it

	// Set by Check.
	Vars   []*Var       // variables of this source, in the order of Layout.Vars
	Axes   []SourceAxis // the axes that rules see, after select dropped some
	Fields []*Field     // the `each` entries that datasets make from this source; nil without `each`
	Along  [][]*Var     // for each entry of Shape, the variables by which rules of any dataset place members along it
}

// SourceAxis is one axis of a source that is left after `select`.
type SourceAxis struct {
	Axis   int   // index into SourceSet.Shape
	Length *Expr // length after select in elements; nil when unlimited or probed
	Kind   ExtentKind
}

// Field is one entry of `each`, as a source sees it.
type Field struct {
	Placeholder string // the name in braces: field
	Key         string // what stands for it: data
	Type        TypeRef
}
