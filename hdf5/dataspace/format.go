package dataspace

import (
	"fmt"
	"strconv"
	"strings"
)

// maxListed is the number of boxes or points that String writes out.
const maxListed = 4

// String returns s in NumPy's manner: [0:10, 5:25:10, 3] has the range 0 to 9 along axis 0, the
// coordinates 5 and 15 along axis 1 and 3 along axis 2. Blocks of more than one element between
// gaps are written 5:25:10(block 2), an end that the dataset determines is written inf. [...] is
// All and [none] None; an irregular hyperslab is its boxes joined by |, points are (1, 2), (3, 4).
func (s Selection) String() string {
	var b strings.Builder
	switch {
	case s.kind == KindNone:
		return "[none]"
	case s.kind == KindAll:
		return "[...]"
	case s.kind == KindPoints:
		s.writePoints(&b)
	case s.kind == KindRegular:
		writeDims(&b, s.dims)
	case s.dims != nil:
		writeDims(&b, s.dims)
		b.WriteString(" | ")
		writeDims(&b, s.tailDims())
	default:
		s.writeBoxes(&b)
	}
	return b.String()
}

func writeDims(b *strings.Builder, dims []Dim) {
	b.WriteByte('[')
	for axis, d := range dims {
		if axis > 0 {
			b.WriteString(", ")
		}
		b.WriteString(d.String())
	}
	b.WriteByte(']')
}

// String returns the axis as Selection.String writes it.
func (d Dim) String() string {
	start := strconv.FormatUint(d.Start, 10)
	switch {
	case d.Count == 0 || d.Block == 0:
		return "none"
	case d.Count == 1 && d.Block == 1:
		return start
	case d.Block == Unlimited:
		return start + ":inf"
	case d.Count == 1:
		return fmt.Sprintf("%s:%d", start, d.Start+d.Block)
	}
	text := start + ":inf"
	if d.Count != Unlimited {
		text = fmt.Sprintf("%s:%d", start, d.Start+d.Count*d.Stride)
	}
	if d.Stride != 1 {
		text += ":" + strconv.FormatUint(d.Stride, 10)
	}
	if d.Block != 1 {
		text += fmt.Sprintf("(block %d)", d.Block)
	}
	return text
}

func (s Selection) writePoints(b *strings.Builder) {
	n := s.set.len(KindPoints)
	i := 0
	for point := range s.Points() {
		if i == maxListed {
			fmt.Fprintf(b, ", … (%d points)", n)
			return
		}
		if i > 0 {
			b.WriteString(", ")
		}
		i++
		writePoint(b, point)
	}
}

// writeBoxes writes the boxes as they were given: putting them in order may be costly, and String
// is for messages.
func (s Selection) writeBoxes(b *strings.Builder) {
	i := 0
	s.set.eachBox(s.kind, func(box Box) bool {
		if i == maxListed {
			fmt.Fprintf(b, " | … (%d boxes)", s.set.len(s.kind))
			return false
		}
		if i > 0 {
			b.WriteString(" | ")
		}
		i++
		dims := make([]Dim, len(box.Start))
		for axis, x := range box.Start {
			dims[axis] = Dim{Start: x, Stride: 1, Count: 1, Block: box.Count[axis]}
		}
		writeDims(b, dims)
		return true
	})
}

func writePoint(b *strings.Builder, point []uint64) {
	b.WriteByte('(')
	for axis, x := range point {
		if axis > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.FormatUint(x, 10))
	}
	b.WriteByte(')')
}
