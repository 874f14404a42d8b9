package gen

import (
	"fmt"
	"io"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// Diagnostic is one finding about a layout, with its position, code and hint.
type Diagnostic = diag.Diagnostic

// Diagnostics are the findings of a run.
type Diagnostics = diag.List

// Pos is a place in a layout file.
type Pos = diag.Pos

// The formats of WriteDiagnostics.
const (
	FormatText   = "text"   // for people: the quoted line with a caret
	FormatJSON   = "json"   // one array of objects
	FormatGitHub = "github" // workflow commands, which annotate a change
)

// WriteDiagnostics writes findings in one of the formats above. read gives the text
// of a layout file for quoting, nil reads files; positions name files as [Generate] was
// given them, relative to Config.Dir.
func WriteDiagnostics(w io.Writer, format string, l Diagnostics, read func(name string) ([]byte, error)) error {
	switch format {
	case FormatText, "":
		return diag.WriteText(w, l, read)
	case FormatJSON:
		return diag.WriteJSON(w, l)
	case FormatGitHub:
		return diag.WriteGitHub(w, l)
	}
	return fmt.Errorf("unknown format %q: there are %s, %s and %s", format, FormatText, FormatJSON, FormatGitHub)
}
