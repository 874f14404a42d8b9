package block

import "sync"

// Cache keeps values that were made from bytes at an address, as many as fit in a budget. The one that was used
// longest ago goes first; the newest one stays, whatever it costs, so that a structure larger than the budget
// is not read again for every question about it. The zero value is not usable; it is safe for concurrent use.
type Cache[V any] struct {
	budget int

	mu     sync.Mutex
	cost   int
	count  int
	byAddr map[uint64]*entry[V] // nil while there are few
	head   entry[V]             // ring: next is the newest, prev the oldest
}

// fewEntries is how many entries are looked through one by one: most files have no more, and a map is larger than they are.
const fewEntries = 8

type entry[V any] struct {
	next, prev *entry[V]
	addr       uint64
	value      V
	cost       int
}

// NewCache returns an empty cache. budget is in the unit of the costs given to Put, bytes by custom.
func NewCache[V any](budget int) *Cache[V] { return &Cache[V]{budget: budget} }

// Get returns the value kept for an address.
func (c *Cache[V]) Get(addr uint64) (v V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.find(addr)
	if e == nil {
		return v, false
	}
	e.unlink()
	c.front(e)
	return e.value, true
}

// Put keeps a value for an address, in place of the one that was there.
func (c *Cache[V]) Put(addr uint64, v V, cost int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.head.next == nil {
		c.head.next, c.head.prev = &c.head, &c.head
	}
	if old := c.find(addr); old != nil {
		c.drop(old)
	}
	e := &entry[V]{addr: addr, value: v, cost: cost}
	c.cost += cost
	c.count++
	c.front(e)
	c.register(e)
	for c.cost > c.budget && c.head.prev != e {
		c.drop(c.head.prev)
	}
}

// find returns the entry of an address, nil if there is none.
func (c *Cache[V]) find(addr uint64) *entry[V] {
	if c.byAddr != nil {
		return c.byAddr[addr]
	}
	for e := c.head.next; e != nil && e != &c.head; e = e.next {
		if e.addr == addr {
			return e
		}
	}
	return nil
}

// register makes an entry of the ring found by its address.
func (c *Cache[V]) register(e *entry[V]) {
	if c.byAddr != nil {
		c.byAddr[e.addr] = e
		return
	}
	if c.count <= fewEntries {
		return
	}
	c.byAddr = make(map[uint64]*entry[V], 2*fewEntries)
	for e := c.head.next; e != &c.head; e = e.next {
		c.byAddr[e.addr] = e
	}
}

// Clear forgets everything.
func (c *Cache[V]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byAddr, c.cost, c.count = nil, 0, 0
	c.head = entry[V]{}
}

func (c *Cache[V]) front(e *entry[V]) {
	e.next, e.prev = c.head.next, &c.head
	e.next.prev, c.head.next = e, e
}

func (c *Cache[V]) drop(e *entry[V]) {
	e.unlink()
	delete(c.byAddr, e.addr)
	c.cost -= e.cost
	c.count--
}

func (e *entry[V]) unlink() { e.prev.next, e.next.prev = e.next, e.prev }
