package diag

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

func source(lines ...string) Reader {
	return func(string) ([]byte, error) { return []byte(strings.Join(lines, "\n")), nil }
}

func TestWriteText(t *testing.T) {
	long := strings.Repeat("x", 300) + "HERE" + strings.Repeat("y", 300)
	for _, c := range []struct {
		name string
		d    Diagnostic
		line string
		want string
	}{
		{"width", Diagnostic{Pos: Pos{File: "f", Line: 1, Column: 5, Width: 3}, Code: BadFill, Message: "m", Hint: "h"}, "abc def", "f:1:5: m [VDS068]\n     1 | abc def\n       |     ^~~\n       = h\n"},
		{"tabs stay", Diagnostic{Pos: Pos{File: "f", Line: 1, Column: 3, Width: 1}, Code: 1, Message: "m"}, "\t\tx", "f:1:3: m [VDS001]\n     1 | \t\tx\n       | \t\t^\n"},
		{"runes count once", Diagnostic{Pos: Pos{File: "f", Line: 1, Column: 6, Width: 3}, Code: 1, Message: "m"}, "äö: üx", "f:1:6: m [VDS001]\n     1 | äö: üx\n       |    ^~\n"},
		{"beyond the line", Diagnostic{Pos: Pos{File: "f", Line: 1, Column: 99, Width: 9}, Code: 1, Message: "m"}, "ab", "f:1:99: m [VDS001]\n     1 | ab\n       |   ^\n"},
		{"no place", Diagnostic{Code: 1, Message: "m"}, "ab", "m [VDS001]\n"},
		{"no such line", Diagnostic{Pos: Pos{File: "f", Line: 7, Column: 1, Width: 0}, Code: 1, Severity: Warning, Message: "m"}, "ab", "f:7:1: warning: m [VDS001]\n"},
		{"control characters", Diagnostic{Pos: Pos{File: "f", Line: 1, Column: 2, Width: 1}, Code: 1, Message: "m"}, "\x1bb\x00", "f:1:2: m [VDS001]\n     1 | ?b?\n       |  ^\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got bytes.Buffer
			if err := WriteText(&got, List{c.d}, source(c.line)); err != nil || got.String() != c.want {
				t.Errorf("%v\n%q, want\n%q", err, got.String(), c.want)
			}
		})
	}
	var got bytes.Buffer
	if err := WriteText(&got, List{{Pos: Pos{File: "f", Line: 1, Column: 301, Width: 4}, Message: "m"}}, source(long)); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(got.String(), "\n")
	if at := strings.Index(lines[2], "^"); len(lines[1]) > 200 || !strings.HasPrefix(lines[1][at:], "HERE") {
		t.Errorf("the caret of a long line stands elsewhere:\n%s", got.String())
	}
}

func TestWriteJSON(t *testing.T) {
	var got bytes.Buffer
	if err := WriteJSON(&got, List{{Pos: Pos{File: "a.yaml", Line: 3, Column: 5, Width: 2}, Code: Overlap, Message: "<m>", Hint: "h"}, {Message: "n", Severity: Warning}}); err != nil {
		t.Fatal(err)
	}
	var records []map[string]any
	if err := json.Unmarshal(got.Bytes(), &records); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"file": "a.yaml", "line": 3.0, "column": 5.0, "endColumn": 7.0, "severity": "error", "code": "VDS067", "message": "<m>", "hint": "h"}
	for k, v := range want {
		if records[0][k] != v {
			t.Errorf("%s: %v, want %v", k, records[0][k], v)
		}
	}
	if len(records) != 2 || records[1]["severity"] != "warning" {
		t.Errorf("%v", records)
	}
	got.Reset()
	if err := WriteJSON(&got, nil); err != nil || strings.TrimSpace(got.String()) != "[]" {
		t.Errorf("no findings are %q", got.String())
	}
}

func TestWriteGitHub(t *testing.T) {
	var got bytes.Buffer
	err := WriteGitHub(&got, List{{Pos: Pos{File: "a,b:c.yaml", Line: 3, Column: 5, Width: 2}, Code: Overlap, Message: "100%\nof", Hint: "h"}})
	want := "::error file=a%2Cb%3Ac.yaml,line=3,col=5,endColumn=7,title=VDS067::100%25%0Aof%0Ah\n"
	if err != nil || got.String() != want {
		t.Errorf("%q, want %q", got.String(), want)
	}
}

func TestSimilar(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"stak", "stack"}, {"tiel", "tile"}, {"Stack", "stack"}, {"concatenate", "concat"}, {"xyz", ""}, {"", ""}, {"s", ""}, {"interleaved", "interleave"},
		{strings.Repeat("x", 1000), ""},
	} {
		if got := Similar(c.name, "same", "stack", "concat", "tile", "interleave"); got != c.want {
			t.Errorf("%q: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestList(t *testing.T) {
	var l List
	l.Errorf(Pos{File: "b", Line: 1, Column: 1, Width: 0}, 1, "third")
	l.Errorf(Pos{File: "a", Line: 2, Column: 1, Width: 0}, 1, "second")
	l.Warnf(Pos{File: "a", Line: 1, Column: 9, Width: 0}, 1, "first")
	l.Errorf(Pos{File: "a", Line: 2, Column: 1, Width: 0}, 1, "second")
	l.Sort()
	if got := l.Error(); got != "a:1:9: warning: first [VDS001]\na:2:1: second [VDS001]\nb:1:1: third [VDS001]" {
		t.Errorf("order:\n%s", got)
	}
	if l.Err() == nil || l[:1].Err() != nil || l[:1].HasErrors() {
		t.Error("warnings and errors are mixed up")
	}
}

// TestCodesInOrder checks that the table is sorted, complete and without repetitions.
func TestCodesInOrder(t *testing.T) {
	for i, e := range Codes[1:] {
		if e.Code <= Codes[i].Code {
			t.Errorf("%s after %s", e.Code, Codes[i].Code)
		}
	}
	declared, err := os.ReadFile("code.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(regexp.MustCompile(`Code\s+= \d+`).FindAll(declared, -1)); n != len(Codes) {
		t.Errorf("%d codes are declared, %d described", n, len(Codes))
	}
	if _, ok := Lookup("VDS000"); ok {
		t.Error("VDS000 is described")
	}
	e, _ := Lookup("vds068")
	for _, want := range []string{"VDS068: a fill that the type cannot hold", "Refused:", "Accepted:", "    datasets:\n"} {
		if !strings.Contains(e.String(), want) {
			t.Errorf("no %q in\n%s", want, e)
		}
	}
}
