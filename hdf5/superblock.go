package hdf5

// SuperblockInfo is what the superblock of a file says.
type SuperblockInfo struct {
	Version    int    // 0 to 3
	UserBlock  int64  // bytes before the superblock: where address 0 is
	EndOfFile  uint64 // bytes of the file as its writer left it, user block included
	OffsetSize int    // bytes of an address
	LengthSize int    // bytes of a length
	Writing    bool   // version 3: a writer has the file open, or died
	SWMR       bool   // version 3: that writer works in single-writer/multiple-reader mode
}
