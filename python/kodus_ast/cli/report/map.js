// The picture: what changed on the left, who is affected in columns by distance, the calls between them.
"use strict";

const BOX = { width: 208, height: 40, gapX: 84, gapY: 12, top: 34, left: 4 };
const MOST_IN_COLUMN = 24;

// Columns of nodes by distance; in a column the severest are kept, each near what it calls: fewer crossings.
function layout(nodes, edges) {
  const depth = Math.max(0, ...nodes.map((node) => node.distance));
  const columns = Array.from({ length: depth + 1 }, () => []);
  for (const node of nodes) columns[node.distance].push(node);
  const targets = new Map();
  for (const edge of edges) targets.set(edge.from, [...(targets.get(edge.from) || []), edge.to]);
  const place = new Map();
  const pull = (node) => {
    const rows = (targets.get(node.key) || []).filter((key) => place.has(key)).map((key) => place.get(key).row);
    return rows.length ? rows.reduce((a, b) => a + b, 0) / rows.length : Infinity;
  };
  columns.forEach((column, x) => {
    const pulls = new Map(column.map((node) => [node, x ? pull(node) : 0]));
    // One that hangs from something drawn says more than one that hangs in the air.
    const loose = (node) => (pulls.get(node) === Infinity ? 1 : 0);
    column.sort((a, b) => (x ? loose(a) - loose(b) || rank(a) - rank(b) : b.weight - a.weight));
    const kept = column.slice(0, MOST_IN_COLUMN).map((node) => ({ node, pull: pulls.get(node) }));
    kept.sort((a, b) => (a.pull === b.pull ? 0 : a.pull - b.pull));
    kept.forEach(({ node }, row) => place.set(node.key, { node, x, row }));
  });
  const rest = columns.map((column) => Math.max(0, column.length - MOST_IN_COLUMN));
  const most = Math.max(1, ...columns.map((column, x) => Math.min(column.length, MOST_IN_COLUMN) + (rest[x] ? 1 : 0)));
  return { columns, place, rest, most };
}

function rank(node) {
  return { high: 0, medium: 1, low: 2 }[node.severity] ?? 3;
}

function drawMap(nodes, edges, choose) {
  const { columns, place, rest, most } = layout(nodes, edges);
  const width = BOX.left * 2 + columns.length * BOX.width + (columns.length - 1) * BOX.gapX;
  const height = BOX.top + most * (BOX.height + BOX.gapY);
  const at = (key) => {
    const { x, row } = place.get(key);
    const inColumn = Math.min(columns[x].length, MOST_IN_COLUMN) + (rest[x] ? 1 : 0);
    const shift = ((most - inColumn) * (BOX.height + BOX.gapY)) / 2;
    return { x: BOX.left + x * (BOX.width + BOX.gapX), y: BOX.top + shift + row * (BOX.height + BOX.gapY) };
  };
  const svg = s("svg", {
    viewBox: `0 0 ${width} ${height}`, width, height, role: "group",
    "aria-label": "Changed definitions on the left, affected ones to the right by distance",
  });
  const heads = columns.map((column, x) =>
    s(
      "text",
      { class: "column", x: BOX.left + x * (BOX.width + BOX.gapX) + BOX.width / 2, y: 16, "text-anchor": "middle" },
      x === 0 ? `changed (${column.length})` : `${plural(x, "step")} away (${column.length})`,
    ),
  );
  const lines = edges
    .filter((edge) => place.has(edge.from) && place.has(edge.to))
    .map((edge) => ({ edge, element: curve(at(edge.from), at(edge.to), edge) }));
  const boxes = new Map();
  for (const [key, { node }] of place) boxes.set(key, box(node, at(key)));
  const more = rest.flatMap((count, x) => {
    if (!count) return [];
    const last = columns[x].slice(0, MOST_IN_COLUMN).map((node) => at(node.key).y);
    const y = Math.max(...last) + BOX.height + BOX.gapY + 20;
    return s("text", { class: "more", x: BOX.left + x * (BOX.width + BOX.gapX) + BOX.width / 2, y, "text-anchor": "middle" }, `and ${count} more in the list`);
  });
  fill(svg, {}, [heads, lines.map((line) => line.element), [...boxes.values()], more]);

  // A way is all that lies between a node and what changed.
  function trace(key) {
    const on = new Set([key]);
    const queue = [key];
    while (queue.length) {
      const next = queue.pop();
      for (const { edge } of lines) {
        if (edge.from === next && !on.has(edge.to)) { on.add(edge.to); queue.push(edge.to); }
      }
    }
    if (place.get(key)?.x === 0) {
      const back = [key];
      while (back.length) {
        const next = back.pop();
        for (const { edge } of lines) {
          if (edge.to === next && !on.has(edge.from)) { on.add(edge.from); back.push(edge.from); }
        }
      }
    }
    return on;
  }
  function light(key) {
    const on = key && place.has(key) ? trace(key) : null;
    svg.classList.toggle("traced", Boolean(on));
    for (const [name, element] of boxes) element.classList.toggle("on", Boolean(on?.has(name)));
    for (const { edge, element } of lines) element.classList.toggle("on", Boolean(on?.has(edge.from) && on.has(edge.to)));
  }
  let chosen = null;
  for (const [key, element] of boxes) {
    element.addEventListener("click", () => choose(key));
    element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(key); }
    });
    element.addEventListener("mouseenter", () => light(key));
    element.addEventListener("focus", () => light(key));
    element.addEventListener("mouseleave", () => light(chosen));
    element.addEventListener("blur", () => light(chosen));
  }
  return {
    element: svg,
    select(key, traced) {
      chosen = traced ? key : null;
      for (const [name, element] of boxes) {
        element.classList.toggle("chosen", name === key);
        element.setAttribute("aria-pressed", String(name === key));
      }
      light(chosen);
    },
    filter(shown) {
      for (const [name, element] of boxes) element.classList.toggle("off", !shown.has(name));
      for (const { edge, element } of lines) element.classList.toggle("off", !shown.has(edge.from) || !shown.has(edge.to));
    },
  };
}

function curve(from, to, edge) {
  const a = { x: to.x + BOX.width, y: to.y + BOX.height / 2 };
  const b = { x: from.x, y: from.y + BOX.height / 2 };
  const bend = Math.max(30, (b.x - a.x) / 2);
  return s(
    "path",
    { class: `edge ${edge.confidence < 0.7 ? "unsure" : ""}`, d: `M${a.x},${a.y} C${a.x + bend},${a.y} ${b.x - bend},${b.y} ${b.x},${b.y}` },
    s("title", {}, `${edge.path}:${edge.line} · ${edge.kind}, ${edge.via} ${edge.confidence}`),
  );
}

function box(node, { x, y }) {
  const kind = node.distance === 0 ? `change ${node.change}` : `severity ${node.severity}`;
  return s(
    "g",
    {
      class: `node ${kind} ${node.test ? "test" : ""} ${node.dangling ? "dangling" : ""}`,
      transform: `translate(${x},${y})`, tabindex: "0", role: "button",
      "aria-label": visible(`${node.name} in ${node.path}, ${node.words}`),
    },
    s("title", {}, `${node.id} — ${node.words}`),
    s("rect", { class: "body", width: BOX.width, height: BOX.height, rx: 7 }),
    s("rect", { class: "stripe", width: 5, height: BOX.height - 12, x: 6, y: 6, rx: 2.5 }),
    s("text", { class: "name", x: 19, y: 17 }, shortened(node.name, 25)),
    s("text", { class: "path", x: 19, y: 32 }, shortPath(node.path, 28)),
  );
}
