package diag

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// Reader returns the contents of a source file for quoting; os.ReadFile is one.
type Reader func(name string) ([]byte, error)

// maxQuoted bounds the bytes of a line that are quoted; a longer line is cut around the caret.
const maxQuoted = 160

// WriteText writes l for people: position, message, code, the line with a caret under
// the place, and the hint. read gives the sources; nil reads files. A source that
// cannot be read is not quoted. The error is the writer's.
func WriteText(w io.Writer, l List, read Reader) error {
	if read == nil {
		read = os.ReadFile
	}
	lines := map[string][]string{}
	b := bufio.NewWriter(w)
	for _, d := range l {
		fmt.Fprintln(b, d.Error())
		if line, ok := quote(d.Pos, lines, read); ok {
			text, marker := caret(line, d.Pos)
			fmt.Fprintf(b, "%6d | %s\n       | %s\n", d.Pos.Line, text, marker)
		}
		if d.Hint != "" {
			fmt.Fprintf(b, "       = %s\n", d.Hint)
		}
	}
	return b.Flush()
}

// quote returns the line that p stands on.
func quote(p Pos, lines map[string][]string, read Reader) (string, bool) {
	if !p.IsValid() || p.File == "" {
		return "", false
	}
	all, ok := lines[p.File]
	if !ok {
		if data, err := read(p.File); err == nil {
			all = strings.Split(string(data), "\n")
		}
		lines[p.File] = all
	}
	if p.Line > len(all) {
		return "", false
	}
	return strings.TrimSuffix(all[p.Line-1], "\r"), true
}

// caret returns the line to quote and the line with the caret below it. Tabs are kept
// in the marker so that both lines expand alike; other control characters are hidden.
func caret(line string, p Pos) (text, marker string) {
	col := min(max(p.Column-1, 0), len(line))
	end := min(col+max(p.Width, 1), len(line))
	start := 0
	if len(line) > maxQuoted {
		start = max(0, col-maxQuoted/2)
		stop := min(len(line), start+maxQuoted)
		line = line[start:stop]
		col, end = col-start, min(end-start, len(line))
	}
	var m strings.Builder
	for _, r := range line[:col] {
		if r == '\t' {
			m.WriteByte('\t')
		} else {
			m.WriteByte(' ')
		}
	}
	m.WriteByte('^')
	if n := utf8.RuneCountInString(line[col:max(col, end)]); n > 1 {
		m.WriteString(strings.Repeat("~", n-1))
	}
	return strings.Map(visible, line), m.String()
}

func visible(r rune) rune {
	if r < ' ' && r != '\t' || r == 0x7f || r == utf8.RuneError {
		return '?'
	}
	return r
}

// record is one finding in JSON.
type record struct {
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	EndCol   int    `json:"endColumn,omitempty"` // exclusive
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
}

// WriteJSON writes l as one JSON array; columns count bytes from 1.
func WriteJSON(w io.Writer, l List) error {
	records := make([]record, len(l))
	for i, d := range l {
		records[i] = record{File: d.Pos.File, Line: d.Pos.Line, Column: d.Pos.Column,
			Severity: d.Severity.String(), Code: d.Code.String(), Message: d.Message, Hint: d.Hint}
		if d.Pos.Width > 0 {
			records[i].EndCol = d.Pos.Column + d.Pos.Width
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(records)
}

// The escapes of GitHub's workflow commands: in messages, and in properties.
var (
	githubMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// WriteGitHub writes l as workflow commands, which GitHub shows at the lines of a change.
func WriteGitHub(w io.Writer, l List) error {
	b := bufio.NewWriter(w)
	for _, d := range l {
		fmt.Fprintf(b, "::%s file=%s", d.Severity, githubProperty.Replace(d.Pos.File))
		if d.Pos.IsValid() {
			fmt.Fprintf(b, ",line=%d,col=%d", d.Pos.Line, d.Pos.Column)
			if d.Pos.Width > 0 {
				fmt.Fprintf(b, ",endColumn=%d", d.Pos.Column+d.Pos.Width)
			}
		}
		msg := d.Message
		if d.Hint != "" {
			msg += "\n" + d.Hint
		}
		fmt.Fprintf(b, ",title=%s::%s\n", d.Code, githubMessage.Replace(msg))
	}
	return b.Flush()
}
