package main

import (
	"encoding/json"
	"io"

	vds "github.com/vdsgen/vdsgen/runtime"
)

// reportNode is the form of a verification in JSON: docs/verify-json.md.
type reportNode struct {
	File     string          `json:"file"`
	OK       bool            `json:"ok"`
	Datasets []datasetReport `json:"datasets"`
}

type datasetReport struct {
	Path     string         `json:"path"`
	Shape    []int          `json:"shape"`
	Mappings int            `json:"mappings"`
	Elements uint64         `json:"elements"`
	Mapped   uint64         `json:"mapped"`
	Unmapped uint64         `json:"unmapped"`
	Overlap  []int          `json:"overlap,omitempty"`
	Error    string         `json:"error,omitempty"`
	Files    []fileReport   `json:"files"`
	Sources  []sourceReport `json:"sources"`
}

type fileReport struct {
	File     string `json:"file"`
	Mappings int    `json:"mappings"`
	Elements uint64 `json:"elements"`
}

type sourceReport struct {
	File     string   `json:"file"`
	Path     string   `json:"path"`
	Mappings []int    `json:"mappings"`
	Found    string   `json:"found,omitempty"`
	Shape    []int    `json:"shape,omitempty"`
	Type     string   `json:"type,omitempty"`
	Reaches  int      `json:"reaches,omitempty"`
	Filled   string   `json:"filled,omitempty"`
	Problems []string `json:"problems"`
}

// printReport writes a verification as JSON.
func printReport(w io.Writer, report *vds.Report) error {
	n := reportNode{File: report.File, OK: report.OK(), Datasets: []datasetReport{}}
	for i := range report.Datasets {
		d := &report.Datasets[i]
		one := datasetReport{
			Path: d.Path, Shape: append([]int{}, d.Shape...), Mappings: d.Mappings,
			Elements: d.Coverage.Elements, Mapped: d.Coverage.Mapped, Unmapped: d.Coverage.Unmapped,
			Files: []fileReport{}, Sources: []sourceReport{},
		}
		if o := d.Coverage.Overlap; o != nil {
			one.Overlap = []int{o.First, o.Second}
		}
		if d.Err != nil {
			one.Error = oneLine(d.Err)
		}
		for _, f := range d.Coverage.Files() {
			one.Files = append(one.Files, fileReport(f))
		}
		for j := range d.Sources {
			one.Sources = append(one.Sources, describeSource(&d.Sources[j]))
		}
		n.Datasets = append(n.Datasets, one)
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return out.Encode(n)
}

func describeSource(s *vds.SourceReport) sourceReport {
	one := sourceReport{File: s.Source.File, Path: s.Source.Path, Mappings: s.Mappings, Found: s.Found, Shape: s.Shape, Reaches: s.Reaches, Problems: []string{}}
	if s.Type != nil {
		one.Type = s.Type.String()
	}
	if s.Filled != nil {
		one.Filled = oneLine(s.Filled)
	}
	for _, p := range s.Problems {
		one.Problems = append(one.Problems, oneLine(p))
	}
	return one
}
