// The district: streets, then circles, then compounds as one zooms; shaded by an indicator.
//
// config {
//   layers: [{level: "street"|"circle"|"compound", label, from_zoom, data?: FeatureCollection, url?}]
//     features carry {code, name, url?, residents?}; outlines for streets and circles, points for compounds
//   indicators: [{code, label, unit, breaks?: [4 numbers], by_format?: bool, target_text?}], indicator: code at first
//   words?: {indicator, format}: labels of the two selects
//   formats: [{code, label}], format: code at first      (used by indicators that are by_format)
//   values: {"indicator" or "indicator:format": {feature code: {value|null, text, status?, word?, partial?}}}
//     value is the number as shown (83.2 for 83.2 %): breaks and legend are on the same scale; no NaN, null instead
//   values_url?: asked as ?indicator=…&business_format=… for what `values` lacks; answers {values: {feature code: …}}
// }

import { L } from "./map-canvas.js";
import { createMap, fetchJson, frame, openOnClick, select, showLegend, showList, tip } from "./map-parts.js";
import { element, token, withTheme, word } from "./dom.js";

const CLASSES = 5;
const UNKNOWN = { value: null, text: "—" };

function equalBreaks(values) {
  const low = Math.min(...values);
  const step = (Math.max(...values) - low) / CLASSES || 1;
  const digits = step < 1 ? 2 : step < 10 ? 1 : 0;
  return [1, 2, 3, 4].map((index) => Number((low + index * step).toFixed(digits)));
}

export class DistrictMap {
  constructor(holder, config) {
    this.config = config;
    this.values = { ...config.values };
    this.indicator = config.indicator ?? config.indicators[0].code;
    this.format = config.format ?? config.formats?.[0]?.code ?? "";
    this.frame = holder.closest("[data-map-frame]");
    this.map = createMap(holder);
    this.groups = new Map();
    this.showBar();
    this.start();
  }

  async start() {
    const first = this.config.layers[0];
    await this.load(first);
    frame(this.map, this.groups.get(first.level).getBounds());
    this.baseZoom = this.map.getZoom();
    this.map.on("zoomend", () => this.refresh());
    this.map.on("moveend", () => {
      this.label();
      this.showList(this.current);
    });
    withTheme(() => this.refresh());
  }

  get declaration() {
    return this.config.indicators.find((item) => item.code === this.indicator);
  }

  get key() {
    return this.declaration.by_format ? `${this.indicator}:${this.format}` : this.indicator;
  }

  valueOf(feature) {
    return this.values[this.key]?.[feature.properties.code] ?? UNKNOWN;
  }

  /** Where a layer begins: the first one at once, each further one deeper than the one before. */
  zoomOf(layer) {
    const index = this.config.layers.indexOf(layer);
    return index === 0 ? this.baseZoom : Math.max(layer.from_zoom, this.baseZoom + 0.75 * index);
  }

  /** The deepest layer whose zoom is reached. */
  get current() {
    const zoom = this.map.getZoom();
    return this.config.layers.filter((layer, index) => index === 0 || zoom >= this.zoomOf(layer)).at(-1);
  }

  async load(layer) {
    if (this.groups.has(layer.level)) return;
    const data = layer.data ?? (await fetchJson(layer.url));
    const group = L.geoJSON(data, {
      pointToLayer: (feature, place) => L.circleMarker(place, { radius: 3 + Math.sqrt(feature.properties.residents ?? 0) / 16 }),
      onEachFeature: (feature, shape) => {
        shape.bindTooltip(() => this.tipOf(feature), { sticky: true, opacity: 1 });
        openOnClick(shape, feature.properties.url);
      },
    });
    this.groups.set(layer.level, group);
  }

  async loadValues() {
    if (this.values[this.key] || !this.config.values_url) return;
    const url = new URL(this.config.values_url, location.href);
    url.searchParams.set("indicator", this.indicator);
    if (this.declaration.by_format) url.searchParams.set("business_format", this.format);
    this.values[this.key] = (await fetchJson(url)).values;
  }

  tipOf(feature) {
    const value = this.valueOf(feature);
    const residents = feature.properties.residents_text;
    return tip(feature.properties.name, `${this.declaration.label} ${value.value === null ? word("noValue") : value.text}`,
      value.word, residents, value.partial ? word("partial") : null);
  }

  get breaks() {
    if (this.declaration.breaks) return this.declaration.breaks;
    const known = Object.values(this.values[this.key] ?? {}).map((item) => item.value).filter(Number.isFinite);
    return known.length ? equalBreaks(known) : [1, 2, 3, 4];
  }

  classOf(value) {
    return this.breaks.filter((limit) => value >= limit).length + 1;
  }

  style(feature, shaded) {
    const point = feature.geometry.type === "Point";
    const edge = point ? "mark-home" : shaded ? "seq-edge" : "muted";
    const outline = { color: token(edge), weight: shaded && !point ? 1.5 : 1, opacity: 1 };
    if (!shaded) return { ...outline, fill: false, dashArray: null };
    const { value, partial } = this.valueOf(feature);
    if (!Number.isFinite(value)) return { ...outline, color: token("unknown"), fill: true, hatched: true, fillOpacity: 1 };
    return { ...outline, fill: true, hatched: false, fillColor: token(`seq-${this.classOf(value)}`), fillOpacity: 0.92, dashArray: partial ? "4 3" : null };
  }

