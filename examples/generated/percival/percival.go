// Package percival puts the frames of a Percival detector, which four writers took in turn, into one time series,
// as h5py's example percival_use_case does.
package percival

import vds "github.com/vdsgen/vdsgen/runtime"

//go:generate go tool vdsgen

// Percival is the full time series: writer 1 has frames 0, 4, 8, …, writer 2 has frames 1, 5, 9, …
//
//vds:layout file=full_time_series.h5
//vds:param frames int default=799 doc="images of all writers together"
//vds:param rows int default=2000 doc="pixels along y"
//vds:param cols int default=2000 doc="pixels along x"
//vds:var writer 1..4
//vds:source raw file="raw_file_{writer}.h5" path=/data type=uint16 shape=[ceildiv(frames-writer+1,4),rows,cols]
type Percival struct {
	// Data is every frame in the order in which it was taken.
	Data vds.Dataset[uint16] `vds:"/data" from:"raw" fill:"1" axes:"frame=interleave(writer) y=same x=same"`
}
