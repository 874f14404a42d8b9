package draw

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

var update = flag.Bool("update", false, "write the golden files anew")

// region is a hyperslab of ranges and progressions.
func region(t testing.TB, dims ...dataspace.Dim) dataspace.Selection {
	t.Helper()
	s, err := dataspace.Regular(dims...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func axes(extents ...uint64) []Axis {
	names := []string{"frame", "y", "x"}
	var out []Axis
	for i, n := range extents {
		out = append(out, Axis{Name: names[len(names)-len(extents)+i], Extent: n})
	}
	return out
}

// datasets are pictures of every kind of panel.
func datasets(t testing.TB) map[string]*Dataset {
	stripes := &Dataset{Title: "Excalibur", Path: "/full_frame", Type: "uint16", Fill: "1", Axes: axes(5, 1586, 2048), Checked: true}
	for n := range uint64(6) {
		stripes.Members = append(stripes.Members, Member{Labels: []string{fmt.Sprintf("stripe %d", n+1)}, Source: fmt.Sprintf("stripe_%d.h5:data", n+1),
			Virtual: []dataspace.Selection{region(t, dataspace.Range(0, 5), dataspace.Range(266*n, 266*n+256), dataspace.Range(0, 2048))}})
	}
	stripes.Members[2].State, stripes.Members[4].State = Missing, Mismatch

	dealt := &Dataset{Title: "Percival", Path: "/data", Type: "uint16", Axes: axes(799, 20, 20)}
	for n := range uint64(4) {
		dealt.Members = append(dealt.Members, Member{Labels: []string{fmt.Sprintf("writer %d", n)}, Source: fmt.Sprintf("w%d.h5:data", n),
			Virtual: []dataspace.Selection{region(t, dataspace.Dim{Start: n, Stride: 4, Count: (799 - n + 3) / 4, Block: 1}, dataspace.Range(0, 20), dataspace.Range(0, 20))}})
	}

	events := &Dataset{Title: "Events", Path: "/hits", Type: "Hit", Fill: "0", Axes: []Axis{{Name: "event", Extent: 200, Grows: true}}, Checked: true}
	for n, at := range []uint64{0, 90, 130} {
		events.Members = append(events.Members, Member{Labels: []string{fmt.Sprintf("file %d", n)}, Source: "e.h5:hits",
			Virtual: []dataspace.Selection{region(t, dataspace.Range(at, []uint64{80, 130, 200}[n]))}})
	}

	modules := &Dataset{Title: "Modules & <more>", Path: "/entry/data", Type: "float32", Fill: "NaN", Axes: append([]Axis{{Name: "pulse", Extent: 500}}, axes(16, 512, 128)...), Checked: true}
	for m := range uint64(16) {
		for s := range uint64(2) {
			x := Member{Labels: []string{fmt.Sprintf("module %d", m), fmt.Sprintf("seq %d", s)}, Source: fmt.Sprintf("M%02d-S%d.h5:image", m, s),
				Virtual: []dataspace.Selection{region(t, dataspace.Range(250*s, 250*s+250), dataspace.Range(m, m+1), dataspace.Range(0, 512), dataspace.Range(0, 128))}}
			if m == 5 || m == 9 && s == 1 {
				x.State = Missing
			}
			modules.Members = append(modules.Members, x)
		}
	}

	partly := &Dataset{Title: "Series of stripes", Path: "/data", Type: "uint16", Fill: "0", Axes: axes(20, 30, 40), Checked: true}
	for s := range uint64(2) {
		for n := range uint64(3) {
			x := Member{Labels: []string{fmt.Sprintf("file %d", s), fmt.Sprintf("stripe %d", n)}, Source: fmt.Sprintf("%d_%d.h5:data", s, n),
				Virtual: []dataspace.Selection{region(t, dataspace.Range(10*s, 10*s+10), dataspace.Range(10*n, 10*n+9), dataspace.Range(0, 40))}}
			if s == 1 && n == 2 {
				x.State = Missing
			}
			partly.Members = append(partly.Members, x)
		}
	}

	chips, err := dataspace.Boxes(2, []dataspace.Box{{Start: []uint64{0, 0}, Count: []uint64{10, 20}}, {Start: []uint64{13, 5}, Count: []uint64{10, 20}}})
	if err != nil {
		t.Fatal(err)
	}
	irregular := &Dataset{Title: "Two chips", Path: "/data", Type: "int32", Axes: axes(23, 25), Members: []Member{{Source: "a.h5:data", Virtual: []dataspace.Selection{chips}}}}

	return map[string]*Dataset{"stripes": stripes, "dealt": dealt, "events": events, "modules": modules, "irregular": irregular, "partly": partly,
		"series": grid(t, 1, 3000), "mosaic": grid(t, 60, 50), "empty": {Title: "Nothing", Path: "/d", Type: "int8", Axes: axes(3, 4)}, "scalar": {Title: "One", Path: "/s", Type: "int8"}}
}

// grid is a mosaic of rows × cols tiles of 10 × 30 elements, some missing; one row is a series.
func grid(t testing.TB, rows, cols uint64) *Dataset {
	d := &Dataset{Title: "Grid", Path: "/data", Type: "uint8", Fill: "0", Axes: axes(rows*12, cols*33), Checked: true}
	if rows == 1 {
		d.Axes = []Axis{{Name: "t", Extent: cols * 10}}
	}
	for r := range rows {
		for c := range cols {
			m := Member{Labels: []string{fmt.Sprintf("row %d", r), fmt.Sprintf("col %d", c)}, Source: fmt.Sprintf("%d_%d.h5:d", r, c)}
			if c == 20 && r%7 == 0 || c > 1000 && c < 1100 {
				m.State = Missing
			}
			if rows == 1 {
				m.Virtual = append(m.Virtual, region(t, dataspace.Range(10*c, 10*c+10)))
			} else {
				m.Virtual = append(m.Virtual, region(t, dataspace.Range(12*r, 12*r+10), dataspace.Range(33*c, 33*c+30)))
			}
			d.Members = append(d.Members, m)
		}
	}
	return d
}

// The SVG images are kept; go test -update writes them anew, to be looked at.
func TestGoldenSVG(t *testing.T) {
	for name, d := range datasets(t) {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := Of(d).WriteSVG(&got); err != nil {
				t.Fatal(err)
			}
			wellFormed(t, got.Bytes())
			path := filepath.Join("testdata", name+".svg")
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("the picture is not %s; go test -update writes it anew, to be looked at", path)
			}
		})
	}
}

