package schema

import (
	"bytes"
	"context"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

// maxFuzzTime is far more than the slowest input of the allowed size needs.
const maxFuzzTime = 20 * time.Second

// judge does with a layout what generation does, and checks what must hold of any input.
func judge(t *testing.T, l *model.Layout, list diag.List, data []byte) {
	t.Helper()
	start := time.Now()
	if l != nil {
		list = append(list, model.Check(l)...)
		if !list.HasErrors() {
			_ = model.Hash(l)
			if d := model.Compare(l, l); len(d) > 0 {
				t.Errorf("a layout differs from itself: %v", d)
			}
		}
	}
	list.Sort()
	lines := bytes.Split(data, []byte("\n"))
	for _, d := range list {
		if d.Code == 0 || d.Message == "" {
			t.Errorf("a finding without code or message: %#v", d)
		}
		if d.Pos.Line > len(lines) || d.Pos.Line > 0 && d.Pos.Column > len(lines[d.Pos.Line-1])+2 {
			t.Errorf("%v: no such place", d)
		}
	}
	var out bytes.Buffer
	if err := diag.WriteText(&out, list, func(string) ([]byte, error) { return data, nil }); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took > maxFuzzTime {
		t.Errorf("took %v", took)
	}
}

// FuzzYAML reads any text as a schema.
func FuzzYAML(f *testing.F) {
	for _, c := range constructs {
		f.Add([]byte(c.yaml))
	}
	for _, e := range diag.Codes {
		if !e.IsGo() && e.Code != diag.TooManyMaps && e.Code != diag.ManyMaps {
			f.Add([]byte(diag.Example(e.Bad)))
		}
	}
	files, _ := filepath.Glob(filepath.Join("testdata", "bad", "*.yaml"))
	for _, name := range files {
		if data, err := os.ReadFile(name); err == nil {
			f.Add(data)
		}
	}
	for _, s := range []string{"", "\ufeffvdsgen: 1", "- - - - -", "? [a]: b", "{{{{{{", "a: !!binary x", "%YAML 1.2\n---\n", "\t", "a: |\n  b\n c", "&a [*a]", "'", "a:\r\n b"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<14 {
			return
		}
		start := time.Now()
		l, list := LoadYAML("layout.yaml", data)
		if took := time.Since(start); took > maxFuzzTime {
			t.Errorf("reading took %v", took)
		}
		judge(t, l, list, bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")))
	})
}

// FuzzGo reads any text as a Go file with layouts.
func FuzzGo(f *testing.F) {
	for _, c := range constructs {
		f.Add(goHeader + strings.ReplaceAll(c.golang, "~", "`"))
	}
	for _, e := range diag.Codes {
		if e.IsGo() {
			f.Add(e.Bad)
		}
	}
	files, _ := filepath.Glob(filepath.Join("testdata", "bad", "*.go"))
	for _, name := range files {
		if data, err := os.ReadFile(name); err == nil {
			f.Add(string(data))
		}
	}
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) > 1<<13 {
			return
		}
		p := &goFiles{ctx: context.Background(), dir: "demo", fset: token.NewFileSet(), offline: true}
		p.parse("layout.go", []byte(source))
		for _, file := range p.files {
			p.file(file)
		}
		list := append(p.list, p.broken...)
		for _, l := range p.layouts {
			judge(t, l, list, []byte(source))
		}
	})
}

// FuzzDirective reads any text as what follows a directive, and as the values of tags.
func FuzzDirective(f *testing.F) {
	for _, s := range []string{`part file="part_{n}.h5" path=/data shape=[frames,4]`, `frame=same y=tile(stripe,gap=gap)`, `[concat(a),interleave(b,block=10)]`,
		`a=[[[`, `a='x y' b="\"" c=float32(1.5)`, `a=)`, `=`, `a=`, "row,col=split(3,4,snake)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var list diag.List
		read := tagReader{&list, diag.Directive}
		whole := text{s, 0, diag.Pos{File: "f", Line: 1, Column: 1}, true}
		read.assignments(whole, func(_ string, t text) *node { return read.rule(t) })
		read.assignments(whole, func(_ string, t text) *node { return read.attrValue(t) })
		treeNode(read, whole)
		for _, d := range list {
			if d.Pos.Column < 1 || d.Pos.Column > len(s)+1 {
				t.Errorf("%v: no such place", d)
			}
		}
	})
}
