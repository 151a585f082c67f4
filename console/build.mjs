// Builds the console: `npm run build`. The server reads what is written here (gateway/console/built.py).
//
// 1. Each page of src/start/pages.ts is a file of its own, loaded when somebody goes there.
// 2. All styles are one file: esbuild doesn't load styles of a page that is loaded later.
// 3. A file's name has a hash of its content. The manifest has the digest of each (Subresource Integrity).
// 4. The playground is also a page by itself, which begins elsewhere.
// 5. Files are packed once, here. The build is written beside the last one, and takes its place when it is whole.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../src/watchword/gateway/console/build");
const always = {
  absWorkingDir: here,
  bundle: true,
  define: { "process.env.NODE_ENV": '"production"' },
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  format: "esm",
  legalComments: "none",
  logLevel: "warning",
  mainFields: ["browser", "module", "main"],
  metafile: true,
  minify: true,
  outdir: "out",
  target: "es2022",
  write: false,
};
const main = "src/main.tsx";
const alone = "src/playground/alone.tsx";

const scripts = await build({ ...always, entryPoints: [main, alone], splitting: true });
const styles = await build({ ...always, entryPoints: [main], splitting: false });

const bytes = new Map();
for (const { path, contents } of [...of(scripts, ".js"), ...of(styles, ".css")]) bytes.set(basename(path), contents);
const made = new Map(
  Object.entries(scripts.metafile.outputs)
    .filter(([path]) => path.endsWith(".js"))
    .map(([path, output]) => [basename(path), output]),
);
const began = (entry) => [...made].find(([, output]) => output.entryPoint === entry)[0];
const script = began(main);
const first = needed(script);
const pages = {};
for (const [name, output] of made) {
  if (!output.entryPoint?.startsWith("src/") || [main, alone].includes(output.entryPoint)) continue;
  const page = output.entryPoint.replace(/^src\//, "").replace(/\.tsx?$/, "");
  pages[page] = [name, ...needed(name)].filter((each) => each !== script && !first.includes(each));
}
const manifest = {
  name: digest("sha256", [...bytes.keys()].sort().join("\n"), "hex").slice(0, 16),
  script,
  style: [...bytes.keys()].find((name) => name.endsWith(".css")),
  first,
  pages,
  alone: { script: began(alone), first: needed(began(alone)) },
  files: Object.fromEntries([...bytes].map(([name, data]) => [name, `sha384-${digest("sha384", data, "base64")}`])),
};
write();
report();

function of(result, suffix) {
  return result.outputFiles.filter(({ path }) => path.endsWith(suffix));
}

/** The files that a file can't begin without. */
function needed(name, seen = new Set()) {
  for (const { kind, path } of made.get(name).imports) {
    if (kind !== "import-statement" || seen.has(basename(path))) continue;
    seen.add(basename(path));
    needed(basename(path), seen);
  }
  return [...seen];
}

function digest(algorithm, data, form) {
  return createHash(algorithm).update(data).digest(form);
}

function brotli(data) {
  return brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
}

function write() {
  const fresh = `${target}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  for (const [name, data] of bytes) {
    writeFileSync(join(fresh, `${name}.br`), brotli(data));
    writeFileSync(join(fresh, `${name}.gz`), gzipSync(data, { level: 9 }));
  }
  writeFileSync(join(fresh, "manifest.json"), JSON.stringify(manifest, null, 1));
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
}

function report() {
  const size = (names) => names.reduce((sum, name) => sum + readFileSync(join(target, `${name}.br`)).length, 0);
  const kilobytes = (count) => `${Math.ceil(count / 1000)} kB`;
  console.log(`first: ${kilobytes(size([script, manifest.style, ...first]))}`);
  for (const [page, names] of Object.entries(pages)) console.log(`${page}: ${kilobytes(size(names))} more`);
}
