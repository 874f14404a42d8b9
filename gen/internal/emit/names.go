package emit

import (
	"go/token"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/vdsgen/vdsgen/gen/model"
)

// Plural returns the English plural of a Go name: Frame → Frames, Energy →
// Energies, Index → Indexes, Axis → Axes. A name that is plural already stays.
func Plural(name string) string {
	low := strings.ToLower(name)
	switch {
	case irregular[low] != "":
		return name[:1] + irregular[low][1:]
	case isPlural(low):
		return name
	case !strings.ContainsAny(low, "aeiou"): // a symbol: X, Ny
		return name + "s"
	case strings.HasSuffix(low, "y") && !strings.ContainsRune("aeiou", rune(low[len(low)-2])):
		return name[:len(name)-1] + "ies"
	case len(low) > 1 && (strings.HasSuffix(low, "s") || strings.HasSuffix(low, "x") || strings.HasSuffix(low, "z") ||
		strings.HasSuffix(low, "ch") || strings.HasSuffix(low, "sh")):
		return name + "es"
	}
	return name + "s"
}

// Singular returns the singular of a Go name that is plural already: Frames → Frame.
func Singular(name string) string {
	low := strings.ToLower(name)
	for one, many := range irregular {
		if many == low {
			return name[:1] + one[1:]
		}
	}
	switch {
	case !isPlural(low):
		return name
	case strings.HasSuffix(low, "ies") && len(low) > 4:
		return name[:len(name)-3] + "y"
	case strings.HasSuffix(low, "ches") || strings.HasSuffix(low, "shes") || strings.HasSuffix(low, "xes"):
		return name[:len(name)-2]
	}
	return name[:len(name)-1]
}

// irregular lists the plurals of words that name axes and follow no rule here.
var irregular = map[string]string{
	"axis": "axes", "basis": "bases", "analysis": "analyses", "datum": "data", "series": "series", "spectrum": "spectra",
	"matrix": "matrices", "vertex": "vertices", "bus": "buses", "bias": "biases", "lens": "lenses", "focus": "foci",
}

// isPlural guesses whether a word in lower case is a plural: it ends in one s.
func isPlural(low string) bool {
	if _, ok := irregular[low]; ok || len(low) < 4 {
		return false
	}
	return strings.HasSuffix(low, "s") && !strings.HasSuffix(low, "ss") && !strings.HasSuffix(low, "us") && !strings.HasSuffix(low, "is")
}

// methods are the names of the methods of one virtual dataset that depend on its axes and variables.
type methods struct {
	element string            // one element of axis 0: Frame
	each    string            // all of them, in order: Frames
	follow  string            // the same while they are written: FollowFrames; "" for a mask, which nobody writes later
	regions map[string]string // by key of the axis's variables
}

// fixedMethods are the methods that every virtual dataset has.
var fixedMethods = []string{"Dataset", "Shape", "Read", "ReadInto", "Write", "Refresh"}

// methodNames chooses names that do not collide: an axis gives its name, and where
// that is taken EachX for the iterator and XAt for one element; a variable gives its
// name, and where that is taken XRegion.
func methodNames(v *model.Virtual) methods {
	taken := slices.Clone(fixedMethods)
	take := func(names ...string) string {
		for _, n := range names {
			if !slices.Contains(taken, n) {
				taken = append(taken, n)
				return n
			}
		}
		return ""
	}
	m := methods{regions: map[string]string{}}
	if len(v.Dims) > 0 {
		axis := v.Dims[0].GoName
		m.element = take(Singular(axis), Singular(axis)+"At")
		m.each = take(Plural(axis), "Each"+m.element)
	}
	for i, d := range v.Dims {
		vars := regionVars(v, d)
		if len(vars) == 0 {
			continue
		}
		name := regionKey(vars)
		if i == 0 && name == m.element && isIndex(d, vars[0]) {
			continue // one element of axis 0 is what the member gives
		}
		m.regions[name] = take(name, name+"Region")
	}
	if m.each != "" && v.MaskOf == nil {
		m.follow = take("Follow"+Plural(v.Dims[0].GoName), "Follow"+m.each)
	}
	return m
}

// isIndex reports whether the values of v are the indexes of axis d, so that a member is one element of it.
func isIndex(d *model.Dim, v *model.Var) bool {
	if len(d.Axis.Rules) != 1 || d.Axis.Rules[0].Kind != model.RuleStack || v.First == nil {
		return false
	}
	first, ok := v.First.Constant()
	return ok && first == 0
}

// regionKey is the name that an axis's variables give a method: Stripe, or WriterFile for two.
func regionKey(vars []*model.Var) string {
	var b strings.Builder
	for _, v := range vars {
		b.WriteString(model.GoName(v.Name))
	}
	return b.String()
}

// lowerFirst returns a Go name with its first word in lower case: FrameNumber → frameNumber, IDMap → idMap, AGIPD1M → agipd1M.
func lowerFirst(name string) string {
	r := []rune(name)
	n := 0
	for n < len(r) && unicode.IsUpper(r[n]) {
		n++
	}
	if n > 1 && n < len(r) && unicode.IsLower(r[n]) {
		n-- // the last capital starts the next word
	}
	for i := range max(n, min(1, len(r))) {
		r[i] = unicode.ToLower(r[i])
	}
	return string(r)
}

// locals gives out the names of arguments and local variables of one generated function.
type locals struct{ taken map[string]bool }

// newLocals reserves the names that the function uses itself, beside Go's own and those of packages.
func newLocals(reserved ...string) *locals {
	n := &locals{taken: map[string]bool{}}
	for _, name := range slices.Concat(predeclared, packages, reserved) {
		n.taken[name] = true
	}
	return n
}

var (
	packages    = []string{"context", "errors", "fmt", "iter", "math", "vds"}
	predeclared = []string{"any", "append", "bool", "cap", "copy", "error", "false", "int", "int64", "iota", "len", "make", "max", "min", "new", "nil", "string", "true"}
)

// local returns a free name for word, a name of the layout: word itself in Go case, or with suffix, or with a number behind.
func (n *locals) local(word, suffix string) string {
	base := lowerFirst(model.GoName(word))
	name := base
	if name == "" || token.IsKeyword(name) || n.taken[name] {
		name = base + suffix
	}
	for i := 2; n.taken[name]; i++ {
		name = base + suffix + strconv.Itoa(i)
	}
	n.taken[name] = true
	return name
}
