// Charts: <figure data-chart="trend|radar|bars" data-source="ID of a json_script">, each with the same numbers as a table.
//
// trend  {unit?, decimals?, series: [{label, points: [{day, value|null, text}]}], target?: number, target_text?}
// radar  {axes: [{label, max}], series: [{label, values: [number|null], texts?: [text]}]}
// bars   {unit?, rows: [{label, value|null, text, url?, status?}], target?, target_text?}
//
// ECharts is asked for only when a chart is on the page and shown. Tooltips are DOM nodes with classes, because
// markup with inline styles would be refused by the site's content security policy.

import { element, readJson, token, whenSized, withTheme, word } from "./dom.js";

const SERIES = ["series-1", "series-2", "series-3", "series-4"];
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

let library = null;
function echarts() {
  library ??= import("../vendor/echarts/echarts.esm.min.js");
  return library;
}

function base() {
  return {
    animation: !still && !matchMedia("print").matches,
    animationDuration: 300,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, color: token("muted") },
    color: SERIES.map(token),
  };
}

function tooltip(trigger, content) {
  return {
    trigger,
    confine: true,
    className: "chart-tip",
    backgroundColor: token("card"),
    borderColor: token("line"),
    textStyle: { color: token("ink"), fontSize: 12 },
    axisPointer: { type: "line", lineStyle: { color: token("line-strong") } },
    formatter: content,
  };
}

function tipNode(title, rows) {
  return element("div", {}, element("p", { class: "strong", text: title }),
    ...rows.map(([label, text]) => element("p", { class: "chart-tip__row" }, element("span", { text: label }), element("span", { class: "num", text }))));
}

function axisLook() {
  return {
    axisLine: { lineStyle: { color: token("line-strong") } },
    axisTick: { show: false },
    axisLabel: { color: token("muted"), fontSize: 12, hideOverlap: true, alignMinLabel: "left", alignMaxLabel: "right" },
    splitLine: { lineStyle: { color: token("line") } },
  };
}

function targetLine(data) {
  if (!Number.isFinite(data.target)) return undefined;
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: token("muted"), type: "dashed", width: 1 },
    label: { formatter: data.target_text ?? word("target"), position: "insideStartTop", color: token("muted"), fontSize: 12 },
    data: [data.xTarget ? { xAxis: data.target } : { yAxis: data.target }],
  };
}

function trendOption(data) {
  const days = data.series[0].points.map((point) => point.day);
  const known = data.series.flatMap((series) => series.points.map((point) => point.value)).filter(Number.isFinite);
  const ends = Number.isFinite(data.target) ? [...known, data.target] : known;
  const pad = (Math.max(...ends) - Math.min(...ends)) * 0.15 || 1;
  const floor = Math.min(...ends) >= 0 ? Math.max(0, Math.min(...ends) - pad) : Math.min(...ends) - pad;
  const digits = data.decimals ?? (pad < 1 ? 1 : 0);
  return {
    ...base(),
    grid: { left: 4, right: 12, top: data.series.length > 1 ? 32 : 12, bottom: 4, containLabel: true },
    legend: data.series.length > 1 ? { top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 4, textStyle: { color: token("muted") } } : undefined,
    tooltip: tooltip("axis", (items) => tipNode(items[0].axisValue, items.map((item) => [item.seriesName, data.series[item.seriesIndex].points[item.dataIndex].text]))),
    xAxis: { type: "category", data: days, boundaryGap: false, ...axisLook(), splitLine: { show: false } },
    yAxis: { type: "value", min: floor, max: Math.max(...ends) + pad, splitNumber: 3, minInterval: digits === 0 ? 1 : 0, ...axisLook(), axisLine: { show: false }, axisLabel: { ...axisLook().axisLabel, formatter: (value) => value.toFixed(digits), showMinLabel: false, showMaxLabel: false } },
    series: data.series.map((series, index) => ({
      name: series.label,
      type: "line",
      data: series.points.map((point) => point.value),
      connectNulls: false,
      symbol: ["circle", "rect", "triangle", "diamond"][index % 4],
      symbolSize: 6,
      showSymbol: series.points.length < 20,
      lineStyle: { width: 2 },
      areaStyle: data.series.length === 1 ? { opacity: 0.08 } : undefined,
      markLine: index === 0 ? targetLine(data) : undefined,
    })),
  };
}

