package filter

import (
	"bytes"
	"compress/bzip2"
	"io"
)

// bzip2Codec is filter 307: one bzip2 stream. Client data: the block size in 100 kB, which readers do not need.
type bzip2Codec struct{}

func (bzip2Codec) Decode(raw, stored []byte, _ Params) ([]byte, error) {
	stream := bzip2.NewReader(bytes.NewReader(stored))
	n := 0
	for n < len(raw) {
		m, err := stream.Read(raw[n:])
		n += m
		if err == io.EOF {
			return raw[:n], nil
		}
		if err != nil {
			return nil, corrupt("%w", err)
		}
	}
	var probe [1]byte
	switch m, err := io.ReadFull(stream, probe[:]); {
	case m > 0:
		return nil, corrupt("the bzip2 stream holds more than the %d bytes that the chunk may have here", len(raw))
	case err != io.EOF:
		return nil, corrupt("%w", err)
	}
	return raw, nil
}
