"use strict";
// The charts of a study; begins with what page.js defines.
const shown = new Set(data.arms.keys());
const DASHES = [undefined, [8, 4], [2, 4], [10, 4, 2, 4]];
const MANY = 14;  // beyond, names stand only where the mouse is, and at the marked arms
const NARROW = 480;  // pixels, below which a chart is all plot
const isMarked = (arm) => arm.isBest || arm.isBaseline;
const armColor = (place) => color("c" + data.arms[place].color);

// Arms named inside a chart; a narrow one has no room for names.
function withLabels(host, places) {
  if (host.clientWidth < NARROW) return [];
  return places.length <= MANY ? places : places.filter((place) => isMarked(data.arms[place]));
}

// Labels keep their order and move apart by a line.
function spread(labels, gap, low, high) {
  labels.sort((a, b) => a.y - b.y);
  let floor = low;
  for (const label of labels) {
    label.y = Math.max(label.y, floor);
    floor = label.y + gap;
  }
  let ceiling = high;
  for (const label of labels.slice().reverse()) {
    label.y = Math.min(label.y, ceiling);
    ceiling = label.y - gap;
  }
  return labels;
}

function writeLabels(chart, labels) {
  const context = chart.ctx, ratio = devicePixelRatio;
  context.save();
  context.font = FONT.replace("12px", 12 * ratio + "px");
  context.textBaseline = "middle";
  context.textAlign = "left";
  for (const { text, x, y, stroke } of labels) {
    context.fillStyle = stroke;
    context.fillText(text, x, y);
  }
  context.restore();
}

function tip(chart, title, lines, left, top) {
  const box = chart.tip ??= chart.over.appendChild(element("div", { className: "tip" }));
  box.hidden = !lines.length;
  box.replaceChildren(element("b", { textContent: title }), ...lines.map(({ place, text }) => {
    const swatch = element("span", { className: "swatch dash" + data.arms[place].dash });
    swatch.style.setProperty("--arm", `var(--c${data.arms[place].color})`);
    return element("div", {}, swatch, element("span", { textContent: data.arms[place].label }), element("span", { textContent: text }));
  }));
  const isRight = left > chart.over.clientWidth / 2;
  box.style.left = isRight ? "auto" : left + 16 + "px";
  box.style.right = isRight ? chart.over.clientWidth - left + 16 + "px" : "auto";
  box.style.top = Math.max(0, Math.min(top, chart.over.clientHeight - box.offsetHeight)) + "px";
}

// ---- learning curves
const choice = (name) => document.querySelector(`input[name="${name}"]:checked`).value;
// What curves are drawn over; an arm for which it is not known is left out: runs that share a GPU have no seconds.
const OVER = {
  epochs: { label: "epoch", of: (_, epoch) => epoch, isKnown: () => true, said: (x) => `epoch ${x}`, axis: { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] } },
  images: {
    label: "training images", of: (arm, epoch) => arm.imagesPerEpoch * epoch, isKnown: (arm) => arm.imagesPerEpoch !== null,
    said: (x) => `after ${x.toLocaleString("en")} images`, axis: { values: (_, ticks) => ticks.map((tick) => compact(tick)) },
  },
  seconds: { label: "seconds of training", of: (_, epoch, time) => time, isKnown: (arm) => arm.curves.seconds[0] !== null, said: (x) => `after ${x.toFixed(1)} s`, axis: {} },
};
const visible = () => [...shown].filter((place) => data.arms[place].curves).sort((a, b) => a - b);

function drawCurves() {
  const host = byId("curves"), figure = choice("figure"), key = choice("split") + "_" + figure;
  const isAccuracy = figure === "accuracy", factor = isAccuracy ? 100 : 1, over = OVER[choice("x")], byEpoch = over === OVER.epochs;
  const places = visible().filter((place) => data.arms[place].curves.bands[key] && over.isKnown(data.arms[place]));
  const scaled = (values) => values.map((value) => value === null ? null : factor * value);
  const tables = places.map((place) => {
    const { seconds, bands } = data.arms[place].curves;
    const x = seconds.map((time, epoch) => over.of(data.arms[place], epoch + 1, time));
    const { mean, low = mean, high = mean } = bands[key];
    return [x, scaled(mean), scaled(low), scaled(high)];
  });
  const table = tables.length ? uPlot.join(tables) : [[], []];
  const colors = places.map(armColor);
  const named = withLabels(host, places);
  const thin = { width: 0, points: { show: false }, spanGaps: true };
  const isLogarithmic = !isAccuracy && spansDecades(table);
  const last = (values) => values.findLastIndex((value) => value != null);
  const bandName = (place) => data.arms[place].curves.seeds > 1;
  draw(host, {
    height: 380,
    padding: [8, 14 + textWidth(named.map((place) => data.arms[place].label)), 0, 0],
    scales: { x: { time: false }, y: { distr: isLogarithmic ? 3 : 1 } },
    axes: [
      axis(over.label, { ...noGrid, ...over.axis }),
      axis(`${SPLITS[choice("split")]} ${isAccuracy ? "accuracy in %" : "loss in nats"}`, { size: 56, ...(isLogarithmic ? { grid: roundLines(), ticks: roundLines() } : {}) }),
    ],
    series: [{}, ...places.flatMap((place, i) => [
      { stroke: colors[i], width: 2, dash: DASHES[data.arms[place].dash], spanGaps: true, points: { show: tables[i][0].length < 3, size: 6 } },
      thin, thin,
    ])],
    bands: places.flatMap((place, i) => bandName(place) ? [{ series: [3 * i + 3, 3 * i + 2], fill: faded(colors[i], places.length > MANY ? 0.05 : 0.13) }] : []),
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false } },
    hooks: {
      draw: [(chart) => {
        const labels = named.map((place) => {
          const i = places.indexOf(place), values = chart.data[3 * i + 1], at = last(values);
          return { text: data.arms[place].label, stroke: colors[i], y: chart.valToPos(values[at], "y", true) };
        }).filter((label) => Number.isFinite(label.y));
        const { left, top, width, height } = chart.bbox;
        for (const label of labels) label.x = left + width + 8 * devicePixelRatio;
        writeLabels(chart, spread(labels, 14 * devicePixelRatio, top, top + height));
      }],
      setCursor: [(chart) => {
        const at = chart.cursor.idx;
        if (at == null) return tip(chart, "", [], 0, 0);
        const x = chart.data[0][at];
        const lines = places.map((place, i) => {
          const until = chart.data[3 * i + 1].slice(0, at + 1);
          const from = byEpoch ? at : last(until);
          const [mean, low, high] = [1, 2, 3].map((k) => chart.data[3 * i + k][from]);
          return { place, mean, text: mean == null ? "" : said(mean, low, high, bandName(place), isAccuracy) };
        }).filter((line) => line.text).sort((a, b) => isAccuracy ? b.mean - a.mean : a.mean - b.mean).slice(0, MANY);
        return tip(chart, over.said(x), lines, chart.cursor.left, chart.cursor.top);
      }],
    },
  }, table);
  const seeds = Math.max(0, ...places.map((place) => data.arms[place].curves.seeds));
  byId("band").textContent = (seeds > 1 ? `Lines: means over the ${data.noun}s. Bands: from the lowest to the highest ${data.noun}. ` : "") + "Drag to zoom, double-click to zoom out.";
}

