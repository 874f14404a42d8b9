package hdf5

import "github.com/vdsgen/vdsgen/hdf5/dataspace"

// VirtualLayout is the list of mappings of a virtual dataset. It is immutable.
type VirtualLayout struct{}

// Len is the number of mappings.
func (v *VirtualLayout) Len() int { return 0 }

// File is the file name of mapping i as stored.
func (v *VirtualLayout) File(i int) string { return "" }

// Path is the path of the source dataset of mapping i as stored.
func (v *VirtualLayout) Path(i int) string { return "" }

// Source is the selection in the source dataset of mapping i.
func (v *VirtualLayout) Source(i int) dataspace.Selection { return dataspace.Selection{} }

// Virtual is the selection in the virtual dataset of mapping i.
func (v *VirtualLayout) Virtual(i int) dataspace.Selection { return dataspace.Selection{} }
