package schema

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

// construct is one layout in both forms. The Go form leaves out package and import.
type construct struct {
	name, yaml, golang string
	args               []string // values at which both are lowered and compared
}

const goHeader = `package demo

import vds "github.com/vdsgen/vdsgen/runtime"

`

var constructs = []construct{
	{name: "excalibur with its tree", args: []string{"prefix=a", "frames=3"}, yaml: `
vdsgen: 1
layout: Excalibur3M
package: demo
doc: One frame stack of the six-stripe Excalibur detector.
file: "{prefix}_vds.h5"
params:
  prefix: string
  frames: int
  gap: {type: int, default: 10, doc: rows between stripes}
vars:
  stripe: 1..6
sources:
  stripe:
    file: "{prefix}_{stripe}.h5"
    path: /data
    type: uint16
    shape: [frames, 256, 2048]
    chunk: [1, 256, 2048]
    filters: [bitshuffle-lz4]
datasets:
  /entry/data/data:
    name: Data
    from: stripe
    fill: max
    axes:
      frame: same
      y: {tile: stripe, gap: gap}
      x: same
    attrs: {units: counts}
tree:
  /entry: {attrs: {NX_class: NXentry}}
  /entry/data: {attrs: {NX_class: NXdata, signal: data, axes: [frame_number, ".", "."]}}
  /entry/data/frame_number: {values: "1..frames", type: int64}
  /entry/instrument/beam/energy: {value: 12.4, type: float64, attrs: {units: keV}}
  /entry/raw_1: {external: {file: "{prefix}_1.h5", path: /data}}
  /entry/latest: {soft: /entry/data/data}
`, golang: `
// Excalibur3M is one frame stack of the six-stripe Excalibur detector.
//
//vds:layout file="{prefix}_vds.h5"
//vds:param prefix string
//vds:param frames int
//vds:param gap int default=10 doc="rows between stripes"
//vds:var stripe 1..6
//vds:source stripe file="{prefix}_{stripe}.h5" path=/data type=uint16 shape=[frames,256,2048] chunk=[1,256,2048] filters=[bitshuffle-lz4]
//vds:tree /entry NX_class=NXentry
//vds:tree /entry/data NX_class=NXdata signal=data axes=[frame_number,.,.]
//vds:tree /entry/data/frame_number values=1..frames type=int64
//vds:tree /entry/instrument/beam/energy value=12.4 type=float64 units=keV
//vds:tree /entry/raw_1 external="{prefix}_1.h5" path=/data
//vds:tree /entry/latest soft=/entry/data/data
type Excalibur3M struct {
	// Data is the assembled frame stack, in counts.
	Data vds.Dataset[uint16] ~vds:"/entry/data/data" from:"stripe" fill:"max" axes:"frame=same y=tile(stripe,gap=gap) x=same" attrs:"units=counts"~
}`},
	{name: "composition, blocks and text defaults", args: []string{"frames=4500"}, yaml: `
vdsgen: 1
layout: Odin
params: {prefix: {type: string, default: run}, frames: int, writers: {type: int, default: 2}}
vars: {k: "0..ceildiv(frames, 1000*writers)-1", w: 0..writers-1}
sources:
  part:
    file: "{prefix}_{k*writers+w+1:06}.h5"
    path: data
    type: uint32
    shape: ["max(0, min(1000, frames - 1000*(k*writers + w)))", 4, 5]
    chunk: [1, 4, 5]
    filters: [shuffle, deflate(4)]
datasets:
  /data: {from: part, axes: {frame: [{concat: k}, {interleave: w, block: 1000}], y: same, x: same}}
`, golang: `
//vds:layout
//vds:param prefix string default=run
//vds:param frames int
//vds:param writers int default=2
//vds:var k 0..ceildiv(frames, 1000*writers)-1
//vds:var w 0..writers-1
//vds:source part file="{prefix}_{k*writers+w+1:06}.h5" path=data type=uint32 shape=[max(0, min(1000, frames-1000*(k*writers+w))), 4, 5] chunk=[1,4,5] filters=[shuffle,deflate(4)]
type Odin struct {
	Data vds.Dataset[uint32] ~vds:"/data" from:"part" axes:"frame=[concat(k),interleave(w,block=1000)] y=same x=same"~
}`},
	{name: "select, gaps, window and extent", args: nil, yaml: `
vdsgen: 1
layout: Chips
vars: {row: 0..1, col: 0..7}
sources:
  frame: {file: full.h5, path: /data, type: uint16, shape: [5, 512, 2048], select: [":", "256*row : 256*(row+1)", "256*col : 256*(col+1)"]}
datasets:
  /data: {from: frame, fill: 7, axes: {frame: same, y: {tile: row, gap: 3}, x: {tile: col, gaps: [3, 5], extent: 3000}}}
  /part: {from: frame, axes: {frame: same, y: {tile: row}, x: {concat: col}}, window: {frame: "1:4:2", x: "100:"}}
`, golang: `
//vds:layout
//vds:var row 0..1
//vds:var col 0..7
//vds:source frame file=full.h5 path=/data type=uint16 shape=[5,512,2048] select=[":","256*row : 256*(row+1)",256*col:256*(col+1)]
type Chips struct {
	Data vds.Dataset[uint16] ~vds:"/data" from:"frame" fill:"7" axes:"frame=same y=tile(row,gap=3) x=tile(col,gaps=[3,5],extent=3000)"~
	Part vds.Dataset[uint16] ~vds:"/part" from:"frame" axes:"frame=same y=tile(row) x=concat(col)" window:"frame=1:4:2 x=100:"~
}`},
	{name: "lists over a variable, origins, convert, optional", args: []string{"counts=10,7,9", "h=8"}, yaml: `
vdsgen: 1
layout: Ragged
params: {counts: {type: "[]int", over: file}, h: int}
vars: {file: [3, 1, 2], port: 0..1}
sources:
  scan: {file: "scan_{file}_{port}.h5", path: /d, type: int32, shape: ["counts[file]", h], optional: true}
datasets:
  /data: {from: scan, type: float64, convert: true, fill: -1, axes: {frame: {concat: file}, y: {tile: port, at: [h + 2, 0]}}}
`, golang: `
//vds:layout
//vds:param counts []int over=file
//vds:param h int
//vds:var file [3, 1, 2]
//vds:var port 0..1
//vds:source scan file="scan_{file}_{port}.h5" path=/d type=int32 shape=[counts[file], h] optional
type Ragged struct {
	Data vds.Dataset[float64] ~vds:"/data" from:"scan" convert:"true" fill:"-1" axes:"frame=concat(file) y=tile(port,at=[h+2,0])"~
}`},
	{name: "each, mask and scales", args: []string{"seqs=2"}, yaml: `
vdsgen: 1
layout: Agipd
params: {seqs: int}
vars: {m: 0..15, s: 0..seqs-1}
sources:
  image: {file: "CORR-AGIPD{m:02}-S{s:05}.h5", path: "/INSTRUMENT/{m}CH0:xtdf/image/{field}", shape: [20, 512, 128], optional: true}
  trains: {file: "CORR-AGIPD{m:02}-S{s:05}.h5", path: /INDEX/pulse, type: uint64, shape: [20]}
datasets:
  /entry_1/detector_1/{field}:
    from: image
    each:
      data: {type: float32, fill: nan}
      gain: {type: uint8, fill: 0}
      mask: {type: uint32, fill: max}
    axes: {pulse: {concat: s}, module: {stack: m}, y: same, x: same}
    scales: {module: /entry_1/module}
    attrs: {experiment: "2"}
  /entry_1/pulse: {from: trains, axes: {pulse: {concat: s}, module: {stack: m}}}
  /entry_1/pixel_mask: {name: PixelMask, mask: Data}
tree:
  /entry_1/module: {values: 0..15, type: uint16}
`, golang: `
//vds:layout
//vds:param seqs int
//vds:var m 0..15
//vds:var s 0..seqs-1
//vds:source image file="CORR-AGIPD{m:02}-S{s:05}.h5" path="/INSTRUMENT/{m}CH0:xtdf/image/{field}" shape=[20,512,128] optional=true
//vds:source trains file="CORR-AGIPD{m:02}-S{s:05}.h5" path=/INDEX/pulse type=uint64 shape=[20]
//vds:tree /entry_1/module values=0..15 type=uint16
type Agipd struct {
	Fields struct {
		Data vds.Dataset[float32] ~vds:"data" fill:"nan"~
		Gain vds.Dataset[uint8]   ~vds:"gain" fill:"0"~
		Mask vds.Dataset[uint32]  ~vds:"mask" fill:"max"~
	} ~vds:"/entry_1/detector_1/{field}" from:"image" axes:"pulse=concat(s) module=stack(m) y=same x=same" scales:"module=/entry_1/module" attrs:"experiment='2'"~
	Pulse     vds.Dataset[uint64] ~vds:"/entry_1/pulse" from:"trains" axes:"pulse=concat(s) module=stack(m)"~
	PixelMask vds.Dataset[uint32] ~vds:"/entry_1/pixel_mask" mask:"Data"~
}`},
	{name: "growing axes", args: []string{"writers=3"}, yaml: `
vdsgen: 1
layout: Live
params: {writers: int}
vars: {w: 0..writers-1, file: 0..}
sources:
  part: {file: "part_{w}.h5", path: /data, type: uint16, shape: [unlimited, 4], chunk: [1, 4]}
  series: {file: "series_{file}.h5", path: /data, type: uint16, shape: [10, 4]}
datasets:
  /data: {from: part, axes: {frame: {interleave: w, block: 2}, x: same}}
  /rows: {from: part, axes: {w: {stack: w}, frame: same, x: same}}
  /series: {from: series, axes: {frame: {concat: file}, x: same}}
`, golang: `
//vds:layout
//vds:param writers int
//vds:var w 0..writers-1
//vds:var file 0..
//vds:source part file="part_{w}.h5" path=/data type=uint16 shape=[unlimited,4] chunk=[1,4]
//vds:source series file="series_{file}.h5" path=/data type=uint16 shape=[10,4]
type Live struct {
	Data   vds.Dataset[uint16] ~vds:"/data" from:"part" axes:"frame=interleave(w,block=2) x=same"~
	Rows   vds.Dataset[uint16] ~vds:"/rows" from:"part" axes:"w=stack(w) frame=same x=same"~
	Series vds.Dataset[uint16] ~vds:"/series" from:"series" axes:"frame=concat(file) x=same"~
}`},
	{name: "split, snake and merge", args: nil, yaml: `
vdsgen: 1
layout: Scan
vars: {f: 0..1}
sources:
  line: {file: "line_{f}.h5", path: /data, type: float32, shape: [6, 3]}
  burst: {file: burst.h5, path: /data, type: float32, shape: [4, 5, 3]}
datasets:
  /grid: {from: line, axes: {"row, col": [{concat: f}, {split: [3, 4]}], x: same}}
  /snake: {from: line, axes: {"row, col": [{concat: f}, {split: [3, 4], snake: true}], x: same}}
  /frames: {from: burst, axes: {frame: {merge: 2}, x: same}}
`, golang: `
//vds:layout
//vds:var f 0..1
//vds:source line file="line_{f}.h5" path=/data type=float32 shape=[6,3]
//vds:source burst file=burst.h5 path=/data type=float32 shape=[4,5,3]
type Scan struct {
	Grid   vds.Dataset[float32] ~vds:"/grid" from:"line" axes:"row,col=[concat(f),split(3,4)] x=same"~
	Snake  vds.Dataset[float32] ~vds:"/snake" from:"line" axes:"row,col=[concat(f),split([3,4],snake)] x=same"~
	Frames vds.Dataset[float32] ~vds:"/frames" from:"burst" axes:"frame=merge(2) x=same"~
}`},
	{name: "element types and compounds", args: []string{"n=5"}, yaml: `
vdsgen: 1
layout: Events
params: {n: int}
vars: {f: 0..1}
types:
  Point: {x: float32, y: float32}
  Hit: {at: Point, t: uint64, id: "[4]uint8", tag: string}
sources:
  hit: {file: "hit_{f}.h5", path: /hit, type: Hit, shape: [n]}
  flag: {file: "hit_{f}.h5", path: /flag, type: bool, shape: [n]}
  note: {file: "hit_{f}.h5", path: /note, type: string, shape: [n]}
  wave: {file: "hit_{f}.h5", path: /wave, type: complex64, shape: [n]}
datasets:
  /hit: {from: hit, axes: {event: {concat: f}}}
  /flag: {from: flag, fill: true, axes: {event: {concat: f}}}
  /note: {from: note, fill: "", axes: {event: {concat: f}}}
  /wave: {from: wave, fill: nan, axes: {event: {concat: f}}}
`, golang: `
type Point struct {
	X float32 ~hdf5:"x"~
	Y float32 ~hdf5:"y"~
}

type Hit struct {
	At  Point   ~hdf5:"at"~
	T   uint64  ~hdf5:"t"~
	ID  [4]byte ~hdf5:"id"~
	Tag string  ~hdf5:"tag"~
}

//vds:layout
//vds:param n int
//vds:var f 0..1
//vds:source hit file="hit_{f}.h5" path=/hit type=Hit shape=[n]
//vds:source flag file="hit_{f}.h5" path=/flag type=bool shape=[n]
//vds:source note file="hit_{f}.h5" path=/note type=string shape=[n]
//vds:source wave file="hit_{f}.h5" path=/wave type=complex64 shape=[n]
type Events struct {
	Hit  vds.Dataset[Hit]       ~vds:"/hit" from:"hit" axes:"event=concat(f)"~
	Flag vds.Dataset[bool]      ~vds:"/flag" from:"flag" fill:"true" axes:"event=concat(f)"~
	Note vds.Dataset[string]    ~vds:"/note" from:"note" fill:"''" axes:"event=concat(f)"~
	Wave vds.Dataset[complex64] ~vds:"/wave" from:"wave" fill:"nan" axes:"event=concat(f)"~
}`},
	{name: "values of every kind in the tree", args: []string{"n=3"}, yaml: `
vdsgen: 1
layout: Tree
params: {n: int}
vars: {f: 1..3}
sources:
  part: {file: "part_{f}.h5", path: /data, type: uint8, shape: [n]}
datasets:
  /data: {from: part, axes: {frame: {concat: f}}}
tree:
  /: {attrs: {default: entry, creator: "a b"}}
  /entry:
  /entry/name: {value: detector one}
  /entry/number: {value: "007"}
  /entry/count: {value: "3*n", type: uint32}
  /entry/live: {value: true}
  /entry/list: {values: [1.5, 2, 3]}
  /entry/names: {values: [a, "1", c d]}
  /entry/scale: {attrs: {gain: {type: float32, value: 1.5}, sizes: {type: uint8, value: [1, 2]}, n: {type: int32, value: "n+1"}, value: 4}}
  "/entry/data_{f:06}": {external: {file: "part_{f}.h5", path: /data}}
  "/entry/no_{f}": {value: "10*f", type: int16, attrs: {units: "%"}}
  /data: {attrs: {long_name: all}}
`, golang: `
//vds:layout
//vds:param n int
//vds:var f 1..3
//vds:source part file="part_{f}.h5" path=/data type=uint8 shape=[n]
//vds:tree / default=entry creator="a b"
//vds:tree /entry
//vds:tree /entry/name value="detector one"
//vds:tree /entry/number value="007"
//vds:tree /entry/count value=3*n type=uint32
//vds:tree /entry/live value=true
//vds:tree /entry/list values=[1.5, 2, 3]
//vds:tree /entry/names values=[a, "1", 'c d']
//vds:tree /entry/scale gain=float32(1.5) sizes=uint8([1,2]) n=int32(n+1) @value=4
//vds:tree /entry/data_{f:06} external="part_{f}.h5" path=/data
//vds:tree /entry/no_{f} value=10*f type=int16 units=%
//vds:tree /data long_name=all
type Tree struct {
	Data vds.Dataset[uint8] ~vds:"/data" from:"part" axes:"frame=concat(f)"~
}`},
	{name: "constants and probed shapes", args: nil, yaml: `
vdsgen: 1
layout: Probed
vars: {n: 1..2}
sources:
  part: {file: "p%{n}.h5", path: /data, type: int64, shape: [probe, 4]}
datasets:
  /data: {from: part, axes: {frame: {concat: n}, x: same}}
`, golang: `
//vds:layout
//vds:var n 1..2
//vds:source part file="p%{n}.h5" path=/data type=int64 shape=[probe,4]
type Probed struct {
	Data vds.Dataset[int64] ~vds:"/data" from:"part" axes:"frame=concat(n) x=same"~
}`},
	{name: "escapes, filters and fills", args: []string{"n=4"}, yaml: `
vdsgen: 1
layout: Odd
file: "100%{{{n}}}.h5"
params: {n: int}
vars: {k: 0..1}
sources:
  part: {file: "50%_{{{k:03}}}.h5", path: /data, type: complex128, shape: [n, 2], chunk: [1, 2], filters: [zstd(3), fletcher32]}
  own: {file: ".", path: "/raw_{k}", type: float32, shape: [n], chunk: [n], filters: [lz4]}
  count: {file: "c{k}.h5", path: /c, type: int16, shape: [n]}
datasets:
  /wave: {from: part, axes: {k: {stack: k}, frame: same, x: same}}
  /own: {from: own, fill: -inf, axes: {frame: {concat: k}}, attrs: {bound: {type: int32, value: "2*n - 1"}, list: [1.5, 2.5]}}
  /count: {from: count, fill: min, type: float64, convert: true, axes: {frame: {interleave: k, block: "ceildiv(n, 2)"}}}
`, golang: `
//vds:layout file="100%{{{n}}}.h5"
//vds:param n int
//vds:var k 0..1
//vds:source part file="50%_{{{k:03}}}.h5" path=/data type=complex128 shape=[n,2] chunk=[1,2] filters=[zstd(3),fletcher32]
//vds:source own file="." path="/raw_{k}" type=float32 shape=[n] chunk=[n] filters=[lz4]
//vds:source count file="c{k}.h5" path=/c type=int16 shape=[n]
type Odd struct {
	Wave  vds.Dataset[complex128] ~vds:"/wave" from:"part" axes:"k=stack(k) frame=same x=same"~
	Own   vds.Dataset[float32]    ~vds:"/own" from:"own" fill:"-inf" axes:"frame=concat(k)" attrs:"bound=int32(2*n - 1) list=[1.5,2.5]"~
	Count vds.Dataset[float64]    ~vds:"/count" from:"count" fill:"min" convert:"true" axes:"frame=interleave(k,block=ceildiv(n,2))"~
}`},
	{name: "NXmx around tiles", args: []string{"frames=3"}, yaml: `
vdsgen: 1
layout: Tiles
params: {frames: int, gap: {type: int, default: 3}}
vars: {row: 0..1, col: [4, 2]}
sources:
  tile: {file: "t_{row}_{col}.h5", path: /data, type: uint16, shape: [frames, 5, 7]}
datasets:
  /entry/data/frames:
    from: tile
    preset: nxmx
    axes: {frame: same, y: {tile: row, gap: gap}, x: {tile: col, at: [9, 0]}}
tree:
  /entry/data: {attrs: {axes: [".", vertical, horizontal]}}
  /entry/instrument: {attrs: {name: TEST}}
`, golang: `
//vds:layout
//vds:param frames int
//vds:param gap int default=3
//vds:var row 0..1
//vds:var col [4,2]
//vds:source tile file="t_{row}_{col}.h5" path=/data type=uint16 shape=[frames,5,7]
//vds:tree /entry/data axes=[".",vertical,horizontal]
//vds:tree /entry/instrument name=TEST
type Tiles struct {
	Frames vds.Dataset[uint16] ~vds:"/entry/data/frames" from:"tile" preset:"nxmx" axes:"frame=same y=tile(row,gap=gap) x=tile(col,at=[9,0])"~
}`},
	{name: "NXmx with settings around modules in lists, whose number is a parameter", args: []string{"frames=3", "modules=3"}, yaml: `
vdsgen: 1
layout: Panel
params: {frames: int, modules: int, gap: {type: int, default: 3}}
vars: {m: 1..modules, chip: 0..1, row: 0..1}
sources:
  tile: {file: "t_{m}_{chip}_{row}.h5", path: /data, type: uint16, shape: [frames, 5, 7]}
datasets:
  /entry/frames/data:
    from: tile
    preset: {nxmx: {detector: panel, data: frames, instrument: I04, description: "a panel, of chips", pixel_size: [75e-6, 1.0e-4], fast: [-1, 0, 0], slow: [0, -1, 0],
      sensor_material: Si, sensor_thickness: 320e-6, saturation_value: 65534, distance: 0.25, beam_center: [10, 2.5], mask: false}}
    axes: {frame: same, y: {tile: row, gap: gap}, x: [{tile: chip, gap: 2}, {tile: m, gaps: [1, gap]}]}
    window: {frame: "1:", y: ":"}
`, golang: `
//vds:layout
//vds:param frames int
//vds:param modules int
//vds:param gap int default=3
//vds:var m 1..modules
//vds:var chip 0..1
//vds:var row 0..1
//vds:source tile file="t_{m}_{chip}_{row}.h5" path=/data type=uint16 shape=[frames,5,7]
type Panel struct {
	Data vds.Dataset[uint16] ~vds:"/entry/frames/data" from:"tile" preset:"nxmx(detector=panel,data=frames,instrument=I04,description='a panel, of chips',pixel_size=[75e-6,1.0e-4],fast=[-1,0,0],slow=[0,-1,0],sensor_material=Si,sensor_thickness=320e-6,saturation_value=65534,distance=0.25,beam_center=[10,2.5],mask=false)" axes:"frame=same y=tile(row,gap=gap) x=[tile(chip,gap=2),tile(m,gaps=[1,gap])]" window:"frame=1: y=:"~
}`},
	{name: "NXdata with a scale", args: []string{"frames=3"}, yaml: `
vdsgen: 1
layout: Stack
params: {frames: int}
vars: {n: 0..3}
sources:
  part: {file: "{n}.h5", path: /data, type: float32, shape: [frames, 5]}
datasets:
  /scan/result/intensity:
    from: part
    preset: {nxdata: {title: a stack}}
    axes: {n: {stack: n}, frame: same, x: same}
    scales: {n: /scan/result/angle}
tree:
  /scan/result/angle: {values: [0.5, 1.0, 1.5, 2.0]}
  /scan/result/x: {values: 0..4}
`, golang: `
//vds:layout
//vds:param frames int
//vds:var n 0..3
//vds:source part file="{n}.h5" path=/data type=float32 shape=[frames,5]
//vds:tree /scan/result/angle values=[0.5,1.0,1.5,2.0]
//vds:tree /scan/result/x values=0..4
type Stack struct {
	Intensity vds.Dataset[float32] ~vds:"/scan/result/intensity" from:"part" preset:"nxdata(title='a stack')" axes:"n=stack(n) frame=same x=same" scales:"n=/scan/result/angle"~
}`},
	{name: "CXI of fields", args: []string{"pulses=3"}, yaml: `
vdsgen: 1
layout: Agipd
params: {pulses: int}
vars: {m: 0..15}
sources:
  image: {file: "m{m}.h5", path: "/image/{field}", shape: [pulses, 8, 4]}
datasets:
  /entry_1/instrument_1/detector_1/{field}:
    from: image
    preset: {cxi: {detector: agipd, pixel_size: [2e-4, 2e-4]}}
    each:
      data: {type: float32, fill: nan}
      mask: {type: uint32}
    axes: {pulse: same, module: {stack: m}, y: same, x: same}
`, golang: `
//vds:layout
//vds:param pulses int
//vds:var m 0..15
//vds:source image file="m{m}.h5" path="/image/{field}" shape=[pulses,8,4]
type Agipd struct {
	Fields struct {
		Data vds.Dataset[float32] ~vds:"data" fill:"nan"~
		Mask vds.Dataset[uint32]  ~vds:"mask"~
	} ~vds:"/entry_1/instrument_1/detector_1/{field}" from:"image" preset:"cxi(detector=agipd,pixel_size=[2e-4,2e-4])" axes:"pulse=same module=stack(m) y=same x=same"~
}`},
	{name: "streams one after another", args: []string{"n=4"}, yaml: `vdsgen: 1
layout: Chained
doc: Streams that are put one after another, although their members differ in length or rules before made them.
params: {n: int}
vars: {k: 0..2, w: [5, 3]}
sources:
  ragged: {file: "r{k}_{w}.h5", path: /d, type: int32, shape: ["n+2*k+w", 2]}
  even: {file: "e{k}_{w}.h5", path: /d, type: int32, shape: [n, 2, 3]}
  wave: {file: "c{k}.h5", path: /d, type: complex64, shape: [n, 2]}
datasets:
  /joined:
    from: ragged
    axes: {t: [{concat: k}, {tile: w, gap: 3}], x: same}
  /crossed:
    from: ragged
    axes: {t: [{concat: w}, {tile: k, gaps: [1, 2]}], x: same}
  /placed:
    from: even
    fill: -1
    axes: {t: [{tile: k, at: [2*n, 0, n]}, {concat: w}], y: {merge: 2}}
  /dealt:
    from: even
    axes: {"row, col": [{interleave: w}, {concat: k}, {split: [2*n, 3], snake: true}], y: same, x: same}
  /part:
    from: even
    axes: {t: [{merge: 2}, {concat: k}], x: {tile: w, gap: 1}}
    window: {t: "1:4*n + 1", x: "1:"}
  /wave:
    from: wave
    fill: nan
    axes: {t: same, x: {tile: k, gap: 1}}
tree:
  /t: {values: "1..n", type: float32}
  /ids: {values: "0..10*n", type: uint8}
`, golang: `
// Chained is streams that are put one after another, although their members differ in length or rules before made them.
//
//vds:layout
//vds:param n int
//vds:var k 0..2
//vds:var w [5, 3]
//vds:source ragged file="r{k}_{w}.h5" path=/d type=int32 shape=[n+2*k+w,2]
//vds:source even file="e{k}_{w}.h5" path=/d type=int32 shape=[n,2,3]
//vds:source wave file="c{k}.h5" path=/d type=complex64 shape=[n,2]
//vds:tree /t values="1..n" type=float32
//vds:tree /ids values="0..10*n" type=uint8
type Chained struct {
	Joined  vds.Dataset[int32]     ~vds:"/joined" from:"ragged" axes:"t=[concat(k),tile(w,gap=3)] x=same"~
	Crossed vds.Dataset[int32]     ~vds:"/crossed" from:"ragged" axes:"t=[concat(w),tile(k,gaps=[1,2])] x=same"~
	Placed  vds.Dataset[int32]     ~vds:"/placed" from:"even" fill:"-1" axes:"t=[tile(k,at=[2*n,0,n]),concat(w)] y=merge(2)"~
	Dealt   vds.Dataset[int32]     ~vds:"/dealt" from:"even" axes:"row,col=[interleave(w),concat(k),split(2*n,3,snake)] y=same x=same"~
	Part    vds.Dataset[int32]     ~vds:"/part" from:"even" axes:"t=[merge(2),concat(k)] x=tile(w,gap=1)" window:"t=1:4*n+1 x=1:"~
	Wave    vds.Dataset[complex64] ~vds:"/wave" from:"wave" fill:"nan" axes:"t=same x=tile(k,gap=1)"~
}`},
}

