package hdf5

import (
	"fmt"
	"sync"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/heap"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

const (
	// mappingPiece is how many mappings are encoded before they are written: some hundred kilobytes.
	mappingPiece = 1024
	// mappingBytes is how many bytes most mappings need no more than: names, and two boxes of three axes.
	mappingBytes = 128
	// mappingSync is after how many bytes the disk begins to take them, so that Close need not wait for all of them.
	mappingSync = 1 << 20
)

// writeMappings writes the list of mappings as the one object of a global heap collection. Its size, from which the checksum starts, is
// known at the end only: the list is written first, then read back for the checksum, piece by piece.
func (v *virtualStorage) writeMappings(w *Writer, list *mappingList, mappings Mappings) error {
	count := mappings.Len()
	if count == 0 {
		return nil
	}
	const prefix = 2 * heap.GlobalHeader // of the collection and of the object
	out := w.out
	collection := out.Allocate(prefix, store.AlignMetadata)
	object := out.End()
	if _, err := out.Append(cursor.AppendUint([]byte{list.version()}, uint64(count), 8), 1); err != nil {
		return err
	}
	synced := object
	err := list.encode(mappings, cap(w.encoders), func(piece []byte) error {
		if _, err := out.Append(piece, 1); err != nil {
			return err
		}
		if n := out.End() - synced; w.sync && n >= mappingSync {
			out.BeginSync(synced, n)
			synced = out.End()
		}
		return nil
	})
	if err != nil {
		return err
	}
	size := out.End() - object
	sum, err := cursor.ChecksumStream(size, func(p []byte, offset uint64) error { return out.ReadAt(p, object+offset) })
	if err != nil {
		return err
	}
	tail := cursor.AppendUint(nil, uint64(sum), 4)
	size += 4
	for n := size; n%8 != 0; n++ {
		tail = append(tail, 0)
	}
	end := prefix + (size+7)&^7
	whole := max(end, heap.MinCollection)
	tail = heap.AppendFree(tail, whole-end)
	if _, err := out.Append(tail, 1); err != nil {
		return err
	}
	out.Allocate(collection+whole-out.End(), 1) // behind the free object: zeros
	head := heap.AppendObjectHeader(heap.AppendCollectionHeader(nil, whole), 1, size)
	v.address, v.index = collection, 1
	return out.WriteAt(head, collection)
}

// encode encodes mappings by several goroutines and calls write with one piece of the list after another, in their order.
func (l *mappingList) encode(mappings Mappings, workers int, write func(piece []byte) error) error {
	pieces := (mappings.Len() + mappingPiece - 1) / mappingPiece
	workers = min(workers, pieces)
	if workers == 1 || l.shared != nil { // in which a name is stored depends on the mappings before
		var p mappingsEncoded
		for i := range pieces {
			p.encode(l, mappings, i)
			if err := p.writeTo(write); err != nil {
				return err
			}
		}
		return nil
	}
	var running sync.WaitGroup
	defer running.Wait()
	stop := make(chan struct{})
	defer close(stop)
	// Worker i encodes each piece whose number modulo workers is i, the next one while the one before is written.
	done, free := make([]chan *mappingsEncoded, workers), make([]chan *mappingsEncoded, workers)
	for i := range workers {
		done[i], free[i] = make(chan *mappingsEncoded, 2), make(chan *mappingsEncoded, 2)
		free[i] <- new(mappingsEncoded)
		free[i] <- new(mappingsEncoded)
		running.Go(func() {
			own := l.clone()
			for piece := i; piece < pieces; piece += workers {
				select {
				case <-stop:
					return
				case p := <-free[i]:
					p.encode(own, mappings, piece)
					done[i] <- p
				}
			}
		})
	}
	for piece := range pieces {
		p := <-done[piece%workers]
		if err := p.writeTo(write); err != nil {
			return err
		}
		free[piece%workers] <- p
	}
	return nil
}

// mappingsEncoded is a piece of a list of mappings.
type mappingsEncoded struct {
	bytes    []byte
	err      error
	panicked any // by the mappings
}

// encode encodes a piece in the memory of the one before.
func (p *mappingsEncoded) encode(l *mappingList, mappings Mappings, piece int) {
	defer func() { p.panicked = recover() }()
	number := piece * mappingPiece
	end := min(number+mappingPiece, mappings.Len())
	if p.bytes == nil {
		p.bytes = make([]byte, 0, (end-number)*mappingBytes)
	}
	p.bytes, p.err = p.bytes[:0], nil
	if lists, ok := mappings.(MappingLists); ok {
		number = p.encodeLists(l, lists, number, end)
	} else {
		number = p.encodeEach(l, mappings, number, end)
	}
	if p.err != nil {
		return
	}
	if number != end {
		p.err = fmt.Errorf("there are %d mappings, of which those from %d on are missing", mappings.Len(), number)
	}
}

// encodeEach encodes the mappings from one number to another, and returns the number that it came to.
func (p *mappingsEncoded) encodeEach(l *mappingList, mappings Mappings, number, end int) int {
	for m := range mappings.Range(number, end) {
		if p.bytes, p.err = l.append(p.bytes, uint64(number), &m); p.err != nil {
			p.err = fmt.Errorf("mapping %d (%s:%s): %w", number, m.File, m.Path, p.err)
			break
		}
		number++
	}
	return number
}

// encodeLists is encodeEach for mappings in lists.
func (p *mappingsEncoded) encodeLists(l *mappingList, lists MappingLists, number, end int) int {
	virtual, source := lists.Selections()
	for file, path := range lists.Names(number, end) {
		var done bool
		if p.bytes, done = l.appendBoxes(p.bytes, file, path, virtual, source, number); !done {
			if came := p.encodeEach(l, lists, number, number+1); p.err != nil || came == number {
				return came
			}
		}
		number++
	}
	return number
}

// writeTo writes the piece, or returns what went wrong with it.
func (p *mappingsEncoded) writeTo(write func(piece []byte) error) error {
	if p.panicked != nil {
		panic(p.panicked)
	}
	if p.err != nil {
		return p.err
	}
	return write(p.bytes)
}

// mappingList appends mappings as the list of a dataset has them.
type mappingList struct {
	rules  *mappingRules // nil: selections are those of a list that was read
	shared *sharedNames  // nil: version 0 of the list

	file, path string // the names that were checked last: most mappings share one
	pathBlocks bool   // %b stands in the path
	blocks     bool   // %b stands in these
}

// clone is a list for mappings that are encoded at the same time.
func (l *mappingList) clone() *mappingList {
	own := &mappingList{}
	if l.rules != nil {
		own.rules = &mappingRules{shape: l.rules.shape, max: l.rules.max}
	}
	return own
}

func (l *mappingList) version() uint8 {
	if l.shared != nil {
		return 1
	}
	return 0
}

// append checks a mapping and appends it. number is its place in the list.
func (l *mappingList) append(b []byte, number uint64, m *VirtualMapping) ([]byte, error) {
	err := l.checkNames(m.File, m.Path)
	if err == nil && l.rules != nil {
		err = l.rules.check(m, l.blocks)
	}
	if err != nil {
		return b, err
	}
	if l.shared != nil {
		b = l.shared.append(b, number, m)
	} else {
		b = append(append(b, m.File...), 0)
		b = append(append(b, m.Path...), 0)
	}
	if b, err = m.Source.AppendEncode(b); err != nil {
		return b, fmt.Errorf("source selection: %w", err)
	}
	if b, err = m.Virtual.AppendEncode(b); err != nil {
		return b, fmt.Errorf("virtual selection: %w", err)
	}
	return b, nil
}

// appendBoxes is append for a mapping of a box, to one or to a whole source: it is not done for others, nor where anything is wrong, which append
// says.
func (l *mappingList) appendBoxes(b []byte, file, path string, virtual, source *dataspace.List, i int) (_ []byte, done bool) {
	if l.shared != nil || l.rules == nil || l.checkNames(file, path) != nil || l.blocks {
		return b, false
	}
	at := len(b)
	b = append(append(b, file...), 0)
	b = append(append(b, path...), 0)
	all := source.IsAll(i)
	var elements, wanted uint64
	if all {
		b, _ = dataspace.All().AppendEncode(b)
	} else {
		b, wanted, done = source.AppendBox(b, i, nil)
	}
	if all || done {
		b, elements, done = virtual.AppendBox(b, i, l.rules.shape)
	}
	if !done || !all && elements != wanted {
		return b[:at], false
	}
	return b, true
}

// checkNames checks the names of a source, unless they are those of the mapping before.
func (l *mappingList) checkNames(file, path string) error {
	if path == l.path && file == l.file && file != "" && path != "" {
		return nil
	}
	inFile, err := hasBlockNumber("file name", file)
	if err != nil {
		return err
	}
	inPath := l.pathBlocks
	if path != l.path || path == "" {
		if inPath, err = hasBlockNumber("path", path); err != nil {
			return err
		}
	}
	l.file, l.path, l.pathBlocks, l.blocks = file, path, inPath, inFile || inPath
	return nil
}

// maxSharedNames bounds how many names are kept to be found again; later ones are stored with each of their mappings.
const maxSharedNames = 1 << 16

// sharedNames is where names stand in a list of version 1: the first mapping that has each.
type sharedNames struct{ files, paths map[string]uint64 }

func newSharedNames(wanted bool) *sharedNames {
	if !wanted {
		return nil
	}
	return &sharedNames{files: map[string]uint64{}, paths: map[string]uint64{}}
}

// append appends the flags and names of a mapping.
func (s *sharedNames) append(b []byte, number uint64, m *VirtualMapping) []byte {
	at := len(b)
	b = append(b, 0)
	if m.File == "." {
		b[at] |= flagThisFile
	} else {
		b = appendName(b, at, flagFileShared, s.files, m.File, number)
	}
	return appendName(b, at, flagPathShared, s.paths, m.Path, number)
}

// appendName appends a name, or the number of the mapping that has it, for which it sets a flag at b[flags].
func appendName(b []byte, flags int, flag byte, names map[string]uint64, name string, number uint64) []byte {
	if first, known := names[name]; known {
		b[flags] |= flag
		return cursor.AppendUint(b, first, 8)
	}
	if len(names) < maxSharedNames && len(name) >= 8 { // a shorter one takes no more room than the number
		names[name] = number
	}
	return append(append(b, name...), 0)
}
