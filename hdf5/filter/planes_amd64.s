//go:build !purego

#include "textflag.h"

// Kernels for AVX2; planes_amd64.go says what each does. In all of them a row is one plane's bytes, and n counts elements.

DATA bitMasks<>+0(SB)/8, $0x5555555555555555
DATA bitMasks<>+8(SB)/8, $0x3333333333333333
DATA bitMasks<>+16(SB)/8, $0x0f0f0f0f0f0f0f0f
GLOBL bitMasks<>(SB), RODATA|NOPTR, $24

// The order of bytes that gathers the bytes of the same place of the eight 2-byte, or four 4-byte, elements of a lane.
DATA gather2<>+0(SB)/8, $0x0e0c0a0806040200
DATA gather2<>+8(SB)/8, $0x0f0d0b0907050301
GLOBL gather2<>(SB), RODATA|NOPTR, $16

DATA gather4<>+0(SB)/8, $0x0d0905010c080400
DATA gather4<>+8(SB)/8, $0x0f0b07030e0a0602
GLOBL gather4<>(SB), RODATA|NOPTR, $16

// The order of 4-byte words that brings the lanes' words of four elements back into the order of elements.
DATA alternate<>+0(SB)/8, $0x0000000400000000
DATA alternate<>+8(SB)/8, $0x0000000500000001
DATA alternate<>+16(SB)/8, $0x0000000600000002
DATA alternate<>+24(SB)/8, $0x0000000700000003
GLOBL alternate<>(SB), RODATA|NOPTR, $32

// EXCHANGE swaps the fields of a that lie shift bits higher with the fields of b, in the places that mask names.
#define EXCHANGE(a, b, shift, mask) \
	VPSRLQ $shift, a, Y8;  \
	VPXOR  b, Y8, Y8;      \
	VPAND  mask, Y8, Y8;   \
	VPXOR  Y8, b, b;       \
	VPSLLQ $shift, Y8, Y8; \
	VPXOR  Y8, a, a

// UNPACK interleaves a and b within their lanes; a becomes the lower halves and b the upper halves.
#define UNPACK(low, high, a, b) \
	high    b, a, Y8; \
	low     b, a, a;  \
	VMOVDQA Y8, b

// LOADROWS loads 32 bytes of the eight rows at SI, which are R8 bytes apart. R9 holds 3*R8.
#define LOADROWS \
	LEAQ    (SI)(R8*4), R10; \
	VMOVDQU (SI), Y0;        \
	VMOVDQU (SI)(R8*1), Y1;  \
	VMOVDQU (SI)(R8*2), Y2;  \
	VMOVDQU (SI)(R9*1), Y3;  \
	VMOVDQU (R10), Y4;       \
	VMOVDQU (R10)(R8*1), Y5; \
	VMOVDQU (R10)(R8*2), Y6; \
	VMOVDQU (R10)(R9*1), Y7

// STORE stores the lanes of a register, 128 bytes apart.
#define STORE(x, y, at) \
	VMOVDQU      x, at(DI);           \
	VEXTRACTI128 $1, y, (128+at)(DI)

// STOREBYTES stores the bytes of Y0 to Y7 at DI: byte j of register k goes to 8*j+k.
#define STOREBYTES \
	UNPACK(VPUNPCKLBW, VPUNPCKHBW, Y0, Y1); \
	UNPACK(VPUNPCKLBW, VPUNPCKHBW, Y2, Y3); \
	UNPACK(VPUNPCKLBW, VPUNPCKHBW, Y4, Y5); \
	UNPACK(VPUNPCKLBW, VPUNPCKHBW, Y6, Y7); \
	UNPACK(VPUNPCKLWD, VPUNPCKHWD, Y0, Y2); \
	UNPACK(VPUNPCKLWD, VPUNPCKHWD, Y1, Y3); \
	UNPACK(VPUNPCKLWD, VPUNPCKHWD, Y4, Y6); \
	UNPACK(VPUNPCKLWD, VPUNPCKHWD, Y5, Y7); \
	UNPACK(VPUNPCKLDQ, VPUNPCKHDQ, Y0, Y4); \
	UNPACK(VPUNPCKLDQ, VPUNPCKHDQ, Y2, Y6); \
	UNPACK(VPUNPCKLDQ, VPUNPCKHDQ, Y1, Y5); \
	UNPACK(VPUNPCKLDQ, VPUNPCKHDQ, Y3, Y7); \
	STORE(X0, Y0, 0);   \
	STORE(X4, Y4, 16);  \
	STORE(X2, Y2, 32);  \
	STORE(X6, Y6, 48);  \
	STORE(X1, Y1, 64);  \
	STORE(X5, Y5, 80);  \
	STORE(X3, Y3, 96);  \
	STORE(X7, Y7, 112)

