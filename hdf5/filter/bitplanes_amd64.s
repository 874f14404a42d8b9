//go:build !purego

#include "textflag.h"
#include "planes_amd64.h"

// Kernels that make elements of their bit planes in one go; planes_amd64.go says what each does. They take 256 elements at a time. For each byte of
// the elements they transpose the bits of its eight planes, after which byte g of register c is that byte of element
// 8g+c, and put these registers on the stack. From there the second half takes those of all bytes, and puts the bytes of the
// elements together.
//
// To get hold of the memory of the result takes as long as everything else together, unless both go on at the same time: that is why it is
// fetched long before it is written. What is fetched beyond its end belongs, as a rule, to the next block or chunk. Fetching
// has no effect but on speed, whatever lies there.

// AHEAD is how far before its use the memory of the result is fetched, in bytes.
#define AHEAD 4096

// PREFETCH(n) fetches the line n bytes ahead of DI for writing: PREFETCHW n(DI).
#define PREFETCH(n) \
	BYTE $0x0f; BYTE $0x0d; BYTE $0x8f; LONG $(AHEAD+n)

// TRANSPOSEBITS transposes the bits at SI of the size bytes of 256 elements, and stores eight registers for each byte from R11 on. The names are those of
// its labels.
#define TRANSPOSEBITS(size, plane, zeros) \
	MOVQ SI, R12;                       \
	MOVQ $size, AX;                     \
plane:                                      \
	LEAQ    (R12)(R8*4), R10;           \
	VMOVDQU (R12), Y0;                  \
	VMOVDQU (R12)(R8*1), Y1;            \
	VMOVDQU (R12)(R8*2), Y2;            \
	VMOVDQU (R12)(R9*1), Y3;            \
	VMOVDQU (R10), Y4;                  \
	VMOVDQU (R10)(R8*1), Y5;            \
	VMOVDQU (R10)(R8*2), Y6;            \
	VMOVDQU (R10)(R9*1), Y7;            \
	VPOR    Y0, Y1, Y9;                 \
	VPOR    Y2, Y3, Y10;                \
	VPOR    Y4, Y5, Y11;                \
	VPOR    Y6, Y7, Y8;                 \
	VPOR    Y9, Y10, Y10;               \
	VPOR    Y11, Y8, Y11;               \
	VPOR    Y10, Y11, Y11;              \
	VPTEST  Y11, Y11;                   \
	JZ      zeros;                      \
	EXCHANGE(Y0, Y1, 1, Y13);           \
	EXCHANGE(Y2, Y3, 1, Y13);           \
	EXCHANGE(Y4, Y5, 1, Y13);           \
	EXCHANGE(Y6, Y7, 1, Y13);           \
	EXCHANGE(Y0, Y2, 2, Y14);           \
	EXCHANGE(Y1, Y3, 2, Y14);           \
	EXCHANGE(Y4, Y6, 2, Y14);           \
	EXCHANGE(Y5, Y7, 2, Y14);           \
	EXCHANGE(Y0, Y4, 4, Y15);           \
	EXCHANGE(Y1, Y5, 4, Y15);           \
	EXCHANGE(Y2, Y6, 4, Y15);           \
	EXCHANGE(Y3, Y7, 4, Y15);           \
zeros:                                      \
	VMOVDQA Y0, 0(R11);                 \
	VMOVDQA Y1, 32(R11);                \
	VMOVDQA Y2, 64(R11);                \
	VMOVDQA Y3, 96(R11);                \
	VMOVDQA Y4, 128(R11);               \
	VMOVDQA Y5, 160(R11);               \
	VMOVDQA Y6, 192(R11);               \
	VMOVDQA Y7, 224(R11);               \
	ADDQ    $256, R11;                  \
	LEAQ    (R12)(R8*8), R12;           \
	DECQ    AX;                         \
	JNZ     plane;                      \
	SUBQ    $(256*size), R11

