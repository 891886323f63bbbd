"use strict";
// The page of a run; begins with what page.js defines.

// ---- confusion matrix, and the images of the cell that was chosen
function pictured(image) {
  const picture = image.picture
    ? element("img", { src: image.picture, alt: image.name, title: image.name, width: 96, height: 96, className: image.isPixelated ? "pixelated" : "" })
    : element("span", { className: "nothing", textContent: image.name });
  const caption = element("figcaption", {}, element("span", { className: "name", textContent: image.said }),
    element("span", { className: "name file", title: image.name, textContent: image.name.split("/").at(-1) }));
  return element("figure", {}, picture, caption);
}

function showCell(target, predicted) {
  const images = data.images.filter((image) => image.target === target && image.predicted === predicted);
  const cell = byId("confusion").rows[target + 1].cells[predicted + 1];
  for (const other of document.querySelectorAll("#confusion .chosen")) other.classList.remove("chosen");
  cell.classList.add("chosen");
  const number = data.counts[`${target},${predicted}`], names = data.classes;
  const what = target === predicted ? `${names[target]}, right` : `${names[target]}, taken for ${names[predicted]}`;
  byId("cell").textContent = `${what}: ${number} image${number === 1 ? "" : "s"}${images.length < number ? `, ${images.length} shown` : ""}`;
  byId("of-cell").replaceChildren(...images.map(pictured));
}

function setUpMatrix() {
  drawMatrix(byId("confusion"), data.classes, data.confusion);
  data.counts = {};
  for (let i = 0; i < data.confusion.length; i += 3) data.counts[data.confusion.slice(i, i + 2)] = data.confusion[i + 2];
  const shown = new Set(data.images.map((image) => `${image.target},${image.predicted}`));
  let first = null;
  for (const key of Object.keys(data.counts)) {
    if (!shown.has(key)) continue;
    const [target, predicted] = key.split(",").map(Number);
    const cell = byId("confusion").rows[target + 1].cells[predicted + 1], show = () => showCell(target, predicted);
    cell.classList.add("some");
    cell.tabIndex = 0;
    cell.onclick = show;
    cell.onkeydown = (event) => { if (event.key === "Enter") show(); };
    if (target !== predicted && (first === null || data.counts[key] > data.counts[first])) first = key;
  }
  if (first ?? [...shown][0]) showCell(...(first ?? [...shown][0]).split(",").map(Number));
}

// ---- learning curves
const COLORS = { train: "c0", val: "c1", test: "c2" };
function drawCurves(figure, factor) {
  const splits = Object.keys(data.curves[figure]), host = byId(figure);
  const scaled = splits.map((split) => data.curves[figure][split].map((value) => value === null ? null : factor * value));
  draw(host, {
    height: 260,
    scales: { x: { time: false } },
    axes: [axis("epoch", { ...noGrid, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] }), axis(null, { size: 50 })],
    series: [{}, ...splits.map((split) => ({ stroke: color(COLORS[split]), width: 2, spanGaps: true, points: { show: data.epochs.length < 3, size: 6 } }))],
    cursor: { y: false, drag: { x: true, y: false } },
    hooks: {
      setCursor: [(chart) => {
        const at = chart.cursor.idx, box = chart.tip ??= chart.over.appendChild(element("div", { className: "tip" }));
        box.hidden = at == null;
        if (at == null) return;
        box.replaceChildren(element("b", { textContent: `epoch ${data.epochs[at]}` }), ...splits.map((split, i) => {
          const value = chart.data[i + 1][at];
          return element("div", {}, swatch(split), element("span", { textContent: SPLITS[split] }), element("span", { textContent: value == null ? "" : factor === 100 ? value.toFixed(2) + " %" : value.toPrecision(3) }));
        }));
        const isRight = chart.cursor.left > chart.over.clientWidth / 2;
        box.style.left = isRight ? "auto" : chart.cursor.left + 16 + "px";
        box.style.right = isRight ? chart.over.clientWidth - chart.cursor.left + 16 + "px" : "auto";
      }],
    },
  }, [data.epochs, ...scaled]);
}

function swatch(split) {
  const made = element("span", { className: "swatch" });
  made.style.setProperty("--arm", `var(--${COLORS[split]})`);
  return made;
}

// ---- images placed by their features
const SVG = "http://www.w3.org/2000/svg";
const FEW = 7;  // classes for which the page has colours that everyone tells apart
const LISTED = 20;
const classColor = (k) => data.classes.length <= FEW ? `var(--c${k})` : `light-dark(oklch(0.58 0.17 ${360 * k / data.classes.length}), oklch(0.76 0.14 ${360 * k / data.classes.length}))`;
let method = 0;

