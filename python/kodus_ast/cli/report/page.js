// The page: reads the data block, draws picture, list and details, and keeps them in step.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const SEVERITIES = ["high", "medium", "low"];

// One key per thing on the page; a symbol may stand on both sides or be both changed and affected.
const changes = data.changes.map((change) => ({ ...change, key: `c:${change.id}`, distance: 0, weight: change.affected }));
const affected = data.affected.map((one) => ({ ...one, key: `a:${one.side}:${one.id}`, words: wordsOf(one) }));
const byKey = new Map([...changes, ...affected].map((item) => [item.key, item]));
const changeById = new Map();
for (const change of changes) {
  if (change.previous && !changeById.has(change.previous)) changeById.set(change.previous, change);
}
for (const change of changes) changeById.set(change.id, change);
const edges = affected.flatMap(edgesOf);
// More than this and a picture of everything says little: it then begins with the chosen change alone.
const CROWDED = 40;
const state = { search: "", severity: new Set(SEVERITIES), distance: Infinity, tests: "all", key: null };
let map = null;
let drawn = null;

function wordsOf(one) {
  return `${one.reason}${one.dangling ? ", left dangling" : ""} · ${one.severity} · ${plural(one.distance, "step")} away`;
}

// The key of a step's target: the changed definition at the end of the way, else the affected one between.
function targetKey(one, step, last) {
  if (last) return changeById.get(step.to)?.key ?? changeById.get(one.change)?.key;
  return `a:${one.side}:${step.to}`;
}

function edgesOf(one) {
  const step = one.steps[0];
  return step ? [{ ...step, from: one.key, to: targetKey(one, step, one.steps.length === 1) }] : [];
}

function matches(item) {
  const wanted = state.search;
  if (wanted && !`${item.name} ${item.path} ${item.id}`.toLowerCase().includes(wanted)) return false;
  if (state.tests === "none" && item.test) return false;
  if (state.tests === "only" && !item.test) return false;
  if (item.distance === 0) return true;
  return state.severity.has(item.severity) && item.distance <= state.distance;
}

function tile(value, words, kind) {
  return h("div", { class: `tile ${kind || ""}` }, h("strong", {}, value), h("span", {}, words));
}

function drawHeader() {
  const subject = [h("span", { class: "repo" }, data.repo), " ", h("code", {}, data.base), " → ", h("code", {}, data.head)];
  $("subject").append(...fill(h("span", {}), {}, subject).childNodes);
  const high = affected.filter((one) => one.severity === "high").length;
  const dangling = affected.filter((one) => one.dangling).length;
  const breaking = changes.filter(breaks).length;
  const untested = changes.filter((change) => change.untested).length;
  fill($("tiles"), {}, [
    tile(changes.length, "changed"),
    breaking ? tile(breaking, "break their contract", "high") : null,
    tile(affected.length, "affected"),
    high ? tile(high, "high severity", "high") : null,
    dangling ? tile(dangling, "left dangling", "high") : null,
    tile(data.tests.length, plural(data.tests.length, "test").replace(/^\d+ /, "") + " to run", "good"),
    untested ? tile(untested, "changed, no test", "medium") : null,
  ]);
  $("footer").textContent = `kodus-ast ${data.tool} · ${data.summary}`;
}

function item(one) {
  const place = one.steps?.length ? `${one.steps[0].path}:${one.steps[0].line}` : `${one.path}:${one.line}`;
  const badge = one.distance === 0
    ? h("span", { class: `badge ${one.change}` }, one.words)
    : h("span", { class: `badge ${one.severity}` }, one.severity);
  return h(
    "button",
    { type: "button", class: "item", "data-key": visible(one.key), "aria-pressed": String(one.key === state.key), onclick: () => choose(one.key) },
    h("span", { class: "first" }, h("span", { class: "name" }, one.name), badge, one.test ? h("span", { class: "badge test" }, "test") : null,
      one.dangling ? h("span", { class: "badge high" }, "dangling") : null),
    h("span", { class: "second" }, one.distance === 0 ? place : `${place} · ${one.reason}`),
    one.distance === 0 && one.affected ? h("span", { class: "second" }, `${one.affected} affected${one.untested ? " · no test reaches it" : ""}`) : null,
  );
}

function group(title, items) {
  if (!items.length) return null;
  return h("section", { class: "group" }, h("h3", {}, `${title} `, h("span", {}, items.length)), items.map(item));
}

