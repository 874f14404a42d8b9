package schema

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

var update = flag.Bool("update", false, "write the golden files anew")

// want is one expected finding: `# want VDS012 "part of the message"` at the end of the line.
type want struct {
	line int
	code string
	text string
	seen bool
}

var (
	wantComment = regexp.MustCompile(`\s*(?:#|//) want ((?:VDS\d+ "[^"]*" ?)+)$`)
	wantItem    = regexp.MustCompile(`(VDS\d+) "([^"]*)"`)
)

// wants reads the expectations of a file and returns it without them, so that directives
// end where they would without the comment.
func wants(data []byte) (stripped []byte, out []*want) {
	lines := strings.Split(string(data), "\n")
	for i, line := range lines {
		m := wantComment.FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		for _, item := range wantItem.FindAllStringSubmatch(line[m[2]:m[3]], -1) {
			out = append(out, &want{line: i + 1, code: item[1], text: item[2]})
		}
		lines[i] = line[:m[0]]
	}
	return []byte(strings.Join(lines, "\n")), out
}

// readAll reads and checks everything in one source, as generation does: the check runs
// also when reading has found faults.
func readAll(t *testing.T, name string, data []byte) diag.List {
	t.Helper()
	var layouts []*model.Layout
	var list diag.List
	if filepath.Ext(name) == ".yaml" {
		l, found := LoadYAML(name, data)
		list = found
		if l != nil {
			layouts = append(layouts, l)
		}
	} else {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
		p, err := LoadGo(context.Background(), dir)
		if err != nil {
			t.Fatal(err)
		}
		list, layouts = p.Diagnostics, p.Layouts
		for i := range list {
			list[i].Pos.File = filepath.Base(list[i].Pos.File)
		}
	}
	for _, l := range layouts {
		list = append(list, model.Check(l)...)
	}
	for i := range list {
		list[i].Pos.File = filepath.Base(list[i].Pos.File)
	}
	list.Sort()
	return list
}

// TestBad holds every file of testdata/bad to the findings written at its lines, and the
// text that people see to a golden file.
func TestBad(t *testing.T) {
	var files []string
	for _, pattern := range []string{"*.yaml", "*.go"} {
		found, err := filepath.Glob(filepath.Join("testdata", "bad", pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			data, expected := wants(raw)
			list := readAll(t, filepath.Base(path), data)
			for _, d := range list {
				if !claim(expected, d) {
					t.Errorf("unexpected: %v", d)
				}
			}
			for _, w := range expected {
				if !w.seen {
					t.Errorf("line %d: no %s %q", w.line, w.code, w.text)
				}
			}
			golden(t, path+".golden", data, list)
		})
	}
}

func claim(expected []*want, d diag.Diagnostic) bool {
	for _, w := range expected {
		if !w.seen && w.line == d.Pos.Line && w.code == d.Code.String() && strings.Contains(d.Message, w.text) {
			w.seen = true
			return true
		}
	}
	return false
}

// golden compares what WriteText says about list with a file.
func golden(t *testing.T, path string, source []byte, list diag.List) {
	t.Helper()
	var got bytes.Buffer
	if err := diag.WriteText(&got, list, func(string) ([]byte, error) { return source, nil }); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	wanted, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), wanted) {
		t.Errorf("%s (go test -update writes it anew):\n--- got\n%s\n--- want\n%s", path, got.Bytes(), wanted)
	}
}

// TestCarets checks that each caret of the golden files stands under the first byte of
// what its message names in quotes or by itself, by hand-picked cases.
func TestCarets(t *testing.T) {
	for _, c := range []struct{ name, source, under string }{
		{"key", "vdsgen: 1\nlayuot: X\ndatasets: {}\n", "layuot"},
		{"flow value", "vdsgen: 1\nlayout: X\nparams: {frames: integer}\ndatasets: {}\n", "integer"},
		{"inside an expression", diag.Example(`vars: {n: "0..3 + frame"}`), "frame"},
		{"inside a quoted template", diag.Example(`file: "a_{frame:06}.h5"`), "frame"},
		{"behind runes of two bytes", diag.Example(`file: "äöü_{frame}.h5"`), "frame"},
		{"in a Go directive", strings.Replace(goDemo, "shape=[frames,4]", "shape=[frames,fours]", 1), "fours"},
		{"in a struct tag", strings.Replace(goDemo, "x=same", "x=tile(m)", 1), "m)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := "layout.yaml"
			if strings.HasPrefix(c.source, "package") {
				name = "layout.go"
			}
			list := readAll(t, name, []byte(c.source))
			if len(list) == 0 {
				t.Fatal("no finding")
			}
			found := false
			for _, d := range list {
				line := strings.Split(c.source, "\n")[d.Pos.Line-1]
				found = found || strings.HasPrefix(line[d.Pos.Column-1:], c.under)
			}
			if !found {
				t.Errorf("no caret under %s:\n%v", strconv.Quote(c.under), list)
			}
		})
	}
}

const goDemo = `package demo

import vds "github.com/vdsgen/vdsgen/runtime"

//vds:layout
//vds:param frames int
//vds:var n 0..3
//vds:source part file="part_{n}.h5" path=/data type=uint16 shape=[frames,4]
type Demo struct {
	Data vds.Dataset[uint16] ` + "`" + `vds:"/data" from:"part" axes:"n=stack(n) frame=same x=same"` + "`" + `
}
`
