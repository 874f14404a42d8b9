package hdf5

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
)

// matrixType is a type of elements in the matrix: as stored, and the Go type that is written.
type matrixType struct {
	name   string
	typ    *Datatype
	goType reflect.Type
}

func typed[T any](name string, t *Datatype) matrixType {
	return matrixType{name, t, reflect.TypeFor[T]()}
}

// matrixNumbers are the types that every filter takes.
func matrixNumbers() []matrixType {
	list := []matrixType{typed[int8]("int8", Int8()), typed[uint8]("uint8", Uint8())}
	for _, m := range []matrixType{
		typed[int16]("int16", Int16()), typed[int32]("int32", Int32()), typed[int64]("int64", Int64()),
		typed[uint16]("uint16", Uint16()), typed[uint32]("uint32", Uint32()), typed[uint64]("uint64", Uint64()),
	} {
		list = append(list, m, matrixType{m.name + "be", BigEndian(m.typ), m.goType})
	}
	return list
}

// matrixTypes are types of every class, and some that are made at random.
func matrixTypes(random *rand.Rand) []matrixType {
	list := matrixNumbers()
	for _, m := range []matrixType{
		typed[float32]("float16", Float16()), typed[float32]("float32", Float32()), typed[float64]("float64", Float64()),
		typed[complex64]("complex64", Complex64()), typed[complex128]("complex128", Complex128()),
		typed[int16]("enum", Enum(Int16(), EnumMember{"ZERO", 0}, EnumMember{"RED", 1}, EnumMember{"GREEN", -300})),
		typed[[2][3]int16]("array", Array(Int16(), 2, 3)),
		typed[[]float64]("sequence", VarLen(Float64())),
	} {
		list = append(list, m, matrixType{m.name + "be", BigEndian(m.typ), m.goType})
	}
	point := Compound(Member{Name: "x", Type: Float32()}, Member{Name: "n", Type: Uint16()})
	type xn struct {
		N uint32  `hdf5:"n"` // wider than what is stored, and in another order
		X float64 `hdf5:"x"`
	}
	named := Compound(Member{Name: "name", Type: VarString(UTF8)}, Member{Name: "hits", Type: VarLen(Int16())})
	type text struct {
		Name string  `hdf5:"name"`
		Hits []int16 `hdf5:"hits"`
	}
	type pair struct {
		A uint8   `hdf5:"a"`
		B float64 `hdf5:"b"`
	}
	list = append(list,
		typed[xn]("compound-mixed", Compound(Member{Name: "x", Type: BigEndian(Float32())}, Member{Name: "n", Type: Uint16()})),
		typed[bool]("bool", Bool()), typed[float64]("longdouble", longDouble()),
		typed[uint8]("bits8", Bitfield(1)), typed[uint16]("bits16", Bitfield(2)), typed[uint32]("bits32", Bitfield(4)), typed[uint64]("bits64", Bitfield(8)),
		typed[string]("fixed-terminated", String(12, NullTerminated, ASCII)), typed[string]("fixed-null", String(9, NullPadded, UTF8)),
		typed[string]("fixed-space", String(10, SpacePadded, ASCII)), typed[string]("one-byte", String(1, NullPadded, ASCII)),
		typed[string]("string", VarString(UTF8)), typed[string]("string-ascii", VarString(ASCII)),
		typed[[5]byte]("opaque", Opaque(5, "")), typed[[3]byte]("opaque-tagged", Opaque(3, "a tag")),
		typed[[3]string]("array-strings", Array(VarString(UTF8), 3)), typed[[2]xn]("array-compounds", Array(point, 2)),
		typed[xn]("compound", point), typed[pair]("compound-gaps", mustCompound(24, Member{"b", 12, Float64()}, Member{"a", 3, Uint8()})),
		typed[text]("compound-strings", named),
		typed[[]int64]("sequence-int64", VarLen(Int64())), typed[[][3]uint8]("sequence-arrays", VarLen(Array(Uint8(), 3))),
		typed[[]string]("sequence-strings", VarLen(VarString(UTF8))), typed[[][]int16]("sequence-sequences", VarLen(VarLen(Int16()))),
		typed[[]xn]("sequence-compounds", VarLen(point)), typed[[]text]("sequence-compound-strings", VarLen(named)),
	)
	for i := range 12 {
		m := randomType(random, 0)
		for m.typ.class != ClassCompound {
			m = randomType(random, 0)
		}
		m.name = fmt.Sprint("random", i)
		if i%4 == 3 {
			m.typ = BigEndian(m.typ)
		}
		list = append(list, m)
	}
	return list
}

// randomType makes a type of up to four levels.
func randomType(random *rand.Rand, depth int) matrixType {
	simple := []matrixType{
		typed[int8]("", Int8()), typed[uint16]("", Uint16()), typed[int32]("", Int32()), typed[uint64]("", Uint64()), typed[float32]("", Float32()),
		typed[float64]("", Float64()), typed[bool]("", Bool()), typed[string]("", VarString(UTF8)), typed[string]("", String(1+random.IntN(20), NullPadded, ASCII)),
		typed[complex128]("", Complex128()), typed[uint8]("", Enum(Uint8(), EnumMember{"OFF", 0}, EnumMember{"ON", 200})),
	}
	if depth > 2 {
		return simple[random.IntN(len(simple))]
	}
	switch random.IntN(6) {
	case 0:
		base, n := randomType(random, depth+1), 1+random.IntN(3)
		return matrixType{"", Array(base.typ, n), reflect.ArrayOf(n, base.goType)}
	case 1:
		base := randomType(random, depth+1)
		return matrixType{"", VarLen(base.typ), reflect.SliceOf(base.goType)}
	case 2, 3:
		return randomCompound(random, depth)
	}
	return simple[random.IntN(len(simple))]
}

