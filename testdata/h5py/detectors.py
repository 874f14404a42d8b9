"""The six detectors of h5py's documentation, written with h5py: sources and virtual dataset.

    python3 detectors.py NAME FOLDER SIZES...

The tests of examples/generated run it and compare with what the generated code reads and writes.
Element values follow one rule, so that sources written by another program can be told right or
wrong by value: element (i, j, …) of member k holds (k*7919 + flat index*13) mod 60000.
"""
import os
import sys

import h5py
import numpy as np


def values(member, shape, dtype):
    n = int(np.prod(shape, dtype=np.int64))
    return ((member * 7919 + np.arange(n, dtype=np.int64) * 13) % 60000).astype(dtype).reshape(shape)


def source(folder, name, member, shape, dtype):
    with h5py.File(os.path.join(folder, name), "w", libver="latest") as f:
        f["data"] = values(member, shape, dtype)
    return h5py.VirtualSource(name, "data", shape=shape, dtype=dtype)


def virtual(folder, name, path, layout, fill):
    with h5py.File(os.path.join(folder, name), "w", libver="latest") as f:
        f.create_virtual_dataset(path, layout, fillvalue=fill)


def vdssimple(folder, length):
    layout = h5py.VirtualLayout(shape=(4, length), dtype="i4")
    for n in range(4):
        layout[n] = source(folder, "%d.h5" % n, n, (length,), "i4")
    virtual(folder, "VDS.h5", "vdata", layout, -5)


def datasetconcatenation(folder, files):
    layout = h5py.VirtualLayout(shape=(files, 5, 10, 20), dtype="f8")
    for n in range(files):
        layout[n, :, :, :] = source(folder, "myfile_%d" % n, n, (5, 10, 20), "i4")
    virtual(folder, "VDS.h5", "data", layout, 0)


def excalibur(folder, frames, rows, cols):
    gap = 10
    layout = h5py.VirtualLayout(shape=(frames, 6 * rows + 5 * gap, cols), dtype="u2")
    for n in range(6):
        origin = n * (rows + gap)
        layout[:, origin:origin + rows, :] = source(folder, "stripe_%d.h5" % (n + 1), n, (frames, rows, cols), "u2")
    virtual(folder, "full_detector.h5", "full_frame", layout, 1)


def dualpcoedge(folder, frames, rows, cols):
    gap = 10
    layout = h5py.VirtualLayout(shape=(frames, 2 * rows + gap, cols), dtype="u2")
    for n in range(2):
        origin = n * (rows + gap)
        layout[:, origin:origin + rows, :] = source(folder, "raw_file_%d.h5" % (n + 1), n, (frames, rows, cols), "u2")
    virtual(folder, "outfile.h5", "data", layout, 1)


def eiger(folder, frames, rows, cols):
    layout = h5py.VirtualLayout(shape=(5 * frames, rows, cols), dtype="f8")
    for n in range(5):
        first = frames * n
        layout[first:first + frames, :, :] = source(folder, "%d.h5" % (n + 1), n, (frames, rows, cols), "i8")
    virtual(folder, "eiger_vds.h5", "data", layout, 0)


def percival(folder, frames, rows, cols):
    layout = h5py.VirtualLayout(shape=(frames, rows, cols), dtype="u2")
    for n in range(4):
        length = (frames - n + 3) // 4
        layout[n:frames:4, :, :] = source(folder, "raw_file_%d.h5" % (n + 1), n, (length, rows, cols), "u2")
    virtual(folder, "full_time_series.h5", "data", layout, 1)


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2], *map(int, sys.argv[3:]))
