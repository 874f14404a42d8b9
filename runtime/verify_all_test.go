package runtime

import (
	"context"
	"strings"
	"testing"
)

// Whatever is wrong with one source, the others are looked at too.
func TestVerifyGoesOn(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, `
for k in 'good', 'newer', 'nested':
    with h5py.File(k + '.h5', 'w', libver='latest') as f:
        if k != 'nested': f['d'] = np.arange(4, dtype='i4')
        else:
            inner = h5py.VirtualLayout((4,), 'i4', maxshape=(4,))
            inner[...] = h5py.VirtualSource('newer.h5', 'd', shape=(4,))
            f.create_virtual_dataset('d', inner)
b = bytearray(open('newer.h5', 'rb').read())
b[8] = 9
open('newer.h5', 'wb').write(b)
layout = h5py.VirtualLayout((4, 4), 'i4')
for i, k in enumerate(('newer', 'gone', 'nested', 'good')): layout[i] = h5py.VirtualSource(k + '.h5', 'd', shape=(4,))
with h5py.File('v.h5', 'w', libver='latest') as f: f.create_virtual_dataset('v', layout)
`)
	report, err := open(t, in(dir, "v.h5")).Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	problems := report.Problems()
	if len(problems) != 2 || !strings.Contains(problems[0].Error(), "superblock version 9") || !strings.Contains(problems[1].Error(), "gone.h5") {
		t.Errorf("%v", problems)
	}
}
