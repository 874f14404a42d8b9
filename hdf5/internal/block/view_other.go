//go:build !linux

package block

import "github.com/vdsgen/vdsgen/hdf5/internal/disk"

// Files are mapped on Linux only.

type mapping struct{ bytes []byte }

func mapFile(*disk.File, uint64, uint64) (m mapping, ok bool) { return m, false }

func (mapping) unmap() {}

func onLocalDisk(*disk.File) bool { return false }
