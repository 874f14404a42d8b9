# Prints every chunk of library.h5 as it is stored, with the elements that belong to it and the filter pipeline, as JSON; see library_test.go. The elements are
# what the library reads, in the datatype of the file; where it lacks the filter they are what was written.
import base64, json, os, struct
import h5py, numpy as np


def filters(plist):
    for i in range(plist.get_nfilters()):
        code, flags, words, name = plist.get_filter(i)
        words = list(words)
        if len(words) > 16:  # h5py reads no more than 16 words
            words = stored_words(code, words)
        yield {"ID": code, "Name": (name or b"").decode(), "Optional": bool(flags & 1), "Params": words}


def stored_words(code, words):
    if code == h5py.h5z.FILTER_SCALEOFFSET:
        return words[:16] + [0] * (len(words) - 16)
    data = open("library.h5", "rb").read()
    at = data.index(struct.pack("<16I", *words[:16]))
    return list(struct.unpack_from("<%dI" % len(words), data, at))


out = []
with h5py.File("library.h5", "r") as f:
    for case in json.load(open("cases.json")):
        ds = f[case["name"]].id
        plist, size = ds.get_create_plist(), ds.get_type().get_size()
        shape, chunk = tuple(case["shape"]), tuple(case["chunk"])
        values = np.empty(shape, "V%d" % size)
        if all(h5py.h5z.filter_avail(s["ID"]) for s in filters(plist)) and not case.get("trust"):
            ds.read(h5py.h5s.ALL, h5py.h5s.ALL, values, ds.get_type())
        else:
            values = np.fromfile(case["data"], np.uint8)[: values.nbytes].view("V%d" % size).reshape(shape)
        chunks = []
        for i in range(ds.get_num_chunks()):
            at = ds.get_chunk_info(i).chunk_offset
            mask, stored = ds.read_direct_chunk(at)
            raw = values[tuple(slice(a, a + c) for a, c in zip(at, chunk))].tobytes()
            chunks.append({"Mask": mask, "Stored": base64.b64encode(stored).decode(), "Raw": base64.b64encode(raw).decode()})
        out.append({"Name": case["name"], "ElementSize": size, "Specs": list(filters(plist)), "Chunks": chunks})
print(json.dumps(out))
