package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/vdsgen/vdsgen/examples/generated"
	"github.com/vdsgen/vdsgen/gen/infer"
	"github.com/vdsgen/vdsgen/gen/model"
)

// starter is the example that a layout starts from when nothing else is said.
const starter = "vdssimple"

// initFlags are the flags of init.
type initFlags struct {
	like, from, output, layout string
	force, list                bool
}

func initCommand() *cobra.Command {
	var flags initFlags
	cmd := &cobra.Command{
		Use:   "init [FOLDER]",
		Short: "Write a first layout: from an example, or from a file that is there already",
		Long: `Init writes a layout into a folder, the current one by default. With --like it is the layout of an example detector,
to be changed; with --from it is recovered from the virtual datasets of an HDF5 file: stacks, concatenations,
tiles with their gaps, interleaved writers and their compositions are recognised, file names become
templates, and what changes from run to run becomes a parameter with the value found as its default. The recovered
layout is built again in memory and held against the file before it is written: the mappings are the same. A mapping does not
say how long its source is, nor of what type: where the sources are beside the file, they are asked; of others the layout
has what is mapped, and a comment that says so. Axes are called by their labels, dimension scales or NeXus names.

A file that is there already is not replaced without --force.`,
		Example: `  vdsgen init --like excalibur
  vdsgen init --from scan7_vds.h5
  vdsgen init --from scan7_vds.h5 -o -       # print the layout
  vdsgen init --list                         # the examples`,
		Args: arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			return flags.run(cmd, dir)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.like, "like", "", "`name` of the example to start from (see --list); by default "+starter)
	f.StringVar(&flags.from, "from", "", "HDF5 `file` whose layout is to be found")
	f.StringVarP(&flags.output, "output", "o", "", "`file` to write; by default layout.yaml, or the name of the example's Go file; - is standard output")
	f.StringVar(&flags.layout, "layout", "", "`name` of the recovered layout; by default after the file")
	f.BoolVar(&flags.force, "force", false, "replace a file that is there")
	f.BoolVar(&flags.list, "list", false, "list the examples")
	return cmd
}

func (i *initFlags) run(cmd *cobra.Command, dir string) error {
	var starts []string
	for _, name := range []string{"like", "from", "list"} {
		if cmd.Flags().Changed(name) {
			starts = append(starts, "--"+name)
		}
	}
	switch {
	case len(starts) > 1:
		return usagef("%s: only one of these at a time; see %s --help", strings.Join(starts, " and "), cmd.CommandPath())
	case i.list:
		return listExamples(cmd.OutOrStdout())
	case i.from != "":
		text, err := i.recovered(cmd.Context(), cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		return i.write(cmd.OutOrStdout(), filepath.Join(dir, "layout.yaml"), text)
	case i.layout != "":
		return usagef("--layout names a layout that --from finds")
	}
	name := i.like
	if name == "" {
		name = starter
	}
	e, err := generated.Find(name)
	if errors.Is(err, generated.ErrUnknown) {
		return usagef("--like %v", err)
	}
	if err != nil {
		return err
	}
	return i.write(cmd.OutOrStdout(), filepath.Join(dir, e.File), inPackage(e, dir))
}

// listExamples prints the examples with what they are.
func listExamples(w io.Writer) error {
	examples, err := generated.Examples()
	if err != nil {
		return err
	}
	for _, e := range examples {
		if _, err := fmt.Fprintf(w, "%-22s %s\n", e.Name, summary(e)); err != nil {
			return err
		}
	}
	return nil
}

var docLine = regexp.MustCompile(`(?m)^doc: (.*)$`)

// summary is what an example says of itself in a line.
func summary(e generated.Example) string {
	if !e.IsGo() {
		if m := docLine.FindSubmatch(e.Text); m != nil {
			return strings.Trim(string(m[1]), `"'`)
		}
		return ""
	}
	file, err := parser.ParseFile(token.NewFileSet(), e.File, e.Text, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil || file.Doc == nil {
		return ""
	}
	first, _, _ := strings.Cut(strings.Join(strings.Fields(file.Doc.Text()), " "), ". ")
	words := strings.Fields(first)
	if len(words) > 2 && words[0] == "Package" {
		words = words[2:]
		words[0] = strings.ToUpper(words[0][:1]) + words[0][1:]
	}
	return strings.TrimSuffix(strings.Join(words, " "), ".") + "."
}

var packageLine = regexp.MustCompile(`(?m)^package:? .*\n`)

// inPackage is the layout of an example for another folder: in the package that is there.
func inPackage(e generated.Example, dir string) []byte {
	if !e.IsGo() {
		return packageLine.ReplaceAll(e.Text, nil) // the folder says it
	}
	name := packageOf(dir)
	if name == "" {
		return e.Text
	}
	text := packageLine.ReplaceAll(e.Text, []byte("package "+name+"\n"))
	return bytes.Replace(text, []byte("// Package "+e.Name+" "), []byte("// Package "+name+" "), 1)
}

// packageOf is the package of the Go files in a folder, or the folder's name as one; "" where it makes none.
func packageOf(dir string) string {
	files, _ := filepath.Glob(filepath.Join(dir, "*.go")) // the pattern is well-formed
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.PackageClauseOnly)
		if err == nil && !strings.HasSuffix(name, "_test.go") {
			return file.Name.Name
		}
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	name := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, filepath.Base(full))
	if name = strings.TrimLeftFunc(name, unicode.IsDigit); !token.IsIdentifier(name) {
		return ""
	}
	return name
}

