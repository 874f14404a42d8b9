package diag

import (
	"fmt"
	"strings"
)

// Entry describes one code for `vdsgen explain`.
type Entry struct {
	Code        Code
	Title       string   // a few words, lower case
	Description string   // what the rule is and why, a sentence or three
	Bad         string   // an example that gives the code: parts that replace those of BaseExample, or a Go file; see OfGeneration
	Mend        string   // the same with the fault mended
	Args        []string // parameter values of `vdsgen build` at which Bad fails; nil when generation fails already
}

// IsGo reports whether the examples are Go files.
func (e Entry) IsGo() bool { return strings.HasPrefix(e.Bad, "package ") }

// OfGeneration reports whether the code is found only when code is generated: it lies in what surrounds a layout. Its examples are a Go file with
// the layout in it, or the go.mod file of the module.
func (e Entry) OfGeneration() bool { return e.Code >= NoRuntime }

// BaseExample is the layout whose parts the examples replace.
const BaseExample = `vdsgen: 1
layout: Demo
params: {frames: int}
vars: {n: 0..3}
sources:
  part: {file: "part_{n}.h5", path: /data, type: uint16, shape: [frames, 4]}
datasets:
  /data: {from: part, axes: {n: {stack: n}, frame: same, x: same}}
`

// Example puts the parts of an example in place of those of BaseExample and returns a
// whole schema. A part is a top-level key with all that is indented below it.
func Example(parts string) string {
	order, base := sections(BaseExample)
	more, own := sections(parts)
	for _, key := range more {
		if _, ok := base[key]; !ok {
			order = append(order, key)
		}
		base[key] = own[key]
	}
	var b strings.Builder
	for _, key := range order {
		b.WriteString(base[key])
	}
	return b.String()
}

// sections splits a schema at its top-level keys.
func sections(s string) (order []string, text map[string]string) {
	text = map[string]string{}
	key := ""
	for line := range strings.Lines(s) {
		if name, _, ok := strings.Cut(line, ":"); ok && line[0] != ' ' {
			key = name
			order = append(order, key)
		}
		text[key] += strings.TrimSuffix(line, "\n") + "\n"
	}
	return order, text
}

// Lookup finds the entry of a code by its text, VDS012 in any case of letters.
func Lookup(code string) (Entry, bool) {
	for _, e := range Codes {
		if strings.EqualFold(e.Code.String(), strings.TrimSpace(code)) {
			return e, true
		}
	}
	return Entry{}, false
}

// String returns the entry as `vdsgen explain` prints it.
func (e Entry) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n%s\n", e.Code, e.Title, e.Description)
	example := func(title, text string) {
		if text == "" {
			return
		}
		fmt.Fprintf(&b, "\n%s\n\n", title)
		for line := range strings.Lines(text) {
			fmt.Fprintf(&b, "    %s\n", strings.TrimSuffix(line, "\n"))
		}
	}
	example("Refused:", e.Bad)
	if len(e.Args) > 0 {
		fmt.Fprintf(&b, "\nwith -p %s\n", strings.Join(e.Args, " -p "))
	}
	example("Accepted:", e.Mend)
	return b.String()
}

