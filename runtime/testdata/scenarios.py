# The scenarios of h5py's and of HDF5's own tests of virtual datasets, made with h5py, and what libhdf5 reads of each.
# Prints a JSON list of readings. A step of a scenario that goes on is read from a copy of its folder as it was then.
import json, os, shutil
import numpy as np, h5py

U = h5py.h5s.UNLIMITED
readings = []
steps = 0


def reading(name, file='v.h5', path='v', view=1, gap=0, prefix=None, key=(), slices='', again=True):
    """Reads with libhdf5, and notes what it read. again: HDF5 2 is asked, too."""
    with h5py.File(os.path.join(name, file), 'r') as f:
        dapl = h5py.h5p.create(h5py.h5p.DATASET_ACCESS)
        dapl.set_virtual_view(view)
        dapl.set_virtual_printf_gap(gap)
        if prefix:
            dapl.set_virtual_prefix(prefix.encode())
        d = h5py.h5d.open(f.id, path.encode(), dapl)
        assert d.get_access_plist().get_virtual_view() == view
        d.get_space()
        a = h5py.Dataset(d)[key if key != () else ...]
    a = np.asarray(a)
    readings.append(dict(name=name, file=file, path=path, view=view, gap=gap, prefix=prefix or '', slices=slices, shape=list(a.shape), values=a.ravel().astype('f8').tolist(),
                         again=again and view == 1 and gap == 0 and not prefix and key == () and a.size > 0))


def step(name):
    """A copy of the scenario's folder, as it is now."""
    global steps
    steps += 1
    copy = '%s/step %d' % (name, steps)
    shutil.copytree(name, copy, ignore=shutil.ignore_patterns('step *'))
    return copy


def start(name):
    os.makedirs(name, exist_ok=True)
    return lambda file: os.path.join(name, file)


def source(file, path, data, **kw):
    with h5py.File(file, 'a', libver='latest') as f:
        f.create_dataset(path, data=data, **kw)


def slab(*dims):
    """start, count, stride, block of each axis, as select_hyperslab takes them."""
    return tuple(tuple(d[i] for d in dims) for i in range(4))


def space(shape, sel=None, maxshape=None):
    s = h5py.h5s.create_simple(shape, maxshape or shape)
    for n, one in enumerate(sel or []):
        s.select_hyperslab(*one, op=h5py.h5s.SELECT_OR if n else h5py.h5s.SELECT_SET)
    return s


def virtual(file, shape, maps, dtype='i4', fill=None, maxshape=None, path='v'):
    """maps: virtual slabs (None: all), file, path, shape of the source, its slabs."""
    dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    dcpl.set_layout(h5py.h5d.VIRTUAL)
    if fill is not None:
        dcpl.set_fill_value(np.array(fill, dtype))
    for v, name, where, sshape, s in maps:
        dcpl.set_virtual(space(shape, v, maxshape), name.encode(), where.encode(), space(sshape, s, (U,) * len(sshape)))
    with h5py.File(file, 'a', libver='latest') as f:
        h5py.h5d.create(f.id, path.encode(), h5py.h5t.py_create(np.dtype(dtype)), h5py.h5s.create_simple(shape, maxshape or shape), dcpl)


# h5py, high level.

def eiger(name, low=False):
    at = start(name)
    layout = h5py.VirtualLayout((78, 20, 20), 'i2' if low else 'f8')
    k = 0
    for n, planes in enumerate((20, 20, 20, 18)):
        source(at('raw_file_%d.h5' % n), 'data', np.full((planes, 20, 20), n, 'f8'))
        layout[k:k + planes] = h5py.VirtualSource('raw_file_%d.h5' % n, 'data', shape=(planes, 20, 20))
        k += planes
    with h5py.File(at('v.h5'), 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-1 if low else 45)
    reading(name)
    for k in (10, 30, 50, 70): reading(name, key=(k, 10, 10), slices='%d, 10, 10' % k)

eiger('eiger')

