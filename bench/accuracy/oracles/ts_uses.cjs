// What every identifier below a folder names, as the TypeScript checker says it, as JSON lines (see uses.py).
// Usage: node ts_uses.cjs NODE_MODULES FOLDER.
"use strict";
const {
  ts, checker, isInside, pathOf, placed, write, definitions, valueOf, isAssignment, isDefinition, unwrapped,
} = require("./ts_program.cjs");
const { siteOf } = require("./ts.cjs");
const { SyntaxKind, SymbolFlags } = ts;

write((node, source) => {
  if (node.kind === SyntaxKind.SourceFile) return [{ path: pathOf(source), verdict: "read" }];
  if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) return rowsOf(node, source);
  // A call is judged in a table of its own. Here it confirms edges to what its callee has not named itself: the
  // constructor of a class, or a function that a variable holds.
  const call = siteOf(node, source);
  if (!call) return [];
  if (call.verdict === "outside") return [];
  return [{ ...call, form: "call", verdict: call.verdict === "unknown" ? "unknown" : "beside" }];
});

function rowsOf(id, source) {
  const comment = ts.findAncestor(id, ts.isJSDoc);
  const used = comment ? typeIn(id) : usedBy(id);
  if (!used) return [];
  const { symbol, use } = used;
  const row = { path: pathOf(source), ...linesOf(id, source, comment), name: id.text, kind: "", use, form: formOf(id) };
  if (!symbol?.declarations?.length) return [{ ...row, verdict: "unknown", targets: [] }];
  const inside = symbol.declarations.filter((d) => isInside(d.getSourceFile()));
  if (!inside.length) return [];
  // A property of a JavaScript object is declared by each assignment: the first that is of any kind stands for all.
  const kind = inside.map((d) => kindOf(d, symbol)).find((k) => k);
  const handed = definitions(symbol).filter((d) => isInside(d.getSourceFile()));
  if (!kind) return handed.length ? [{ ...row, verdict: "beside", targets: unique(handed.map(placed)) }] : [];
  const built = kind === "class" && use === "call" ? inside.flatMap((d) => (d.members ?? []).filter(ts.isConstructorDeclaration)) : [];
  const targets = unique([...inside, ...handed, ...built].map(placed));
  const verdict = isListed(id) || ts.isJsxClosingElement(id.parent) ? "beside" : "inside";
  return [{ ...row, kind, use: use || (isRead(kind, inside) ? "read" : "reference"), verdict, targets }];
}

function unique(targets) {
  return [...new Map(targets.map((t) => [`${t.path}:${t.line}:${t.name}`, t])).values()];
}

// A type in a comment is where what the comment describes begins; its own line is as good. The parts of a type that a
// comment declares are where they stand; where that type begins is as good.
function linesOf(id, source, comment) {
  const line = lineOf(id.getStart(source), source);
  if (!comment) return { line };
  const declared = ts.findAncestor(id, (n) => ts.isJSDocTypedefTag(n) || ts.isJSDocCallbackTag(n));
  if (declared) return { line, also: [lineOf(declared.getStart(source), source)] };
  return { line: lineOf(comment.parent.getStart(source), source), also: [line] };
}

function lineOf(position, source) {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}

// What a type in a comment names: no parameter, no name that a tag declares, and no import.
function typeIn(id) {
  if (!isOfType(id) || ts.findAncestor(id, ts.isImportTypeNode)?.parent.parent.kind === SyntaxKind.JSDocTypedefTag) return undefined;
  return { symbol: imported(aliased(checker.getSymbolAtLocation(id))), use: "type" };
}

// A type that is imported by a comment, `@typedef {import("./a").A} A`, is that type.
function imported(symbol) {
  const tag = symbol?.declarations?.find(ts.isJSDocTypedefTag);
  const type = tag?.typeExpression && ts.isJSDocTypeExpression(tag.typeExpression) ? tag.typeExpression.type : undefined;
  if (!type || !ts.isImportTypeNode(type) || type.typeArguments || !type.qualifier) return symbol;
  const name = ts.isQualifiedName(type.qualifier) ? type.qualifier.right : type.qualifier;
  return imported(aliased(checker.getSymbolAtLocation(name))) ?? symbol;
}

// The symbol that an identifier uses, and how where that is sure; undefined where it only declares something.
function usedBy(id) {
  const { parent } = id;
  if (ts.isShorthandPropertyAssignment(parent) && parent.name === id) {
    return { symbol: aliased(checker.getShorthandAssignmentValueSymbol(parent)), use: "" };
  }
  if (ts.isBindingElement(parent)) {
    if (parent.initializer === id) return named(id);
    if (parent.propertyName === id || (!parent.propertyName && !parent.dotDotDotToken && ts.isObjectBindingPattern(parent.parent))) {
      return isRequired(parent) ? undefined : { symbol: propertyOf(checker.getTypeAtLocation(parent.parent), id.text), use: "" };
    }
    return undefined;
  }
  if (ts.isJsxAttribute(parent) && parent.name === id) return literal(parent.parent, id.text);
  if (ts.isPropertyAssignment(parent) && parent.name === id) return literal(parent.parent, id.text);
  if (ts.isMethodDeclaration(parent) && parent.name === id && ts.isObjectLiteralExpression(parent.parent)) {
    return literal(parent.parent, id.text);
  }
  if (parent.name === id && !ts.isPropertyAccessExpression(parent)) return undefined;
  if (ts.isTypePredicateNode(parent) || ts.isMetaProperty(parent) || isLabel(parent) || isImported(id)) return undefined;
  if (ts.isPropertyAccessExpression(parent) && parent.name === id && declares(id)) return undefined;
  // What CommonJS gives to each module, and the language to each function.
  if (ts.isSourceFileJS(id.getSourceFile()) && ["module", "exports", "prototype"].includes(id.text)) return undefined;
  return named(id);
}

