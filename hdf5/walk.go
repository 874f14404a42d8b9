package hdf5

import (
	"fmt"
	"iter"
	"strings"
)

// maxWalked bounds the objects that All remembers, some 50 bytes each.
const maxWalked = 100_000_000

// All yields every object that hard links lead to from the root group, which comes first: each once, those of a group before
// those of the groups in it, by name within a group. Soft and external links are not followed. An error is yielded with a nil object at its place, and ends the walk only
// where nothing more can be found.
func (f *File) All() iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		root := f.Root()
		if !yield(root, nil) {
			return
		}
		seen := map[uint64]bool{root.Address(): true}
		for groups := []*Group{root}; len(groups) > 0; groups = groups[1:] {
			for link, err := range groups[0].Links() {
				if err != nil {
					if !yield(nil, err) {
						return
					}
					continue
				}
				if link.Kind != HardLink || seen[link.Address] {
					continue
				}
				if len(seen) >= maxWalked {
					yield(nil, fmt.Errorf("%s: more than %d objects", f.name, maxWalked))
					return
				}
				seen[link.Address] = true
				object, err := f.Object(strings.TrimSuffix(groups[0].Path(), "/") + "/" + link.Name)
				if !yield(object, err) {
					return
				}
				if g, ok := object.(*Group); ok && err == nil {
					groups = append(groups, g)
				}
			}
		}
	}
}
