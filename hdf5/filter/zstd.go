package filter

const zstdName = "Zstandard compression: http://www.zstd.net"
