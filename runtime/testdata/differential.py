# Makes random virtual datasets with h5py, reads random slices of them with libhdf5, and prints both as JSON, a line a dataset.
#
#   differential.py FOLDER SEED FIRST COUNT
#
# Dataset number n of a seed is the same whatever FIRST is. What each element should be is computed besides by a model of the rules: an
# element by element evaluation of the mappings with NumPy, in which the only thing that libhdf5 does is to read plain sources and to convert types. Where
# the two differ, one of RULES (docs/differences.md) must say why: then the model's value is what is expected, else the line has "unexplained".
import base64, json, os, pickle, resource, sys
import numpy as np, h5py
from h5py._hl import selections

U = h5py.h5s.UNLIMITED
SLICES = 16  # of each dataset
SENTINEL = 0xA7  # what the memory of a read holds before it
NUMBERS = ['i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f4', 'f8', '>i2', '>u4', '>f8', '>i8']
MEMORY = ['i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f4', 'f8']


class Selection:
    """A selection by its kind, as libhdf5 takes it and as coordinates."""

    def __init__(self, kind, dims=None, boxes=None):
        self.kind, self.dims, self.boxes = kind, dims, boxes

    def coordinates(self, shape):
        """The selected coordinates in their order, as an array of (elements, rank)."""
        if self.kind == 'none':
            return np.zeros((0, len(shape)), int)
        if self.kind == 'all':
            return grid([np.arange(n) for n in shape])
        if self.kind == 'regular':
            return grid([axis_of(d) for d in self.dims])
        cells = np.concatenate([grid([axis_of(d) for d in box]) for box in self.boxes])
        return np.unique(cells, axis=0)

    def space(self, shape, maxshape=None):
        space = h5py.h5s.create_simple(shape, maxshape or shape) if len(shape) else h5py.h5s.create(h5py.h5s.SCALAR)
        if self.kind == 'none':
            space.select_none()
        elif self.kind == 'regular':
            space.select_hyperslab(*(tuple(d[i] for d in self.dims) for i in (0, 2, 1, 3)))
        elif self.kind == 'irregular':
            for n, box in enumerate(self.boxes):
                op = h5py.h5s.SELECT_OR if n else h5py.h5s.SELECT_SET
                space.select_hyperslab(*(tuple(d[i] for d in box) for i in (0, 2, 1, 3)), op=op)
        return space


def grid(axes):
    if not axes:
        return np.zeros((1, 0), int)
    return np.stack([g.ravel() for g in np.meshgrid(*axes, indexing='ij')], axis=1).astype(int)


def axis_of(dim):
    """The coordinates of start, stride, count, block."""
    start, stride, count, block = dim
    return (start + stride * np.arange(count)[:, None] + np.arange(block)[None, :]).ravel()


def numbers(coordinates, shape):
    """Row-major numbers of coordinates; -1 for those outside."""
    if len(shape) == 0:
        return np.zeros(len(coordinates), int)
    inside = (coordinates < np.array(shape)).all(axis=1)
    out = np.full(len(coordinates), -1)
    out[inside] = np.ravel_multi_index(tuple(coordinates[inside].T), shape)
    return out


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
                    if start + j * stride + block > shape[axis]:
                        break
                    dims = list(m['virtual'].dims)
                    dims[axis] = (start + j * stride, 1, 1, block)
                    self.parts.append(dict(m, cells=Selection('regular', dims), taken=m['source'], found=m['series'].get(j), block=j))
            else:
                n = min(m['slices'], slices_of(m['virtual'].dims[axis], shape[axis]))
                if m['extent'] is None:
                    n = slices_of(m['virtual'].dims[axis], shape[axis])
                self.parts.append(dict(m, cells=ended(m['virtual'], axis, n), taken=ended(m['source'], m['grows'], n)))


def stored_right(selection, shape):
    """Whether libhdf5 stores a union as it is: it takes some that overlap along an axis for a regular hyperslab with fewer elements."""
    blocks = selection.space(shape).get_select_hyper_blocklist()
    cells = np.concatenate([grid([np.arange(a, b + 1) for a, b in zip(low, high)]) for low, high in blocks])
    return np.array_equal(np.unique(cells, axis=0), selection.coordinates(shape))


