package filter

func builtin() map[ID]Codec {
	return map[ID]Codec{
		Deflate:    deflateCodec{},
		Shuffle:    shuffleCodec{},
		Fletcher32: fletcher32Codec{},
		LZ4:        lz4Codec{},
		Bitshuffle: bitshuffleCodec{},
		Zstd:       zstdCodec{},
	}
}
