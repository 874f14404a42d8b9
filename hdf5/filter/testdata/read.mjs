// Reads encoded.h5 and writes each dataset's elements to a file; see library_test.go.
import fs from "fs";
const plugins = await import("h5wasm-plugins");
plugins.install_local_plugins(await h5wasm.ready);
const f = new h5wasm.File("encoded.h5", "r");
for (const c of JSON.parse(fs.readFileSync("cases.json"))) {
  const v = f.get(c.name).value;
  fs.writeFileSync(c.name + ".h5wasm", new Uint8Array(v.buffer, v.byteOffset, v.byteLength));
}
