package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vdsgen/vdsgen/gen"
	"github.com/vdsgen/vdsgen/gen/infer"
	"github.com/vdsgen/vdsgen/gen/model"
)

// breakingFlags are the flags of breaking.
type breakingFlags struct {
	against, layout string
	params          []string
	asJSON, all     bool
}

func breakingCommand() *cobra.Command {
	var flags breakingFlags
	cmd := &cobra.Command{
		Use:   "breaking --against GITREF|SCHEMA|FILE [SCHEMA|FOLDER]",
		Short: "Tell what a change of layouts breaks",
		Long: `Breaking compares the layouts of the current folder, or those named, with what they were: at a git revision, in
another schema or folder, or in a file that was built before. It prints a line for each difference that breaks what was made for
the version before, and then ends with exit status 1:

  Go API        names and types of the generated code
  file          names, links and attributes in the files
  moved pixels  where elements come from, and how many there are
  fill          what elements without a source hold

New datasets, links, attributes and parameters with a default break nothing, nor do other chunks and filters;
--all shows these, too.`,
		Example: `  vdsgen breaking --against main
  vdsgen breaking --against v1.2.0 ./excalibur
  vdsgen breaking --against old.yaml new.yaml
  vdsgen breaking --against scan7_vds.h5 layout.yaml -p frames=1000`,
		Args: arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.against == "" {
				return usagef("--against says what to compare with: a git revision, a schema or a file")
			}
			name := "."
			if len(args) == 1 {
				name = args[0]
			}
			findings, err := flags.compare(cmd, name)
			if err != nil {
				return err
			}
			return flags.report(cmd.OutOrStdout(), findings)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.against, "against", "", "git `revision`, schema, folder or HDF5 file to compare with")
	f.StringArrayVarP(&flags.params, "param", "p", nil, "value of a parameter, `name=value`, for the comparison with a file")
	f.StringVar(&flags.layout, "layout", "", "`name` of the only layout to compare")
	f.BoolVar(&flags.asJSON, "json", false, "print JSON, breaking or not")
	f.BoolVar(&flags.all, "all", false, "show differences that break nothing, too")
	return cmd
}

// finding is one difference with the layout that it is in.
type finding struct {
	layout string
	model.Finding
}

// compare finds the differences between the layouts that name stands for and what --against says.
func (b *breakingFlags) compare(cmd *cobra.Command, name string) ([]finding, error) {
	ctx, stderr := cmd.Context(), cmd.ErrOrStderr()
	after, err := gen.LoadLayouts(ctx, ".", name)
	if err != nil {
		return nil, reportLayoutError(stderr, err)
	}
	if b.layout != "" {
		l, err := chooseLayout(after, b.layout, name)
		if err != nil {
			return nil, err
		}
		after = []*model.Layout{l}
	}
	if _, err := os.Stat(b.against); err == nil {
		isFile, err := isHDF5(b.against)
		if err != nil {
			return nil, err
		}
		if isFile {
			return b.compareFile(ctx, stderr, after, name)
		}
		before, err := gen.LoadLayouts(ctx, ".", b.against)
		if err != nil {
			return nil, reportLayoutError(stderr, err)
		}
		return b.compareLayouts(before, after), nil
	}
	before, err := layoutsAt(ctx, b.against, name)
	if err != nil {
		return nil, err
	}
	return b.compareLayouts(before, after), nil
}

// compareLayouts compares layouts of the same name; one layout on each side is compared whatever it is called.
func (b *breakingFlags) compareLayouts(before, after []*model.Layout) []finding {
	var out []finding
	if len(before) == 1 && len(after) == 1 {
		for _, f := range model.Findings(before[0], after[0]) {
			out = append(out, finding{after[0].Name.Name, f})
		}
		return out
	}
	for _, l := range before {
		i := slices.IndexFunc(after, func(x *model.Layout) bool { return x.Name.Name == l.Name.Name })
		switch {
		case i >= 0:
			for _, f := range model.Findings(l, after[i]) {
				out = append(out, finding{l.Name.Name, f})
			}
		case b.layout == "":
			gone := model.Difference{Category: model.API, What: "layout " + l.Name.Name, Before: "a layout"}
			out = append(out, finding{l.Name.Name, model.Finding{Difference: gone, Breaking: true, Pos: gen.Pos{File: l.Source}}})
		}
	}
	for _, l := range after {
		if !slices.ContainsFunc(before, func(x *model.Layout) bool { return x.Name.Name == l.Name.Name }) {
			added := model.Difference{Category: model.API, What: "layout " + l.Name.Name, After: "a layout"}
			out = append(out, finding{l.Name.Name, model.Finding{Difference: added, Pos: l.Name.Pos}})
		}
	}
	return out
}

