//go:build !unix

package runtime

const openWithoutWaiting = 0
