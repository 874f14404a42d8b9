// Package model is a layout as data: what a YAML schema or an annotated Go
// struct says, with a position at every node, independent of how it was written.
//
// Read layout.go first (Layout and what it holds), then expr.go and
// template.go (the two small languages inside it), type.go and rule.go.
// Data passes through in this order:
//
//   - a front end (package schema) fills a Layout and nothing derived;
//   - Check resolves names, computes what every axis consumes and refuses what
//     is wrong, all findings at once;
//   - Lower turns a checked layout and parameter values into datasets with
//     mappings, for building a file without compiling anything;
//   - Compare and Hash say whether two layouts mean the same.
//
// A Layout is not safe for concurrent use until Check has returned; after that
// nothing here modifies it.
package model
