package hdf5

import (
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// filterOrders makes a dataset for each order of four filters that libhdf5 itself reads back. Those with scale-offset begin with it.
const filterOrders = `
import itertools, h5py, numpy as np
from h5py import h5p, h5d, h5s, h5t, h5z
data = (np.arange(4000) * 7919 % 65521).astype('i4').reshape(40, 100)
with h5py.File('orders.h5', 'w') as f:
    for order in list(itertools.permutations(['shuffle', 'fletcher32', 'deflate'])) + [('shuffle', 'deflate', 'fletcher32', 'deflate'), ('deflate', 'shuffle', 'fletcher32', 'deflate')]:
        for first in 'scaleoffset', 'nbit':
            p = h5p.create(h5p.DATASET_CREATE)
            p.set_chunk((20, 50))
            if first == 'scaleoffset': p.set_scaleoffset(h5z.SO_INT, 0)
            else: p.set_filter(h5z.FILTER_NBIT, 0, ())
            for name in order: getattr(p, 'set_' + name)(*([4] if name == 'deflate' else []))
            h5d.create(f.id, '-'.join((first,) + order).encode(), h5t.STD_I32LE, h5s.create_simple((40, 100)), p).write(h5s.ALL, h5s.ALL, data)
with h5py.File('orders.h5', 'r') as f:
    for name in f: np.testing.assert_array_equal(f[name][...], data, name)
`

// A filter that gives back the memory that it was given, as Fletcher-32 does, may stand anywhere in a pipeline.
func TestFilterOrders(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, filterOrders)
	f, err := Open(filepath.Join(dir, "orders.h5"))
	must(t, err)
	defer f.Close()
	n := 0
	for link, err := range f.Root().Links() {
		must(t, err)
		d, err := f.Dataset(link.Name)
		must(t, err)
		values, err := Read[int32](d)
		if n++; err != nil {
			t.Error(err)
			continue
		}
		for i, got := range values {
			if want := int32(i * 7919 % 65521); got != want {
				t.Errorf("%s: element %d is %d, want %d", link.Name, i, got, want)
				break
			}
		}
	}
	if n != 16 {
		t.Errorf("%d datasets", n)
	}
}
