//go:build !amd64 || purego

package filter

// unpackLZ4Within decodes the LZ4 block stored[:length] to out[:n], which it fills.
func unpackLZ4Within(out []byte, n int, stored []byte, length int) error {
	return unpackLZ4Library(out[:n], stored[:length])
}
