package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// curve is how time and memory grow with one number.
type curve struct {
	name   string // of the picture's file
	title  string
	axis   string // what is counted
	panels []panel
}

// panel is one diagram of a curve.
type panel struct {
	title  string
	memory bool // in MB, else seconds
	lines  []line
}

// line is one program's points.
type line struct {
	name   string
	ours   bool
	points []point
}

type point struct{ x, y float64 }

// probe is what is measured at each point of a curve's panel.
type probe struct {
	title string
	args  func(x int) []string
}

// measureCurves runs everything that is drawn, each point once with the repetitions of the driver. whole says that no curve was left out.
func (b *run) measureCurves(ctx context.Context) (curves []curve, whole bool, err error) {
	file := func(data, name string) string { return filepath.Join(b.folder, data, name) }
	numbered := func(data string) func(x int) string {
		return func(x int) string { return file(data, fmt.Sprintf("vds_%d.h5", x)) }
	}
	all := func(name func(x int) string, memory string) func(x int) []string {
		return func(x int) []string { return []string{"read", name(x), "data", "all", memory, "5"} }
	}
	some := func(name func(x int) string, mode string) func(x int) []string {
		return func(x int) []string { return []string{"frames", name(x), "data", "100", "1", mode} }
	}
	parameters := func(data, key string) []int {
		d, err := find(b.data, data)
		if err != nil {
			return nil
		}
		if list, ok := d.parameters[key].([]int); ok {
			return list
		}
		return upTo(d.parameters[key].(int))
	}
	mosaic := func(x int) []string {
		return []string{"read", file("w2", "vds.h5"), "data", fmt.Sprintf("0:%d:1,0:1586:1,0:2048:1", x), "fresh", "3"}
	}
	whole = true
	for _, c := range []struct {
		curve
		data   string
		at     []int
		probes []probe
	}{
		{curve{name: "mappings", title: "Number of mappings, over ten files", axis: "mappings"}, "w1n", parameters("w1n", "mappings"), []probe{
			{"one frame, everything opened", some(numbered("w1n"), "cold")},
			{"one frame, kept open", some(numbered("w1n"), "keep")},
			{"all", all(numbered("w1n"), "reused")},
		}},
		{curve{name: "sources", title: "Number of source files, a frame each", axis: "files"}, "w1", parameters("w1", "files"), []probe{{"all", all(numbered("w1"), "reused")}}},
		{curve{name: "frames", title: "Number of frames of a mosaic of six files", axis: "frames"}, "w2", parameters("w2", "frames"), []probe{{"all, fresh memory", mosaic}}},
		{curve{name: "chunks", title: "Number of chunks of 2 KiB in one file", axis: "chunks"}, "chunks", parameters("chunks", "chunks"), []probe{
			{"one chunk, everything opened", some(numbered("chunks"), "cold")},
			{"all", all(numbered("chunks"), "reused")},
		}},
	} {
		if !b.only.MatchString("curves: " + c.name) {
			whole = false
			continue
		}
		if err := b.prepare(ctx, c.data); err != nil {
			return nil, false, err
		}
		for _, p := range c.probes {
			if err := b.addPanels(ctx, &c.curve, c.at, p); err != nil {
				return nil, false, fmt.Errorf("curve of %s: %w", c.name, err)
			}
		}
		fmt.Fprintln(os.Stderr, "bench: curve of", c.name)
		curves = append(curves, c.curve)
	}
	if !b.only.MatchString("curves: workers") {
		return curves, false, nil
	}
	workers, err := b.measureWorkers(ctx)
	return append(curves, workers), whole, err
}

// upTo is 1, 2, 5, 10, 20, 50, … and the number itself.
func upTo(n int) []int {
	var list []int
	for decade := 1; decade < n; decade *= 10 {
		for _, x := range []int{decade, 2 * decade, 5 * decade} {
			if x < n {
				list = append(list, x)
			}
		}
	}
	return append(list, n)
}

