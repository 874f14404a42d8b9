// Package constants has a layout whose geometry is in Go constants.
package constants

import (
	"math"

	vds "github.com/vdsgen/vdsgen/runtime"
)

// Rows is the height of a tile in pixels.
const Rows = 16

// Tiled is two tiles above one another.
//
//vds:layout
//vds:param frames int
//vds:var tile 0..1
//vds:source tile file="{tile}.h5" path=/data type=int16 shape=[frames,Rows,math.MaxInt8]
type Tiled struct {
	// Image is what the tiles saw.
	Image vds.Dataset[int16] `vds:"/image" from:"tile" fill:"-1" axes:"frame=same y=tile(tile,gap=Rows/4) x=same"`
}

// UseGenerated is code of the package that needs the generated code.
func UseGenerated(p TiledParams) int { return p.Frames * Rows * math.MaxInt8 }
