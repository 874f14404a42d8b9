// Package several has three layouts, one of them a Go struct.
package several

import vds "github.com/vdsgen/vdsgen/runtime"

// Third is a layout of a struct type that both other layouts generate.
//
//vds:layout file="third_{run:04}.h5"
//vds:param run int
//vds:var len 1..2
//vds:source s file="{run}_{len}.h5" path=/data type=bool shape=[3]
type Third struct {
	Flags vds.Dataset[bool] `vds:"/flags" from:"s" axes:"flag=concat(len)"`
}
