package filter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ID is the number that stands for a filter in the file, as registered with the HDF Group. Numbers below 256 are the library's own.
type ID uint16

// The filters that are built in.
const (
	Deflate     ID = 1     // zlib streams
	Shuffle     ID = 2     // byte planes
	Fletcher32  ID = 3     // checksum, verified on reading
	Szip        ID = 4     // CCSDS 121 extended-Rice coding; reading only
	NBit        ID = 5     // the significant bits of each element; reading only
	ScaleOffset ID = 6     // difference from the minimum; writing for integers only
	Bzip2       ID = 307   // reading only
	LZF         ID = 32000 // h5py's own; reading only
	Blosc       ID = 32001 // Blosc 1; reading only
	LZ4         ID = 32004 // blocks of LZ4
	Bitshuffle  ID = 32008 // bit planes, then nothing, LZ4 or Zstandard
	ZFP         ID = 32013 // H5Z-ZFP; reading only
	Zstd        ID = 32015 // Zstandard frames
	Blosc2      ID = 32026 // Blosc 2 contiguous frames; reading only
)

var names = map[ID]string{
	Deflate: "deflate", Shuffle: "shuffle", Fletcher32: "fletcher32", Szip: "szip", NBit: "nbit", ScaleOffset: "scaleoffset",
	Bzip2: "bzip2", LZF: "lzf", Blosc: "blosc", LZ4: "lz4", Bitshuffle: "bitshuffle", Zstd: "zstd", Blosc2: "blosc2",
	ZFP: "zfp",
}

// String is the filter's usual name ("deflate", "bitshuffle"), or "filter 32017" for one that is not built in.
func (id ID) String() string {
	if name, ok := names[id]; ok {
		return name
	}
	return "filter " + strconv.Itoa(int(id))
}

// Spec is one entry of a filter pipeline, as the filter pipeline message (0x000B) has it.
type Spec struct {
	ID ID
	// Name is the name that the writer stored beside the number, informational; empty is usual for numbers below 256.
	Name string
	// Optional allows a writer to leave the filter out for a chunk, with the chunk's filter mask saying so.
	Optional bool
	// Params is the client data: what each word means is the filter's affair.
	Params []uint32
}

// NewDeflate is zlib compression with level 0 (stored) to 9 (smallest).
func NewDeflate(level int) Spec {
	return Spec{ID: Deflate, Name: "deflate", Optional: true, Params: []uint32{word(level)}}
}

// NewShuffle regroups the bytes of elements of elemSize bytes into byte planes. With elemSize 0 the size is that of the dataset's elements.
func NewShuffle(elemSize int) Spec {
	return Spec{ID: Shuffle, Name: "shuffle", Optional: true, Params: []uint32{word(elemSize)}}
}

// NewFletcher32 appends a checksum that readers verify.
func NewFletcher32() Spec {
	return Spec{ID: Fletcher32, Name: "fletcher32"}
}

// NewLZ4 is LZ4 in blocks of the registered plugin's default size.
func NewLZ4() Spec {
	return Spec{ID: LZ4, Name: lz4Name, Optional: true, Params: []uint32{0}}
}

// NewBitshuffleLZ4 regroups elements of elemSize bytes into bit planes and compresses those with LZ4, which is what most
// photon-counting detectors write. With elemSize 0 the size is that of the dataset's elements.
func NewBitshuffleLZ4(elemSize int) Spec {
	return newBitshuffle(elemSize, bitshuffleLZ4)
}

// NewBitshuffleZstd is NewBitshuffleLZ4 with Zstandard of the given level (1 to 22) in LZ4's place. HDF5 plugins older than bitshuffle 0.4 cannot read it.
func NewBitshuffleZstd(elemSize, level int) Spec {
	return newBitshuffle(elemSize, bitshuffleZstd, word(level))
}

// NewBitshuffle regroups elements of elemSize bytes into bit planes, without compression. With elemSize 0 the size is that of the dataset's elements.
func NewBitshuffle(elemSize int) Spec {
	return newBitshuffle(elemSize, bitshuffleNone)
}

func newBitshuffle(elemSize int, params ...uint32) Spec {
	words := append([]uint32{bitshuffleMajor, bitshuffleMinor, word(elemSize), 0}, params...)
	return Spec{ID: Bitshuffle, Name: bitshuffleName, Optional: true, Params: words}
}

// NewZstd is Zstandard with level 1 (fastest) to 22 (smallest).
func NewZstd(level int) Spec {
	return Spec{ID: Zstd, Name: zstdName, Optional: true, Params: []uint32{word(level)}}
}

// NewScaleOffset stores integers as differences from the least of the chunk, in minBits bits each; 0 takes as many bits as the chunk needs. It is lossless
// for minBits 0. What it must know of the elements is filled in by [Complete].
func NewScaleOffset(minBits int) Spec {
	return Spec{ID: ScaleOffset, Name: "scaleoffset", Optional: true, Params: []uint32{scaleInteger, word(minBits)}}
}

// word is a filter parameter; what does not fit becomes a value that no filter takes, so that NewPipeline refuses it.
func word(v int) uint32 {
	if v < 0 || uint64(v) > 1<<32-1 {
		return 1<<32 - 1
	}
	return uint32(v)
}

