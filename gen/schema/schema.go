// Package schema reads layouts in their two forms, YAML schemas and annotated Go structs,
// with one result: model.Layout.
//
// Both front ends reduce what they read to nodes (node.go): yaml.go from the syntax tree
// of the YAML parser, gostruct.go, gofield.go and directive.go from comments and struct
// tags. One decoder (decode.go and the files beside it) turns nodes into the model, so
// that both forms have the same words and the same errors. gotypes.go finds the Go
// constants and structs that a layout in Go names. What a layout means is not judged
// here: that is model.Check.
//
// Input may be hostile: sizes and nesting are bounded, and no input makes the package
// panic or run without end.
package schema
