# Prints the values of datasets and attributes as h5py reads them: a line each with its path, shape and a digest; see writer_matrix_test.go.
# Arguments: a JSON file of paths and how their elements are put into bytes, and the HDF5 file.
import hashlib, json, struct, sys
import h5py, numpy as np

def many(f, how, a):
    kind = how[0]
    a = np.asarray(a)
    if kind == "i":
        return a.astype("<u8" if a.dtype.kind == "u" else "<i8").tobytes()
    if kind == "b":
        return a.astype("<u8").tobytes()
    if kind == "f":
        return a.astype("<f8").tobytes()
    if kind == "a":
        return many(f, how[2], a)
    if kind == "c" and a.dtype.kind == "c":
        return a.astype("<c16").tobytes()
    return b"".join(one(f, how, x) for x in a.reshape(-1))

def one(f, how, x):
    kind = how[0]
    if kind == "s":
        b = x.encode() if isinstance(x, str) else bytes(x)
        return struct.pack("<I", len(b)) + b
    if kind == "o":
        return x.tobytes()
    if kind == "v":
        return struct.pack("<I", len(x)) + many(f, how[1], x)
    if kind == "c" and isinstance(x, (complex, np.complexfloating)):
        return np.complex128(x).tobytes()
    if kind == "c":
        return b"".join((many if h[0] in "ibfa" else one)(f, h, x[name]) for name, h in how[1])
    if kind == "r":
        b = reference(f, x).encode()
        return struct.pack("<I", len(b)) + b

def reference(f, x):
    if not x:
        return ""
    if isinstance(x, h5py.RegionReference):
        space = h5py.h5r.get_region(x, f.id)
        if space.get_select_type() == h5py.h5s.SEL_POINTS:
            where = space.get_select_elem_pointlist().tolist()
        else:
            where = space.get_select_hyper_blocklist().tolist()
        return f[x].name + " " + str(where).replace(" ", "")
    return f[x].name

def read(f, path):
    path, _, name = path.partition("@")
    if not name:
        d = f[path]
        return d.shape, d[()]
    a = h5py.h5a.open(f[path].id, name.encode())
    if a.get_space().get_simple_extent_type() == h5py.h5s.NULL:
        return None, np.zeros(0)
    out = np.zeros(a.shape, a.dtype)
    a.read(out, mtype=h5py.h5t.py_create(a.dtype))
    return a.shape, out[()]

with open(sys.argv[1]) as j, h5py.File(sys.argv[2], "r") as f:
    for path, how in json.load(j).items():
        try:
            shape, a = read(f, path)
            text = "null" if shape is None else ",".join(str(n) for n in shape)
            if shape == () and how[0] == "v":
                a = np.array([None, a], object)[1:] # h5py gives a single sequence as it is
            print(path, "(" + text + ")", hashlib.sha256(many(f, how, a)).hexdigest()[:16])
        except Exception as e:
            print(path, type(e).__name__, *str(e).split())
