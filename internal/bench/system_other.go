//go:build !linux

package main

import (
	"math"
	"os"
)

// freeBytes is the space of a folder's file system, which is not looked up here.
func freeBytes(string) (int64, error) { return math.MaxInt64, nil }

// peakMemory is 0: it is not known here.
func peakMemory(*os.ProcessState) int64 { return 0 }
