package message

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/fault"
)

var eight = cursor.Sizes{Offset: 8, Length: 8}

// decode reads a message of any type.
func decode(t Type, c *cursor.Cursor) (any, error) {
	switch t {
	case TypeDataspace:
		return DecodeDataspace(c)
	case TypeLinkInfo:
		return DecodeLinkInfo(c)
	case TypeFillOld:
		return DecodeFillOld(c)
	case TypeFill:
		return DecodeFill(c)
	case TypeLink:
		name := *c
		m, err := DecodeLink(c)
		if stored, nameErr := LinkName(&name); err == nil && (nameErr != nil || string(stored) != m.Name) {
			return nil, errors.New("a link has two names")
		}
		return m, err
	case TypeExternalFiles:
		return DecodeExternalFiles(c)
	case TypeLayout:
		return DecodeLayout(c)
	case TypeGroupInfo:
		return DecodeGroupInfo(c)
	case TypeFilterPipeline:
		return DecodeFilterPipeline(c)
	case TypeAttribute:
		name := *c
		m, err := DecodeAttribute(c)
		if stored, nameErr := AttributeName(&name); err == nil && (nameErr != nil || string(stored) != m.Name) {
			return nil, errors.New("an attribute has two names")
		}
		return m, err
	case TypeSharedTable:
		return DecodeSharedTable(c)
	case TypeContinuation:
		return DecodeContinuation(c)
	case TypeSymbolTable:
		return DecodeSymbolTable(c)
	case TypeBTreeK:
		return DecodeBTreeK(c)
	case TypeAttributeInfo:
		return DecodeAttributeInfo(c)
	case TypeFileSpaceInfo:
		return DecodeFileSpace(c)
	case TypeModified:
		return DecodeModified(c)
	case TypeModifiedOld:
		return DecodeModifiedOld(c)
	case TypeComment:
		return DecodeComment(c)
	case TypeReferenceCount:
		return DecodeReferenceCount(c)
	case TypeDatatype: // stands for a reference to a shared message
		return DecodeShared(c)
	}
	return nil, nil
}

