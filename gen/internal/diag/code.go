package diag

import "fmt"

// Code is the number of a kind of finding, printed as VDS012. A code, once
// released, keeps its meaning. Entries describes each with an example.
type Code int

// String returns the code as it is printed and as `vdsgen explain` takes it.
func (c Code) String() string { return fmt.Sprintf("VDS%03d", int(c)) }

// The form of a schema file, and of directives and struct tags.
const (
	Syntax        Code = 1 // not YAML, or not Go
	UnknownKey    Code = 2
	DuplicateKey  Code = 3
	MissingKey    Code = 4
	WrongShape    Code = 5 // a scalar where a mapping is wanted, and the like
	AnchorOrMerge Code = 6
	WrongVersion  Code = 7
	TooLarge      Code = 8 // file, nesting or number of entries beyond a limit
	Directive     Code = 9 // unknown or malformed //vds: directive
	Dangling      Code = 10
	StructTag     Code = 11
	FieldType     Code = 12 // a field that is no vds.Dataset
	OneLayout     Code = 13 // several documents in a file
)

// Names.
const (
	BadName       Code = 20 // not a Go identifier, not exported, a keyword
	DeclaredTwice Code = 21
	GoCollision   Code = 22
	BadPath       Code = 23 // not a path that HDF5 can store
	PathTaken     Code = 24
	Unused        Code = 25
)

// Expressions and templates.
const (
	BadExpr     Code = 30
	UnknownName Code = 31
	WrongKind   Code = 32 // a text in arithmetic, a list without an index
	NoValue     Code = 33 // overflow, division by zero, negative length
	BadTemplate Code = 34
	WrongPlace  Code = 35 // a variable or placeholder that means nothing here
)

// Parameters, variables, types and sources.
const (
	BadParam        Code = 40
	BadDefault      Code = 41
	BadVar          Code = 42
	OpenRange       Code = 43
	UnknownType     Code = 44
	BadCompound     Code = 45
	BadFilter       Code = 46
	BadSelect       Code = 47
	BadChunk        Code = 48
	BadShape        Code = 49
	SameSource      Code = 50 // members that are told apart by nothing
	GrowingAxis     Code = 51
	ParamValue      Code = 52 // a value for a parameter that is missing or wrong
	ProbeFailed     Code = 53
	UnpaddedPattern Code = 54 // printf names
)

// Virtual datasets.
const (
	UnknownSource Code = 60
	UnknownRule   Code = 61
	RuleOption    Code = 62
	RuleOrder     Code = 63 // rules that cannot follow one another
	NotConsumed   Code = 64
	NotOfSource   Code = 65 // a rule consumes what the source does not have, or twice
	RankMismatch  Code = 66
	Overlap       Code = 67
	BadFill       Code = 68
	NeedsConvert  Code = 69
	BadExtent     Code = 70
	Impossible    Code = 71 // transpose, reverse
	TooManyMaps   Code = 72
	ManyMaps      Code = 73
	UnevenDeal    Code = 74
	BadWindow     Code = 75
	BadEach       Code = 76
	BadMask       Code = 77
	BadScale      Code = 78
	BadSplit      Code = 79
)

// Tree and attributes.
const (
	BadTreeEntry Code = 80
	BadValue     Code = 81
	BadPreset    Code = 82
)

// Generated code.
const (
	NoRuntime Code = 90 // warning: the runtime is not to be had, so the code is not type-checked
	Internal  Code = 91 // generated code that does not compile: a fault of vdsgen
)
