package hdf5

import (
	"fmt"
	"math/bits"
	"unsafe"
)

// This file converts numbers of any bit layout one by one: integers of odd precision and offset,
// half precision, bfloat16 and its kind, x86 long double, IEEE quadruple precision, VAX. It follows
// H5T__conv_i_i, _i_f, _f_i and _f_f of libhdf5, whose rounding is its own: to nearest with ties to even
// from integers, and with ties away from zero between floating-point types.

// maxSoftSize bounds the numbers that are converted: 128 bits of precision. Larger ones are only copied.
const maxSoftSize = 16

// wide is an unsigned number of 128 bits.
type wide struct{ hi, lo uint64 }

func (w wide) zero() bool { return w.hi|w.lo == 0 }

// len is the number of bits up to the highest one that is set.
func (w wide) len() int {
	if w.hi != 0 {
		return 64 + bits.Len64(w.hi)
	}
	return bits.Len64(w.lo)
}

func (w wide) shl(n int) wide {
	switch {
	case n >= 128:
		return wide{}
	case n >= 64:
		return wide{w.lo << (n - 64), 0}
	}
	return wide{w.hi<<n | w.lo>>(64-n), w.lo << n}
}

func (w wide) shr(n int) wide {
	switch {
	case n >= 128:
		return wide{}
	case n >= 64:
		return wide{0, w.hi >> (n - 64)}
	}
	return wide{w.hi >> n, w.lo>>n | w.hi<<(64-n)}
}

// low keeps the lowest n bits.
func (w wide) low(n int) wide {
	switch {
	case n >= 128:
		return w
	case n >= 64:
		return wide{w.hi & (1<<(n-64) - 1), w.lo}
	}
	return wide{0, w.lo & (1<<n - 1)}
}

func (w wide) bit(n int) bool { return n >= 0 && w.shr(n).lo&1 != 0 }

func (w wide) or(v wide) wide { return wide{w.hi | v.hi, w.lo | v.lo} }

func (w wide) inc() wide {
	lo, carry := bits.Add64(w.lo, 1, 0)
	return wide{w.hi + carry, lo}
}

func (w wide) neg() wide { return wide{^w.hi, ^w.lo}.inc() }

// ones has the lowest n bits set.
func ones(n int) wide { return wide{^uint64(0), ^uint64(0)}.low(n) }

// loadWide reads the bytes of a number as one number, whatever their order.
func loadWide(p unsafe.Pointer, size int, order Order) wide {
	b := unsafe.Slice((*byte)(p), size)
	var w wide
	for i := range size {
		w = w.shl(8)
		w.lo |= uint64(b[byteAt(size-1-i, size, order)])
	}
	return w
}

func storeWide(p unsafe.Pointer, size int, order Order, w wide) {
	b := unsafe.Slice((*byte)(p), size)
	for i := range size {
		b[byteAt(i, size, order)] = byte(w.lo)
		w = w.shr(8)
	}
}

// byteAt is where byte i, counted from the least significant one, lies.
func byteAt(i, size int, order Order) int {
	switch order {
	case OrderBE:
		return size - 1 - i
	case OrderVAX:
		return (size - 1 - i) ^ 1
	}
	return i
}

// intFormat is the layout of an integer.
type intFormat struct {
	size, offset, precision int
	order                   Order
	signed                  bool
	padding                 wide // bits outside the significant ones that are set when writing
}

func newIntFormat(t *Datatype) intFormat {
	f := intFormat{size: t.size, offset: t.bitOffset, precision: t.precision, order: t.order, signed: t.signed}
	if t.lowOnes {
		f.padding = ones(t.bitOffset)
	}
	if t.highOnes {
		above := t.bitOffset + t.precision
		f.padding = f.padding.or(ones(8*t.size - above).shl(above))
	}
	return f
}

// load reads an integer of at most 8 bytes; big says that an unsigned one wraps around.
func (f intFormat) load(b []byte) (v int64, big bool) {
	if len(b) < f.size || f.size > 8 {
		return 0, false
	}
	neg, mag := f.magnitude(unsafe.Pointer(&b[0]))
	if neg {
		return -int64(mag.lo), false
	}
	return int64(mag.lo), mag.lo>>63 != 0
}

// store writes v, clamped; big says that v is an unsigned number above the range of int64.
func (f intFormat) store(b []byte, v int64, big bool) {
	mag := wide{0, uint64(v)}
	neg := v < 0 && !big
	if neg {
		mag.lo = -mag.lo
	}
	f.put(unsafe.Pointer(&b[0]), neg, mag)
}

func (f intFormat) magnitude(p unsafe.Pointer) (neg bool, mag wide) {
	w := loadWide(p, f.size, f.order).shr(f.offset).low(f.precision)
	if f.signed && w.bit(f.precision-1) {
		return true, w.neg().low(f.precision)
	}
	return false, w
}

