package emit

import (
	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

// Unsupported reports what a checked layout says that generated code cannot do, although
// `vdsgen build` can: dealing blocks of a merged axis, which would cut through both of its source axes.
func Unsupported(l *model.Layout) diag.List {
	var list diag.List
	for _, v := range l.Virtual {
		for _, a := range v.Decl.Axes {
			if a.Rules[0].Kind != model.RuleMerge {
				continue
			}
			for _, r := range a.Rules[1:] {
				if r.Kind == model.RuleInterleave || r.Kind == model.RuleSplit {
					list.Errorf(r.Pos, diag.NotBuilt, "generated code cannot %s a merged axis", r.Kind).
						Hintf("vdsgen build can, or write the sources with the axes merged already")
				}
			}
		}
	}
	return list
}
