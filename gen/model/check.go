package model

import "github.com/vdsgen/vdsgen/gen/internal/diag"

// Check resolves and verifies l.
func Check(l *Layout) diag.List {
	var list diag.List
	list.Errorf(l.Pos, 0, "checking is being built")
	return list
}
