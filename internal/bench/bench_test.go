package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		name         string
		measure      measure
		ours, theirs float64
		peak         int64
		want         string
	}{
		{"aim", measure{least: 2, aim: 4}, 1, 4, 0, "met, aim too"},
		{"least", measure{least: 2, aim: 4}, 1, 2, 0, "met"},
		{"missed", measure{least: 2, aim: 4}, 1, 1.9, 0, "**missed**"},
		{"parity leaves room for noise", measure{least: 1, aim: 1, parity: true}, 1, 0.96, 0, "met, aim too"},
		{"no parity", measure{least: 1, aim: 1, parity: true}, 1, 0.9, 0, "**missed**"},
		{"nothing wanted", measure{}, 1, 0.1, 0, ""},
		{"memory", measure{least: 2, aim: 4, memory: 100e6}, 1, 3, 101e6, "met; memory ≤ 100 MB **missed**"},
		{"memory alone", measure{memory: 100e6}, 1, 3, 100e6, "memory ≤ 100 MB met"},
	} {
		r := result{c.measure, []sample{
			{program{name: "vdsgen", ours: true}, c.ours, c.peak},
			{program{name: "libhdf5 1", library: true}, c.theirs * 2, 0},
			{program{name: "libhdf5 2", library: true}, c.theirs, 0},
			{program{name: "h5py"}, c.theirs / 8, 0},
		}}
		if got := r.verdict(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if got := r.fastest().program.name; got != "libhdf5 2" {
			t.Errorf("%s: ratios are to %s", c.name, got)
		}
	}
}

// Without libhdf5 from C, h5py is what there is to compare with.
func TestFastestOfH5pyAlone(t *testing.T) {
	r := result{samples: []sample{{program{name: "vdsgen", ours: true}, 1, 0}, {program{name: "h5py"}, 3, 0}}}
	if got := r.ratio(); got != 3 {
		t.Errorf("ratio %v, want 3", got)
	}
}

func TestBetween(t *testing.T) {
	begin, end := marks(curvesPart)
	other, otherEnd := marks(resultsPart)
	above := "above\n" + other + "stays\n" + otherEnd
	got, err := between(above+begin+"old\n"+end+"below\n", curvesPart, "new\n")
	if want := above + begin + "new\n" + end + "below\n"; err != nil || got != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	if got, err := between("no marks\n", curvesPart, "new\n"); err == nil {
		t.Errorf("a document without marks becomes %q", got)
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct{ times, want string }{{"3s", "3s"}, {"3s 1s", "2s"}, {"9s 1s 2s", "2s"}, {"9s 1s 2s 4s", "3s"}} {
		var all []time.Duration
		for word := range strings.FieldsSeq(c.times) {
			d, err := time.ParseDuration(word)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, d)
		}
		if got := median(all).String(); got != c.want {
			t.Errorf("median of %s is %s, want %s", c.times, got, c.want)
		}
	}
}

func TestParseSelection(t *testing.T) {
	for text, want := range map[string]int{"all": 0, "0:5:1": 1, "0:5:2,1:2:1,3:9:3": 3} {
		if got, err := parseSelection(text); err != nil || len(got) != want {
			t.Errorf("%s: %d slices, %v, want %d", text, len(got), err, want)
		}
	}
	for _, text := range []string{"", "1", "0:5", "0:5:1,", "a:b:c"} {
		if got, err := parseSelection(text); err == nil {
			t.Errorf("%q becomes %v", text, got)
		}
	}
}

// Every measure names data that there are, and no two have one name.
func TestMeasuresAreOfTheData(t *testing.T) {
	for name, all := range map[string][]dataset{"small": smallSizes(), "full": fullSizes()} {
		list, err := measures("dir", all)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, m := range list {
			if _, err := find(all, m.data); err != nil && m.data != "" {
				t.Errorf("%s: %s: %v", name, m.name(), err)
			}
			if seen[m.name()] {
				t.Errorf("%s: %s stands there twice", name, m.name())
			}
			seen[m.name()] = true
		}
	}
}

func TestChartIsXML(t *testing.T) {
	c := curve{name: "n", title: "a < b & c", axis: "files", panels: []panel{
		{title: "time", lines: []line{{name: "vdsgen", ours: true, points: []point{{1, 1e-6}, {1000, 2}}}, {name: "libhdf5", points: []point{{1, 0.1}, {1000, 0}}}}},
		{title: "flat", memory: true, lines: []line{{name: "vdsgen", ours: true, points: []point{{5, 3}}}}},
	}}
	picture := c.svg()
	for d := xml.NewDecoder(strings.NewReader(picture)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, picture)
		}
	}
	for _, not := range []string{"NaN", "Inf"} {
		if strings.Contains(picture, not) {
			t.Errorf("a coordinate is %s:\n%s", not, picture)
		}
	}
}