// randomCompound has gaps, and members in another order than the Go struct.
func randomCompound(random *rand.Rand, depth int) matrixType {
	n := 1 + random.IntN(5)
	members, fields := make([]Member, n), make([]reflect.StructField, n)
	at := 0
	for i, place := range random.Perm(n) {
		part := randomType(random, depth+1)
		name := fmt.Sprint("m", i)
		at += random.IntN(3)
		members[i] = Member{name, at, part.typ}
		at += part.typ.Size()
		fields[place] = reflect.StructField{Name: strings.ToUpper(name), Type: part.goType, Tag: reflect.StructTag(`hdf5:"` + name + `"`)}
	}
	return matrixType{"", mustCompound(at+random.IntN(3), members...), reflect.StructOf(fields)}
}

// contains reports whether a type, or one inside it, is such a one.
func (t *Datatype) contains(such func(t *Datatype) bool) bool {
	if such(t) || t.base != nil && t.base.contains(such) {
		return true
	}
	for _, m := range t.members {
		if m.Type.contains(such) {
			return true
		}
	}
	return false
}

// randomValue sets v to an element of type t.
func randomValue(random *rand.Rand, t *Datatype, v reflect.Value) {
	switch t.class {
	case ClassInteger, ClassBitfield:
		setInteger(v, random.Uint64()>>random.IntN(64), t)
	case ClassEnum:
		setInteger(v, uint64(t.enumValue(random.IntN(len(t.enum)))), t)
	case ClassFloat:
		v.SetFloat(randomFloat(random, t))
	case ClassString, ClassVarLen:
		if v.Kind() == reflect.String {
			v.SetString(randomText(random, t))
			return
		}
		n := max(random.IntN(6)-1, 0)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			randomValue(random, t.base, v.Index(i))
		}
	case ClassOpaque:
		for i := range v.Len() {
			v.Index(i).SetUint(uint64(random.IntN(256)))
		}
	case ClassArray:
		for _, e := range arrayElements(t, v) {
			randomValue(random, t.base, e)
		}
	case ClassCompound:
		if t.IsComplex() {
			v.SetComplex(complex(randomFloat(random, t.members[0].Type), randomFloat(random, t.members[1].Type)))
			return
		}
		for _, m := range t.members {
			randomValue(random, m.Type, fieldOf(v, m.Name))
		}
	}
}

// setInteger sets v to as many of the bits as the type has.
func setInteger(v reflect.Value, bits uint64, t *Datatype) {
	unused := 64 - 8*t.size
	switch {
	case v.Kind() == reflect.Bool:
		v.SetBool(bits&1 != 0)
	case v.CanInt():
		v.SetInt(int64(bits) << unused >> unused)
	default:
		v.SetUint(bits << unused >> unused)
	}
}

// randomFloat is a number that the type has. Numbers of two and of sixteen bytes are short, as h5dump prints them.
func randomFloat(random *rand.Rand, t *Datatype) float64 {
	switch random.IntN(12) {
	case 0:
		return math.Inf(random.IntN(2)*2 - 1)
	case 1:
		return 0
	}
	switch t.size {
	case 4:
		f := math.Float32frombits(random.Uint32())
		if f == f {
			return float64(f)
		}
	case 8:
		f := math.Float64frombits(random.Uint64())
		if f == f {
			return f
		}
	}
	return float64(random.IntN(2048)-1024) / 8
}

// randomText has no quotes and no backslashes, which h5dump does not tell apart from its own.
func randomText(random *rand.Rand, t *Datatype) string {
	most := 30
	if t.class == ClassString {
		most = t.size
		if t.padding == NullTerminated {
			most--
		}
	} else if random.IntN(40) == 0 {
		most = 3000
	}
	letters := []string{"a", "b", "Z", "0", "-", "x y", "é", "日", "🙂"}
	if t.charset == ASCII {
		letters = letters[:6]
	}
	var b strings.Builder
	for range random.IntN(most + 1) {
		if letter := letters[random.IntN(len(letters))]; b.Len()+len(letter) <= most {
			b.WriteString(letter)
		}
	}
	return b.String()
}

// arrayElements are the elements of a Go array, of any rank, that stands for an array type.
func arrayElements(t *Datatype, v reflect.Value) []reflect.Value {
	list := []reflect.Value{v}
	for range t.dims {
		var inner []reflect.Value
		for _, a := range list {
			for i := range a.Len() {
				inner = append(inner, a.Index(i))
			}
		}
		list = inner
	}
	return list
}

// fieldOf is the field of a struct that stands for a member.
func fieldOf(v reflect.Value, member string) reflect.Value {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("hdf5") == member {
			return v.Field(i)
		}
	}
	panic("no field for member " + member)
}