// func joinBitsAVX2(plane, rows *byte, stride, n int)
TEXT ·joinBitsAVX2(SB), NOSPLIT, $0-32
	MOVQ plane+0(FP), DI
	MOVQ rows+8(FP), SI
	MOVQ stride+16(FP), R8
	MOVQ n+24(FP), CX
	LEAQ (R8)(R8*2), R9
	VPBROADCASTQ bitMasks<>+0(SB), Y13
	VPBROADCASTQ bitMasks<>+8(SB), Y14
	VPBROADCASTQ bitMasks<>+16(SB), Y15
	VPXOR Y12, Y12, Y12

bits:
	LOADROWS
	VPOR Y0, Y1, Y9
	VPOR Y2, Y3, Y10
	VPOR Y4, Y5, Y11
	VPOR Y6, Y7, Y8
	VPOR Y9, Y10, Y10
	VPOR Y11, Y8, Y11
	VPOR Y10, Y11, Y11
	VPTEST Y11, Y11
	JZ   zeros
	EXCHANGE(Y0, Y1, 1, Y13)
	EXCHANGE(Y2, Y3, 1, Y13)
	EXCHANGE(Y4, Y5, 1, Y13)
	EXCHANGE(Y6, Y7, 1, Y13)
	EXCHANGE(Y0, Y2, 2, Y14)
	EXCHANGE(Y1, Y3, 2, Y14)
	EXCHANGE(Y4, Y6, 2, Y14)
	EXCHANGE(Y5, Y7, 2, Y14)
	EXCHANGE(Y0, Y4, 4, Y15)
	EXCHANGE(Y1, Y5, 4, Y15)
	EXCHANGE(Y2, Y6, 4, Y15)
	EXCHANGE(Y3, Y7, 4, Y15)
	STOREBYTES
	JMP  next

zeros:
	VMOVDQU Y12, 0(DI)
	VMOVDQU Y12, 32(DI)
	VMOVDQU Y12, 64(DI)
	VMOVDQU Y12, 96(DI)
	VMOVDQU Y12, 128(DI)
	VMOVDQU Y12, 160(DI)
	VMOVDQU Y12, 192(DI)
	VMOVDQU Y12, 224(DI)

next:
	ADDQ $32, SI
	ADDQ $256, DI
	SUBQ $256, CX
	JNZ  bits
	VZEROUPPER
	RET

// func joinPlanes8AVX2(raw, rows *byte, stride, n int)
TEXT ·joinPlanes8AVX2(SB), NOSPLIT, $0-32
	MOVQ raw+0(FP), DI
	MOVQ rows+8(FP), SI
	MOVQ stride+16(FP), R8
	MOVQ n+24(FP), CX
	LEAQ (R8)(R8*2), R9

bytes8:
	LOADROWS
	STOREBYTES
	ADDQ $32, SI
	ADDQ $256, DI
	SUBQ $32, CX
	JNZ  bytes8
	VZEROUPPER
	RET

// func joinPlanes4AVX2(raw, rows *byte, stride, n int)
TEXT ·joinPlanes4AVX2(SB), NOSPLIT, $0-32
	MOVQ raw+0(FP), DI
	MOVQ rows+8(FP), SI
	MOVQ stride+16(FP), R8
	MOVQ n+24(FP), CX
	LEAQ (R8)(R8*2), R9

bytes4:
	VMOVDQU (SI), Y0
	VMOVDQU (SI)(R8*1), Y1
	VMOVDQU (SI)(R8*2), Y2
	VMOVDQU (SI)(R9*1), Y3
	UNPACK(VPUNPCKLBW, VPUNPCKHBW, Y0, Y1)
	UNPACK(VPUNPCKLBW, VPUNPCKHBW, Y2, Y3)
	UNPACK(VPUNPCKLWD, VPUNPCKHWD, Y0, Y2)
	UNPACK(VPUNPCKLWD, VPUNPCKHWD, Y1, Y3)
	VMOVDQU X0, 0(DI)
	VMOVDQU X2, 16(DI)
	VMOVDQU X1, 32(DI)
	VMOVDQU X3, 48(DI)
	VEXTRACTI128 $1, Y0, 64(DI)
	VEXTRACTI128 $1, Y2, 80(DI)
	VEXTRACTI128 $1, Y1, 96(DI)
	VEXTRACTI128 $1, Y3, 112(DI)
	ADDQ $32, SI
	ADDQ $128, DI
	SUBQ $32, CX
	JNZ  bytes4
	VZEROUPPER
	RET

// func joinPlanes2AVX2(raw, rows *byte, stride, n int)
TEXT ·joinPlanes2AVX2(SB), NOSPLIT, $0-32
	MOVQ raw+0(FP), DI
	MOVQ rows+8(FP), SI
	MOVQ stride+16(FP), R8
	MOVQ n+24(FP), CX

