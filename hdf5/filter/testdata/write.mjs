// Writes one dataset for each case of cases.json with h5wasm and its plugins into library.h5; see library_test.go.
import fs from "fs";
const plugins = await import("h5wasm-plugins");
plugins.install_local_plugins(await h5wasm.ready);
const arrays = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, u8: BigUint64Array, f4: Float32Array, f8: Float64Array };
const f = new h5wasm.File("library.h5", "w");
for (const c of JSON.parse(fs.readFileSync("cases.json"))) {
  const kind = c.dtype.slice(1);
  const n = c.shape.reduce((a, b) => a * b, 1);
  const bytes = fs.readFileSync(c.data).subarray(0, n * Number(kind.slice(1)));
  const data = new arrays[kind](new Uint8Array(bytes).buffer);
  const [code, ...options] = c.filters[0];
  const dtype = { u1: "<B", u2: "<H", u4: "<I", u8: "<Q", f4: "<f", f8: "<d" }[kind];
  f.create_dataset({ name: c.name, data, shape: c.shape, dtype, chunks: c.chunk, compression: code, compression_opts: options });
}
f.close();