func wellFormed(t *testing.T, data []byte) {
	t.Helper()
	for dec := xml.NewDecoder(bytes.NewReader(data)); ; {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("not XML: %v", err)
		}
	}
}

// A PNG has the size of the SVG, twice, round corners that show the page behind it, and its colors.
func TestPNG(t *testing.T) {
	p := Of(datasets(t)["stripes"])
	var b bytes.Buffer
	if err := p.WritePNG(&b); err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if w := m.Bounds().Dx(); w != 2*pageWidth {
		t.Errorf("%d pixels wide", w)
	}
	if _, _, _, a := m.At(0, 0).RGBA(); a != 0 {
		t.Errorf("the corner has opacity %d", a)
	}
	seen := map[Color]int{}
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			r, g, b, _ := m.At(x, y).RGBA()
			seen[Color(r>>8<<16|g>>8<<8|b>>8)]++
		}
	}
	for name, c := range map[string]Color{"paper": paper, "a member": tones[0].fill, "a missing member": missingFill, "one that does not fit": mismatchFill, "gaps": gapBg, "text": ink} {
		if seen[c] < 40 {
			t.Errorf("%d pixels have the color of %s, %06x", seen[c], name, c)
		}
	}
}

// Pictures stay small however many members there are, and those that are missing are to be seen.
func TestManyMembers(t *testing.T) {
	for _, d := range []*Dataset{grid(t, 1, 10_000), grid(t, 100, 100)} {
		var b bytes.Buffer
		if err := Of(d).WriteSVG(&b); err != nil {
			t.Fatal(err)
		}
		if b.Len() > 100_000 {
			t.Errorf("%d members: %d bytes", len(d.Members), b.Len())
		}
		if n := strings.Count(b.String(), color(missingEdge)); n < 2 {
			t.Errorf("%d members: nothing missing is to be seen", len(d.Members))
		}
	}
}

// Every letter of the font is drawn within its place.
func TestFont(t *testing.T) {
	for r := range letters {
		g := glyphOf(r)
		for _, s := range g.strokes {
			for _, p := range s {
				if p[0] < -2 || p[0] > g.advance+2 || p[1] < -25 || p[1] > 80 {
					t.Errorf("%q has a point at %v", r, p)
				}
			}
		}
	}
	for r := rune(' '); r < 0x7f; r++ {
		if _, ok := letters[r]; !ok {
			t.Errorf("no letter %q", r)
		}
	}
}

func TestFit(t *testing.T) {
	for _, tt := range []struct {
		text  string
		width float64
		want  string
	}{{"short", 100, "short"}, {"a_very_long_file_name_of_a_detector.h5", 120, "a_very_lon…tector.h5"}, {"abcdefghij", 5, ""}} {
		if got := fit(tt.text, 12, tt.width); got != tt.want {
			t.Errorf("%q in %v: %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
}
