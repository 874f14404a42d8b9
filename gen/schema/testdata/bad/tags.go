package bad

import vds "github.com/vdsgen/vdsgen/runtime"

// Event is a compound that cannot be stored.
type Event struct {
	X    float32
	time uint64         // want VDS045 "field time of Event"
	N    int            // want VDS044 "unknown type int"
	M    map[string]int // want VDS044 "unknown type map[string]int"
}

// Tags has faulty fields.
//
//vds:layout
//vds:param frames int
//vds:var n 0..3
//vds:source part file="part_{n}.h5" path=/data type=uint16 shape=[frames,4]
//vds:source events file="events_{n}.h5" path=/data type=Event shape=[frames]
type Tags struct {
	A                   vds.Dataset[uint16]   `vds:"/a" from:"part" axis:"n=stack(n) frame=same x=same"` // want VDS011 "unknown tag axis (did you mean axes?)"
	B                   vds.Dataset[uint16]   `from:"part" axes:"n=stack(n) frame=same x=same"`          // want VDS004 "no vds tag"
	C                   []uint16              `vds:"/c" from:"part" axes:"n=stack(n) frame=same x=same"` // want VDS012 "not []uint16"
	D                   vds.Dataset[[4]uint8] `vds:"/d" from:"part" axes:"n=stack(n) frame=same x=same"` // want VDS044 "[4]uint8 cannot be the element type"
	E                   vds.Dataset[float32]  `vds:"/e" from:"part" axes:"n=stack(n) frame=same x=same"` // want VDS069 "is float32"
	F                   vds.Dataset[uint16]   `vds:"/f" from:"part" axes:"n=stack(m) frame=same x=same"` // want VDS031 "m is not a variable"
	G                   vds.Dataset[uint16]   `vds:"/g" from:"part" axes:"n=stack(n frame=same x=same"`  // want VDS011 "not closed"
	H                   vds.Dataset[uint16]   `vds:"/h" from:"part" axes:"n=stack(n,x,y) frame=same x"`  // want VDS011 "takes one name" VDS011 "x is not key=value"
	I                   vds.Dataset[uint16]   `vds: "/i"`                                                // want VDS011 "malformed struct tag"
	J                   vds.Dataset[Event]    `vds:"/j" from:"events" axes:"event=concat(n)"`
	K                   vds.Dataset[Evnt]     `vds:"/k" from:"events" axes:"event=concat(n)"` // want VDS044 "unknown type Evnt (did you mean Event?)"
	vds.Dataset[uint16]                       // want VDS012 "embedded"
}
