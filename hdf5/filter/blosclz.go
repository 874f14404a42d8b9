package filter

// blosclzFar is the distance from which on Blosc's own codec stores distances in 16 bits of their own.
const blosclzFar = 8191

var errMatchCutOff = corrupt("the stream ends within a match")

// unpackBloscLZ decodes a stream of BloscLZ, the codec that Blosc brings, and returns how many bytes it holds. A
// control byte below 32 announces one literal more than it says (of the first byte only the low five bits count); in
// others the top three bits are the length less 2 (7: bytes up to one that is not 255 are added), and the other five
// with the next byte the distance less 1, where the largest such number means that the distance follows in two bytes,
// big-endian, less 8192.
func unpackBloscLZ(raw, stored []byte) (int, error) {
	at := 0
	for first := true; len(stored) > 0; first = false {
		control := int(stored[0])
		stored = stored[1:]
		if first {
			control &= 31
		}
		if control < 32 {
			n := control + 1
			if n > len(stored) {
				return 0, corrupt("%d literals where %d bytes are left", n, len(stored))
			}
			if n > len(raw)-at {
				return 0, tooLong(at+n, len(raw))
			}
			at += copy(raw[at:], stored[:n])
			stored = stored[n:]
			continue
		}
		length, distance, used, err := blosclzMatch(control, stored)
		if err != nil {
			return 0, err
		}
		stored = stored[used:]
		if at, err = copyMatch(raw, at, distance, length); err != nil {
			return 0, err
		}
	}
	return at, nil
}

// blosclzMatch reads a match whose control byte has been taken; used is how many bytes of stored belong to it.
func blosclzMatch(control int, stored []byte) (length, distance, used int, err error) {
	length = control>>5 + 2
	if control>>5 == 7 {
		for {
			if used >= len(stored) {
				return 0, 0, 0, errMatchCutOff
			}
			more := int(stored[used])
			used++
			length += more
			if more != 255 {
				break
			}
		}
	}
	if used >= len(stored) {
		return 0, 0, 0, errMatchCutOff
	}
	distance = control&31<<8 + int(stored[used])
	used++
	if distance == blosclzFar {
		if used+2 > len(stored) {
			return 0, 0, 0, errMatchCutOff
		}
		distance += int(stored[used])<<8 + int(stored[used+1])
		used += 2
	}
	return length, distance + 1, used, nil
}