// write writes a layout where nothing is, or anywhere with --force.
func (i *initFlags) write(stdout io.Writer, name string, text []byte) error {
	if i.output != "" {
		name = i.output
	}
	put := func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}
	if name == "-" || i.force {
		return writeTo(stdout, name, put)
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: there is such a file already; --force replaces it, -o names another", name)
	}
	if err != nil {
		return err
	}
	if err := errors.Join(put(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

// recovered finds the layout of the file that --from names.
func (i *initFlags) recovered(ctx context.Context, stderr io.Writer) ([]byte, error) {
	found, notes, err := describe(ctx, i.from, true)
	if err != nil {
		return nil, err
	}
	if found.Layout = i.layout; found.Layout == "" {
		found.Layout = layoutName(i.from)
	} else if !token.IsIdentifier(i.layout) || !token.IsExported(i.layout) {
		return nil, usagef("--layout is an exported Go name, not %q", i.layout)
	}
	text, err := infer.Layout(found)
	if err != nil && (len(found.Tree) > 0 || slices.ContainsFunc(found.Datasets, func(d infer.Dataset) bool { return d.Attrs != nil })) {
		bare := *found
		bare.Tree, bare.Datasets = nil, slices.Clone(found.Datasets)
		for k := range bare.Datasets {
			bare.Datasets[k].Attrs = nil
		}
		why := err
		if text, err = infer.Layout(&bare); err == nil {
			notes = append(notes, "attributes and all that is not virtual are left out: "+oneLine(why))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", i.from, err)
	}
	for _, n := range slices.Sorted(slices.Values(notes)) {
		fmt.Fprintf(stderr, "vdsgen: %s: %s\n", i.from, n)
	}
	header := fmt.Sprintf("# Recovered from %s. Parameters have the values found there as defaults.\n", oneLine(errors.New(filepath.Base(i.from))))
	return append([]byte(header), text...), nil
}

// layoutName makes the Go name of a layout of the name of a file: scan7_vds.h5 is Scan7.
func layoutName(file string) string {
	base := filepath.Base(file)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	for _, end := range []string{"_vds", "-vds", "_VDS", "vds_"} {
		base = strings.TrimSuffix(base, end)
	}
	if name := model.GoName(base); token.IsIdentifier(name) && token.IsExported(name) {
		return name
	}
	return "Layout"
}
