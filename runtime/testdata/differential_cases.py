# The random virtual datasets of differential.py, and their sources.
import os
import numpy as np, h5py

from differential_selections import *

NUMBERS = ['i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f4', 'f8', '>i2', '>u4', '>f8', '>i8']


class Case:
    def __init__(self, folder, seed, number):
        self.rng = np.random.default_rng([seed, number])
        self.number = number
        self.folder = folder
        self.sources = {}
        self.files = 0

    def pick(self, *choices):
        return choices[self.rng.integers(len(choices))]

    def chance(self, p):
        return self.rng.random() < p

    def upto(self, low, high):
        return int(self.rng.integers(low, high + 1))

    # Shapes and selections.

    def shape(self, rank, most):
        """A shape of at most most elements."""
        while True:
            top = {0: 1, 1: 60, 2: 14, 3: 8, 4: 5, 5: 4}[rank]
            shape = tuple(self.upto(1, top) for _ in range(rank))
            if self.chance(.02) and rank:
                shape = (0,) + shape[1:]
            if np.prod(shape, dtype=int) <= most:
                return shape

    def dim(self, extent):
        start = int(self.rng.integers(extent))
        if self.chance(.25):
            return start, 1, 1, 1
        if self.chance(.2):
            return 0, 1, 1, extent
        block = self.upto(1, min(4, extent - start)) if self.chance(.4) else 1
        stride = self.upto(block, block + 3)
        count = self.upto(1, (extent - start - block) // stride + 1)
        return start, stride, count, block

    def within(self, shape):
        """Any selection of a shape."""
        while True:
            s = self.any_within(shape)
            if s.kind != 'irregular' or stored_right(s, shape):
                return s

    def any_within(self, shape):
        roll = self.rng.random()
        if roll < .03:
            return Selection('none')
        if roll < .08 or len(shape) == 0:
            return Selection('all')
        if 0 in shape:
            return Selection('none')
        if roll < .75:
            return Selection('regular', [self.dim(n) for n in shape])
        return Selection('irregular', boxes=[[self.dim(n) for n in shape] for _ in range(self.upto(2, 4))])

    def factors(self, n, rank):
        """Lengths of rank axes with the product n."""
        lengths = [1] * rank
        for p in primes(n):
            lengths[self.rng.integers(rank)] *= p
        return lengths

    def of_count(self, n, like=None):
        """A shape, and a selection of it that has n elements. like: lengths that are tried as they are."""
        if n == 0:
            return self.shape(self.upto(1, 3), 200), Selection('none')
        roll = self.rng.random()
        if n == 1 and roll < .1:
            return (), Selection('all')
        lengths = list(like) if like is not None and len(like) and self.chance(.5) else self.factors(n, self.upto(1, 5))
        if roll < .3:
            return tuple(lengths), Selection('all')
        if roll < .85 or n > 80:
            dims, shape = [], []
            for length in lengths:
                start = self.upto(0, 2)
                blocks = [b for b in range(1, length + 1) if length % b == 0]
                block = self.pick(*blocks) if self.chance(.4) else self.pick(1, length)
                stride = block + self.upto(0, 2)
                count = length // block
                dims.append((start, stride, count, block))
                shape.append(start + stride * (count - 1) + block + self.upto(0, 2))
            if np.prod(shape, dtype=int) <= 6000:
                return tuple(shape), Selection('regular', dims)
            return tuple(lengths), Selection('all')
        # Scattered elements, as runs along the last axis.
        rank = self.upto(1, 3)
        while True:
            shape = tuple(self.upto(1, {1: 200, 2: 16, 3: 8}[rank]) for _ in range(rank))
            if np.prod(shape) >= n:
                break
        mask = np.zeros(int(np.prod(shape)), bool)
        mask[self.rng.permutation(mask.size)[:n]] = True
        boxes = []
        for cell in np.argwhere(mask.reshape(shape)):
            if boxes and list(boxes[-1][:-1]) == [(int(c), 1, 1, 1) for c in cell[:-1]] and boxes[-1][-1][0] + boxes[-1][-1][3] == cell[-1]:
                start, _, _, length = boxes[-1][-1]
                boxes[-1][-1] = (start, 1, 1, length + 1)
            else:
                boxes.append([(int(c), 1, 1, 1) for c in cell])
        return shape, Selection('irregular', boxes=boxes)

    # Sources.

    def data(self, shape, dtype):
        dtype = np.dtype(dtype)
        if dtype.names:
            a = np.zeros(shape, dtype)
            for name in dtype.names:
                a[name] = self.data(shape, dtype[name])
            return a
        if dtype.kind == 'S':
            return np.array(['%d' % x for x in self.rng.integers(0, 10 ** 6, int(np.prod(shape, dtype=int)))], 'S8').reshape(shape).astype(dtype)
        if h5py.check_enum_dtype(dtype) or dtype.kind == 'b':
            return self.rng.integers(0, 2, shape).astype(dtype)
        if dtype.kind == 'f':
            a = self.rng.normal(0, self.pick(3, 300, 1e5 if dtype.itemsize > 2 else 300), shape)
            return a.astype(dtype)
        info = np.iinfo(dtype)
        low, high = (info.min, info.max) if self.chance(.3) else (max(info.min, -100), min(info.max, 3000))
        return self.rng.integers(low, high, shape, dtype=dtype.newbyteorder('='), endpoint=True).astype(dtype)

    def storage(self, shape):
        if len(shape) == 0 or 0 in shape or self.chance(.4):
            return {}
        kw = {'chunks': tuple(self.upto(1, n) for n in shape)}
        roll = self.rng.random()
        if roll < .3:
            kw.update(compression='gzip', shuffle=self.chance(.5))
        elif roll < .4:
            kw.update(fletcher32=True)
        if self.chance(.3):
            kw['maxshape'] = tuple(None if self.chance(.5) else n + 3 for n in shape)
        return kw

    def source_type(self, dtype, whole=False):
        """A type that can be converted to another; whole: with all of its members."""
        dtype = np.dtype(dtype)
        if dtype.names:
            names = list(dtype.names)
            self.rng.shuffle(names)
            if len(names) > 1 and not whole and self.chance(.3):
                names = names[1:]
            return np.dtype([(n, self.pick(*NUMBERS[:12])) for n in names] + ([('other', 'u1')] if 'other' not in names and self.chance(.3) else []))
        if dtype.kind == 'S':
            return np.dtype('S%d' % self.upto(1, 9))
        if h5py.check_enum_dtype(dtype) or dtype.kind == 'b':
            return dtype
        return dtype if self.chance(.5) else np.dtype(self.pick(*NUMBERS))

    def write(self, f, path, shape, dtype):
        """A dataset, wholly or half or not written."""
        fill = self.data((), dtype)[()] if self.chance(.5) and not np.dtype(dtype).names and np.dtype(dtype).kind != 'S' and not h5py.check_enum_dtype(dtype) and np.dtype(dtype).kind != 'b' else None
        d = f.create_dataset(path, shape, dtype, fillvalue=fill, **self.storage(shape))
        roll = self.rng.random()
        if roll < .8 or len(shape) == 0:
            if int(np.prod(shape, dtype=int)):
                d[...] = self.data(shape, dtype)
        elif roll < .93 and shape[0] > 1:
            d[:shape[0] // 2] = self.data((shape[0] // 2,) + shape[1:], dtype)

    def new_name(self):
        self.files += 1
        return self.pick('s%d.h5', 'sub/s%d.h5', '100%% s%d.h5') % self.files

    def make_source(self, shape, dtype, depth=0):
        """Makes a source and returns its stored name, its path, and where it can be read: None if nowhere."""
        for known in self.sources.get((tuple(shape), str(dtype)), []):
            if self.chance(.5):
                return known
        roll = self.rng.random()
        path = self.pick('d', '/g/d', 'g/h/data')
        if roll < .1:  # in the file of the virtual dataset
            path = 'own%d' % self.files
            self.files += 1
            with h5py.File(self.at('v.h5'), 'a', libver='latest') as f:
                self.write(f, path, shape, dtype)
            made = ('.', path, ('v.h5', path))
        elif roll < .18:
            made = self.missing(path)
        elif roll < .3 and depth < 2 and len(shape) and 0 not in shape:
            made = self.nested(shape, dtype, path, depth)
        else:
            name = self.new_name()
            os.makedirs(os.path.dirname(self.at(name)) or '.', exist_ok=True)
            with h5py.File(self.at(name), 'w', libver=self.pick('earliest', 'latest')) as f:
                self.write(f, path, shape, dtype)
                if self.chance(.1):
                    f['soft'] = h5py.SoftLink('/' + path.strip('/'))
                    path = 'soft'
            made = (name.replace('%', '%%'), path, (name, path))
        if depth == 0:
            self.sources.setdefault((tuple(shape), str(dtype)), []).append(made)
        return made

    def missing(self, path):
        name = self.new_name()
        full = self.at(name)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        kind = self.pick('file', 'dataset', 'text', 'folder', 'truncated', 'group', 'dangling')
        if kind == 'text':
            open(full, 'w').write('no HDF5 ' * 100)
        elif kind == 'folder':
            os.makedirs(full)
        elif kind != 'file':
            with h5py.File(full, 'w') as f:
                f['other'] = np.arange(100)
                if kind == 'group':
                    f.create_group(path)
                elif kind == 'dangling':
                    f[path] = h5py.SoftLink('/nowhere')
            if kind == 'truncated':
                os.truncate(full, os.path.getsize(full) // 2)
        return name.replace('%', '%%'), path, None

    def nested(self, shape, dtype, path, depth):
        """A source that is virtual itself: parts of others side by side along axis 0, in a folder of its own."""
        self.files += 1
        name = 'n%d/v.h5' % self.files
        os.makedirs(self.at('n%d' % self.files), exist_ok=True)
        layout = h5py.VirtualLayout(shape, dtype)
        cut = self.upto(0, shape[0])
        for low, high in ((0, cut), (cut, shape[0])):
            if low == high or self.chance(.1):
                continue
            part = (high - low,) + tuple(shape[1:])
            if self.chance(.2) and depth < 1:
                inner = 'n%d/deep%d.h5' % (self.files, low)
                with h5py.File(self.at(inner), 'w') as f:
                    self.write(f, 'x', part, self.source_type(dtype, True))
                middle = h5py.VirtualLayout(part, dtype)
                middle[...] = h5py.VirtualSource(os.path.basename(inner), 'x', shape=part)
                with h5py.File(self.at('n%d/middle%d.h5' % (self.files, low)), 'w', libver='latest') as f:
                    f.create_virtual_dataset('x', middle)
                layout[low:high] = h5py.VirtualSource('middle%d.h5' % low, 'x', shape=part)
                continue
            with h5py.File(self.at('n%d/p%d.h5' % (self.files, low)), 'w') as f:
                self.write(f, 'x', part, self.source_type(dtype, True))
            layout[low:high] = h5py.VirtualSource('p%d.h5' % low, 'x', shape=part)
        with h5py.File(self.at(name), 'w', libver='latest') as f:
            f.create_virtual_dataset(path, layout, fillvalue=None if np.dtype(dtype).names or np.dtype(dtype).kind == 'S' else self.data((), dtype)[()])
        return name, path, (name, path)

    def at(self, name):
        return os.path.join(self.folder, name)

    # Virtual datasets.

    def element_type(self):
        roll = self.rng.random()
        if roll < .8:
            return np.dtype(self.pick(*NUMBERS))
        if roll < .87:
            return np.dtype([('x', 'f4'), ('n', 'i8'), ('flag', 'u1')])
        if roll < .94:
            return np.dtype('S%d' % self.upto(1, 8))
        return np.dtype(bool) if self.chance(.5) else h5py.enum_dtype({'red': 0, 'green': 1}, 'i2')

    def fixed(self):
        """A virtual dataset of a fixed shape."""
        rank = self.upto(1, 5) if self.chance(.97) else 0
        many = self.chance(.15) and rank
        shape = self.shape(rank, 2000 if many else 800)
        dtype = self.element_type()
        count = self.upto(20, 200) if many else self.upto(1, 8)
        overlapping = self.chance(.3)
        used = np.zeros(int(np.prod(shape, dtype=int)), bool)
        self.maps = []
        for _ in range(count):
            virtual = self.within(shape)
            if many and virtual.kind == 'regular' and self.chance(.7):
                virtual.dims = [(s, t, 1, b) for s, t, c, b in virtual.dims]
            cells = numbers(virtual.coordinates(shape), shape)
            if not overlapping and used[cells].any():
                continue
            used[cells] = True
            lengths = None
            if virtual.kind == 'regular':
                lengths = [d[2] * d[3] for d in virtual.dims]
            n = len(cells)
            if virtual.kind == 'all' and 0 in shape:
                continue
            source_shape, source = self.of_count(n, lengths)
            real = source_shape
            if source.kind in ('regular', 'irregular') and self.chance(.06):
                real = tuple(max(1, m - self.upto(0, 2)) for m in source_shape)
            elif source.kind in ('regular', 'irregular') and self.chance(.1):
                real = tuple(m + self.upto(0, 3) for m in source_shape)
            file, path, found = self.make_source(real, self.source_type(dtype))
            self.maps.append(dict(virtual=virtual, source=source, declared=source_shape, file=file, path=path, found=found, number=len(self.maps)))
        self.shape_, self.maxshape, self.dtype, self.view, self.gap = shape, None, dtype, 1, 0
        self.create()
        self.parts = [dict(m, cells=m['virtual'], taken=m['source']) for m in self.maps]
        self.expected_shape = shape
        self.below_floor, self.library_shape = False, shape
        return True

    def create(self):
        dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        dcpl.set_layout(h5py.h5d.VIRTUAL)
        self.fill = None
        if self.chance(.7) and self.dtype.kind != 'S':
            self.fill = self.data((), self.dtype)
            dcpl.set_fill_value(np.asarray(self.fill, self.dtype))
        for m in self.maps:
            unlimited = tuple(U for _ in self.shape_) if self.maxshape else None
            v = m['virtual'].space(self.shape_, unlimited)
            s = m['source'].space(m['declared'], tuple(U for _ in m['declared']) if m.get('grows') else None)
            dcpl.set_virtual(v, m['file'].encode(), m['path'].encode(), s)
        with h5py.File(self.at('v.h5'), 'a', libver='latest') as f:
            space = h5py.h5s.create_simple(self.shape_, self.maxshape or self.shape_) if len(self.shape_) else h5py.h5s.create(h5py.h5s.SCALAR)
            h5py.h5d.create(f.id, b'v', h5py.h5t.py_create(self.dtype, logical=True), space, dcpl)

    def growing(self):
        """A virtual dataset with an unlimited axis: growing sources, numbered series, and fixed parts, side by side or interleaved."""
        rank = self.upto(1, 3)
        axis = int(self.rng.integers(rank))
        others = [self.upto(1, 4) for _ in range(rank)]
        dtype = np.dtype(self.pick(*NUMBERS))
        self.view = self.pick(1, 1, 0)
        self.gap = self.pick(0, 0, 1, 3)
        groups = self.upto(1, 4)
        width = self.upto(1, 3)
        block = self.upto(1, width)
        self.maps = []
        self.dtype = dtype
        start = self.upto(0, 2)
        split = None
        across = [i for i in range(rank) if i != axis]
        if across and self.chance(.3):
            split = self.pick(*across)
            others[split] = max(2, others[split])
        for k in range(groups):
            dims = [(0, 1, 1, n) for n in others]
            if split is not None:
                half = others[split] // 2
                dims[split] = (0, 1, 1, half) if k % 2 == 0 else (half, 1, 1, others[split] - half)
            dims[axis] = (start + k * width, groups * width, U, block)
            if groups == 1 and self.chance(.3):
                dims[axis] = (start, 1, 1, U)
            if groups == 1 and block == width and self.chance(.5):
                dims[axis] = (start, block, U, block)
            if any(d[3] == 0 for i, d in enumerate(dims) if i != axis):
                continue
            if self.chance(.35) and dims[axis][3] != U:
                self.series(k, dims, axis)
            else:
                self.endless(k, dims, axis)
        if self.chance(.3):
            dims = [(0, 1, 1, n) for n in others]
            low = self.upto(0, 12)
            dims[axis] = (low, 1, 1, self.upto(1, 4))
            n = int(np.prod([d[3] for d in dims]))
            shape, source = self.of_count(n)
            file, path, found = self.make_source(shape, self.source_type(dtype))
            self.maps.append(dict(virtual=Selection('regular', dims), source=source, declared=shape, file=file, path=path, found=found, number=len(self.maps)))
        if not self.maps:
            return False
        floor = [0] * rank
        for m in self.maps:
            for i, d in enumerate(m['virtual'].dims):
                if d[2] != U and d[3] != U:
                    floor[i] = max(floor[i], int(axis_of(d)[-1]) + 1)
        self.shape_ = tuple(max(f, others[i] if i != axis else self.upto(0, 3)) for i, f in enumerate(floor))
        self.maxshape = tuple(U for _ in others)
        self.create()
        self.grow_model(axis, floor)
        return True

    def endless(self, k, dims, axis):
        """A mapping of a source that grows."""
        across = int(np.prod([d[2] * d[3] for i, d in enumerate(dims) if i != axis], dtype=int))
        lengths = [d[2] * d[3] for i, d in enumerate(dims) if i != axis]
        where = axis
        if self.chance(.3 if self.view else .05):
            lengths = self.factors(across, self.upto(1, 2))
            where = int(self.rng.integers(len(lengths) + 1))
        where = min(where, len(lengths))
        extent = self.upto(0, 9)
        source = [(0, 1, 1, n) for n in lengths]
        sblock = self.upto(1, 3)
        grows = self.pick((self.upto(0, 2), 1, U, 1), (0, 1, U, 1), (self.upto(0, 2), 1, 1, U), (self.upto(0, 1), sblock + self.upto(0, 2), U, sblock))
        source.insert(where, grows)
        real = list(lengths)
        real.insert(where, extent)
        declared = list(lengths)
        declared.insert(where, 1)
        name = 'e%d.h5' % k
        found = None
        if not self.chance(.12):
            with h5py.File(self.at(name), 'w', libver='latest') as f:
                kw = dict(maxshape=tuple(None if i == where else n for i, n in enumerate(real)), chunks=tuple(max(1, min(n, 3)) for n in real)) if extent == 0 or self.chance(.7) else {}
                d = f.create_dataset('d', real, self.source_type(self.dtype), fillvalue=5, **kw)
                if extent:
                    d[...] = self.data(real, d.dtype)
            found = (name, 'd')
        self.maps.append(dict(virtual=Selection('regular', dims), source=Selection('regular', source), declared=tuple(declared), file=name, path='d', found=found, number=len(self.maps),
                              grows=where, extent=extent if found else None, axis=axis))

    def series(self, k, dims, axis):
        """A mapping of a numbered series."""
        n = int(np.prod([d[3] if i == axis else d[2] * d[3] for i, d in enumerate(dims)], dtype=int))
        shape, source = self.of_count(n, [d[3] if i == axis else d[2] * d[3] for i, d in enumerate(dims)])
        in_file = self.chance(.3)
        dtype = self.source_type(self.dtype)
        exists = {}
        for j in range(self.upto(0, 5)):
            if self.chance(.25):
                continue
            name, path = ('q%d.h5' % k, 'd%d' % j) if in_file else ('q%d_%d.h5' % (k, j), 'd')
            with h5py.File(self.at(name), 'a') as f:
                self.write(f, path, shape, dtype)
            exists[j] = (name, path)
        file, path = ('q%d.h5' % k, 'd%b') if in_file else ('q%d_%%b.h5' % k, 'd')
        self.maps.append(dict(virtual=Selection('regular', dims), source=source, declared=shape, file=file, path=path, found=None, series=exists, number=len(self.maps), axis=axis))

    # The model of growing datasets.

    def grow_model(self, axis, floor):
        first_missing = self.view == 0
        gap = 0 if first_missing else self.gap
        extent = library = None
        for m in self.maps:
            if 'axis' not in m:
                continue
            dim = m['virtual'].dims[axis]
            if 'series' in m:
                blocks, j = 0, 0
                while j <= gap + blocks:
                    if j in m['series']:
                        blocks = j + 1
                    j += 1
                m['blocks'] = blocks
                start, stride, _, block = dim
                clip = 0 if blocks == 0 else start + blocks * stride if first_missing else start + (blocks - 1) * stride + block
            else:
                m['slices'] = slices_of(m['source'].dims[m['grows']], m['extent'] or 0)
                clip = extent_of(dim, m['slices'], first_missing) if m['extent'] is not None else 0
            m['clip'] = clip
            theirs = clip
            if m.get('extent') is not None and part_of_first_block(m['source'].dims[m['grows']], m['extent']):
                m['whole_block'] = m['source'].dims[m['grows']][3]
                theirs = extent_of(dim, m['whole_block'], first_missing)
            library = theirs if library is None else min(library, theirs) if first_missing else max(library, theirs)
            extent = clip if extent is None else min(extent, clip) if first_missing else max(extent, clip)
        shape = list(self.shape_)
        if extent is not None:
            shape[axis] = max(extent, floor[axis])
        self.library_shape = tuple(shape[:axis]) + (max(library, floor[axis]),) + tuple(shape[axis + 1:])
        self.expected_shape = tuple(shape)
        self.below_floor = first_missing and extent is not None and floor[axis] > extent
        self.parts = []
        for m in self.maps:
            if 'axis' not in m:
                self.parts.append(dict(m, cells=m['virtual'], taken=m['source']))
            elif 'series' in m:
                start, stride, _, block = m['virtual'].dims[axis]
                for j in range(m['blocks']):
                    if start + j * stride >= shape[axis]:
                        break  # one that a fixed mapping's end cuts off is there as far as the dataset reaches
                    dims = list(m['virtual'].dims)
                    dims[axis] = (start + j * stride, 1, 1, block)
                    self.parts.append(dict(m, cells=Selection('regular', dims), taken=m['source'], found=m['series'].get(j), block=j))
            else:
                n = min(m['slices'], slices_of(m['virtual'].dims[axis], shape[axis]))
                if m['extent'] is None:
                    n = slices_of(m['virtual'].dims[axis], shape[axis])
                self.parts.append(dict(m, cells=ended(m['virtual'], axis, n), taken=ended(m['source'], m['grows'], n)))
