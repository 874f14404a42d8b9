package filter

func builtin() map[ID]Codec {
	return map[ID]Codec{
		Deflate:     deflateCodec{},
		Shuffle:     shuffleCodec{},
		Fletcher32:  fletcher32Codec{},
		Szip:        szipCodec{},
		NBit:        nbitCodec{},
		ScaleOffset: scaleOffsetCodec{},
		Bzip2:       bzip2Codec{},
		LZF:         lzfCodec{},
		Blosc:       bloscCodec{},
		LZ4:         lz4Codec{},
		Bitshuffle:  bitshuffleCodec{},
		Zstd:        zstdCodec{},
		Blosc2:      blosc2Codec{},
		ZFP:         zfpCodec{},
	}
}
