package schema

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("vdsgen.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("vdsgen.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// validate holds YAML against the schema as an editor does.
func validate(t *testing.T, s *jsonschema.Schema, source string) error {
	t.Helper()
	text, err := yaml.YAMLToJSON([]byte(source))
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}

// structural are the codes of faults that the JSON Schema sees too.
var structural = []diag.Code{diag.UnknownKey, diag.MissingKey, diag.WrongShape, diag.WrongVersion, diag.BadParam,
	diag.UnknownType, diag.BadFilter, diag.UnknownRule, diag.BadTreeEntry, diag.Impossible}

// TestJSONSchema holds the schema against the examples of every code: the mended ones are
// valid, the bad ones of structural codes are not.
func TestJSONSchema(t *testing.T) {
	s := compiledSchema(t)
	for _, e := range diag.Codes {
		if e.IsGo() || e.OfGeneration() {
			continue
		}
		if err := validate(t, s, diag.Example(e.Mend)); err != nil {
			t.Errorf("%s: the mended example is invalid: %v", e.Code, err)
		}
		if slices.Contains(structural, e.Code) && validate(t, s, diag.Example(e.Bad)) == nil {
			t.Errorf("%s: the bad example is valid:\n%s", e.Code, e.Bad)
		}
	}
	for _, pair := range constructs {
		if err := validate(t, s, pair.yaml); err != nil {
			t.Errorf("%s: %v", pair.name, err)
		}
	}
}

// TestJSONSchemaBadCorpus checks that files whose structure is wrong are refused.
func TestJSONSchemaBadCorpus(t *testing.T) {
	s := compiledSchema(t)
	for _, name := range []string{"structure.yaml", "rules.yaml", "tree.yaml", "sources.yaml"} {
		data, err := os.ReadFile(filepath.Join("testdata", "bad", name))
		if err != nil {
			t.Fatal(err)
		}
		if validate(t, s, string(data)) == nil {
			t.Errorf("%s is valid", name)
		}
	}
}
