// Listings of source: line numbers, marks, and a light touch of colour that knows no language in depth.
"use strict";

const WORDS =
  "abstract as async await boolean break case catch class const continue def default defer del elif else enum except " +
  "export extends false False final finally fn for from func function go if implements import in instanceof " +
  "interface is lambda let new nil None not null or and package pass private protected public raise range return self " +
  "static struct super switch this throw throws true True try type undefined var void while with yield";
const KEYWORDS = new Set(WORDS.split(" "));
const REST = /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)|(\b\d[\w.]*)|([A-Za-z_$][\w$]*)/;
const HASH = new RegExp(`(#.*)|${REST.source}`, "g");
const SLASHES = new RegExp(`(\\/\\/.*|\\/\\*.*?\\*\\/)|${REST.source}`, "g");
const LABEL = { "+": "added", "-": "removed", "!": "uses what changed" };

function coloured(text, token) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(token)) {
    const kind = match[1] ? "c" : match[2] ? "q" : match[3] ? "n" : KEYWORDS.has(match[4]) ? "k" : null;
    if (!kind) continue;
    parts.push(text.slice(from, match.index), h("span", { class: kind }, match[0]));
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}

function number(value) {
  return value === null ? "" : value;
}

function listing(rows, label, path) {
  const token = /\.(pyi?|rb|sh|toml|ya?ml)$/.test(path) ? HASH : SLASHES;
  if (!rows.length) return h("p", { class: "nocode" }, "The source is not part of this page.");
  const both = rows.some((row) => row[1] !== null);
  const body = rows.map(([tag, before, after, text]) => {
    if (tag === "…") return h("tr", { class: "gap" }, h("td", { colspan: both ? 4 : 3 }, "⋯"));
    const kind = { "+": "plus", "-": "minus", "!": "hit" }[tag] || "";
    return h(
      "tr",
      { class: kind },
      both ? h("td", { class: "no" }, number(before)) : null,
      h("td", { class: "no" }, number(after)),
      h("td", { class: "tag", "aria-label": LABEL[tag] }, tag === "!" ? "▸" : tag),
      h("td", { class: "text" }, h("code", {}, coloured(text, token))),
    );
  });
  return h(
    "div",
    { class: "code", role: "region", tabindex: "0", "aria-label": visible(label) },
    h("table", {}, h("tbody", {}, body)),
  );
}
