//go:build !purego

package filter

import "hash/adler32"

const (
	adlerModulus = 65521
	adlerStep    = 32   // bytes that adlerSumsAVX2 takes at once
	adlerBlock   = 5536 // multiple of adlerStep, below the number of bytes after which 32-bit sums could overflow
)

// adlerSumsAVX2 is the sum of the n bytes at p, and their sum weighted with n for the first to 1 for the last. n is a multiple of adlerStep, above 0 and at most adlerBlock.
//
//go:noescape
func adlerSumsAVX2(p *byte, n int) (sum, weighted uint64)

// adler is the Adler-32 checksum of p (RFC 1950).
func adler(p []byte) uint32 {
	if !vectors || len(p) < adlerStep {
		return adler32.Checksum(p)
	}
	a, b := uint64(1), uint64(0)
	for len(p) >= adlerStep {
		n := min(len(p)&^(adlerStep-1), adlerBlock)
		sum, weighted := adlerSumsAVX2(&p[0], n)
		b = (b + uint64(n)*a + weighted) % adlerModulus
		a = (a + sum) % adlerModulus
		p = p[n:]
	}
	for _, c := range p {
		a += uint64(c)
		b += a
	}
	return uint32(b%adlerModulus<<16 | a%adlerModulus)
}
