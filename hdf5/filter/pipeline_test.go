package filter

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustPipeline(t testing.TB, elemSize, chunkBytes int, specs ...Spec) *Pipeline {
	t.Helper()
	p, err := NewPipeline(specs, elemSize, chunkBytes)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestUnknownFilter(t *testing.T) {
	raw := sparseBytes(1, 4000, 2)
	unknown := Spec{ID: 32017, Name: "SZ compressor", Params: []uint32{1, 2, 3}}
	p := mustPipeline(t, 2, len(raw), NewShuffle(0), unknown)

	stored := make([]byte, len(raw))
	shuffleBytes(stored, raw, 2, len(raw)/2)
	back := make([]byte, len(raw))
	if err := p.Decode(back, stored, 1<<1); err != nil {
		t.Errorf("a chunk without the unknown filter: %v", err)
	} else if !bytes.Equal(back, raw) {
		t.Error("a chunk without the unknown filter is decoded wrongly")
	}

	var got *UnknownFilterError
	if err := p.Decode(back, stored, 0); !errors.As(err, &got) || got.ID != 32017 || got.Name != unknown.Name {
		t.Errorf("decoding a chunk with an unknown filter: %v", err)
	} else if text := err.Error(); !strings.Contains(text, "32017") || !strings.Contains(text, "SZ compressor") {
		t.Errorf("%q names neither the filter nor its number", text)
	}
	if _, _, err := p.Encode(nil, raw); !errors.As(err, &got) {
		t.Errorf("encoding with an unknown filter: %v", err)
	}
	var readOnly *ReadOnlyError
	if _, _, err := mustPipeline(t, 2, len(raw), Spec{ID: LZF}).Encode(nil, raw); !errors.As(err, &readOnly) || readOnly.ID != LZF {
		t.Errorf("encoding with a filter that only reads: %v", err)
	}
}

func TestFletcher32Verifies(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 8, 9, 1000, 4001} {
		raw := randomBytes(5, n)
		p := mustPipeline(t, 1, n, NewFletcher32())
		stored, _, err := p.Encode(nil, raw)
		if err != nil {
			t.Fatal(err)
		}
		back := make([]byte, n)
		old := bytes.Clone(stored)
		binary.LittleEndian.PutUint32(old[n:], beforeRelease163(binary.LittleEndian.Uint32(stored[n:])))
		if err := p.Decode(back, old, 0); err != nil || !bytes.Equal(back, raw) {
			t.Errorf("%d bytes with the checksum of HDF5 1.6.2: %v", n, err)
		}
		for _, at := range []int{0, n / 2, n, n + 3} {
			broken := bytes.Clone(stored)
			broken[at] ^= 0x40
			var mismatch *ChecksumError
			if err := p.Decode(back, broken, 0); !errors.As(err, &mismatch) {
				t.Errorf("%d bytes with byte %d changed: %v", n, at, err)
			}
		}
	}
}

// The sums of long runs of one value are where folding matters.
func TestFletcher32Folding(t *testing.T) {
	for _, value := range []byte{0, 1, 0x7f, 0x80, 0xff} {
		for _, n := range []int{2, 720, 722, 65534, 131072, 1 << 20, 1<<20 + 6} {
			b := bytes.Repeat([]byte{value}, n)
			var sum1, sum2 uint32 // word by word, as the checksum is defined
			for i := 0; i+1 < n; i += 2 {
				sum1 += uint32(b[i])<<8 | uint32(b[i+1])
				sum1 = sum1&0xffff + sum1>>16
				sum2 += sum1
				sum2 = sum2&0xffff + sum2>>16
			}
			if got, want := fletcher32(b), sum2<<16|sum1; got != want {
				t.Errorf("%d bytes of %#02x: %#08x, want %#08x", n, value, got, want)
			}
		}
	}
}

