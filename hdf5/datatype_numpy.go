package hdf5

import (
	"fmt"
	"slices"
	"strings"
)

// numpyTag starts the tags of opaque types that h5py made for types that only NumPy has; NumPy's name of the type follows.
const numpyTag = "NUMPY:"

// Native is the type that h5py gives elements of type t in memory: the type that NumpyDescr describes. Numbers keep their byte order. Integers, bitfields and
// times of odd precision or offset become integers of the same size, or the next size that NumPy has; floating-point numbers become the smallest of NumPy's
// float16, float32, float64 and x86 long double that holds all their values, or float64 when none does; complex numbers become compounds of r and i, enumerations
// other than booleans the integers under them; strings of fixed length become null-padded ones.
// Everything else stays as it is.
func (t *Datatype) Native() *Datatype {
	switch t.class {
	case ClassInteger, ClassBitfield, ClassTime:
		if size := nextPowerOfTwo(t.size); size <= 8 {
			return newInt(size, t.signed).withOrder(t.numberOrder())
		}
		return newInt(8, t.signed).withOrder(t.numberOrder())
	case ClassFloat:
		return t.nativeFloat()
	case ClassComplex:
		return newComplex(t.base.Native())
	case ClassCompound:
		if t.numpyComplex() {
			return newComplex(t.complexPart().Native())
		}
		return t.nativeCompound()
	case ClassArray:
		return Array(t.base.Native(), t.dims...)
	case ClassString:
		return String(t.size, NullPadded, t.charset)
	case ClassEnum:
		if !t.IsBool() {
			return t.base.Native()
		}
	case ClassVarLen:
		if !t.text {
			return VarLen(t.base.Native())
		}
	}
	return t
}

// numberOrder is the order of a number in NumPy, which has no VAX order.
func (t *Datatype) numberOrder() Order {
	if t.order == OrderVAX {
		return OrderLE
	}
	return t.order
}

func nextPowerOfTwo(n int) int {
	p := 1
	for p < n {
		p *= 2
	}
	return p
}

// nativeFloat follows h5py's TypeFloatID.py_dtype.
func (t *Datatype) nativeFloat() *Datatype {
	f := t.float
	for _, u := range []*Datatype{Float16(), Float32(), Float64(), longDouble()} {
		if t.sameFields(u) {
			return u.withOrder(t.order)
		}
	}
	if f.ExpSize <= 15 {
		highest := int64(1)<<f.ExpSize - int64(f.Bias) - 1 // NumPy's maxexp
		lowest := 1 - int64(f.Bias)                        // NumPy's minexp
		for _, u := range []*Datatype{Float16(), Float32(), Float64()} {
			if g := u.float; f.MantSize <= g.MantSize && highest <= int64(g.Bias)+1 && lowest >= 1-int64(g.Bias) {
				return u.withOrder(t.numberOrder())
			}
		}
	}
	return Float64().withOrder(t.numberOrder())
}

// nativeCompound keeps the offsets of members that keep their sizes, and packs the others.
func (t *Datatype) nativeCompound() *Datatype {
	members := make([]Member, len(t.members))
	same := true
	for i, m := range t.members {
		members[i] = Member{m.Name, m.Offset, m.Type.Native()}
		same = same && members[i].Type.size == m.Type.size
	}
	if !same {
		return Compound(members...)
	}
	u := *t
	u.members = members
	return &u
}

// NumpyDescr is the type as the header of a .npy file names it: '<u2' without the quotes, or a list of fields "[('x', '<f4'), (”, '|V4'), …]" for
// a compound. It is what numpy.save writes for the array that h5py reads from a dataset of this type, and describes elements of type t.Native().
// NumPy adds the axes of an array type to the array's shape: the result is the type of the elements then, and NumpyShape the axes to add.
//
// Data of variable length and references are Python objects in NumPy and have no .npy form, time stamps and the floating-point numbers that
// NumPy cannot hold no form at all: these are *UnsupportedError. Strings of variable length can be read as strings of a fixed length that is
// long enough, hdf5.String(n, NullPadded, UTF8), which are '|S<n>'.
func (t *Datatype) NumpyDescr() (string, error) {
	for t.class == ClassArray {
		t = t.base
	}
	if isRecord(t) && !t.numpyComplex() {
		return t.numpyFields()
	}
	return t.numpyScalar()
}

// NumpyShape is the axes that an array type adds to the shape of an array of its elements; nil for other types.
func (t *Datatype) NumpyShape() []int {
	var shape []int
	for ; t.class == ClassArray; t = t.base {
		shape = append(shape, t.dims...)
	}
	return shape
}

