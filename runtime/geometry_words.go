package runtime

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/runtime/internal/plan"
)

// place is where a mapping of the layout lies, with its source.
func (c *comparison) place(m layoutMapping) string {
	return m.of.name().String() + " at " + c.words(m.virtual)
}

// words is a selection with the names of the axes: y 532:788. Axes that it takes whole are left out.
func (c *comparison) words(s dataspace.Selection) string {
	s = spelledOut(s, c.shape)
	if s.Kind() != dataspace.KindRegular {
		return s.String()
	}
	var parts []string
	for i := range s.Rank() {
		if d := s.Dim(i); d != (dataspace.Dim{Start: 0, Stride: 1, Count: 1, Block: c.shape[i]}) {
			parts = append(parts, c.axis(i)+" "+dimText(d))
		}
	}
	if len(parts) == 0 {
		return "all of it"
	}
	return strings.Join(parts, ", ")
}

// dimText is one axis of a hyperslab: 532:788, 3:200:4, or blocks.
func dimText(d dataspace.Dim) string {
	s, err := dataspace.Regular(d)
	if err != nil {
		return fmt.Sprint(d)
	}
	return strings.Trim(s.String(), "[]")
}

// differ says how mapping j of the file differs from mapping i of the layout.
func (c *comparison) differ(i, j int, given plan.Mapping) error {
	m := c.want.at(i)
	name := c.sourceName(j)
	theirs, ours := spelledOut(given.Virtual, c.shape), spelledOut(m.virtual, c.shape)
	// The mapping of the layout that has the same source says more than the one that has the same place.
	for _, other := range c.want.all() {
		if other.of.name() == name {
			ours = spelledOut(other.virtual, c.shape)
			m = other
			break
		}
	}
	if !sameCount(theirs, ours, c.shape) {
		return fmt.Errorf("%s of %s lies at %s, where the layout has another part of it, or another source", given.Source, name, c.words(theirs))
	}
	if !theirs.Equal(ours) {
		a, b := c.difference(theirs, ours)
		return fmt.Errorf("%s lies at %s, and the layout has %s", name, a, b)
	}
	return fmt.Errorf("%s of %s lies at %s, and the layout has %s there", given.Source, name, c.words(theirs), m.source)
}

// sameCount reports whether two selections have as many elements.
func sameCount(a, b dataspace.Selection, shape []uint64) bool {
	n, err := a.Count(shape)
	m, otherErr := b.Count(shape)
	return err == nil && otherErr == nil && n == m
}

// difference is two selections in words, those axes only in which they differ.
func (c *comparison) difference(theirs, ours dataspace.Selection) (a, b string) {
	if theirs.Kind() != dataspace.KindRegular || ours.Kind() != dataspace.KindRegular {
		return c.words(theirs), c.words(ours)
	}
	var left, right []string
	for i := range theirs.Rank() {
		if p, q := theirs.Dim(i), ours.Dim(i); p != q {
			left = append(left, c.axis(i)+" "+dimText(p))
			right = append(right, dimText(q))
		}
	}
	return strings.Join(left, ", "), strings.Join(right, ", ")
}

// missing says that the file has nothing for elements that the layout maps.
func (c *comparison) missing(i int, n uint64) error {
	m := c.want.at(i)
	v := c.file.virtual
	for j := range v.layout.Len() {
		if v.open[j] == nil && c.sourceName(j) == m.of.name() && i < v.layout.Len() {
			return c.differ(i, j, plan.Mapping{Virtual: v.layout.Virtual(j), Source: v.layout.Source(j)})
		}
	}
	if i < v.layout.Len() && v.open[i] == nil && c.want.len() == v.layout.Len() {
		a, b := c.difference(spelledOut(v.layout.Virtual(i), c.shape), spelledOut(m.virtual, c.shape))
		if a != b {
			return fmt.Errorf("%s lies at %s, and the layout has %s", c.sourceName(i), a, b)
		}
	}
	return fmt.Errorf("no mapping gives %d elements of what the layout takes from %s", n, c.place(m))
}

