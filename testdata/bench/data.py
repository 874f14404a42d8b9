"""Makes the data of one workload of the benchmarks in an empty folder.

  data.py WORKLOAD FOLDER PARAMETERS      PARAMETERS is JSON, from internal/bench/sizes.go

The same parameters give the same bytes with the same versions of h5py and NumPy.
"""
import json
import os
import sys

import h5py
import numpy as np


def virtual(name, shape, dtype, places, fill=None):
    """A virtual dataset /data: places are pairs of what is selected of it and the source."""
    layout = h5py.VirtualLayout(shape, dtype)
    for place, source in places:
        layout[place] = source
    with h5py.File(name, "w", libver="latest") as f:
        f.create_virtual_dataset("data", layout, fillvalue=fill)


def noise(seed, shape, below):
    return np.random.default_rng(seed).integers(0, below, shape, dtype="u2")


def write_frames(name, path, shape, dtype, frame, **how):
    with h5py.File(name, "w", libver="latest") as f:
        d = f.create_dataset(path, shape, dtype, **how)
        for i in range(shape[0]):
            d[i] = frame(i)


def files(p):
    """One small frame in each of many files (W1)."""
    ramp = np.arange(64 * 64, dtype="u4") * 2654435761
    os.mkdir("src")
    for i in range(max(p["files"])):
        with h5py.File("src/%06d.h5" % i, "w") as f:
            f["data"] = (ramp + i * 97 >> 16).astype("u2").reshape(1, 64, 64)
    for n in p["files"]:
        places = ((i, h5py.VirtualSource("src/%06d.h5" % i, "/data", (1, 64, 64))) for i in range(n))
        virtual("vds_%d.h5" % n, (n, 64, 64), "u2", places, 65535)


def mappings(p):
    """A mapping for each frame of ten files (W1n)."""
    sources, longest = 10, max(p["mappings"]) // 10
    for k in range(sources):
        with h5py.File("src_%d.h5" % k, "w") as f:
            f["data"] = noise(k, (longest, 32, 32), 65535)
    for n in p["mappings"]:
        stacks = [h5py.VirtualSource("src_%d.h5" % k, "/data", (longest, 32, 32)) for k in range(sources)]
        each = n // sources
        virtual("vds_%d.h5" % n, (n, 32, 32), "u2", ((k * each + j, stacks[k][j]) for k in range(sources) for j in range(each)))


def mosaic(p):
    """Six stripes with gaps between them (W2)."""
    n, rows, cols, gap = p["frames"], 256, 2048, 10
    base, places = noise(2, (16, rows, cols), 4096), []
    for k in range(6):
        write_frames("stripe_%d.h5" % k, "data", (n, rows, cols), "u2", lambda i: base[(i + k) % 16] + i, chunks=(1, rows, cols))
        top = k * (rows + gap)
        places.append(((slice(None), slice(top, top + rows)), h5py.VirtualSource("stripe_%d.h5" % k, "/data", (n, rows, cols))))
    virtual("vds.h5", (n, 6 * rows + 5 * gap, cols), "u2", places, 65535)


def diffraction(rows, cols, dtype):
    """Frames as a photon-counting detector sees a crystal: few photons, some bright spots, dead gaps between modules."""
    random = np.random.default_rng(3)
    y, x = np.mgrid[:rows, :cols]
    mean = 0.05 + 1.5 * np.exp(-np.hypot(y - rows / 2, x - cols / 2) / (rows / 4))
    dead = (y % 550 >= 512) | (x % 1040 >= 1028)
    for _ in range(8):
        frame = random.poisson(mean).astype(dtype)
        spots = rows * cols // 5000
        at = random.integers(4, rows - 4, spots), random.integers(4, cols - 4, spots)
        bright = random.exponential(800, spots)
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                frame[at[0] + dy, at[1] + dx] += (bright * np.exp(-dy * dy - dx * dx)).astype(dtype)
        frame[dead] = np.iinfo(dtype).max
        yield frame


def eiger(p):
    """Files one after another, bitshuffle and LZ4 (W3)."""
    rows, cols, dtype, per = p["rows"], p["cols"], p["dtype"], p["frames"] // 4
    base, places = list(diffraction(rows, cols, dtype)), []
    for k in range(4):
        name = "data_%06d.h5" % (k + 1)
        write_frames(name, "entry/data/data", (per, rows, cols), dtype,
                     lambda i: np.roll(base[(k * per + i) % 8], (k * per + i) // 8, 1),
                     chunks=(1, rows, cols), compression=32008, compression_opts=(0, 2))
        places.append((slice(k * per, k * per + per), h5py.VirtualSource(name, "/entry/data/data", (per, rows, cols))))
    virtual("vds.h5", (4 * per, rows, cols), dtype, places)


def interleaved(p):
    """Four writers in turn, shuffle and deflate (W4)."""
    n, rows, cols, random, places = p["frames"] // 4, p["rows"], p["cols"], np.random.default_rng(4), []
    base = [(random.poisson(12, (rows, cols)) + random.normal(100, 6, (rows, cols))).astype("u2") for _ in range(4)]
    for k in range(4):
        write_frames("writer_%d.h5" % k, "data", (n, rows, cols), "u2", lambda i: np.roll(base[(i + k) % 4], 7 * i + k, 0),
                     chunks=(1, rows, cols), shuffle=True, compression="gzip", compression_opts=4)
        places.append((slice(k, None, 4), h5py.VirtualSource("writer_%d.h5" % k, "/data", (n, rows, cols))))
    virtual("vds.h5", (4 * n, rows, cols), "u2", places)


def contiguous(p):
    """One dataset without chunks and without mappings (W6)."""
    base = noise(6, (8, 1024, 1024), 65535)
    write_frames("plain.h5", "data", (p["frames"], 1024, 1024), "u2", lambda i: base[i % 8] ^ i)


def modules(p):
    """Sixteen modules, stacked on an axis in the middle (W7)."""
    n, base, places = p["trains"], noise(7, (8, 512, 128), 4096), []
    for k in range(16):
        write_frames("module_%d.h5" % k, "data", (n, 512, 128), "u2", lambda i: base[(i + k) % 8] + i, chunks=(1, 512, 128))
        places.append(((slice(None), k), h5py.VirtualSource("module_%d.h5" % k, "/data", (n, 512, 128))))
    virtual("vds.h5", (n, 16, 512, 128), "u2", places)


def chunks(p):
    """Datasets of more and more chunks of the same size behind one mapping, for the cost of a chunk."""
    for n in p["chunks"]:
        with h5py.File("src_%d.h5" % n, "w", libver="latest") as f:
            d = f.create_dataset("data", (n, 32, 32), "u2", chunks=(1, 32, 32), maxshape=(None, 32, 32))
            d[...] = noise(8, (n, 32, 32), 65535)
        virtual("vds_%d.h5" % n, (n, 32, 32), "u2", [(slice(None), h5py.VirtualSource("src_%d.h5" % n, "/data", (n, 32, 32))[:])])


if __name__ == "__main__":
    make = {f.__name__: f for f in (files, mappings, mosaic, eiger, interleaved, contiguous, modules, chunks)}[sys.argv[1]]
    os.chdir(sys.argv[2])
    make(json.loads(sys.argv[3]))
