# Writes chunks that are encoded already, as the files and cases.json say, into encoded.h5; see library_test.go.
import json, os
os.environ["HDF5_PLUGIN_PATH"] = "/nonexistent"  # parameters are stored as given
import h5py, numpy as np

with h5py.File("encoded.h5", "w") as f:
    for case in json.load(open("cases.json")):
        dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        dcpl.set_chunk(tuple(case["shape"]))
        if case.get("fill") is not None:
            dcpl.set_fill_value(np.array(case["fill"], np.dtype(case["dtype"])))
        for code, optional, *words in case["filters"]:
            if code == 6:
                dcpl.set_scaleoffset(words[0], words[1])
            else:
                # A filter that is not there has to be optional for a dataset to be created.
                optional = optional or not h5py.h5z.filter_avail(code)
                dcpl.set_filter(code, h5py.h5z.FLAG_OPTIONAL if optional else 0, tuple(words))
        t = h5py.h5t.py_create(np.dtype(case["dtype"]))
        ds = h5py.h5d.create(f.id, case["name"].encode(), t, h5py.h5s.create_simple(tuple(case["shape"])), dcpl)
        for i, (code, optional, *words) in enumerate(case["filters"]):
            got = list(ds.get_create_plist().get_filter(i)[2])
            if got[:16] != words[:16]:
                raise SystemExit("%s: filter %d: the library stores %s and we store %s" % (case["name"], code, got, words))
        ds.write_direct_chunk((0,) * len(case["shape"]), open(case["data"], "rb").read(), case["mask"])

# A fill value that is not defined cannot be asked for through h5py: the parameter is changed in the file.
data = open("encoded.h5", "rb").read()
for case in json.load(open("cases.json")):
    for code, optional, *words in case["filters"]:
        if code == 6 and case.get("nofill"):
            old = np.array(words[:8], "<u4").tobytes()
            new = np.array(words[:7] + [0], "<u4").tobytes()
            assert data.count(old) == 1, case["name"]
            data = data.replace(old, new)
open("encoded.h5", "wb").write(data)
