package infer

import (
	"fmt"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// names gives variables, parameters and sources their names, each once in a layout; what has the same name
// and the same meaning is one.
type names struct {
	vars, params map[string]string // name → what it is
	sources      map[string]string
}

func newNames() *names {
	return &names{map[string]string{}, map[string]string{}, map[string]string{}}
}

func (n *names) clone() *names {
	c := newNames()
	for to, from := range map[*map[string]string]map[string]string{&c.vars: n.vars, &c.params: n.params, &c.sources: n.sources} {
		for k, v := range from {
			(*to)[k] = v
		}
	}
	return c
}

// reserved are words that mean something else in expressions. The words of Go are reserved, too.
var reserved = []string{"min", "max", "ceildiv"}

// identifier makes a name of a word: letters and digits, a letter first; fallback where nothing is left.
func identifier(word, fallback string) string {
	word = strings.Map(func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return unicode.ToLower(r)
		}
		return -1
	}, word)
	word = strings.TrimLeftFunc(word, unicode.IsDigit)
	if word == "" || token.IsKeyword(word) || slices.Contains(reserved, word) {
		return fallback
	}
	return word
}

// claim finds a free name, or the one that has that meaning.
func claim(taken map[string]string, other map[string]string, name, meaning string) string {
	for i := 1; ; i++ {
		try := name
		if i > 1 {
			try = fmt.Sprintf("%s%d", name, i)
		}
		if _, ok := other[try]; ok {
			continue
		}
		if have, ok := taken[try]; !ok || have == meaning {
			taken[try] = meaning
			return try
		}
	}
}

// variable names a variable. Variables that a dataset consumes differ in name although they agree in values.
func (n *names) variable(name string, v *variable, own []*variable) {
	free := make(map[string]string, len(n.vars))
	for k, x := range n.vars {
		free[k] = x
	}
	for _, o := range own {
		free[o.name] = "\x00"
	}
	v.name = claim(free, n.params, name, v.text())
	n.vars[v.name] = v.text()
}

func (n *names) param(name, text string) param {
	return param{name: claim(n.params, n.vars, name, text), text: text}
}

// source names a source set, or finds the one of that meaning which was declared before.
func (n *names) source(name, meaning string) (found string, shared bool) {
	for _, have := range slices.Sorted(maps.Keys(n.sources)) {
		if n.sources[have] == meaning {
			return have, true
		}
	}
	return claim(n.sources, nil, name, meaning), false
}

// cut is the names of all members taken apart: literal words with numbers between them.
type cut struct {
	words   []string   // one more than numbers
	numbers [][]int64  // by place in the name, then by member
	texts   [][]string // the same as written
	fileLen int        // how many of the words and numbers belong to the file name: the rest is the path
}

// maxDigits bounds the numbers in names: longer ones are names.
const maxDigits = 15

// cutNames takes the names of the members apart; ok is false where they differ in more than numbers.
func cutNames(members []member) (c *cut, ok bool) {
	c = &cut{}
	for i, m := range members {
		words, texts := split(m.file)
		files := len(texts)
		pathWords, pathTexts := split(m.path)
		words, texts = append(words, pathWords...), append(texts, pathTexts...)
		if i == 0 {
			c.words, c.fileLen = words, files
			c.numbers, c.texts = make([][]int64, len(texts)), make([][]string, len(texts))
		}
		if files != c.fileLen || !slices.Equal(words, c.words) {
			return nil, false
		}
		for k, text := range texts {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return nil, false
			}
			c.numbers[k] = append(c.numbers[k], n)
			c.texts[k] = append(c.texts[k], text)
		}
	}
	return c, true
}

// split cuts one name into words and the numbers between them.
func split(name string) (words, numbers []string) {
	word := 0
	for i := 0; i < len(name); {
		if name[i] < '0' || name[i] > '9' {
			i++
			continue
		}
		j := i
		for j < len(name) && name[j] >= '0' && name[j] <= '9' {
			j++
		}
		if j-i <= maxDigits {
			words, numbers = append(words, name[word:i]), append(numbers, name[i:j])
			word = j
		}
		i = j
	}
	return append(words, name[word:]), numbers
}

