//go:build !amd64 || purego

package filter

import "hash/adler32"

// adler is the Adler-32 checksum of p (RFC 1950).
func adler(p []byte) uint32 { return adler32.Checksum(p) }
