package gen_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/excalibur"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/agipd"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/gapfill"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/scan"
	"github.com/vdsgen/vdsgen/internal/oracle"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// foreign is a file of the shape of layout Excalibur, [4][6·4+50][5], as another program could write it.
func foreign(t *testing.T, name string, mapping func(l *vds.Layout, stripe vds.Source, n int)) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	l := vds.NewLayout[uint16]([]int{4, 74, 5}, vds.Fill(uint16(1)))
	for n := 1; n <= 6; n++ {
		mapping(l, vds.NewSource(fmt.Sprintf("elsewhere/stripe_%d.h5", n), "/data", []int{4, 4, 5}), n)
	}
	b := vds.NewBuilder(name)
	b.Virtual("/full_frame", l)
	must(t, b.Commit(t.Context()))
	return name
}

// rows is where stripe n lies in layout Excalibur.
func rows(n int) vds.Slice { return vds.Range(14*(n-1), 14*(n-1)+4) }

// TestOpenEqual opens files whose mappings are divided and ordered in other ways.
func TestOpenEqual(t *testing.T) {
	ctx := t.Context()
	for what, name := range map[string]string{
		"one mapping a stripe": foreign(t, "a.h5", func(l *vds.Layout, s vds.Source, n int) {
			must(t, l.Map([]vds.Slice{vds.All(), rows(n)}, s))
		}),
		"one mapping a frame": foreign(t, "b.h5", func(l *vds.Layout, s vds.Source, n int) {
			for frame := 3; frame >= 0; frame-- {
				must(t, l.Map([]vds.Slice{vds.Index(frame), rows(n)}, s.Slice(vds.Index(frame))))
			}
		}),
		"every other frame": foreign(t, "c.h5", func(l *vds.Layout, s vds.Source, n int) {
			for k := range 2 {
				must(t, l.Map([]vds.Slice{vds.From(k).By(2), rows(n)}, s.Slice(vds.From(k).By(2))))
			}
		}),
		"halves of rows": foreign(t, "d.h5", func(l *vds.Layout, s vds.Source, n int) {
			must(t, l.Map([]vds.Slice{vds.All(), rows(n), vds.To(2)}, s.Slice(vds.All(), vds.All(), vds.To(2))))
			must(t, l.Map([]vds.Slice{vds.All(), rows(n), vds.From(2)}, s.Slice(vds.All(), vds.All(), vds.From(2))))
		}),
	} {
		r, err := excalibur.OpenExcalibur(ctx, name)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		must(t, r.Close())
		p := excalibur.ExcaliburParams{Frames: 4, Rows: 4, Cols: 5}
		r, err = excalibur.OpenExcaliburExact(ctx, name, p)
		must(t, err)
		must(t, r.Close())
	}
}