function drawList() {
  const shown = new Set([...byKey.values()].filter(matches).map((one) => one.key));
  const changed = changes.filter((one) => shown.has(one.key)).sort(byWeight);
  const reached = affected.filter((one) => shown.has(one.key));
  const distances = [...new Set(reached.map((one) => one.distance))].sort((a, b) => a - b);
  const groups = [
    group("Changed", changed),
    ...distances.map((distance) => group(`Affected, ${plural(distance, "step")} away`, reached.filter((one) => one.distance === distance))),
  ];
  $("list").replaceChildren(...fill(h("div", {}), {}, [groups, shown.size ? null : h("p", { class: "empty" }, byKey.size ? "Nothing matches these filters." : "No definition changed.")]).childNodes);
  $("count").textContent = `${changed.length} changed, ${reached.length} affected shown`;
  map?.filter(shown);
}

function breaks(change) {
  return change.contract.some((difference) => difference.breaking);
}

// What a reviewer should look at first: broken contracts, then what reaches furthest.
function byWeight(a, b) {
  return Number(breaks(b)) - Number(breaks(a)) || b.affected - a.affected;
}

// The picture of all, or of the one change that the chosen definition is or hangs from.
function drawPicture() {
  const chosen = byKey.get(state.key);
  const root = chosen && (chosen.distance === 0 ? chosen : changeById.get(chosen.change));
  const scope = $("only").checked && root ? root : null;
  if (map && drawn === scope) return;
  drawn = scope;
  const nodes = scope ? [scope, ...affected.filter((one) => changeById.get(one.change) === scope)] : [...changes, ...affected];
  map = drawMap(nodes, edges, (key) => choose(key));
  $("map").replaceChildren(map.element);
  map.filter(new Set([...byKey.values()].filter(matches).map((one) => one.key)));
}

function contractTable(change) {
  if (!change.contract.length) return null;
  const rows = change.contract.map((difference) =>
    h("tr", { class: difference.breaking ? "breaking" : "" },
      h("th", { scope: "row" }, difference.words, difference.breaking ? h("span", { class: "badge high" }, "breaking") : null),
      h("td", { class: "before" }, difference.before === null ? h("i", {}, "none") : h("code", {}, difference.before)),
      h("td", { class: "after" }, difference.after === null ? h("i", {}, "none") : h("code", {}, difference.after))),
  );
  return h("div", { class: "scroll" }, h("table", { class: "contract" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "What callers rely on"), h("th", { scope: "col" }, "Before"), h("th", { scope: "col" }, "After"))),
    h("tbody", {}, rows)));
}

function changeBlock(change) {
  return h("section", { class: "step" },
    h("h3", {}, h("span", { class: `badge ${change.change}` }, change.words), " ", h("span", { class: "name" }, change.name)),
    h("p", { class: "place" }, `${change.path}:${change.line} · ${change.kind}`),
    contractTable(change), listing(change.rows, `Change of ${change.name}`, change.path));
}

function nameOf(id) {
  return byKey.get(`c:${id}`)?.name ?? id.split("::").pop();
}

function stepBlock(one, step, rows) {
  return h("section", { class: "step" },
    h("h3", {}, h("span", { class: "name" }, one ? one.name : step.from), " ",
      h("span", { class: "how" }, `${step.kind} ${nameOf(step.to)} at line ${step.line} · by ${step.via}, ${Math.round(step.confidence * 100)} % sure`)),
    h("p", { class: "place" }, `${step.path}:${step.line}${one?.side === "base" ? " · as it was in base" : ""}`),
    listing(rows, `Code of ${one ? one.name : step.from}`, step.path));
}

function misfitsOf(one) {
  const places = data.misfits.filter((misfit) => misfit.change === one.id);
  if (!places.length) return null;
  return h("section", { class: "step" }, h("h3", {}, `${plural(places.length, "place")} no longer fit`),
    h("ul", {}, places.slice(0, 100).map((misfit) => h("li", {}, h("span", { class: "place" }, misfit.place), ` ${misfit.name} ${misfit.words}`))));
}

function entriesOf(one) {
  const ways = data.entries.filter((entry) => entry.change === one.id);
  if (!ways.length) return null;
  return h("p", { class: "reach" }, "Reached by ", ways.slice(0, 30).map((way, i) => [i ? ", " : "", `${way.words}: ${way.name}`]), ways.length > 30 ? ` and ${ways.length - 30} more` : "", ".");
}

function linkTo(one) {
  return h("button", { type: "button", class: "link", onclick: () => choose(one.key) }, one.name);
}

