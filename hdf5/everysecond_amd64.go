//go:build !purego

package hdf5

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// secondBytes is what the kernels below write at a time, from twice as many bytes.
const secondBytes = 64

//go:noescape
func everySecond1AVX2(dst, src unsafe.Pointer, n int)

//go:noescape
func everySecond2AVX2(dst, src unsafe.Pointer, n int)

//go:noescape
func everySecond4AVX2(dst, src unsafe.Pointer, n int)

//go:noescape
func everySecond8AVX2(dst, src unsafe.Pointer, n int)

// copyEverySecond copies elements 0, 2, 4, … of src, packed, as many of the n that are wanted as the kernels can, and returns how many these are. It reads no
// byte behind the last wanted element.
func copyEverySecond(dst, src unsafe.Pointer, n, size int) (done int) {
	if !cpu.X86.HasAVX2 || n*size <= secondBytes {
		return 0
	}
	done = (n - 1) &^ (secondBytes/size - 1)
	switch size {
	case 1:
		everySecond1AVX2(dst, src, done)
	case 2:
		everySecond2AVX2(dst, src, done)
	case 4:
		everySecond4AVX2(dst, src, done)
	case 8:
		everySecond8AVX2(dst, src, done)
	default:
		return 0
	}
	return done
}
