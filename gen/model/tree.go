package model

import "github.com/vdsgen/vdsgen/gen/internal/diag"

// TreeKind tells what an entry of `tree` puts into the file.
type TreeKind uint8

// The kinds of tree entries.
const (
	TreeAttrs    TreeKind = iota // a group, or attributes of a dataset that is declared elsewhere
	TreeValue                    // a scalar dataset
	TreeValues                   // a one-dimensional dataset
	TreeSoft                     // a soft link
	TreeExternal                 // an external link
)

// String returns the key of the layout language.
func (k TreeKind) String() string {
	return [...]string{"attrs", "value", "values", "soft", "external"}[k]
}

// TreeEntry is one entry of `tree`. A path with variables stands for one entry
// for each combination of their values, in the order of members.
type TreeEntry struct {
	Pos      diag.Pos
	Path     *Template
	Doc      string
	Kind     TreeKind
	Value    *Value    // TreeValue and TreeValues, a list for the latter unless Range is set
	First    *Expr     // TreeValues written as a range: first and last value, both included
	Last     *Expr     // likewise
	Soft     *Template // TreeSoft: target path
	File     *Template // TreeExternal: target file
	FilePath *Template // TreeExternal: target path in File
	Attrs    []*Attr

	Vars    []*Var   // set by Check: the variables of Path, in the order of Layout.Vars
	Type    TypeRef  // element type of TreeValue and TreeValues; resolved by Check
	Dataset *Virtual // set by Check: the virtual dataset whose attributes these are
}

// Attr is one attribute.
type Attr struct {
	Pos   diag.Pos // of the name
	Name  string
	Value *Value
}

// Value is a literal: a scalar, or a list of scalars of one kind.
type Value struct {
	Pos   diag.Pos
	Type  TypeRef // as written; Name is "" when not given. Resolved by Check: never "" after
	List  bool
	Items []Literal // exactly one for a scalar
}

// LiteralKind is the kind of a literal as it was written.
type LiteralKind uint8

// The kinds of literals.
const (
	LiteralString LiteralKind = iota
	LiteralInt
	LiteralFloat
	LiteralBool
)

// String names the kind in messages.
func (k LiteralKind) String() string {
	return [...]string{"string", "integer", "floating-point number", "bool"}[k]
}

// Literal is one value as written. A text whose declared type is an integer is an
// expression over parameters: Expr is set by Check then.
type Literal struct {
	Pos  diag.Pos
	Kind LiteralKind
	Text string // the string itself, or the number or bool as written
	Expr *Expr
}

// Preset is a ready-made structure to be filled in around a dataset.
type Preset struct {
	Pos  diag.Pos
	Name string // nxdata, nxmx, cxi
	// Settings are what the layout says of it: names of groups, and what only its author knows.
	Settings []*Attr
}
