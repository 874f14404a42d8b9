package main

import (
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// maxWalked bounds the objects that a search for datasets looks at.
const maxWalked = 1_000_000

// walkDatasets calls f for each dataset of a file, once each, until f returns false. Groups are searched in
// the order of their paths' depth and name; links to other files are not followed.
func walkDatasets(file *hdf5.File, f func(d *hdf5.Dataset) bool) error {
	seen := map[uint64]bool{file.Root().Address(): true}
	groups := []*hdf5.Group{file.Root()}
	for len(groups) > 0 {
		g := groups[0]
		groups = groups[1:]
		for link, err := range g.Links() {
			if err != nil {
				return err
			}
			if link.Kind != hdf5.HardLink || seen[link.Address] || len(seen) >= maxWalked {
				continue
			}
			seen[link.Address] = true
			object, err := file.Object(strings.TrimSuffix(g.Path(), "/") + "/" + link.Name)
			if err != nil {
				return err
			}
			switch o := object.(type) {
			case *hdf5.Group:
				groups = append(groups, o)
			case *hdf5.Dataset:
				if !f(o) {
					return nil
				}
			}
		}
	}
	return nil
}

// virtualDatasets lists the paths of the virtual datasets of a file, sorted.
func virtualDatasets(f *vds.File) ([]string, error) {
	var paths []string
	err := walkDatasets(f.HDF5(), func(d *hdf5.Dataset) bool {
		if d.Layout() == hdf5.Virtual {
			paths = append(paths, d.Path())
		}
		return true
	})
	slices.Sort(paths)
	return paths, err
}
