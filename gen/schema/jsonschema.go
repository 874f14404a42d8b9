package schema

import _ "embed"

// jsonSchema is the JSON Schema of the YAML form.
//
//go:embed vdsgen.schema.json
var jsonSchema []byte

// JSONSchema returns the JSON Schema (draft 2020-12) of the YAML form, for editors. It
// accepts every layout that LoadYAML accepts; what depends on several places at once, such
// as names that are not declared, it leaves to vdsgen. The slice is the caller's own.
func JSONSchema() []byte { return append([]byte(nil), jsonSchema...) }