func TestDecodeDamaged(t *testing.T) {
	raw := sparseBytes(2, 6000, 4)
	for name, specs := range map[string][]Spec{
		"deflate": {NewDeflate(4)}, "lz4": {NewLZ4()}, "bitshuffle-lz4": {NewBitshuffleLZ4(0)}, "bitshuffle-zstd": {NewBitshuffleZstd(0, 3)}, "zstd": {NewZstd(3)},
		"shuffle and deflate": {NewShuffle(0), NewDeflate(4)}, "shuffle": {NewShuffle(0)},
	} {
		p := mustPipeline(t, 4, len(raw), specs...)
		stored, _, err := p.Encode(nil, raw)
		if err != nil {
			t.Fatal(err)
		}
		for cut := range len(stored) {
			var failed *Error
			back := make([]byte, len(raw))
			err := p.Decode(back, stored[:cut], 0)
			if err == nil {
				t.Fatalf("%s: %d of %d stored bytes are taken for a chunk", name, cut, len(stored))
			}
			if !errors.As(err, &failed) {
				t.Fatalf("%s: %v names no filter", name, err)
			}
		}
		// The same stored bytes for a chunk of another size.
		for _, size := range []int{len(raw) - 4, len(raw) + 4, 4, 0} {
			other := mustPipeline(t, 4, size, specs...)
			if err := other.Decode(make([]byte, size), stored, 0); err == nil {
				t.Errorf("%s: a chunk of %d bytes is decoded as one of %d", name, len(raw), size)
			}
		}
		if err := p.Decode(make([]byte, len(raw)-1), stored, 0); err == nil {
			t.Errorf("%s: decoded into too little memory", name)
		}
	}
}

func TestDeflateChecksum(t *testing.T) {
	raw := sparseBytes(2, 6000, 4)
	p := mustPipeline(t, 4, len(raw), NewDeflate(4))
	stored, _, err := p.Encode(nil, raw)
	if err != nil {
		t.Fatal(err)
	}
	stored[len(stored)-1] ^= 1
	if err := p.Decode(make([]byte, len(raw)), stored, 0); err == nil || !strings.Contains(err.Error(), "Adler-32") {
		t.Errorf("a wrong Adler-32: %v", err)
	}
}

func TestOptionalFilters(t *testing.T) {
	noise := randomBytes(3, 8192)
	p := mustPipeline(t, 2, len(noise), NewShuffle(0), NewDeflate(9), NewFletcher32())
	stored, mask, err := p.Encode(nil, noise)
	if err != nil {
		t.Fatal(err)
	}
	if mask != 1<<1 || len(stored) != len(noise)+4 {
		t.Errorf("noise is stored in %d bytes with mask %#b; deflate should have been left out", len(stored), mask)
	}
	mandatory := NewDeflate(9)
	mandatory.Optional = false
	stored, mask, err = mustPipeline(t, 2, len(noise), mandatory).Encode(nil, noise)
	if err != nil || mask != 0 || len(stored) <= len(noise) {
		t.Errorf("noise through a filter that is not optional: %d bytes, mask %#b, %v", len(stored), mask, err)
	}
}

func TestEncodeIntoMemory(t *testing.T) {
	raw := sparseBytes(3, 8192, 2)
	p := mustPipeline(t, 2, len(raw), NewShuffle(0), NewDeflate(1))
	room := make([]byte, 3, 2*len(raw))
	stored, _, err := p.Encode(room, raw)
	if err != nil {
		t.Fatal(err)
	}
	if &stored[0] != &room[0] {
		t.Error("the memory that was given is not used")
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]Spec{
		"deflate(9)": NewDeflate(9), "deflate": NewDeflate(4), "shuffle": NewShuffle(0), "fletcher32": NewFletcher32(), "lz4": NewLZ4(), " zstd( 7 ) ": NewZstd(7),
		"zstd": NewZstd(3), "bitshuffle": NewBitshuffle(0), "bitshuffle-lz4": NewBitshuffleLZ4(0), "bitshuffle-zstd(5)": NewBitshuffleZstd(0, 5), "scaleoffset": NewScaleOffset(0),
	} {
		got, err := Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
		if again, err := Parse(got.String()); err != nil || !cmp.Equal(again, got) {
			t.Errorf("%q is written %q, and that is read as %v, %v", text, got, again, err)
		}
	}
	for text, part := range map[string]string{
		"": "deflate(level)", "gzip": "deflate(level)", "deflate(10)": "0 to 9", "deflate(": "0 to 9", "deflate(x)": "0 to 9", "shuffle(2)": "no argument", "zstd(0)": "1 to 22",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: %v; want %q said", text, err, part)
		}
	}
	if got := (Spec{ID: Blosc, Params: []uint32{2, 2, 4}}).String(); got != "blosc(2, 2, 4)" {
		t.Errorf("a filter that Parse does not know is written %q", got)
	}
}

