//go:build !unix

package main

import "os"

// umask is the file mode creation mask, which only Unix has.
func umask() os.FileMode { return 0 }
