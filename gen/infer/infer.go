// Package infer finds the layout of a file that is there already: from the mappings of its virtual datasets
// it recognises stack, concat, tile and interleave, their compositions, split and merge, and the numbering of
// file names, and writes a schema that builds the same mappings again.
//
// [Layout] tries what a person would write first, and what is merely correct last. Each attempt is a
// complete schema, which is loaded, checked and lowered as any other; it is taken only if that gives the
// mappings that the file has. So a guess that is wrong costs time and nothing else.
//
// Read attempt.go first: it is the order in which things are tried. mapping.go brings mappings into one
// form, align.go says which source axis becomes which virtual one, members.go finds the variables, rules.go
// the axis rules, names.go the name templates, numbers.go expressions for sequences of integers, yaml.go
// writes the schema and verify.go compares.
package infer

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vdsgen/vdsgen/gen/model"
)

// File is what is known of a file with virtual datasets.
type File struct {
	Name     string // of the file, for the layout's default; may be ""
	Layout   string // exported Go name of the layout to write
	Package  string // Go package, "" leaves it to the folder
	Datasets []Dataset
	Types    []Compound // compound types that datasets have
	Tree     []Entry    // what else is in the file
}

// Dataset is one virtual dataset of the file.
type Dataset struct {
	Path            string
	Type            string // word of the layout language, or the name of one of File.Types
	Fill            string // as the layout language writes it; "" is zeros
	Shape, MaxShape []uint64
	Mappings        []model.Mapping // Member means nothing
	Attrs           []Attr
	Axes            []string              // names of the axes, "" or none where the file has none
	Sources         map[SourceName]Source // those that were there; nil where nobody looked
}

// Compound is a compound type: its members with the types that the layout language gives them.
type Compound struct {
	Name    string
	Members [][2]string // name and type
}

// Entry is an entry of the tree: its path and the YAML that follows, as "soft: /data".
type Entry struct {
	Path string
	YAML string
}

// Attr is an attribute with its value in YAML.
type Attr struct{ Name, YAML string }

// Limits on what is worth trying.
const (
	maxAttempts   = 200       // schemas that are lowered for one dataset
	leastAttempts = 12        // also where there are many mappings
	maxWork       = 2_000_000 // mappings lowered in all attempts, beyond the least
	maxMappings   = 100_000   // of one dataset
	maxAxisName   = 60        // bytes of the name of an axis
)

// Error says why a dataset has no layout.
type Error struct {
	Path string
	Why  string
}

func (e *Error) Error() string { return e.Path + ": " + e.Why }

// Layout returns a YAML schema that builds the mappings of all datasets of f. Every parameter of it has
// a default. The error, of type *[Error] for each dataset that cannot be expressed, says what the language lacks.
func Layout(f *File) ([]byte, error) {
	if len(f.Datasets) == 0 {
		return nil, errors.New("there is no virtual dataset in the file")
	}
	s := &schemaText{file: f}
	taken := newNames()
	var failed []error
	for i := range f.Datasets {
		d := &f.Datasets[i]
		part, err := attempt(f, d, taken)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		taken = part.names
		if part.shared {
			part.params = nil // they stand in sources alone, and the one that was declared before has its own
		}
		s.add(part)
	}
	if len(failed) > 0 {
		return nil, errors.Join(failed...)
	}
	text := s.String()
	if err := verify(f, text); err != nil {
		return nil, fmt.Errorf("bug in vdsgen: the datasets have layouts one by one, and not together: %w", err)
	}
	return []byte(text), nil
}

// cannot is the error that a dataset has no layout.
func cannot(d *Dataset, format string, args ...any) error {
	return &Error{d.Path, "the layout language cannot say it: " + fmt.Sprintf(format, args...)}
}

// Quote is a text as a YAML scalar: plain where that is safe.
func Quote(s string) string {
	plain := s != "" && !strings.ContainsAny(s, "{}[]:,&*#?|<>=!%@`\"'\\\n\t") && !strings.HasPrefix(s, "-") && !strings.HasPrefix(s, " ") && !strings.HasSuffix(s, " ")
	if plain && !ambiguous(s) {
		return s
	}
	return fmt.Sprintf("%q", s)
}

// ambiguous reports whether YAML takes a plain text for something other than a text.
func ambiguous(s string) bool {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "null", "~", "y", "n", ".nan", ".inf":
		return true
	}
	return strings.Trim(s, "0123456789.+-xXabcdefABCDEF_") == ""
}