// samples are bodies as libhdf5 writes them.
var samples = []struct {
	t    Type
	body string
	want any
}{
	{TypeDataspace, "\x02\x00\x00\x00", Dataspace{Class: SpaceScalar}},
	{TypeDataspace, "\x02\x00\x00\x02", Dataspace{Class: SpaceNull}},
	{TypeDataspace, "\x02\x01\x01\x01\x04\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff", Dataspace{Class: SpaceSimple, Dims: []uint64{4}, MaxDims: []uint64{Unlimited}}},
	{TypeDataspace, "\x01\x01\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00", Dataspace{Class: SpaceSimple, Dims: []uint64{4}}},
	{TypeFill, "\x03\x0a", Fill{Allocate: AllocateLate, Time: 2}},
	{TypeFill, "\x03\x2a\x04\x00\x00\x00\xff\xff\xff\xff", Fill{Allocate: AllocateLate, Time: 2, Value: []byte{255, 255, 255, 255}}},
	{TypeFill, "\x02\x02\x02\x01\x00\x00\x00\x00", Fill{Allocate: AllocateLate, Time: 2}},
	{TypeFill, "\x02\x02\x02\x00", Fill{Allocate: AllocateLate, Time: 2, Undefined: true}},
	{TypeFill, "\x01\x02\x00\x01\x02\x00\x00\x00\x05\x06", Fill{Allocate: AllocateLate, Value: []byte{5, 6}}},
	{TypeFill, "\x01\x02\x00\x00\xff\xff\xff\xff", Fill{Allocate: AllocateLate, Undefined: true}},
	{TypeFillOld, "\x02\x00\x00\x00\x05\x06\x00\x00", Fill{Time: 2, Value: []byte{5, 6}}},
	{TypeLink, "\x01\x00\x02x0\x56\x01\x00\x00\x00\x00\x00\x00", Link{Name: "x0", Address: 0x156}},
	{TypeLink, "\x01\x08\x01\x04soft\x07\x00/few/x0", Link{Type: LinkSoft, Name: "soft", Target: "/few/x0"}},
	{TypeLink, "\x01\x08\x40\x03ext\x0f\x00\x00other.h5\x00/a/b\x00", Link{Type: LinkExternal, Name: "ext", TargetFile: "other.h5", Target: "/a/b"}},
	{TypeLink, "\x01\x1c\xbb\x07\x00\x00\x00\x00\x00\x00\x00\x01\x02\xc3\xbc\x03\x00abc", Link{Type: 187, HasOrder: true, Order: 7, UTF8: true, Name: "ü", Data: []byte("abc")}},
	{TypeLayout, "\x03\x00\x03\x00abc", Layout{Version: 3, Address: cursor.Undefined, Data: []byte("abc")}},
	{TypeLayout, "\x03\x01\x00\x08\x00\x00\x00\x00\x00\x00\x50\x00\x00\x00\x00\x00\x00\x00", Layout{Version: 3, Class: LayoutContiguous, Address: 2048, Size: 80}},
	{TypeLayout, "\x01\x02\x02\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x04\x00\x00\x00", Layout{Version: 1, Class: LayoutChunked, Address: 2048, ChunkDims: []uint64{5}, ElementSize: 4}},
	{TypeLayout, "\x01\x01\x02\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x04\x00\x00\x00", nil},
	{TypeLayout, "\x02\x01\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x03\x00\x00\x00abc", Layout{Version: 2, Address: cursor.Undefined, Data: []byte("abc")}},
	{TypeLayout, "\x04\x02\x02\x03\x01\x25\x35\x04\x01\x10\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00",
		Layout{Version: 4, Class: LayoutChunked, Flags: ChunkSingleFiltered, ChunkDims: []uint64{0x25, 0x35}, ElementSize: 4, Index: IndexSingle, SingleSize: 16, SingleMask: 3, Address: 2048}},
	{TypeLayout, "\x04\x02\x00\x02\x01\x0a\x04\x04\x20\x04\x04\x10\x0a\x00\x08\x00\x00\x00\x00\x00\x00",
		Layout{Version: 4, Class: LayoutChunked, ChunkDims: []uint64{10}, ElementSize: 4, Index: IndexExtensibleArray, MaxBits: 32, IndexElements: 4, MinPointers: 4, MinElements: 16, PageBits: 10, Address: 2048}},
	{TypeLayout, "\x04\x02\x00\x03\x01\x05\x0a\x04\x05\x00\x08\x00\x00\x64\x28\x00\x08\x00\x00\x00\x00\x00\x00",
		Layout{Version: 4, Class: LayoutChunked, ChunkDims: []uint64{5, 10}, ElementSize: 4, Index: IndexBTree2, NodeSize: 2048, Split: 100, Merge: 40, Address: 2048}},
	{TypeLayout, "\x04\x03\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00", Layout{Version: 4, Class: LayoutVirtual, Address: cursor.Undefined}},
	{TypeFilterPipeline, "\x01\x01\x00\x00\x00\x00\x00\x00\x01\x00\x08\x00\x01\x00\x01\x00deflate\x00\x04\x00\x00\x00\x00\x00\x00\x00", []Filter{{ID: 1, Optional: true, Name: "deflate", Params: []uint32{4}}}},
	{TypeFilterPipeline, "\x02\x02\x01\x00\x01\x00\x01\x00\x04\x00\x00\x00\x00\x7d\x04\x00\x00\x00\x00\x00lzf\x00", []Filter{{ID: 1, Optional: true, Params: []uint32{4}}, {ID: 32000, Name: "lzf"}}},
	{TypeExternalFiles, "\x01\x00\x00\x00\x01\x00\x01\x00\x00\x08\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x28\x00\x00\x00\x00\x00\x00\x00",
		ExternalFiles{Heap: 2048, Slots: []ExternalSlot{{Name: 8, Size: 40}}}},
	{TypeGroupInfo, "\x00\x03\x08\x00\x06\x00\x04\x00\x08\x00", GroupInfo{HasPhaseChange: true, MaxCompact: 8, MinDense: 6, HasEstimates: true, Entries: 4, NameLength: 8}},
	{TypeModified, "\x01\x00\x00\x00\x40\x0c\x34\x65", time.Date(2023, 10, 21, 17, 37, 4, 0, time.UTC)},
	{TypeModified, "\x02\x00\x00\x00\x40\x0c\x34\x65", nil},
	{TypeModifiedOld, "19991231235958\x00\x00", time.Date(1999, 12, 31, 23, 59, 58, 0, time.UTC)},
	{TypeModifiedOld, "1999123123595x\x00\x00", nil},
	{TypeComment, "a comment\x00\x00", "a comment"},
	{TypeReferenceCount, "\x00\x02\x00\x00\x00", uint32(2)},
	{TypeLinkInfo, "\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", LinkInfo{Heap: cursor.Undefined, NameIndex: cursor.Undefined, OrderTree: cursor.Undefined}},
	{TypeDatatype, "\x02\x02\x00\x08\x00\x00\x00\x00\x00\x00", Shared{Address: 2048}},
	{TypeDatatype, "\x03\x01\x00\x48\x00\x00\x00\x00\x24\x00", Shared{InHeap: true, HeapID: []byte("\x00\x48\x00\x00\x00\x00\x24\x00")}},
	{TypeDatatype, "\x01\x00\x00\x00\x00\x00\x00\x00\x11\x11\x11\x11\x11\x11\x11\x11\x00\x08\x00\x00\x00\x00\x00\x00", Shared{Address: 2048}},
	{TypeDatatype, "\x03\x03\x00\x48\x00\x00\x00\x00\x24\x00", nil},
}