def primes(n):
    out, p = [], 2
    while n > 1:
        while n % p == 0:
            out.append(p)
            n //= p
        p += 1
    return out


def open_axis(dim, n):
    """The first n coordinates of an unlimited axis."""
    start, stride, count, block = dim
    if block == U or stride == block:
        return start + np.arange(n)
    k = np.arange(n)
    return start + k // block * stride + k % block


def slices_of(dim, extent):
    start, stride, count, block = dim
    if start >= extent:
        return 0
    if block == U or stride == block:
        return extent - start
    whole, rest = divmod(extent - start, stride)
    return whole * block + min(rest, block)


def part_of_first_block(dim, extent):
    """Whether a source ends within the first block of an unlimited selection, which libhdf5 takes for the whole block."""
    start, stride, count, block = dim
    return block != U and stride != block and start < extent < start + block


def extent_of(dim, n, trail):
    start, stride, count, block = dim
    if n == 0:
        return start if trail else 0
    if block == U or stride == block:
        return start + n
    q, r = divmod(n, block)
    if r:
        return start + q * stride + r
    return start + q * stride if trail else start + (q - 1) * stride + block


class Ended:
    def __init__(self, selection, axis, n):
        self.selection, self.axis, self.n = selection, axis, n

    def coordinates(self, shape):
        return grid([open_axis(d, self.n) if i == self.axis else axis_of(d) for i, d in enumerate(self.selection.dims)])


def ended(selection, axis, n):
    return Ended(selection, axis, n)


def memory_type(dtype):
    return h5py.h5t.py_create(np.dtype(dtype), logical=True)


class Model:
    """What each element of a virtual dataset is, read as a type, and why."""

    def __init__(self, case, dtype):
        self.case, self.dtype = case, np.dtype(dtype)
        self.shape = case.expected_shape
        n = int(np.prod(self.shape, dtype=int))
        fill = self.fill_value()
        self.values = np.empty(n, self.dtype)
        self.values[...] = fill
        self.raw = self.values.view('u1').reshape(n, self.dtype.itemsize) if n else np.zeros((0, self.dtype.itemsize), 'u1')
        self.mapping = np.full(n, -1)      # that gives the element: the last one of several
        self.source = [None] * n           # (mapping, file, path, index) of the element, for `where`
        self.given = np.zeros(n, bool)     # by a source that was found
        self.short = np.zeros(n, bool)     # some mapping has it from beyond the end of its source
        self.partial = np.zeros((n, self.dtype.itemsize), bool)  # bytes of members that the source lacks
        self.per_part = []                 # the elements of each part, and whether its source was found
        for part in case.parts:
            cells = numbers(part['cells'].coordinates(self.shape), self.shape)
            self.per_part.append((part, cells))
            self.mapping[cells] = part['number']
            if part['found'] is None:
                continue
            data, missing, extent = self.read_source(part['found'])
            where = part['taken'].coordinates(extent)
            if len(where) != len(cells):
                raise AssertionError('%d elements of the source for %d' % (len(where), len(cells)))
            at = numbers(where, extent)
            beyond = at < 0
            self.short[cells] |= beyond
            part['beyond'] = cells[beyond]
            rows = data[np.where(beyond, 0, at)] if len(data) else np.zeros((len(at), self.dtype.itemsize), 'u1')
            # What a source is too small for is as if its mapping did not give it, as with one that is missing.
            rows, there = rows[~beyond].copy(), cells[~beyond]
            if missing is not None:
                rows[:, missing] = self.raw[there][:, missing]
                self.partial[there] = missing
            else:
                self.partial[there] = False
            self.raw[there] = rows
            self.given[there] = True
            for cell, index in zip(cells, where):
                self.source[cell] = [part['number'], part['found'][0], part['found'][1], [int(x) for x in index]]

    def fill_value(self):
        """The fill value of the virtual dataset, converted by libhdf5."""
        case = self.case
        with h5py.File('memory', 'w', driver='core', backing_store=False) as f:
            dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            dcpl.set_chunk((1,))
            if case.fill is not None:
                dcpl.set_fill_value(np.asarray(case.fill, case.dtype))
            d = h5py.h5d.create(f.id, b'f', memory_type(case.dtype), h5py.h5s.create_simple((1,)), dcpl)
            a = np.zeros(1, self.dtype)
            d.read(h5py.h5s.ALL, h5py.h5s.ALL, a, memory_type(self.dtype))
        return a[0]

    def read_source(self, found):
        """The bytes of a source's elements, which bytes of each it lacks, and its extent."""
        file, path = found
        with h5py.File(self.case.at(file), 'r') as f:
            d = f[path]
            shape = d.shape
            a = np.zeros(shape, self.dtype)
            missing = None
            if self.dtype.names:
                missing = np.zeros(self.dtype.itemsize, bool)
                for name in self.dtype.names:
                    if name not in d.dtype.names:
                        offset = self.dtype.fields[name][1]
                        missing[offset:offset + self.dtype[name].itemsize] = True
            if a.size:
                d.id.read(h5py.h5s.ALL, h5py.h5s.ALL, a, memory_type(self.dtype))
            return np.frombuffer(a.tobytes(), 'u1').reshape(a.size, self.dtype.itemsize), missing, shape


