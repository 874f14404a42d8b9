package gen_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/gen"
)

// TestLongList generates code for a variable of thousands of values: code has them all, comments the first few, the last and their number.
func TestLongList(t *testing.T) {
	const values = 9000
	var list []string
	for i := range values {
		list = append(list, fmt.Sprint(3*i))
	}
	dir := scratch(t)
	put(t, dir, "layout.yaml", strings.Replace(plainLayout, "vars: {n: 0..3}", "vars: {n: ["+strings.Join(list, ", ")+"]}", 1))
	var code bytes.Buffer
	result, err := gen.Generate(t.Context(), gen.Config{Dir: dir, Output: "-", Stdout: &code})
	if err != nil || len(result.Diagnostics) > 0 {
		t.Fatal(err, text(t, dir, result.Diagnostics))
	}
	if !strings.Contains(code.String(), strings.Join(list, ", ")) {
		t.Error("the code lacks the values")
	}
	for line := range strings.Lines(code.String()) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "//") && len(line) > 200 {
			t.Errorf("a comment of %d bytes: %.100s", len(line), line)
		}
	}
	if want := "n = 0, 3, 6, …, 26997 (9000 values)"; !strings.Contains(code.String(), want) {
		t.Errorf("no comment has %q", want)
	}
}
