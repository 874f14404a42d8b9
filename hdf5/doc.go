// Package hdf5 reads and writes HDF5 files in pure Go, one file at a time. What a virtual dataset shows lies in other files; package runtime
// reads it, with the mappings that this package decodes.
//
// # Reading
//
// Open gives a File, and a path leads to a Dataset, a Group or a NamedType:
//
//	f, err := hdf5.Open("run_0042.h5")
//	d, err := f.Dataset("/entry/data/data")
//	frames, err := hdf5.Read[uint16](d)
//
// Opening reads a few KiB and finding an object a few more, however large the file is: links of large groups are found by their hash, chunks by
// descent of their index. Everything is safe for concurrent use. Below whole values lie the stored bytes, for programs that schedule reads
// themselves: Dataset.Chunk and Dataset.Chunks say where chunks are, Dataset.ReadChunk gives their stored bytes and Dataset.DecodeChunk their
// elements; Dataset.Contiguous and Dataset.ReadRaw do the same for data that is not in chunks.
//
// All versions of structures up to HDF5 2.0 are read: superblocks 0 to 3, with user block and extension; object headers 1 and 2; groups as symbol
// tables, in the header, and dense; hard, soft, external and (shown, not followed) user-defined links; attributes in the header and dense; shared and
// committed messages; layouts 1 to 5 with every chunk index; virtual layouts; metadata cache images.
//
// # Writing
//
// Create makes a file, which appears under its name when it is whole, and OpenReadWrite adds to one that is there. Both give a Writer:
//
//	w, err := hdf5.OpenReadWrite("run_0042.h5")
//	defer w.Abort() // does nothing after Close
//	err = w.CreateVirtual("/entry/data/all", spec)
//	err = w.SetAttribute("/entry", "reduced", true)
//	err = w.Close()
//
// A process that is killed on the way leaves no new file, and of an old one each object as it was or as it was meant to be; see OpenReadWrite.
//
// Elements are written through a DatasetWriter, which CreateDataset and, for datasets that are there, OpenDataset give: whole datasets (WriteAll), strided boxes (WriteSlab), any selection
// (WriteSelection), more at the end of an axis (Append, AppendAlong), and chunks that were filtered elsewhere (WriteChunk), in any order; Resize changes the shape along all axes.
//
// # Damaged and hostile files
//
// A file that breaks the format gives a *FormatError with the place and what was expected there; one that is right and uses what this package does
// not have gives an *UnsupportedError that names it. Checksums are verified. No number from a file is believed before it was compared with the size of the
// file and with a limit that is named and reasoned in the code, so that neither memory nor time grows past what the file's own size explains; nothing
// panics. Elements are never made up: they are what is stored, or the fill value where the format says so.
//
// # Files that are being written
//
// The superblock of version 3 says when a program has a file open for writing. If that program writes for simultaneous readers (SWMR: h5py's swmr_mode), the file opens here, too, and
// is followed with Dataset.Refresh, which returns the dataset as it is now, while d stays what it was:
//
//	for f.Superblock().Writing {
//		if d, err = d.Refresh(); err != nil {
//			…
//		}
//		… read the frames from the last one seen to d.Shape()[0]
//	}
//
// All elements within the extent of a Dataset are those that the writer stored before it let the extent grow, or the fill value where it stored none. This follows from what the writer promises: it
// writes raw data before the index that leads there, and the index before the extent. Here the extent is read first, and nothing that was read earlier is used
// with it. A structure that is caught half written does not match its checksum and is read again, up to 100 times; only then it is an error. A chunk has no checksum unless it goes through fletcher32 (or deflate, which has its
// own): if a writer stores a chunk again at the place where it was, as libhdf5 does when it has the same size, a read at that moment may mix both. A chunk that is
// written once, such as one of whole frames, is never mixed.
//
// A Writer does the same from StartSWMR on, for libhdf5's readers and this package's; see there. All this needs a file system on which readers see writes in the order in which they were made, as POSIX
// wants it: local ones, GPFS and Lustre have it; NFS and SMB do not.
//
// Any other file that is open for writing is refused with an error that wraps ErrUnfinished, as libhdf5 refuses it: what it holds is partly in the memory of
// the other program. After a crash h5clear -s removes the mark, or WithUnfinished opens the file as it is.
//
// # Where to read first
//
// Open.go and superblock.go open a file; path.go follows a path through groupnode.go to objects (object.go, dataset.go, object_attributes.go). Chunk.go
// and layout.go reach stored bytes, virtuallayout.go the mappings, swmr.go files that grow; datatype.go and conversion.go turn stored elements into Go's; writer.go begins what
// writes, readwrite.go what changes files that are there, live.go what writes while others read. The decoders are in internal: cursor (fields of bytes), block (pieces of a file), object (headers), message (what headers say), heap, btree and chunkindex.
package hdf5
