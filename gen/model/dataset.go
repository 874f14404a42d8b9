package model

import "github.com/vdsgen/vdsgen/gen/internal/diag"

// Dataset is one entry of `datasets` as written; with Each it stands for several
// virtual datasets. Axes, Attrs, Fill, Scales and Window of an `each` dataset hold for
// every entry that does not say otherwise.
type Dataset struct {
	Pos     diag.Pos  // of the path
	Path    *Template // plain text, or with the placeholder of Each
	Name    Ident     // Go name; Name.Name is "" when not given
	Doc     string
	From    Ident   // name of the source set; "" for a mask
	Mask    Ident   // `mask`: Go name of the virtual dataset that is covered; "" otherwise
	Type    TypeRef // Name is "" when not given: the type of the source
	Convert bool
	Fill    *Fill // nil when not given: zeros
	Axes    []*Axis
	Window  []*Window
	Attrs   []*Attr
	Scales  []*Scale
	Each    *Each   // nil without `each`
	Preset  *Preset // nil without `preset`

	Incomplete bool // set by a front end that could not read all of it
}

// Each holds the entries of `each`.
type Each struct {
	Pos         diag.Pos
	Placeholder Ident // name in braces in the dataset's path
	Entries     []*EachEntry
}

// EachEntry is one virtual dataset of an `each`.
type EachEntry struct {
	Pos   diag.Pos // of the key
	Key   string
	Name  Ident // Go name; "" when not given
	Doc   string
	Type  TypeRef
	Fill  *Fill
	Attrs []*Attr
}

// Axis is one entry of `axes` as written: one virtual axis, or two or more for a split.
type Axis struct {
	Pos    diag.Pos
	Names  []Ident // one name for each virtual axis made
	Rules  []*Rule // applied inside out; never empty
	Extent *Expr   // `extent`: makes the axis larger; nil when not given

	// Set by Check.
	SourceAxes []int // indexes into SourceSet.Axes that this entry consumes, neighbours in order; empty for stack
}

// Window is one entry of `window`.
type Window struct {
	Pos      diag.Pos
	Axis     Ident
	Selector *Selector // never an index
}

// Scale attaches a dimension scale to an axis.
type Scale struct {
	Pos  diag.Pos
	Axis Ident
	Path Ident // path of the scale dataset
}

// Virtual is one virtual dataset of the file, complete and resolved by Check.
type Virtual struct {
	Decl       *Dataset // as written: axes, scales, convert
	Pos        diag.Pos // of the path, or of the key of the `each` entry
	Name       string   // Go name, unique in the layout
	NamePos    diag.Pos
	Path       string // absolute HDF5 path
	Doc        string
	Source     *SourceSet // nil for a mask
	SourceType TypeRef    // element type of the sources
	Type       TypeRef    // element type of the virtual dataset; differs from SourceType only with Convert
	Fill       *Fill      // nil is zeros
	Attrs      []*Attr
	Field      *Field      // the `each` entry, nil without
	MaskOf     *Virtual    // `mask`: the dataset that is covered; Dims are its last two
	Dims       []*Dim      // one entry a virtual axis
	Printf     *Var        // open variable that makes the mappings printf ones; nil otherwise
	Window     []*Selector // one entry a virtual axis, nil entries take all; nil without `window`
}

// Dim is one virtual axis.
type Dim struct {
	Name   string
	GoName string
	Pos    diag.Pos
	Axis   *Axis // the entry that makes it
	Part   int   // which of the virtual axes of a split this is, else 0
	// Vars are the variables that the rules of this axis consume, inside out.
	Vars []*Var
	// Extent is the length in closed form over parameters, before `window`; nil when it
	// has none because member lengths differ or are probed, or the axis grows.
	Extent *Expr
	// Unlimited is set when the axis grows with its sources.
	Unlimited bool
}
