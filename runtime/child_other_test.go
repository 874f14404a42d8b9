//go:build !unix

package runtime

func child(string) int { return 2 }
