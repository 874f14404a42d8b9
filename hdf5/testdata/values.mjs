// Prints the values of datasets and attributes as h5wasm reads them, as values.py does with h5py.
import { createHash } from "crypto";
import fs from "fs";
const plugins = await import("h5wasm-plugins");
plugins.install_local_plugins(await h5wasm.ready);

function number(write) {
  const b = Buffer.alloc(8);
  write(b);
  return b;
}

function text(b) {
  const n = Buffer.alloc(4);
  n.writeUInt32LE(b.length);
  return Buffer.concat([n, b]);
}

// What is bytes to h5wasm comes as one array for all elements.
function elements(how, value) {
  const size = how[0] === "o" || how[0] === "b" ? how[1] : 0;
  if (!size || !(value instanceof Uint8Array)) return value;
  const list = [];
  for (let at = 0; at < value.length; at += size) list.push(value.subarray(at, at + size));
  return list;
}

function many(f, how, value) {
  return Buffer.concat(Array.from(elements(how, value), (x) => one(f, how, x)));
}

function one(f, how, x) {
  switch (how[0]) {
    case "i": return number((b) => b.writeBigInt64LE(BigInt.asIntN(64, BigInt(x))));
    case "b": return Buffer.concat([x, Buffer.alloc(8 - x.length)]);
    case "f": return number((b) => b.writeDoubleLE(x));
    case "s": return text(Buffer.from(how[1] ? x.trimEnd() : x));
    case "o": return x;
    case "v": return Buffer.concat([number((b) => b.writeUInt32LE(elements(how[1], x).length)).subarray(0, 4), many(f, how[1], x)]);
    case "a": return many(f, how[2], x.flat(how[1].length - 1));
    case "c": return Buffer.concat(how[1].map(([, h], i) => one(f, h, x[i])));
    case "r": return text(Buffer.from(x.ref_data.some((b) => b !== 0) ? f.dereference(x).path : ""));
  }
}

const [, , list, name] = process.argv;
const f = new h5wasm.File(name, "r");
for (const [path, how] of Object.entries(JSON.parse(fs.readFileSync(list)))) {
  try {
    console.log(path, ...read(path, how));
  } catch (e) {
    console.log(path, "error", e.message);
  }
}
f.close();

function read(path, how) {
  const [object, attribute] = path.split("@");
  const o = attribute ? f.get(object).attrs[attribute] : f.get(object);
  const shape = o.shape;
  let value = shape === null ? [] : o.value ?? [];
  if (shape !== null && how[0] === "a") {
    value = shape.length === 0 ? [value] : value.flat(shape.length - 1);
  } else if (shape !== null && shape.length === 0 && !["o", "b", "r"].includes(how[0])) {
    value = [value];
  }
  const sum = createHash("sha256").update(many(f, how, value)).digest("hex").slice(0, 16);
  return ["(" + (shape === null ? "null" : shape.join(",")) + ")", sum];
}