func TestDecode(t *testing.T) {
	for _, s := range samples {
		c := cursor.New("f", 0, []byte(s.body), eight, "message")
		got, err := decode(s.t, &c)
		if s.want == nil {
			if err == nil {
				t.Errorf("%v %x: %v", s.t, s.body, got)
			}
			continue
		}
		if err != nil {
			t.Errorf("%v %x: %v", s.t, s.body, err)
		} else if diff := cmp.Diff(s.want, got); diff != "" {
			t.Errorf("%v %x: %s", s.t, s.body, diff)
		}
		for n := range len(s.body) - 1 {
			// A body that is cut off is an error, or means the same without what was padding.
			c := cursor.New("f", 0, []byte(s.body[:n]), eight, "message")
			if cut, err := decode(s.t, &c); err == nil && !cmp.Equal(cut, got) {
				t.Errorf("%v %x: %d bytes of it are %v", s.t, s.body, n, cut)
			}
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, s := range []struct {
		t    Type
		body string
	}{
		{TypeDataspace, "\x02\x21\x00\x01"},         // 33 axes
		{TypeDataspace, "\x03\x00\x00\x00"},         // version
		{TypeDataspace, "\x02\x01\x00\x00\x01\x00"}, // scalar with an axis
		{TypeDataspace, "\x02\x01\x01\x01\x04\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00"}, // more than at most
		{TypeFill, "\x03\x3a\x01\x00\x00\x00\x01"},                                                          // undefined, with a value
		{TypeFill, "\x02\x02\x02\x01\xff\x00\x00\x00"},
		{TypeLink, "\x01\x00\x00\x56\x01\x00\x00\x00\x00\x00\x00"},                           // empty name
		{TypeLink, "\x01\x00\x02x\x00\x56\x01\x00\x00\x00\x00\x00\x00"},                      // NUL in it
		{TypeLink, "\x01\x08\x05\x01x\x56\x01\x00\x00\x00\x00\x00\x00"},                      // type 5
		{TypeLink, "\x01\x03\xff\xff\xff\xff\xff\xff\xff\x7fx"},                              // long name
		{TypeLayout, "\x04\x02\x00\x02\x01\x00\x04\x03\x0a\x00\x08\x00\x00\x00\x00\x00\x00"}, // chunk of 0
		{TypeLayout, "\x04\x02\x00\x03\x08" + "\xff\xff\xff\xff\xff\xff\xff\xff" + "\xff\xff\xff\xff\xff\xff\xff\xff" + "\x04\x00\x00\x00\x00\x00\x00\x00" + "\x03\x0a\x00\x08\x00\x00\x00\x00\x00\x00"},
		{TypeLayout, "\x03\x02\x22\x00\x08\x00\x00\x00\x00\x00\x00"}, // rank
		{TypeFilterPipeline, "\x02\x21"},                             // 33 filters
		{TypeFilterPipeline, "\x02\x01\x01\x00\x00\x00\xff\xff"},     // 65535 parameters
		{TypeExternalFiles, "\x01\x00\x00\x00\xff\xff\xff\xff\x00\x08\x00\x00\x00\x00\x00\x00"},
		{TypeSharedTable, "\x00\x00\x08\x00\x00\x00\x00\x00\x00\x09"},
	} {
		c := cursor.New("f", 0, []byte(s.body), eight, "message")
		if m, err := decode(s.t, &c); !errors.As(err, new(*fault.FormatError)) {
			t.Errorf("%v %x: %v, %v", s.t, s.body, m, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range samples {
		f.Add(uint16(s.t), byte(8), []byte(s.body))
	}
	f.Fuzz(func(t *testing.T, kind uint16, size byte, body []byte) {
		sizes := cursor.Sizes{Offset: []uint8{2, 4, 8}[size%3], Length: []uint8{2, 4, 8}[size/3%3]}
		c := cursor.New("f", 0, body, sizes, "message")
		_, err := decode(Type(kind), &c)
		if err != nil && !errors.As(err, new(*fault.FormatError)) && !errors.As(err, new(*fault.UnsupportedError)) {
			t.Fatalf("%T: %v", err, err)
		}
		c = cursor.New("f", 0, body, sizes, "table")
		_, _ = DecodeSharedMaster(&c, int(kind%9))
	})
}