function detailOf(one) {
  if (one.distance === 0) {
    const reached = affected.filter((other) => changeById.get(other.change) === one);
    const tests = reached.filter((other) => other.test);
    return [
      h("h2", {}, one.name),
      h("p", { class: "lead" }, reached.length ? `${plural(reached.length, "definition")} affected` : "Nothing else is known to be affected", one.untested ? ", and no test reaches it." : "."),
      changeBlock(one),
      misfitsOf(one),
      entriesOf(one),
      reached.length ? h("p", { class: "reach" }, "Reaches ", reached.slice(0, 30).map((other, i) => [i ? ", " : "", linkTo(other)]), reached.length > 30 ? ` and ${reached.length - 30} more` : "", ".") : null,
      tests.length ? h("p", { class: "reach" }, "Tests: ", tests.slice(0, 30).map((other, i) => [i ? ", " : "", linkTo(other)]), ".") : null,
    ];
  }
  const blocks = one.steps.map((step, i) => {
    const from = i === 0 ? one : byKey.get(`a:${one.side}:${step.from}`);
    return stepBlock(from, step, from?.rows ?? []);
  });
  const change = changeById.get(one.change);
  return [
    h("h2", {}, one.name, " ", h("span", { class: `badge ${one.severity}` }, one.severity), one.dangling ? h("span", { class: "badge high" }, "dangling") : null),
    h("p", { class: "lead" }, `${one.reason}: ${plural(one.distance, "step")} away from what changed, ${Math.round(one.confidence * 100)} % sure.`),
    blocks, change ? changeBlock(change) : null,
  ];
}

function choose(key, quiet) {
  const one = byKey.get(key);
  if (!one) return;
  state.key = key;
  $("detail").replaceChildren(...fill(h("div", {}), {}, detailOf(one)).childNodes);
  for (const button of document.querySelectorAll(".item")) button.setAttribute("aria-pressed", String(button.dataset.key === visible(key)));
  const list = $("list");
  const button = list.querySelector('.item[aria-pressed="true"]');
  if (button && list.scrollHeight > list.clientHeight) {
    const top = button.offsetTop - list.offsetTop;
    if (top < list.scrollTop || top + button.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 3;
  }
  drawPicture();
  map.select(key, !quiet);
  if (quiet) return;
  history.replaceState(null, "", `#${encodeURIComponent(key)}`);
  // The calling line first: below the list on a narrow screen, beside it on a wide one.
  $("detail").scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  const hit = $("detail").querySelector("tr.hit");
  const code = hit?.closest(".code");
  if (code) code.scrollTop = Math.max(0, hit.offsetTop - code.clientHeight / 3);
}

function drawFilters() {
  for (const severity of SEVERITIES) {
    const count = affected.filter((one) => one.severity === severity).length;
    const input = h("input", { type: "checkbox", checked: true, value: severity, onchange: (event) => {
      if (event.target.checked) state.severity.add(severity); else state.severity.delete(severity);
      drawList();
    } });
    $("severity").append(h("label", { class: `chip ${severity}` }, input, `${severity} ${count}`));
  }
  const distances = [...new Set(affected.map((one) => one.distance))].sort((a, b) => a - b);
  $("distance").append(h("option", { value: "Infinity" }, "any"), ...distances.map((d) => h("option", { value: d }, `up to ${d}`)));
  $("distance").addEventListener("change", (event) => { state.distance = Number(event.target.value); drawList(); });
  $("tests").addEventListener("change", (event) => { state.tests = event.target.value; drawList(); });
  $("search").addEventListener("input", (event) => { state.search = event.target.value.trim().toLowerCase(); drawList(); });
  $("filters").addEventListener("submit", (event) => event.preventDefault());
}

function start() {
  drawHeader();
  drawFilters();
  if (changes.length) {
    $("only").checked = byKey.size > CROWDED;
    $("only").addEventListener("change", () => { drawPicture(); map.select(state.key, false); });
  } else {
    $("picture").hidden = true;
    $("filters").hidden = true;
  }
  if (changes.length) drawPicture();
  drawList();
  if (data.notSeen.length) {
    $("unseen").hidden = false;
    $("unseen-list").append(...data.notSeen.map((words) => h("li", {}, words)));
  }
  let wanted = "";
  try { wanted = decodeURIComponent(location.hash.slice(1)); } catch { wanted = ""; }
  if (byKey.has(wanted)) choose(wanted);
  else if (changes.length) choose([...changes].sort(byWeight)[0].key, true);
}

start();
