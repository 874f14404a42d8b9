//go:build !purego

#include "textflag.h"

DATA weights<>+0(SB)/8, $0x191a1b1c1d1e1f20
DATA weights<>+8(SB)/8, $0x1112131415161718
DATA weights<>+16(SB)/8, $0x090a0b0c0d0e0f10
DATA weights<>+24(SB)/8, $0x0102030405060708
GLOBL weights<>(SB), RODATA|NOPTR, $32

DATA ones<>+0(SB)/8, $0x0001000100010001
GLOBL ones<>(SB), RODATA|NOPTR, $8

// func adlerSumsAVX2(p *byte, n int) (sum, weighted uint64)
TEXT ·adlerSumsAVX2(SB), NOSPLIT, $0-32
	MOVQ p+0(FP), SI
	MOVQ n+8(FP), CX
	VMOVDQU weights<>(SB), Y7
	VPBROADCASTQ ones<>(SB), Y6
	VPXOR Y5, Y5, Y5 // zero
	VPXOR Y0, Y0, Y0 // sums of the bytes so far, 4 of 64 bits
	VPXOR Y1, Y1, Y1 // sums of Y0 before each step, 4 of 64 bits
	VPXOR Y2, Y2, Y2 // bytes weighted within their step, 8 of 32 bits

step:
	VMOVDQU (SI), Y3
	VPADDQ Y0, Y1, Y1
	VPSADBW Y5, Y3, Y4
	VPADDQ Y4, Y0, Y0
	VPMADDUBSW Y7, Y3, Y3
	VPMADDWD Y6, Y3, Y3
	VPADDD Y3, Y2, Y2
	ADDQ $32, SI
	SUBQ $32, CX
	JNZ  step

	// weighted = 32*Y1 + Y2
	VPSLLQ $5, Y1, Y1
	VPUNPCKLDQ Y5, Y2, Y3
	VPUNPCKHDQ Y5, Y2, Y4
	VPADDQ Y3, Y1, Y1
	VPADDQ Y4, Y1, Y1
	VEXTRACTI128 $1, Y0, X3
	VPADDQ X3, X0, X0
	VPSRLDQ $8, X0, X3
	VPADDQ X3, X0, X0
	VMOVQ X0, AX
	MOVQ AX, sum+16(FP)
	VEXTRACTI128 $1, Y1, X3
	VPADDQ X3, X1, X1
	VPSRLDQ $8, X1, X3
	VPADDQ X3, X1, X1
	VMOVQ X1, AX
	MOVQ AX, weighted+24(FP)
	VZEROUPPER
	RET
