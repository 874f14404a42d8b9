package main

import "github.com/vdsgen/vdsgen/hdf5"

// maxWalked bounds the objects that a search for datasets looks at.
const maxWalked = 1_000_000

// walkDatasets calls f for each dataset of a file, once each, until f returns false. Groups are searched in
// the order of their paths' depth and name; links to other files are not followed.
func walkDatasets(file *hdf5.File, f func(d *hdf5.Dataset) bool) error {
	looked := 0
	for object, err := range file.All() {
		if err != nil {
			return err
		}
		if d, ok := object.(*hdf5.Dataset); ok && !f(d) {
			return nil
		}
		if looked++; looked >= maxWalked {
			return nil
		}
	}
	return nil
}
