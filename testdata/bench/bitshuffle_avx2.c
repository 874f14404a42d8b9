/* An HDF5 filter plugin that reads bitshuffle with LZ4 as fast as one core with AVX2 can, so that the opponent of the
 * benchmarks is not held back by a plugin that was compiled for any x86-64. It only reads.
 *
 * cc -O3 -mavx2 -shared -fPIC -o libbitshuffle_avx2.so bitshuffle_avx2.c $(pkg-config --cflags hdf5) -l:liblz4.a
 *
 * A chunk is: 8 bytes length of the result, 4 bytes length of a block, both big-endian; then for each block 4 bytes
 * length and an LZ4 block; then up to 7 elements as they are. In a block of n elements bit b of byte k of all elements
 * is row 8k + b, of n/8 bytes.
 */
#include <H5PLextern.h>
#include <hdf5.h>
#include <immintrin.h>
#include <lz4.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BITSHUFFLE 32008
#define MAX_SIZE 4 /* bytes of an element that the fast path has registers for */
#define STEP 256   /* elements that it takes at a time: a register of each row */

static uint64_t big_endian(const uint8_t *p, int n) {
    uint64_t v = 0;
    while (n-- > 0) v = v << 8 | *p++;
    return v;
}

/* Transposes 8 x 8 bits in each 64-bit lane. */
static inline __m256i transpose_bits(__m256i x) {
    const __m256i near = _mm256_set1_epi64x(0x00aa00aa00aa00aa), middle = _mm256_set1_epi64x(0x0000cccc0000cccc),
                  far = _mm256_set1_epi64x(0x00000000f0f0f0f0);
    __m256i t = _mm256_and_si256(_mm256_xor_si256(x, _mm256_srli_epi64(x, 7)), near);
    x = _mm256_xor_si256(x, _mm256_xor_si256(t, _mm256_slli_epi64(t, 7)));
    t = _mm256_and_si256(_mm256_xor_si256(x, _mm256_srli_epi64(x, 14)), middle);
    x = _mm256_xor_si256(x, _mm256_xor_si256(t, _mm256_slli_epi64(t, 14)));
    t = _mm256_and_si256(_mm256_xor_si256(x, _mm256_srli_epi64(x, 28)), far);
    return _mm256_xor_si256(x, _mm256_xor_si256(t, _mm256_slli_epi64(t, 28)));
}

/* Byte k of 256 elements, from 32 bytes of 8 rows. Lane l of out[q] has elements 128 l + 16 q to + 15. */
static inline void byte_plane(const uint8_t *row, size_t stride, __m256i out[8]) {
    __m256i r[8], a[8];
    for (int i = 0; i < 8; i++) r[i] = _mm256_loadu_si256((const __m256i *)(row + (size_t)i * stride));
    for (int i = 0; i < 4; i++) {
        a[i] = _mm256_unpacklo_epi8(r[2 * i], r[2 * i + 1]);
        a[4 + i] = _mm256_unpackhi_epi8(r[2 * i], r[2 * i + 1]);
    }
    for (int h = 0; h < 2; h++)
        for (int i = 0; i < 2; i++) {
            r[4 * h + i] = _mm256_unpacklo_epi16(a[4 * h + 2 * i], a[4 * h + 2 * i + 1]);
            r[4 * h + 2 + i] = _mm256_unpackhi_epi16(a[4 * h + 2 * i], a[4 * h + 2 * i + 1]);
        }
    for (int h = 0; h < 4; h++) {
        out[2 * h] = transpose_bits(_mm256_unpacklo_epi32(r[2 * h], r[2 * h + 1]));
        out[2 * h + 1] = transpose_bits(_mm256_unpackhi_epi32(r[2 * h], r[2 * h + 1]));
    }
}

static inline void store_lanes(uint8_t *low, uint8_t *high, __m256i v) {
    _mm_storeu_si128((__m128i *)low, _mm256_castsi256_si128(v));
    _mm_storeu_si128((__m128i *)high, _mm256_extracti128_si256(v, 1));
}

