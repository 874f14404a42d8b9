package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Pos is a place in a source file. Line and Column count from 1, Column in
// bytes as the Go tools count; Width is the number of bytes of the text meant,
// all on one line, 0 when unknown. The zero Pos is "no place".
type Pos struct {
	File         string
	Line, Column int
	Width        int
	// Whole says that places within the text at the position cannot be told, because the file has it in another form (with escapes, or over several lines).
	Whole bool
}

// IsValid reports whether p names a line.
func (p Pos) IsValid() bool { return p.Line > 0 }

// String returns file:line:column, leaving out what is unknown.
func (p Pos) String() string {
	switch {
	case p.Line > 0 && p.File != "":
		return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	case p.Line > 0:
		return fmt.Sprintf("%d:%d", p.Line, p.Column)
	case p.File != "":
		return p.File
	}
	return "-"
}

// Shift returns the place n bytes to the right of p, width bytes wide; p itself where it is whole.
func (p Pos) Shift(n, width int) Pos {
	if !p.IsValid() || p.Whole {
		return p
	}
	p.Column += n
	p.Width = width
	return p
}

// Compare orders positions by file, line and column.
func (p Pos) Compare(q Pos) int {
	return cmp.Or(strings.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// Severity tells errors, which stop generation, from warnings, which do not.
type Severity uint8

// The severities; the zero value is an error.
const (
	Error Severity = iota
	Warning
)

// String returns "error" or "warning".
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Diagnostic is one finding. Message says what is wrong and why in one line
// without the position; Hint, where there is one, says what would be accepted.
type Diagnostic struct {
	Pos      Pos
	Code     Code
	Severity Severity
	Message  string
	Hint     string
}

// Error returns "file:line:col: message [VDSnnn]".
func (d Diagnostic) Error() string {
	var b strings.Builder
	if d.Pos.IsValid() || d.Pos.File != "" {
		b.WriteString(d.Pos.String())
		b.WriteString(": ")
	}
	if d.Severity == Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(d.Message)
	if d.Code != 0 {
		fmt.Fprintf(&b, " [%s]", d.Code)
	}
	return b.String()
}

// List collects the findings of a run. A *List is not safe for concurrent use.
type List []Diagnostic

// Errorf appends an error.
func (l *List) Errorf(pos Pos, code Code, format string, args ...any) *Diagnostic {
	return l.add(Diagnostic{Pos: pos, Code: code, Message: fmt.Sprintf(format, args...)})
}

// Warnf appends a warning.
func (l *List) Warnf(pos Pos, code Code, format string, args ...any) *Diagnostic {
	return l.add(Diagnostic{Pos: pos, Code: code, Severity: Warning, Message: fmt.Sprintf(format, args...)})
}

func (l *List) add(d Diagnostic) *Diagnostic {
	*l = append(*l, d)
	return &(*l)[len(*l)-1]
}

// Hintf sets the hint of d and returns d; valid until the list grows.
func (d *Diagnostic) Hintf(format string, args ...any) *Diagnostic {
	d.Hint = fmt.Sprintf(format, args...)
	return d
}

// HasErrors reports whether l holds anything worse than a warning.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Sort orders l by file, line and column, keeping the order found at one place,
// and drops exact repetitions.
func (l *List) Sort() {
	slices.SortStableFunc(*l, func(a, b Diagnostic) int { return a.Pos.Compare(b.Pos) })
	*l = slices.Compact(*l)
}

// Err returns l as an error when it holds one, else nil.
func (l List) Err() error {
	if !l.HasErrors() {
		return nil
	}
	return l
}

// Error joins the findings, one a line.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, d := range l {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}
