package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// maxInspectDepth bounds how deep groups are followed, so that a file whose groups hold one another
// under ever new names ends.
const maxInspectDepth = 64

func inspectCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "inspect FILE [DATASET]",
		Short: "Show what a file holds: groups, datasets, types, storage, attributes, mappings",
		Args:  arguments(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := "/"
			if len(args) == 2 {
				path = args[1]
			}
			node, err := inspect(cmd.Context(), args[0], path)
			if err != nil {
				return err
			}
			if asJSON {
				e := json.NewEncoder(cmd.OutOrStdout())
				e.SetIndent("", "  ")
				e.SetEscapeHTML(false)
				return e.Encode(node)
			}
			return node.print(cmd.OutOrStdout(), 0)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// node is one link of a file with what it leads to, as inspect prints it.
type node struct {
	Path       string        `json:"path"`
	Kind       string        `json:"kind"` // group, dataset, type, soft link, external link, user-defined link
	Target     string        `json:"target,omitempty"`
	TargetFile string        `json:"target_file,omitempty"`
	SameAs     string        `json:"same_as,omitempty"` // a path printed earlier that leads to the same object
	Type       string        `json:"type,omitempty"`
	Shape      []uint64      `json:"shape,omitempty"`
	MaxShape   []int64       `json:"max_shape,omitempty"` // -1: unlimited; left out where it is the shape
	Space      string        `json:"space,omitempty"`     // scalar or null
	Storage    string        `json:"storage,omitempty"`
	Chunk      []uint64      `json:"chunk,omitempty"`
	Filters    []string      `json:"filters,omitempty"`
	Fill       string        `json:"fill,omitempty"`
	Mappings   []mappingNode `json:"mappings,omitempty"`
	Attributes []attrNode    `json:"attributes,omitempty"`
	Error      string        `json:"error,omitempty"` // what could not be read
	Children   []*node       `json:"children,omitempty"`
}

type attrNode struct {
	Name  string   `json:"name"`
	Type  string   `json:"type,omitempty"`
	Shape []uint64 `json:"shape,omitempty"`
	Value any      `json:"value,omitempty"`
	Error string   `json:"error,omitempty"`
}

type mappingNode struct {
	Number  int    `json:"number"`
	Virtual string `json:"virtual"`
	File    string `json:"file"`
	Path    string `json:"path"`
	Source  string `json:"source"`
}

// inspect describes the object at path and everything below it.
func inspect(ctx context.Context, name, path string) (*node, error) {
	f, err := vds.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	w := &walker{ctx: ctx, file: f, seen: map[uint64]string{}}
	object, err := f.HDF5().Object(path)
	if err != nil {
		return nil, err
	}
	return w.object(object, path, 0), nil
}

// walker visits objects once each.
type walker struct {
	ctx  context.Context
	file *vds.File
	seen map[uint64]string // object address → path where it was first met
}

func (w *walker) object(object hdf5.Object, path string, depth int) *node {
	n := &node{Path: path}
	switch o := object.(type) {
	case *hdf5.Group:
		n.Kind = "group"
		if w.again(n, object) {
			return n
		}
		n.Attributes = attributes(object)
		w.children(n, o, depth)
	case *hdf5.Dataset:
		n.Kind = "dataset"
		if w.again(n, object) {
			return n
		}
		w.dataset(n, o)
		n.Attributes = attributes(object)
	case *hdf5.NamedType:
		n.Kind = "type"
		if w.again(n, object) {
			return n
		}
		n.Type = o.Datatype().String()
		n.Attributes = attributes(object)
	}
	return n
}

// again reports whether the object was met before, and if so says where.
func (w *walker) again(n *node, object hdf5.Object) bool {
	if first, ok := w.seen[object.Address()]; ok {
		n.SameAs = first
		return true
	}
	w.seen[object.Address()] = n.Path
	return false
}

func (w *walker) children(n *node, g *hdf5.Group, depth int) {
	if depth >= maxInspectDepth {
		n.Error = fmt.Sprintf("groups below are not shown: they are nested deeper than %d", maxInspectDepth)
		return
	}
	for link, err := range g.Links() {
		if err != nil {
			n.Error = oneLine(err)
			return
		}
		if w.ctx.Err() != nil {
			n.Error = w.ctx.Err().Error()
			return
		}
		n.Children = append(n.Children, w.link(g, link, strings.TrimSuffix(n.Path, "/")+"/"+link.Name, depth))
	}
}

func (w *walker) link(g *hdf5.Group, link hdf5.Link, path string, depth int) *node {
	switch link.Kind {
	case hdf5.SoftLink:
		return &node{Path: path, Kind: "soft link", Target: link.Target}
	case hdf5.ExternalLink:
		return &node{Path: path, Kind: "external link", Target: link.Target, TargetFile: link.TargetFile}
	case hdf5.UserLink:
		return &node{Path: path, Kind: "user-defined link", Type: strconv.Itoa(int(link.UserType))}
	}
	object, err := g.File().ObjectAt(link.Address)
	if err != nil {
		return &node{Path: path, Kind: "object", Error: oneLine(err)}
	}
	return w.object(object, path, depth+1)
}

var storageNames = map[hdf5.LayoutClass]string{
	hdf5.Compact: "compact", hdf5.Contiguous: "contiguous", hdf5.Chunked: "chunked", hdf5.Virtual: "virtual",
}

func (w *walker) dataset(n *node, d *hdf5.Dataset) {
	n.Type = d.Datatype().String()
	n.Shape = d.Shape()
	n.Storage = storageNames[d.Layout()]
	n.Chunk = d.ChunkShape()
	switch d.Space() {
	case hdf5.ScalarSpace:
		n.Space = "scalar"
	case hdf5.NullSpace:
		n.Space = "null"
	}
	if limits := d.MaxShape(); !slices.Equal(limits, n.Shape) {
		for _, m := range limits {
			n.MaxShape = append(n.MaxShape, int64(m)) // Unlimited is all ones and becomes -1
		}
	}
	for _, f := range d.Filters() {
		n.Filters = append(n.Filters, f.String())
	}
	if fill := d.Fill(); fill.Value != nil {
		n.Fill = fillText(d, fill.Value)
	}
	if d.Layout() == hdf5.Virtual {
		w.mappings(n)
	}
}

// mappings lists the mappings of a virtual dataset and gives the extent that its sources have now.
func (w *walker) mappings(n *node) {
	d, err := w.file.Dataset(w.ctx, n.Path)
	if err != nil {
		n.Error = oneLine(err)
		return
	}
	n.Shape = n.Shape[:0]
	for _, extent := range d.Shape() {
		n.Shape = append(n.Shape, uint64(extent))
	}
	for m := range d.Mappings() {
		n.Mappings = append(n.Mappings, mappingNode{m.Number, selection(m.Virtual), m.Source.File, m.Source.Path, selection(m.Select)})
	}
}

func selection(s dataspace.Selection) string { return s.String() }

func fillText(d *hdf5.Dataset, stored []byte) string {
	v, err := d.Datatype().Value(stored)
	if err != nil {
		return fmt.Sprintf("0x%x", stored)
	}
	return valueText(v)
}

func attributes(object hdf5.Object) []attrNode {
	var all []attrNode
	for a, err := range object.Attributes() {
		if err != nil {
			return append(all, attrNode{Error: oneLine(err)})
		}
		n := attrNode{Name: a.Name(), Type: a.Datatype().String(), Shape: a.Shape()}
		if v, err := a.Value(); err != nil {
			n.Error = oneLine(err)
		} else {
			n.Value = jsonValue(shortest(a.Datatype(), v))
		}
		all = append(all, n)
	}
	return all
}

// print writes the tree for people: a line an object, attributes and mappings indented below it.
func (n *node) print(w io.Writer, depth int) error {
	indent := strings.Repeat("  ", depth)
	if _, err := fmt.Fprintf(w, "%s%s\n", indent, n.line()); err != nil {
		return err
	}
	for _, a := range n.Attributes {
		if _, err := fmt.Fprintf(w, "%s  @%s\n", indent, a.line()); err != nil {
			return err
		}
	}
	for _, m := range n.Mappings {
		if _, err := fmt.Fprintf(w, "%s  %d: %s <- %s:%s %s\n", indent, m.Number, m.Virtual, m.File, m.Path, m.Source); err != nil {
			return err
		}
	}
	for _, child := range n.Children {
		if err := child.print(w, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (n *node) line() string {
	words := []string{n.Path}
	add := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	switch n.Kind {
	case "dataset":
		add("%s %s", n.Type, shapeText(n))
		if n.Storage != "" {
			add("%s", n.Storage)
		}
		if len(n.Chunk) > 0 {
			add("%s", bracketed(n.Chunk))
		}
		if len(n.Filters) > 0 {
			add("%s", strings.Join(n.Filters, "+"))
		}
		if n.Fill != "" {
			add("fill %s", n.Fill)
		}
		if n.Storage == "virtual" {
			add("%d mappings", len(n.Mappings))
		}
	case "soft link":
		add("-> %s", n.Target)
	case "external link":
		add("-> %s:%s", n.TargetFile, n.Target)
	default:
		add("%s", n.Kind)
		if n.Type != "" {
			add("%s", n.Type)
		}
	}
	if n.SameAs != "" {
		add("(same as %s)", n.SameAs)
	}
	if n.Error != "" {
		add("(error: %s)", n.Error)
	}
	return strings.Join(words, "  ")
}

func shapeText(n *node) string {
	switch {
	case n.Space != "":
		return n.Space
	case n.MaxShape == nil:
		return bracketed(n.Shape)
	}
	limits := make([]string, len(n.MaxShape))
	for i, m := range n.MaxShape {
		limits[i] = strconv.FormatInt(m, 10)
		if m < 0 {
			limits[i] = "unlimited"
		}
	}
	return bracketed(n.Shape) + " of [" + strings.Join(limits, ",") + "]"
}

func bracketed(extents []uint64) string {
	parts := make([]string, len(extents))
	for i, n := range extents {
		parts[i] = strconv.FormatUint(n, 10)
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func (a attrNode) line() string {
	if a.Error != "" {
		return strings.TrimSpace(fmt.Sprintf("%s (error: %s)", a.Name, a.Error))
	}
	return fmt.Sprintf("%s = %s  %s%s", a.Name, valueText(a.Value), a.Type, shapeSuffix(a.Shape))
}

func shapeSuffix(shape []uint64) string {
	if len(shape) == 0 {
		return ""
	}
	return " " + bracketed(shape)
}
