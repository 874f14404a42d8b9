package hdf5

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"syscall"

	"github.com/vdsgen/vdsgen/hdf5/internal/heap"
)

// maxRawFiles is how many raw-data files one File keeps open while nobody reads them: enough for a dataset that is spread over a few
// files and read from its start to its end. Each is a descriptor.
const maxRawFiles = 8

// RawPrefixEnv is the environment variable that OpenRawFile and RawFilesIn look into first, as libhdf5 does.
const RawPrefixEnv = "HDF5_EXTFILE_PREFIX"

// RawFile is a file with elements of a dataset and no structure of its own. ReadAt must serve concurrent calls.
type RawFile interface {
	io.ReaderAt
	io.Closer
	// Size is the number of bytes of the file.
	Size() int64
}

// RawOpener opens the raw-data file that a dataset of the file from names. name is as it is stored. Up to a few files are kept open until
// from is closed.
type RawOpener func(from *File, name string) (RawFile, error)

// WithRawFiles sets what opens files of raw data, which datasets with "external storage" have: OpenRawFile by default; nil makes reading one
// an error. A File that was opened with WithExternalLinks and without WithRawFiles opens none: whoever confines the one means the other, too.
func WithRawFiles(open RawOpener) OpenOption {
	return func(o *openOptions) {
		if open == nil {
			open = refuseRawFiles
		}
		o.raw = open
	}
}

func refuseRawFiles(*File, string) (RawFile, error) {
	return nil, errors.New("files of raw data are not opened here: see WithRawFiles")
}

// OpenRawFile opens a file of raw data where libhdf5 does without its prefix property: see RawFilesIn.
func OpenRawFile(from *File, name string) (RawFile, error) { return RawFilesIn("")(from, name) }

// RawFilesIn opens files of raw data as libhdf5 does with the "external file prefix" property prefix: an absolute name as it is, a relative one below
// the prefix, in which a leading ${ORIGIN} is the folder of the HDF5 file. The environment variable HDF5_EXTFILE_PREFIX goes before the
// property. Without a prefix a relative name is relative to the working folder; and, what libhdf5 does not do, where there is no such file, to the
// folder of the HDF5 file.
func RawFilesIn(prefix string) RawOpener {
	return func(from *File, name string) (RawFile, error) {
		var errs []error
		for _, candidate := range rawCandidates(from.name, rawPrefix(prefix), name) {
			f, err := openRaw(candidate)
			if err == nil {
				return f, nil
			}
			errs = append(errs, err)
			if !noSuchFile(err) {
				break
			}
		}
		return nil, errors.Join(errs...)
	}
}

// noSuchFile reports that there is no file of a name, also where its folder is a file.
func noSuchFile(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// rawPrefix is the prefix that counts: libhdf5 takes the environment before the property, and "." for none.
func rawPrefix(prefix string) string {
	if env := os.Getenv(RawPrefixEnv); env != "" {
		prefix = env
	}
	if prefix == "." {
		return ""
	}
	return prefix
}

// rawCandidates are the places of a raw-data file, best first.
func rawCandidates(from, prefix, name string) []string {
	const origin = "${ORIGIN}"
	switch {
	case filepath.IsAbs(name):
		return []string{name}
	case strings.HasPrefix(prefix, origin):
		return []string{filepath.Join(filepath.Dir(from), prefix[len(origin):], name)}
	case prefix != "":
		return []string{filepath.Join(prefix, name)}
	case from == "" || filepath.Dir(from) == ".":
		return []string{name}
	}
	return []string{name, filepath.Join(filepath.Dir(from), name)}
}

// systemRawFile is a file of the operating system.
type systemRawFile struct {
	*os.File
	size int64
}

func (f systemRawFile) Size() int64 { return f.size }

func openRaw(name string) (RawFile, error) {
	// Without O_NONBLOCK a named pipe would keep us waiting for somebody to write to it; for files it means nothing.
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: it is not a regular file", name)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return systemRawFile{f, info.Size()}, nil
}

// rawFiles are the raw-data files that a File has open.
type rawFiles struct {
	mu     sync.Mutex
	closed bool
	open   map[string]*openRawFile // by the name that is stored
	clock  uint64                  // counts uses
}

type openRawFile struct {
	RawFile
	users int
	used  uint64 // clock of the last use
}

// acquire opens a file, or takes it from those that are open. Whoever gets it releases it.
func (r *rawFiles) acquire(f *File, name string) (*openRawFile, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, fmt.Errorf("%s: %w", f.name, os.ErrClosed)
	}
	r.clock++
	if x := r.open[name]; x != nil {
		x.users, x.used = x.users+1, r.clock
		return x, nil
	}
	file, err := f.opts.openRawFile(f, name)
	if err != nil {
		return nil, err
	}
	if r.open == nil {
		r.open = map[string]*openRawFile{}
	}
	x := &openRawFile{RawFile: file, users: 1, used: r.clock}
	r.open[name] = x
	return x, r.evict()
}

// evict closes files that nobody reads, those first that were not used for the longest time.
func (r *rawFiles) evict() error {
	for len(r.open) > maxRawFiles {
		oldest := ""
		for name, x := range r.open {
			if x.users == 0 && (oldest == "" || x.used < r.open[oldest].used) {
				oldest = name
			}
		}
		if oldest == "" {
			return nil
		}
		x := r.open[oldest]
		delete(r.open, oldest)
		if err := x.Close(); err != nil {
			return err
		}
	}
	return nil
}

