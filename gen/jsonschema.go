package gen

import "github.com/vdsgen/vdsgen/gen/schema"

// JSONSchema returns the JSON Schema (draft 2020-12) of YAML layouts, for editors.
func JSONSchema() []byte { return schema.JSONSchema() }
