package schema

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

// Limits on a schema file; real ones have a hundred lines and six levels.
const (
	maxSchemaBytes = 1 << 20
	maxYAMLDepth   = 32
	maxYAMLTokens  = 40_000 // the parser takes time in proportion to their square: a second or two
)

// LoadYAML reads the schema in data; name stands for its file in positions. The
// layout is not checked yet. It is nil when data is not YAML; with any error in
// the list it is incomplete, fit for further checks but not for generation.
func LoadYAML(name string, data []byte) (*model.Layout, diag.List) {
	y := &yamlFile{name: name}
	root, ok := y.parse(data)
	if !ok {
		return nil, y.list
	}
	l, list := decode(root, model.FormYAML, name)
	y.list = append(y.list, list...)
	y.list.Sort()
	return l, y.list
}

// yamlFile turns one schema file into nodes.
type yamlFile struct {
	name  string
	lines []string
	list  diag.List
}

func (y *yamlFile) parse(data []byte) (*node, bool) {
	start := diag.Pos{File: y.name, Line: 1, Column: 1}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	switch {
	case len(data) > maxSchemaBytes:
		y.list.Errorf(start, diag.TooLarge, "schema of %d bytes; the limit is %d", len(data), maxSchemaBytes)
		return nil, false
	case !utf8.Valid(data):
		y.list.Errorf(y.invalidUTF8(data), diag.Syntax, "not UTF-8 text")
		return nil, false
	case bytes.IndexByte(data, 0) >= 0:
		y.list.Errorf(start, diag.Syntax, "not text: the file holds a zero byte")
		return nil, false
	}
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	if i := strings.IndexByte(text, '\r'); i >= 0 {
		start.Line = 1 + strings.Count(text[:i], "\n")
		y.list.Errorf(start, diag.Syntax, "a carriage return that ends no line").Hintf("lines end in a line feed, alone or after a carriage return")
		return nil, false
	}
	y.lines = strings.Split(text, "\n")
	tokens := lexer.Tokenize(text)
	if len(tokens) > maxYAMLTokens {
		y.list.Errorf(start, diag.TooLarge, "schema of %d words and signs; the limit is %d", len(tokens), maxYAMLTokens).
			Hintf("variables stand for what repeats")
		return nil, false
	}
	if !y.shallow(tokens) {
		return nil, false
	}
	file, err := y.parseTokens(tokens)
	if err != nil {
		y.syntax(err)
		return nil, false
	}
	return y.document(file, start)
}

func (y *yamlFile) invalidUTF8(data []byte) diag.Pos {
	p := diag.Pos{File: y.name, Line: 1, Column: 1}
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			break
		}
		p.Column += n
		if r == '\n' {
			p.Line, p.Column = p.Line+1, 1
		}
		data = data[n:]
	}
	return p
}

// shallow refuses nesting that would make the parser recurse without bound.
func (y *yamlFile) shallow(tokens token.Tokens) bool {
	depth, dashes, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, dashes = t.Position.Line, 0
		}
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType:
			dashes++
		}
		if depth > maxYAMLDepth || dashes > maxYAMLDepth || t.Position.Column > 8*maxYAMLDepth && t.Type == token.SequenceEntryType {
			y.list.Errorf(y.pos(t.Position, 1), diag.TooLarge, "nested deeper than %d levels", maxYAMLDepth)
			return false
		}
	}
	return true
}

// parseTokens runs the YAML parser; a panic of it on broken input is a syntax error.
func (y *yamlFile) parseTokens(tokens token.Tokens) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			file, err = nil, fmt.Errorf("malformed YAML: %v", r)
		}
	}()
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

func (y *yamlFile) syntax(err error) {
	pos := diag.Pos{File: y.name, Line: 1, Column: 1}
	var msg string
	if e, ok := errors.AsType[yaml.Error](err); ok {
		msg = e.GetMessage()
		if t := e.GetToken(); t != nil && t.Position != nil {
			pos = y.pos(t.Position, 0)
		}
	} else {
		msg = err.Error()
	}
	d := y.list.Errorf(pos, diag.Syntax, "malformed YAML: %s", msg)
	if strings.Contains(y.line(pos.Line), ": {") {
		d.Hintf(`a text that starts with { is written in quotes: file: "{prefix}_vds.h5"`)
	}
}

func (y *yamlFile) line(n int) string {
	if n < 1 || n > len(y.lines) {
		return ""
	}
	return y.lines[n-1]
}

// pos turns the parser's position, which counts runes, into bytes.
func (y *yamlFile) pos(p *token.Position, width int) diag.Pos {
	line, col := y.line(p.Line), 1
	for i := 1; i < p.Column && len(line) > 0; i++ {
		_, n := utf8.DecodeRuneInString(line)
		line = line[n:]
		col += n
	}
	return diag.Pos{File: y.name, Line: p.Line, Column: col, Width: width}
}

