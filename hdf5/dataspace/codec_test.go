package dataspace

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

func fromHex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.NewReplacer(" ", "", "|", "", "\n", "").Replace(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// golden are selections as the named library wrote them.
var golden = []struct {
	name, bytes, text string
	again             bool // we write the same bytes
}{
	{"all, 1.10.8", "03000000 01000000 00000000 00000000", "[...]", true},
	{"none", "00000000 01000000 00000000 00000000", "[none]", true},
	{
		"version 1, two blocks, 1.10.8",
		"02000000 01000000 00000000 28000000 02000000 02000000 | 00000000 00000000 01000000 01000000 | 03000000 05000000 04000000 05000000",
		"[0:2, 0:2] | [3:5, 5]", true,
	},
	{
		"version 1, one row, 1.10.8",
		"02000000 01000000 00000000 18000000 02000000 01000000 | 00000000 00000000 | 00000000 05000000",
		"[0, 0:6]", true,
	},
	{
		"version 2, unlimited, 1.10.8",
		"02000000 02000000 01 44000000 02000000" +
			"0000000000000000 0100000000000000 ffffffffffffffff 0100000000000000" +
			"0000000000000000 0100000000000000 0100000000000000 0a00000000000000",
		"[0:inf, 0:10]", true,
	},
	{
		"version 3, 2.0.0",
		"02000000 03000000 01 02 02000000 | 0000 0100 0100 0100 | 0000 0100 0100 0800",
		"[0, 0:8]", false,
	},
	{
		"version 3, irregular, 2.0.0",
		"02000000 03000000 00 02 02000000 0200 | 0000 0000 0100 0100 | 0300 0500 0400 0600",
		"[0:2, 0:2] | [3:5, 5:7]", false,
	},
	{
		"version 3, unlimited count of two bytes, start at the same number",
		"02000000 03000000 01 02 01000000 | ffff ffff ffff 0300",
		"[65535:inf:65535(block 3)]", false,
	},
	{
		"version 2 with the length that early 1.10 releases wrote",
		"02000000 02000000 01 04000000 01000000 0300000000000000 0500000000000000 ffffffffffffffff 0100000000000000",
		"[3:inf:5]", false,
	},
	{
		"version 3, unlimited block of four bytes",
		"02000000 03000000 01 04 01000000 | 05000000 01000000 01000000 ffffffff",
		"[5:inf]", false,
	},
	{
		"points, version 1",
		"01000000 01000000 00000000 18000000 02000000 02000000 | 05000000 06000000 | 01000000 02000000",
		"(5, 6), (1, 2)", true,
	},
	{
		"points, version 2",
		"01000000 02000000 02 02000000 0200 | 0500 0600 | 0100 0200",
		"(5, 6), (1, 2)", false,
	},
	{
		"count of zero",
		"02000000 02000000 01 24000000 01000000 0300000000000000 0100000000000000 0000000000000000 0100000000000000",
		"[none]", false,
	},
	{
		"stride of zero with one block",
		"02000000 02000000 01 24000000 01000000 0300000000000000 0000000000000000 0100000000000000 0200000000000000",
		"[3:5]", false,
	},
	{
		"version 1, ten blocks that are regular",
		"02000000 01000000 00000000 28000000 01000000 04000000 | 01000000 02000000 | 06000000 07000000 | 0b000000 0c000000 | 10000000 11000000",
		"[1:21:5(block 2)]", false,
	},
}

func TestGolden(t *testing.T) {
	for _, test := range golden {
		t.Run(test.name, func(t *testing.T) {
			b := fromHex(t, test.bytes)
			s, n, err := Decode(append(slices.Clone(b), 1, 2, 3))
			if err != nil || n != len(b) {
				t.Fatalf("%d of %d bytes, %v", n, len(b), err)
			}
			if s.String() != test.text {
				t.Errorf("got %v, want %s", s, test.text)
			}
			again, err := s.AppendEncode([]byte("before"))
			if err != nil {
				t.Fatal(err)
			}
			if same := string(again) == "before"+string(b); same != test.again {
				t.Errorf("written again: %x", again)
			}
		})
	}
}

// TestEncodeVersion checks which version is written: what HDF5 1.10 reads, and the short one where it is short.
func TestEncodeVersion(t *testing.T) {
	tests := []struct {
		name    string
		s       Selection
		version uint32
		length  int
	}{
		{"one block", mustRegular(t, Range(0, 10), Range(5, 7)), 1, 40},
		{"three blocks", mustRegular(t, Dim{0, 10, 3, 2}), 1, 48},
		{"four blocks", mustRegular(t, Dim{0, 10, 4, 2}), 2, 49},
		{"one large block", mustRegular(t, Range(0, 1<<32)), 1, 32},
		{"one larger block", mustRegular(t, Range(0, 1<<32+1)), 2, 49},
		{"unlimited block", mustRegular(t, Dim{0, 1, 1, Unlimited}), 2, 49},
	}
	for _, test := range tests {
		b, err := test.s.AppendEncode(nil)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if v := binary.LittleEndian.Uint32(b[4:]); v != test.version || len(b) != test.length {
			t.Errorf("%s: version %d of %d bytes, want %d of %d", test.name, v, len(b), test.version, test.length)
		}
	}
	far, err := Boxes(1, []Box{{[]uint64{0}, []uint64{1}}, {[]uint64{3}, []uint64{1}}, {[]uint64{1 << 40}, []uint64{1}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := far.AppendEncode(nil); err == nil {
		t.Error("an irregular selection beyond 32 bits was written")
	}
	point, err := Points(1, []uint64{1 << 32})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := point.AppendEncode(nil); err == nil {
		t.Error("a point beyond 32 bits was written")
	}
}

func TestDecodeErrors(t *testing.T) {
	head := "02000000 01000000 00000000 "
	regular := "02000000 02000000 01 "
	tests := []struct {
		name, bytes string
		offset      int
		unsupported bool
	}{
		{"empty", "", 0, false},
		{"cut in the version", "02000000 0100", 4, false},
		{"type", "04000000 01000000 00000000 00000000", 0, true},
		{"version of all", "03000000 02000000 00000000 00000000", 4, true},
		{"contents of all", "03000000 01000000 00000000 01000000", 12, false},
		{"version of a hyperslab", "02000000 04000000 00000000 00000000", 4, true},
		{"no blocks", "02000000 01000000 00000000 08000000 01000000 00000000", 20, false},
		{"version of points", "01000000 03000000 00000000 00000000", 4, true},
		{"flags", "02000000 02000000 03 24000000 01000000", 8, true},
		{"size of numbers", "02000000 03000000 01 03 01000000", 9, false},
		{"rank 0", head + "08000000 00000000 01000000", 16, false},
		{"rank 33", head + "08000000 21000000 01000000", 16, false},
		{"blocks beyond the end", head + "10000000 01000000 02000000 00000000 00000000", 20, false},
		{"huge number of blocks", head + "10000000 01000000 ffffffff 00000000 00000000", 20, false},
		{"block runs backwards", head + "10000000 01000000 01000000 05000000 04000000", 24, false},
		{"length of points", "01000000 01000000 00000000 0d000000 01000000 01000000 05000000", 12, false},
		{"two unlimited", "02000000 03000000 01 02 02000000 | 0000 0100 ffff 0100 | 0000 0100 ffff 0100", 22, false},
		{"count and block unlimited", "02000000 03000000 01 02 01000000 | 0000 0100 ffff ffff", 14, false},
		{"blocks overlap", "02000000 03000000 01 02 01000000 | 0000 0100 0200 0200", 14, false},
		{"beyond any dataset", regular + "24000000 01000000 ffffffffffffff7f 0100000000000000 0100000000000000 0100000000000000", 17, false},
		{"blocks beyond any dataset", regular + "24000000 01000000 0000000000000000 ffffffffffffff3f ffffffffffffff3f 0100000000000000", 17, false},
		{"cut in a regular one", regular + "24000000 01000000 0000000000000000 ffffffffffffff3f", 17, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := fromHex(t, test.bytes)
			_, _, err := Decode(b)
			var bad *DecodeError
			if !errors.As(err, &bad) || bad.Offset != test.offset || bad.Unsupported != test.unsupported {
				t.Errorf("got %v, want an error at %d, unsupported %v", err, test.offset, test.unsupported)
			}
			if _, skipped := Skip(b); skipped == nil || skipped.Error() != err.Error() {
				t.Errorf("Skip says %v, Decode %v", skipped, err)
			}
		})
	}
}

func TestConstructorErrors(t *testing.T) {
	long := make([]Dim, MaxRank+1)
	for name, dims := range map[string][]Dim{
		"no axes":                   nil,
		"too many axes":             long,
		"overlapping blocks":        {{0, 2, 3, 3}},
		"no stride":                 {{0, 0, 2, 1}},
		"two unlimited":             {{0, 1, Unlimited, 1}, {0, 1, 1, Unlimited}},
		"count and block":           {{0, 1, Unlimited, Unlimited}},
		"start beyond any dataset":  {{1 << 62, 1, 1, 1}},
		"end beyond any dataset":    {{1 << 61, 1 << 61, 3, 1}},
		"block beyond any dataset":  {{0, 1, 1, 1 << 63}},
		"count without end":         {{0, 2, math.MaxUint64 - 1, 1}},
		"stride beyond any dataset": {{0, 1 << 63, Unlimited, 1}},
	} {
		if s, err := Regular(dims...); err == nil {
			t.Errorf("%s: got %v", name, s)
		}
	}
	for name, boxes := range map[string][]Box{
		"rank":   {{[]uint64{0}, []uint64{1}}},
		"beyond": {{[]uint64{0, 1 << 62}, []uint64{1, 1}}},
		"longer": {{[]uint64{0, 0}, []uint64{1, 1 << 63}}},
	} {
		if s, err := Boxes(2, boxes); err == nil {
			t.Errorf("%s: got %v", name, s)
		}
	}
	for name, coords := range map[string][]uint64{"odd": {1, 2, 3}, "beyond": {1, 1 << 62}} {
		if s, err := Points(2, coords); err == nil {
			t.Errorf("points, %s: got %v", name, s)
		}
	}
	for _, rank := range []int{-1, 0, MaxRank + 1} {
		if _, err := Boxes(rank, nil); err == nil {
			t.Errorf("boxes of rank %d", rank)
		}
		if _, err := Points(rank, nil); err == nil {
			t.Errorf("points of rank %d", rank)
		}
	}
	huge := mustRegular(t, Range(0, 1<<40), Range(0, 1<<40))
	if _, err := huge.Count(nil); !errors.Is(err, ErrTooLarge) {
		t.Errorf("2^80 elements: %v", err)
	}
	if _, err := All().Count([]uint64{1 << 40, 1 << 40}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("2^80 elements: %v", err)
	}
	if n, err := All().Count([]uint64{1 << 40, 1 << 40, 0}); n != 0 || err != nil {
		t.Errorf("no elements: %d, %v", n, err)
	}
	if n, err := All().Count(nil); n != 1 || err != nil {
		t.Errorf("scalar: %d, %v", n, err)
	}
}

// TestEntangled checks that boxes made to take the square of their number of steps are given up.
func TestEntangled(t *testing.T) {
	const n = 20000
	boxes := make([]Box, n)
	for i := range boxes {
		u := uint64(i)
		boxes[i] = Box{Start: []uint64{u, 2 * u}, Count: []uint64{n, 1}}
	}
	s, err := Boxes(2, boxes)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Count(nil); !errors.Is(err, errEntangled) {
		t.Errorf("got %v", err)
	}
	if _, err := s.AppendEncode(nil); !errors.Is(err, errEntangled) {
		t.Errorf("got %v", err)
	}
	count := 0
	for range s.Boxes() {
		count++
	}
	if count != n {
		t.Errorf("%d boxes, want those given", count)
	}
	if Disjoint(s, mustRegular(t, Range(n, n+1), Range(2*n-2, 2*n-1))) {
		t.Error("a box in the middle was not found")
	}
}

func TestString(t *testing.T) {
	boxes, err := Boxes(1, []Box{{[]uint64{0}, []uint64{1}}, {[]uint64{2}, []uint64{2}}, {[]uint64{5}, []uint64{1}}, {[]uint64{9}, []uint64{1}}, {[]uint64{20}, []uint64{1}}})
	if err != nil {
		t.Fatal(err)
	}
	points, err := Points(1, []uint64{5, 4, 3, 2, 1})
	if err != nil {
		t.Fatal(err)
	}
	for want, s := range map[string]Selection{
		"[0:10, 5:25:10(block 2), 3]":           mustRegular(t, Range(0, 10), Dim{5, 10, 2, 2}, Range(3, 4)),
		"[0:100:10]":                            mustRegular(t, Dim{0, 10, 10, 1}),
		"[2:inf:4(block 2)]":                    mustRegular(t, Dim{2, 4, Unlimited, 2}),
		"[2:10:4(block 2), 0] | [10, 0]":        mustRegular(t, Dim{2, 4, Unlimited, 2}, Range(0, 1)).Clip(0, 11),
		"[0] | [2:4] | [5] | [9] | … (5 boxes)": boxes,
		"(5), (4), (3), (2), … (5 points)":      points,
	} {
		if got := s.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestEqual(t *testing.T) {
	box := func(start, count uint64) Box { return Box{Start: []uint64{start, 0}, Count: []uint64{count, 4}} }
	boxes := func(b ...Box) Selection {
		s, err := Boxes(2, b)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	points := func(coords ...uint64) Selection {
		s, err := Points(1, coords)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	tests := []struct {
		name string
		a, b Selection
		want bool
	}{
		{"none", None(), Selection{}, true},
		{"all and none", All(), None(), false},
		{"split unevenly", boxes(box(0, 1), box(1, 4)), mustRegular(t, Range(0, 5), Range(0, 4)), true},
		{"order of boxes", boxes(box(7, 1), box(0, 1), box(2, 1)), boxes(box(0, 1), box(2, 1), box(7, 1)), true},
		{"another box", boxes(box(7, 1), box(0, 1), box(2, 1)), boxes(box(0, 1), box(2, 1), box(8, 1)), false},
		{"contiguous blocks", mustRegular(t, Dim{0, 2, 5, 2}), mustRegular(t, Range(0, 10)), true},
		{"order of points", points(1, 2), points(2, 1), false},
		{"points and a range", points(1, 2), mustRegular(t, Range(1, 3)), false},
		{"unlimited blocks", mustRegular(t, Dim{0, 5, Unlimited, 5}), mustRegular(t, Dim{0, 1, 1, Unlimited}), false},
		{"ended within a block", mustRegular(t, Dim{0, 5, Unlimited, 3}).Clip(0, 12), mustRegular(t, Dim{0, 5, Unlimited, 3}).Clip(0, 12), true},
	}
	for _, test := range tests {
		if got := test.a.Equal(test.b); got != test.want {
			t.Errorf("%s: %v and %v: %v", test.name, test.a, test.b, got)
		}
		if got := test.b.Equal(test.a); got != test.want {
			t.Errorf("%s, the other way round: %v and %v: %v", test.name, test.a, test.b, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, g := range golden {
		f.Add(fromHex(f, g.bytes))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, n, err := Decode(b)
		skipped, skipErr := Skip(b)
		if (err == nil) != (skipErr == nil) || n != skipped {
			t.Fatalf("Decode says %d, %v and Skip %d, %v", n, err, skipped, skipErr)
		}
		if err != nil {
			return
		}
		if n < 16 && s.Kind() == KindAll || n > len(b) {
			t.Fatalf("%v took %d of %d bytes", s, n, len(b))
		}
		_ = s.String()
		extent := slices.Repeat([]uint64{1000}, s.Rank())
		count, err := s.Count(extent)
		if err == nil {
			pieces, err := s.Pieces(extent)
			if err != nil {
				t.Fatalf("%v has %d elements and no pieces: %v", s, count, err)
			}
			var sum uint64
			for _, p := range pieces {
				n := uint64(1)
				for _, d := range p.Digits {
					n *= d.Count
				}
				sum += n
			}
			if sum != count {
				t.Fatalf("%v has %d elements and its pieces %d", s, count, sum)
			}
		}
		if !Disjoint(s, s) != (s.Kind() != KindNone) {
			t.Fatalf("%v and itself: disjoint", s)
		}
		again, err := s.AppendEncode(nil)
		if err != nil {
			return
		}
		back, n, err := Decode(again)
		if err != nil || n != len(again) || !back.Equal(s) {
			t.Fatalf("%v came back as %v, %v", s, back, err)
		}
	})
}
