package bad

import vds "github.com/vdsgen/vdsgen/runtime"

const pixels = 4

const ratio = 1.5

var count = 3

// Demo has faulty directives.
//
//vds:layout fil="x.h5" // want VDS002 "unknown key fil of //vds:layout (did you mean file?)"
//vds:parm frames int // want VDS009 "unknown directive //vds:parm (did you mean param?)"
//vds:param frames int default=many // want VDS041 "not an integer"
//vds:param gap // want VDS009 "no type"
//vds:param default=3 // want VDS009 "has no type"
//vds:var n 0..3
//vds:source part file="part_{n}.h5" path=/data type=uint16 shape=[frames,pixels*2] chnk=[1,4] // want VDS002 "unknown key chnk of source part (did you mean chunk?)"
//vds:source real file="real_{n}.h5" path=/data type=uint16 shape=[ratio,count,pixel] // want VDS032 "ratio is 1.5" VDS032 "count is a Go variable" VDS031 "pixel is not declared"
//vds:source open file="open_{n}.h5 path=/data // want VDS009 "a quote that is not closed"
//vds:tree /entry NX_class // want VDS009 "NX_class is not key=value"
//vds:tree /entry/count value=300 type=uint8 // want VDS081 "uint8 cannot hold 300"
type Demo struct {
	Data vds.Dataset[uint16] `vds:"/data" from:"part" axes:"n=stack(n) frame=same x=same"`
	Real vds.Dataset[uint16] `vds:"/real" from:"real" axes:"n=stack(n) a=same b=same c=same"`
}

//vds:param lost int // want VDS010 "belongs to no layout"

// Fine is not a layout.
type Fine struct{ N int }

// NoLayout forgets the first directive.
//
//vds:var n 0..3 // want VDS009 "no //vds:layout"
//vds:source part file="part_{n}.h5" path=/data type=uint16 shape=[4]
type NoLayout struct {
	Data vds.Dataset[uint16] `vds:"/data" from:"part" axes:"n=stack(n) x=same"`
}
