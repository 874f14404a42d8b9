package filter

// lzfCodec is filter 32000, h5py's: one LibLZF stream without any header. A control byte below 32 announces one
// literal more than it says; in others the top three bits are the length less 2 (7: a byte with the rest follows),
// and the other five with the next byte the distance less 1. Client data: revision of the filter, version of LibLZF,
// bytes of a chunk.
type lzfCodec struct{}

func (lzfCodec) Decode(raw, stored []byte, _ Params) ([]byte, error) {
	at := 0
	for len(stored) > 0 {
		control := int(stored[0])
		stored = stored[1:]
		if control < 32 {
			n := control + 1
			if n > len(stored) {
				return nil, corrupt("%d literals where %d bytes are left", n, len(stored))
			}
			if n > len(raw)-at {
				return nil, tooLong(at+n, len(raw))
			}
			at += copy(raw[at:], stored[:n])
			stored = stored[n:]
			continue
		}
		length := control >> 5
		if length == 7 {
			if len(stored) == 0 {
				return nil, errMatchCutOff
			}
			length += int(stored[0])
			stored = stored[1:]
		}
		if len(stored) == 0 {
			return nil, errMatchCutOff
		}
		distance := control&31<<8 + int(stored[0]) + 1
		stored = stored[1:]
		var err error
		if at, err = copyMatch(raw, at, distance, length+2); err != nil {
			return nil, err
		}
	}
	return raw[:at], nil
}

// shortMatch is the length from which on copying whole runs is faster than copying bytes.
const shortMatch = 16

// copyMatch repeats length bytes from distance bytes before at, one after the other, so that a match may reach into
// itself. It returns the place after them.
func copyMatch(raw []byte, at, distance, length int) (int, error) {
	if distance < 1 || distance > at {
		return 0, corrupt("a match %d bytes back at byte %d", distance, at)
	}
	if length > len(raw)-at {
		return 0, tooLong(at+length, len(raw))
	}
	end := at + length
	if length < shortMatch {
		for ; at < end; at++ {
			raw[at] = raw[at-distance]
		}
		return end, nil
	}
	// What has been copied already doubles what can be copied at once.
	for from := at - distance; at < end; {
		at += copy(raw[at:end], raw[from:at])
	}
	return end, nil
}