function said(mean, low, high, isBand, isAccuracy) {
  const number = (value) => isAccuracy ? value.toFixed(2) : value.toPrecision(3);
  return number(mean) + (isAccuracy ? " %" : "") + (isBand ? `  (${number(low)} to ${number(high)})` : "");
}

function spansDecades(table) {
  const values = table.slice(1).flat().filter((value) => value != null);
  const low = Math.min(...values);
  return low > 0 && Math.max(...values) / low > 50;
}

function moveByKey(event) {
  const chart = charts.get(byId("curves")), step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step || !chart.data[0].length) return;
  event.preventDefault();
  const at = Math.max(0, Math.min(chart.data[0].length - 1, (chart.cursor.idx ?? -1) + step));
  chart.setCursor({ left: chart.valToPos(chart.data[0][at], "x"), top: 0 });
}

// ---- accuracy against what it costs
function drawCost(id, key, label) {
  const host = byId(id);
  const places = [...shown].filter((place) => data.arms[place].test && data.arms[place][key] != null);
  places.sort((a, b) => data.arms[a][key] - data.arms[b][key]);
  const xs = places.map((place) => data.arms[place][key]);
  const columns = places.map((place, i) => xs.map((_, k) => k === i ? 100 * data.arms[place].test.mean : null));
  const named = withLabels(host, places);
  const colors = places.map(armColor);
  const ends = places.flatMap((place) => [data.arms[place].test.low, data.arms[place].test.high, data.arms[place].test.mean]).filter((value) => value != null);
  const low = 100 * Math.min(...ends), high = 100 * Math.max(...ends), pad = Math.max(0.05 * (high - low), 0.5);
  draw(host, {
    height: 300,
    padding: [8, 14 + textWidth(named.map((place) => data.arms[place].label)), 0, 0],
    scales: { x: { time: false, range: [0, 1.1 * xs.at(-1) || 1] }, y: { range: [low - pad, high + pad] } },
    axes: [axis(label, { values: (_, ticks) => ticks.map((tick) => compact(tick)) }), axis(null, { size: 46 })],
    series: [{}, ...colors.map((stroke) => ({ stroke, paths: () => null, points: { show: true, size: 10, fill: stroke } }))],
    cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false } },
    hooks: {
      draw: [(chart) => {
        const context = chart.ctx, ratio = devicePixelRatio, labels = [];
        context.save();
        context.beginPath();
        context.rect(chart.bbox.left, chart.bbox.top, chart.bbox.width, chart.bbox.height);
        context.clip();
        places.forEach((place, i) => {
          const { mean, low: bottom, high: top } = data.arms[place].test, x = chart.valToPos(xs[i], "x", true);
          if (bottom !== null) {
            context.strokeStyle = colors[i];
            context.lineWidth = 1.5 * ratio;
            context.beginPath();
            context.moveTo(x, chart.valToPos(100 * bottom, "y", true));
            context.lineTo(x, chart.valToPos(100 * top, "y", true));
            context.stroke();
          }
          if (named.includes(place)) labels.push({ text: data.arms[place].label, x: x + 9 * ratio, y: chart.valToPos(100 * mean, "y", true), stroke: colors[i] });
        });
        context.restore();
        writeLabels(chart, spread(labels, 14 * ratio, chart.bbox.top, chart.bbox.top + chart.bbox.height));
      }],
      setCursor: [(chart) => {
        const { left, top } = chart.cursor;
        const near = places.map((place, i) => ({
          place, i, distance: Math.hypot(chart.valToPos(xs[i], "x") - left, chart.valToPos(100 * data.arms[place].test.mean, "y") - top),
        })).sort((a, b) => a.distance - b.distance)[0];
        const isNear = near && left >= 0 && near.distance < 30;
        tip(chart, isNear ? `${compact(xs[near.i])} ${label}` : "", isNear ? [{ place: near.place, text: percent(data.arms[near.place].test.mean) }] : [], left, top);
      }],
    },
  }, [xs, ...columns]);
}
