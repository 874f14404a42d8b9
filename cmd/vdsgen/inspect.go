package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vdsgen/vdsgen/hdf5"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// Limits of what one run looks at, so that it ends soon on any file. What is beyond them is said to be.
const (
	// maxInspectDepth bounds how deep groups are followed; each is visited once, so that only memory asks for it.
	maxInspectDepth = 1000
	// maxInspectChunks is how many chunks are looked at to count the allocated bytes of all datasets: a second or two.
	maxInspectChunks = 4 << 20
	// maxInspectLinks is how many soft and external links are followed to see whether they lead to something, and
	// maxInspectFiles to how many other files: each is opened.
	maxInspectLinks = 10_000
	maxInspectFiles = 100
	// shownMappings is how many mappings of a virtual dataset are listed unless all are asked for.
	shownMappings = 10
)

// inspectOptions are the flags of the command.
type inspectOptions struct {
	json     bool
	brief    bool
	mappings bool // all of them
	order    bool // of creation
}

func inspectCommand() *cobra.Command {
	var o inspectOptions
	cmd := &cobra.Command{
		Use:   "inspect FILE [OBJECT]",
		Short: "Show what a file holds: groups, datasets, types, storage, attributes, links, mappings",
		Long: `Show an object of an HDF5 file, and all below it: types and shapes, storage and filters, attributes with
their values, links and whether they lead to something, mappings of virtual datasets. An object that
several hard links lead to is shown once. Parts that cannot be read are marked at their place; the rest
is shown, and the exit status is 1.`,
		Args: arguments(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := "/"
			if len(args) == 2 {
				path = args[1]
			}
			return inspect(cmd.Context(), cmd.OutOrStdout(), args[0], path, o)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.json, "json", false, "print JSON, as docs/inspect-json.md describes it")
	flags.BoolVar(&o.brief, "brief", false, "one line an object, without attributes, storage and mappings")
	flags.BoolVar(&o.mappings, "mappings", false, fmt.Sprintf("list all mappings of virtual datasets, not %d of each", shownMappings))
	flags.BoolVar(&o.order, "creation-order", false, "list links in the order in which they were created, where the file keeps it")
	return cmd
}

// sink takes what was found, object by object.
type sink interface {
	file(h *fileNode) error
	object(n *node, depth int) error
	end(broken int) error
}

// inspect describes the object at path and everything below it.
func inspect(ctx context.Context, out io.Writer, name, path string, o inspectOptions) error {
	f, err := vds.Open(ctx, name)
	if err != nil {
		return err
	}
	defer f.Close()
	object, err := f.HDF5().Object(path)
	if err != nil {
		return err
	}
	w := &walker{
		ctx: ctx, file: f, options: o, seen: map[uint64]string{}, otherFiles: map[string]bool{},
		links: maxInspectLinks, chunks: maxInspectChunks, room: f.HDF5().Size(),
	}
	if o.json {
		w.sink = newJSONSink(out)
	} else {
		w.sink = newTextSink(out, o.brief)
	}
	if err := w.sink.file(describeFile(name, f.HDF5())); err != nil {
		return err
	}
	err = w.object(object, path, 0)
	if err := errors.Join(err, w.sink.end(w.broken)); err != nil {
		return err
	}
	if w.broken > 0 {
		return fmt.Errorf("%s: %d of its parts cannot be read: they are marked with an error", name, w.broken)
	}
	return nil
}

// walker visits objects once each, and hands them to the sink as they come.
type walker struct {
	ctx     context.Context
	file    *vds.File
	options inspectOptions
	sink    sink

	seen       map[uint64]string // address of an object → path where it was first met
	otherFiles map[string]bool   // that external links were followed to
	links      int               // that may still be followed
	chunks     int               // that may still be counted
	room       int64             // bytes of the file that links may still have: at least one each
	broken     int               // parts that could not be read
}

// object shows an object of the file, and what is below it.
func (w *walker) object(object hdf5.Object, path string, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	n := &node{Path: path, Kind: kindOf(object)}
	address := object.Address()
	n.Address = &address
	if first, ok := w.seen[address]; ok {
		n.SameAs = first
		return w.emit(n, depth)
	}
	w.describe(n, object)
	if n.Kind != "dataset" || n.Links != 1 {
		w.seen[address] = path // a dataset with one link is not met again
	}
	g, ok := object.(*hdf5.Group)
	if !ok {
		return w.emit(n, depth)
	}
	links, err := w.list(n, g, depth)
	if err := errors.Join(err, w.emit(n, depth)); err != nil {
		return err
	}
	for _, link := range links {
		if err := w.link(g, link, strings.TrimSuffix(path, "/")+"/"+link.Name, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) emit(n *node, depth int) error {
	w.broken += n.errors()
	return w.sink.object(n, depth)
}

// list gives the links of a group that are to be shown.
func (w *walker) list(n *node, g *hdf5.Group, depth int) ([]hdf5.Link, error) {
	all := g.Links()
	if w.options.order {
		all = g.LinksCreated()
	}
	var links []hdf5.Link
	for link, err := range all {
		if err != nil {
			n.fail(err)
			return nil, nil
		}
		links = append(links, link)
	}
	count := len(links)
	n.Members = &count
	if w.room -= int64(count); w.room < 0 {
		n.fail(errors.New("its links are not shown: together with those above they are more than a file of this size has"))
		return nil, nil
	}
	if depth >= maxInspectDepth {
		n.fail(fmt.Errorf("its links are not shown: groups are nested deeper than %d", maxInspectDepth))
		return nil, nil
	}
	return slices.Clip(links), w.ctx.Err()
}

// link shows a link, and what a hard link leads to.
func (w *walker) link(g *hdf5.Group, link hdf5.Link, path string, depth int) error {
	n := &node{Path: path, Kind: link.Kind.String(), Target: link.Target, TargetFile: link.TargetFile}
	switch link.Kind {
	case hdf5.HardLink:
		object, err := g.File().ObjectAt(link.Address)
		if err == nil {
			return w.object(object, path, depth)
		}
		address := link.Address
		n.Kind, n.Address = "object", &address
		n.fail(err)
	case hdf5.UserLink:
		kind := int(link.UserType)
		n.UserType, n.UserData = &kind, link.UserData
	default:
		w.follow(n, g, link)
	}
	return w.emit(n, depth)
}

// follow looks whether a soft or external link leads to something.
func (w *walker) follow(n *node, g *hdf5.Group, link hdf5.Link) {
	if w.links == 0 || link.Kind == hdf5.ExternalLink && !w.otherFiles[link.TargetFile] && len(w.otherFiles) >= maxInspectFiles {
		return
	}
	w.links--
	if link.Kind == hdf5.ExternalLink {
		w.otherFiles[link.TargetFile] = true
	}
	object, err := g.Object(link.Name)
	resolves := err == nil
	n.Resolves = &resolves
	if err != nil {
		n.Unresolved = oneLine(innermost(err))
		return
	}
	n.TargetKind = kindOf(object)
}

// innermost is the reason why a path leads nowhere, without the links on the way.
func innermost(err error) error {
	var missing *hdf5.NotFoundError
	for errors.As(err, &missing) && missing.Err != nil {
		err = missing.Err
	}
	if errors.As(err, &missing) {
		return missing
	}
	return err
}

func kindOf(object hdf5.Object) string {
	switch object.(type) {
	case *hdf5.Group:
		return "group"
	case *hdf5.Dataset:
		return "dataset"
	}
	return "type"
}
