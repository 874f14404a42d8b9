package hdf5

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unsafe"
)

// errNoPath is why two types cannot be converted when there is no better reason.
var errNoPath = errors.New("HDF5 has no conversion between these")

// side is one side of a conversion: elements as their datatype says, or Go values.
type side struct {
	t      *Datatype
	goType reflect.Type // nil: bytes
}

// builder makes kernels.
type builder struct {
	writer  heapWriter // set when Go memory is being stored
	partial bool
}

// kernel makes what converts elements of s to elements of d. A copyKernel means that d is the first bytes of s.
func (b *builder) kernel(s, d side) (kernel, error) {
	if s.goType == nil && d.goType == nil && (s.t.hasHeapData() || d.t.hasHeapData()) && !heapToFixed(s.t, d.t) {
		// Compounds and arrays come here too, before their parts do.
		if s.t.class != ClassCompound && s.t.class != ClassArray {
			return nil, errors.New("data of variable length has no packed form")
		}
	}
	switch {
	case d.is(reflect.Bool):
		return boolKernel(s.t)
	case d.is(reflect.String):
		return b.toGoString(s)
	case d.is(reflect.Slice):
		return b.toGoSlice(s, d)
	case s.is(reflect.String):
		return b.fromGoString(d)
	case s.is(reflect.Slice):
		return b.fromGoSlice(s, d)
	}
	st, dt := s.t, d.t
	switch {
	case isNumber(st) && isNumber(dt):
		if st.class == ClassEnum && dt.class == ClassEnum {
			return enumKernel(st, dt)
		}
		return numberKernel(numberOf(st), numberOf(dt))
	case st.class == ClassReference:
		return referenceKernel(s, d)
	case dt.class == ClassReference && s.goType != nil:
		return numberKernel(addressType(s.t), addressType(dt))
	case st.class == ClassString && dt.class == ClassString:
		return stringKernel(st, dt), nil
	case st.IsVarString() && dt.class == ClassString:
		return varToFixed{st.size, dt}, nil
	case st.class == ClassOpaque && dt.class == ClassOpaque && st.size == dt.size:
		return copyKernel{dt.size}, nil
	case isBytes(st) && isByteArray(d) || isByteArray(s) && isBytes(dt):
		if st.size != dt.size {
			return nil, fmt.Errorf("%d and %d bytes", st.size, dt.size)
		}
		return copyKernel{dt.size}, nil
	case st.class == ClassArray && dt.class == ClassArray:
		return b.array(s, d)
	case isRecord(st) && isRecord(dt):
		return b.compound(s, d)
	}
	return nil, errNoPath
}

func (s side) is(kind reflect.Kind) bool { return s.goType != nil && s.goType.Kind() == kind }

// heapToFixed reports whether one is a string of variable length and the other one of fixed length.
func heapToFixed(s, d *Datatype) bool { return s.IsVarString() && d.class == ClassString }

func isNumber(t *Datatype) bool {
	switch t.class {
	case ClassInteger, ClassFloat, ClassBitfield, ClassTime, ClassEnum:
		return true
	}
	return false
}

func numberOf(t *Datatype) *Datatype {
	if t.class == ClassEnum {
		return t.base
	}
	return t
}

// isBytes reports whether elements may be copied to and from Go arrays of bytes of their size: opaque data, and strings with their padding.
func isBytes(t *Datatype) bool { return t.class == ClassOpaque || t.class == ClassString }

func isByteArray(s side) bool { return s.is(reflect.Array) && s.goType.Elem().Kind() == reflect.Uint8 }

func isRecord(t *Datatype) bool { return t.class == ClassCompound || t.class == ClassComplex }

// boolKernel makes Go bools: from h5py's enumeration, and from integers and bitfields, of which any but zero is true. It is
// never a plain copy, because a Go bool of any other byte than 0 and 1 breaks programs.
func boolKernel(t *Datatype) (kernel, error) {
	n := numberOf(t)
	switch t.class {
	case ClassEnum:
		if !enumIsBool(t) {
			return nil, errors.New("its names are not FALSE and TRUE")
		}
	case ClassInteger, ClassBitfield:
	default:
		return nil, errNoPath
	}
	if n.precision == 8*n.size {
		switch n.size {
		case 1:
			return numberLoop(bytesToBool), nil
		case 2:
			return numberLoop(toBool[uint16]), nil
		case 4:
			return numberLoop(toBool[uint32]), nil
		case 8:
			return numberLoop(toBool[uint64]), nil
		}
	}
	return softKernel(n, Uint8())
}

// enumIsBool reports whether FALSE is 0 and TRUE is not, whatever the base type.
func enumIsBool(t *Datatype) bool {
	if len(t.enum) != 2 {
		return false
	}
	f := slices.IndexFunc(t.enum, func(m enumMember) bool { return m.name == "FALSE" })
	tr := slices.IndexFunc(t.enum, func(m enumMember) bool { return m.name == "TRUE" })
	return f >= 0 && tr >= 0 && t.enumValue(f) == 0 && t.enumValue(tr) != 0
}