// numpyComplex reports whether NumPy has a complex number for t.
func (t *Datatype) numpyComplex() bool {
	part := t.complexPart()
	if part == nil {
		return false
	}
	return part.Native().size >= 4
}

func (t *Datatype) numpyScalar() (string, error) {
	switch t.class {
	case ClassInteger, ClassBitfield:
		return t.numpyInt()
	case ClassFloat:
		n := t.Native()
		if !t.fitsIn(n) {
			return "", &UnsupportedError{Feature: fmt.Sprintf("NumPy form of %s", t)}
		}
		return numpyName(n.order, 'f', n.size), nil
	case ClassString:
		return fmt.Sprintf("|S%d", t.size), nil
	case ClassOpaque:
		if name, ok := strings.CutPrefix(t.tag, numpyTag); ok && numpyTime(name) && t.size == 8 {
			return name, nil
		}
		return fmt.Sprintf("|V%d", t.size), nil
	case ClassEnum:
		if t.IsBool() {
			return "|b1", nil
		}
		return t.base.numpyInt()
	case ClassCompound, ClassComplex:
		part := t.complexPart().Native()
		return numpyName(part.order, 'c', 2*part.size), nil
	}
	return "", &UnsupportedError{Feature: fmt.Sprintf("NumPy form of %s", t)}
}

func (t *Datatype) numpyInt() (string, error) {
	if t.size > 8 {
		return "", &UnsupportedError{Feature: fmt.Sprintf("NumPy form of %s", t)}
	}
	n := t.Native()
	kind := byte('u')
	if n.signed {
		kind = 'i'
	}
	return numpyName(n.order, kind, n.size), nil
}

func numpyName(order Order, kind byte, size int) string {
	mark := '<'
	switch {
	case size == 1:
		mark = '|'
	case order == OrderBE:
		mark = '>'
	}
	return fmt.Sprintf("%c%c%d", mark, kind, size)
}

// fitsIn reports whether a floating-point type holds all values of t.
func (t *Datatype) fitsIn(u *Datatype) bool {
	f, g := t.float, u.float
	if t.sameFields(u) {
		return true
	}
	return f.MantSize <= g.MantSize && f.ExpSize <= g.ExpSize
}

// numpyTime reports whether a name is one of NumPy's dates and durations: '<M8[ns]', '<m8[us]'.
func numpyTime(name string) bool {
	if len(name) < 6 || len(name) > 16 || !strings.ContainsRune("<>", rune(name[0])) || !strings.Contains("M8[m8[", name[1:4]) || name[len(name)-1] != ']' {
		return false
	}
	return !strings.ContainsFunc(name[4:len(name)-1], func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
}

// numpyFields lists the members with their names, and the gaps between them as fields without a name.
func (t *Datatype) numpyFields() (string, error) {
	n := t.Native()
	members := slices.Clone(side{t: n}.record())
	slices.SortStableFunc(members, func(a, b Member) int { return a.Offset - b.Offset })
	var fields []string
	at := 0
	gap := func(to int) {
		if to > at {
			fields = append(fields, fmt.Sprintf("('', '|V%d')", to-at))
		}
	}
	for _, m := range members {
		if m.Offset < at {
			return "", &UnsupportedError{Feature: "NumPy form of a compound with overlapping members"}
		}
		gap(m.Offset)
		field, err := numpyField(m)
		if err != nil {
			return "", fmt.Errorf("member %q: %w", m.Name, err)
		}
		fields = append(fields, field)
		at = m.Offset + m.Type.size
	}
	gap(n.size)
	if len(fields) == 1 {
		return "[" + fields[0] + "]", nil
	}
	return "[" + strings.Join(fields, ", ") + "]", nil
}

func numpyField(m Member) (string, error) {
	descr, err := m.Type.NumpyDescr()
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(descr, "[") {
		descr = "'" + descr + "'"
	}
	shape := m.Type.NumpyShape()
	if len(shape) == 0 {
		return fmt.Sprintf("(%s, %s)", pythonString(m.Name), descr), nil
	}
	axes := make([]string, len(shape))
	for i, k := range shape {
		axes[i] = fmt.Sprint(k)
	}
	comma := ""
	if len(axes) == 1 {
		comma = ","
	}
	return fmt.Sprintf("(%s, %s, (%s%s))", pythonString(m.Name), descr, strings.Join(axes, ", "), comma), nil
}

// pythonString is a literal of Python, ASCII only.
func pythonString(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range s {
		switch {
		case r == '\'' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= ' ' && r < 0x7f:
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('\'')
	return b.String()
}
