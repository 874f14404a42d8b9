package gen

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// Codes lists the codes of all findings, in order: VDS001 and so on.
func Codes() []string {
	codes := make([]string, len(diag.Codes))
	for i, e := range diag.Codes {
		codes[i] = e.Code.String()
	}
	return codes
}

// Explain describes a code, written VDS012 or 12: what the rule is, a layout that breaks it,
// and the same mended. ok is false for a code that there is not.
func Explain(code string) (text string, ok bool) {
	code = strings.TrimSpace(code)
	if n, err := strconv.ParseUint(code, 10, 16); err == nil {
		code = fmt.Sprint(diag.Code(n))
	}
	e, ok := diag.Lookup(code)
	if !ok {
		return "", false
	}
	return e.String(), true
}

// ExampleLayout is the schema that the examples of [Explain] are parts of: a part stands in place of the key of the same name.
func ExampleLayout() string { return diag.BaseExample }