static inline void unshuffle_step(const uint8_t *rows, size_t stride, size_t size, uint8_t *to) {
    __m256i plane[MAX_SIZE][8];
    for (size_t k = 0; k < size; k++) byte_plane(rows + 8 * k * stride, stride, plane[k]);
    for (size_t q = 0; q < 8; q++) {
        uint8_t *low = to + 16 * q * size, *high = low + 128 * size;
        if (size == 1) {
            store_lanes(low, high, plane[0][q]);
        } else if (size == 2) {
            store_lanes(low, high, _mm256_unpacklo_epi8(plane[0][q], plane[1][q]));
            store_lanes(low + 16, high + 16, _mm256_unpackhi_epi8(plane[0][q], plane[1][q]));
        } else {
            __m256i l01 = _mm256_unpacklo_epi8(plane[0][q], plane[1][q]), l23 = _mm256_unpacklo_epi8(plane[2][q], plane[3][q]);
            __m256i h01 = _mm256_unpackhi_epi8(plane[0][q], plane[1][q]), h23 = _mm256_unpackhi_epi8(plane[2][q], plane[3][q]);
            store_lanes(low, high, _mm256_unpacklo_epi16(l01, l23));
            store_lanes(low + 16, high + 16, _mm256_unpackhi_epi16(l01, l23));
            store_lanes(low + 32, high + 32, _mm256_unpacklo_epi16(h01, h23));
            store_lanes(low + 48, high + 48, _mm256_unpackhi_epi16(h01, h23));
        }
    }
}

/* Puts the bits of a block of n elements, a multiple of 8, back. */
static void unshuffle(const uint8_t *rows, size_t n, size_t size, uint8_t *to) {
    size_t stride = n / 8, done = 0;
    if (size == 1)
        for (; done + STEP <= n; done += STEP) unshuffle_step(rows + done / 8, stride, 1, to + done);
    else if (size == 2)
        for (; done + STEP <= n; done += STEP) unshuffle_step(rows + done / 8, stride, 2, to + 2 * done);
    else if (size == 4)
        for (; done + STEP <= n; done += STEP) unshuffle_step(rows + done / 8, stride, 4, to + 4 * done);
    for (size_t i = done; i < n; i++)
        for (size_t k = 0; k < size; k++) {
            unsigned byte = 0;
            for (unsigned b = 0; b < 8; b++) byte |= (unsigned)(rows[(8 * k + b) * stride + i / 8] >> (i % 8) & 1) << b;
            to[i * size + k] = (uint8_t)byte;
        }
}

static size_t decode(const uint8_t *from, size_t length, size_t size, size_t total, uint8_t *to) {
    const uint8_t *end = from + length;
    size_t block = big_endian(from + 8, 4) / size, left = total / size;
    from += 12;
    if (block == 0 || block % 8 != 0) return 0;
    uint8_t *rows = malloc(block * size);
    while (rows != NULL && left >= 8) {
        size_t n = left < block ? left / 8 * 8 : block;
        size_t packed = end - from >= 4 ? big_endian(from, 4) : 0;
        if (packed == 0 || packed > (size_t)(end - from) - 4) break;
        if (LZ4_decompress_safe((const char *)from + 4, (char *)rows, (int)packed, (int)(n * size)) != (int)(n * size)) break;
        unshuffle(rows, n, size, to);
        from += 4 + packed;
        to += n * size;
        left -= n;
    }
    int whole = rows != NULL && left < 8 && (size_t)(end - from) == left * size;
    free(rows);
    if (!whole) return 0;
    memcpy(to, from, left * size);
    return total;
}

static size_t filter(unsigned flags, size_t count, const unsigned *values, size_t length, size_t *capacity, void **buffer) {
    if (!(flags & H5Z_FLAG_REVERSE) || count < 5 || values[4] != 2 || values[2] == 0 || length < 12) return 0;
    size_t total = big_endian(*buffer, 8);
    void *to = total < ((size_t)1 << 40) ? malloc(total) : NULL;
    if (to == NULL) return 0;
    if (decode(*buffer, length, values[2], total, to) != total) {
        free(to);
        return 0;
    }
    free(*buffer);
    *buffer = to;
    *capacity = total;
    return total;
}

static const H5Z_class2_t class = {H5Z_CLASS_T_VERS, BITSHUFFLE, 0, 1, "bitshuffle with LZ4, AVX2, reading only", NULL, NULL, filter};

H5PL_type_t H5PLget_plugin_type(void) { return H5PL_TYPE_FILTER; }
const void *H5PLget_plugin_info(void) { return &class; }