// varies reports whether number k tells members apart.
func (c *cut) varies(k int) bool {
	return slices.ContainsFunc(c.texts[k], func(s string) bool { return s != c.texts[k][0] })
}

// width is to how many digits number k is padded: 0 for none; ok is false where no padding gives the texts.
func (c *cut) width(k int) (w int, ok bool) {
	w = len(c.texts[k][0])
	for _, s := range c.texts[k] {
		w = min(w, len(s))
	}
	for i, s := range c.texts[k] {
		if fmt.Sprintf("%0*d", w, c.numbers[k][i]) != s {
			return 0, false
		}
	}
	if !slices.ContainsFunc(c.texts[k], func(s string) bool { return s[0] == '0' && len(s) > 1 }) {
		w = 0
	}
	return w, true
}

// word is what stands before number k, as the name of a variable.
func (c *cut) word(k int, fallback string) string {
	at := k
	if k >= c.fileLen {
		at = k + 1 // the file name has one word more than numbers
	}
	word := strings.TrimRightFunc(c.words[at], func(r rune) bool { return !unicode.IsLetter(r) })
	if i := strings.LastIndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }); i >= 0 {
		word = word[i+1:]
	}
	return identifier(word, fallback)
}

// templates writes the name templates of file and path.
func (c *cut) templates(s *solver) (file, path string, ok bool) {
	parts := make([]string, len(c.numbers))
	for k := range c.numbers {
		if !c.varies(k) {
			parts[k] = literal(c.texts[k][0])
			continue
		}
		w, fits := c.width(k)
		expr, solved := s.expr("numbers", c.numbers[k])
		if !fits || !solved {
			return "", "", false
		}
		if w > 0 {
			expr = fmt.Sprintf("%s:%02d", expr, w)
		}
		parts[k] = "{" + expr + "}"
	}
	join := func(words, parts []string) string {
		var b strings.Builder
		for i, w := range words {
			b.WriteString(literal(w))
			if i < len(parts) {
				b.WriteString(parts[i])
			}
		}
		return b.String()
	}
	file = join(c.words[:c.fileLen+1], parts[:c.fileLen])
	path = join(c.words[c.fileLen+1:], parts[c.fileLen:])
	number := ""
	for _, v := range s.vars {
		if v.open {
			number = v.name
		}
	}
	return unescaped(file, number), unescaped(path, number), true
}

// unescaped is a stored name as a template has it: %% is %, and %b the variable number, where there is one.
func unescaped(name, number string) string {
	if number == "" {
		return strings.ReplaceAll(name, "%%", "%")
	}
	return strings.NewReplacer("%%", "%", "%b", "{"+number+"}").Replace(name)
}

// literal is text as a template has it.
func literal(s string) string {
	return strings.NewReplacer("{", "{{", "}", "}}").Replace(s)
}

// separators stand between the words of file names.
const separators = "_-."

// prefixed puts the words in front of the first placeholder into a parameter: they change from run to run.
func (s *solver) prefixed(file string) string {
	at := strings.Index(strings.ReplaceAll(file, "{{", "\x00\x00"), "{")
	if at <= 0 {
		return file
	}
	words := file[:at]
	if strings.TrimRight(words, separators) == words { // the last word names the number: M in run7_M03
		words = words[:strings.LastIndexAny(words, separators)+1]
	}
	prefix := strings.TrimRight(words, separators)
	if prefix == "" || strings.HasSuffix(prefix, "/") || strings.ContainsAny(prefix, "{}") {
		return file
	}
	p := s.names.param("prefix", fmt.Sprintf("{type: string, default: %s, doc: %s}", fmt.Sprintf("%q", prefix), Quote("of the names of the files")))
	s.params = append(s.params, p)
	s.prefix = prefix
	return "{" + p.name + "}" + file[len(prefix):]
}
