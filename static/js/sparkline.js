// Tiny line of a figure's past values: <div data-sparkline="28.1,29,None,31.4" data-sparkline-target="30">.
// Decoration: the figure's page has the same values as a table.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 120;
const HEIGHT = 32;
const EDGE = 3;

function node(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function parse(text) {
  return text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
}

/** Runs of consecutive known points: a gap in the data is a gap in the line. */
function runsOf(points) {
  const runs = [];
  let run = [];
  for (const point of points) {
    if (point) run.push(point);
    else if (run.length) runs.push(run.splice(0));
  }
  if (run.length) runs.push(run);
  return runs;
}

function draw(holder) {
  const values = parse(holder.dataset.sparkline);
  const known = values.filter(Number.isFinite);
  if (known.length < 2) return;
  const target = holder.dataset.sparklineTarget ? Number(holder.dataset.sparklineTarget) : NaN;
  const all = Number.isFinite(target) ? [...known, target] : known;
  const low = Math.min(...all);
  const span = Math.max(...all) - low || 1;
  const x = (index) => EDGE + (index * (WIDTH - 2 * EDGE)) / (values.length - 1);
  const y = (value) => HEIGHT - EDGE - ((value - low) * (HEIGHT - 2 * EDGE)) / span;
  const points = values.map((value, index) => (Number.isFinite(value) ? [x(index), y(value)] : null));

  const svg = node("svg", { class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none" });
  if (Number.isFinite(target)) {
    svg.append(node("line", { class: "spark__target", x1: 0, x2: WIDTH, y1: y(target), y2: y(target) }));
  }
  for (const run of runsOf(points)) {
    const line = run.map((point) => point.map((part) => part.toFixed(1)).join(" ")).join("L");
    svg.append(node("path", { class: "spark__area", d: `M${run[0][0].toFixed(1)} ${HEIGHT}L${line}L${run.at(-1)[0].toFixed(1)} ${HEIGHT}Z` }));
    svg.append(node("path", { class: "spark__line", d: `M${line}` }));
  }
  holder.replaceChildren(svg);
}

export function mountSparklines(scope = document) {
  for (const holder of scope.querySelectorAll("[data-sparkline]")) draw(holder);
}