func toBool[S integer](dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) {
	d, s := 0, 0
	for range n {
		*(*bool)(unsafe.Add(dst, d)) = *(*S)(unsafe.Add(src, s)) != 0
		d += dstStride
		s += srcStride
	}
}

// bytesToBool is toBool of bytes, eight at a time where they follow each other.
func bytesToBool(dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) {
	if dstStride == 1 && srcStride == 1 {
		const low, high = 0x7f7f7f7f7f7f7f7f, 0x8080808080808080
		for ; n >= 8; n -= 8 {
			w := *(*uint64)(src)
			// The top bit of every byte that is not zero.
			*(*uint64)(dst) = (w&low + low | w) & high >> 7
			if n == 8 {
				return
			}
			dst, src = unsafe.Add(dst, 8), unsafe.Add(src, 8)
		}
	}
	toBool[uint8](dst, dstStride, src, srcStride, n)
}

// enumKernel converts between enumerations by the names of the values, as libhdf5 does: a value without a name
// becomes all ones.
func enumKernel(s, d *Datatype) (kernel, error) {
	if s.Equal(d) {
		return copyKernel{d.size}, nil
	}
	names := make(map[string][]byte, len(d.enum))
	for _, m := range d.enum {
		names[m.name] = m.value
	}
	k := enumNames{size: s.size, values: make(map[string][]byte, len(s.enum)), unnamed: make([]byte, d.size)}
	for i := range k.unnamed {
		k.unnamed[i] = 0xff
	}
	same := s.base.Equal(d.base) && len(s.enum) == len(d.enum)
	for _, m := range s.enum {
		value, ok := names[m.name]
		if !ok {
			return nil, fmt.Errorf("there is no value named %q on the other side", m.name)
		}
		same = same && string(value) == string(m.value)
		k.values[string(m.value)] = value
	}
	if same {
		return copyKernel{d.size}, nil
	}
	return k, nil
}

type enumNames struct {
	size    int
	values  map[string][]byte
	unnamed []byte
}

