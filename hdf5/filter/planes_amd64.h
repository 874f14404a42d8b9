// Steps of the transposition of matrices of bits and bytes in registers. Y8 is used for what comes between.

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

// LANES stores the lanes of a register, the lower at DI+low and the upper at DI+high.
#define LANES(x, y, low, high) \
	VMOVDQU      x, low(DI);      \
	VEXTRACTI128 $1, y, high(DI)
