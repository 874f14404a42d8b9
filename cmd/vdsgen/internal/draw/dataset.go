package draw

import "github.com/vdsgen/vdsgen/hdf5/dataspace"

// Dataset is a virtual dataset as far as a picture shows it.
type Dataset struct {
	Title   string // of the picture: the layout or the file
	Path    string
	Type    string
	Fill    string // what elements without a source hold; "" is not said
	Axes    []Axis
	Members []Member
	Checked bool // the states of members are known: the legend says so

	varying        []bool // which labels tell members apart
	severalSources bool   // members have sources of their own
}

// Axis is one axis of the virtual dataset.
type Axis struct {
	Name   string
	Extent uint64 // elements; on an axis that grows, as many as are shown
	Grows  bool
}

// Member is one source dataset. A member without selections is not drawn.
type Member struct {
	Labels  []string // what tells it from others, one for each variable: "module 3", "seq 0"
	Source  string   // file and path, for the tip
	Virtual []dataspace.Selection
	State   State
}

// State is what is known of a member.
type State uint8

// The states.
const (
	Present  State = iota // there, or nothing is known
	Missing               // the file or dataset does not exist or cannot be opened
	Mismatch              // it is there and is not what its mappings need
)

// prepare finds which labels tell members apart.
func (d *Dataset) prepare() {
	d.varying, d.severalSources = nil, false
	for i := range d.Members {
		d.severalSources = d.severalSources || d.Members[i].Source != d.Members[0].Source
		for k, text := range d.Members[i].Labels {
			if k >= len(d.varying) {
				d.varying = append(d.varying, i > 0)
			}
			first := d.Members[0].Labels
			d.varying[k] = d.varying[k] || k >= len(first) || first[k] != text
		}
	}
}

// count is the number of members in a state.
func (d *Dataset) count(s State) int {
	n := 0
	for i := range d.Members {
		if d.Members[i].State == s {
			n++
		}
	}
	return n
}