func TestComplete(t *testing.T) {
	p := mustPipeline(t, 4, 4000, NewShuffle(0), NewBitshuffleLZ4(0), NewShuffle(8))
	var sizes []uint32
	for i, word := range []int{0, 2, 0} {
		sizes = append(sizes, p.Specs()[i].Params[word])
	}
	if !cmp.Equal(sizes, []uint32{4, 4, 8}) {
		t.Errorf("element sizes %v", sizes)
	}
	spec := NewShuffle(0)
	mustPipeline(t, 4, 4000, spec)
	if spec.Params[0] != 0 {
		t.Error("the caller's spec was changed")
	}
	if _, err := Complete([]Spec{NewScaleOffset(40)}, Element{Size: 4, Integer: true}, 4000); err == nil {
		t.Error("40 bits for integers of 32 are accepted")
	}
}

func TestScaleOffsetRefusesLoss(t *testing.T) {
	specs, err := Complete([]Spec{NewScaleOffset(3)}, Element{Size: 1, Integer: true}, 4)
	if err != nil {
		t.Fatal(err)
	}
	specs[0].Optional = false
	p := mustPipeline(t, 1, 4, specs...)
	if _, _, err := p.Encode(nil, []byte{1, 2, 3, 8}); err != nil {
		t.Errorf("8 values in 3 bits: %v", err)
	}
	if _, _, err := p.Encode(nil, []byte{1, 2, 3, 9}); err == nil {
		t.Error("9 values in 3 bits are accepted")
	}
}

func TestNewPipelineRefuses(t *testing.T) {
	for name, specs := range map[string][]Spec{"too many filters": make([]Spec, MaxFilters+1)} {
		if _, err := NewPipeline(specs, 4, 64); err == nil {
			t.Errorf("%s are accepted", name)
		}
	}
	if _, err := NewPipeline(nil, 4, -1); err == nil {
		t.Error("a chunk of -1 bytes is accepted")
	}
}

type addOne struct{}

func (addOne) Decode(raw, stored []byte, _ Params) ([]byte, error) {
	for i, b := range stored {
		raw[i] = b - 1
	}
	return raw[:len(stored)], nil
}

func TestRegister(t *testing.T) {
	const id = 511 // of the numbers that are for testing
	Register(id, addOne{})
	p := mustPipeline(t, 1, 3, Spec{ID: id})
	raw := make([]byte, 3)
	if err := p.Decode(raw, []byte("bcd"), 0); err != nil || string(raw) != "abc" {
		t.Errorf("%q, %v", raw, err)
	}
	if decode, encode := Registered(id); !decode || encode {
		t.Errorf("registered for decoding %v, encoding %v", decode, encode)
	}
}

func TestConcurrent(t *testing.T) {
	datasets := seeds(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, d := range datasets {
				p, err := NewPipeline(d.Specs, d.ElementSize, len(d.Chunks[0].Raw))
				if err != nil {
					t.Error(err)
					return
				}
				raw := make([]byte, len(d.Chunks[0].Raw))
				for range 20 {
					if err := p.Decode(raw, d.Chunks[0].Stored, d.Chunks[0].Mask); err != nil || !bytes.Equal(raw, d.Chunks[0].Raw) {
						t.Errorf("%s: %v", d.Name, err)
					}
				}
			}
		})
	}
	wg.Wait()
}

// Whatever the order of filters, none reads from the memory that it writes to.
func TestOrders(t *testing.T) {
	raw := sparseBytes(3, 20000, 4)
	filters := []Spec{NewShuffle(0), NewFletcher32(), NewDeflate(4), NewLZ4()}
	var order []Spec
	var used [4]bool
	var each func()
	each = func() {
		if len(order) == 5 {
			p := mustPipeline(t, 4, len(raw), order...)
			stored, mask, err := p.Encode(nil, raw)
			if err != nil {
				t.Fatal(err)
			}
			back := make([]byte, len(raw))
			if err := p.Decode(back, stored, mask); err != nil || !bytes.Equal(back, raw) {
				t.Errorf("%v: decoded wrongly, %v", order, err)
			}
			return
		}
		for i, f := range filters {
			if !used[i] || len(order) == 4 {
				was := used[i]
				used[i], order = true, append(order, f)
				each()
				used[i], order = was, order[:len(order)-1]
			}
		}
	}
	each()
}