func (r *rawFiles) release(x *openRawFile) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	x.users--
	if r.closed && x.users == 0 {
		return x.Close()
	}
	return r.evict()
}

// close closes what nobody reads; the rest is closed at its release.
func (r *rawFiles) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	var errs []error
	for _, x := range r.open {
		if x.users == 0 {
			errs = append(errs, x.Close())
		}
	}
	r.open = nil
	return errors.Join(errs...)
}

// openRawFile opens a file with the opener that counts.
func (o *openOptions) openRawFile(from *File, name string) (RawFile, error) {
	switch {
	case o.raw != nil:
		return o.raw(from, name)
	case o.confined:
		return refuseRawFiles(from, name)
	}
	return OpenRawFile(from, name)
}

// RawSegment is a piece of a dataset in a file of raw data. The pieces follow one another.
type RawSegment struct {
	File   string // name as stored
	Offset uint64 // of the first byte in that file
	Size   uint64 // bytes; dataspace.Unlimited: as many as the dataset has
}

// rawSegment is a RawSegment with its place in the dataset.
type rawSegment struct {
	RawSegment
	start, end uint64 // bytes of the dataset
}

// ExternalFiles reports whether the elements lie in other files, as raw data: see RawSegments.
func (d *Dataset) ExternalFiles() bool { return d.external != nil }

// RawSegments lists where the elements of a dataset with external storage lie; nil for others. It is in the "external file list"
// message (section IV.A.2.h of the specification).
func (d *Dataset) RawSegments() ([]RawSegment, error) {
	segments, err := d.rawSegments()
	if err != nil || segments == nil {
		return nil, err
	}
	list := make([]RawSegment, len(segments))
	for i, s := range segments {
		list[i] = s.RawSegment
	}
	return list, nil
}

// rawSegments reads the names of the files, once.
func (d *Dataset) rawSegments() ([]rawSegment, error) {
	if d.external == nil {
		return nil, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.segments != nil {
		return d.segments, nil
	}
	names, err := heap.OpenLocal(d.file.reader, d.external.Heap)
	if err != nil {
		return nil, d.place(err)
	}
	segments := make([]rawSegment, len(d.external.Slots))
	end := uint64(0)
	for i, slot := range d.external.Slots {
		name, err := names.Name(slot.Name)
		if err != nil {
			return nil, d.place(err)
		}
		if len(name) == 0 || slot.Offset > math.MaxInt64 {
			return nil, d.place(d.file.reader.Errorf(d.external.Heap, "external file list: file %q at offset %d", name, slot.Offset))
		}
		start := end
		end += min(slot.Size, math.MaxUint64-start)
		segments[i] = rawSegment{RawSegment{string(name), slot.Offset, slot.Size}, start, end}
	}
	d.segments = segments
	return segments, nil
}

// readRawFiles fills p with bytes from off on, which lie in raw-data files.
func (d *Dataset) readRawFiles(p []byte, off uint64) error {
	segments, err := d.rawSegments()
	if err != nil {
		return err
	}
	i := sort.Search(len(segments), func(i int) bool { return segments[i].end > off })
	for ; len(p) > 0; i++ {
		if i == len(segments) {
			return d.placed(&FormatError{File: d.file.name, Offset: -1, What: fmt.Sprintf("the raw-data files of the dataset have %d bytes, its elements %d", off, d.ByteSize())})
		}
		s := &segments[i]
		n := min(uint64(len(p)), s.end-off)
		if err := d.readSegment(p[:n], s, off-s.start); err != nil {
			return d.placed(fmt.Errorf("raw data in %s: %w", s.File, err))
		}
		p, off = p[n:], off+n
	}
	return nil
}

// readSegment fills p from byte skip of a segment. libhdf5 takes what is behind the end of the file for zeros; here it is an error: they
// were never written.
func (d *Dataset) readSegment(p []byte, s *rawSegment, skip uint64) (err error) {
	file, err := d.file.raw.acquire(d.file, s.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.file.raw.release(file)) }()
	if skip > math.MaxInt64-s.Offset {
		return fmt.Errorf("offset %d + %d is larger than any file", s.Offset, skip)
	}
	at := int64(s.Offset + skip)
	n, err := file.ReadAt(p, at)
	if n == len(p) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: of %d bytes at offset %d the file has %d, libhdf5 would make up the rest", io.ErrUnexpectedEOF, len(p), at, n)
	}
	return err
}

// rawRoom is how many bytes of the dataset its raw-data files have at most.
func (d *Dataset) rawRoom() (uint64, error) {
	segments, err := d.rawSegments()
	if err != nil {
		return 0, err
	}
	room, sizes := uint64(0), map[string]uint64{}
	for i := range segments {
		s := &segments[i]
		if _, ok := sizes[s.File]; !ok {
			file, err := d.file.raw.acquire(d.file, s.File)
			if err != nil {
				return 0, d.placed(fmt.Errorf("raw data in %s: %w", s.File, err))
			}
			sizes[s.File] = uint64(max(file.Size(), 0))
			if err := d.file.raw.release(file); err != nil {
				return 0, d.placed(err)
			}
		}
		have := sizes[s.File] - min(s.Offset, sizes[s.File])
		room += min(have, s.end-s.start, math.MaxUint64-room)
	}
	return room, nil
}
