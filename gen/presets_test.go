package gen_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/gen/testdata/generate/nexus"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// dumpScript prints every object of a file with its attributes, and values of small datasets.
const dumpScript = `
import h5py, sys
def word(v):
    if isinstance(v, bytes): v = v.decode()
    return v.tolist() if hasattr(v, 'tolist') else v
def show(group, path):
    for a in sorted(group.attrs): print('%s@%s = %s' % (path, a, word(group.attrs[a])))
    if not isinstance(group, h5py.Group): return
    for name in sorted(group):
        link, at = group.get(name, getlink=True), path.rstrip('/') + '/' + name
        if isinstance(link, h5py.SoftLink):
            assert group[name].shape, at
            print(at, '->', link.path)
            continue
        o = group[name]
        if isinstance(o, h5py.Group): print(at)
        elif o.is_virtual: print(at, o.shape)
        elif o.size > 20: print(at, o.dtype, o.shape, 'sum', o[()].sum())
        else: print(at, o.dtype, word(o[()]))
        if not any(a in o.attrs for a in ('CLASS', 'DIMENSION_LIST')): show(o, at)
with h5py.File(sys.argv[1]) as f: show(f, '/')
`

// TestPresets has what h5py finds in files with each preset.
func TestPresets(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	for _, tt := range []struct {
		name  string
		build func(name string) error
		want  string
	}{
		{"nxmx.h5", func(name string) error {
			return nexus.BuildTiles(ctx, name, nexus.TilesParams{Prefix: "run", Frames: 2, Gap: 1})
		}, `
/@default = entry
/entry
/entry@NX_class = NXentry
/entry@default = data
/entry/data
/entry/data@NX_class = NXdata
/entry/data@axes = ['frame', '.', '.']
/entry/data@signal = data
/entry/data/data (2, 11, 16)
/entry/data/frame int64 [1, 2]
/entry/definition object NXmx
/entry/instrument
/entry/instrument@NX_class = NXinstrument
/entry/instrument@short_name = TEST
/entry/instrument/detector
/entry/instrument/detector@NX_class = NXdetector
/entry/instrument/detector/data -> /entry/data/data
/entry/instrument/detector/module_0_2
/entry/instrument/detector/module_0_2@NX_class = NXdetector_module
/entry/instrument/detector/module_0_2/data_origin int64 [0, 0]
/entry/instrument/detector/module_0_2/data_size int64 [5, 7]
/entry/instrument/detector/module_0_4
/entry/instrument/detector/module_0_4@NX_class = NXdetector_module
/entry/instrument/detector/module_0_4/data_origin int64 [0, 9]
/entry/instrument/detector/module_0_4/data_size int64 [5, 7]
/entry/instrument/detector/module_1_2
/entry/instrument/detector/module_1_2@NX_class = NXdetector_module
/entry/instrument/detector/module_1_2/data_origin int64 [6, 0]
/entry/instrument/detector/module_1_2/data_size int64 [5, 7]
/entry/instrument/detector/module_1_4
/entry/instrument/detector/module_1_4@NX_class = NXdetector_module
/entry/instrument/detector/module_1_4/data_origin int64 [6, 9]
/entry/instrument/detector/module_1_4/data_size int64 [5, 7]
/entry/instrument/detector/pixel_mask uint32 (11, 16) sum 36
`},
		{"panel.h5", func(name string) error {
			return nexus.BuildPanel(ctx, name, nexus.PanelParams{Frames: 3, Modules: 2, Gap: 3})
		}, `
/@default = entry
/entry
/entry@NX_class = NXentry
/entry@default = frames
/entry/definition object NXmx
/entry/frames
/entry/frames@NX_class = NXdata
/entry/frames@axes = ['.', '.', '.']
/entry/frames@signal = data
/entry/frames/data (2, 13, 33)
/entry/instrument
/entry/instrument@NX_class = NXinstrument
/entry/instrument/name object I04
/entry/instrument/panel
/entry/instrument/panel@NX_class = NXdetector
/entry/instrument/panel/beam_center_x float64 10.0
/entry/instrument/panel/beam_center_x@units = pixel
/entry/instrument/panel/beam_center_y float64 2.5
/entry/instrument/panel/beam_center_y@units = pixel
/entry/instrument/panel/data -> /entry/frames/data
/entry/instrument/panel/module_0_1_0
/entry/instrument/panel/module_0_1_0@NX_class = NXdetector_module
/entry/instrument/panel/module_0_1_0/data_origin int64 [0, 0]
/entry/instrument/panel/module_0_1_0/data_size int64 [5, 7]
/entry/instrument/panel/module_0_1_0/fast_pixel_direction float64 7.5e-05
/entry/instrument/panel/module_0_1_0/fast_pixel_direction@depends_on = .
/entry/instrument/panel/module_0_1_0/fast_pixel_direction@transformation_type = translation
/entry/instrument/panel/module_0_1_0/fast_pixel_direction@units = m
/entry/instrument/panel/module_0_1_0/fast_pixel_direction@vector = [-1.0, 0.0, 0.0]
/entry/instrument/panel/module_0_1_0/slow_pixel_direction float64 0.0001
/entry/instrument/panel/module_0_1_0/slow_pixel_direction@depends_on = .
/entry/instrument/panel/module_0_1_0/slow_pixel_direction@transformation_type = translation
/entry/instrument/panel/module_0_1_0/slow_pixel_direction@units = m
/entry/instrument/panel/module_0_1_0/slow_pixel_direction@vector = [0.0, -1.0, 0.0]
/entry/instrument/panel/module_0_1_1
/entry/instrument/panel/module_0_1_1@NX_class = NXdetector_module
/entry/instrument/panel/module_0_1_1/data_origin int64 [0, 9]
/entry/instrument/panel/module_0_1_1/data_size int64 [5, 7]
/entry/instrument/panel/module_0_1_1/fast_pixel_direction float64 7.5e-05
/entry/instrument/panel/module_0_1_1/fast_pixel_direction@depends_on = .
/entry/instrument/panel/module_0_1_1/fast_pixel_direction@transformation_type = translation
/entry/instrument/panel/module_0_1_1/fast_pixel_direction@units = m
/entry/instrument/panel/module_0_1_1/fast_pixel_direction@vector = [-1.0, 0.0, 0.0]
/entry/instrument/panel/module_0_1_1/slow_pixel_direction float64 0.0001
/entry/instrument/panel/module_0_1_1/slow_pixel_direction@depends_on = .
/entry/instrument/panel/module_0_1_1/slow_pixel_direction@transformation_type = translation
/entry/instrument/panel/module_0_1_1/slow_pixel_direction@units = m
/entry/instrument/panel/module_0_1_1/slow_pixel_direction@vector = [0.0, -1.0, 0.0]
/entry/instrument/panel/module_0_2_0
/entry/instrument/panel/module_0_2_0@NX_class = NXdetector_module
/entry/instrument/panel/module_0_2_0/data_origin int64 [0, 17]
/entry/instrument/panel/module_0_2_0/data_size int64 [5, 7]
/entry/instrument/panel/module_0_2_0/fast_pixel_direction float64 7.5e-05
/entry/instrument/panel/module_0_2_0/fast_pixel_direction@depends_on = .
/entry/instrument/panel/module_0_2_0/fast_pixel_direction@transformation_type = translation
/entry/instrument/panel/module_0_2_0/fast_pixel_direction@units = m
/entry/instrument/panel/module_0_2_0/fast_pixel_direction@vector = [-1.0, 0.0, 0.0]
/entry/instrument/panel/module_0_2_0/slow_pixel_direction float64 0.0001
/entry/instrument/panel/module_0_2_0/slow_pixel_direction@depends_on = .
/entry/instrument/panel/module_0_2_0/slow_pixel_direction@transformation_type = translation
/entry/instrument/panel/module_0_2_0/slow_pixel_direction@units = m
/entry/instrument/panel/module_0_2_0/slow_pixel_direction@vector = [0.0, -1.0, 0.0]
/entry/instrument/panel/module_0_2_1
/entry/instrument/panel/module_0_2_1@NX_class = NXdetector_module
/entry/instrument/panel/module_0_2_1/data_origin int64 [0, 26]
/entry/instrument/panel/module_0_2_1/data_size int64 [5, 7]
/entry/instrument/panel/module_0_2_1/fast_pixel_direction float64 7.5e-05
/entry/instrument/panel/module_0_2_1/fast_pixel_direction@depends_on = .
/entry/instrument/panel/module_0_2_1/fast_pixel_direction@transformation_type = translation
/entry/instrument/panel/module_0_2_1/fast_pixel_direction@units = m
/entry/instrument/panel/module_0_2_1/fast_pixel_direction@vector = [-1.0, 0.0, 0.0]
/entry/instrument/panel/module_0_2_1/slow_pixel_direction float64 0.0001
/entry/instrument/panel/module_0_2_1/slow_pixel_direction@depends_on = .
/entry/instrument/panel/module_0_2_1/slow_pixel_direction@transformation_type = translation
/entry/instrument/panel/module_0_2_1/slow_pixel_direction@units = m
/entry/instrument/panel/module_0_2_1/slow_pixel_direction@vector = [0.0, -1.0, 0.0]
/entry/instrument/panel/module_1_1_0
/entry/instrument/panel/module_1_1_0@NX_class = NXdetector_module
/entry/instrument/panel/module_1_1_0/data_origin int64 [8, 0]
/entry/instrument/panel/module_1_1_0/data_size int64 [5, 7]
/entry/instrument/panel/module_1_1_0/fast_pixel_direction float64 7.5e-05
/entry/instrument/panel/module_1_1_0/fast_pixel_direction@depends_on = .
/entry/instrument/panel/module_1_1_0/fast_pixel_direction@transformation_type = translation
/entry/instrument/panel/module_1_1_0/fast_pixel_direction@units = m
/entry/instrument/panel/module_1_1_0/fast_pixel_direction@vector = [-1.0, 0.0, 0.0]
/entry/instrument/panel/module_1_1_0/slow_pixel_direction float64 0.0001
/entry/instrument/panel/module_1_1_0/slow_pixel_direction@depends_on = .
/entry/instrument/panel/module_1_1_0/slow_pixel_direction@transformation_type = translation
/entry/instrument/panel/module_1_1_0/slow_pixel_direction@units = m
/entry/instrument/panel/module_1_1_0/slow_pixel_direction@vector = [0.0, -1.0, 0.0]
/entry/instrument/panel/module_1_1_1
/entry/instrument/panel/module_1_1_1@NX_class = NXdetector_module
/entry/instrument/panel/module_1_1_1/data_origin int64 [8, 9]
/entry/instrument/panel/module_1_1_1/data_size int64 [5, 7]
/entry/instrument/panel/module_1_1_1/fast_pixel_direction float64 7.5e-05
/entry/instrument/panel/module_1_1_1/fast_pixel_direction@depends_on = .
/entry/instrument/panel/module_1_1_1/fast_pixel_direction@transformation_type = translation
/entry/instrument/panel/module_1_1_1/fast_pixel_direction@units = m
/entry/instrument/panel/module_1_1_1/fast_pixel_direction@vector = [-1.0, 0.0, 0.0]
/entry/instrument/panel/module_1_1_1/slow_pixel_direction float64 0.0001
/entry/instrument/panel/module_1_1_1/slow_pixel_direction@depends_on = .
/entry/instrument/panel/module_1_1_1/slow_pixel_direction@transformation_type = translation
/entry/instrument/panel/module_1_1_1/slow_pixel_direction@units = m
/entry/instrument/panel/module_1_1_1/slow_pixel_direction@vector = [0.0, -1.0, 0.0]
/entry/instrument/panel/module_1_2_0
/entry/instrument/panel/module_1_2_0@NX_class = NXdetector_module
/entry/instrument/panel/module_1_2_0/data_origin int64 [8, 17]
/entry/instrument/panel/module_1_2_0/data_size int64 [5, 7]
/entry/instrument/panel/module_1_2_0/fast_pixel_direction float64 7.5e-05
/entry/instrument/panel/module_1_2_0/fast_pixel_direction@depends_on = .
/entry/instrument/panel/module_1_2_0/fast_pixel_direction@transformation_type = translation
/entry/instrument/panel/module_1_2_0/fast_pixel_direction@units = m
/entry/instrument/panel/module_1_2_0/fast_pixel_direction@vector = [-1.0, 0.0, 0.0]
/entry/instrument/panel/module_1_2_0/slow_pixel_direction float64 0.0001
/entry/instrument/panel/module_1_2_0/slow_pixel_direction@depends_on = .
/entry/instrument/panel/module_1_2_0/slow_pixel_direction@transformation_type = translation
/entry/instrument/panel/module_1_2_0/slow_pixel_direction@units = m
/entry/instrument/panel/module_1_2_0/slow_pixel_direction@vector = [0.0, -1.0, 0.0]
/entry/instrument/panel/module_1_2_1
/entry/instrument/panel/module_1_2_1@NX_class = NXdetector_module
/entry/instrument/panel/module_1_2_1/data_origin int64 [8, 26]
/entry/instrument/panel/module_1_2_1/data_size int64 [5, 7]
/entry/instrument/panel/module_1_2_1/fast_pixel_direction float64 7.5e-05
/entry/instrument/panel/module_1_2_1/fast_pixel_direction@depends_on = .
/entry/instrument/panel/module_1_2_1/fast_pixel_direction@transformation_type = translation
/entry/instrument/panel/module_1_2_1/fast_pixel_direction@units = m
/entry/instrument/panel/module_1_2_1/fast_pixel_direction@vector = [-1.0, 0.0, 0.0]
/entry/instrument/panel/module_1_2_1/slow_pixel_direction float64 0.0001
/entry/instrument/panel/module_1_2_1/slow_pixel_direction@depends_on = .
/entry/instrument/panel/module_1_2_1/slow_pixel_direction@transformation_type = translation
/entry/instrument/panel/module_1_2_1/slow_pixel_direction@units = m
/entry/instrument/panel/module_1_2_1/slow_pixel_direction@vector = [0.0, -1.0, 0.0]
/entry/instrument/panel/saturation_value int64 65534
/entry/instrument/panel/x_pixel_size float64 7.5e-05
/entry/instrument/panel/x_pixel_size@units = m
/entry/instrument/panel/y_pixel_size float64 0.0001
/entry/instrument/panel/y_pixel_size@units = m
`},
		{"nxdata.h5", func(name string) error {
			return nexus.BuildScan(ctx, name, nexus.ScanParams{Frames: 2})
		}, `
/@default = scan
/scan
/scan@NX_class = NXentry
/scan@default = result
/scan/result
/scan/result@NX_class = NXdata
/scan/result@axes = ['angle', '.', '.']
/scan/result@signal = intensity
/scan/result/angle float64 [0.5, 1.0, 1.5, 2.0]
/scan/result/intensity (4, 2, 5)
`},
		{"cxi.h5", func(name string) error {
			return nexus.BuildModules(ctx, name, nexus.ModulesParams{Pulses: 3})
		}, `
/cxi_version int64 150
/entry_1
/entry_1/data_1
/entry_1/data_1/data -> /entry_1/instrument_1/detector_1/data
/entry_1/data_1/mask -> /entry_1/instrument_1/detector_1/mask
/entry_1/instrument_1
/entry_1/instrument_1/detector_1
/entry_1/instrument_1/detector_1/data (3, 4, 8, 4)
/entry_1/instrument_1/detector_1/data@axes = experiment_identifier:module_identifier:y:x
/entry_1/instrument_1/detector_1/mask (3, 4, 8, 4)
/entry_1/instrument_1/detector_1/mask@axes = experiment_identifier:module_identifier:y:x
/entry_1/instrument_1/detector_1/module_identifier int64 [0, 1, 4, 5]
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name := filepath.Join(dir, tt.name)
			must(t, tt.build(name))
			if d := cmp.Diff(tt.want, "\n"+string(oracle.H5py(t, dir, dumpScript, name))); d != "" {
				t.Errorf("the file (-want +got):\n%s", d)
			}
		})
	}
}
