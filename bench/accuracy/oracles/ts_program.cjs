// The sources below a folder as the TypeScript checker reads them, and where their definitions are.
// The packages in the folder see each other's sources by their names.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const [modules, folder] = process.argv.slice(2).map((p) => path.resolve(p));
const ts = require(path.join(modules, "typescript"));
const { SyntaxKind } = ts;

const files = [];
const paths = {};
for (const entry of fs.readdirSync(folder, { recursive: true }).sort()) {
  const full = path.join(folder, entry);
  if (path.basename(entry) === "package.json") addPaths(full);
  if (/\.[cm]?[jt]sx?$/.test(entry) && fs.statSync(full).isFile()) files.push(full);
}

function addPaths(manifest) {
  const { name, main } = JSON.parse(fs.readFileSync(manifest, "utf8"));
  const home = path.dirname(manifest);
  const sources = ["src/index.ts", "src.ts/index.ts", main ?? "index.js"].map((s) => path.join(home, s));
  const found = sources.find((s) => fs.existsSync(s));
  if (name && found) paths[name] = [found];
}

const program = ts.createProgram(files, {
  allowJs: true,
  checkJs: true,
  maxNodeModuleJsDepth: 0,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  jsx: ts.JsxEmit.Preserve,
  experimentalDecorators: true,
  esModuleInterop: true,
  resolveJsonModule: true,
  strict: true,
  noEmit: true,
  typeRoots: [path.join(modules, "@types")],
  types: ["node"],
  baseUrl: folder,
  paths,
});
const checker = program.getTypeChecker();

function isInside(source) {
  return source.fileName.startsWith(folder + path.sep) && !source.fileName.includes("/node_modules/");
}

function pathOf(source) {
  return path.relative(folder, source.fileName);
}

// Where a declaration has its name, as a site's target.
function placed(declaration) {
  const file = declaration.getSourceFile();
  const from = (named(declaration) ?? declaration).getStart(file);
  return {
    path: pathOf(file),
    line: file.getLineAndCharacterOfPosition(from).line + 1,
    name: named(declaration)?.getText(file) ?? (ts.isConstructorDeclaration(declaration) ? "constructor" : ""),
  };
}

// Writes the rows of every file of the folder, all that `rowsOf` returns of its nodes in their order.
function write(rowsOf) {
  for (const source of program.getSourceFiles()) {
    if (!isInside(source)) continue;
    const rows = [];
    const work = [source];
    while (work.length) {
      const node = work.pop();
      rows.push(...rowsOf(node, source));
      const children = [];
      // In JavaScript the comments hold the types.
      if (ts.isSourceFileJS(source)) children.push(...(node.jsDoc ?? []));
      ts.forEachChild(node, (child) => void children.push(child));
      work.push(...children.reverse());
    }
    if (rows.length) process.stdout.write(rows.map((row) => JSON.stringify(row) + "\n").join(""));
  }
}

function named(declaration) {
  if (declaration.name) return declaration.name;
  const around = declaration.parent;
  if (!around) return undefined;
  if (ts.isVariableDeclaration(around) || ts.isPropertyAssignment(around) || ts.isPropertyDeclaration(around)) return around.name;
  if (ts.isBinaryExpression(around) && ts.isPropertyAccessExpression(around.left)) return around.left.name;
  return undefined;
}

function symbolOf(callee) {
  let at = callee;
  if (ts.isPropertyAccessExpression(callee)) at = callee.name;
  else if (ts.isElementAccessExpression(callee)) at = callee.argumentExpression;
  let symbol = checker.getSymbolAtLocation(at);
  if (callee.kind === SyntaxKind.SuperKeyword) symbol = checker.getTypeAtLocation(callee).symbol ?? symbol;
  if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  return symbol;
}

// The symbol's declarations that are code with a name of its own; overloads and merged declarations are as good.
function definitions(symbol) {
  const found = [];
  for (const declaration of symbol?.declarations ?? []) {
    if (isDefinition(declaration)) found.push(declaration);
    const value = valueOf(declaration);
    if (value && isDefinition(value)) found.push(value);
    else if (value && ts.isCallExpression(value) && value.arguments.some((a) => isDefinition(a))) found.push(declaration);
  }
  return found;
}

function valueOf(declaration) {
  if (ts.isShorthandPropertyAssignment(declaration)) {
    return definitions(checker.getShorthandAssignmentValueSymbol(declaration))[0];
  }
  const assignment = ts.isBinaryExpression(declaration) ? declaration : declaration.parent;
  if (assignment && isAssignment(assignment)) {
    // `module.exports = exports = Name` stands for what the name does.
    let right = unwrapped(assignment.right);
    while (isAssignment(right)) right = unwrapped(right.right);
    return ts.isIdentifier(right) ? (definitions(symbolOf(right))[0] ?? right) : right;
  }
  const value = declaration.initializer && unwrapped(declaration.initializer);
  if (value && ts.isIdentifier(value)) return definitions(symbolOf(value))[0];
  return value;
}

function isAssignment(node) {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === SyntaxKind.EqualsToken;
}

function isDefinition(node) {
  return (
    ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node) || ts.isMethodSignature(node) || ts.isConstructorDeclaration(node) ||
    ts.isClassDeclaration(node) || ts.isClassExpression(node) ||
    ts.isGetAccessor(node) || ts.isSetAccessor(node)
  );
}

function unwrapped(node) {
  while (
    ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) || ts.isAsExpression(node) ||
    ts.isSatisfiesExpression?.(node) || ts.isTypeAssertionExpression(node)
  ) {
    node = node.expression;
  }
  return node;
}

module.exports = {
  ts, checker, isInside, pathOf, placed, write, symbolOf, definitions, valueOf, isAssignment, isDefinition, unwrapped,
};
