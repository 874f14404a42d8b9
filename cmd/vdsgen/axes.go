package main

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vdsgen/vdsgen/hdf5"
)

// maxAxisName bounds the name of an axis in a picture, in letters. Names come from files and may be anything.
const maxAxisName = 30

// axisNames is what a picture calls the axes of a dataset: as its file does, cut to the room that there is, and else "axis 0" and so on.
func axisNames(d *hdf5.Dataset) []string {
	names := storedAxisNames(d)
	for i := range names {
		if names[i] = shownName(names[i]); names[i] == "" {
			names[i] = fmt.Sprintf("axis %d", i)
		}
	}
	return names
}

// storedAxisNames is what the file of a dataset calls its axes: by a label (H5DSset_label, h5py's dims[i].label), else by the name of a dimension
// scale, else by the attribute axes that NeXus puts on the group of the dataset or on the dataset. An axis without any of these is "".
// Names that cannot be read are left out: pictures and layouts are right without them.
func storedAxisNames(d *hdf5.Dataset) []string {
	names := make([]string, d.Rank())
	for _, found := range [][]string{textAttribute(d, "DIMENSION_LABELS"), scaleNames(d), nexusNames(d)} {
		if len(found) != len(names) {
			continue
		}
		for i, name := range found {
			if shownName(names[i]) == "" {
				names[i] = name
			}
		}
	}
	return names
}

// scaleNames are the names of the first dimension scale of each axis.
func scaleNames(d *hdf5.Dataset) []string {
	a, err := d.Attribute("DIMENSION_LIST")
	if err != nil {
		return nil
	}
	axes, err := hdf5.ReadAttribute[[]hdf5.ObjectRef](a)
	if err != nil {
		return nil
	}
	names := make([]string, len(axes))
	for i, scales := range axes {
		if len(scales) == 0 {
			continue
		}
		scale, err := d.File().ObjectAt(uint64(scales[0]))
		if err != nil {
			continue
		}
		if name := textAttribute(scale, "NAME"); len(name) == 1 {
			names[i] = path.Base(name[0])
		}
	}
	return names
}

// nexusNames are what NeXus calls the axes of a dataset: the attribute axes of its group, where the dataset is the signal of it, or the older
// one of the dataset itself. An axis that NeXus has no name for is ".".
func nexusNames(d *hdf5.Dataset) []string {
	names := textAttribute(d, "axes")
	if group, err := d.File().Group(path.Dir(d.Path())); err == nil {
		if signal := textAttribute(group, "signal"); len(signal) == 1 && signal[0] == path.Base(d.Path()) {
			names = textAttribute(group, "axes")
		}
	}
	if len(names) == 1 {
		names = strings.FieldsFunc(names[0], func(r rune) bool { return r == ':' || r == ',' }) // the form of early NeXus files
	}
	for i, name := range names {
		if name == "." {
			names[i] = ""
		}
	}
	return names
}

// textAttribute is an attribute of texts, nil where it is not there or holds something else.
func textAttribute(o hdf5.Object, name string) []string {
	a, err := o.Attribute(name)
	if err != nil {
		return nil
	}
	texts, err := hdf5.ReadAttribute[string](a)
	if err != nil {
		return nil
	}
	return texts
}

// shownName is a name of a file as a picture has room for it.
func shownName(name string) string {
	name = strings.Join(strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if utf8.RuneCountInString(name) <= maxAxisName {
		return name
	}
	return string([]rune(name)[:maxAxisName-1]) + "…"
}