bytes2:
	VMOVDQU (SI), Y0
	VMOVDQU (SI)(R8*1), Y1
	UNPACK(VPUNPCKLBW, VPUNPCKHBW, Y0, Y1)
	VMOVDQU X0, 0(DI)
	VMOVDQU X1, 16(DI)
	VEXTRACTI128 $1, Y0, 32(DI)
	VEXTRACTI128 $1, Y1, 48(DI)
	ADDQ $32, SI
	ADDQ $64, DI
	SUBQ $32, CX
	JNZ  bytes2
	VZEROUPPER
	RET

// func splitBitsAVX2(rows *byte, stride int, plane *byte, n int)
TEXT ·splitBitsAVX2(SB), NOSPLIT, $0-32
	MOVQ rows+0(FP), DI
	MOVQ stride+8(FP), R8
	MOVQ plane+16(FP), SI
	MOVQ n+24(FP), CX
	LEAQ (R8)(R8*2), R9

splitbits:
	VMOVDQU (SI), Y0
	LEAQ (DI)(R8*4), R10
	VPMOVMSKB Y0, AX
	MOVL AX, (R10)(R9*1)
	VPADDB Y0, Y0, Y0
	VPMOVMSKB Y0, BX
	MOVL BX, (R10)(R8*2)
	VPADDB Y0, Y0, Y0
	VPMOVMSKB Y0, AX
	MOVL AX, (R10)(R8*1)
	VPADDB Y0, Y0, Y0
	VPMOVMSKB Y0, BX
	MOVL BX, (R10)
	VPADDB Y0, Y0, Y0
	VPMOVMSKB Y0, AX
	MOVL AX, (DI)(R9*1)
	VPADDB Y0, Y0, Y0
	VPMOVMSKB Y0, BX
	MOVL BX, (DI)(R8*2)
	VPADDB Y0, Y0, Y0
	VPMOVMSKB Y0, AX
	MOVL AX, (DI)(R8*1)
	VPADDB Y0, Y0, Y0
	VPMOVMSKB Y0, BX
	MOVL BX, (DI)
	ADDQ $32, SI
	ADDQ $4, DI
	SUBQ $32, CX
	JNZ  splitbits
	VZEROUPPER
	RET

// func splitPlanes4AVX2(rows *byte, stride int, raw *byte, n int)
TEXT ·splitPlanes4AVX2(SB), NOSPLIT, $0-32
	MOVQ rows+0(FP), DI
	MOVQ stride+8(FP), R8
	MOVQ raw+16(FP), SI
	MOVQ n+24(FP), CX
	LEAQ (R8)(R8*2), R9
	VBROADCASTI128 gather4<>(SB), Y15
	VMOVDQU alternate<>(SB), Y14

split4:
	VMOVDQU 0(SI), Y0
	VMOVDQU 32(SI), Y1
	VMOVDQU 64(SI), Y2
	VMOVDQU 96(SI), Y3
	VPSHUFB Y15, Y0, Y0
	VPSHUFB Y15, Y1, Y1
	VPSHUFB Y15, Y2, Y2
	VPSHUFB Y15, Y3, Y3
	UNPACK(VPUNPCKLDQ, VPUNPCKHDQ, Y0, Y1)
	UNPACK(VPUNPCKLDQ, VPUNPCKHDQ, Y2, Y3)
	UNPACK(VPUNPCKLQDQ, VPUNPCKHQDQ, Y0, Y2)
	UNPACK(VPUNPCKLQDQ, VPUNPCKHQDQ, Y1, Y3)
	VPERMD Y0, Y14, Y0
	VPERMD Y2, Y14, Y2
	VPERMD Y1, Y14, Y1
	VPERMD Y3, Y14, Y3
	VMOVDQU Y0, (DI)
	VMOVDQU Y2, (DI)(R8*1)
	VMOVDQU Y1, (DI)(R8*2)
	VMOVDQU Y3, (DI)(R9*1)
	ADDQ $128, SI
	ADDQ $32, DI
	SUBQ $32, CX
	JNZ  split4
	VZEROUPPER
	RET

// func splitPlanes2AVX2(rows *byte, stride int, raw *byte, n int)
TEXT ·splitPlanes2AVX2(SB), NOSPLIT, $0-32
	MOVQ rows+0(FP), DI
	MOVQ stride+8(FP), R8
	MOVQ raw+16(FP), SI
	MOVQ n+24(FP), CX
	VBROADCASTI128 gather2<>(SB), Y15

split2:
	VMOVDQU 0(SI), Y0
	VMOVDQU 32(SI), Y1
	VPSHUFB Y15, Y0, Y0
	VPSHUFB Y15, Y1, Y1
	UNPACK(VPUNPCKLQDQ, VPUNPCKHQDQ, Y0, Y1)
	VPERMQ $0xd8, Y0, Y0
	VPERMQ $0xd8, Y1, Y1
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, (DI)(R8*1)
	ADDQ $64, SI
	ADDQ $32, DI
	SUBQ $32, CX
	JNZ  split2
	VZEROUPPER
	RET
