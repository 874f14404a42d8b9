//go:build !purego

#include "textflag.h"

// Each kernel makes n packed elements of those of src that have even numbers; n is a multiple of what 64 bytes hold, and not 0. What the
// packing of two registers leaves in the order of their halves, the permutation of 8-byte words ($0xD8: 0, 2, 1, 3) puts right.

#define LOAD \
	VMOVDQU (SI), Y0;   \
	VMOVDQU 32(SI), Y1; \
	VMOVDQU 64(SI), Y2; \
	VMOVDQU 96(SI), Y3

#define LOADMASKED \
	VPAND (SI), Y7, Y0;   \
	VPAND 32(SI), Y7, Y1; \
	VPAND 64(SI), Y7, Y2; \
	VPAND 96(SI), Y7, Y3

#define STORE \
	VPERMQ  $0xD8, Y0, Y0; \
	VPERMQ  $0xD8, Y2, Y2; \
	VMOVDQU Y0, (DI);      \
	VMOVDQU Y2, 32(DI);    \
	ADDQ    $128, SI;      \
	ADDQ    $64, DI

// func everySecond1AVX2(dst, src unsafe.Pointer, n int)
TEXT ·everySecond1AVX2(SB), NOSPLIT, $0-24
	MOVQ     dst+0(FP), DI
	MOVQ     src+8(FP), SI
	MOVQ     n+16(FP), CX
	VPCMPEQD Y7, Y7, Y7
	VPSRLW   $8, Y7, Y7

loop:
	LOADMASKED
	VPACKUSWB Y1, Y0, Y0
	VPACKUSWB Y3, Y2, Y2
	STORE
	SUBQ $64, CX
	JNZ  loop
	VZEROUPPER
	RET

// func everySecond2AVX2(dst, src unsafe.Pointer, n int)
TEXT ·everySecond2AVX2(SB), NOSPLIT, $0-24
	MOVQ     dst+0(FP), DI
	MOVQ     src+8(FP), SI
	MOVQ     n+16(FP), CX
	VPCMPEQD Y7, Y7, Y7
	VPSRLD   $16, Y7, Y7

loop:
	LOADMASKED
	VPACKUSDW Y1, Y0, Y0
	VPACKUSDW Y3, Y2, Y2
	STORE
	SUBQ $32, CX
	JNZ  loop
	VZEROUPPER
	RET

// func everySecond4AVX2(dst, src unsafe.Pointer, n int)
TEXT ·everySecond4AVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX

loop:
	LOAD
	VSHUFPS $0x88, Y1, Y0, Y0
	VSHUFPS $0x88, Y3, Y2, Y2
	STORE
	SUBQ $16, CX
	JNZ  loop
	VZEROUPPER
	RET

// func everySecond8AVX2(dst, src unsafe.Pointer, n int)
TEXT ·everySecond8AVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX

loop:
	LOAD
	VPUNPCKLQDQ Y1, Y0, Y0
	VPUNPCKLQDQ Y3, Y2, Y2
	STORE
	SUBQ $8, CX
	JNZ  loop
	VZEROUPPER
	RET
