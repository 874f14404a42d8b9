"""The benchmarks' opponent h5py, with the commands of driver.c, and some for what only h5py is asked.

  driver.py version
  driver.py read|frames|cat|build …    as driver.c
  driver.py mappings FILE DATASET      checksum of the mappings, as h5py reads them
"""
import json
import resource
import statistics
import sys
import time
import zlib

import h5py
import numpy as np

ENOUGH = 2.0  # seconds that are enough for frames
LONGEST = 8.0  # and for repetitions of a whole read
CHECKED = 8  # frames that the checksum of "frames" is of
PIECE = 1 << 30  # bytes that are written at once


def slices(selection):
    if selection == "all":
        return Ellipsis
    return tuple(slice(*map(int, axis.split(":"))) for axis in selection.split(","))


def flat(array):
    return memoryview(np.ascontiguousarray(array)).cast("B")


def report(seconds, array, crc):
    print(json.dumps({"seconds": statistics.median(seconds), "bytes": array.nbytes, "crc": "%08x" % crc}))


def read(file, dataset, selection, memory, most):
    key, into, seconds, crc, found = slices(selection), None, [], 0, None
    if memory == "reused":
        with h5py.File(file) as f:
            d = f[dataset]
            shape = [len(range(n)[s]) for n, s in zip(d.shape, key)] if key is not Ellipsis else d.shape
            into = np.ones(shape, d.dtype)
    while not seconds or (len(seconds) < int(most) and sum(seconds) < LONGEST):
        found = None
        begin = time.perf_counter()
        with h5py.File(file) as f:
            if into is None:
                found = f[dataset][key]
            else:
                f[dataset].read_direct(into, None if key is Ellipsis else key)
                found = into
        seconds.append(time.perf_counter() - begin)
        if len(seconds) == 1:
            crc = zlib.crc32(flat(found))
    report(seconds, found, crc)


def frames(file, dataset, most, seed, mode):
    state, seconds, crc, kept, frame = int(seed), [], 0, None, None
    if mode == "keep":
        kept = h5py.File(file)[dataset]
    while len(seconds) < CHECKED or (len(seconds) < int(most) and sum(seconds) < ENOUGH):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        begin = time.perf_counter()
        if kept is not None:
            frame = kept[(state >> 33) % len(kept)]
        else:
            with h5py.File(file) as f:
                d = f[dataset]
                frame = d[(state >> 33) % len(d)]
                del d
        seconds.append(time.perf_counter() - begin)
        if len(seconds) <= CHECKED:
            crc = zlib.crc32(flat(frame), crc)
    report(seconds, frame, crc)


def cat(file, dataset, selection):
    with h5py.File(file) as f:
        values = flat(f[dataset][slices(selection)])
    for at in range(0, len(values), PIECE):  # more than 2 GiB at once is cut off
        sys.stdout.buffer.write(values[at:at + PIECE])


def build(file, mappings, names):
    n = int(mappings)
    files = ["src_%06d.h5" % i for i in range(n)]
    begin = time.perf_counter()
    layout = h5py.VirtualLayout((n, 64, 64), "u2")
    if names == "distinct":
        for i in range(n):
            layout[i] = h5py.VirtualSource(files[i], "/data", (1, 64, 64))
    else:
        stack = h5py.VirtualSource("src.h5", "/data", (n, 64, 64))
        for i in range(n):
            layout[i] = stack[i]
    with h5py.File(file, "w", libver="latest") as f:
        f.create_virtual_dataset("/data", layout)
    print(json.dumps({"seconds": time.perf_counter() - begin}))


def mappings(file, dataset):
    crc = 0
    with h5py.File(file) as f:
        properties = f[dataset].id.get_create_plist()
        for i in range(properties.get_virtual_count()):
            virtual, source = properties.get_virtual_vspace(i), properties.get_virtual_srcspace(i)
            # The file does not say how large a source is of which everything is selected: here it is one frame.
            everything = source.get_select_type() == h5py.h5s.SEL_ALL
            bounds = ((0, 0, 0), (0, 63, 63)) if everything else source.get_select_bounds()
            said = [properties.get_virtual_filename(i), properties.get_virtual_dsetname(i), virtual.get_select_npoints(),
                    virtual.get_select_bounds(), bounds]
            crc = zlib.crc32(repr(said).encode(), crc)
    print("%08x" % crc)


def version():
    print(h5py.version.version, h5py.version.hdf5_version, np.__version__)


if __name__ == "__main__":
    # libhdf5 keeps every source open, and reads those that it cannot open as the fill value.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    {f.__name__: f for f in (read, frames, cat, build, mappings, version)}[sys.argv[1]](*sys.argv[2:])