function radarOption(data) {
  return {
    ...base(),
    legend: { bottom: 0, icon: "roundRect", itemWidth: 12, itemHeight: 4, textStyle: { color: token("muted") } },
    tooltip: tooltip("item", (item) => tipNode(item.name, data.axes.map((axis, index) => [axis.label, data.series[item.dataIndex].texts?.[index] ?? `${item.value[index] ?? "—"} / ${axis.max}`]))),
    radar: {
      indicator: data.axes.map((axis) => ({ name: axis.label, max: axis.max })),
      center: ["50%", "46%"],
      radius: "66%",
      axisName: { color: token("ink"), fontSize: 12 },
      axisLine: { lineStyle: { color: token("line") } },
      splitLine: { lineStyle: { color: token("line") } },
      splitArea: { areaStyle: { color: [token("card"), token("sunken")] } },
    },
    series: [{
      type: "radar",
      data: data.series.map((series, index) => ({
        name: series.label,
        value: series.values,
        symbol: ["circle", "rect", "triangle"][index % 3],
        lineStyle: { width: 2, type: index ? "dashed" : "solid" },
        areaStyle: index ? undefined : { opacity: 0.12 },
      })),
    }],
  };
}

function barsOption(data) {
  const rows = [...data.rows].reverse();
  const colours = { good: token("good"), warn: token("warn"), bad: token("bad") };
  return {
    ...base(),
    grid: { left: 4, right: 56, top: 16, bottom: 4, containLabel: true },
    tooltip: tooltip("item", (item) => tipNode(rows[item.dataIndex].label, [[word("value"), rows[item.dataIndex].text]])),
    xAxis: { type: "value", min: 0, ...axisLook(), axisLine: { show: false } },
    yAxis: { type: "category", data: rows.map((row) => row.label), ...axisLook(), axisLabel: { color: token("muted"), fontSize: 12 }, splitLine: { show: false } },
    series: [{
      type: "bar",
      barMaxWidth: 14,
      data: rows.map((row) => ({ value: row.value, itemStyle: { color: colours[row.status] ?? token("series-1"), borderRadius: 2 } })),
      label: { show: true, position: "right", color: token("ink"), formatter: (item) => rows[item.dataIndex].text },
      markLine: targetLine({ ...data, xTarget: true }),
    }],
  };
}

function grid(heads, rows) {
  return element("div", { class: "table-wrap" }, element("table", { class: "table table--dense" },
    element("thead", {}, element("tr", {}, ...heads.map((text, index) => element("th", { scope: "col", class: index ? "is-num" : null, text })))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((text, index) => (
      index ? element("td", { class: "is-num", text: text ?? "—" }) : element("th", { scope: "row", text })
    )))))));
}

const KINDS = {
  trend: {
    option: trendOption,
    table: (data) => grid([word("day"), ...data.series.map((series) => series.label)],
      data.series[0].points.map((point, index) => [point.day, ...data.series.map((series) => series.points[index]?.text)])),
  },
  radar: {
    option: radarOption,
    table: (data) => grid([word("item"), ...data.series.map((series) => series.label)],
      data.axes.map((axis, index) => [axis.label, ...data.series.map((series) => series.texts?.[index] ?? `${series.values[index] ?? "—"} / ${axis.max}`)])),
  },
  bars: {
    option: barsOption,
    table: (data) => grid([word("name"), word("value")], data.rows.map((row) => [row.label, row.text])),
  },
};

async function draw(figure, data) {
  const kind = KINDS[figure.dataset.chart];
  const plot = figure.querySelector("[data-chart-plot]");
  const { init } = await echarts();
  const chart = init(plot, null, { renderer: "svg" });
  withTheme(() => chart.setOption(kind.option(data), true));
  chart.on("click", (item) => {
    const url = figure.dataset.chart === "bars" ? [...data.rows].reverse()[item.dataIndex]?.url : null;
    if (url) location.assign(url);
  });
  new ResizeObserver(() => chart.resize()).observe(plot);
}

for (const figure of document.querySelectorAll("[data-chart]")) {
  const data = readJson(figure.dataset.source);
  if (!data) continue;
  figure.querySelector("[data-chart-table]")?.append(KINDS[figure.dataset.chart].table(data));
  whenSized(figure.querySelector("[data-chart-plot]")).then(() => draw(figure, data));
}
