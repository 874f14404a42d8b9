# Selections of differential.py: as libhdf5 takes them, and element by element.
import numpy as np, h5py

U = h5py.h5s.UNLIMITED


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
