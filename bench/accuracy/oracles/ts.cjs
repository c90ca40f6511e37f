// What the TypeScript checker says of every call, construction, element and accessor below a folder, as JSON lines.
// Usage: node ts.cjs NODE_MODULES FOLDER.
"use strict";
const {
  ts, checker, isInside, pathOf, placed, write, symbolOf, definitions, isDefinition, unwrapped,
} = require("./ts_program.cjs");
const { SyntaxKind } = ts;

module.exports = { siteOf };
if (require.main === module) {
  write((node, source) => {
    const site = siteOf(node, source);
    return site ? [site] : [];
  });
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
  const targets = inside.map(placed);
  const kind = inside.length ? " of " + SyntaxKind[inside[0].kind] : "";
  return { path: pathOf(source), line, name, form: form + kind, verdict, targets };
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