// compareFile compares what a layout builds at given values with a file.
func (b *breakingFlags) compareFile(ctx context.Context, stderr io.Writer, after []*model.Layout, name string) ([]finding, error) {
	l, err := chooseLayout(after, b.layout, name)
	if err != nil {
		return nil, err
	}
	values, err := model.ParseParams(l, b.params)
	if err != nil {
		return nil, usagef("%s", oneLine(err))
	}
	if err := missingParam(l, values); err != nil {
		return nil, err
	}
	lowered, err := model.Lower(l, values, prober(ctx, b.against, nil))
	if err != nil {
		return nil, reportLayoutError(stderr, err)
	}
	file, _, err := describe(ctx, b.against, false)
	if err != nil {
		return nil, err
	}
	var out []finding
	add := func(pos gen.Pos, breaking bool, d model.Difference) {
		out = append(out, finding{l.Name.Name, model.Finding{Difference: d, Breaking: breaking, Pos: pos}})
	}
	for i := range file.Datasets {
		d := &file.Datasets[i]
		k := slices.IndexFunc(lowered.Datasets, func(x *model.LoweredDataset) bool { return x.Path == d.Path })
		if k < 0 {
			add(l.Name.Pos, true, model.Difference{Category: model.File, What: "dataset " + d.Path, Before: "a virtual dataset"})
			continue
		}
		x := lowered.Datasets[k]
		if t := storedTypeText(file, d.Type); t != loweredTypeText(x.Type) {
			add(x.Virtual.Pos, true, model.Difference{Category: model.API, What: "dataset " + d.Path + " type", Before: t, After: loweredTypeText(x.Type)})
		}
		if was, is := cmp.Or(d.Fill, "0"), fillOrZero(x.Fill); was != is {
			add(x.Virtual.Pos, true, model.Difference{Category: model.Fills, What: "dataset " + d.Path + " fill", Before: was, After: is})
		}
		for _, diff := range infer.Compare(d, x) {
			add(x.Virtual.Pos, true, diff)
		}
	}
	for _, x := range lowered.Datasets {
		if x.Virtual.MaskOf == nil && !slices.ContainsFunc(file.Datasets, func(d infer.Dataset) bool { return d.Path == x.Path }) {
			add(x.Virtual.Pos, false, model.Difference{Category: model.File, What: "dataset " + x.Path, After: "a virtual dataset"})
		}
	}
	return out, nil
}

// storedTypeText is an element type of a file with the members of compounds in place of their names: a file has none of these.
func storedTypeText(f *infer.File, name string) string {
	for _, c := range f.Types {
		if c.Name == name {
			parts := make([]string, len(c.Members))
			for i, m := range c.Members {
				at := strings.LastIndexByte(m[1], ']') + 1
				parts[i] = m[0] + " " + m[1][:at] + storedTypeText(f, m[1][at:])
			}
			return "{" + strings.Join(parts, ", ") + "}"
		}
	}
	return name
}

// loweredTypeText is an element type of a layout in the same form.
func loweredTypeText(t model.TypeRef) string {
	if t.Compound == nil {
		return t.Kind.String()
	}
	parts := make([]string, len(t.Compound.Members))
	for i, m := range t.Compound.Members {
		dims := ""
		for _, n := range m.Dims {
			dims += fmt.Sprintf("[%d]", n)
		}
		parts[i] = m.Name + " " + dims + loweredTypeText(m.Type)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// fillOrZero is a fill value as describe writes it, zeros as 0.
func fillOrZero(fill any) string {
	if fill == nil || reflect.ValueOf(fill).IsZero() {
		return "0"
	}
	bits := 0
	if t := reflect.TypeOf(fill); t.Kind() >= reflect.Int && t.Kind() <= reflect.Complex128 {
		bits = t.Bits()
	}
	text, err := literalOf(fill, bits)
	if err != nil {
		return fmt.Sprint(fill)
	}
	return text
}

// findingJSON is a finding as --json prints it.
type findingJSON struct {
	Layout   string `json:"layout"`
	Category string `json:"category"`
	Breaking bool   `json:"breaking"`
	What     string `json:"what"`
	Before   string `json:"before,omitempty"`
	After    string `json:"after,omitempty"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
}

// report prints findings in the order of their places; breaking ones make the answer no.
func (b *breakingFlags) report(w io.Writer, findings []finding) error {
	slices.SortStableFunc(findings, func(x, y finding) int { return x.Pos.Compare(y.Pos) })
	broken := slices.ContainsFunc(findings, func(f finding) bool { return f.Breaking })
	var text bytes.Buffer
	if b.asJSON {
		list := make([]findingJSON, len(findings))
		for i, f := range findings {
			list[i] = findingJSON{f.layout, f.Category.String(), f.Breaking, f.What, f.Before, f.After, f.Pos.File, f.Pos.Line, f.Pos.Column}
		}
		e := json.NewEncoder(&text)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		if err := e.Encode(list); err != nil {
			return err
		}
	} else {
		for _, f := range findings {
			word := "breaking"
			if !f.Breaking {
				if !b.all {
					continue
				}
				word = "compatible"
			}
			fmt.Fprintf(&text, "%s: %s: layout %s: %s\n", f.Pos, word, f.layout, f.Difference)
		}
	}
	if _, err := w.Write(text.Bytes()); err != nil {
		return err
	}
	if broken {
		return errReported
	}
	return nil
}

// layoutsAt loads the layouts that name stands for as they were at a git revision.
func layoutsAt(ctx context.Context, revision, name string) ([]*model.Layout, error) {
	dir, err := os.MkdirTemp("", "vdsgen-breaking-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	below, err := checkout(ctx, revision, dir)
	if err != nil {
		return nil, err
	}
	if filepath.IsAbs(name) {
		return nil, usagef("%s: layouts at a git revision are named by paths relative to the current folder", name)
	}
	layouts, err := gen.LoadLayouts(ctx, filepath.Join(dir, below), name)
	if err != nil {
		return nil, fmt.Errorf("%s at %s: %s", name, revision, strings.ReplaceAll(oneLine(err), dir+string(filepath.Separator), ""))
	}
	return layouts, nil
}
