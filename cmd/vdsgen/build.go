package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vdsgen/vdsgen/gen"
	"github.com/vdsgen/vdsgen/gen/model"
	vds "github.com/vdsgen/vdsgen/runtime"
)

func buildCommand() *cobra.Command {
	var params []string
	var output, layout, prefix string
	cmd := &cobra.Command{
		Use:   "build SCHEMA",
		Short: "Write the virtual dataset of a layout, without compiling anything",
		Example: `  vdsgen build layout.yaml -p prefix=scan7 -p frames=1000
  vdsgen build ./excalibur -p frames=1000 -o scan7_vds.h5`,
		Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var opts []vds.Option
			if prefix != "" {
				opts = append(opts, vds.WithPrefix(prefix))
			}
			layouts, err := gen.LoadLayouts(cmd.Context(), ".", args[0])
			if err != nil {
				return reportLayoutError(cmd.ErrOrStderr(), err)
			}
			l, err := chooseLayout(layouts, layout, args[0])
			if err != nil {
				return err
			}
			values, err := model.ParseParams(l, params)
			if err != nil {
				return usagef("%s", oneLine(err))
			}
			if err := missingParam(l, values); err != nil {
				return err
			}
			return build(cmd.Context(), cmd.ErrOrStderr(), l, values, output, opts)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&params, "param", "p", nil, "value of a parameter, `name=value`; a list is name=1,2,3")
	f.StringVarP(&output, "output", "o", "", "`file` to write; by default what the layout says")
	f.StringVar(&layout, "layout", "", "`name` of the layout, where SCHEMA holds several")
	f.StringVar(&prefix, "prefix", "", "`folder` in which sources are looked for first")
	return cmd
}

// reportLayoutError prints the findings about a layout with their carets, one below the other.
func reportLayoutError(stderr io.Writer, err error) error {
	var found gen.Diagnostics
	if !errors.As(err, &found) {
		return err
	}
	if err := gen.WriteDiagnostics(stderr, gen.FormatText, found, nil); err != nil {
		return err
	}
	return errReported
}

// chooseLayout is the layout with the given name, or the only one there is.
func chooseLayout(layouts []*model.Layout, name, from string) (*model.Layout, error) {
	var names []string
	for _, l := range layouts {
		if l.Name.Name == name || name == "" && len(layouts) == 1 {
			return l, nil
		}
		names = append(names, l.Name.Name)
	}
	if name == "" {
		return nil, usagef("%s holds several layouts; say --layout with one of %s", from, strings.Join(names, ", "))
	}
	return nil, usagef("%s holds no layout %s; there are %s", from, name, strings.Join(names, ", "))
}

// missingParam names the parameters that have neither a value nor a default.
func missingParam(l *model.Layout, values model.Params) error {
	var missing []string
	for _, p := range l.Params {
		if _, given := values[p.Name]; !given && !p.HasDefault {
			missing = append(missing, fmt.Sprintf("-p %s=… (%s)", p.Name, p.Kind))
		}
	}
	switch len(missing) {
	case 0:
		return nil
	case 1:
		return usagef("layout %s needs a value: %s", l.Name, missing[0])
	}
	return usagef("layout %s needs values: %s", l.Name, strings.Join(missing, ", "))
}

// build lowers the layout and writes what it says, as the generated builder does.
func build(ctx context.Context, stderr io.Writer, l *model.Layout, values model.Params, output string, opts []vds.Option) error {
	name := output
	if name == "" {
		file, err := model.DefaultFile(l, values)
		if err != nil {
			return reportLayoutError(stderr, err)
		}
		if file == "" {
			return usagef("layout %s names no file; say -o FILE", l.Name)
		}
		name = file
	}
	lowered, err := model.Lower(l, values, prober(ctx, name, opts))
	if err != nil {
		return reportLayoutError(stderr, err)
	}
	if len(lowered.Warnings) > 0 {
		if err := gen.WriteDiagnostics(stderr, gen.FormatText, lowered.Warnings, nil); err != nil {
			return err
		}
	}
	b, err := assemble(name, lowered, opts)
	if err != nil {
		return err
	}
	return b.Commit(ctx)
}

// prober reads the shape of a source that lies where the virtual dataset will look for it.
func prober(ctx context.Context, name string, opts []vds.Option) model.Probe {
	return func(file, path string, rank int) ([]int, error) {
		unknown := make([]int, rank)
		for i := range unknown {
			unknown[i] = vds.Probe
		}
		found, err := vds.ProbeSources(ctx, name, []vds.Source{vds.NewSource(file, path, unknown)}, opts...)
		if err != nil {
			return nil, err
		}
		shape := make([]int, rank)
		for i := range shape {
			shape[i] = found[0].Len(i)
		}
		return shape, nil
	}
}