func (k enumNames) run(_ *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error {
	for i := range n {
		from := unsafe.Slice((*byte)(unsafe.Add(src, i*srcStride)), k.size)
		value, ok := k.values[string(from)]
		if !ok {
			value = k.unnamed
		}
		copy(unsafe.Slice((*byte)(unsafe.Add(dst, i*dstStride)), len(value)), value)
	}
	return nil
}

// addressType is the integer type of the addresses in object references.
func addressType(t *Datatype) *Datatype {
	if t.class == ClassReference {
		return newInt(t.size, false)
	}
	return t
}

// referenceKernel copies references between equal types, which RegionRef is for those of regions, and gives the addresses of object references as integers.
func referenceKernel(s, d side) (kernel, error) {
	if s.t.Equal(d.t) && (d.goType == nil || d.t.refKind == RefRegion) {
		return copyKernel{d.t.size}, nil
	}
	if s.t.refKind != RefObject || s.t.size > 8 {
		return nil, errNoPath
	}
	switch {
	case d.t.class == ClassInteger && !d.t.signed && d.t.size >= s.t.size:
		return numberKernel(addressType(s.t), d.t)
	case d.t.class == ClassReference && d.t.refKind == RefObject:
		return numberKernel(addressType(s.t), inOrder(newInt(d.t.size, false), d.goType == nil))
	}
	return nil, errNoPath
}

// array converts arrays of equal shapes; an array of arrays counts as one of higher rank.
func (b *builder) array(s, d side) (kernel, error) {
	sBase, sDims := flatten(s)
	dBase, dDims := flatten(d)
	if !slices.Equal(sDims, dDims) {
		return nil, fmt.Errorf("arrays of shapes %v and %v", sDims, dDims)
	}
	k, err := b.kernel(sBase, dBase)
	if err != nil {
		return nil, err
	}
	n := d.t.size / dBase.t.size
	if c, ok := k.(copyKernel); ok && c.size == sBase.t.size && c.size == dBase.t.size {
		return copyKernel{d.t.size}, nil
	}
	return arrayKernel{k, n, dBase.t.size, sBase.t.size}, nil
}

func flatten(s side) (base side, dims []int) {
	base = s
	for base.t.class == ClassArray {
		dims = append(dims, base.t.dims...)
		g := base.goType
		for range base.t.dims {
			if g != nil {
				g = g.Elem()
			}
		}
		base = side{base.t.base, g}
	}
	return base, dims
}

// arrayKernel runs the kernel of the elements over arrays of n.
type arrayKernel struct {
	kernel       kernel
	n            int
	dSize, sSize int
}

func (k arrayKernel) run(p *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error {
	if dstStride == k.n*k.dSize && srcStride == k.n*k.sSize {
		return k.kernel.run(p, dst, k.dSize, src, k.sSize, n*k.n)
	}
	if k.n < n {
		for i := range k.n {
			if err := k.kernel.run(p, unsafe.Add(dst, i*k.dSize), dstStride, unsafe.Add(src, i*k.sSize), srcStride, n); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range n {
		if err := k.kernel.run(p, unsafe.Add(dst, i*dstStride), k.dSize, unsafe.Add(src, i*srcStride), k.sSize, k.n); err != nil {
			return err
		}
	}
	return nil
}

// record is the members of a compound or the two parts of a complex number.
func (s side) record() []Member {
	if s.t.class == ClassComplex {
		return []Member{{"r", 0, s.t.base}, {"i", s.t.base.size, s.t.base}}
	}
	return s.t.members
}

// fieldTypes are the Go types of the members of a Go struct or complex number, in the order of record; nil for bytes.
func (s side) fieldTypes() ([]reflect.Type, error) {
	switch {
	case s.goType == nil:
		return nil, nil
	case s.is(reflect.Complex64):
		return []reflect.Type{reflect.TypeFor[float32](), reflect.TypeFor[float32]()}, nil
	case s.is(reflect.Complex128):
		return []reflect.Type{reflect.TypeFor[float64](), reflect.TypeFor[float64]()}, nil
	}
	fields, err := structFields(s.goType)
	types := make([]reflect.Type, len(fields))
	for i, f := range fields {
		types[i] = f.typ
	}
	return types, err
}

func goTypeAt(types []reflect.Type, i int) reflect.Type {
	if types == nil {
		return nil
	}
	return types[i]
}

// compound matches members by name. Members that only s has are passed over, members that only d has are left alone.
func (b *builder) compound(s, d side) (kernel, error) {
	from, to := s.record(), d.record()
	fromTypes, err := s.fieldTypes()
	if err != nil {
		return nil, err
	}
	toTypes, err := d.fieldTypes()
	if err != nil {
		return nil, err
	}
	byName := make(map[string]int, len(from))
	for i, m := range slices.Backward(from) {
		byName[m.Name] = i
	}
	k := compoundKernel{}
	found := 0
	for i, m := range to {
		j, ok := byName[m.Name]
		if !ok {
			b.partial = true
			continue
		}
		found++
		part, err := b.kernel(side{from[j].Type, goTypeAt(fromTypes, j)}, side{m.Type, goTypeAt(toTypes, i)})
		if err != nil {
			return nil, fmt.Errorf("member %q: %w", m.Name, err)
		}
		k = append(k, memberKernel{kernel: part, dst: m.Offset, src: from[j].Offset})
	}
	if found == 0 {
		return nil, errors.New("the compounds have no member in common")
	}
	return k.simplify(s.t.size, d.t.size, found == len(to) && !(d.goType != nil && hasPointers(d.goType))), nil
}

// memberKernel converts one member, or several neighbours whose bytes agree.
type memberKernel struct {
	kernel   kernel
	dst, src int // offsets in the compounds
}

// compoundKernel converts compounds member by member.
type compoundKernel []memberKernel

// simplify joins neighbouring members that are only copied, and makes one copy of a compound whose bytes agree.
func (k compoundKernel) simplify(sSize, dSize int, complete bool) kernel {
	identity := complete && sSize == dSize
	for _, m := range k {
		_, copies := m.kernel.(copyKernel)
		identity = identity && copies && m.dst == m.src
	}
	if identity {
		return copyKernel{dSize}
	}
	slices.SortStableFunc(k, func(a, b memberKernel) int { return a.dst - b.dst })
	joined := k[:0]
	for _, m := range k {
		if n := len(joined) - 1; n >= 0 {
			last, ok1 := joined[n].kernel.(copyKernel)
			next, ok2 := m.kernel.(copyKernel)
			if ok1 && ok2 && joined[n].dst+last.size == m.dst && joined[n].src+last.size == m.src {
				joined[n].kernel = copyKernel{last.size + next.size}
				continue
			}
		}
		joined = append(joined, m)
	}
	return joined
}

// compoundBlock is how many compounds are converted at a time, so that they stay in cache from member to member.
const compoundBlock = 512

func (k compoundKernel) run(p *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error {
	for done := 0; done < n; done += compoundBlock {
		m := min(compoundBlock, n-done)
		d, s := unsafe.Add(dst, done*dstStride), unsafe.Add(src, done*srcStride)
		for i := range k {
			if err := k[i].kernel.run(p, unsafe.Add(d, k[i].dst), dstStride, unsafe.Add(s, k[i].src), srcStride, m); err != nil {
				return err
			}
		}
	}
	return nil
}