def excalibur(name):
    at = start(name)
    layout = h5py.VirtualLayout((5, 6 * 25 + 50, 20), 'u2')
    for n in range(6):
        source(at('stripe_%d.h5' % (n + 1)), 'data', np.full((5, 25, 20), 3 * n, 'u2'))
        layout[:, n * 35:n * 35 + 25, :] = h5py.VirtualSource('stripe_%d.h5' % (n + 1), 'data', shape=(5, 25, 20))
    with h5py.File(at('v.h5'), 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=1)
    reading(name)
    for y in (10, 26, 36, 65, 90, 115, 145): reading(name, key=(3, y, 0), slices='3, %d, 0' % y)

excalibur('excalibur')

def percival(name, whole=False):
    at = start(name)
    layout = h5py.VirtualLayout((79, 20, 20), 'f8')
    for k, n in enumerate((20, 20, 20, 19)):
        source(at('raw_file_%d.h5' % k), 'data', np.full((n, 20, 20), k, 'f8'))
        if whole:
            with h5py.File(at('raw_file_%d.h5' % k), 'r') as f: s = h5py.VirtualSource(f['data'])
            s.path = os.path.basename(s.path)
            layout[k:79:4, :, :] = s
        else:
            layout[k:79:4, :, :] = h5py.VirtualSource('raw_file_%d.h5' % k, 'data', shape=(n, 20, 20))[:, :, :]
    with h5py.File(at('v.h5'), 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-5)
    reading(name)
    for k in range(4): reading(name, key=(k, 10, 10), slices='%d, 10, 10' % k)

percival('percival')
percival('percival from datasets', True)

def slice_source(name):
    at = start(name)
    for n in range(1, 5): source(at('%d.h5' % n), 'group/data', np.full(100, n, 'i4'))
    layout = h5py.VirtualLayout((4, 100), 'i4', maxshape=(4, None))
    for n in range(1, 5):
        s = h5py.VirtualSource('%d.h5' % n, 'group/data', shape=(100,))
        layout[n - 1, 0:100:2] = s[0:50]
        layout[n - 1, 1:100:2] = s[50:100]
    with h5py.File(at('v.h5'), 'w', libver='latest') as f: f.create_virtual_dataset('group/v', layout, fillvalue=-5)
    reading(name, path='group/v')
    reading(name, path='group/v', key=np.s_[0:4, 40:70:3], slices='0:4, 40:70:3')

slice_source('slice of a source')

def listed(name):
    at = start(name)
    for n in range(1, 5): source(at('%d.h5' % n), 'data', np.arange(100, dtype='i4') + 1000 * n)
    layout = h5py.VirtualLayout((4, 10), 'i4')
    picked = [0, 9, 14, 25, 33, 49, 60, 71, 83, 99]
    for n in range(1, 5): layout[n - 1] = h5py.VirtualSource('%d.h5' % n, 'data', shape=(100,))[picked]
    wide = h5py.VirtualLayout((4, 100), 'i4')
    for n in range(1, 5): wide[n - 1, picked] = h5py.VirtualSource('%d.h5' % n, 'data', shape=(100,))[0:10]
    with h5py.File(at('v.h5'), 'w', libver='latest') as f:
        f.create_virtual_dataset(b'v', layout, fillvalue=-5)
        f.create_virtual_dataset('wide', wide, fillvalue=-3)
    reading(name); reading(name, path='wide'); reading(name, path='wide', key=np.s_[:, 5:60], slices=':, 5:60')

listed('lists of indices')

