package model

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Value returns the fill as a value of the Go type of t: uint16(65535), float32(NaN),
// complex64(…), a bool or a string. The error says why t cannot hold it exactly.
func (f *Fill) Value(t TypeRef) (any, error) {
	if t.Kind == CompoundType {
		if f.Kind == FillLiteral && f.Lit == LiteralInt && f.Text == "0" {
			return nil, nil
		}
		return nil, errors.New("a compound is filled with zeros, and takes no other fill")
	}
	if t.Kind == String {
		if f.Text != "" {
			return nil, errors.New("a text is empty where no source lies, and takes no other fill")
		}
		return "", nil
	}
	switch f.Kind {
	case FillMax, FillMin:
		return extreme(t.Kind, f.Kind == FillMax)
	case FillNaN:
		return special(t.Kind, math.NaN(), "nan")
	case FillInf:
		sign := 1
		if strings.HasPrefix(f.Text, "-") {
			sign = -1
		}
		return special(t.Kind, math.Inf(sign), "inf")
	}
	return literalValue(Literal{Kind: f.Lit, Text: f.Text}, t.Kind)
}

// fillHint says what a fill of type k can be.
func fillHint(k TypeKind) string {
	switch {
	case k.Integer():
		lo, _ := extreme(k, false)
		hi, _ := extreme(k, true)
		return fmt.Sprintf("an integer from %v to %v, or max or min", lo, hi)
	case k.Float(), k.Complex():
		return "a number that " + k.String() + " holds, or max, min, nan, inf"
	case k == Bool:
		return "true or false"
	case k == String:
		return `"", or leave it out`
	}
	return "0, or leave it out"
}

func extreme(k TypeKind, largest bool) (any, error) {
	pick := func(lo, hi any) (any, error) {
		if largest {
			return hi, nil
		}
		return lo, nil
	}
	switch k {
	case Int8:
		return pick(int8(math.MinInt8), int8(math.MaxInt8))
	case Int16:
		return pick(int16(math.MinInt16), int16(math.MaxInt16))
	case Int32:
		return pick(int32(math.MinInt32), int32(math.MaxInt32))
	case Int64:
		return pick(int64(math.MinInt64), int64(math.MaxInt64))
	case Uint8:
		return pick(uint8(0), uint8(math.MaxUint8))
	case Uint16:
		return pick(uint16(0), uint16(math.MaxUint16))
	case Uint32:
		return pick(uint32(0), uint32(math.MaxUint32))
	case Uint64:
		return pick(uint64(0), uint64(math.MaxUint64))
	case Float32:
		return pick(float32(-math.MaxFloat32), float32(math.MaxFloat32))
	case Float64:
		return pick(-math.MaxFloat64, math.MaxFloat64)
	}
	return nil, fmt.Errorf("%s has no largest or smallest value", k)
}

func special(k TypeKind, v float64, word string) (any, error) {
	switch k {
	case Float32:
		return float32(v), nil
	case Float64:
		return v, nil
	case Complex64:
		return complex(float32(v), 0), nil // as NumPy converts it
	case Complex128:
		return complex(v, 0), nil
	}
	return nil, fmt.Errorf("%s cannot hold %s", k, word)
}

// literalValue returns lit as a value of the Go type of k, or says why k cannot hold it
// exactly. A decimal fraction is exact when k gives the same shortest decimal back.
func literalValue(lit Literal, k TypeKind) (any, error) {
	switch {
	case k == String:
		if !utf8.ValidString(lit.Text) || strings.ContainsRune(lit.Text, 0) {
			return nil, errors.New("an HDF5 string cannot hold a zero byte or broken UTF-8")
		}
		return lit.Text, nil
	case k == Bool:
		if lit.Kind == LiteralBool {
			return lit.Text == "true", nil
		}
	case lit.Kind == LiteralBool || lit.Kind == LiteralString:
	case k.Integer():
		return integerValue(lit.Text, k)
	case k == Float32 || k == Complex64:
		v, err := floatValue(lit.Text, 32)
		if k == Complex64 {
			return complex(float32(v), 0), err
		}
		return float32(v), err
	case k == Float64 || k == Complex128:
		v, err := floatValue(lit.Text, 64)
		if k == Complex128 {
			return complex(v, 0), err
		}
		return v, err
	}
	return nil, fmt.Errorf("%s cannot hold the %s %q", k, lit.Kind, short(lit.Text))
}

func integerValue(text string, k TypeKind) (any, error) {
	wrong := fmt.Errorf("%s cannot hold %s", k, short(text))
	if k.Unsigned() {
		u, err := strconv.ParseUint(strings.TrimPrefix(text, "+"), 0, k.Bits())
		if err != nil {
			return nil, wrong
		}
		switch k {
		case Uint8:
			return uint8(u), nil
		case Uint16:
			return uint16(u), nil
		case Uint32:
			return uint32(u), nil
		}
		return u, nil
	}
	i, err := strconv.ParseInt(text, 0, k.Bits())
	if err != nil {
		return nil, wrong
	}
	switch k {
	case Int8:
		return int8(i), nil
	case Int16:
		return int16(i), nil
	case Int32:
		return int32(i), nil
	}
	return i, nil
}