// put clamps and writes.
func (f intFormat) put(p unsafe.Pointer, neg bool, mag wide) {
	switch {
	case neg && !f.signed:
		mag = wide{}
	case neg:
		// The most negative number has the magnitude of a single top bit.
		if mag.len() >= f.precision {
			mag = ones(1).shl(f.precision - 1)
		}
		mag = mag.neg().low(f.precision)
	case f.signed:
		if mag.len() >= f.precision {
			mag = ones(f.precision - 1)
		}
	case mag.len() > f.precision:
		mag = ones(f.precision)
	}
	storeWide(p, f.size, f.order, mag.shl(f.offset).or(f.padding))
}

// floatFormat is the layout of a floating-point number.
type floatFormat struct {
	FloatFields
	size    int
	order   Order
	padding wide
	even    bool // rounds ties to even, and everything beyond the largest finite number to infinity
}

func newFloatFormat(t *Datatype) floatFormat {
	f := floatFormat{FloatFields: t.float, size: t.size, order: t.order}
	if t.lowOnes {
		f.padding = ones(t.bitOffset)
	}
	if t.highOnes {
		above := t.bitOffset + t.precision
		f.padding = f.padding.or(ones(8*t.size - above).shl(above))
	}
	return f
}

func (f floatFormat) expMax() int64 { return 1<<f.ExpSize - 1 }

// rawFloat is a floating-point number taken apart.
type rawFloat struct {
	neg      bool
	exp      int64 // as stored
	mant     wide  // as stored
	nan, inf bool
}

func (f floatFormat) load(p unsafe.Pointer) rawFloat {
	w := loadWide(p, f.size, f.order)
	r := rawFloat{neg: w.bit(f.Sign), exp: int64(w.shr(f.ExpPos).low(f.ExpSize).lo), mant: w.shr(f.MantPos).low(f.MantSize)}
	if r.exp == f.expMax() {
		// The x86 long double stores its leading one, also in infinities.
		r.inf = r.mant.zero() || f.Normalized == NormNone && r.mant.low(f.MantSize-1).zero()
		r.nan = !r.inf
	}
	return r
}

func (f floatFormat) store(p unsafe.Pointer, neg bool, exp int64, mant wide) {
	w := mant.low(f.MantSize).shl(f.MantPos).or(wide{0, uint64(exp)}.low(f.ExpSize).shl(f.ExpPos)).or(f.padding)
	if neg {
		w = w.or(ones(1).shl(f.Sign))
	}
	storeWide(p, f.size, f.order, w)
}

func (f floatFormat) storeInf(p unsafe.Pointer, neg bool) {
	mant := wide{}
	if f.Normalized == NormNone {
		mant = ones(1).shl(f.MantSize - 1)
	}
	f.store(p, neg, f.expMax(), mant)
}

// softKernel converts between numbers of any layout.
func softKernel(s, d *Datatype) (kernel, error) {
	for _, t := range []*Datatype{s, d} {
		if t.size > maxSoftSize {
			return nil, &UnsupportedError{Feature: fmt.Sprintf("conversion of numbers of %d bytes", t.size)}
		}
		if t.class == ClassFloat && (t.float.Normalized == NormSet || t.float.ExpSize > 31) {
			return nil, &UnsupportedError{Feature: fmt.Sprintf("conversion of %s: an exponent of %d bits, mantissa normalization %d", t, t.float.ExpSize, t.float.Normalized)}
		}
	}
	k := soft{dSize: d.size}
	switch {
	case s.class != ClassFloat && d.class != ClassFloat:
		sf, df := newIntFormat(s), newIntFormat(d)
		k.convert = func(dst, src unsafe.Pointer) {
			neg, mag := sf.magnitude(src)
			df.put(dst, neg, mag)
		}
	case s.class != ClassFloat:
		sf, df := newIntFormat(s), newFloatFormat(d)
		k.convert = func(dst, src unsafe.Pointer) {
			neg, mag := sf.magnitude(src)
			df.putInt(dst, neg, mag)
		}
	case d.class != ClassFloat:
		sf, df := newFloatFormat(s), newIntFormat(d)
		k.convert = func(dst, src unsafe.Pointer) { sf.putTo(dst, df, sf.load(src)) }
	default:
		sf, df := newFloatFormat(s), newFloatFormat(d)
		// From x86's own long double libhdf5 converts as the processor does.
		if kind, swapped := kindOf(d); s.order == OrderLE && s.sameFields(longDouble()) && kind != kindNone && !swapped {
			df.even = true
		}
		k.convert = func(dst, src unsafe.Pointer) { df.putFloat(dst, sf, sf.load(src)) }
	}
	return k, nil
}

// soft converts one element at a time.
type soft struct {
	dSize   int
	convert func(dst, src unsafe.Pointer)
}

