package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vdsgen/vdsgen/cmd/vdsgen/internal/draw"
	"github.com/vdsgen/vdsgen/gen"
	"github.com/vdsgen/vdsgen/gen/model"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// drawFlags are the flags of draw.
type drawFlags struct {
	params                          []string
	output, layout, dataset, prefix string
}

func drawCommand() *cobra.Command {
	var flags drawFlags
	cmd := &cobra.Command{
		Use:   "draw FILE|SCHEMA",
		Short: "Draw how a virtual dataset is put together, and what of it is there",
		Long: `Draw makes a picture of one virtual dataset: the frame of its last two axes with members and gaps, and a strip for
each axis in front of them. Of a layout it shows what the layout says; of a file what its mappings say, with missing
sources in red. The picture is SVG, or PNG where -o ends in .png.

Parameters of a layout need values where they have no default; texts stand as {name} where none is given.`,
		Example: `  vdsgen draw layout.yaml -p frames=1000 -o layout.svg
  vdsgen draw scan7_vds.h5 --dataset /entry/data/data -o coverage.png`,
		Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := flags.load(cmd, args[0])
			if err != nil {
				return err
			}
			picture := draw.Of(d)
			write := picture.WriteSVG
			switch ext := strings.ToLower(filepath.Ext(flags.output)); ext {
			case ".png":
				write = picture.WritePNG
			case ".svg", "":
			default:
				return usagef("-o ends in .svg or .png, not %s", ext)
			}
			return writeTo(cmd.OutOrStdout(), flags.output, write)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&flags.params, "param", "p", nil, "value of a parameter of the layout, `name=value`")
	f.StringVarP(&flags.output, "output", "o", "", "`file` for the picture, .svg or .png; by default SVG on standard output")
	f.StringVar(&flags.layout, "layout", "", "`name` of the layout, where SCHEMA holds several")
	f.StringVar(&flags.dataset, "dataset", "", "`path` of the virtual dataset; by default the first one")
	f.StringVar(&flags.prefix, "prefix", "", "`folder` in which sources are looked for first")
	return cmd
}

// load finds the dataset to draw in an HDF5 file or in a layout.
func (d *drawFlags) load(cmd *cobra.Command, name string) (*draw.Dataset, error) {
	var opts []vds.Option
	if d.prefix != "" {
		opts = append(opts, vds.WithPrefix(d.prefix))
	}
	hdf5, err := isHDF5(name)
	switch {
	case err != nil:
		return nil, err
	case hdf5 && len(d.params) > 0:
		return nil, usagef("%s is a file and takes no parameters", name)
	case hdf5:
		return drawFile(cmd.Context(), name, d.dataset, opts)
	}
	layouts, err := gen.LoadLayouts(cmd.Context(), ".", name)
	if err != nil {
		return nil, reportLayoutError(cmd.ErrOrStderr(), err)
	}
	l, err := chooseLayout(layouts, d.layout, name)
	if err != nil {
		return nil, err
	}
	values, err := model.ParseParams(l, d.params)
	if err != nil {
		return nil, usagef("%s", oneLine(err))
	}
	for _, p := range l.Params {
		if _, given := values[p.Name]; !given && !p.HasDefault && p.Kind == model.ParamString {
			values[p.Name] = "{" + p.Name + "}"
		}
	}
	if err := missingParam(l, values); err != nil {
		return nil, err
	}
	lowered, err := model.Lower(l, values, prober(cmd.Context(), filepath.Join(filepath.Dir(name), "vds.h5"), opts))
	if err != nil {
		return nil, reportLayoutError(cmd.ErrOrStderr(), err)
	}
	return drawLayout(lowered, values, d.dataset)
}

// hdf5Signature begins every HDF5 file, after a user block of a power of two bytes or none.
const hdf5Signature = "\x89HDF\r\n\x1a\n"

// isHDF5 reports whether a file is one of HDF5, by its contents. Folders are none.
func isHDF5(name string) (bool, error) {
	info, err := os.Stat(name)
	if err != nil || info.IsDir() {
		return false, err
	}
	f, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	b := make([]byte, len(hdf5Signature))
	for at := int64(0); at+int64(len(b)) <= info.Size(); at = max(512, 2*at) {
		if _, err := f.ReadAt(b, at); err != nil {
			return false, err
		}
		if string(b) == hdf5Signature {
			return true, nil
		}
	}
	return false, nil
}

