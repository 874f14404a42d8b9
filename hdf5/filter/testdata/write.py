# Writes one dataset for each case of cases.json with h5py into library.h5; see library_test.go.
import json
import h5py, numpy as np


def file_type(case):
    t = h5py.h5t.py_create(np.dtype(case["dtype"]))
    if case.get("precision"):
        t = t.copy()
        t.set_precision(case["precision"])
        t.set_offset(case.get("bitoffset", 0))
    if case.get("array"):
        t = h5py.h5t.array_create(t, tuple(case["array"]))
    if case.get("compound"):
        inner = h5py.h5t.create(h5py.h5t.COMPOUND, t.get_size() + 5)
        inner.insert(b"word", 0, t)
        inner.insert(b"name", t.get_size() + 1, h5py.h5t.py_create(np.dtype("S3")))
        outer = h5py.h5t.create(h5py.h5t.COMPOUND, inner.get_size() + t.get_size() + 3)
        outer.insert(b"a", 2, t)
        outer.insert(b"b", 3 + t.get_size(), inner)
        t = outer
    return t


def add(dcpl, code, options):
    if code == 1:
        dcpl.set_deflate(*options)
    elif code == 2:
        dcpl.set_shuffle()
    elif code == 3:
        dcpl.set_fletcher32()
    elif code == 4:
        dcpl.set_szip(*options)
    elif code == 6:
        dcpl.set_scaleoffset(*options)
    else:
        dcpl.set_filter(code, h5py.h5z.FLAG_OPTIONAL, tuple(options))


with h5py.File("library.h5", "w") as f:
    for case in json.load(open("cases.json")):
        t = file_type(case)
        shape, chunk = tuple(case["shape"]), tuple(case["chunk"])
        raw = np.fromfile(case["data"], np.uint8)[: int(np.prod(shape)) * t.get_size()]
        dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        dcpl.set_chunk(chunk)
        for code, *options in case["filters"]:
            add(dcpl, code, options)
        if case.get("fill") is not None:
            dcpl.set_fill_value(np.array(case["fill"], np.dtype(case["dtype"])))
        ds = h5py.h5d.create(f.id, case["name"].encode(), t, h5py.h5s.create_simple(shape), dcpl)
        ds.write(h5py.h5s.ALL, h5py.h5s.ALL, raw.view("V%d" % t.get_size()).reshape(shape), t)