// loadGo reads one layout in Go from source text.
func loadGo(t testing.TB, source string) (*model.Layout, diag.List) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "layout.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := LoadGo(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Layouts) != 1 {
		t.Fatalf("%d layouts:\n%v", len(p.Layouts), p.Diagnostics)
	}
	return p.Layouts[0], append(p.Diagnostics, model.Check(p.Layouts[0])...)
}

// TestForms reads every construct in both forms and compares what they mean: the models,
// fact by fact, and what the file holds at given values.
func TestForms(t *testing.T) {
	for _, c := range constructs {
		t.Run(c.name, func(t *testing.T) {
			y, list := LoadYAML("layout.yaml", []byte(c.yaml))
			if y != nil {
				list = append(list, model.Check(y)...)
			}
			if len(list) > 0 {
				t.Fatalf("YAML:\n%v", list)
			}
			g, list := loadGo(t, goHeader+strings.ReplaceAll(c.golang, "~", "`"))
			if len(list) > 0 {
				t.Fatalf("Go:\n%v", list)
			}
			for _, d := range model.Compare(y, g) {
				t.Errorf("%v", d)
			}
			if model.Hash(y) != model.Hash(g) {
				t.Error("the hashes differ")
			}
			a, b := lowered(t, y, c.args), lowered(t, g, c.args)
			for _, d := range model.CompareLowered(a, b) {
				t.Errorf("lowered: %v", d)
			}
			if len(a.Tree) != len(b.Tree) {
				t.Fatalf("%d and %d entries of the tree", len(a.Tree), len(b.Tree))
			}
			for i := range a.Tree {
				x, y := *a.Tree[i], *b.Tree[i]
				x.Entry, y.Entry, x.Type, y.Type = nil, nil, model.TypeRef{}, model.TypeRef{}
				if d := cmp.Diff(x, y, cmp.Transformer("type", func(r model.TypeRef) string { return r.Name })); d != "" {
					t.Errorf("tree entry %s: %s", x.Path, d)
				}
			}
		})
	}
}

func lowered(t *testing.T, l *model.Layout, args []string) *model.Lowered {
	t.Helper()
	values, err := model.ParseParams(l, args)
	if err != nil {
		t.Fatal(err)
	}
	out, err := model.Lower(l, values, func(file, _ string, _ int) ([]int, error) { return []int{len(file), 4}, nil })
	if err != nil {
		t.Fatal(err)
	}
	return out
}