func (k soft) run(_ *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error {
	for i := range n {
		k.convert(unsafe.Add(dst, i*dstStride), unsafe.Add(src, i*srcStride))
	}
	return nil
}

// putInt is H5T__conv_i_f: ties go to even. An exponent just above the largest finite one is stored with
// the mantissa that the number has, which makes a NaN of it: libhdf5 checks for one more.
func (f floatFormat) putInt(p unsafe.Pointer, neg bool, mag wide) {
	if mag.zero() {
		f.store(p, false, 0, wide{})
		return
	}
	first := mag.len() - 1
	exp := int64(first) + int64(f.Bias)
	if f.Normalized == NormImplied {
		mag = mag.low(first)
	} else {
		first++
	}
	if drop := first - f.MantSize; drop > 0 {
		half := mag.bit(drop - 1)
		up := half && (!mag.low(drop-1).zero() || mag.bit(drop))
		mag = mag.shr(drop)
		if up {
			mag = mag.inc()
			if mag.bit(f.MantSize) {
				exp++
				if f.Normalized == NormNone {
					mag = mag.shr(1)
				}
			}
		}
	} else {
		mag = mag.shl(-drop)
	}
	if exp > f.expMax() {
		exp, mag = f.expMax(), wide{}
	}
	f.store(p, neg, exp, mag)
}

// putTo is H5T__conv_f_i: truncation, clamping, 0 for NaN.
func (f floatFormat) putTo(p unsafe.Pointer, d intFormat, r rawFloat) {
	switch {
	case r.nan:
		d.put(p, false, wide{})
		return
	case r.inf:
		d.put(p, r.neg, ones(128))
		return
	}
	exp, mant := r.exp-int64(f.Bias), r.mant
	if r.exp == 0 || f.Normalized == NormNone {
		exp++
	}
	if f.Normalized == NormImplied && r.exp != 0 {
		mant = mant.or(ones(1).shl(f.MantSize))
	}
	shift := exp - int64(f.MantSize)
	switch {
	case mant.zero():
	case shift >= 128 || int64(mant.len())+shift > 128:
		mant = ones(128)
	case shift > 0:
		mant = mant.shl(int(shift))
	default:
		mant = mant.shr(int(min(-shift, 128)))
	}
	d.put(p, r.neg, mant)
}

// putFloat is H5T__conv_f_f: the bits that do not fit are rounded half away from zero, except
// that the largest finite number is not rounded up to infinity. Where libhdf5 1.10 loses the carry
// of a mantissa that is rounded up among denormal numbers (it halves the value), this does not.
func (f floatFormat) putFloat(p unsafe.Pointer, s floatFormat, r rawFloat) {
	switch {
	case r.exp == 0 && r.mant.zero():
		f.store(p, r.neg, 0, wide{})
		return
	case r.inf:
		f.storeInf(p, r.neg)
		return
	case r.nan:
		f.store(p, r.neg, f.expMax(), ones(f.MantSize))
		return
	}
	// mant becomes the bits below the leading one, size many of them.
	exp, mant, size := r.exp, r.mant, s.MantSize
	if exp == 0 || s.Normalized == NormNone {
		lead := mant.len() - 1
		if lead < 0 {
			f.store(p, r.neg, 0, wide{})
			return
		}
		mant, size = mant.low(lead), lead
		exp -= int64(s.Bias) - 1 + int64(s.MantSize-lead)
	} else {
		exp -= int64(s.Bias)
	}
	exp += int64(f.Bias)
	shift := 0 // of the mantissa to the right, with its leading one
	if f.Normalized == NormNone {
		shift++
	}
	switch {
	case exp < -int64(f.MantSize):
		f.store(p, r.neg, 0, wide{})
		return
	case exp <= 0:
		shift += int(1 - exp)
		exp = 0
	case exp >= f.expMax():
		f.storeInf(p, r.neg)
		return
	}
	// With its leading one the number has size+1 bits; MantSize-shift of the bits below it are kept.
	keep := f.MantSize - shift
	full := mant.or(ones(1).shl(size))
	switch {
	case keep >= size:
		full = full.shl(keep - size)
	case keep >= 0:
		drop := size - keep
		up := full.bit(drop - 1)
		rest := full.low(drop)
		full = full.shr(drop)
		largest := exp >= f.expMax()-1 && full == ones(keep+1)
		if f.even {
			if largest && !rest.zero() {
				f.storeInf(p, r.neg)
				return
			}
			up = up && (!rest.low(drop-1).zero() || full.bit(0))
		}
		if up && !largest {
			full = full.inc()
		}
	default:
		// Only the leading one is left, below the last place: it rounds up.
		full = ones(1)
		keep = 0
		if shift > f.MantSize+1 {
			full = wide{}
		}
	}
	if f.Normalized == NormImplied && shift == 0 || f.Normalized == NormNone && shift == 1 {
		if full.len() > keep+1 {
			exp++
			full = full.shr(1)
			if exp >= f.expMax() {
				f.storeInf(p, r.neg)
				return
			}
		}
	} else if full.len() > f.MantSize {
		// A denormal number was rounded up to the least normal one.
		exp = 1
	}
	f.store(p, r.neg, exp, full)
}