// addPanels measures a probe with all programs but h5py, which is libhdf5 once more.
func (b *run) addPanels(ctx context.Context, c *curve, at []int, p probe) error {
	time, memory := panel{title: p.title}, panel{title: p.title + ": peak memory", memory: true}
	for _, who := range b.programs {
		if !who.ours && !who.library {
			continue
		}
		t, m := line{name: who.name, ours: who.ours}, line{name: who.name, ours: who.ours}
		for _, x := range at {
			got, peak, err := b.drive(ctx, who, measure{}, p.args(x))
			if err != nil {
				return err
			}
			t.points = append(t.points, point{float64(x), got.Seconds})
			m.points = append(m.points, point{float64(x), float64(peak) / 1e6})
		}
		time.lines, memory.lines = append(time.lines, t), append(memory.lines, m)
	}
	c.panels = append(c.panels, time, memory)
	return nil
}

// measureWorkers reads what takes work to decode with one worker and more. libhdf5 has one.
func (b *run) measureWorkers(ctx context.Context) (curve, error) {
	c := curve{name: "workers", title: "Number of workers", axis: "workers"}
	for _, w := range []struct{ data, title string }{{"w3-1m-u16", "bitshuffle and LZ4"}, {"w4", "shuffle and deflate"}} {
		if err := b.prepare(ctx, w.data); err != nil {
			return c, err
		}
		args := []string{"read", filepath.Join(b.folder, w.data, "vds.h5"), "data", "all", "reused", "5"}
		time, memory := panel{title: w.title}, panel{title: w.title + ": peak memory", memory: true}
		for _, who := range b.programs {
			if !who.ours && !who.library {
				continue
			}
			t, m := line{name: who.name, ours: who.ours}, line{name: who.name, ours: who.ours}
			for _, n := range []int{1, 2, 4, 8} {
				args := args
				if who.ours {
					args = slices.Concat([]string{"-workers", strconv.Itoa(n)}, args)
				} else if n > 1 { // the same again
					t.points, m.points = append(t.points, point{float64(n), t.points[0].y}), append(m.points, point{float64(n), m.points[0].y})
					continue
				}
				got, peak, err := b.drive(ctx, who, measure{plugin: pluginAVX2}, args)
				if err != nil {
					return c, err
				}
				t.points, m.points = append(t.points, point{float64(n), got.Seconds}), append(m.points, point{float64(n), float64(peak) / 1e6})
			}
			time.lines, memory.lines = append(time.lines, t), append(memory.lines, m)
		}
		c.panels = append(c.panels, time, memory)
	}
	return c, nil
}

// each is what one more costs: the slope between the first point and the last.
func (l line) each() float64 {
	first, last := l.points[0], l.points[len(l.points)-1]
	return (last.y - first.y) / (last.x - first.x)
}

// describeCurves is what one more of everything costs, as Markdown. pictures is the folder of the pictures as a link has it, "" without.
func describeCurves(curves []curve, pictures string) string {
	var out strings.Builder
	for _, c := range curves {
		fmt.Fprintf(&out, "\n**%s.**\n\n", c.title)
		if pictures != "" {
			fmt.Fprintf(&out, "![%s](%s/%s.svg)\n\n", c.title, pictures, c.name)
		}
		for i, l := range c.panels[0].lines {
			if i == 0 {
				fmt.Fprintf(&out, "| %d to %d %s |", int(l.points[0].x), int(l.points[len(l.points)-1].x), c.axis)
			}
			fmt.Fprintf(&out, " %s | each further |", l.name)
		}
		out.WriteString("\n|---|" + strings.Repeat("--:|--:|", len(c.panels[0].lines)) + "\n")
		for _, p := range c.panels {
			fmt.Fprintf(&out, "| %s |", p.title)
			for _, l := range p.lines {
				first, last := l.points[0].y, l.points[len(l.points)-1].y
				fmt.Fprintf(&out, " %s to %s | %s |", p.value(first), p.value(last), p.slope(l.each()))
			}
			out.WriteString("\n")
		}
	}
	return out.String()
}

// value is a height of the panel with its unit.
func (p panel) value(y float64) string {
	if p.memory {
		return digits(y) + " MB"
	}
	return duration(y)
}

// slope is what one more costs, with its unit. What falls, as time does with workers, costs nothing.
func (p panel) slope(each float64) string {
	switch {
	case each <= 0:
		return "–"
	case p.memory && each >= 1:
		return digits(each) + " MB"
	case p.memory:
		return digits(each*1e3) + " kB"
	case each < 1e-6:
		return digits(each*1e9) + " ns"
	}
	return duration(each)
}