def random_slice(case, shape):
    """A selection as h5py takes it, and as text."""
    rank = len(shape)
    if case.chance(.15):
        return (), ''
    args, words, listed = [], [], False
    for n in shape:
        roll = case.upto(0, 7)
        if roll == 0 and n:
            args.append(case.upto(-n, n - 1))
            words.append(str(args[-1]))
        elif roll == 1:
            args.append(slice(None))
            words.append(':')
        elif roll == 2 and n and not listed:
            listed = True
            some = sorted(int(x) for x in case.rng.permutation(n)[:case.upto(1, min(n, 6))])
            args.append(some)
            words.append('[%s]' % ', '.join(map(str, some)))
        elif roll == 3 and n and not listed and rank == 1:
            mask = case.rng.random(n) < .5
            mask[case.upto(0, n - 1)] = True
            listed = True
            args.append([int(x) for x in np.flatnonzero(mask)])  # libhdf5 takes no points of a virtual dataset
            words.append('mask ' + ''.join('01'[int(b)] for b in mask))
        else:
            a, b = sorted((case.upto(0, n), case.upto(0, n)))
            step = case.upto(1, 4) if case.chance(.5) else None
            if n and case.chance(.2):
                a -= n + 1
            args.append(slice(a if a != 0 or case.chance(.5) else None, b if b != n or case.chance(.5) else None, step))
            s = args[-1]
            words.append(':'.join('' if x is None else str(x) for x in ((s.start, s.stop, s.step) if step else (s.start, s.stop))))
    if rank and case.chance(.2):
        keep = case.upto(0, rank - 1)
        if all(w == ':' for w in words[keep:keep + 1]) or case.chance(.3):
            args[keep], words[keep] = Ellipsis, '...'
    return tuple(args), '; '.join(words)


def outer(a, args):
    """Each axis selected by itself, as h5py does: NumPy puts the axes of indices and lists together."""
    if any(x is Ellipsis for x in args):
        at = [x is Ellipsis for x in args].index(True)
        args = args[:at] + (slice(None),) * (a.ndim - len(args) + 1) + args[at + 1:]
    axis = 0
    for x in args:
        a = a[(slice(None),) * axis + (x,)]
        axis += not isinstance(x, int)
    return a


def library_read(d, shape, args, dtype):
    """What libhdf5 reads into memory full of SENTINEL, or its error."""
    dtype = np.dtype(dtype)
    if len(shape) == 0:
        a = np.full(dtype.itemsize, SENTINEL, 'u1')
        a = a.view(dtype).reshape(())
        d.read(h5py.h5s.ALL, h5py.h5s.ALL, a, memory_type(dtype))
        return a
    chosen = selections.select(shape, args, None)
    out = chosen.array_shape
    n = int(np.prod(chosen.mshape, dtype=int))
    a = np.full(n * dtype.itemsize, SENTINEL, 'u1').view(dtype).reshape(chosen.mshape)
    if n:
        d.read(h5py.h5s.create_simple(chosen.mshape), chosen.id, a, memory_type(dtype))
    return a.reshape(out)


def library_reads(case, d, shape, wanted):
    """What libhdf5 reads, or its error, for each of wanted."""
    if case.view == 0 and any(m.get('grows', m.get('axis')) != m.get('axis') for m in case.maps):
        return [(None, 'not asked: it takes all memory')] * len(wanted)
    answers = apart(lambda: [answer(d, shape, *w) for w in wanted])
    if answers is None:
        answers = [apart(lambda: answer(d, shape, *w)) or (None, 'no answer') for w in wanted]
    return answers


