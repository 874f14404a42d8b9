// Package datasetconcatenation puts the datasets of a number of files behind one another along a new axis, as
// h5py's example dataset_concatenation does.
package datasetconcatenation

import vds "github.com/vdsgen/vdsgen/runtime"

//go:generate go tool vdsgen

// Concatenation is one array of all files, the file as its first axis, converted from int32 to float64.
//
//vds:layout file=VDS.h5
//vds:param files int default=5 doc="number of files"
//vds:var file 0..files-1
//vds:source file file="myfile_{file}" path=/data type=int32 shape=[5,10,20]
type Concatenation struct {
	// Data is what the files hold.
	Data vds.Dataset[float64] `vds:"/data" from:"file" convert:"true" fill:"0" axes:"file=stack(file) z=same y=same x=same"`
}
