package plan

import (
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// A system of nested counters numbers a set of integers: with each counter running from 0 to
// count-1, the integers are the sums of counter times weight. Weights decrease, and one step of a
// counter is more than all the later ones together reach, so every integer of the set comes from one
// setting of the counters. The coordinates along an axis of a hyperslab are such a set (blocks, and
// elements of a block), and so are the ordinals of the elements of a product.
type counter struct {
	count, weight uint64
	rest          uint64 // what the later counters reach together
}

// nest fills in what the later counters reach.
func nest(counters []counter) {
	rest := uint64(0)
	for i := len(counters) - 1; i >= 0; i-- {
		counters[i].rest = rest
		rest += (counters[i].count - 1) * counters[i].weight
	}
}

// meeting finds the integers that two systems share, as a few products: begins says where the
// counters of either system begin, and each joint moves a counter of the one and a counter of the
// other together. A counter may be moved by several joints.
type meeting struct {
	sides  [2][]counter
	begin  [2][]uint64 // one for each counter
	joints []joint
	emit   func() error
}

// joint moves counter at[s] of side s by step[s], count times.
type joint struct {
	count uint64
	at    [2]int
	step  [2]uint64
}

// top is the counter of a side from which on it is looked at, and how far that one runs: less far
// than its count where the rest of its run has been joined already.
type top struct {
	at    int
	count uint64
}

// run emits what the integers of side 0 and those of side 1, moved up by delta, share.
func (m *meeting) run(delta int64) error {
	for s, counters := range m.sides {
		nest(counters)
		m.begin[s] = slices.Grow(m.begin[s][:0], len(counters))[:len(counters)]
		clear(m.begin[s])
	}
	m.joints = m.joints[:0]
	return m.meet(0, 1, m.next(0, -1), m.next(1, -1), delta)
}

// next returns the counter of a side after the one at i.
func (m *meeting) next(side, i int) top {
	if i++; i < len(m.sides[side]) {
		return top{at: i, count: m.sides[side][i].count}
	}
	return top{at: i}
}

// skip passes over counters that do not run.
func (m *meeting) skip(side int, t top) top {
	for t.count == 1 {
		t = m.next(side, t.at)
	}
	return t
}

// reach returns what the counters of a side from t on reach together.
func (m *meeting) reach(side int, t top) int64 {
	if t.count == 0 {
		return 0
	}
	c := m.sides[side][t.at]
	return int64((t.count-1)*c.weight + c.rest)
}

// meet emits what side x from tx on and side y from ty on, moved up by delta, share.
func (m *meeting) meet(x, y int, tx, ty top, delta int64) error {
	tx, ty = m.skip(x, tx), m.skip(y, ty)
	reachX, reachY := m.reach(x, tx), m.reach(y, ty)
	if delta > reachX || delta+reachY < 0 {
		return nil
	}
	if tx.count == 0 && ty.count == 0 {
		return m.emit()
	}
	// x is the side whose counter is the coarser one: the other is followed within its steps.
	if tx.count == 0 || ty.count != 0 && m.sides[x][tx.at].weight < m.sides[y][ty.at].weight {
		x, y, tx, ty, delta = y, x, ty, tx, -delta
		reachY = reachX
	}
	coarse := m.sides[x][tx.at]
	weight, rest := int64(coarse.weight), int64(coarse.rest)
	first := max(0, ceilDivInt(delta-rest, weight))
	last := min(int64(tx.count)-1, floorDivInt(delta+reachY, weight))
	if first >= last || ty.count == 0 {
		for at := first; at <= last; at++ {
			if err := m.pin(x, y, tx, ty, delta, at); err != nil {
				return err
			}
		}
		return nil
	}
	return m.follow(x, y, tx, ty, delta, first, last)
}

// pin meets with the coarse counter held at one place.
func (m *meeting) pin(x, y int, tx, ty top, delta, at int64) error {
	m.begin[x][tx.at] += uint64(at)
	err := m.meet(x, y, m.next(x, tx.at), ty, delta-at*int64(m.sides[x][tx.at].weight))
	m.begin[x][tx.at] -= uint64(at)
	return err
}

// follow meets with the coarse counter at first to last. Where it lies against the fine counter
// repeats after a period of steps, so each place of the first period stands for all that are whole
// periods away. Places at which nothing can meet are jumped over.
func (m *meeting) follow(x, y int, tx, ty top, delta, first, last int64) error {
	coarse, fine := m.sides[x][tx.at], m.sides[y][ty.at]
	g := gcd(coarse.weight, fine.weight)
	period := int64(fine.weight / g)
	width := coarse.rest + fine.rest
	for at := first; at <= last && at-first < period; at++ {
		if period > 1 {
			off := at*int64(coarse.weight) - delta + int64(coarse.rest)
			off %= int64(fine.weight)
			if off < 0 {
				off += int64(fine.weight)
			}
			ahead, ok := dataspace.FirstResidue(coarse.weight, uint64(off), fine.weight, width)
			if !ok || ahead > uint64(last-at) || at+int64(ahead)-first >= period {
				return nil
			}
			at += int64(ahead)
		}
		if err := m.class(x, y, tx, ty, delta, at, last, period, int64(coarse.weight/g)); err != nil {
			return err
		}
	}
	return nil
}

// class meets with the coarse counter at every period-th place from at to last. One period is
// stride steps of the fine counter, so what the fine counter reaches of each such place is the same
// window of its steps, a stride further on each time. The places at which all of the window exists
// are joined; the few at either end are taken one by one.
func (m *meeting) class(x, y int, tx, ty top, delta, at, last, period, stride int64) error {
	coarse, fine := m.sides[x][tx.at], m.sides[y][ty.at]
	weight := int64(fine.weight)
	delta0 := delta - at*int64(coarse.weight)
	lo := ceilDivInt(-delta0-int64(fine.rest), weight)
	hi := floorDivInt(int64(coarse.rest)-delta0, weight)
	if lo > hi {
		return nil
	}
	places := (last-at)/period + 1
	from := max(0, ceilDivInt(-lo, stride))
	to := min(places-1, floorDivInt(int64(ty.count)-1-hi, stride))
	if from >= to {
		from, to = places, places-1
	}
	for u := int64(0); u < min(from, places); u++ {
		if err := m.pin(x, y, tx, ty, delta, at+u*period); err != nil {
			return err
		}
	}
	if from < to {
		beginX, beginY := uint64(at+from*period), uint64(lo+from*stride)
		j := joint{count: uint64(to - from + 1)}
		j.at[x], j.at[y] = tx.at, ty.at
		j.step[x], j.step[y] = uint64(period), uint64(stride)
		m.begin[x][tx.at] += beginX
		m.begin[y][ty.at] += beginY
		m.joints = append(m.joints, j)
		window := top{at: ty.at, count: uint64(hi - lo + 1)}
		err := m.meet(x, y, m.next(x, tx.at), window, delta0+lo*weight)
		m.joints = m.joints[:len(m.joints)-1]
		m.begin[x][tx.at] -= beginX
		m.begin[y][ty.at] -= beginY
		if err != nil {
			return err
		}
	}
	for u := to + 1; u < places; u++ {
		if err := m.pin(x, y, tx, ty, delta, at+u*period); err != nil {
			return err
		}
	}
	return nil
}

func floorDivInt(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func ceilDivInt(a, b int64) int64 { return -floorDivInt(-a, b) }
