//go:build !amd64 || purego

package filter

// There are no kernels for this machine.

func joinPlanesVector(raw, planes []byte, size, stride, n int) (done int)             { return 0 }
func splitPlanesVector(planes []byte, stride int, raw []byte, size, n int) (done int) { return 0 }
func unshuffleBitsVector(raw, planes []byte, size, n int) (done int)                  { return 0 }
func shuffleBitsVector(planes, raw []byte, size, n int) (done int)                    { return 0 }