// Codes describes every code, in the order of numbers. It is not to be modified.
var Codes = []Entry{
	{Code: Syntax, Title: "not YAML, or not Go",
		Description: "The file cannot be read as YAML, or as Go. A text that starts with { or * or & is written in quotes in YAML.",
		Bad:         "file: {prefix}_vds.h5", Mend: "file: \"demo_vds.h5\""},
	{Code: UnknownKey, Title: "unknown key",
		Description: "A key that the language does not have. Nothing is ignored: a misspelt key would otherwise change the layout silently.",
		Bad:         "datasets:\n  /data: {form: part, axes: {n: {stack: n}, frame: same, x: same}}",
		Mend:        "datasets:\n  /data: {from: part, axes: {n: {stack: n}, frame: same, x: same}}"},
	{Code: DuplicateKey, Title: "key or name twice in one mapping",
		Description: "A key stands twice in one mapping, or an attribute twice at one object.",
		Bad:         "params: {frames: int, frames: int}", Mend: "params: {frames: int}"},
	{Code: MissingKey, Title: "missing key",
		Description: "Something that every layout, source or dataset has is not there.",
		Bad:         "sources:\n  part: {path: /data, type: uint16, shape: [frames, 4]}",
		Mend:        "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [frames, 4]}"},
	{Code: WrongShape, Title: "a value of the wrong kind",
		Description: "A list or a mapping stands where one value is wanted, or the other way round.",
		Bad:         "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: frames}",
		Mend:        "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [frames, 4]}"},
	{Code: AnchorOrMerge, Title: "YAML anchors, aliases, merge keys and tags",
		Description: "They make a layout mean something other than what a reader of one line sees, so schemas do without them.",
		Bad:         "params: {frames: &t int}", Mend: "params: {frames: int}"},
	{Code: WrongVersion, Title: "unknown version of the language",
		Description: "The key vdsgen gives the version of the layout language. This vdsgen knows version 1.",
		Bad:         "vdsgen: 2", Mend: "vdsgen: 1"},
	{Code: TooLarge, Title: "beyond a limit",
		Description: "Schemas are bounded in size, nesting and number of entries, so that broken input cannot hang the tool.",
		Bad:         "params: {frames: " + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "}", Mend: "params: {frames: int}"},
	{Code: Directive, Title: "unknown or malformed directive",
		Description: "A //vds: comment is an instruction to vdsgen and must be understood whole.",
		Bad:         goExample("//vds:parm frames int"), Mend: goExample("//vds:param frames int")},
	{Code: Dangling, Title: "a directive that belongs to no layout",
		Description: "Directives stand in the comment right above a struct type. A blank line between comment and type separates them.",
		Bad:         goExample("//vds:param frames int") + "\n//vds:param gap int\n\nfunc other() {}\n", Mend: goExample("//vds:param frames int")},
	{Code: StructTag, Title: "unknown or malformed struct tag",
		Description: "The tag of a field says how its virtual dataset is put together; every key in it is one of vdsgen's.",
		Bad:         strings.Replace(goExample("//vds:param frames int"), "axes:", "axis:", 1), Mend: goExample("//vds:param frames int")},
	{Code: FieldType, Title: "a field that is no dataset",
		Description: "Every field of a layout is one virtual dataset, of type vds.Dataset with the element type as its parameter.",
		Bad:         strings.Replace(goExample("//vds:param frames int"), "vds.Dataset[uint16]", "[]uint16", 1), Mend: goExample("//vds:param frames int")},
	{Code: OneLayout, Title: "several YAML documents in a file",
		Description: "One schema file is one layout.",
		Bad:         "params: {frames: int}\n---\nlayout: Second", Mend: "params: {frames: int}"},

	{Code: BadName, Title: "not a usable name",
		Description: "Names become Go names: letters, digits and underscores, a letter first, no word of Go. The layout, its datasets and types are exported, so they start with a capital letter.",
		Bad:         "layout: demo", Mend: "layout: Demo"},
	{Code: DeclaredTwice, Title: "declared twice",
		Description: "Parameters and variables share one set of names, because expressions use both.",
		Bad:         "vars: {n: 0..3, frames: 0..3}", Mend: "vars: {n: 0..3}"},
	{Code: GoCollision, Title: "names that collide in Go",
		Description: "Two names of the layout become one name in the generated code.",
		Bad:         "params: {frames: int, Frames: int}", Mend: "params: {frames: int}"},
	{Code: BadPath, Title: "a path that HDF5 cannot store",
		Description: "Paths start with / and hold no empty names, no . and no .. and no zero bytes.",
		Bad:         "datasets:\n  /entry//data: {from: part, axes: {n: {stack: n}, frame: same, x: same}}",
		Mend:        "datasets:\n  /entry/data: {from: part, axes: {n: {stack: n}, frame: same, x: same}}"},
	{Code: PathTaken, Title: "two objects in one place",
		Description: "A path holds one object, and only groups hold others below them.",
		Bad:         "tree:\n  /data: {value: 1}", Mend: "tree:\n  /count: {value: 1}"},
	{Code: Unused, Title: "declared and not used",
		Description: "A parameter, variable, source or type that nothing uses is most often a misspelt one.",
		Bad:         "params: {frames: int, gap: int}", Mend: "params: {frames: int}"},

	{Code: BadExpr, Title: "malformed expression",
		Description: "Expressions are Go integer expressions of parameters, variables and integers with + - * / %, parentheses, min, max and ceildiv.",
		Bad:         "vars: {n: 0..frames >> 1}", Mend: "vars: {n: 0..frames / 2}"},
	{Code: UnknownName, Title: "a name that is not declared",
		Description: "Every name in an expression or template is a parameter or a variable of the layout, or in a Go struct a constant.",
		Bad:         "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [frame, 4]}",
		Mend:        "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [frames, 4]}"},
	{Code: WrongKind, Title: "a text or a list where an integer is wanted",
		Description: "String parameters stand in name templates only. A parameter of type []int is indexed by its variable.",
		Bad:         "params: {frames: string}", Mend: "params: {frames: int}"},
	{Code: NoValue, Title: "an expression without a value",
		Description: "Arithmetic is checked: overflow, division by zero and a negative length are errors that name the expression and the values.",
		Bad:         "params: {frames: {type: int, default: 3}}\nsources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [frames - 5, 4]}",
		Mend:        "params: {frames: {type: int, default: 3}}"},
	{Code: BadTemplate, Title: "malformed name template",
		Description: "{expr} inserts a value, {expr:06} pads it with zeros to six digits, {{ and }} are braces.",
		Bad:         "file: \"demo_{frames:x}.h5\"", Mend: "file: \"demo_{frames:06}.h5\""},
	{Code: WrongPlace, Title: "a variable that has no value here",
		Description: "Variables number members. They have a value in a source, and in entries of the tree whose path names them, and nowhere else.",
		Bad:         "file: \"demo_{n}.h5\"", Mend: "file: \"demo_{frames}.h5\""},

	{Code: BadParam, Title: "a parameter of unknown type",
		Description: "Parameters are of type string, int, or []int with over: the variable that numbers the values.",
		Bad:         "params: {frames: integer}", Mend: "params: {frames: int}"},
	{Code: BadDefault, Title: "a default of the wrong type",
		Description: "The default of a parameter has the parameter's type; a list has one integer for each value of its variable.",
		Bad:         "params: {frames: {type: int, default: many}}", Mend: "params: {frames: {type: int, default: 100}}"},
	{Code: BadVar, Title: "a variable without sensible values",
		Description: "A variable takes a range with both ends included, or a list without repetitions, and has one value at least.",
		Bad:         "vars: {n: 3..0}", Mend: "vars: {n: 0..3}"},
	{Code: OpenRange, Title: "an open range that HDF5 cannot store",
		Description: "0.. stands for as many files as exist. HDF5 counts them itself, from 0, along one axis, and takes the same part of each; so the variable starts at 0, is consumed by concat or stack alone, and the members have one fixed shape.",
		Bad:         "vars: {n: 1..}", Mend: "vars: {n: 0..}"},
	{Code: UnknownType, Title: "an unknown element type",
		Description: "Element types are Go's integer and float types of fixed size, bool, string, complex64, complex128, and compounds. They are known when code is generated, so that a layout written as a Go struct has no type parameters.",
		Bad:         "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint, shape: [frames, 4]}",
		Mend:        "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [frames, 4]}"},
	{Code: BadCompound, Title: "a compound that cannot be stored",
		Description: "A compound has members with names of their own, each of an element type or an array of one, and does not hold itself.",
		Bad:         "types: {Hit: {x: \"[0]float32\"}}\nsources:\n  part: {file: \"part_{n}.h5\", path: /data, type: Hit, shape: [frames, 4]}",
		Mend:        "types: {Hit: {x: \"[2]float32\"}}\nsources:\n  part: {file: \"part_{n}.h5\", path: /data, type: Hit, shape: [frames, 4]}"},
	{Code: BadFilter, Title: "an unknown filter",
		Description: "Source writers know deflate(0-9), shuffle, fletcher32, lz4, bitshuffle-lz4 and zstd(1-22). Filters work on chunks, so a source with filters has a chunk.",
		Bad:         "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [frames, 4], chunk: [1, 4], filters: [gzip]}",
		Mend:        "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [frames, 4], chunk: [1, 4], filters: [deflate(4)]}"},
	{Code: BadSelect, Title: "a selection that does not fit its source",
		Description: "select has one entry a source axis: \":\" for all of it, \"a:b\" or \"a:b:step\" for a part, or an index, which drops the axis. Parts lie inside the source.",
		Bad:         "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [frames, 4], select: [\":\"]}",
		Mend:        "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [frames, 4], select: [\":\", \"1:3\"]}"},
	{Code: BadChunk, Title: "a chunk that does not fit its source",
		Description: "chunk has one length a source axis, 1 or more, and no longer than a fixed axis.",
		Bad:         "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [frames, 4], chunk: [1]}",
		Mend:        "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [frames, 4], chunk: [1, 4]}"},
	{Code: BadShape, Title: "a source without a usable shape",
		Description: "A source has between 1 and 32 axes.",
		Bad:         "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: []}",
		Mend:        "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [frames, 4]}"},
	{Code: SameSource, Title: "members that nothing tells apart",
		Description: "The shape of a source depends on a variable that its file, path and select do not: the members would be one dataset with several shapes.",
		Bad:         "sources:\n  part: {file: part.h5, path: /data, type: uint16, shape: [frames + n, 4]}",
		Mend:        "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [frames + n, 4]}"},
	{Code: GrowingAxis, Title: "a growing axis that HDF5 cannot map",
		Description: "One axis of a source may grow. Its rule is same or interleave, alone: with any other, the place of the next member would depend on a length that changes.",
		Bad:         "params: {}\nsources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [unlimited, 4]}\ndatasets:\n  /data: {from: part, axes: {frame: {concat: n}, x: same}}",
		Mend:        "params: {}\nsources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [unlimited, 4]}\ndatasets:\n  /data: {from: part, axes: {frame: {interleave: n}, x: same}}"},
	{Code: ParamValue, Title: "a missing or wrong parameter value",
		Description: "Every parameter without a default is given a value of its type when a file is built; a list has one integer for each value of its variable.",
		Bad:         "params: {frames: int}", Mend: "params: {frames: {type: int, default: 100}}", Args: []string{"frames=many"}},
	{Code: ProbeFailed, Title: "a source whose shape cannot be read",
		Description: "A shape with probe is read from the source files when the virtual dataset is built. Each must exist, or the source is optional and the others agree.",
		Bad:         "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [probe, frames]}",
		Mend:        "sources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [4, frames]}", Args: []string{"frames=4"}},
	{Code: UnpaddedPattern, Title: "an open variable with padding or arithmetic",
		Description: "HDF5 numbers the files of an open variable itself: plain decimal numbers from 0, without padding.",
		Bad:         "vars: {n: 0..}\nsources:\n  part: {file: \"part_{n:04}.h5\", path: /data, type: uint16, shape: [frames, 4]}",
		Mend:        "vars: {n: 0..}\nsources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [frames, 4]}"},

	{Code: UnknownSource, Title: "an unknown source",
		Description: "from names a source that is declared under sources.",
		Bad:         "datasets:\n  /data: {from: parts, axes: {n: {stack: n}, frame: same, x: same}}",
		Mend:        "datasets:\n  /data: {from: part, axes: {n: {stack: n}, frame: same, x: same}}"},
	{Code: UnknownRule, Title: "an unknown axis rule",
		Description: "Every virtual axis has one rule: same, stack, concat, tile, interleave, split, merge, or a list of them.",
		Bad:         "datasets:\n  /data: {from: part, axes: {n: {stak: n}, frame: same, x: same}}",
		Mend:        "datasets:\n  /data: {from: part, axes: {n: {stack: n}, frame: same, x: same}}"},
	{Code: RuleOption, Title: "an option that does not fit its rule",
		Description: "A tile has one of gap, gaps and at; at gives one origin for each member; blocks hold one element or more.",
		Bad:         "datasets:\n  /data: {from: part, axes: {frame: {tile: n, gap: 1, gaps: [1, 2]}, x: same}}",
		Mend:        "datasets:\n  /data: {from: part, axes: {frame: {tile: n, gaps: [1, 2]}, x: same}}"},
	{Code: RuleOrder, Title: "rules that cannot follow one another",
		Description: "A list of rules is applied inside out: merge first, then concat, tile and interleave in any order, split last. same and stack stand alone.",
		Bad:         "datasets:\n  /data: {from: part, axes: {frame: [same, {concat: n}], x: same}}",
		Mend:        "datasets:\n  /data: {from: part, axes: {frame: {concat: n}, x: same}}"},
	{Code: NotConsumed, Title: "a variable that no rule consumes",
		Description: "Every variable of a source is consumed by one rule of each dataset made from it. If none says where the members go, all would lie in one place.",
		Bad:         "datasets:\n  /data: {from: part, axes: {frame: same, x: same}}",
		Mend:        "datasets:\n  /data: {from: part, axes: {n: {stack: n}, frame: same, x: same}}"},
	{Code: NotOfSource, Title: "a rule that consumes what is not there",
		Description: "A rule consumes a variable of its dataset's source, and each variable is consumed once.",
		Bad:         "datasets:\n  /data: {from: part, axes: {n: {stack: n}, frame: {concat: n}, x: same}}",
		Mend:        "datasets:\n  /data: {from: part, axes: {n: {stack: n}, frame: same, x: same}}"},
	{Code: RankMismatch, Title: "rules that do not fit the axes of the source",
		Description: "Rules consume the source's axes in order, after select: same, concat, tile, interleave and split one each, stack none, merge two. All axes are consumed.",
		Bad:         "datasets:\n  /data: {from: part, axes: {n: {stack: n}, frame: same}}",
		Mend:        "datasets:\n  /data: {from: part, axes: {n: {stack: n}, frame: same, x: same}}"},
	{Code: Overlap, Title: "members that overlap",
		Description: "An element of a virtual dataset comes from one source. Where two members map it, libhdf5 lets the last win, and leaves gaps elsewhere uninitialised.",
		Bad:         "datasets:\n  /data: {from: part, axes: {frame: same, x: {tile: n, at: [0, 4, 6, 12]}}}",
		Mend:        "datasets:\n  /data: {from: part, axes: {frame: same, x: {tile: n, at: [0, 4, 8, 12]}}}"},
	{Code: BadFill, Title: "a fill that the type cannot hold",
		Description: "HDF5 would clip the value silently: -1 becomes 0 in an unsigned type. The fill is a number that the type holds exactly, or max, min, nan, inf.",
		Bad:         "datasets:\n  /data: {from: part, fill: -1, axes: {n: {stack: n}, frame: same, x: same}}",
		Mend:        "datasets:\n  /data: {from: part, fill: max, axes: {n: {stack: n}, frame: same, x: same}}"},
	{Code: NeedsConvert, Title: "a change of type without convert",
		Description: "A virtual dataset has the type of its source unless it says convert: true; HDF5 then converts each element when it is read, and clamps what does not fit.",
		Bad:         "datasets:\n  /data: {from: part, type: float32, axes: {n: {stack: n}, frame: same, x: same}}",
		Mend:        "datasets:\n  /data: {from: part, type: float32, convert: true, axes: {n: {stack: n}, frame: same, x: same}}"},
	{Code: BadExtent, Title: "an extent that its axis cannot have",
		Description: "extent makes an axis larger than its members need, never smaller, and an axis that grows has none.",
		Bad:         "datasets:\n  /data: {from: part, axes: {frame: same, x: {tile: n, extent: 15}}}\nparams: {frames: {type: int, default: 2}}",
		Mend:        "datasets:\n  /data: {from: part, axes: {frame: same, x: {tile: n, extent: 20}}}"},
	{Code: Impossible, Title: "what HDF5 cannot store",
		Description: "Virtual datasets map elements in row-major order and with positive strides, so axes cannot change places or run backwards.",
		Bad:         "datasets:\n  /data: {from: part, axes: {n: {stack: n}, frame: transpose, x: same}}",
		Mend:        "datasets:\n  /data: {from: part, axes: {n: {stack: n}, frame: same, x: same}}"},
	{Code: TooManyMaps, Title: "more than a million mappings",
		Description: "Every mapping is decoded when the file is opened. Write larger source files, or stack files of files.",
		Bad:         "vars: {n: 0..2000000}", Mend: "vars: {n: 0..3}"},
	{Code: ManyMaps, Title: "more than ten thousand mappings (a warning)",
		Description: "libhdf5 1.10 needs some 15 KB of memory for each mapping to open the dataset.",
		Bad:         "params: {frames: {type: int, default: 2}}\nvars: {n: 0..19999}", Mend: "params: {frames: {type: int, default: 2}}"},
	{Code: UnevenDeal, Title: "members that dealing does not give",
		Description: "interleave deals blocks to the members in turn, so their lengths differ by the last round only.",
		Bad:         "params: {}\nsources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [5 + n, 4]}\ndatasets:\n  /data: {from: part, axes: {frame: {interleave: n}, x: same}}",
		Mend:        "params: {}\nsources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [\"ceildiv(21 - n, 4)\", 4]}\ndatasets:\n  /data: {from: part, axes: {frame: {interleave: n}, x: same}}"},
	{Code: BadWindow, Title: "a window that does not fit its dataset",
		Description: "window takes a range of the assembled array along axes that it names; the axes stay, and have a fixed length.",
		Bad:         "datasets:\n  /data: {from: part, axes: {n: {stack: n}, frame: same, x: same}, window: {y: \"0:2\"}}",
		Mend:        "datasets:\n  /data: {from: part, axes: {n: {stack: n}, frame: same, x: same}, window: {x: \"0:2\"}}"},
	{Code: BadEach, Title: "each without its placeholder",
		Description: "each makes one dataset of each entry: the path of the dataset, and the file or path of the source, hold a placeholder in braces for the entry's name.",
		Bad:         "datasets:\n  /data: {from: part, each: {a: {}, b: {}}, axes: {n: {stack: n}, frame: same, x: same}}",
		Mend:        "sources:\n  part: {file: \"part_{n}.h5\", path: \"/{field}\", type: uint16, shape: [frames, 4]}\ndatasets:\n  /{field}: {from: part, each: {a: {}, b: {}}, axes: {n: {stack: n}, frame: same, x: same}}"},
	{Code: BadMask, Title: "a mask that covers nothing",
		Description: "mask names a virtual dataset by its Go name and shows where its last two axes have no source; type, shape and values follow from it.",
		Bad:         "datasets:\n  /data: {from: part, axes: {frame: same, x: {tile: n, gap: 1}}}\n  /mask: {mask: data}",
		Mend:        "datasets:\n  /data: {from: part, axes: {frame: same, x: {tile: n, gap: 1}}}\n  /mask: {mask: Data}"},
	{Code: BadScale, Title: "a dimension scale that does not fit",
		Description: "scales attaches a dataset of this file with one axis, as long as the axis that it describes.",
		Bad:         "datasets:\n  /data: {from: part, axes: {n: {stack: n}, frame: same, x: same}, scales: {n: /number}}",
		Mend:        "datasets:\n  /data: {from: part, axes: {n: {stack: n}, frame: same, x: same}, scales: {n: /number}}\ntree:\n  /number: {values: 0..3}"},
	{Code: BadSplit, Title: "a split that does not fit",
		Description: "split makes two virtual axes of one source axis; the key names both, and the lengths multiply to that of the source.",
		Bad:         "datasets:\n  /data: {from: part, axes: {n: {stack: n}, frame: {split: [2, 2]}, x: same}}",
		Mend:        "params: {}\nsources:\n  part: {file: \"part_{n}.h5\", path: /data, type: uint16, shape: [4, 4]}\ndatasets:\n  /data: {from: part, axes: {n: {stack: n}, \"row, col\": {split: [2, 2]}, x: same}}"},

	{Code: BadTreeEntry, Title: "an entry of the tree that is two things",
		Description: "An entry is a group, one value, values, a soft link or an external link. Links have no attributes.",
		Bad:         "tree:\n  /energy: {value: 12.4, soft: /data}", Mend: "tree:\n  /energy: {value: 12.4}"},
	{Code: BadValue, Title: "a value that cannot be written",
		Description: "Values are texts, integers, floats, true or false, lists of one kind, or {type: T, value: V} with a value that T holds.",
		Bad:         "tree:\n  /count: {value: 300, type: uint8}", Mend: "tree:\n  /count: {value: 300, type: uint16}"},
	{Code: BadPreset, Title: "a preset that does not fit",
		Description: "A preset fills in a structure around a virtual dataset that lies in a group: nxdata, nxmx or cxi. A mask has none: it is part of the structure of the dataset that it covers.",
		Bad:         "datasets:\n  /data: {from: part, preset: nxmx, axes: {n: {stack: n}, frame: same, x: same}}",
		Mend:        "datasets:\n  /entry/data/data: {from: part, preset: nxmx, axes: {n: {stack: n}, frame: same, x: same}}"},
	{Code: NoRuntime, Title: "the runtime is not there (a warning)",
		Description: "Generated code imports github.com/vdsgen/vdsgen/runtime. The module of the folder does not have it, so the code could not be type-checked before it was written. Run go get github.com/vdsgen/vdsgen.",
		Bad:         "go.mod:\nmodule example.com/detector\n\ngo 1.26\n",
		Mend:        "go.mod:\nmodule example.com/detector\n\ngo 1.26\n\nrequire github.com/vdsgen/vdsgen v0.1.0\n"},
	{Code: Internal, Title: "generated code that does not compile",
		Description: "Nothing was written. A declaration of the package gives a name of Go another meaning, which generated code then meets: give it another name. Anything else is a fault of vdsgen: please report it with the layout.",
		Bad:         goPackage("// string is the number of a string of detectors.\ntype string int\n"),
		Mend:        goPackage("// String is the number of a string of detectors.\ntype String int\n")},
}

// goPackage returns a layout in Go beside a declaration of the reader's choice.
func goPackage(declaration string) string {
	return goExample("//vds:param frames int") + "\n" + declaration
}

// goExample returns a layout in Go with one directive of the reader's choice.
func goExample(directive string) string {
	return `package demo

import vds "github.com/vdsgen/vdsgen/runtime"

// Demo stacks four files.
//
//vds:layout
` + directive + `
//vds:var n 0..3
//vds:source part file="part_{n}.h5" path=/data type=uint16 shape=[frames,4]
type Demo struct {
	Data vds.Dataset[uint16] ` + "`" + `vds:"/data" from:"part" axes:"n=stack(n) frame=same x=same"` + "`" + `
}
`
}
