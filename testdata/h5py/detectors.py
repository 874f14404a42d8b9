"""The six detectors of h5py's documentation, and others, written with h5py: sources and virtual dataset.

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


def source(folder, name, member, shape, dtype, path="data"):
    with h5py.File(os.path.join(folder, name), "w", libver="latest") as f:
        f[path] = values(member, shape, dtype)
    return h5py.VirtualSource(name, path, shape=shape, dtype=dtype)


def virtual(folder, name, path, layout, fill):
    with h5py.File(os.path.join(folder, name), "w", libver="latest") as f:
        f.create_virtual_dataset(path, layout, fillvalue=fill)


def mask(folder, name, shape, tiles):
    """A NeXus pixel_mask: bit 0 where no tile lies."""
    gaps = np.ones(shape, "u4")
    for tile in tiles:
        gaps[tile] = 0
    with h5py.File(os.path.join(folder, name), "a") as f:
        f["entry/instrument/detector/pixel_mask"] = gaps


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


def excalibur3m(folder, frames, rows, cols):
    origins = np.cumsum([0] + [rows + gap for gap in (3, 123, 3, 123, 3)])
    layout = h5py.VirtualLayout(shape=(frames, origins[-1] + rows, cols), dtype="u2")
    for n, origin in enumerate(origins):
        layout[:, origin:origin + rows, :] = source(folder, "excalibur_%d.h5" % (n + 1), n, (frames, rows, cols), "u2")
    virtual(folder, "excalibur_vds.h5", "entry/data/data", layout, 65535)
    mask(folder, "excalibur_vds.h5", layout.shape[1:], [np.s_[origin:origin + rows] for origin in origins])


def odin(folder, frames, writers, block, rows, cols):
    layout = h5py.VirtualLayout(shape=(frames, rows, cols), dtype="u4")
    for n, first in enumerate(range(0, frames, block)):
        length = min(block, frames - first)
        layout[first:first + length, :, :] = source(folder, "odin_%06d.h5" % (n + 1), n, (length, rows, cols), "u4")
    virtual(folder, "odin_vds.h5", "data", layout, 0)


def jungfrau4m(folder, frames, rows, cols):
    layout = h5py.VirtualLayout(shape=(frames, 4 * rows + 3 * 36, 2 * cols + 8), dtype="u2")
    tiles = []
    for n in range(8):
        y, x = n // 2 * (rows + 36), n % 2 * (cols + 8)
        tiles.append(np.s_[y:y + rows, x:x + cols])
        layout[:, y:y + rows, x:x + cols] = source(folder, "jungfrau_d%d_f0_0.h5" % n, n, (frames, rows, cols), "u2")
    virtual(folder, "jungfrau_vds.h5", "entry/data/data", layout, 65535)
    mask(folder, "jungfrau_vds.h5", layout.shape[1:], tiles)


def eigerseries(folder, frames, perfile, rows, cols):
    layout = h5py.VirtualLayout(shape=(frames, rows, cols), dtype="u4")
    names = []
    for n, first in enumerate(range(0, frames, perfile)):
        length = min(perfile, frames - first)
        names.append("series_1_data_%06d.h5" % (n + 1))
        layout[first:first + length, :, :] = source(folder, names[-1], n, (length, rows, cols), "u4", "/entry/data/data")
    virtual(folder, "series_1_master.h5", "entry/data/data", layout, 2**32 - 1)
    mask(folder, "series_1_master.h5", (rows, cols), [np.s_[:]])
    with h5py.File(os.path.join(folder, "series_1_master.h5"), "a") as f:
        for n, name in enumerate(names):
            f["entry/data/data_%06d" % (n + 1)] = h5py.ExternalLink(name, "/entry/data/data")


def agipd1m(folder, run, seqs, pulses, rows, cols):
    shape, off = (pulses, rows, cols), (3, 11)
    with h5py.File(os.path.join(folder, "agipd_r%04d.cxi" % run), "w", libver="latest") as out:
        for offset, (field, dtype, fill) in enumerate((("data", "f4", np.nan), ("gain", "u1", 0), ("mask", "u4", 2**32 - 1))):
            layout = h5py.VirtualLayout(shape=(seqs * pulses, 16, rows, cols), dtype=dtype)
            for seq in range(seqs):
                for m in range(16):
                    name = "CORR-R%04d-AGIPD%02d-S%05d.h5" % (run, m, seq)
                    path = "/INSTRUMENT/SPB_DET_AGIPD1M-1/DET/%dCH0:xtdf/image/%s" % (m, field)
                    if m not in off:
                        with h5py.File(os.path.join(folder, name), "a", libver="latest") as f:
                            f[path] = values(100 * offset + 16 * seq + m, shape, dtype)
                    layout[seq * pulses:(seq + 1) * pulses, m] = h5py.VirtualSource(name, path, shape=shape, dtype=dtype)
            out.create_virtual_dataset("entry_1/instrument_1/detector_1/" + field, layout, fillvalue=fill)


def space(shape, start, stride, count, block):
    s = h5py.h5s.create_simple(shape, (h5py.h5s.UNLIMITED,) * len(shape))
    s.select_hyperslab(start, count, stride, block)
    return s


def endless(folder, name, shape, mappings, fill=None):
    """A virtual dataset that grows along axis 0, which h5py's high-level interface does not make."""
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    if fill is not None:
        plist.set_fill_value(np.array(fill, "u2"))
    for selection, file, of in mappings:
        plist.set_virtual(selection, file.encode(), b"/data", of)
    with h5py.File(os.path.join(folder, name), "w", libver="latest") as f:
        extent = h5py.h5s.create_simple((0,) + shape, (h5py.h5s.UNLIMITED,) + shape)
        h5py.h5d.create(f.id, b"data", h5py.h5t.STD_U16LE, extent, plist).close()


