package hdf5

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// Groups that keep the order in which links were created: in the header and dense, with an index for it and without, after links were removed.
func TestLinksCreated(t *testing.T) {
	for _, libver := range []string{"earliest", "latest"} {
		file := writeStructure(t, libver, `
def group(name, order, n):
    plist = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
    if order: plist.set_link_creation_order(order)
    g = h5py.Group(h5py.h5g.create(f.id, name, None, plist))
    for i in range(n): g["n%d" % (i * 7919 % 1000)] = h5py.SoftLink("/x%d" % i)
    for i in range(0, n, 3): del g["n%d" % (i * 7919 % 1000)]
    g["last"] = h5py.SoftLink("/x")
T, I = h5py.h5p.CRT_ORDER_TRACKED, h5py.h5p.CRT_ORDER_INDEXED
for n in (5, 500):
    group(b"tracked%d" % n, T, n)
    group(b"indexed%d" % n, T | I, n)
    group(b"not%d" % n, 0, n)`)
		var want map[string][]string
		must(t, json.Unmarshal(oracle.H5py(t, t.TempDir(), `
import h5py, json, sys
from h5py import h5, h5p
out = {}
with h5py.File(sys.argv[1], "r") as f:
    for name, g in f.items():
        tracked = g.id.get_create_plist().get_link_creation_order() & h5p.CRT_ORDER_TRACKED
        links = []
        # The library iterates in this order even where it has no index for it.
        g.id.links.iterate(lambda n: links.append(n.decode()), idx_type=h5.INDEX_CRT_ORDER if tracked else h5.INDEX_NAME)
        out[name] = [str(bool(tracked))] + links
print(json.dumps(out))`, file), &want))
		f := mustOpen(t, file)
		for name, want := range want {
			g, err := f.Group(name)
			must(t, err)
			tracked, err := g.TracksOrder()
			must(t, err)
			got := []string{map[bool]string{true: "True", false: "False"}[tracked]}
			for l, err := range g.LinksCreated() {
				must(t, err)
				got = append(got, l.Name)
				if found, err := g.Link(l.Name); err != nil || found.Order != l.Order || tracked != (l.Order > 0) {
					t.Errorf("%s: link %s has order %d, found alone %d, %v", name, l.Name, l.Order, found.Order, err)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s of %s:\n%s, h5py has\n%s", name, libver, fmt.Sprint(got), want)
			}
		}
	}
}
