// One circle: its boundary, the compounds it serves, its outlets by format, and how many minutes the walk takes.
//
// config {
//   boundary: Feature, neighbours?: FeatureCollection (outlines beside it: {name, url})
//   compounds: FeatureCollection of points {name, residents, residents_text?, url?, minutes?: {format code: number|null}}
//   outlets: FeatureCollection of points {name, format, format_label, kind: "basic"|"quality", url?, note?}
//   facilities?: FeatureCollection of points {name, kind_word}
//   formats: [{code, label}], format?: code at first      minutes: [5, 10, 15] by default
// }
// With a format chosen, compounds are shaded by the walk to the nearest outlet that serves it.

import { L, SquareMarker } from "./map-canvas.js";
import { createMap, frame, openOnClick, select, showLegend, showList, tip } from "./map-parts.js";
import { token, withTheme, word } from "./dom.js";

const EMPTY = { type: "FeatureCollection", features: [] };

export class CircleMap {
  constructor(holder, config) {
    this.config = config;
    this.limits = config.minutes ?? [5, 10, 15];
    this.format = config.format ?? "";
    this.frame = holder.closest("[data-map-frame]");
    this.map = createMap(holder);
    this.boundary = L.geoJSON(config.boundary, { interactive: false }).addTo(this.map);
    this.neighbours = this.points(config.neighbours, (feature) => feature.properties.name).addTo(this.map);
    this.compounds = this.points(config.compounds, (feature) => this.compoundTip(feature)).addTo(this.map);
    this.outlets = L.layerGroup().addTo(this.map);
    frame(this.map, this.boundary.getBounds().pad(0.08));
    this.showBar();
    withTheme(() => this.refresh());
  }

  points(data, content) {
    return L.geoJSON(data ?? EMPTY, {
      pointToLayer: (feature, place) => new SquareMarker(place, { radius: 4 + Math.sqrt(feature.properties.residents ?? 0) / 18 }),
      onEachFeature: (feature, shape) => {
        shape.bindTooltip(() => content(feature), { sticky: true, opacity: 1 });
        openOnClick(shape, feature.properties.url);
      },
    });
  }

  minutesOf(feature) {
    return this.format ? feature.properties.minutes?.[this.format] : undefined;
  }

  compoundTip(feature) {
    const minutes = this.minutesOf(feature);
    const walk = minutes === undefined ? null : minutes === null ? word("unknown") : `${this.formatLabel} ${minutes} ${word("minutes")}`;
    return tip(feature.properties.name, feature.properties.residents_text, walk);
  }

  get formatLabel() {
    return this.config.formats.find((item) => item.code === this.format)?.label ?? "";
  }

  /** Near is dark, far is pale: 4 … 1; unknown is hatched. */
  shade(minutes) {
    return 4 - this.limits.filter((limit) => minutes > limit).length;
  }

  compoundStyle(feature) {
    const edge = { color: token("mark-home"), weight: 1.5, opacity: 1, fill: true, fillOpacity: 0.95, hatched: false };
    const minutes = this.minutesOf(feature);
    if (minutes === undefined) return { ...edge, fillColor: token("card") };
    if (minutes === null) return { ...edge, hatched: true };
    return { ...edge, fillColor: token(`seq-${this.shade(minutes) + 1}`) };
  }

  refresh() {
    this.boundary.setStyle({ color: token("brand"), weight: 3, fillColor: token("brand"), fillOpacity: 0.06 });
    this.neighbours.setStyle({ color: token("line-strong"), weight: 1, dashArray: "4 4", fill: true, fillOpacity: 0 });
    this.compounds.setStyle((feature) => this.compoundStyle(feature));
    this.showOutlets();
    this.showLegend();
    this.showList();
  }

  showOutlets() {
    this.outlets.clearLayers();
    L.geoJSON(this.config.outlets ?? EMPTY, {
      filter: (feature) => !this.format || feature.properties.format === this.format,
      pointToLayer: (feature, place) => {
        const colour = token(feature.properties.kind === "basic" ? "mark-basic" : "mark-quality");
        const basic = feature.properties.kind === "basic";
        return L.circleMarker(place, { radius: 5, color: basic ? token("card") : colour, weight: basic ? 1 : 2.5, fillColor: basic ? colour : token("card"), fillOpacity: 1, opacity: 1 });
      },
      onEachFeature: (feature, shape) => {
        shape.bindTooltip(() => tip(feature.properties.name, feature.properties.format_label, feature.properties.note), { opacity: 1 });
        openOnClick(shape, feature.properties.url);
      },
    }).addTo(this.outlets);
    if (!this.format) {
      L.geoJSON(this.config.facilities ?? EMPTY, {
        pointToLayer: (feature, place) => new SquareMarker(place, { radius: 4, color: token("info"), weight: 2, fillColor: token("card"), fillOpacity: 1 }),
        onEachFeature: (feature, shape) => shape.bindTooltip(() => tip(feature.properties.name, feature.properties.kind_word), { opacity: 1 }),
      }).addTo(this.outlets);
    }
  }

  showBar() {
    const options = [{ code: "", label: word("allFormats") }, ...this.config.formats];
    this.frame.querySelector("[data-map-bar]").replaceChildren(select(this.config.words?.format ?? word("item"), options, this.format, (code) => {
      this.format = code;
      this.refresh();
    }));
  }

  showLegend() {
    const entries = [{ swatch: "swatch--boundary", text: word("boundary") }];
    if (this.format) {
      entries.push(...this.limits.map((limit, index) => ({ swatch: `swatch--square swatch--seq-${5 - index}`, text: `${limit} ${word("minutesWithin")}` })));
      entries.push({ swatch: "swatch--square swatch--seq-2", text: `${this.limits.at(-1)} ${word("minutesBeyond")}` });
      entries.push({ swatch: "swatch--square swatch--unknown", text: word("unknown") });
      entries.push({ swatch: "swatch--basic", text: this.formatLabel });
    } else {
      entries.push({ swatch: "swatch--square swatch--home", text: word("compound") });
      entries.push({ swatch: "swatch--basic", text: word("outletBasic") }, { swatch: "swatch--quality", text: word("outletQuality") });
      if (this.config.facilities?.features.length) entries.push({ swatch: "swatch--square swatch--facility", text: word("facility") });
    }
    showLegend(this.frame.querySelector("[data-map-legend]"), word("legend"), entries);
  }

  showList() {
    const rows = (this.config.outlets ?? EMPTY).features
      .filter((feature) => !this.format || feature.properties.format === this.format)
      .map((feature) => ({ name: feature.properties.name, url: feature.properties.url, cells: [feature.properties.format_label] }));
    showList(this.frame.querySelector("[data-map-list-body]"), [word("name"), word("item")], rows);
  }
}