// JOIN2 stores one half of 256 elements of 2 bytes at DI+at: unpack takes it from the registers on the stack, in each of which it is a half of each lane.
#define JOIN2(unpack, at) \
	VMOVDQA 0(R11), Y0;   \
	VMOVDQA 32(R11), Y1;  \
	VMOVDQA 64(R11), Y2;  \
	VMOVDQA 96(R11), Y3;  \
	VMOVDQA 128(R11), Y4; \
	VMOVDQA 160(R11), Y5; \
	VMOVDQA 192(R11), Y6; \
	VMOVDQA 224(R11), Y7; \
	unpack  256(R11), Y0, Y0; \
	unpack  288(R11), Y1, Y1; \
	unpack  320(R11), Y2, Y2; \
	unpack  352(R11), Y3, Y3; \
	unpack  384(R11), Y4, Y4; \
	unpack  416(R11), Y5, Y5; \
	unpack  448(R11), Y6, Y6; \
	unpack  480(R11), Y7, Y7; \
	UNPACK(VPUNPCKLWD, VPUNPCKHWD, Y0, Y1); \
	UNPACK(VPUNPCKLWD, VPUNPCKHWD, Y2, Y3); \
	UNPACK(VPUNPCKLWD, VPUNPCKHWD, Y4, Y5); \
	UNPACK(VPUNPCKLWD, VPUNPCKHWD, Y6, Y7); \
	UNPACK(VPUNPCKLDQ, VPUNPCKHDQ, Y0, Y2); \
	UNPACK(VPUNPCKLDQ, VPUNPCKHDQ, Y1, Y3); \
	UNPACK(VPUNPCKLDQ, VPUNPCKHDQ, Y4, Y6); \
	UNPACK(VPUNPCKLDQ, VPUNPCKHDQ, Y5, Y7); \
	UNPACK(VPUNPCKLQDQ, VPUNPCKHQDQ, Y0, Y4); \
	UNPACK(VPUNPCKLQDQ, VPUNPCKHQDQ, Y2, Y6); \
	UNPACK(VPUNPCKLQDQ, VPUNPCKHQDQ, Y1, Y5); \
	UNPACK(VPUNPCKLQDQ, VPUNPCKHQDQ, Y3, Y7); \
	PREFETCH(2*at);           \
	LANES(X0, Y0, at, 256+at);        \
	LANES(X4, Y4, 16+at, 272+at);     \
	LANES(X2, Y2, 32+at, 288+at);     \
	LANES(X6, Y6, 48+at, 304+at);     \
	PREFETCH(64+2*at);        \
	LANES(X1, Y1, 64+at, 320+at);     \
	LANES(X5, Y5, 80+at, 336+at);     \
	LANES(X3, Y3, 96+at, 352+at);     \
	LANES(X7, Y7, 112+at, 368+at);    \
	PREFETCH(128+2*at);       \
	PREFETCH(192+2*at)

