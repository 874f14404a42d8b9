package model

import "github.com/vdsgen/vdsgen/gen/internal/diag"

// RuleKind is the kind of an axis rule.
type RuleKind uint8

// The axis rules.
const (
	RuleInvalid    RuleKind = iota
	RuleSame                // one source axis: virtual index = source index
	RuleStack               // no source axis: a new axis, member i at index i
	RuleConcat              // one source axis: members one after another
	RuleTile                // like concat, with gaps or at given origins
	RuleInterleave          // blocks dealt to the members in turn
	RuleSplit               // one source axis becomes several virtual ones
	RuleMerge               // several source axes become one virtual one
)

var ruleNames = [...]string{"invalid", "same", "stack", "concat", "tile", "interleave", "split", "merge"}

// String returns the word of the layout language.
func (k RuleKind) String() string {
	if int(k) < len(ruleNames) {
		return ruleNames[k]
	}
	return "invalid"
}

// TakesVar reports whether rules of kind k consume a variable.
func (k RuleKind) TakesVar() bool { return k >= RuleStack && k <= RuleInterleave }

// Rule is one rule of an axis.
type Rule struct {
	Pos  diag.Pos
	Kind RuleKind
	Var  Ident // stack, concat, tile, interleave

	Gap   *Expr   // tile: empty elements between neighbours; nil is 0
	Gaps  []*Expr // tile: gap after member i is Gaps[i mod len]; nil when not given
	At    []*Expr // tile: origin of each member; nil when not given
	Block *Expr   // interleave: elements a block; nil is 1
	Sizes []*Expr // split: lengths of the virtual axes
	Snake bool    // split: every other row runs backwards
	Merge int     // merge: number of source axes

	V *Var // set by Check
}