function named(id) {
  return { symbol: aliased(checker.getSymbolAtLocation(id)), use: useOf(id) };
}

function aliased(symbol) {
  return symbol && symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

// A property that a literal sets: the one of the type that is expected there.
function literal(object, name) {
  const symbol = propertyOf(checker.getContextualType(object), name);
  const declared = symbol?.declarations?.some((d) => !ts.isObjectLiteralElement(d));
  return declared ? { symbol, use: "literal" } : undefined;
}

function propertyOf(type, name) {
  if (!type) return undefined;
  const bare = checker.getNonNullableType(type);
  const found = checker.getPropertyOfType(bare, name);
  if (found || !bare.isUnion()) return found;
  // A union's members need not all have it: those that do declare it.
  return bare.types.map((t) => checker.getPropertyOfType(t, name)).find((s) => s);
}

function isLabel(parent) {
  return ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent);
}

// The names of imports, and the names that an import of a module declares.
function isImported(id) {
  const above = id.parent;
  if (ts.isImportSpecifier(above) || ts.isImportClause(above) || ts.isNamespaceImport(above)) return true;
  return ts.isNamespaceExport(above) || ts.isImportEqualsDeclaration(above) || ts.isImportAttribute(above);
}

function isRequired(element) {
  let at = element;
  while (ts.isBindingElement(at) || ts.isBindingPattern(at)) at = at.parent;
  let value = at.initializer;
  while (value && ts.isPropertyAccessExpression(value)) value = value.expression;
  return value && ts.isCallExpression(value) && ts.isIdentifier(value.expression) && value.expression.text === "require";
}

// A list of what a module exports, or a part of a declaration: like an import it is no use, but an edge there is right.
function isListed(id) {
  if (ts.isExportSpecifier(id.parent) || ts.isExportAssignment(id.parent) || isOwner(id)) return true;
  let at = id;
  if (ts.isShorthandPropertyAssignment(at.parent) || (ts.isPropertyAssignment(at.parent) && at.parent.initializer === at)) {
    at = at.parent.parent;
  }
  const exported = at.parent;
  return isAssignment(exported) && exported.right === at && /^(module\.)?exports\b/.test(exported.left.getText());
}

// Is it a part of what an assignment in JavaScript declares, as in `Name.prototype.method = …`?
function isOwner(id) {
  if (!ts.isSourceFileJS(id.getSourceFile())) return false;
  let at = id;
  while (ts.isPropertyAccessExpression(at.parent) && at.parent.expression === at) at = at.parent;
  return at !== id && isAssignment(at.parent) && at.parent.left === at && declares(at.name);
}

// Is the property declared by this assignment, as in `this.name = …` in JavaScript?
function declares(id) {
  const access = id.parent;
  const symbol = checker.getSymbolAtLocation(id);
  return Boolean(symbol?.declarations?.some((d) => d === access || d === access.parent || d === id));
}

function kindOf(declaration, symbol) {
  const value = valueOf(declaration);
  if (ts.isFunctionDeclaration(declaration)) return "function";
  if (ts.isClassLike(declaration)) return "class";
  if (ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration) || ts.isEnumDeclaration(declaration)) return "type";
  if (ts.isEnumMember(declaration)) return "enum_member";
  if (ts.isMethodDeclaration(declaration) || ts.isMethodSignature(declaration) || ts.isAccessor(declaration)) return "method";
  if (ts.isVariableDeclaration(declaration)) return variableKind(declaration, value);
  if (ts.isBindingElement(declaration)) return isOfModule(declaration) && !isRequired(declaration) ? "value" : "";
  if (ts.isJSDocTypedefTag(declaration) || ts.isJSDocCallbackTag(declaration)) return "type";
  if (ts.isPropertySignature(declaration) || ts.isJSDocPropertyTag(declaration)) return "field";
  if (ts.isPropertyDeclaration(declaration)) return isWritten(declaration, value) ? "method" : "field";
  if (ts.isParameter(declaration)) return symbol.flags & SymbolFlags.Property ? "field" : "";
  if (ts.isPropertyAssignment(declaration)) return value && isDefinition(value) ? memberKind(value) : "entry";
  if (ts.isShorthandPropertyAssignment(declaration)) return value && isDefinition(value) ? memberKind(value) : "entry";
  if (ts.isBinaryExpression(declaration) || ts.isPropertyAccessExpression(declaration)) return assignedKind(declaration, value);
  return "";
}

