//go:build !purego

#include "textflag.h"

// What takes time in a block of small sequences is branches that go the other way than was expected. So the common sequence, of at most 14 literals
// and 16 bytes of match, goes through without any that depends on its data, and longer copies are done in few and large steps.

// Registers of decodeLZ4AVX2:
//
//	SI, DI    next byte of the block and of the result
//	R13, R14  SI and DI at the token of the sequence
//	R8        end of the result, or what comes before it by so much that margins fit
//	R9        end of the block
//	R10       end of the block, or what comes before the end of what may be read by so much that a register fits
//	R11       beginning of the result
//	R12       repeats
//	AX        length of the match as far as the token has it
//	BX        beginning of the match
//	CX        length of the literals; end of a copy
//	DX        offset of the match

// func decodeLZ4AVX2(out *byte, room int, packed *byte, length, readable int, repeats *[17][32]byte) (read, written int)
TEXT ·decodeLZ4AVX2(SB), NOSPLIT, $0-64
	MOVQ out+0(FP), DI
	MOVQ room+8(FP), R8
	MOVQ packed+16(FP), SI
	MOVQ length+24(FP), R9
	MOVQ readable+32(FP), R10
	MOVQ DI, R11
	ADDQ DI, R8
	ADDQ SI, R9
	LEAQ -48(SI)(R10*1), R10
	CMPQ R10, R9
	CMOVQHI R9, R10
	MOVQ repeats+40(FP), R12

	PCALIGN $32
sequence:
	MOVQ SI, R13
	MOVQ DI, R14
	CMPQ SI, R10
	JAE  leave
	CMPQ DI, R8
	JA   leave
	MOVBLZX (SI), AX
	VMOVDQU 1(SI), X0
	MOVL AX, CX
	ANDL $15, AX
	SHRL $4, CX
	CMPL CX, $15
	JEQ  literals
	VMOVDQU X0, (DI)
	ADDQ CX, DI
	LEAQ 1(SI)(CX*1), SI
	CMPQ SI, R9
	JAE  last

match:
	MOVWLZX (SI), DX
	MOVQ DI, BX
	ADDQ $2, SI
	SUBQ DX, BX
	CMPQ BX, R11
	JB   leave
	TESTL DX, DX
	JEQ  leave
	MOVL $16, CX
	CMPL DX, CX
	CMOVLCS DX, CX
	SHLL $5, CX
	CMPL AX, $12
	JA   long
	VMOVDQU (BX), X0
	VPSHUFB (R12)(CX*1), X0, X0 // what overlaps the match is repeated
	VMOVDQU X0, (DI)
	LEAQ 4(DI)(AX*1), DI
	JMP  sequence

	// The token does not have the whole number of literals.
literals:
	INCQ SI
addliterals:
	CMPQ SI, R9
	JAE  leave
	MOVBLZX (SI), DX
	INCQ SI
	ADDQ DX, CX
	CMPL DX, $255
	JEQ  addliterals
	LEAQ (SI)(CX*1), BX
	CMPQ BX, R10
	JAE  leave
	ADDQ DI, CX
	CMPQ CX, R8
	JA   leave
copyliterals:
	VMOVDQU (SI), Y0
	VMOVDQU Y0, (DI)
	ADDQ $32, SI
	ADDQ $32, DI
	CMPQ DI, CX
	JB   copyliterals
	MOVQ BX, SI
	MOVQ CX, DI
	JMP  match

	// The match is of more than 16 bytes; above 18 the token does not have its whole length.
long:
	LEAQ 4(AX), CX
	CMPL AX, $15
	JB   copy
addlong:
	CMPQ SI, R9
	JAE  leave
	MOVBLZX (SI), AX
	INCQ SI
	ADDQ AX, CX
	CMPL AX, $255
	JEQ  addlong
copy:
	ADDQ DI, CX
	CMPQ CX, R8
	JA   leave
	CMPL DX, $32
	JB   near
copy32:
	VMOVDQU (BX), Y0
	VMOVDQU Y0, (DI)
	VMOVDQU 32(BX), Y0
	VMOVDQU Y0, 32(DI)
	VMOVDQU 64(BX), Y0
	VMOVDQU Y0, 64(DI)
	VMOVDQU 96(BX), Y0
	VMOVDQU Y0, 96(DI)
	SUBQ $-128, BX
	SUBQ $-128, DI
	CMPQ DI, CX
	JB   copy32
	MOVQ CX, DI
	JMP  sequence

	// A register does not fit between the match and what it is copied to.
near:
	CMPL DX, $16
	JA   copy16
	LEAQ lz4Steps<>(SB), AX
	MOVBLZX (AX)(DX*1), AX
	SHLL $5, DX
	VBROADCASTI128 (BX), Y0
	VPSHUFB (R12)(DX*1), Y0, Y0
	LEAQ (AX)(AX*2), BX
repeat:
	VMOVDQU Y0, (DI)
	VMOVDQU Y0, (DI)(AX*1)
	VMOVDQU Y0, (DI)(AX*2)
	VMOVDQU Y0, (DI)(BX*1)
	LEAQ (DI)(AX*4), DI
	CMPQ DI, CX
	JB   repeat
	MOVQ CX, DI
	JMP  sequence

copy16:
	VMOVDQU (BX), X0
	VMOVDQU X0, (DI)
	ADDQ $16, BX
	ADDQ $16, DI
	CMPQ DI, CX
	JB   copy16
	MOVQ CX, DI
	JMP  sequence

	// The last sequence has no match.
last:
	JNE  leave
	TESTL AX, AX
	JNE  leave
	MOVQ SI, R13
	MOVQ DI, R14

leave:
	VZEROUPPER
	SUBQ packed+16(FP), R13
	SUBQ R11, R14
	MOVQ R13, read+48(FP)
	MOVQ R14, written+56(FP)
	RET

// The greatest multiples of 1 to 16 that are at most 32: by how much a register that repeats so many bytes may advance.
DATA lz4Steps<>+0(SB)/8, $0x1c1e1e201e202000
DATA lz4Steps<>+8(SB)/8, $0x1e1c1a18161e1b20
DATA lz4Steps<>+16(SB)/1, $0x20
GLOBL lz4Steps<>(SB), RODATA|NOPTR, $17