  async refresh() {
    const current = this.current;
    try {
      await Promise.all([this.load(current), this.loadValues()]);
    } catch {
      showLegend(this.frame.querySelector("[data-map-legend]"), word("loadFailed"), []);
      return;
    }
    if (current !== this.current) return;
    const depth = this.config.layers.indexOf(current);
    for (const [index, layer] of this.config.layers.entries()) {
      const group = this.groups.get(layer.level);
      if (!group) continue;
      const shown = index === depth || index === depth - 1;
      group.setStyle((feature) => this.style(feature, index === depth));
      if (shown) group.addTo(this.map);
      else group.remove();
      if (index === depth) group.bringToFront();
    }
    this.label();
    this.markLevel(current);
    this.showLegend(current);
    this.showList(current);
  }

  /** Names where they fit, figures always: the map is read without pointing. */
  label() {
    this.labels?.remove();
    const current = this.current;
    const group = this.groups.get(current.level);
    if (!group || current.level === "compound") return;
    const seen = this.map.getBounds();
    this.labels = L.layerGroup();
    group.eachLayer((shape) => {
      const bounds = shape.getBounds();
      const place = shape.feature.properties.label_at ? L.latLng(shape.feature.properties.label_at) : shape.getCenter();
      if (!seen.contains(place)) return;
      const width = Math.abs(this.map.latLngToLayerPoint(bounds.getNorthEast()).x - this.map.latLngToLayerPoint(bounds.getSouthWest()).x);
      if (width < 38) return;
      const value = this.valueOf(shape.feature);
      const strong = Number.isFinite(value.value) && this.classOf(value.value) >= 4;
      const text = document.createElement("div");
      text.className = `map-label${strong ? " map-label--strong" : ""}`;
      const name = shape.feature.properties.short_name ?? shape.feature.properties.name;
      if (width > name.length * 15) text.append(Object.assign(document.createElement("span"), { textContent: name }));
      text.append(Object.assign(document.createElement("b"), { textContent: value.text }));
      this.labels.addLayer(L.marker(place, { interactive: false, keyboard: false, icon: L.divIcon({ className: "map-label-anchor", html: text, iconSize: [0, 0] }) }));
    });
    this.labels.addTo(this.map);
  }

  showBar() {
    const bar = this.frame.querySelector("[data-map-bar]");
    const rebuild = () => {
      const parts = [select(this.config.words?.indicator ?? word("item"), this.config.indicators, this.indicator, (code) => {
        this.indicator = code;
        rebuild();
        this.refresh();
      })];
      if (this.declaration.by_format) {
        parts.push(select(this.config.words?.format ?? word("allFormats"), this.config.formats, this.format, (code) => {
          this.format = code;
          this.refresh();
        }));
      }
      const focused = bar.contains(document.activeElement);
      bar.replaceChildren(...parts, this.levels);
      if (focused) bar.querySelector("select").focus();
    };
    this.levels = this.levelButtons();
    rebuild();
  }

  levelButtons() {
    const group = element("div", { class: "segmented map-bar__levels", role: "group", "aria-label": word("level") });
    for (const layer of this.config.layers) {
      const button = element("button", { type: "button", text: layer.label, "data-level": layer.level, "aria-pressed": "false" });
      button.addEventListener("click", () => this.map.setZoom(this.zoomOf(layer)));
      group.append(button);
    }
    group.hidden = this.config.layers.length < 2;
    return group;
  }

  markLevel(current) {
    for (const button of this.levels.children) button.setAttribute("aria-pressed", String(button.dataset.level === current.level));
  }

  showLegend(layer) {
    const unit = this.declaration.unit ?? "";
    const limits = this.breaks;
    const range = (index) => {
      if (index === 0) return `${word("below")} ${limits[0]}${unit}`;
      if (index === limits.length) return `${limits.at(-1)}${unit} ${word("andAbove")}`;
      return `${limits[index - 1]}–${limits[index]}${unit}`;
    };
    const entries = Array.from({ length: CLASSES }, (_, index) => ({ swatch: `swatch--seq-${index + 1}`, text: range(index) }));
    entries.push({ swatch: "swatch--unknown", text: word("unknown") });
    const target = this.declaration.target_text ? ` · ${this.declaration.target_text}` : "";
    showLegend(this.frame.querySelector("[data-map-legend]"), `${layer.label} · ${this.declaration.label}${target}`, entries);
  }

  showList(layer) {
    const group = this.groups.get(layer.level);
    if (!group) return;
    const rows = [];
    const seen = this.map.getBounds();
    group.eachLayer((shape) => {
      if (!seen.intersects(shape.getBounds?.() ?? L.latLngBounds([shape.getLatLng()]))) return;
      const value = this.valueOf(shape.feature);
      rows.push({ name: shape.feature.properties.name, url: shape.feature.properties.url, order: value.value, cells: [value.text, value.word ?? "—"] });
    });
    rows.sort((left, right) => (left.order ?? Infinity) - (right.order ?? Infinity));
    showList(this.frame.querySelector("[data-map-list-body]"), [layer.label, this.declaration.label, word("status")], rows);
  }
}
