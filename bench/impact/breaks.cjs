// Breaks: changes the signature or the name of functions, one at a time, and asks tsc which places then are in error.
// One JSON object a line: the edit, and the lines that are in error with it and are not without.
const fs = require("fs");
const path = require("path");
const [, , library, root, wanted] = process.argv;
const ts = require(library);

const files = [];
(function walk(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== "node_modules") walk(full);
    else if (/\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts")) files.push(full);
  }
})(path.resolve(root));
const texts = new Map(files.map((file) => [file, fs.readFileSync(file, "utf8")]));
const versions = new Map(files.map((file) => [file, 0]));
const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true, noEmit: true, skipLibCheck: true, jsx: ts.JsxEmit.Preserve, experimentalDecorators: true, allowImportingTsExtensions: true };
const service = ts.createLanguageService({
  getScriptFileNames: () => files,
  getScriptVersion: (file) => String(versions.get(file) ?? 0),
  getScriptSnapshot: (file) => {
    const text = texts.get(file) ?? (fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  getCurrentDirectory: () => root,
  getCompilationSettings: () => options,
  getDefaultLibFileName: (o) => ts.getDefaultLibFilePath(o),
  fileExists: (file) => texts.has(file) || fs.existsSync(file),
  readFile: (file) => texts.get(file) ?? fs.readFileSync(file, "utf8"),
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories,
});

// Wrong number of arguments; no such name, member or export.
const ARGUMENTS = new Set([2554, 2555, 2769, 2346]);
const NAMES = new Set([2304, 2339, 2551, 2552, 2305, 2724, 2614, 2694, 2459, 2460]);

function errors(name, kind, checked) {
  const program = service.getProgram();
  const found = new Set();
  for (const file of checked) {
    const source = program.getSourceFile(file);
    for (const problem of program.getSemanticDiagnostics(source)) {
      if (!(kind === "rename" ? NAMES : ARGUMENTS).has(problem.code)) continue;
      let node = tokenAt(source, problem.start);
      let at = node.getEnd();
      if (kind !== "rename") {
        while (node && !(ts.isCallExpression(node) || ts.isNewExpression(node)) || node && !calls(node, name)) node = node.parent;
        if (!node) continue;
        at = node.expression.getEnd();
      } else if (node.getText(source) !== name) continue;
      // Of an import or export of several lines the statement counts.
      for (let around = node; around; around = around.parent) {
        if (ts.isImportDeclaration(around) || ts.isExportDeclaration(around)) at = around.getStart(source);
      }
      found.add(`${path.relative(root, file)}:${source.getLineAndCharacterOfPosition(at).line + 1}`);
    }
  }
  return found;
}

function calls(node, name) {
  const callee = node.expression;
  return (ts.isIdentifier(callee) ? callee.text : ts.isPropertyAccessExpression(callee) ? callee.name.text : "") === name;
}

function tokenAt(source, position) {
  let node = source;
  for (;;) {
    const inner = node.getChildren(source).find((child) => child.getStart(source) <= position && position < child.getEnd());
    if (!inner) return node;
    node = inner;
  }
}

function candidates() {
  const found = [];
  for (const file of files) {
    const source = service.getProgram().getSourceFile(file);
    (function visit(node) {
      if ((ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) && node.body && node.name && ts.isIdentifier(node.name)) {
        const siblings = node.parent.members ?? node.parent.statements ?? [];
        const overloaded = siblings.filter((other) => other.name && other.name.text === node.name.text).length > 1;
        if (!overloaded) found.push({ file, node, name: node.name.text });
      }
      ts.forEachChild(node, visit);
    })(source);
  }
  return found;
}

function edit({ node, name }, kind, text) {
  const list = node.parameters;
  if (kind === "rename") return text.slice(0, node.name.getEnd()) + "WithAnotherName" + text.slice(node.name.getEnd());
  if (kind === "add") {
    if (list.length && ts.isIdentifier(list[0].name) && list[0].name.text === "this") return null;
    const at = list.pos;
    return text.slice(0, at) + "added: unique_of_the_edit" + (list.length ? ", " : "") + text.slice(at) + "\ninterface unique_of_the_edit { readonly added: unique symbol }\n";
  }
  const last = list[list.length - 1];
  if (!last || !ts.isIdentifier(last.name) || last.name.text === "this") return null;
  const from = list.length > 1 ? list[list.length - 2].getEnd() : list.pos;
  const body = node.body.getStart() + 1;
  return text.slice(0, from) + text.slice(list.end, body) + ` let ${last.name.text}: any;` + text.slice(body);
}

// The same order in every run.
let seed = 7;
const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
const all = candidates();
for (let i = all.length - 1; i > 0; i--) {
  const j = Math.floor(random() * (i + 1));
  [all[i], all[j]] = [all[j], all[i]];
}
let told = 0;
for (const one of all) {
  if (told >= Number(wanted)) break;
  const kind = ["add", "rename", "remove"][told % 3];
  const original = texts.get(one.file);
  const text = edit(one, kind, original);
  const word = new RegExp(`\\b${one.name}\\b`);
  const checked = files.filter((file) => word.test(texts.get(file)));
  if (text === null || (original.match(new RegExp(`\\b${one.name}\\b`, "g")).length < 2 && checked.length < 2)) continue;
  const before = errors(one.name, kind, checked);
  texts.set(one.file, text);
  versions.set(one.file, versions.get(one.file) + 1);
  const after = errors(one.name, kind, checked);
  texts.set(one.file, original);
  versions.set(one.file, versions.get(one.file) + 1);
  const broken = [...after].filter((place) => !before.has(place)).sort();
  if (!broken.length) continue;
  told++;
  process.stdout.write(JSON.stringify({ path: path.relative(root, one.file), kind, name: one.name, text, broken }) + "\n");
}
