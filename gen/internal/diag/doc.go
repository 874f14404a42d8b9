// Package diag holds what vdsgen says about a layout: diagnostics with a
// position, a stable code, a message and a hint, in the order of the source,
// printed for people (the quoted line with a caret), for programs (JSON) and
// for GitHub annotations.
//
// Start with diagnostic.go; codes.go is the table behind `vdsgen explain`,
// print.go writes the three formats, similar.go finds "did you mean".
package diag