// JOIN4 stores, of one half of 256 elements of 4 bytes, four of each eight elements at DI+at: unpack takes them from the registers on
// the stack, those at from and three more of each byte.
#define JOIN4(unpack, from, at) \
	VMOVDQA (from)(R11), Y0;              \
	VMOVDQA (32+from)(R11), Y1;           \
	VMOVDQA (64+from)(R11), Y2;           \
	VMOVDQA (96+from)(R11), Y3;           \
	VMOVDQA (512+from)(R11), Y4;          \
	VMOVDQA (544+from)(R11), Y5;          \
	VMOVDQA (576+from)(R11), Y6;          \
	VMOVDQA (608+from)(R11), Y7;          \
	unpack (256+from)(R11), Y0, Y0;       \
	unpack (288+from)(R11), Y1, Y1;       \
	unpack (320+from)(R11), Y2, Y2;       \
	unpack (352+from)(R11), Y3, Y3;       \
	unpack (768+from)(R11), Y4, Y4;       \
	unpack (800+from)(R11), Y5, Y5;       \
	unpack (832+from)(R11), Y6, Y6;       \
	unpack (864+from)(R11), Y7, Y7;       \
	UNPACK(VPUNPCKLWD, VPUNPCKHWD, Y0, Y4);   \
	UNPACK(VPUNPCKLWD, VPUNPCKHWD, Y1, Y5);   \
	UNPACK(VPUNPCKLWD, VPUNPCKHWD, Y2, Y6);   \
	UNPACK(VPUNPCKLWD, VPUNPCKHWD, Y3, Y7);   \
	UNPACK(VPUNPCKLDQ, VPUNPCKHDQ, Y0, Y1);   \
	UNPACK(VPUNPCKLDQ, VPUNPCKHDQ, Y2, Y3);   \
	UNPACK(VPUNPCKLDQ, VPUNPCKHDQ, Y4, Y5);   \
	UNPACK(VPUNPCKLDQ, VPUNPCKHDQ, Y6, Y7);   \
	UNPACK(VPUNPCKLQDQ, VPUNPCKHQDQ, Y0, Y2); \
	UNPACK(VPUNPCKLQDQ, VPUNPCKHQDQ, Y1, Y3); \
	UNPACK(VPUNPCKLQDQ, VPUNPCKHQDQ, Y4, Y6); \
	UNPACK(VPUNPCKLQDQ, VPUNPCKHQDQ, Y5, Y7); \
	LANES(X0, Y0, at, 512+at);            \
	LANES(X2, Y2, 32+at, 544+at);         \
	LANES(X1, Y1, 64+at, 576+at);         \
	LANES(X3, Y3, 96+at, 608+at);         \
	LANES(X4, Y4, 128+at, 640+at);        \
	LANES(X6, Y6, 160+at, 672+at);        \
	LANES(X5, Y5, 192+at, 704+at);        \
	LANES(X7, Y7, 224+at, 736+at)

// ENTER sets the registers from the arguments, and R11 to a place on the stack that stores of whole registers are fast at.
#define ENTER(size) \
	MOVQ raw+0(FP), DI;     \
	MOVQ planes+8(FP), SI;  \
	MOVQ stride+16(FP), R8; \
	MOVQ n+24(FP), CX;      \
	LEAQ (R8)(R8*2), R9;    \
	LEAQ bytes-(256*size+32)(SP), R11; \
	ADDQ $31, R11;          \
	ANDQ $~31, R11;         \
	VPBROADCASTQ ·bitMasks+0(SB), Y13; \
	VPBROADCASTQ ·bitMasks+8(SB), Y14; \
	VPBROADCASTQ ·bitMasks+16(SB), Y15

// func joinBits2AVX2(raw, planes *byte, stride, n int)
TEXT ·joinBits2AVX2(SB), NOSPLIT, $544-32
	ENTER(2)

step2:
	TRANSPOSEBITS(2, plane2, zeros2)
	JOIN2(VPUNPCKLBW, 0)
	JOIN2(VPUNPCKHBW, 128)
	ADDQ $32, SI
	ADDQ $512, DI
	SUBQ $256, CX
	JNZ  step2
	VZEROUPPER
	RET

// func joinBits4AVX2(raw, planes *byte, stride, n int)
TEXT ·joinBits4AVX2(SB), 0, $1056-32
	ENTER(4)

step4:
	TRANSPOSEBITS(4, plane4, zeros4)
	JOIN4(VPUNPCKLBW, 0, 0)
	PREFETCH(0)
	PREFETCH(64)
	PREFETCH(128)
	PREFETCH(192)
	JOIN4(VPUNPCKLBW, 128, 16)
	PREFETCH(256)
	PREFETCH(320)
	PREFETCH(384)
	PREFETCH(448)
	JOIN4(VPUNPCKHBW, 0, 256)
	PREFETCH(512)
	PREFETCH(576)
	PREFETCH(640)
	PREFETCH(704)
	JOIN4(VPUNPCKHBW, 128, 272)
	PREFETCH(768)
	PREFETCH(832)
	PREFETCH(896)
	PREFETCH(960)
	ADDQ $32, SI
	ADDQ $1024, DI
	SUBQ $256, CX
	JNZ  step4
	VZEROUPPER
	RET
