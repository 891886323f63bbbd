"use strict";
// Confusion matrix, sorting, filtering, switching of arms and colours; begins with what page.js and charts.js define.

// ---- confusion matrix
function drawConfusion() {
  if (byId("confusion")) drawMatrix(byId("confusion"), data.classes, data.arms[byId("confusion-of").value].confusion);
}

// ---- the table of arms
const rows = [...document.querySelectorAll("#table tbody tr")];
function sort(header) {
  const headers = [...header.parentElement.children], column = headers.indexOf(header);
  const isNumber = header.classList.contains("number");
  const before = header.getAttribute("aria-sort");
  const direction = before === "none" ? (isNumber ? "descending" : "ascending") : before === "descending" ? "ascending" : "descending";
  for (const other of headers) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
  header.setAttribute("aria-sort", direction);
  const sign = direction === "ascending" ? 1 : -1;
  const value = (row) => row.children[column].dataset.value;
  const collator = new Intl.Collator("en", { numeric: true });
  rows.sort((a, b) => {
    const [one, two] = [value(a), value(b)];
    if (one === "" || two === "") return (one === "") - (two === "");  // what is not known comes last either way
    return sign * (isNumber ? one - two : collator.compare(one, two));
  });
  document.querySelector("#table tbody").append(...rows);
}

function filter() {
  const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows) row.hidden = !words.every((word) => (row.textContent + row.querySelector("th").dataset.value).toLowerCase().includes(word));
  const left = rows.filter((row) => !row.hidden).length;
  byId("count").textContent = words.length ? `${left} of ${rows.length} arms` : "";
}

function show(place, isShown) {
  shown[isShown ? "add" : "delete"](place);
  const row = rows.find((one) => +one.dataset.arm === place);
  row.classList.toggle("off", !isShown);
  row.querySelector("input").checked = isShown;
  byId("chips").children[place].setAttribute("aria-pressed", isShown);
  drawAll();
}

function drawAll() {
  drawCurves();
  if (!byId("by-seconds-figure").hidden) drawCost("by-seconds", "seconds", "seconds");
  if (!byId("by-parameters-figure").hidden) drawCost("by-parameters", "parameters", "parameters");
}

// ---- wiring
function setUpChoices() {
  const measured = new Set(data.arms.flatMap((arm) => Object.keys(arm.curves?.bands ?? {})));
  for (const radio of document.querySelectorAll('input[name="split"]')) {
    radio.disabled = !measured.has(radio.value + "_accuracy") && !measured.has(radio.value + "_loss");
  }
  for (const radio of document.querySelectorAll('input[name="x"]')) {
    radio.disabled = !data.arms.some((arm) => arm.curves && OVER[radio.value].isKnown(arm));
  }
  if (document.querySelector('input[name="split"]:checked:disabled')) document.querySelector('input[name="split"]').checked = true;
  byId("learning").hidden = !data.arms.some((arm) => arm.curves?.seconds.length > 1);  // of one epoch there is no curve
  byId("cost").hidden = !data.arms.some((arm) => arm.test);
  byId("by-seconds-figure").hidden = !data.arms.some((arm) => arm.seconds !== null);
  byId("by-parameters-figure").hidden = new Set(data.arms.map((arm) => arm.parameters)).size < 2;
}

data.arms.forEach((arm, place) => {
  const swatch = element("span", { className: "swatch dash" + arm.dash });
  swatch.style.setProperty("--arm", `var(--c${arm.color})`);
  const chip = element("button", { type: "button", onclick: () => show(place, !shown.has(place)), title: arm.label === arm.name ? "" : arm.name }, swatch, arm.label);
  chip.setAttribute("aria-pressed", true);
  byId("chips").append(chip);
  if (arm.confusion) byId("confusion-of")?.append(element("option", { value: place, textContent: arm.label, title: arm.name, selected: arm.isBest }));
});
for (const row of rows) row.querySelector("input").onchange = (event) => show(+row.dataset.arm, event.target.checked);
for (const button of document.querySelectorAll("#table thead button")) button.onclick = () => sort(button.parentElement);
byId("filter").oninput = filter;
if (byId("settings")) byId("settings").onchange = (event) => byId("table").classList.toggle("with-settings", event.target.checked);
byId("choices").onchange = drawCurves;
byId("curves").onkeydown = moveByKey;
if (byId("confusion-of")) byId("confusion-of").onchange = drawConfusion;

redraw = drawAll;
setUpChoices();
drawAll();
drawConfusion();
