package runtime

import "github.com/vdsgen/vdsgen/hdf5/filter"

// Filter is one step that a chunk goes through when it is written.
type Filter = filter.Spec

// Deflate is zlib compression with level 0 (stored) to 9 (smallest), h5py's compression="gzip".
func Deflate(level int) Filter { return filter.NewDeflate(level) }

// Shuffle regroups the bytes of elements, so that what follows it compresses better.
func Shuffle() Filter { return filter.NewShuffle(0) }

// Fletcher32 appends a checksum that readers verify.
func Fletcher32() Filter { return filter.NewFletcher32() }

// LZ4 is fast compression; libhdf5 needs the plugin of that name to read it.
func LZ4() Filter { return filter.NewLZ4() }

// BitshuffleLZ4 regroups the bits of elements and compresses them with LZ4, as most photon-counting detectors do; libhdf5 needs
// the bitshuffle plugin to read it.
func BitshuffleLZ4() Filter { return filter.NewBitshuffleLZ4(0) }

// Zstd is Zstandard with level 1 (fastest) to 22 (smallest); libhdf5 needs the plugin of that name to read it.
func Zstd(level int) Filter { return filter.NewZstd(level) }