func (y *yamlFile) document(file *ast.File, start diag.Pos) (*node, bool) {
	var docs []*ast.DocumentNode
	for _, d := range file.Docs {
		if d.Body != nil {
			docs = append(docs, d)
		}
	}
	if len(docs) == 0 {
		y.list.Errorf(start, diag.MissingKey, "empty schema").Hintf("start with vdsgen: 1 and layout: Name")
		return nil, false
	}
	if len(docs) > 1 {
		y.list.Errorf(y.pos(docs[1].Body.GetToken().Position, 0), diag.OneLayout, "a second document in one schema file").
			Hintf("one file is one layout; write the second to a file of its own")
		return nil, false
	}
	root := y.node(docs[0].Body, 0)
	if root == nil {
		return nil, false
	}
	if root.kind == mappingNode {
		root.pos = start
	}
	return root, true
}

// node converts n; nil when it is refused, which has been reported then.
func (y *yamlFile) node(n ast.Node, depth int) *node {
	if n == nil {
		return nil
	}
	pos := y.pos(n.GetToken().Position, 0)
	if depth > maxYAMLDepth {
		y.list.Errorf(pos, diag.TooLarge, "nested deeper than %d levels", maxYAMLDepth)
		return nil
	}
	switch n := n.(type) {
	case *ast.NullNode:
		return &node{kind: nullNode, pos: pos}
	case *ast.MappingNode:
		return y.mapping(n.Values, n.GetToken(), depth)
	case *ast.MappingValueNode:
		return y.mapping([]*ast.MappingValueNode{n}, n.GetToken(), depth)
	case *ast.SequenceNode:
		out := &node{kind: sequenceNode, pos: pos}
		for _, v := range n.Values {
			if c := y.node(v, depth+1); c != nil {
				out.items = append(out.items, c)
			}
		}
		return out
	case *ast.LiteralNode:
		return &node{kind: scalarNode, pos: pos, textPos: pos, text: n.Value.Value, quoted: true}
	case *ast.AnchorNode, *ast.AliasNode:
		y.list.Errorf(pos, diag.AnchorOrMerge, "YAML anchors and aliases are not part of the language").Hintf("write the value out")
		return nil
	case *ast.TagNode:
		y.list.Errorf(pos, diag.AnchorOrMerge, "YAML tags are not part of the language").Hintf("leave %s out", n.GetToken().Value)
		return nil
	case ast.ScalarNode:
		return y.scalar(n)
	}
	y.list.Errorf(pos, diag.WrongShape, "this kind of YAML is not part of the language")
	return nil
}

func (y *yamlFile) scalar(n ast.ScalarNode) *node {
	t := n.GetToken()
	out := &node{kind: scalarNode, pos: y.pos(t.Position, len(t.Value)), text: t.Value, lit: literalKind(t.Value), exact: true}
	out.textPos = out.pos
	switch t.Type {
	case token.SingleQuoteType, token.DoubleQuoteType:
		out.quoted, out.lit = true, model.LiteralString
		out.textPos.Column++
		out.pos.Width += 2
	}
	switch n.(type) {
	case *ast.BoolNode:
		out.text, out.lit = strings.ToLower(out.text), model.LiteralBool
	case *ast.NanNode:
		out.text, out.lit, out.exact = "nan", model.LiteralFloat, false
	case *ast.InfinityNode:
		out.text, out.lit, out.exact = "inf", model.LiteralFloat, false
		if strings.HasPrefix(t.Value, "-") {
			out.text = "-inf"
		}
	}
	raw := y.line(out.textPos.Line)
	at := out.textPos.Column - 1
	out.exact = out.exact && at >= 0 && at <= len(raw) && strings.HasPrefix(raw[at:], out.text)
	return out
}

func (y *yamlFile) mapping(values []*ast.MappingValueNode, t *token.Token, depth int) *node {
	out := &node{kind: mappingNode, pos: y.pos(t.Position, 0)}
	for i, v := range values {
		if v.Key == nil {
			continue
		}
		keyPos := y.pos(v.Key.GetToken().Position, len(v.Key.GetToken().Value))
		if i == 0 && t.Type != token.MappingStartType {
			out.pos = keyPos
		}
		if v.Key.IsMergeKey() {
			y.list.Errorf(keyPos, diag.AnchorOrMerge, "YAML merge keys are not part of the language").Hintf("write the keys out")
			continue
		}
		scalar, ok := v.Key.(ast.ScalarNode)
		if !ok {
			y.list.Errorf(keyPos, diag.WrongShape, "a key must be a plain text")
			continue
		}
		key := y.scalar(scalar)
		value := y.node(v.Value, depth+1)
		if value != nil {
			out.entries = append(out.entries, entry{key, value})
		}
	}
	return out
}
