package hdf5

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"sync"
	"unsafe"
)

// The conversions of numbers follow libhdf5 1.10 on x86-64 to the bit, oddities included, since that is
// what the values of a virtual dataset are defined by:
//
//   - integers that do not fit are clamped, negative ones to 0 for unsigned types;
//   - floating point to integer truncates and clamps; see floatToInt for NaN and the limits;
//   - integer to floating point rounds to nearest, ties to even;
//   - float64 to float32 gives an infinity beyond the largest float32.
//
// libhdf5 has compiled conversions between types of the machine's own byte order ("hard") and bit-by-bit ones
// for everything else ("soft"), which differ in a few values. Both are here: the loops in this file are the hard
// ones, conversion_soft.go has the others.

type integer interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64
}

type floating interface{ float32 | float64 }

type number interface{ integer | floating }

// numberLoop converts n numbers; strides are in bytes and may be 0 for the source.
type numberLoop func(dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int)

func (f numberLoop) run(_ *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error {
	f(dst, dstStride, src, srcStride, n)
	return nil
}

// numKind is a type of numbers that Go has too.
type numKind uint8

const (
	kindNone numKind = iota
	kindInt8
	kindInt16
	kindInt32
	kindInt64
	kindUint8
	kindUint16
	kindUint32
	kindUint64
	kindFloat32
	kindFloat64
)

// hostOrder is the byte order of this machine.
var hostOrder = func() Order {
	if binary.NativeEndian.Uint16([]byte{1, 0}) == 1 {
		return OrderLE
	}
	return OrderBE
}()

// kindOf is the Go type of numbers of type t but for their byte order, which differs from the machine's when swapped.
func kindOf(t *Datatype) (kind numKind, swapped bool) {
	if t.precision != 8*t.size || t.bitOffset != 0 || t.order == OrderVAX {
		return kindNone, false
	}
	swapped = t.size > 1 && t.order != hostOrder
	switch t.class {
	case ClassFloat:
		switch {
		case t.sameFields(Float32()):
			return kindFloat32, swapped
		case t.sameFields(Float64()):
			return kindFloat64, swapped
		}
		return kindNone, false
	case ClassInteger, ClassBitfield, ClassTime:
		kind = kindUint8
		if t.signed {
			kind = kindInt8
		}
		switch t.size {
		case 1:
			return kind, false
		case 2:
			return kind + 1, swapped
		case 4:
			return kind + 2, swapped
		case 8:
			return kind + 3, swapped
		}
	}
	return kindNone, false
}

// numberKernel converts numbers of type s to type d. Both are integers, bitfields, times or floating point.
func numberKernel(s, d *Datatype) (kernel, error) {
	if s.sameBits(d) {
		return copyKernel{d.size}, nil
	}
	if s.reversed(d) {
		return swapKernel(d.size), nil
	}
	sk, sSwapped := kindOf(s)
	dk, dSwapped := kindOf(d)
	if (dk == kindFloat32 || dk == kindFloat64) && !dSwapped {
		if s.sameFields(Float16()) && s.order == hostOrder {
			return halfLoop(dk), nil
		}
		if s.sameFields(Float16()) {
			return swapped{2, swap2, halfLoop(dk)}, nil
		}
	}
	if sk == kindNone || dk == kindNone || dSwapped || (sSwapped && sk == kindFloat64 && dk == kindFloat32) {
		return softKernel(s, d)
	}
	if !sSwapped {
		return hardLoop(sk, dk), nil
	}
	return swapped{s.size, swapLoop(s.size), softLoop(sk, dk)}, nil
}

// sameBits reports whether numbers of the two types are the same bytes with the same value.
func (t *Datatype) sameBits(u *Datatype) bool {
	if t.size != u.size || t.signed != u.signed || t.precision != u.precision || t.bitOffset != u.bitOffset {
		return false
	}
	if t.size > 1 && t.order != u.order {
		return false
	}
	if t.class == ClassFloat || u.class == ClassFloat {
		return t.class == u.class && t.float == u.float
	}
	return true
}

// reversed reports whether libhdf5 only reverses the bytes between two types. It does so between integers of one size and
// opposite byte orders even when one has a sign and the other has not: there alone nothing is clamped.
func (t *Datatype) reversed(u *Datatype) bool {
	if t.size != u.size || t.precision != u.precision || t.bitOffset != u.bitOffset || t.order == OrderVAX || u.order == OrderVAX || t.order == u.order {
		return false
	}
	if t.class == ClassFloat || u.class == ClassFloat {
		return t.class == u.class && t.float == u.float
	}
	return true
}

// hardLoop is the compiled conversion between two different types of the machine's own byte order.
func hardLoop(s, d numKind) numberLoop {
	switch s {
	case kindInt8:
		return fromInt[int8](d)
	case kindInt16:
		return fromInt[int16](d)
	case kindInt32:
		return fromInt[int32](d)
	case kindInt64:
		return fromInt[int64](d)
	case kindUint8:
		return fromInt[uint8](d)
	case kindUint16:
		return fromInt[uint16](d)
	case kindUint32:
		return fromInt[uint32](d)
	case kindUint64:
		return fromInt[uint64](d)
	case kindFloat32:
		return fromFloat[float32](d, false)
	}
	return fromFloat[float64](d, false)
}

// softLoop is what libhdf5 does bit by bit when the byte orders differ, for numbers whose bytes
// are already swapped. Integers have the same rules either way.
func softLoop(s, d numKind) numberLoop {
	switch s {
	case kindFloat32:
		return fromFloat[float32](d, true)
	case kindFloat64:
		return fromFloat[float64](d, true)
	}
	return hardLoop(s, d)
}

func fromInt[S integer](d numKind) numberLoop {
	switch d {
	case kindInt8:
		return intToInt[int8, S]()
	case kindInt16:
		return intToInt[int16, S]()
	case kindInt32:
		return intToInt[int32, S]()
	case kindInt64:
		return intToInt[int64, S]()
	case kindUint8:
		return intToInt[uint8, S]()
	case kindUint16:
		return intToInt[uint16, S]()
	case kindUint32:
		return intToInt[uint32, S]()
	case kindUint64:
		return intToInt[uint64, S]()
	case kindFloat32:
		return cast[float32, S]
	}
	return cast[float64, S]
}

func fromFloat[S floating](d numKind, soft bool) numberLoop {
	switch d {
	case kindInt8:
		return floatToInt[int8, S](soft)
	case kindInt16:
		return floatToInt[int16, S](soft)
	case kindInt32:
		return floatToInt[int32, S](soft)
	case kindInt64:
		return floatToInt[int64, S](soft)
	case kindUint8:
		return floatToInt[uint8, S](soft)
	case kindUint16:
		return floatToInt[uint16, S](soft)
	case kindUint32:
		return floatToInt[uint32, S](soft)
	case kindUint64:
		return floatToInt[uint64, S](soft)
	case kindFloat32:
		return narrow[S]
	}
	if soft {
		return widenSoft[S]
	}
	return cast[float64, S]
}

// cast converts where Go's conversion is libhdf5's.
func cast[D, S number](dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) {
	d, s := 0, 0
	for range n {
		*(*D)(unsafe.Add(dst, d)) = D(*(*S)(unsafe.Add(src, s)))
		d += dstStride
		s += srcStride
	}
}

// limits are the least and the greatest value of an integer type.
func limits[T integer]() (low, high T) {
	if ^T(0) > 0 {
		return 0, ^T(0)
	}
	low = T(1) << (8*unsafe.Sizeof(low) - 1)
	return low, ^low
}

// intToInt clamps, or only extends where every value fits.
func intToInt[D, S integer]() numberLoop {
	sLow, sHigh := limits[S]()
	dLow, dHigh := limits[D]()
	if sLow >= 0 && uint64(sHigh) <= uint64(dHigh) || sLow < 0 && dLow < 0 && unsafe.Sizeof(sLow) <= unsafe.Sizeof(dLow) {
		return cast[D, S]
	}
	return clamp[D, S]
}

func clamp[D, S integer](dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) {
	low, high := limits[D]()
	d, s := 0, 0
	for range n {
		v := *(*S)(unsafe.Add(src, s))
		w := D(v)
		if S(w) != v || (w < 0) != (v < 0) {
			w = high
			if v < 0 {
				w = low
			}
		}
		*(*D)(unsafe.Add(dst, d)) = w
		d += dstStride
		s += srcStride
	}
}

// floatToInt truncates and clamps.
//
// The hard conversion compares with the limits rounded to the source type and then converts as the compiler does, so
// that a float32 of exactly 2^31 becomes the least int32, one of 2^32 the uint32 0, and NaN is 0 for integers below 32
// bits and for uint32, the least integer for int32 and int64, and 2^63 for uint64. The soft one is exact, with 0 for NaN.
func floatToInt[D integer, S floating](soft bool) numberLoop {
	low, high := limits[D]()
	fLow, fHigh := S(low), S(high)
	// top is the power of two just above the greatest value. atTop is what it converts to where fHigh is rounded up to it.
	top := S(math.Ldexp(1, 8*int(unsafe.Sizeof(low))))
	if low < 0 {
		top /= 2
	}
	atTop, nan := high, D(0)
	if !soft {
		if low < 0 {
			atTop = low
		} else {
			atTop = 0
		}
		switch size := unsafe.Sizeof(low); {
		case low < 0 && size >= 4:
			nan = low
		case size == 8:
			nan = high ^ high>>1
		}
	}
	return func(dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) {
		d, s := 0, 0
		for range n {
			v := *(*S)(unsafe.Add(src, s))
			var w D
			switch {
			case v > fHigh:
				w = high
			case v < fLow:
				w = low
			case v < top:
				w = truncate[D](v)
			case v >= top:
				w = atTop
			default:
				w = nan
			}
			*(*D)(unsafe.Add(dst, d)) = w
			d += dstStride
			s += srcStride
		}
	}
}

// truncate converts a value that is in the range of D.
func truncate[D integer, S floating](v S) D {
	if v >= 1<<63 {
		return D(uint64(v-1<<63) | 1<<63)
	}
	return D(int64(v))
}

// narrow gives infinity for everything beyond the largest float32, also for what would round to it.
func narrow[S floating](dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) {
	d, s := 0, 0
	for range n {
		v := *(*S)(unsafe.Add(src, s))
		w := float32(v)
		if v > math.MaxFloat32 {
			w = float32(math.Inf(1))
		} else if v < -math.MaxFloat32 {
			w = float32(math.Inf(-1))
		}
		*(*float32)(unsafe.Add(dst, d)) = w
		d += dstStride
		s += srcStride
	}
}

// widenSoft gives every NaN the mantissa of all ones, as libhdf5's bit-by-bit conversion does.
func widenSoft[S floating](dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) {
	d, s := 0, 0
	for range n {
		v := float64(*(*S)(unsafe.Add(src, s)))
		if v != v {
			v = math.Float64frombits(math.Float64bits(v) | (1<<52 - 1))
		}
		*(*float64)(unsafe.Add(dst, d)) = v
		d += dstStride
		s += srcStride
	}
}

func halfLoop(d numKind) numberLoop {
	if d == kindFloat32 {
		return widenHalf[float32]
	}
	return widenHalf[float64]
}

// widenHalf converts half-precision numbers, which is exact; the mantissa of a NaN becomes all ones, as in widenSoft.
func widenHalf[D floating](dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) {
	d, s := 0, 0
	for range n {
		h := uint32(*(*uint16)(unsafe.Add(src, s)))
		sign, exp, mant := h&0x8000<<16, h>>10&31, h&0x3ff
		var v float32
		switch exp {
		case 0:
			v = float32(mant) * (1.0 / (1 << 24))
			v = math.Float32frombits(math.Float32bits(v) | sign)
		case 31:
			v = math.Float32frombits(sign | 0xff<<23 | mant<<13)
		default:
			v = math.Float32frombits(sign | (exp+112)<<23 | mant<<13)
		}
		w := D(v)
		if v != v {
			w = halfNaN[D](sign)
		}
		*(*D)(unsafe.Add(dst, d)) = w
		d += dstStride
		s += srcStride
	}
}

func halfNaN[D floating](sign uint32) D {
	if unsafe.Sizeof(D(0)) == 4 {
		return D(math.Float32frombits(sign | 0x7fffffff))
	}
	return D(math.Float64frombits(uint64(sign)<<32 | (1<<63 - 1)))
}

// swapKernel reverses the bytes of numbers of any size.
func swapKernel(size int) kernel {
	switch size {
	case 1:
		return copyKernel{1}
	case 2, 4, 8:
		return swapLoop(size)
	}
	return reverse{size}
}

type reverse struct{ size int }

func (k reverse) run(_ *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error {
	for i := range n {
		b := unsafe.Slice((*byte)(unsafe.Add(dst, i*dstStride)), k.size)
		copyMemory(unsafe.Pointer(&b[0]), unsafe.Add(src, i*srcStride), k.size)
		slices.Reverse(b)
	}
	return nil
}

// swapLoop reverses the bytes of numbers of 2, 4 or 8 bytes.
func swapLoop(size int) numberLoop {
	switch size {
	case 2:
		return swap2
	case 4:
		return swap4
	}
	return swap8
}

func swap2(dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) {
	d, s := 0, 0
	if dstStride == 2 && srcStride == 2 {
		const low = 0x00ff00ff00ff00ff
		for ; n >= 4; n -= 4 {
			w := *(*uint64)(unsafe.Add(src, s))
			*(*uint64)(unsafe.Add(dst, d)) = w&low<<8 | w>>8&low
			d += 8
			s += 8
		}
	}
	for range n {
		*(*uint16)(unsafe.Add(dst, d)) = bits.ReverseBytes16(*(*uint16)(unsafe.Add(src, s)))
		d += dstStride
		s += srcStride
	}
}

func swap4(dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) {
	d, s := 0, 0
	if dstStride == 4 && srcStride == 4 {
		for ; n >= 2; n -= 2 {
			*(*uint64)(unsafe.Add(dst, d)) = bits.RotateLeft64(bits.ReverseBytes64(*(*uint64)(unsafe.Add(src, s))), 32)
			d += 8
			s += 8
		}
	}
	for range n {
		*(*uint32)(unsafe.Add(dst, d)) = bits.ReverseBytes32(*(*uint32)(unsafe.Add(src, s)))
		d += dstStride
		s += srcStride
	}
}

func swap8(dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) {
	d, s := 0, 0
	for range n {
		*(*uint64)(unsafe.Add(dst, d)) = bits.ReverseBytes64(*(*uint64)(unsafe.Add(src, s)))
		d += dstStride
		s += srcStride
	}
}

// swapped reverses the bytes of a block of numbers at a time and converts from there.
type swapped struct {
	size int
	swap numberLoop
	loop numberLoop
}

// swapBlock is how many numbers are swapped at a time: they stay in the first-level cache.
const swapBlock = 1024

var swapScratch = sync.Pool{New: func() any { return new([8 * swapBlock]byte) }}

func (k swapped) run(_ *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error {
	scratch := swapScratch.Get().(*[8 * swapBlock]byte)
	tmp := unsafe.Pointer(scratch)
	for done := 0; done < n; done += swapBlock {
		m := min(swapBlock, n-done)
		k.swap(tmp, k.size, unsafe.Add(src, done*srcStride), srcStride, m)
		k.loop(unsafe.Add(dst, done*dstStride), dstStride, tmp, k.size, m)
	}
	swapScratch.Put(scratch)
	return nil
}