// floatValue parses text for a float of so many bits and checks that nothing is lost.
func floatValue(text string, bits int) (float64, error) {
	if i, err := strconv.ParseInt(text, 0, 64); err == nil {
		v := float64(i)
		if bits == 32 {
			v = float64(float32(v))
		}
		if v >= 1<<63 || int64(v) != i {
			return 0, fmt.Errorf("float%d cannot hold %s exactly, the nearest is %.0f", bits, text, v)
		}
		return v, nil
	}
	v, err := strconv.ParseFloat(text, bits)
	if err != nil {
		return 0, fmt.Errorf("float%d cannot hold %s", bits, short(text))
	}
	nearest := strconv.FormatFloat(v, 'g', -1, bits)
	if !sameDecimal(text, nearest) {
		return 0, fmt.Errorf("float%d cannot hold %s, the nearest is %s", bits, short(text), nearest)
	}
	return v, nil
}

// sameDecimal reports whether two decimal numbers have the same digits and magnitude.
func sameDecimal(a, b string) bool {
	da, ea, ok1 := decimal(a)
	db, eb, ok2 := decimal(b)
	return !ok1 || !ok2 || da == db && (ea == eb || da == "" || da == "-")
}

// decimal splits a decimal number into sign and significant digits, and the exponent of
// the first of them. ok is false for hexadecimal floats.
func decimal(s string) (digits string, exponent int, ok bool) {
	if strings.ContainsAny(s, "xXpP") {
		return "", 0, false
	}
	sign := ""
	if s != "" && (s[0] == '-' || s[0] == '+') {
		sign, s = strings.TrimPrefix(s[:1], "+"), s[1:]
	}
	mantissa, exp, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(s, "_", "")), "e")
	if exp != "" {
		n, err := strconv.Atoi(exp)
		if err != nil {
			return "", 0, false
		}
		exponent = n
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	all := whole + fraction
	trimmed := strings.TrimLeft(all, "0")
	exponent += len(whole) - (len(all) - len(trimmed))
	return sign + strings.TrimRight(trimmed, "0"), exponent, true
}

// defaultKind returns the type that the literals of a value have when none is written:
// string, int64, float64 or bool; integers beside floats become floats.
func (v *Value) defaultKind() (TypeKind, error) {
	if len(v.Items) == 0 {
		return TypeInvalid, errors.New("an empty list has no type; write {type: int64, value: []}")
	}
	kinds := map[LiteralKind]TypeKind{LiteralString: String, LiteralInt: Int64, LiteralFloat: Float64, LiteralBool: Bool}
	k := kinds[v.Items[0].Kind]
	for _, i := range v.Items[1:] {
		switch next := kinds[i.Kind]; {
		case next == k:
		case (next == Int64 || next == Float64) && (k == Int64 || k == Float64):
			k = Float64
		default:
			return TypeInvalid, fmt.Errorf("a list of one %s and one %s", v.Items[0].Kind, i.Kind)
		}
	}
	return k, nil
}

// Data returns v as a value of the Go type of its element type, a slice of it for a
// list. env gives the parameters of items that are expressions.
func (v *Value) Data(env Env) (any, error) {
	if !v.List {
		return v.Items[0].value(v.Type.Kind, env)
	}
	return sliceOf(v.Type.Kind, len(v.Items), func(i int) (any, error) { return v.Items[i].value(v.Type.Kind, env) })
}

func (l *Literal) value(k TypeKind, env Env) (any, error) {
	if l.Expr == nil {
		return literalValue(*l, k)
	}
	n, err := l.Expr.Eval(env)
	if err != nil {
		return nil, err
	}
	return literalValue(Literal{Kind: LiteralInt, Text: strconv.FormatInt(n, 10)}, k)
}

// sliceOf returns a slice of the Go type of k with n items.
func sliceOf(k TypeKind, n int, item func(int) (any, error)) (any, error) {
	switch k {
	case Int8:
		return typed[int8](n, item)
	case Int16:
		return typed[int16](n, item)
	case Int32:
		return typed[int32](n, item)
	case Int64:
		return typed[int64](n, item)
	case Uint8:
		return typed[uint8](n, item)
	case Uint16:
		return typed[uint16](n, item)
	case Uint32:
		return typed[uint32](n, item)
	case Uint64:
		return typed[uint64](n, item)
	case Float32:
		return typed[float32](n, item)
	case Float64:
		return typed[float64](n, item)
	case Bool:
		return typed[bool](n, item)
	case String:
		return typed[string](n, item)
	case Complex64:
		return typed[complex64](n, item)
	case Complex128:
		return typed[complex128](n, item)
	}
	return nil, fmt.Errorf("no values of type %s can be written", k)
}

func typed[T any](n int, item func(int) (any, error)) (any, error) {
	out := make([]T, n)
	for i := range out {
		v, err := item(i)
		if err != nil {
			return nil, err
		}
		x, ok := v.(T)
		if !ok {
			return nil, fmt.Errorf("%v is not a %T", v, out[i])
		}
		out[i] = x
	}
	return out, nil
}