// AnyText stands for a text that is not known in a parameter of a layout that [CheckMappings] compares with a file.
const AnyText = "*"

// pairs is which source of the file stands where the layout has which.
type pairs struct {
	file   map[SourceName]SourceName // by that of the layout
	layout map[SourceName]SourceName // by that of the file
	order  []SourceName              // those of the layout
	absent []SourceName              // members of the layout that the file leaves out
	last   *sourceDataset            // the pair that was added last, which is added often
	name   SourceName
}

func newPairs() pairs {
	return pairs{file: map[SourceName]SourceName{}, layout: map[SourceName]SourceName{}}
}

// add notes a pair; it is false where one of the two has another partner.
func (p *pairs) add(of *sourceDataset, name SourceName) bool {
	if p.last == of && p.name == name {
		return true
	}
	theirs, known := p.file[of.name()]
	ours, taken := p.layout[name]
	if known != taken || known && (theirs != name || ours != of.name()) {
		return false
	}
	if !known {
		p.file[of.name()], p.layout[name] = name, of.name()
		p.order = append(p.order, of.name())
	}
	p.last, p.name = of, name
	return true
}

// mixed says that a source of the layout has another partner.
func (p *pairs) mixed(of *sourceDataset, name SourceName) error {
	if other, known := p.file[of.name()]; known && other != name {
		return fmt.Errorf("%s and %s lie where the layout has %s alone", other, name, of.name())
	}
	return fmt.Errorf("%s lies where the layout has %s and where it has %s", name, p.layout[name], of.name())
}

// confused reports a source of the file that has the name of another source of the layout. Folders play no part: files are moved.
func (p *pairs) confused() error {
	text, ok := p.text()
	if !ok {
		return nil
	}
	owner := make(map[string]SourceName, len(p.order))
	for _, ours := range p.all() {
		key := strings.ReplaceAll(nameKey(ours), AnyText, text)
		if _, twice := owner[key]; twice {
			return nil // names alone do not tell the sources apart
		}
		owner[key] = ours
	}
	for _, ours := range p.order {
		theirs := p.file[ours]
		if other, known := owner[nameKey(theirs)]; known && other != ours {
			fill := func(n SourceName) string {
				return strings.ReplaceAll(n.File, AnyText, text) + ":" + strings.ReplaceAll(n.Path, AnyText, text)
			}
			return fmt.Errorf("%s lies where the layout has %s", theirs, fill(ours))
		}
	}
	return nil
}

// confusedPaths reports a source of the file that has the path of another source of the layout.
func (p *pairs) confusedPaths() error {
	paths := make(map[string]bool, len(p.order))
	for _, ours := range p.all() {
		if strings.Contains(ours.Path, AnyText) {
			return nil
		}
		paths[ours.Path] = true
	}
	for _, ours := range p.order {
		if theirs := p.file[ours]; theirs.Path != ours.Path && paths[theirs.Path] {
			return fmt.Errorf("%s lies where the layout has a source of path %s", theirs, ours.Path)
		}
	}
	return nil
}

// all is the sources of the layout, those that the file leaves out last.
func (p *pairs) all() []SourceName { return slices.Concat(p.order, p.absent) }

// nameKey is a name without its folder.
func nameKey(n SourceName) string {
	return n.File[strings.LastIndexAny(n.File, `/\`)+1:] + ":" + n.Path
}

// text is what stands in the place of AnyText in the names of the file; it is not ok where none, or several, would do.
func (p *pairs) text() (text string, ok bool) {
	if len(p.order) == 0 || !slices.ContainsFunc(p.order, func(n SourceName) bool { return strings.Contains(nameKey(n), AnyText) }) {
		return "", true
	}
	first := nameKey(p.file[p.order[0]])
	for _, ours := range p.all() {
		before, after, found := strings.Cut(nameKey(ours), AnyText)
		if !found || strings.Contains(after, AnyText) {
			return "", false
		}
		middle, starts := strings.CutPrefix(first, before)
		middle, ends := strings.CutSuffix(middle, after)
		if starts && ends {
			return middle, true
		}
	}
	return "", false
}