// TestOpenOther refuses files of the right shape whose mappings are not those of the layout.
func TestOpenOther(t *testing.T) {
	ctx := t.Context()
	for _, tt := range []struct {
		what, want string
		mapping    func(l *vds.Layout, s vds.Source, n int)
	}{
		{"a stripe lies elsewhere", "stripe_3.h5:/data lies at y 30:34, and the layout has 28:32", func(l *vds.Layout, s vds.Source, n int) {
			at := rows(n)
			if n == 3 {
				at = vds.Range(30, 34)
			}
			must(t, l.Map([]vds.Slice{vds.All(), at}, s))
		}},
		{"frames in another order", "[3, 0:4, 0:5] of elsewhere/stripe_1.h5:/data lies at frame 0, y 0:4, where the layout has another part", func(l *vds.Layout, s vds.Source, n int) {
			for frame := range 4 {
				must(t, l.Map([]vds.Slice{vds.Index(frame), rows(n)}, s.Slice(vds.Index(3-frame))))
			}
		}},
		{"two stripes swapped", "stripe_5.h5:/data lies where the layout has stripe_2.h5:/data", func(l *vds.Layout, s vds.Source, n int) {
			swapped := map[int]int{2: 5, 5: 2}
			if other, ok := swapped[n]; ok {
				s = vds.NewSource(fmt.Sprintf("stripe_%d.h5", other), "/data", []int{4, 4, 5})
			}
			must(t, l.Map([]vds.Slice{vds.All(), rows(n)}, s))
		}},
		{"a stripe is not there", "no mapping gives 80 elements of what the layout takes from stripe_6.h5:/data at y 70:74", func(l *vds.Layout, s vds.Source, n int) {
			if n < 6 {
				must(t, l.Map([]vds.Slice{vds.All(), rows(n)}, s))
			}
		}},
		{"more than the layout has", "its mappings give 485 elements, and the layout's 480", func(l *vds.Layout, s vds.Source, n int) {
			must(t, l.Map([]vds.Slice{vds.All(), rows(n)}, s))
			if n == 6 {
				must(t, l.Map([]vds.Slice{vds.Index(0), vds.Index(5)}, s.Slice(vds.Index(0), vds.Index(0))))
			}
		}},
		{"part of a stripe from another file", "lie where the layout has", func(l *vds.Layout, s vds.Source, n int) {
			must(t, l.Map([]vds.Slice{vds.To(2), rows(n)}, s.Slice(vds.To(2))))
			must(t, l.Map([]vds.Slice{vds.From(2), rows(n)}, vds.NewSource(fmt.Sprintf("b%d.h5", n), "/data", []int{4, 4, 5}).Slice(vds.From(2))))
		}},
	} {
		t.Run(tt.what, func(t *testing.T) {
			r, err := excalibur.OpenExcalibur(ctx, foreign(t, "v.h5", tt.mapping))
			if err == nil {
				must(t, r.Close())
				t.Fatal("the file was opened")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v\nwant %q in it", err, tt.want)
			}
		})
	}
}

// TestOpenShape refuses a shape that no parameter of the layout gives.
func TestOpenShape(t *testing.T) {
	name := filepath.Join(t.TempDir(), "v.h5")
	b := vds.NewBuilder(name)
	b.Virtual("/full_frame", vds.NewLayout[uint16]([]int{4, 75, 5}))
	must(t, b.Commit(t.Context()))
	_, err := excalibur.OpenExcalibur(t.Context(), name)
	if want := "axis y, 6*rows + 50: no parameter of the layout gives the 75 elements of the file"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %v, want %q in it", err, want)
	}
}

// TestOpenH5py opens files that h5py writes, with one mapping a chip and with one for each row of chips.
func TestOpenH5py(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	oracle.H5py(t, dir, `
import h5py
def write(name, boxes):
    l = h5py.VirtualLayout((2, 7, 37), 'u2')
    s = h5py.VirtualSource('elsewhere.h5', 'data', (2, 4, 16))
    for v, w in boxes: l[(slice(None),) + v] = s[(slice(None),) + w]
    with h5py.File(name, 'w', libver='latest') as f: f.create_virtual_dataset('data', l)
chips = [((slice(5*r, 5*r+2), slice(5*c, 5*c+2)), (slice(2*r, 2*r+2), slice(2*c, 2*c+2))) for c in range(8) for r in range(2)]
write('chips.h5', chips)
chips[3] = (chips[3][0], chips[5][1])
write('wrong.h5', chips)
`)
	open := func(name string) error {
		r, err := gapfill.OpenGapFillExact(ctx, filepath.Join(dir, name), gapfill.GapFillParams{Frames: 2, Size: 2})
		if err == nil {
			return r.Close()
		}
		return err
	}
	must(t, open("chips.h5"))
	if err := open("wrong.h5"); err == nil {
		t.Error("chips from the wrong part of their source were taken for those of the layout")
	} else if want := "[0:2, 2:4, 4:6] of elsewhere.h5:data lies at y 5:7, x 5:7, and the layout has [0:2, 2:4, 2:4] there"; !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %v, want %q in it", err, want)
	}
}