// forms are the words of Parse: how each is spelled and the argument that it takes.
var forms = []struct {
	name          string
	argument      string // what the number in parentheses is; empty: takes none
	fallback      int    // the number where none is given
	least, most   int
	make          func(argument int) Spec
	matches       func(s Spec) bool
	argumentIndex int // where Params has the argument
}{
	{"deflate", "level", 4, 0, 9, NewDeflate, func(s Spec) bool { return s.ID == Deflate }, 0},
	{"shuffle", "", 0, 0, 0, func(int) Spec { return NewShuffle(0) }, func(s Spec) bool { return s.ID == Shuffle }, 0},
	{"fletcher32", "", 0, 0, 0, func(int) Spec { return NewFletcher32() }, func(s Spec) bool { return s.ID == Fletcher32 }, 0},
	{"lz4", "", 0, 0, 0, func(int) Spec { return NewLZ4() }, func(s Spec) bool { return s.ID == LZ4 }, 0},
	{"bitshuffle-lz4", "", 0, 0, 0, func(int) Spec { return NewBitshuffleLZ4(0) }, isBitshuffle(bitshuffleLZ4), 0},
	{"bitshuffle-zstd", "level", 3, 1, 22, func(level int) Spec { return NewBitshuffleZstd(0, level) }, isBitshuffle(bitshuffleZstd), 5},
	{"bitshuffle", "", 0, 0, 0, func(int) Spec { return NewBitshuffle(0) }, isBitshuffle(bitshuffleNone), 0},
	{"zstd", "level", 3, 1, 22, NewZstd, func(s Spec) bool { return s.ID == Zstd }, 0},
	{"scaleoffset", "bits", 0, 0, 64, NewScaleOffset, isIntegerScaleOffset, 1},
}

func isBitshuffle(mode uint32) func(Spec) bool {
	return func(s Spec) bool {
		return s.ID == Bitshuffle && param(s.Params, 4, bitshuffleNone) == mode
	}
}

func isIntegerScaleOffset(s Spec) bool {
	return s.ID == ScaleOffset && param(s.Params, 0, scaleInteger) == scaleInteger
}

// Parse reads one filter as layouts spell it: "deflate(4)", "shuffle", "fletcher32", "lz4", "bitshuffle", "bitshuffle-lz4",
// "bitshuffle-zstd(3)", "zstd(3)", "scaleoffset". The number may be left out: deflate(4), zstd(3), bitshuffle-zstd(3), scaleoffset(0).
// The error says what would have been accepted.
func Parse(s string) (Spec, error) {
	name, rest, hasArgument := strings.Cut(strings.TrimSpace(s), "(")
	name = strings.TrimSpace(name)
	for _, f := range forms {
		if f.name != name {
			continue
		}
		if !hasArgument {
			return f.make(f.fallback), nil
		}
		digits, closed := strings.CutSuffix(rest, ")")
		if f.argument == "" {
			return Spec{}, fmt.Errorf("filter %q: %s takes no argument; write %q", s, name, name)
		}
		n, err := strconv.Atoi(strings.TrimSpace(digits))
		if err != nil || !closed || n < f.least || n > f.most {
			return Spec{}, fmt.Errorf("filter %q: the %s of %s is a number from %d to %d, as in \"%s(%d)\"", s, f.argument, name, f.least, f.most, name, f.fallback)
		}
		return f.make(n), nil
	}
	known := make([]string, len(forms))
	for i, f := range forms {
		known[i] = f.name
		if f.argument != "" {
			known[i] += "(" + f.argument + ")"
		}
	}
	return Spec{}, fmt.Errorf("filter %q is not one that can be written; there are %s", s, strings.Join(known, ", "))
}

// String spells the filter as [Parse] reads it where Parse can say it, else as name(words…), such as "blosc(2, 2, 4, 80, 5, 1, 0)".
func (s Spec) String() string {
	for _, f := range forms {
		if !f.matches(s) {
			continue
		}
		if f.argument == "" {
			return f.name
		}
		return fmt.Sprintf("%s(%d)", f.name, param(s.Params, f.argumentIndex, uint32(f.fallback)))
	}
	text := s.ID.String()
	if len(s.Params) == 0 {
		return text
	}
	words := make([]string, len(s.Params))
	for i, w := range s.Params {
		words[i] = strconv.FormatUint(uint64(w), 10)
	}
	return text + "(" + strings.Join(words, ", ") + ")"
}

// Element describes the elements of the dataset for filters that depend on them.
type Element struct {
	Size      int    // bytes
	Integer   bool   // a fixed-point type of whole bytes, or an enumeration of one
	Signed    bool   // of an integer
	BigEndian bool   // of an integer
	Fill      []byte // the fill value as stored, Size bytes; nil where it is not defined
}

// Complete returns specs with all that filters store about the dataset filled in: the size of elements, the number of them in a chunk and so on.
// chunkBytes is the unfiltered size of a chunk. Words that are set already are kept. It fails where a filter cannot work on such elements.
func Complete(specs []Spec, e Element, chunkBytes int) ([]Spec, error) {
	done := make([]Spec, len(specs))
	for i, s := range specs {
		s.Params = slices.Clone(s.Params)
		if err := s.complete(e, chunkBytes); err != nil {
			return nil, fmt.Errorf("filter %s: %w", s.ID, err)
		}
		done[i] = s
	}
	return done, nil
}

func (s *Spec) complete(e Element, chunkBytes int) error {
	switch s.ID {
	case Shuffle:
		s.setDefault(0, word(e.Size))
	case Bitshuffle:
		s.setDefault(2, word(e.Size))
	case ScaleOffset:
		return s.completeScaleOffset(e, chunkBytes)
	}
	return nil
}

// setDefault sets word i where it is absent or zero.
func (s *Spec) setDefault(i int, w uint32) {
	for len(s.Params) <= i {
		s.Params = append(s.Params, 0)
	}
	if s.Params[i] == 0 {
		s.Params[i] = w
	}
}

// param is word i of the client data, or absent where the writer stored fewer words.
func param(values []uint32, i int, absent uint32) uint32 {
	if i < len(values) {
		return values[i]
	}
	return absent
}
