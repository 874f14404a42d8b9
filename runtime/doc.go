// Package runtime builds and reads HDF5 virtual datasets. It is imported as vds:
//
//	import vds "github.com/vdsgen/vdsgen/runtime"
package runtime
