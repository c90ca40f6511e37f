// What the TypeScript checker says of every call, construction, element and accessor below a folder, as JSON lines.
// Usage: node ts.cjs NODE_MODULES FOLDER. The packages in the folder see each other's sources by their names.
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

for (const source of program.getSourceFiles()) {
  if (isInside(source)) visit(source, source);
}

function isInside(source) {
  return source.fileName.startsWith(folder + path.sep) && !source.fileName.includes("/node_modules/");
}

function visit(root, source) {
  const work = [root];
  const sites = [];
  while (work.length) {
    const node = work.pop();
    const site = siteOf(node, source);
    if (site) sites.push(site);
    const children = [];
    ts.forEachChild(node, (child) => void children.push(child));
    work.push(...children.reverse());
  }
  if (sites.length) process.stdout.write(sites.map((s) => JSON.stringify(s) + "\n").join(""));
}

function siteOf(node, source) {
  switch (node.kind) {
    case SyntaxKind.CallExpression:
      if (node.expression.kind === SyntaxKind.ImportKeyword) return null;
      return judged(node, node.expression, source, "inside", "");
    case SyntaxKind.NewExpression:
      return judged(node, node.expression, source, "inside", "new ");
    case SyntaxKind.TaggedTemplateExpression:
      return judged(node, node.tag, source, "inside", "tag ");
    case SyntaxKind.JsxOpeningElement:
    case SyntaxKind.JsxSelfClosingElement:
      if (/^[a-z]/.test(node.tagName.getText(source))) return null;
      return judged(node, node.tagName, source, "inside", "element ");
    case SyntaxKind.Decorator:
      if (ts.isCallExpression(node.expression)) return null;
      return judged(node, node.expression, source, "beside", "decorator ");
    case SyntaxKind.PropertyAccessExpression:
      return accessor(node, source);
    default:
      return null;
  }
}

// A property whose reading or writing runs a function.
function accessor(node, source) {
  const symbol = checker.getSymbolAtLocation(node.name);
  if (!symbol || !(symbol.flags & ts.SymbolFlags.Accessor)) return null;
  return row(node, source, node.name.text, "beside", "property", symbol.declarations ?? []);
}

function judged(node, callee, source, verdict, prefix) {
  const bare = unwrapped(callee);
  const name = nameOf(bare);
  const form = prefix + formOf(bare);
  const signature = checker.getResolvedSignature(node);
  const symbol = symbolOf(bare);
  const declared = definitions(symbol);
  if (declared.length) {
    if (prefix === "new " || bare.kind === SyntaxKind.SuperKeyword) {
      const built = signature?.declaration;
      if (built && ts.isConstructorDeclaration(built)) {
        declared.push(...built.parent.members.filter(ts.isConstructorDeclaration));
      }
    }
    return row(callee, source, name, verdict, form, declared);
  }
  // The callee is a value of no definition: what its signature says, if that is a definition itself.
  const by = signature?.declaration;
  if (by && ts.isConstructorDeclaration(by)) return row(callee, source, name, verdict, form, [by, by.parent]);
  if (by && isDefinition(by)) {
    // One that was handed on by name: `const f = g` calls g.
    return row(callee, source, name, verdict, form, [by]);
  }
  if (by && !isInside(by.getSourceFile())) return row(callee, source, name, "outside", form, []);
  if (symbol?.declarations?.length && symbol.declarations.every((d) => !isInside(d.getSourceFile()))) {
    return row(callee, source, name, "outside", form, []);
  }
  return row(callee, source, name, "unknown", form, []);
}

function row(at, source, name, verdict, form, declarations) {
  const line = source.getLineAndCharacterOfPosition(at.getEnd()).line + 1;
  const inside = declarations.filter((d) => isInside(d.getSourceFile()));
  if (verdict !== "unknown" && verdict !== "outside" && !inside.length) verdict = "outside";
  const targets = inside.map((d) => {
    const file = d.getSourceFile();
    const from = (named(d) ?? d).getStart(file);
    return {
      path: path.relative(folder, file.fileName),
      line: file.getLineAndCharacterOfPosition(from).line + 1,
      name: named(d)?.getText(file) ?? (ts.isConstructorDeclaration(d) ? "constructor" : ""),
    };
  });
  const kind = inside.length ? " of " + SyntaxKind[inside[0].kind] : "";
  return { path: path.relative(folder, source.fileName), line, name, form: form + kind, verdict, targets };
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

function nameOf(callee) {
  if (ts.isPropertyAccessExpression(callee)) return callee.name.text;
  if (ts.isElementAccessExpression(callee) && ts.isStringLiteralLike(callee.argumentExpression)) {
    return callee.argumentExpression.text;
  }
  return ts.isIdentifier(callee) ? callee.text : callee.kind === SyntaxKind.SuperKeyword ? "super" : "";
}

// How the callee is written; its receiver tells what had to be known.
function formOf(callee) {
  if (ts.isIdentifier(callee)) return "name";
  if (callee.kind === SyntaxKind.SuperKeyword) return "super";
  if (ts.isElementAccessExpression(callee)) return "index";
  if (!ts.isPropertyAccessExpression(callee)) return SyntaxKind[callee.kind];
  const receiver = unwrapped(callee.expression);
  if (receiver.kind === SyntaxKind.ThisKeyword) return "this.m";
  if (receiver.kind === SyntaxKind.SuperKeyword) return "super.m";
  if (ts.isIdentifier(receiver)) {
    const declaration = checker.getSymbolAtLocation(receiver)?.declarations?.[0];
    if (!declaration) return "name.m";
    const untyped = "type" in declaration && !declaration.type ? " untyped" : "";
    return ts.isImportClause(declaration) || ts.isImportSpecifier(declaration) || ts.isNamespaceImport(declaration)
      ? "import.m"
      : SyntaxKind[declaration.kind] + untyped + ".m";
  }
  if (ts.isPropertyAccessExpression(receiver)) {
    return unwrapped(receiver.expression).kind === SyntaxKind.ThisKeyword ? "this.f.m" : "a.f.m";
  }
  return SyntaxKind[receiver.kind] + ".m";
}
