package bad

import vds "github.com/vdsgen/vdsgen/runtime"

// Any is for all element types.
//
//vds:layout
//vds:var n 0..2
//vds:source part file="{n}.h5" path=/data type=uint16 shape=[10,20]
type Any[T uint8 | uint16] struct { // want VDS044 "layout Any has type parameters"
	Data vds.Dataset[T] `vds:"/data" from:"part" axes:"n=concat(n) x=same"`
}
