// Package dualpcoedge puts the frames of two PCO Edge cameras above one another, as h5py's example dual_pco_edge
// means to.
package dualpcoedge

import vds "github.com/vdsgen/vdsgen/runtime"

//go:generate go tool vdsgen

// DualPCOEdge is the frame stack of two cameras, the second below the first with a gap of ten rows.
//
//vds:layout file=outfile.h5
//vds:param frames int default=100 doc="images that each camera took"
//vds:param rows int default=2160 doc="pixels of a camera along y"
//vds:param cols int default=2560 doc="pixels of a camera along x"
//vds:var camera 1..2
//vds:source camera file="raw_file_{camera}.h5" path=/data type=uint16 shape=[frames,rows,cols]
type DualPCOEdge struct {
	// Data is the combined frame stack. Pixels of the gap are 1.
	Data vds.Dataset[uint16] `vds:"/data" from:"camera" fill:"1" axes:"frame=same y=tile(camera,gap=10) x=same"`
}