// drawFile describes a virtual dataset of a file, with the state of each source.
func drawFile(ctx context.Context, name, path string, opts []vds.Option) (*draw.Dataset, error) {
	f, err := vds.Open(ctx, name, opts...)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if path == "" {
		paths, err := f.VirtualDatasets()
		if err != nil {
			return nil, err
		}
		if len(paths) == 0 {
			return nil, fmt.Errorf("%s: there is no virtual dataset in it; vdsgen inspect %s shows what it holds", name, name)
		}
		path = paths[0]
	}
	d, err := openDataset(ctx, f, path)
	if err != nil {
		return nil, err
	}
	if !d.IsVirtual() {
		return nil, fmt.Errorf("%s:%s: the dataset is not virtual, so that there is nothing to draw; vdsgen inspect %s shows which ones are", name, path, name)
	}
	report, err := vds.Verify(ctx, d)
	if err != nil {
		return nil, err
	}
	states := map[vds.SourceName]draw.State{}
	for _, s := range report.Datasets[0].Sources {
		switch {
		case s.Found == "":
			states[s.Source] = draw.Missing
		case len(s.Problems) > 0:
			states[s.Source] = draw.Mismatch
		}
	}
	out := &draw.Dataset{Title: filepath.Base(name), Path: d.Path(), Type: d.Datatype().String(), Checked: true}
	out.Fill = fillOf(d)
	names := axisNames(d.HDF5())
	for i, n := range d.Shape() {
		out.Axes = append(out.Axes, draw.Axis{Name: names[i], Extent: uint64(n)})
	}
	out.Members = fileMembers(d, states)
	return out, nil
}

// fillOf is the value of elements without a source, as text.
func fillOf(d *vds.RawDataset) string {
	if fill := d.HDF5().Fill(); fill.Value != nil {
		return fillText(d.HDF5(), fill.Value)
	}
	return "0"
}

// fileMembers groups the mappings of a file by their source.
func fileMembers(d *vds.RawDataset, states map[vds.SourceName]draw.State) []draw.Member {
	var out []draw.Member
	var names []vds.SourceName
	number := map[vds.SourceName]int{}
	member := func(s vds.SourceName) *draw.Member {
		i, seen := number[s]
		if !seen {
			i = len(out)
			number[s] = i
			names = append(names, s)
			out = append(out, draw.Member{Source: s.File + ":" + s.Path, State: states[s]})
		}
		return &out[i]
	}
	shape := d.Shape()
	for m := range d.Mappings() {
		axis, grows := m.Virtual.UnlimitedAxis()
		switch {
		case m.Template && grows && shape[axis] > 0:
			first, end := m.Virtual.BlockRange(0, uint64(shape[axis]-1))
			for j := first; j < end; j++ {
				block, err := m.Virtual.BlockAt(j)
				if err != nil {
					break
				}
				x := member(vds.SourceName{File: numbered(m.Source.File, j), Path: numbered(m.Source.Path, j)})
				x.Virtual = append(x.Virtual, block)
			}
		case grows:
			x := member(m.Source)
			x.Virtual = append(x.Virtual, m.Virtual.Clip(axis, uint64(shape[axis])))
		default:
			x := member(m.Source)
			x.Virtual = append(x.Virtual, m.Virtual)
		}
	}
	for i, labels := range nameLabels(names) {
		out[i].Labels = labels
	}
	return out
}

// numbered is the name of one file of a series.
func numbered(template string, n uint64) string {
	return strings.ReplaceAll(strings.ReplaceAll(template, "%b", fmt.Sprint(n)), "%%", "%")
}

// drawLayout describes a virtual dataset of a layout at given values.
func drawLayout(lowered *model.Lowered, values model.Params, path string) (*draw.Dataset, error) {
	var found *model.LoweredDataset
	var names []string
	for _, d := range lowered.Datasets {
		if d.Virtual.MaskOf != nil {
			continue
		}
		if names = append(names, d.Path); found == nil && (path == "" || d.Path == path) {
			found = d
		}
	}
	if found == nil {
		return nil, usagef("layout %s has no virtual dataset %s; it has %s", lowered.Layout.Name, path, strings.Join(names, ", "))
	}
	out := &draw.Dataset{Title: lowered.Layout.Name.Name, Path: found.Path, Type: found.Type.Name, Fill: "0"}
	if found.Fill != nil {
		out.Fill = fmt.Sprint(found.Fill)
	}
	shape := shownShape(found)
	for i, dim := range found.Virtual.Dims {
		out.Axes = append(out.Axes, draw.Axis{Name: dim.Name, Extent: shape[i], Grows: dim.Unlimited})
	}
	labels, err := memberLabels(lowered, found, values)
	if err != nil {
		return nil, err
	}
	out.Members = layoutMembers(found, shape, labels)
	return out, nil
}
