package main

import (
	"fmt"
	"math"
	"strings"
)

// fastest is the opponent that ratios are taken to: the fastest libhdf5 of the run, or h5py where there is none.
func (r result) fastest() sample {
	best := sample{seconds: math.Inf(1)}
	for _, s := range r.samples {
		if s.program.library && s.seconds < best.seconds {
			best = s
		}
	}
	if math.IsInf(best.seconds, 1) {
		return r.samples[len(r.samples)-1]
	}
	return best
}

// ratio is how many times faster ours is.
func (r result) ratio() float64 { return r.fastest().seconds / r.samples[0].seconds }

// verdict says what of the wanted ratio and memory is reached.
func (r result) verdict() string {
	var said []string
	ratio, least, aim := r.ratio(), r.least, r.aim
	if r.parity {
		least, aim = parityRatio, parityRatio
	}
	switch {
	case r.least == 0:
	case ratio >= aim:
		said = append(said, "met, aim too")
	case ratio >= least:
		said = append(said, "met")
	default:
		said = append(said, "**missed**")
	}
	if r.memory > 0 {
		word := "met"
		if r.samples[0].peak > r.memory {
			word = "**missed**"
		}
		said = append(said, fmt.Sprintf("memory ≤ %d MB %s", r.memory/1e6, word))
	}
	return strings.Join(said, "; ")
}

func (r result) wanted() (least, aim string) {
	switch {
	case r.parity:
		return "parity", "parity"
	case r.least == 0:
		return "", ""
	}
	return fmt.Sprintf("%g×", r.least), fmt.Sprintf("%g×", r.aim)
}

// line is the result in one line, for someone who waits.
func (r result) line() string {
	return fmt.Sprintf("%s, %s %s: %s %s", duration(r.samples[0].seconds), r.fastest().program.name, duration(r.fastest().seconds), times(r.ratio()), r.verdict())
}

// report is the results as Markdown.
func (b *run) report(all results) string {
	var out strings.Builder
	out.WriteString(b.about.text())
	if len(all.measures) > 0 {
		b.writeTable(&out, all.measures)
	}
	if len(all.generation) > 0 {
		out.WriteString("\n| code generation | time | at most | |\n|---|--:|--:|---|\n")
		for _, t := range all.generation {
			word := "met"
			if t.seconds > t.limit {
				word = "**missed**"
			}
			took := duration(t.seconds)
			if t.seconds >= patience.Seconds() {
				took = "ended after " + took
			}
			fmt.Fprintf(&out, "| %s | %s | %s | %s |\n", t.title, took, duration(t.limit), word)
		}
	}
	return out.String()
}

func (b *run) writeTable(out *strings.Builder, all []result) {
	out.WriteString("\n| | workload |")
	for _, p := range b.programs {
		fmt.Fprintf(out, " %s |", p.name)
	}
	out.WriteString(" ratio | at least | aim | |\n|---|---|" + strings.Repeat("--:|", len(b.programs)+3) + "---|\n")
	for _, r := range all {
		fmt.Fprintf(out, "| %s | %s |", r.workload, r.title)
		for _, s := range r.samples {
			fmt.Fprintf(out, " %s |", duration(s.seconds))
		}
		least, aim := r.wanted()
		fmt.Fprintf(out, " %s | %s | %s | %s |\n", times(r.ratio()), least, aim, r.verdict())
	}
	out.WriteString("\n| | peak memory of the process, MB |")
	for _, p := range b.programs {
		fmt.Fprintf(out, " %s |", p.name)
	}
	out.WriteString("\n|---|---|" + strings.Repeat("--:|", len(b.programs)) + "\n")
	for _, r := range all {
		fmt.Fprintf(out, "| %s | %s |", r.workload, r.title)
		for _, s := range r.samples {
			fmt.Fprintf(out, " %d |", s.peak/1e6)
		}
		out.WriteString("\n")
	}
}

// duration is a time with three digits.
func duration(seconds float64) string {
	switch {
	case seconds >= 1:
		return digits(seconds) + " s"
	case seconds >= 1e-3:
		return digits(seconds*1e3) + " ms"
	}
	return digits(seconds*1e6) + " µs"
}

func times(ratio float64) string { return digits(ratio) + "×" }

func digits(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
