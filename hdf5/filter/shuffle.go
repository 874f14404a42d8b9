package filter

// shuffleCodec is filter 2: the first bytes of all elements, then the second bytes of all, and so on; bytes that are
// left over at the end of the chunk stay as they are. Client data: the size of an element.
type shuffleCodec struct{}

func shuffleElement(p Params) (int, error) {
	size := param(p.Values, 0, 0)
	if size == 0 {
		return 0, paramError("element size", size, "at least 1")
	}
	return int(size), nil
}

func (shuffleCodec) storedSize(raw int, _ Params) int { return raw }

func (shuffleCodec) Decode(raw, stored []byte, p Params) ([]byte, error) {
	size, err := shuffleElement(p)
	if err != nil {
		return nil, err
	}
	if len(stored) > len(raw) {
		return nil, tooLong(len(stored), len(raw))
	}
	raw = raw[:len(stored)]
	n := len(stored) / size
	if size == 1 || n <= 1 {
		copy(raw, stored)
		return raw, nil
	}
	unshuffleBytes(raw, stored, size, n)
	copy(raw[n*size:], stored[n*size:])
	return raw, nil
}

func (shuffleCodec) Encode(stored, raw []byte, p Params) ([]byte, error) {
	size, err := shuffleElement(p)
	if err != nil {
		return nil, err
	}
	stored = resize(stored, len(raw))
	n := len(raw) / size
	if size == 1 || n <= 1 {
		copy(stored, raw)
		return stored, nil
	}
	shuffleBytes(stored, raw, size, n)
	copy(stored[n*size:], raw[n*size:])
	return stored, nil
}
