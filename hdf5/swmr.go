package hdf5

import (
	"errors"
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/object"
)

// ErrUnfinished is wrapped by the errors of Open, NewFile and Refresh for a file whose superblock says that a program has it open for writing, and not in a way that
// lets others read meanwhile (SWMR). libhdf5 refuses such files too. It stays like that after a program that died: h5clear -s puts it right, and WithUnfinished
// opens it as it is.
var ErrUnfinished = errors.New("the file is open for writing")

// WithUnfinished opens a file also while a program writes it without SWMR, or after one that died while it did. What was not yet written to the disk is
// missing: objects may be damaged or lack elements, which then read as the fill value. The option holds for files that external links lead to.
func WithUnfinished() OpenOption { return func(o *openOptions) { o.unfinished = true } }

// checkFinished refuses files that cannot be read while they are written.
func (f *File) checkFinished() error {
	if f.info.Writing == f.info.SWMR || f.opts.unfinished {
		return nil
	}
	return fmt.Errorf("%s: %w by a program that does not write for simultaneous readers (SWMR), or was when its writer died; wait until it is closed, or, if nothing writes it any more, run h5clear -s on it", f.name, ErrUnfinished)
}

// Refresh looks at the file again: whether it is being written (Superblock), its size, and, where they are looked up from now on, groups and attributes. Objects that
// were found before stay what they are; see Dataset.Refresh. A file of another name or another file under the name is not seen: it is read through
// the descriptor that Open got. Other calls may run at the same time.
func (f *File) Refresh() error {
	if err := f.refreshSuperblock(); err != nil {
		return fmt.Errorf("refreshing: %w", err)
	}
	f.reader.Forget()
	f.heap.Forget()
	f.groups.Clear()
	return nil
}

// refreshSuperblock reads again what a writer changes in a superblock.
func (f *File) refreshSuperblock() error {
	if f.info.Version != 3 {
		f.reader.Measure()
		return nil
	}
	var now SuperblockInfo
	var root uint64
	was := f.reader.Live()
	f.reader.SetLive(true) // a writer may have begun since, and just be about to say so
	err := f.reader.Retry(func() (err error) {
		now, root, err = f.superblockNow()
		return err
	}, block.Torn)
	if err != nil {
		f.reader.SetLive(was)
		return err
	}
	f.reader.Measure()
	if root != f.root {
		return fmt.Errorf("%s: the root group is now at address %#x and was at %#x: the file was made anew; open it again", f.name, root, f.root)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.info = now
	// A file that was live stays so: the writer may come back at any time, and what it costs is little.
	f.reader.SetLive(was || now.Writing)
	return f.checkFinished()
}

// superblockNow decodes the superblock of version 3 as it is in the file now.
func (f *File) superblockNow() (info SuperblockInfo, root uint64, err error) {
	info = f.Superblock()
	b := make([]byte, 12+4*info.OffsetSize+4)
	if err := f.reader.ReadAt(b, 0, "superblock"); err != nil {
		return info, 0, err
	}
	c := f.reader.Over(b, 0, "superblock")
	c.Signature(signature)
	c.Version(3)
	c.Skip(2) // sizes
	flags := c.U8()
	base := c.Address()
	c.Address() // of the extension
	end := c.Address()
	root = c.Address()
	c.Checksum()
	if err := c.Err(); err != nil {
		return info, 0, err
	}
	info.Writing, info.SWMR = flags&flagWriting != 0, flags&flagSWMR != 0
	info.EndOfFile = end - base + uint64(info.UserBlock)
	return info, root, nil
}

// Refresh returns the dataset as it is in the file now: with the extent that it has grown to, and the chunks that were written since. d itself stays what it is, so that
// others may go on with it; the new one is as good as one that was opened now. Reads of it see one extent until it is refreshed again, as with the
// refresh of h5py.
//
// While a file is being written, all elements within the extent are those that the writer stored before it let the extent grow; elements that it left
// out, or grew the extent for and did not yet write, are the fill value. The writer's flush makes elements visible.
// File.Superblock says after Refresh whether the file is still being written.
func (d *Dataset) Refresh() (*Dataset, error) {
	f := d.file
	if err := f.refreshSuperblock(); err != nil {
		return nil, d.place(fmt.Errorf("refreshing: %w", err))
	}
	f.reader.Forget() // also where nothing is being written any more
	f.heap.Forget()
	o, err := f.objectAt(d.addr, d.path)
	if err != nil {
		return nil, fmt.Errorf("refreshing: %w", err)
	}
	now, ok := o.(*Dataset)
	if !ok {
		return nil, d.placed(fmt.Errorf("refreshing: %w: it is now %s", ErrKind, kind(o)))
	}
	return now, nil
}

// objectHeader reads the header of an object that is opened.
//
// A writer for simultaneous readers writes raw data before the index of the chunks, and that before the extent in the header. So what is read after the extent has all
// the chunks in it, and nothing else may be taken: what was read before is forgotten as soon as the header is there. It may have come in one read together with
// the header, but the parts of a read are not of one moment.
func (f *File) objectHeader(addr uint64) (*object.Header, error) {
	if !f.reader.Live() {
		return object.Read(f.reader, addr)
	}
	f.reader.Forget()
	h, err := object.Read(f.reader, addr)
	if err != nil {
		return nil, err
	}
	f.reader.Forget()
	extent := h.Find(message.TypeDataspace)
	if h.Chunks == 1 || extent == nil {
		return h, nil
	}
	// The extent may have been in a later part than the place of the index, and so be newer.
	h, err = object.Read(f.reader, addr)
	if err != nil {
		return nil, err
	}
	if m := h.Find(message.TypeDataspace); m != nil {
		*m = *extent
	}
	f.reader.Forget()
	return h, nil
}