def relative(name, build=False):
    at = start(name)
    source(at('other.h5'), 'data', np.arange(10, dtype='f4'))
    with h5py.File(at('v.h5'), 'w', libver='latest') as f:
        f['data'] = np.arange(10, 20, dtype='f4')
        if build:
            with f.build_virtual_dataset('v', (2, 10), 'f4') as layout:
                layout[0] = h5py.VirtualSource(f['data'])
                layout[1] = h5py.VirtualSource('other.h5', 'data', shape=(10,))
        else:
            layout = h5py.VirtualLayout((2, 10), 'f4')
            layout[0] = h5py.VirtualSource(f['data'])
            layout[1] = h5py.VirtualSource('other.h5', 'data', shape=(10,))
            f.create_virtual_dataset('v', layout)
    reading(step(name))
    os.rename(at('v.h5'), at('renamed.h5'))
    reading(step(name), file='renamed.h5')
    os.rename(at('other.h5'), at('gone.h5'))
    copy = step(name)
    reading(copy, file='renamed.h5')

relative('same file survives a new name')
relative('same file survives a new name, built', True)

def unlimited_axis(name):
    at = start(name)
    source(at('s.h5'), 'data', np.arange(20, dtype='i4').reshape(10, 2), maxshape=(None, 2), chunks=(10, 2), fillvalue=-1)
    layout = h5py.VirtualLayout((10, 1), 'i4', maxshape=(None, 1))
    layout[:h5py.UNLIMITED, 0] = h5py.VirtualSource('s.h5', 'data', shape=(10, 2), maxshape=(None, 2))[:h5py.UNLIMITED, 1]
    with h5py.File(at('v.h5'), 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-5)
    reading(step(name))
    with h5py.File(at('s.h5'), 'a') as f: f['data'].resize(20, axis=0)
    reading(step(name))
    with h5py.File(at('s.h5'), 'a') as f: f['data'][10:, 1] = np.zeros(10, 'i4')
    reading(step(name))

unlimited_axis('a source that grows')

def no_mappings(name):
    at = start(name)
    virtual(at('v.h5'), (10, 20), [])
    reading(name)

no_mappings('no mappings')

# h5py, low level.

eiger('eiger, low level', True)

def percival_unlimited(name):
    at = start(name)
    maps = []
    for k, n in enumerate((20, 20, 20, 19)):
        source(at('raw_%d.h5' % k), 'data', np.full((n, 5, 5), k, 'f8'), maxshape=(None, 5, 5))
        maps.append(([slab((k, U, 4, 1), (0, 1, 1, 5), (0, 1, 1, 5))], 'raw_%d.h5' % k, 'data', (n, 5, 5), [slab((0, U, 1, 1), (0, 1, 1, 5), (0, 1, 1, 5))]))
    virtual(at('v.h5'), (1, 5, 5), maps, 'f8', maxshape=(U, 5, 5))
    reading(name)

percival_unlimited('percival, unlimited')

def prefix(name):
    at = start(name)
    os.makedirs(at('elsewhere'))
    source(at('elsewhere/src.h5'), 'data', np.full(10, 7, 'i4'))
    virtual(at('v.h5'), (10,), [(None, 'src.h5', 'data', (10,), None)], fill=-1)
    reading(name)
    reading(name, prefix='${ORIGIN}/elsewhere')

prefix('prefix')

# h5py, slices of VirtualSource.

def source_slices(name):
    at = start(name)
    data = np.arange(20 * 30 * 30).reshape(20, 30, 30)
    source(at('s.h5'), 'd', data)
    source(at('s.h5'), 'line', np.arange(40))
    keys = [('full slice', np.s_[:, :, :]), ('int', np.s_[5, :, :]), ('two ints', np.s_[5, :, 12]), ('range', np.s_[5:17, :, :]), ('double range', np.s_[5:17, 8:25, :]),
            ('step', np.s_[::2, :, :]), ('start and step', np.s_[1::2, :, :]), ('stop and step', np.s_[:12:3, :, :]), ('all of a step', np.s_[2:15:4, :, :]), ('step that does not end', np.s_[3:19:5, :, :]), ('double stride', np.s_[3:18:2, 1:29:3, :]), ('negative start', np.s_[-7:, :, :]), ('negative stop', np.s_[:-3, :, :]),
            ('negative both', np.s_[-9:-3, :, :]), ('ellipsis first', np.s_[..., 3]), ('ellipsis last', np.s_[3, ...]), ('ellipsis between', np.s_[3, ..., 7]), ('ellipsis of nothing', np.s_[1, 2:4, ..., 5:9])]
    for title, key in keys:
        part = data[key]
        layout = h5py.VirtualLayout(part.shape, 'i8')
        layout[...] = h5py.VirtualSource('s.h5', 'd', shape=data.shape)[key]
        with h5py.File(at('v.h5'), 'a', libver='latest') as f: f.create_virtual_dataset(title, layout)
        reading(name, path=title)
    layout = h5py.VirtualLayout(20, 'i8')
    layout[...] = h5py.VirtualSource('s.h5', 'line', shape=40, maxshape=40)[10:30]
    with h5py.File(at('v.h5'), 'a', libver='latest') as f: f.create_virtual_dataset('int shape', layout)
    reading(name, path='int shape')