function placedPoints() {
  const points = data.placed.methods[method].points, pad = 24, [wide, high] = [800, 520];
  const [xs, ys] = [0, 1].map((k) => points.map((point) => point[k]));
  const scale = (values, low, high) => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return (value) => low + (high - low) * (most > least ? (value - least) / (most - least) : 0.5);
  };
  const [x, y] = [scale(xs, pad, wide - pad), scale(ys, high - pad, pad)];
  return points.map(([a, b]) => [x(a), y(b)]);
}

function drawEmbedding() {
  const svg = document.querySelector("#embedding svg"), chosen = byId("of-class").value, points = placedPoints();
  const order = [...points.keys()].sort((a, b) => isWrong(a) - isWrong(b));  // mistakes lie on top
  svg.replaceChildren(...order.map((n) => {
    const circle = document.createElementNS(SVG, "circle");
    const isOut = chosen !== "" && +chosen !== data.placed.targets[n] && +chosen !== data.placed.predicted[n];
    circle.setAttribute("cx", points[n][0].toFixed(1));
    circle.setAttribute("cy", points[n][1].toFixed(1));
    circle.setAttribute("r", isWrong(n) ? 4.5 : 3.5);
    circle.setAttribute("class", `${isWrong(n) ? "wrong" : ""}${isOut ? " out" : ""}`);
    circle.style.setProperty("--of-class", classColor(data.placed.targets[n]));
    return circle;
  }));
  svg.points = points;
  byId("trust").textContent = data.placed.methods[method].note;
}
const isWrong = (n) => data.placed.targets[n] !== data.placed.predicted[n];

function showPoint(event) {
  const host = byId("embedding"), svg = host.querySelector("svg"), box = svg.getBoundingClientRect();
  const [x, y] = [(event.clientX - box.left) / box.width * 800, (event.clientY - box.top) / box.height * 520];
  const distances = svg.points.map(([a, b]) => Math.hypot(a - x, b - y));
  const n = distances.indexOf(Math.min(...distances));
  const tip = host.tip ??= host.appendChild(element("div", { className: "tip" }));
  tip.hidden = distances[n] > 20;
  if (tip.hidden) return;
  const { side, columns, sheet, names, targets, predicted } = data.placed, zoom = 2;
  const thumbnail = element("div", { className: "thumbnail" });
  Object.assign(thumbnail.style, {
    width: zoom * side + "px", height: zoom * side + "px", backgroundImage: `url("${sheet}")`,
    backgroundSize: zoom * side * columns + "px", backgroundPosition: `${-zoom * side * (n % columns)}px ${-zoom * side * Math.floor(n / columns)}px`,
  });
  const said = isWrong(n) ? `${data.classes[targets[n]]}, taken for ${data.classes[predicted[n]]}` : data.classes[targets[n]];
  tip.replaceChildren(thumbnail, element("div", { textContent: said }), element("b", { textContent: names[n].split("/").at(-1) }));
  const left = svg.points[n][0] / 800 * box.width, isRight = left > box.width / 2;
  tip.style.left = isRight ? "auto" : left + 14 + "px";
  tip.style.right = isRight ? box.width - left + 14 + "px" : "auto";
  tip.style.top = Math.max(0, Math.min(svg.points[n][1] / 520 * box.height - 20, box.height - tip.offsetHeight)) + "px";
}

function setUpEmbedding() {
  data.placed.methods.forEach((each, place) => {
    const radio = element("input", { type: "radio", name: "method", checked: place === 0, onchange: () => { method = place; drawEmbedding(); } });
    byId("methods").append(element("label", {}, radio, ` ${each.name}`));
  });
  byId("of-class").append(element("option", { value: "", textContent: "all" }), ...data.classes.map((name, k) => element("option", { value: k, textContent: name })));
  byId("of-class").onchange = drawEmbedding;
  for (const [k, name] of data.classes.slice(0, LISTED).entries()) {
    const dot = element("span", { className: "dot" });
    dot.style.setProperty("--of-class", classColor(k));
    byId("class-keys").append(element("span", { className: "key" }, dot, name));
  }
  if (data.classes.length > LISTED) byId("class-keys").append(`and ${data.classes.length - LISTED} more`);
  const svg = document.querySelector("#embedding svg");
  svg.onmousemove = showPoint;
  svg.onmouseleave = () => { if (byId("embedding").tip) byId("embedding").tip.hidden = true; };
  drawEmbedding();
}

// ---- wiring
const hasCurves = data.epochs.length > 1;  // of one epoch there is no curve
byId("learning").hidden = !hasCurves;
for (const split of Object.keys(data.curves.accuracy)) byId("keys").append(element("span", { className: "key" }, swatch(split), SPLITS[split]));
redraw = () => { if (hasCurves) { drawCurves("accuracy", 100); drawCurves("loss", 1); } };
if (byId("confusion")) setUpMatrix();
if (data.placed) setUpEmbedding();
redraw();
