package filter

const (
	bitshuffleMajor = 0
	bitshuffleMinor = 4 // the version that brought Zstandard
	bitshuffleNone  = 0
	bitshuffleLZ4   = 2
	bitshuffleZstd  = 3
	bitshuffleName  = "bitshuffle; see https://github.com/kiyo-masui/bitshuffle"
)
