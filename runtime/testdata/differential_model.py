# The model of differential.py: what each element of a virtual dataset should be.
import numpy as np, h5py

from differential_selections import *


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
            inside = cells >= 0
            cells = cells[inside]
            self.per_part.append((part, cells))
            self.mapping[cells] = part['number']
            if part['found'] is None:
                continue
            data, missing, extent = self.read_source(part['found'])
            where = part['taken'].coordinates(extent)
            if len(where) != len(inside):
                raise AssertionError('%d elements of the source for %d' % (len(where), len(inside)))
            where = where[inside]
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
