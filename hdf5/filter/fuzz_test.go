package filter

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

// Each target decodes arbitrary bytes with arbitrary client data. What it must never do is panic, hang, or write more
// than there is room for.

// fuzzRoom is the most bytes a fuzzed chunk decodes to.
const fuzzRoom = 1 << 16

func fuzzDecode(f *testing.F, id ID) {
	for _, d := range seeds(f) {
		for i, s := range d.Specs {
			if s.ID != id || i != len(d.Specs)-1 {
				continue
			}
			for _, c := range d.Chunks {
				f.Add(c.Stored, words(s.Params), len(c.Raw))
				f.Add(c.Stored[:len(c.Stored)/2], words(s.Params), len(c.Raw))
			}
		}
	}
	codec := lookup(id)
	f.Fuzz(func(t *testing.T, stored, client []byte, size int) {
		if size < 0 || size > fuzzRoom {
			return
		}
		p := Params{ChunkBytes: size}
		for ; len(client) >= 4 && len(p.Values) < 100; client = client[4:] {
			p.Values = append(p.Values, binary.LittleEndian.Uint32(client))
		}
		// Memory beyond raw's length is not the codec's, even where it could reach it.
		backing := bytes.Repeat([]byte{0xa5}, size+64)
		before := bytes.Clone(stored)
		out, err := codec.Decode(backing[:size], stored, p)
		if err == nil && len(out) > size {
			t.Fatalf("%d bytes where there is room for %d", len(out), size)
		}
		if !bytes.Equal(backing[size:], bytes.Repeat([]byte{0xa5}, 64)) {
			t.Fatal("written behind the chunk")
		}
		if !bytes.Equal(stored, before) {
			t.Fatal("the stored bytes were changed")
		}
	})
}

func words(params []uint32) []byte {
	var b []byte
	for _, w := range params {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}

func FuzzDeflate(f *testing.F)     { fuzzDecode(f, Deflate) }
func FuzzShuffle(f *testing.F)     { fuzzDecode(f, Shuffle) }
func FuzzFletcher32(f *testing.F)  { fuzzDecode(f, Fletcher32) }
func FuzzSzip(f *testing.F)        { fuzzDecode(f, Szip) }
func FuzzNBit(f *testing.F)        { fuzzDecode(f, NBit) }
func FuzzScaleOffset(f *testing.F) { fuzzDecode(f, ScaleOffset) }
func FuzzBzip2(f *testing.F)       { fuzzDecode(f, Bzip2) }
func FuzzLZF(f *testing.F)         { fuzzDecode(f, LZF) }
func FuzzBlosc(f *testing.F)       { fuzzDecode(f, Blosc) }
func FuzzLZ4(f *testing.F)         { fuzzDecode(f, LZ4) }
func FuzzBitshuffle(f *testing.F)  { fuzzDecode(f, Bitshuffle) }
func FuzzZstd(f *testing.F)        { fuzzDecode(f, Zstd) }
func FuzzBlosc2(f *testing.F)      { fuzzDecode(f, Blosc2) }

// FuzzPipeline decodes arbitrary bytes through the pipelines of the seeds, with arbitrary masks.
func FuzzPipeline(f *testing.F) {
	datasets := seeds(f)
	for i, d := range datasets {
		f.Add(d.Chunks[0].Stored, uint32(0), i)
		f.Add(d.Chunks[0].Stored, uint32(2), i)
	}
	f.Fuzz(func(t *testing.T, stored []byte, mask uint32, which int) {
		if which < 0 || which >= len(datasets) {
			return
		}
		d := datasets[which]
		p, err := NewPipeline(d.Specs, d.ElementSize, len(d.Chunks[0].Raw))
		if err != nil {
			t.Fatal(err)
		}
		_ = p.Decode(make([]byte, len(d.Chunks[0].Raw)), stored, mask)
	})
}

// FuzzRoundTrip encodes arbitrary elements with each filter that can be written, and decodes them again.
func FuzzRoundTrip(f *testing.F) {
	for _, d := range seeds(f) {
		f.Add(d.Chunks[0].Raw, uint8(d.ElementSize), uint8(len(d.Name)), true)
	}
	f.Add([]byte{}, uint8(1), uint8(3), false)
	f.Fuzz(func(t *testing.T, raw []byte, size, choice uint8, optional bool) {
		element := 1 << (size % 4)
		if choice%3 == 0 {
			element = 1 + int(size)%40
		}
		if len(raw) > fuzzRoom {
			return
		}
		raw = raw[:len(raw)/element*element]
		pipelines := [][]Spec{
			{NewDeflate(int(choice) % 10)}, {NewShuffle(0)}, {NewFletcher32()}, {NewLZ4()}, {{ID: LZ4, Params: []uint32{uint32(choice) + 1}}},
			{NewBitshuffle(0)}, {NewBitshuffleLZ4(0)}, {NewBitshuffleZstd(0, 1+int(choice)%22)}, {NewZstd(1 + int(choice)%22)},
			{{ID: Bitshuffle, Params: []uint32{0, 4, 0, 8 * (uint32(choice) + 1), bitshuffleLZ4}}},
			{NewShuffle(0), NewDeflate(1), NewFletcher32()}, {NewFletcher32(), NewZstd(1), NewLZ4()},
		}
		e := Element{Size: element}
		if element == 1 || element == 2 || element == 4 || element == 8 {
			pipelines = append(pipelines, []Spec{NewScaleOffset(0)})
			e = Element{Size: element, Integer: true, Signed: choice&1 != 0, BigEndian: choice&2 != 0}
			if choice&4 != 0 && len(raw) >= element {
				e.Fill = raw[:element]
			}
		}
		for _, specs := range pipelines {
			for i := range specs {
				specs[i].Optional = specs[i].Optional && optional
			}
			specs, err := Complete(specs, e, len(raw))
			if err != nil {
				t.Fatal(err)
			}
			p, err := NewPipeline(specs, element, len(raw))
			if err != nil {
				t.Fatal(err)
			}
			stored, mask, err := p.Encode(nil, raw)
			if err != nil {
				t.Fatalf("%v: %v", specs, err)
			}
			back := make([]byte, len(raw))
			if err := p.Decode(back, stored, mask); err != nil {
				t.Fatalf("%v: %v", specs, err)
			}
			if !bytes.Equal(back, raw) {
				t.Fatalf("%v: decoding gives something else", specs)
			}
		}
	})
}

// FuzzParse reads arbitrary text as a filter; what is accepted reads the same when it is written out.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"deflate(4)", "shuffle", "bitshuffle-zstd(3)", " zstd ( 22 )", "lz4(", "scaleoffset(64)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		spec, err := Parse(s)
		if err != nil {
			return
		}
		again, err := Parse(spec.String())
		if err != nil || again.String() != spec.String() {
			t.Errorf("%q is %v, and that is %v, %v", s, spec, again, err)
		}
		var unknown *UnknownFilterError
		if _, err := NewPipeline([]Spec{spec}, 4, 64); errors.As(err, &unknown) {
			t.Error(err)
		}
	})
}