// TestOpenSnake opens a file of grid scans, in which a source is mapped in many parts, some of them backwards.
func TestOpenSnake(t *testing.T) {
	ctx, p := t.Context(), scan.ScanParams{Rows: 3, Cols: 4, Files: 2}
	name := filepath.Join(t.TempDir(), "scan.h5")
	must(t, scan.BuildScan(ctx, name, p))
	r, err := scan.OpenScan(ctx, name)
	must(t, err)
	must(t, r.Close())
	p.Cols = 5
	if r, err := scan.OpenScanExact(ctx, name, p); err == nil {
		must(t, r.Close())
		t.Error("a scan of 4 columns was taken for one of 5")
	}
}

// TestOpenCounted opens files whose shape alone does not tell the parameters: the number of sources does.
func TestOpenCounted(t *testing.T) {
	ctx := t.Context()
	write := func(name string, seqs, pulses int, mapping func(l *vds.Layout, s vds.Source, module, seq int)) string {
		name = filepath.Join(t.TempDir(), name)
		b := vds.NewBuilder(name)
		for _, field := range []string{"data", "gain", "mask"} {
			shape := []int{seqs * pulses, 16, 512, 128}
			l := vds.NewLayout[uint8](shape)
			switch field {
			case "data":
				l = vds.NewLayout[float32](shape)
			case "mask":
				l = vds.NewLayout[uint32](shape)
			}
			for module := range 16 {
				for seq := range seqs {
					mapping(l, vds.NewSource(fmt.Sprintf("moved/m%d_%d.h5", module, seq), "/INSTRUMENT/AGIPD/"+field, []int{pulses, 512, 128}), module, seq)
				}
			}
			b.Virtual("/entry_1/instrument_1/detector_1/"+field, l)
		}
		must(t, b.Commit(ctx))
		return name
	}
	open := func(name string) error {
		r, err := agipd.OpenAGIPD1M(ctx, name)
		if err == nil {
			return r.Close()
		}
		return err
	}
	const pulses = 3
	must(t, open(write("right.h5", 2, pulses, func(l *vds.Layout, s vds.Source, module, seq int) {
		for pulse := range pulses {
			must(t, l.Map([]vds.Slice{vds.Index(seq*pulses + pulse), vds.Index(module)}, s.Slice(vds.Index(pulse))))
		}
	})))
	must(t, open(write("leftout.h5", 2, pulses, func(l *vds.Layout, s vds.Source, module, seq int) { // members of the layout are optional
		if module < 15 {
			must(t, l.Map([]vds.Slice{vds.Range(seq*pulses, (seq+1)*pulses), vds.Index(module)}, s))
		}
	})))
	for want, mapping := range map[string]func(l *vds.Layout, s vds.Source, module, seq int){
		"lies at pulse 0:6:2, and the layout has 0:3": func(l *vds.Layout, s vds.Source, module, seq int) { // pulses of the two files in turn
			must(t, l.Map([]vds.Slice{vds.From(seq).By(2), vds.Index(module)}, s))
		},
		"m15_1.h5:/INSTRUMENT/AGIPD/data has another number of elements than other sources, and those of the layout have the same": func(l *vds.Layout, s vds.Source, module, seq int) {
			n := pulses
			if module == 15 && seq == 1 {
				n--
			}
			must(t, l.Map([]vds.Slice{vds.Range(seq*pulses, seq*pulses+n), vds.Index(module)}, s.Slice(vds.To(n))))
		},
	} {
		if err := open(write("wrong.h5", 2, pulses, mapping)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nwant %q in it", err, want)
		}
	}
	// A copy that is not virtual has nothing to count.
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py
with h5py.File('copy.h5', 'w') as f:
    for name, kind in (('data', 'f4'), ('gain', 'u1'), ('mask', 'u4')):
        f.create_dataset('/entry_1/instrument_1/detector_1/' + name, (7, 16, 512, 128), kind, chunks=(1, 1, 512, 128))
`)
	must(t, open(filepath.Join(dir, "copy.h5")))
	must(t, agipd.BuildAGIPD1M(ctx, filepath.Join(dir, "empty.h5"), agipd.AGIPD1MParams{Seqs: 2}))
	must(t, open(filepath.Join(dir, "empty.h5")))
}