source_slices('slices of a source')

# HDF5, test_api.

def api(name):
    at = start(name)
    source(at('src_file'), 'src_dset', np.arange(200, dtype='i4').reshape(10, 20))
    virtual(at('v.h5'), (10, 20), [(None, 'src_file', 'src_dset', (10, 20), None)], path='all')
    reading(name, path='all')
    composite = [slab((2, 1, 1, 2), (5, 1, 1, 5)), slab((6, 1, 1, 2), (5, 1, 1, 5))]
    virtual(at('v.h5'), (10, 20), [(composite, 'src_file', 'src_dset', (10, 20), [slab((1, 2, 5, 2), (2, 1, 1, 5))])], path='composite', fill=-1)
    reading(name, path='composite')
    try:
        points = h5py.h5s.create_simple((10, 20))
        points.select_elements([(5, 15)])
        h5py.h5p.create(h5py.h5p.DATASET_CREATE).set_virtual(points, b'f', b'd', points)
        raise AssertionError('points are taken')
    except (ValueError, RuntimeError):
        pass
    maps = []
    for i in range(1000):
        file = 'src_file' if i % 3 else 'src_file' + 'f' * (i % 40)
        maps.append(([slab((i % 10, 1, 1, 1), (i // 10 % 100, 1, 1, 1))], file, 'src_dset' if i % 2 else 'd' * (i % 30 + 1), (10, 20), [slab((i % 10, 1, 1, 1), (i % 20, 1, 1, 1))]))
    virtual(at('v.h5'), (10, 100), maps, path='many', fill=-2)
    reading(name, path='many')
    virtual(at('v.h5'), (10, 20), [], path='empty', fill=-4)
    reading(name, path='empty')

api('api')

# HDF5, test_vds_prefix_first.

def prefix_first(name):
    at = start(name)
    os.makedirs(at('tmp_vds'))
    source(at('tmp_vds/src.h5'), 'src_dset', np.arange(200, dtype='i4').reshape(10, 20))
    source(at('src.h5'), 'src_dset', -np.arange(200, dtype='i4').reshape(10, 20))
    virtual(at('v.h5'), (10, 20), [(None, 'src.h5', 'src_dset', (10, 20), None)])
    reading(name); reading(name, prefix='${ORIGIN}/tmp_vds')

prefix_first('prefix first')

# HDF5, test_basic_io.

def basic(name):
    at = start(name)
    data = np.arange(260, dtype='i4').reshape(10, 26)
    source(at('src.h5'), 'src_dset', data)
    virtual(at('v.h5'), (10, 26), [(None, 'src.h5', 'src_dset', (10, 26), None)], path='1 all')
    source(at('src2.h5'), 'src_dset2%', data + 1000)
    left, right = [slab((0, 1, 1, 10), (0, 1, 1, 13))], [slab((0, 1, 1, 10), (13, 1, 1, 13))]
    virtual(at('v.h5'), (10, 26), [(left, 'src.h5', 'src_dset', (10, 26), left), (right, 'src2.h5', 'src_dset2%%', (10, 26), left)], path='2 two sources')
    with h5py.File(at('v.h5'), 'a') as f: f.copy('2 two sources', '2 copied')
    h5py.File(at('copy.h5'), 'w', libver='latest').close()
    with h5py.File(at('v.h5'), 'r') as f, h5py.File(at('copy.h5'), 'a', libver='latest') as g: f.copy('2 two sources', g, 'v')
    v = h5py.h5s.create_simple((10, 26))
    v.select_hyperslab(*slab((2, 1, 1, 5), (3, 1, 1, 5)))
    v.offset_simple((3, 9))
    s = h5py.h5s.create_simple((10, 26)); s.select_hyperslab(*slab((1, 1, 1, 5), (20, 1, 1, 5)))
    dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    dcpl.set_fill_value(np.array(-9, 'i4'))
    dcpl.set_virtual(v, b'src.h5', b'src_dset', s)
    with h5py.File(at('v.h5'), 'a', libver='latest') as f:
        h5py.h5d.create(f.id, b'3 offset', h5py.h5t.NATIVE_INT32, h5py.h5s.create_simple((10, 26)), dcpl)
    source(at('src%.h5'), 'd', data + 5000)
    virtual(at('v.h5'), (10, 26), [(left, 'src%%.h5', 'd', (10, 26), left)], path='4 one mapping', fill=-1)
    virtual(at('v.h5'), (10, 26), [([slab((1, 4, 2, 1), (2, 6, 4, 2))], 'src.h5', 'src_dset', (10, 26), [slab((0, 2, 5, 2), (1, 4, 6, 3))])], path='5 both sides', fill=-1)
    checker = [slab((0, 5, 2, 1), (0, 13, 2, 1)), slab((1, 5, 2, 1), (1, 13, 2, 1))]
    stripes = [slab((0, 5, 2, 1), (0, 1, 1, 26))]
    virtual(at('v.h5'), (10, 26), [(checker, 'src.h5', 'src_dset', (10, 26), stripes)], path='6 checkerboard', fill=-1)
    other = [slab((0, 5, 2, 1), (1, 13, 2, 1)), slab((1, 5, 2, 1), (0, 13, 2, 1))]
    virtual(at('v.h5'), (10, 26), [(checker, 'src.h5', 'src_dset', (10, 26), stripes), (other, 'src.h5', 'src_dset', (10, 26), [slab((1, 5, 2, 1), (0, 1, 1, 26))])], path='6 both colours')
    source(at('src.h5'), 'cube', np.arange(4 * 4 * 4, dtype='i4').reshape(4, 4, 4), chunks=(2, 3, 4))
    whole = lambda n: (0, 1, 1, n)
    virtual(at('v.h5'), (3, 4, 4, 4), [([slab((0, 1, 1, 1), whole(4), whole(4), whole(4))], 'src.h5', 'cube', (4, 4, 4), None),
                                       ([slab((2, 1, 1, 1), whole(4), (0, 2, 2, 1), whole(4))], 'src.h5', 'cube', (4, 4, 4), [slab((0, 2, 2, 1), whole(4), whole(4))])], path='7 four axes', fill=-1)
    for path in ('1 all', '2 two sources', '2 copied', '3 offset', '4 one mapping', '5 both sides', '6 checkerboard', '6 both colours', '7 four axes'):
        reading(name, path=path)
    reading(name, file='copy.h5')
    for path in ('2 two sources', '5 both sides', '6 checkerboard', '6 both colours'):
        for key, text in ((np.s_[2:9, 5:20], '2:9, 5:20'), (np.s_[1::3, ::5], '1::3, ::5'), (np.s_[4, :], '4, :'), (np.s_[:, [0, 3, 12, 13, 25]], ':, [0, 3, 12, 13, 25]')):
            reading(name, path=path, key=key, slices=text)
    here = step(name)
    os.rename(os.path.join(here, 'src2.h5'), os.path.join(here, 'gone.h5'))
    reading(here, path='2 two sources')

basic('basic io')

# HDF5, test_unlim.

def grow(file, path, n, base, axis=0, width=10):
    with h5py.File(file, 'a') as f:
        d = f[path]
        old = d.shape[axis]
        d.resize(n, axis=axis)
        if n > old:
            where = tuple(slice(old, n) if i == axis else slice(None) for i in range(2))
            d[where] = np.arange(d[where].size).reshape(d[where].shape) + base

def unlim(name, maps, shape, maxshape, sources):
    at = start(name)
    for k, (file, axis) in enumerate(sources):
        with h5py.File(at(file), 'w', libver='latest') as f: f.create_dataset('d', (10, 5), 'i4', data=np.arange(50).reshape(10, 5) + 100 * k, maxshape=(None, None), chunks=(4, 3))
    virtual(at('v.h5'), shape, maps, fill=-1, maxshape=maxshape)
    def both():
        here = step(name)
        for view in (1, 0):
            reading(here, view=view)
        with h5py.File(at('v.h5'), 'r') as f: n = f['v'].shape
        reading(here, key=np.s_[3:7], slices='3:7')
    both()
    grow(at(sources[0][0]), 'd', 15 if sources[0][1] == 0 else 9, 1000, sources[0][1])
    both()
    for file, axis in sources[1:]: grow(at(file), 'd', 15 if axis == 0 else 9, 2000, axis)
    both()
    grow(at(sources[-1][0]), 'd', 20 if sources[-1][1] == 0 else 12, 3000, sources[-1][1])
    both()

half = lambda k: (5 * k, 1, 1, 5)
unlim('unlimited, side by side', [([slab((0, U, 1, 1), half(k))], 's%d.h5' % k, 'd', (10, 5), [slab((0, U, 1, 1), (0, 1, 1, 5))]) for k in (0, 1)], (10, 10), (U, 10), [('s0.h5', 0), ('s1.h5', 0)])
unlim('unlimited, interleaved', [([slab((0, 1, 1, 10), (k, U, 2, 1))], 's%d.h5' % k, 'd', (10, 5), [slab((0, 1, 1, 10), (0, U, 1, 1))]) for k in (0, 1)], (10, 10), (10, U), [('s0.h5', 1), ('s1.h5', 1)])
unlim('unlimited, three interleaved two wide', [([slab((0, 1, 1, 10), (2 * k, U, 6, 2))], 's%d.h5' % k, 'd', (10, 5), [slab((0, 1, 1, 10), (0, U, 1, 1))]) for k in (0, 1, 2)], (10, 15), (10, U), [('s0.h5', 1), ('s1.h5', 1), ('s2.h5', 1)])
unlim('unlimited, offset', [([slab((0, 1, 1, 10), (3 * k + 1, U, 6, 2))], 's%d.h5' % k, 'd', (10, 5), [slab((0, 1, 1, 10), (k, U, 1, 1))]) for k in (0, 1)], (10, 15), (10, U), [('s0.h5', 1), ('s1.h5', 1)])

def set_by_hand(name):
    at = start(name)
    source(at('s.h5'), 'd', np.arange(50, dtype='i4').reshape(10, 5), maxshape=(None, 5), chunks=(4, 5))
    virtual(at('v.h5'), (10, 5), [([slab((0, U, 1, 1), (0, 1, 1, 5))], 's.h5', 'd', (10, 5), [slab((0, U, 1, 1), (0, 1, 1, 5))])], maxshape=(U, 5))
    for n in (4, 18):
        with h5py.File(at('v.h5'), 'a') as f: f['v'].id.set_extent((n, 5))
        reading(step(name))

set_by_hand('unlimited, extent set by hand')

# HDF5, test_printf.

def series(name, maps, shape, maxshape, made):
    """made: what appears in each step: file, path, data."""
    at = start(name)
    virtual(at('v.h5'), shape, maps, fill=-1, maxshape=maxshape)
    for new in [[]] + made:
        for file, path, data in new: source(at(file), path, data)
        here = step(name)
        for view, gap in ((1, 0), (1, 1), (1, 3), (0, 0)): reading(here, view=view, gap=gap)

def block(k, shape=(10, 5)): return np.arange(int(np.prod(shape)), dtype='i4').reshape(shape) + 100 * (k + 1)

wide = [([slab((0, 1, 1, 10), (0, U, 5, 5))], 's.h5', 'd%b', (10, 5), None)]
with_file = lambda k: [('s.h5', 'd%d' % k, block(k))]
series('numbered, datasets', wide, (10, 5), (10, U), [with_file(0), with_file(1), with_file(3), with_file(2)])
series('numbered, one wide, %', [([slab((0, 1, 1, 10), (0, U, 1, 1))], 's%%.h5', 'd%b', (10, 1), None)], (10, 10), (10, U), [[('s%.h5', 'd%d' % k, block(k, (10, 1)))] for k in (0, 2, 5, 1)])
series('numbered, files', [([slab((0, 1, 1, 10), (0, U, 5, 5))], 's%b.h5', 'd', (10, 5), None)], (10, 5), (10, U), [[('s%d.h5' % k, 'd', block(k))] for k in (1, 0, 2)])
series('numbered, files and datasets, %', [([slab((0, 1, 1, 10), (0, U, 5, 5))], '%%s%b.h5', '%%%bd%b', (10, 5), None)], (10, 5), (10, U), [[('%%s%d.h5' % k, '%%%dd%d' % (k, k), block(k))] for k in (0, 1)])
series('numbered, two interleaved', [([slab((0, 1, 1, 10), (0, U, 10, 5))], 's.h5', '%%a%b', (10, 10), [slab((0, 1, 1, 10), (0, 1, 1, 5))]), ([slab((0, 1, 1, 10), (5, U, 10, 5))], 's.h5', 'b%b', (10, 10), [slab((0, 1, 1, 10), (5, 1, 1, 5))])],
       (10, 10), (10, U), [[('s.h5', '%a0', block(0, (10, 10)))], [('s.h5', 'b0', block(1, (10, 10)))], [('s.h5', 'b1', block(2, (10, 10)))], [('s.h5', '%a1', block(3, (10, 10)))]])
series('numbered, two side by side', [([slab((0, 1, 1, 5), (0, U, 5, 5))], 's.h5', 'a%b', (5, 5), None), ([slab((5, 1, 1, 5), (0, U, 10, 10))], 's.h5', 'b%b', (5, 10), None)],
       (10, 10), (10, U), [[('s.h5', 'a0', block(0, (5, 5)))], [('s.h5', 'b0', block(1, (5, 10)))], [('s.h5', 'a1', block(2, (5, 5))), ('s.h5', 'a2', block(3, (5, 5)))]])
series('numbered, many', wide, (10, 5), (10, U), [[('s.h5', 'd%d' % k, block(k)) for k in range(40)]])

# HDF5, test_all.

def everything(name):
    at = start(name)
    for file, shape, chunks in (('fixed.h5', (3, 3), None), ('unlim.h5', (3, 3), (2, 2)), ('d0.h5', (3, 3), None)):
        with h5py.File(at(file), 'w', libver='latest') as f:
            if file != 'd0.h5': f.create_dataset('d', data=np.arange(9, dtype='i4').reshape(3, 3) + 10 * len(file), chunks=chunks, maxshape=(3, None) if chunks else None)
    virtual(at('v.h5'), (6, 6), [([slab((0, 1, 1, 3), (0, 1, 1, 3))], 'fixed.h5', 'd', (3, 3), None), ([slab((3, 1, 1, 3), (3, U, 1, 1))], 'unlim.h5', 'd', (3, 3), [slab((0, 1, 1, 3), (0, U, 1, 1))]),
                                 ([slab((0, 1, 1, 2), (4, U, 2, 1))], 'd%b.h5', 'd', (1, 2), None)], fill=-1, maxshape=(10, 10))
    def all_views():
        here = step(name)
        for view, gap in ((1, 0), (1, 1)): reading(here, view=view, gap=gap)
    all_views()
    with h5py.File(at('unlim.h5'), 'a') as f: f['d'].resize(5, axis=1); f['d'][:, 3:] = 77
    all_views()
    with h5py.File(at('d0.h5'), 'a') as f: f['d'] = np.array([[501, 502]], 'i4')
    all_views()
    source(at('d1.h5'), 'd', np.array([[601, 602]], 'i4'), chunks=(1, 2))
    all_views()
    source(at('d2.h5'), 'd', np.array([[701, 702]], 'i4'))
    all_views()

everything('fixed, unlimited and numbered')

# HDF5, the SWMR tests, when the writers have written some.

def swmr(name):
    at = start(name)
    maps, row = [], 0
    for i in range(6):
        height = 2 if i % 2 == 0 else 4
        planes = 25 - i
        kw = dict(compression='gzip', compression_opts=7) if i % 2 == 0 else {}
        source(at('%c.h5' % (97 + i)), '%c' % (65 + i), np.full((planes, height, 8), 10 * i, 'i4') + np.arange(planes, dtype='i4')[:, None, None], maxshape=(None, height, 8), chunks=(1, height, 8), fillvalue=-i - 1, **kw)
        maps.append(([slab((0, U, 1, 1), (row, 1, 1, height), (0, 1, 1, 8))], '%c.h5' % (97 + i), '%c' % (65 + i), (1, height, 8), [slab((0, U, 1, 1), (0, 1, 1, height), (0, 1, 1, 8))]))
        row += height
    virtual(at('v.h5'), (1, 18, 8), maps, fill=-9, maxshape=(U, 18, 8))
    for view in (1, 0): reading(name, view=view)

swmr('six writers')

# HDF5's examples, with the views and gaps that its tools are tested with.

def maxmin(name):
    at = start(name)
    maps = []
    for k in range(4):
        source(at('%d.h5' % k), 'd', np.full((5 + k, 4), k + 1, 'i4'), maxshape=(None, 4), chunks=(4, 4))
        maps.append(([slab((k, U, 4, 1), (0, 1, 1, 4))], '%d.h5' % k, 'd', (1, 4), [slab((0, U, 1, 1), (0, 1, 1, 4))]))
    virtual(at('v.h5'), (20, 4), maps, fill=-1, maxshape=(U, 4))
    for view in (1, 0): reading(name, view=view)

maxmin('percival, longest and shortest')

def eiger_series(name):
    at = start(name)
    for k in (0, 3): source(at('f-%d.h5' % k), 'A', np.full((5, 4, 4), k, 'i4'))
    virtual(at('v.h5'), (5, 4, 4), [([slab((0, U, 5, 5), (0, 1, 1, 4), (0, 1, 1, 4))], 'f-%b.h5', 'A', (5, 4, 4), None)], fill=-1, maxshape=(U, 4, 4))
    for gap in (0, 1, 2): reading(name, gap=gap)

eiger_series('eiger, series with a gap')

# HDF5 2, the tests of its spatial index.

def spatial(name):
    at = start(name)
    source(at('s.h5'), 'd', np.arange(9000, dtype='i4'))
    rng = np.random.default_rng(1)
    maps, to = [], rng.permutation(9000)
    for i in range(0, 9000, 3):
        maps.append(([slab((i, 1, 1, 3))], 's.h5', 'd', (9000,), [slab((int(to[i]) // 3 * 3, 1, 1, 3))]))
    virtual(at('v.h5'), (9000,), maps)
    reading(name)
    reading(name, key=np.s_[5:5], slices='5:5')
    reading(name, key=np.s_[4321:4500:7], slices='4321:4500:7')

spatial('3000 mappings')

print(json.dumps(readings))