function memberKind(value) {
  return ts.isClassLike(value) ? "class" : ts.isFunctionDeclaration(value) ? "function" : "method";
}

function variableKind(declaration, value) {
  const written = declaration.initializer && unwrapped(declaration.initializer);
  if (written && (ts.isFunctionExpression(written) || ts.isArrowFunction(written))) return "function";
  if (written && ts.isClassExpression(written)) return "class";
  const required = written && ts.isCallExpression(written) && written.expression.getText() === "require";
  return isOfModule(declaration) && !required && !(value && ts.isSourceFile(value)) ? "value" : "";
}

function assignedKind(declaration, value) {
  const access = ts.isBinaryExpression(declaration) ? declaration.left : declaration;
  const exported = /^(module\.)?exports\b/.test(access.getText());
  if (value && ts.isClassLike(value)) return "class";
  if (value && isDefinition(value)) return exported ? "function" : "method";
  return exported ? "value" : "field";
}

function isWritten(declaration, value) {
  return Boolean(value && isDefinition(value) && declaration.initializer && unwrapped(declaration.initializer) === value);
}

// Is the variable one of its module, and no local one of a function or a block?
function isOfModule(declaration) {
  let at = declaration;
  while (!ts.isVariableDeclarationList(at)) {
    if (!at.parent || ts.isParameter(at)) return false;
    at = at.parent;
  }
  const blockScoped = at.flags & ts.NodeFlags.BlockScoped;
  for (at = at.parent; at && !ts.isSourceFile(at); at = at.parent) {
    if (ts.isFunctionLike(at) || ts.isClassStaticBlockDeclaration(at)) return false;
    if (blockScoped && !ts.isVariableStatement(at) && !ts.isModuleBlock(at) && !ts.isModuleDeclaration(at)) return false;
  }
  return true;
}

// Is what is named something that is read, and not something that is referred to?
function isRead(kind, declarations) {
  return ["value", "field", "entry", "enum_member"].includes(kind) || declarations.some((d) => ts.isAccessor(d));
}

function useOf(id) {
  const { parent } = id;
  let whole = id;
  while (ts.isPropertyAccessExpression(whole.parent) && whole.parent.name === whole) whole = whole.parent;
  whole = outer(whole);
  const around = whole.parent;
  if (isOfType(id)) return "type";
  if (ts.isDecorator(around)) return "decorator";
  if (ts.isCallExpression(around) && around.expression === whole) {
    return ts.isDecorator(around.parent) ? "decorator" : "call";
  }
  if (ts.isNewExpression(around) && around.expression === whole) return "call";
  if (ts.isTaggedTemplateExpression(around) && around.tag === whole) return "call";
  if (ts.isJsxOpeningLikeElement(around) && around.tagName === whole) return "call";
  if (ts.isPropertyAccessExpression(parent) && parent.name !== id) return "";
  return isTarget(whole) ? "write" : "";
}

// Without parentheses, casts and `!` around it.
function outer(node) {
  let at = node;
  while (at.parent && at.parent.expression === at && unwrapped(at.parent) !== at.parent) at = at.parent;
  return at;
}

function isOfType(id) {
  let at = id;
  while (ts.isQualifiedName(at.parent) || (ts.isPropertyAccessExpression(at.parent) && at.parent.expression === at)) at = at.parent;
  if (ts.isPropertyAccessExpression(at.parent) && at.parent.name === at) at = at.parent;
  if (ts.isExpressionWithTypeArguments(at.parent) && ts.isHeritageClause(at.parent.parent)) return true;
  return ts.isTypeReferenceNode(at.parent) || ts.isTypeQueryNode(at.parent) || ts.isImportTypeNode(at.parent);
}

// Is something assigned to it, alone or as a part of a pattern?
function isTarget(node) {
  const { parent } = node;
  if (ts.isBinaryExpression(parent) && parent.left === node) {
    const { kind } = parent.operatorToken;
    if (kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment) return true;
  }
  if (ts.isDeleteExpression(parent)) return true;
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) {
    return parent.operator === SyntaxKind.PlusPlusToken || parent.operator === SyntaxKind.MinusMinusToken;
  }
  if (ts.isForInStatement(parent) || ts.isForOfStatement(parent)) return parent.initializer === node;
  if (ts.isSpreadElement(parent) || ts.isSpreadAssignment(parent) || ts.isArrayLiteralExpression(parent)) return isTarget(parent);
  if (ts.isPropertyAssignment(parent) && parent.initializer === node) return isTarget(parent.parent);
  return false;
}

function formOf(id) {
  const { parent } = id;
  if (ts.isPropertyAccessExpression(parent)) {
    return parent.name !== id ? "receiver" : parent.expression.kind === SyntaxKind.ThisKeyword ? "this.m" : "member";
  }
  return SyntaxKind[parent.kind];
}