def growing(folder, frames, rows, cols):
    mappings, unlimited = [], h5py.h5s.UNLIMITED
    for n in range(4):
        name = "node_%d.h5" % (n + 1)
        with h5py.File(os.path.join(folder, name), "w", libver="latest") as f:
            f.create_dataset("data", data=values(n, (frames, rows, cols), "u2"), maxshape=(None, rows, cols), chunks=(1, rows, cols))
        mappings.append((space((4, rows, cols), (n, 0, 0), (4, 1, 1), (unlimited, 1, 1), (1, rows, cols)), name,
                         space((1, rows, cols), (0, 0, 0), (1, 1, 1), (unlimited, 1, 1), (1, rows, cols))))
    endless(folder, "growing_vds.h5", (rows, cols), mappings, 65535)


def numbered(folder, files, perfile, rows, cols):
    for n in range(files):
        source(folder, "numbered_%d.h5" % n, n, (perfile, rows, cols), "u2")
    whole = h5py.h5s.create_simple((perfile, rows, cols))
    series = space((perfile, rows, cols), (0, 0, 0), (perfile, 1, 1), (h5py.h5s.UNLIMITED, 1, 1), (perfile, rows, cols))
    endless(folder, "numbered_vds.h5", (rows, cols), [(series, "numbered_%b.h5", whole)])


def hits(member, n):
    dtype = [("x", "f4"), ("y", "f4"), ("time", "u8"), ("pixel", "u4"), ("weight", "f4")]
    out = np.zeros(n, dtype)
    for offset, (name, kind) in enumerate(dtype):
        out[name] = values(member + 10 * offset, (n,), kind)
    return out


def events(folder, *counts):
    layout, first = h5py.VirtualLayout(shape=(sum(counts),), dtype=hits(0, 1).dtype), 0
    for n, count in enumerate(counts):
        name = "events_%d.h5" % n
        with h5py.File(os.path.join(folder, name), "w", libver="latest") as f:
            f["data"] = hits(n, count)
        layout[first:first + count] = h5py.VirtualSource(name, "data", shape=(count,), dtype=layout.dtype)
        first += count
    virtual(folder, "events_vds.h5", "hits", layout, None)


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2], *map(int, sys.argv[3:]))
