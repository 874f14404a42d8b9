package main

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/vdsgen/vdsgen/cmd/vdsgen/internal/draw"
	"github.com/vdsgen/vdsgen/gen/model"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// Of an axis that grows, a picture shows so many rounds of its members, or so many files of a series.
const (
	shownRounds = 3
	shownFiles  = 5
)

// shownShape is the shape of a lowered dataset with a length in place of what grows.
func shownShape(d *model.LoweredDataset) []uint64 {
	shape := slices.Clone(d.Shape)
	for i, limit := range d.MaxShape {
		if limit != dataspace.Unlimited {
			continue
		}
		shape[i] = 1
		for _, m := range d.Mappings {
			rounds := uint64(shownRounds)
			if d.Virtual.Printf != nil {
				rounds = shownFiles
			}
			if dim := m.Virtual.Dim(i); dim.Stride > 1 || d.Virtual.Printf != nil {
				shape[i] = max(shape[i], dim.Stride*rounds)
			}
		}
	}
	return shape
}

// layoutMembers describes the members of a lowered dataset; labels are those of each.
func layoutMembers(d *model.LoweredDataset, shape []uint64, labels [][]string) []draw.Member {
	out := make([]draw.Member, len(d.Members))
	for i, m := range d.Members {
		out[i] = draw.Member{Labels: labels[i], Source: m.File + ":" + m.Path}
	}
	var series []draw.Member
	for _, m := range d.Mappings {
		x := &out[m.Member]
		axis, grows := m.Virtual.UnlimitedAxis()
		switch {
		case grows && d.Virtual.Printf != nil:
			for j := range uint64(shownFiles) {
				if block, err := m.Virtual.BlockAt(j); err == nil {
					label := append(slices.Clone(x.Labels), fmt.Sprintf("%s %d", d.Virtual.Printf.Name, j))
					series = append(series, draw.Member{Labels: label, Source: numbered(m.File, j) + ":" + numbered(m.Path, j), Virtual: []dataspace.Selection{block}})
				}
			}
		case grows:
			x.Virtual = append(x.Virtual, m.Virtual.Clip(axis, shape[axis]))
		default:
			x.Virtual = append(x.Virtual, m.Virtual)
		}
	}
	if d.Virtual.Printf != nil {
		return series
	}
	return out
}

// memberLabels says for each member of a lowered dataset the values of its variables.
func memberLabels(lowered *model.Lowered, d *model.LoweredDataset, values model.Params) ([][]string, error) {
	env := model.Env{Ints: map[*model.Param]int64{}}
	for _, p := range lowered.Layout.Params {
		env.Ints[p] = p.DefaultInt
		if v, ok := values[p.Name].(int64); ok {
			env.Ints[p] = v
		}
	}
	labels := [][]string{nil}
	for _, v := range d.Virtual.Source.Vars {
		if v.Open {
			continue
		}
		list, err := variableValues(v, env)
		if err != nil {
			return nil, err
		}
		var next [][]string
		for _, before := range labels {
			for _, n := range list {
				next = append(next, append(slices.Clone(before), fmt.Sprintf("%s %d", v.Name, n)))
			}
		}
		labels = next
	}
	if len(labels) != len(d.Members) {
		return nil, fmt.Errorf("layout %s: %d members, and %d values of its variables", lowered.Layout.Name, len(d.Members), len(labels))
	}
	return labels, nil
}

// variableValues lists the values of a closed variable, which the layout was lowered with.
func variableValues(v *model.Var, env model.Env) ([]int64, error) {
	var out []int64
	if v.List != nil {
		for _, e := range v.List {
			n, err := e.Eval(env)
			if err != nil {
				return nil, err
			}
			out = append(out, n)
		}
		return out, nil
	}
	first, err := v.First.Eval(env)
	if err != nil {
		return nil, err
	}
	last, err := v.Last.Eval(env)
	if err != nil {
		return nil, err
	}
	for n := first; n <= last; n++ {
		out = append(out, n)
	}
	return out, nil
}

// nameLabels tells sources apart by the numbers in their names: "stripe_3.h5" is "stripe 3". Where names
// differ in more than numbers they are the labels themselves.
func nameLabels(names []vds.SourceName) [][]string {
	out := make([][]string, len(names))
	form := ""
	for i, s := range names {
		words, numbers := splitNumbers(path.Base(strings.ReplaceAll(s.File, `\`, "/")) + "\x00" + s.Path)
		if i == 0 {
			form = strings.Join(words, "0")
		}
		if strings.Join(words, "0") != form {
			return plainLabels(names)
		}
		for k, n := range numbers {
			word := strings.TrimRightFunc(words[k], func(r rune) bool { return !unicode.IsLetter(r) })
			at := strings.LastIndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })
			if word = word[at+1:]; word == "" {
				word = "file"
			}
			out[i] = append(out[i], word+" "+n)
		}
	}
	return out
}

// plainLabels are the names of files, and the paths of datasets.
func plainLabels(names []vds.SourceName) [][]string {
	out := make([][]string, len(names))
	for i, s := range names {
		file := path.Base(strings.ReplaceAll(s.File, `\`, "/"))
		out[i] = []string{strings.TrimSuffix(file, path.Ext(file)), s.Path}
	}
	return out
}

// splitNumbers cuts a name into the words before, between and behind its numbers, and these.
func splitNumbers(name string) (words, numbers []string) {
	digit := func(r rune) bool { return r >= '0' && r <= '9' }
	for {
		at := strings.IndexFunc(name, digit)
		if at < 0 {
			return append(words, name), numbers
		}
		words = append(words, name[:at])
		name = name[at:]
		end := strings.IndexFunc(name, func(r rune) bool { return !digit(r) })
		if end < 0 {
			end = len(name)
		}
		numbers = append(numbers, name[:end])
		name = name[end:]
	}
}
