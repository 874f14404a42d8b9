package filter

import (
	"bytes"
	"errors"
	"hash/adler32"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/zlib"
)

// inflateWithLibrary is what inflate does, by a library that streams.
func inflateWithLibrary(raw, stored []byte) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(stored))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(len(raw))+1))
	switch {
	case err != nil:
		return nil, err
	case len(out) > len(raw):
		return nil, errors.New("too long")
	}
	return out, nil
}

// zlibStreams are streams of every level of data of several kinds.
func zlibStreams(t testing.TB, size int) (raws, streams [][]byte) {
	r := rand.New(rand.NewPCG(5, 0))
	words := make([]byte, size)
	for i := range words {
		words[i] = byte("abcdefgh      \n01"[r.IntN(17)])
	}
	periods := make([]byte, size)
	for i := range periods {
		periods[i] = byte(i % (1 + i/997%11))
	}
	skewed := make([]byte, size)
	for i := range skewed {
		skewed[i] = byte(min(255, int(r.ExpFloat64()*20)))
	}
	for _, raw := range [][]byte{
		randomBytes(1, size), sparseBytes(2, size, 2), sparseBytes(3, size, 4), make([]byte, size), words, periods, skewed,
	} {
		for _, level := range []int{0, 1, 4, 6, 9, zlib.HuffmanOnly} {
			var b bytes.Buffer
			w, err := zlib.NewWriterLevel(&b, level)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(raw); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			raws, streams = append(raws, raw), append(streams, b.Bytes())
		}
	}
	return raws, streams
}

func TestInflate(t *testing.T) {
	for _, size := range []int{0, 1, 7, 100, 300, 4096, 100000} {
		raws, streams := zlibStreams(t, size)
		for i, stream := range streams {
			got, err := inflate(make([]byte, size), append(bytes.Clone(stream), 1, 2, 3)) // what follows is ignored
			if err != nil || !bytes.Equal(got, raws[i]) {
				t.Fatalf("stream %d of %d bytes: wrong, error %v", i, size, err)
			}
			if got, err = inflate(make([]byte, size+1000), stream); err != nil || !bytes.Equal(got, raws[i]) {
				t.Fatalf("stream %d of %d bytes into more room: wrong, error %v", i, size, err)
			}
			if size > 0 {
				if _, err = inflate(make([]byte, size-1), stream); err == nil {
					t.Fatalf("stream %d of %d bytes into less room: no error", i, size)
				}
			}
		}
	}
}

func TestInflateCutOff(t *testing.T) {
	raws, streams := zlibStreams(t, 700)
	for i, stream := range streams {
		for n := range stream {
			if _, err := inflate(make([]byte, len(raws[i])), stream[:n]); err == nil {
				t.Fatalf("stream %d of which %d of %d bytes are left: no error", i, n, len(stream))
			}
		}
	}
}

// FuzzInflate holds inflate against a library, value by value and error by error.
func FuzzInflate(f *testing.F) {
	for _, size := range []int{0, 50, 1000} {
		_, streams := zlibStreams(f, size)
		for _, stream := range streams {
			f.Add(stream, size)
			f.Add(stream, size/2)
		}
	}
	f.Fuzz(func(t *testing.T, stored []byte, room int) {
		if room < 0 || room > 1<<16 {
			return
		}
		before := bytes.Clone(stored)
		got, err := inflate(make([]byte, room), stored)
		want, wantErr := inflateWithLibrary(make([]byte, room), stored)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("error %v, and the library's %v", err, wantErr)
		}
		if err == nil && !bytes.Equal(got, want) {
			t.Fatal("the library reads other bytes")
		}
		if !bytes.Equal(stored, before) {
			t.Fatal("the stream was changed")
		}
	})
}

func BenchmarkInflate(b *testing.B) {
	raws, streams := zlibStreams(b, 1<<20)
	names := []string{"random", "sparse2", "sparse4", "zeros", "words", "periods", "skewed"}
	for i, stream := range streams {
		if i%6 != 2 {
			continue // level 4 is what people use
		}
		raw := make([]byte, len(raws[i]))
		b.Run(names[i/6], func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := inflate(raw, stream); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(names[i/6]+"/library", func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			source := bytes.NewReader(stream)
			r, err := zlib.NewReader(source)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				source.Reset(stream)
				if err := r.(zlib.Resetter).Reset(source, nil); err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(r, raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestAdler(t *testing.T) {
	ones := bytes.Repeat([]byte{0xff}, 20000)
	random := randomBytes(3, 20000)
	for _, data := range [][]byte{ones, random} {
		for _, n := range []int{0, 1, 31, 32, 33, 64, 5535, 5536, 5537, 5568, 11072, 20000} {
			if got, want := adler(data[:n]), adler32.Checksum(data[:n]); got != want {
				t.Errorf("%d bytes: %08x, want %08x", n, got, want)
			}
		}
	}
}