def answer(d, shape, args, dtype):
    try:
        a = library_read(d, shape, args, dtype)
        return (a.tobytes(), a.shape), None  # pickling an array may swap its bytes
    except Exception as e:
        return None, str(e)


PATIENCE = 4  # seconds of processor time


def apart(work):
    """What work returns in a process of its own, None where that dies of it or does not end."""
    pipe, end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(pipe)
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        used = int(sum(os.times()[:2]))
        resource.setrlimit(resource.RLIMIT_CPU, (used + PATIENCE, used + PATIENCE))
        with os.fdopen(end, 'wb') as f:
            pickle.dump(work(), f)
        os._exit(0)
    os.close(end)
    with os.fdopen(pipe, 'rb') as f:
        result = f.read()
    os.waitpid(child, 0)
    try:
        return pickle.loads(result)
    except (EOFError, pickle.UnpicklingError):
        return None


def touches_whole_block(model, selected):
    """Whether selected elements are those of a first block that libhdf5 takes for whole."""
    for part, _ in model.per_part:
        if 'whole_block' in part:
            cells = numbers(ended(part['virtual'], part['axis'], part['whole_block']).coordinates(model.shape), model.shape)
            if selected[cells[cells >= 0]].any():
                return True
    return False


def explain(case, model, want, theirs, error, cells):
    """The rule of docs/differences.md by which libhdf5's answer may differ from the model's; None: there is none."""
    selected = np.zeros(len(model.mapping), bool)
    selected[cells] = True
    beyond = model.short[cells].any()
    if error is not None:
        if beyond:
            return 'short source'
        unions = [part for part, c in model.per_part if 'irregular' in (part['virtual'].kind, part['source'].kind) and selected[c].any()]
        if error == 'no answer' and unions:
            return 'no answer'
        if error == 'another extent' or touches_whole_block(model, selected):
            return 'part of a first block'
        if error.startswith('not asked'):
            return 'first missing along another axis'
        if case.below_floor:
            return 'first missing below a fixed mapping'
        return None
    bytes_ = lambda a: np.frombuffer(a.tobytes(), 'u1').reshape(len(cells), -1)
    ours, lib = bytes_(want), bytes_(theirs)
    differs = (ours != lib)
    rows = differs.any(axis=1)
    rules = set()
    total = sum(int(selected[c].sum()) for part, c in model.per_part if part['found'] is not None)
    for row in np.flatnonzero(rows):
        cell = cells[row]
        touching = [part for part, c in model.per_part if 'axis' in part and cell in c]
        if any(len(part.get('beyond', ())) and cell in c for part, c in model.per_part):
            rules.add('short source')
        elif touches_whole_block(model, np.arange(len(selected)) == cell):
            rules.add('part of a first block')
        elif case.below_floor and (not model.given[cell] or touching):
            rules.add('first missing below a fixed mapping')
        elif not model.given[cell] and total >= len(cells) and (lib[row] == SENTINEL).all():
            rules.add('overlap hides gap')
        elif (~differs[row] | model.partial[cell]).all() and np.isin(lib[row][differs[row]], (SENTINEL, 0)).all():
            rules.add('member that the source lacks')
        else:
            return None
    return ', '.join(sorted(rules))


