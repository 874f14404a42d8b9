package runtime

import "github.com/vdsgen/vdsgen/hdf5/dataspace"

// hyperslab is the selection of resolved axes as HDF5 stores it.
func hyperslab(axes []axis) (dataspace.Selection, error) { return dataspace.Selection{}, errNotYet }

// selectionCount is the number of elements that axes select, unknownExtent where one is unlimited.
func selectionCount(axes []axis) uint64 { return 0 }

// checkedCount is the number of elements of a selection that must lie inside extent.
func checkedCount(s dataspace.Selection, extent []uint64) (uint64, error) { return 0, errNotYet }
