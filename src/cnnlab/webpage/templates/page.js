"use strict";
// What the scripts of all pages share. The numbers are in #data; every text is set as text, never as HTML.
const data = JSON.parse(document.getElementById("data").textContent);
const root = document.documentElement;
const SPLITS = { train: "training", val: "validation", test: "test" };
const byId = (id) => document.getElementById(id);
const percent = (value) => (100 * value).toFixed(2) + " %";
const compact = (value) => new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 }).format(value);

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// ---- colours: canvas wants them resolved
const probe = root.appendChild(element("span", { hidden: true }));
function color(name) {
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}
const faded = (rgb, alpha) => rgb.replace("rgb(", "rgba(").replace(")", `, ${alpha})`);

// ---- what all charts share
const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
function axis(label, more) {
  const line = { stroke: color("line"), width: 1 };
  return { label, stroke: color("faint"), font: FONT, labelFont: FONT, grid: line, ticks: line, labelSize: 20, ...more };
}
const noGrid = { grid: { show: false } };
// Of a logarithmic axis only 1, 2 and 5 of every decade: the lines between would be a thicket.
const isRound = (value) => [1, 2, 5].includes(Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9)));
const roundLines = () => ({ show: true, stroke: color("line"), width: 1, filter: (_, ticks) => ticks.map((tick) => isRound(tick) ? tick : null) });

function textWidth(texts) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = FONT;
  return Math.max(0, ...texts.map((text) => context.measureText(text).width));
}

const charts = new Map();
function draw(host, options, table) {
  charts.get(host)?.destroy();
  host.replaceChildren();
  charts.set(host, new uPlot({ width: host.clientWidth, legend: { show: false }, ...options }, table, host));
}

// ---- confusion matrix, from row, column, count, row, column, count, ... of the cells that are not zero
const DENSE = 20;  // classes, beyond which cells are too small for numbers
function drawMatrix(table, names, sparse) {
  const counts = names.map(() => new Array(names.length).fill(0));
  for (let i = 0; i < sparse.length; i += 3) counts[sparse[i]][sparse[i + 1]] = sparse[i + 2];
  const isDense = names.length > DENSE;
  table.classList.toggle("dense", isDense);
  const turned = isDense || names.some((name) => name.length > 6) ? "turned" : "";
  const header = element("tr", {}, element("th", { className: "corner", textContent: "true ↓  predicted →" }),
    ...names.map((name) => element("th", { scope: "col", textContent: name, className: turned })));
  table.replaceChildren(header, ...counts.map((row, i) => {
    const support = row.reduce((a, b) => a + b, 0);
    return element("tr", {}, element("th", { scope: "row", textContent: names[i] }), ...row.map((count, k) => {
      const cell = element("td", { title: `${names[i]} taken for ${names[k]}: ${count} of ${support}` });
      if (count) cell.style.setProperty("--shade", Math.sqrt(count / support).toFixed(3));
      if (!isDense) cell.textContent = count || "";
      if (i === k) cell.className = "right";
      return cell;
    }));
  }));
}

// ---- tables that are wider than the page: they fade where they go on, and say so
function showWhatIsHidden(box) {
  const hidden = box.scrollWidth - box.clientWidth;
  box.classList.toggle("more-left", box.scrollLeft > 1);
  box.classList.toggle("more-right", hidden - box.scrollLeft > 1);
  box.tabIndex = hidden > 1 ? 0 : -1;
  box.hint.hidden = hidden <= 1;
}

const boxes = [...document.querySelectorAll(".scroll")];
for (const box of boxes) {
  box.hint = element("p", { className: "sideways", textContent: "more columns →", hidden: true });
  box.prepend(box.hint);
  box.addEventListener("scroll", () => showWhatIsHidden(box), { passive: true });
}
const sizes = new ResizeObserver((entries) => entries.forEach((entry) => showWhatIsHidden(entry.target.closest(".scroll"))));
for (const box of boxes) for (const each of [box, box.lastElementChild]) sizes.observe(each);

// ---- light and dark; what is drawn in fixed colours, or as wide as the window, is drawn anew
let redraw = () => {};  // a page that draws puts its own in this place
const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
function nameTheme() {
  byId("theme").textContent = isDark() ? "light" : "dark";
  byId("theme").setAttribute("aria-label", `switch to ${byId("theme").textContent} colours`);
}
byId("theme").onclick = () => { root.dataset.theme = isDark() ? "light" : "dark"; nameTheme(); redraw(); };
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { nameTheme(); redraw(); });
let width = innerWidth;
addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; redraw(); } });
nameTheme();