def run(case):
    made = case.growing() if case.chance(.3) else case.fixed()
    if not made:
        return None
    out = dict(number=case.number, file='v.h5', type=case.dtype.str if case.dtype.names is None else 'compound', view=case.view, gap=case.gap, shape=list(case.expected_shape), mappings=len(case.maps), reads=[])
    f = h5py.File(case.at('v.h5'), 'r')
    dapl = h5py.h5p.create(h5py.h5p.DATASET_ACCESS)
    dapl.set_virtual_view(case.view)
    dapl.set_virtual_printf_gap(case.gap)
    d = h5py.h5d.open(f.id, b'v', dapl)
    shape = d.get_space().get_simple_extent_dims() if len(case.shape_) else ()
    otherwise = tuple(shape) != case.expected_shape and tuple(shape) == case.library_shape
    if otherwise:
        shape = case.expected_shape
    elif tuple(shape) != case.expected_shape:
        out['unexplained'] = 'shape %s, the model has %s: %s' % (shape, case.expected_shape, describe(case))
        return out
    numeric = case.dtype.kind in 'iuf' and not h5py.check_enum_dtype(case.dtype)
    models, slices, plans = {}, SLICES, []
    for i in range(slices):
        memory = '' if not numeric or case.chance(.4) else case.pick(*MEMORY)
        dtype = np.dtype(memory) if memory else case.dtype
        if memory not in models:
            models[memory] = Model(case, dtype)
        plans.append((memory, dtype) + (random_slice(case, shape) if i else ((), '')))
    wanted = [(args, dtype) for _, dtype, args, _ in plans]
    answers = [(None, 'another extent')] * slices if otherwise else library_reads(case, d, shape, wanted)
    for (memory, dtype, args, text), (theirs, error) in zip(plans, answers):
        if theirs is not None:
            theirs = np.frombuffer(theirs[0], dtype).reshape(theirs[1])
        model = models[memory]
        whole = np.arange(int(np.prod(shape, dtype=int))).reshape(shape)
        cells = outer(whole, args)
        cells, want_shape = np.atleast_1d(cells).ravel(), list(np.shape(cells))
        want = model.values[cells].reshape(want_shape)
        read = dict(slices=text, memory=memory, shape=want_shape, values=base64.b64encode(want.tobytes()).decode())
        if error is not None or theirs.tobytes() != want.tobytes():
            rule = explain(case, model, want, theirs, error, cells)
            if rule is None:
                read['unexplained'] = '%s\n libhdf5 %s\n model   %s\n mapping %s\n%s' % (error, None if theirs is None else theirs.ravel().tolist(), want.ravel().tolist(), model.mapping[cells].tolist(), describe(case))
            read['rule'] = rule
        selected = np.zeros(len(model.mapping), bool)
        selected[cells] = True
        filled = {}
        for part, c in model.per_part:
            n = int(selected[c].sum()) if part['found'] is None else int(selected[part.get('beyond', [])].sum())
            if n:
                filled[part['number']] = filled.get(part['number'], 0) + n
        read['filled'] = {str(k): v for k, v in sorted(filled.items())}
        read['gap'] = {str(part['number']): True for part, c in model.per_part if part['found'] is None and 'series' in part}
        if len(cells):
            cell = int(cells[case.upto(0, len(cells) - 1)])
            read['index'] = [int(x) for x in np.unravel_index(cell, shape)] if len(shape) else []
            read['mapping'] = int(model.mapping[cell])
            if model.source[cell] and model.source[cell][0] == read['mapping']:
                read['source'] = model.source[cell][1:]
        out['reads'].append(read)
    model = models[next(iter(models))]
    if len(shape) and model.values.size:
        # Single elements in any order, some twice, which libhdf5 does not read of virtual datasets.
        some = case.rng.integers(0, model.values.size, case.upto(1, 12))
        memory = next(iter(models))
        out['points'] = dict(memory=memory, points=[[int(x) for x in np.unravel_index(c, shape)] for c in some], values=base64.b64encode(model.values[some].tobytes()).decode())
        union = [[case.dim(n) for n in shape] for _ in range(case.upto(1, 4))]
        cells = numbers(Selection('irregular', boxes=union).coordinates(shape), shape)
        out['union'] = dict(memory=memory, boxes=union, values=base64.b64encode(model.values[cells].tobytes()).decode())
    out['mapped'] = int((model.mapping >= 0).sum())
    out['given'] = [[part['number'], len(c)] for part, c in model.per_part]
    return out


def describe(case):
    lines = ['shape %s type %s view %s gap %s fill %s' % (case.shape_, case.dtype, case.view, case.gap, case.fill)]
    for m in case.maps[:20]:
        lines.append(' '.join('%s=%s' % (k, (v.kind, v.dims, v.boxes) if isinstance(v, Selection) else v) for k, v in m.items()))
    return '\n'.join(lines)


def main():
    folder, seed, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    for number in range(first, first + count):
        here = os.path.join(folder, 'c%d' % number)
        os.makedirs(here)
        print(json.dumps(dict(start=number)), flush=True)
        out = run(Case(here, seed, number))
        print(json.dumps(out or dict(number=number, reads=[])), flush=True)


main()
