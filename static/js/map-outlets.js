// The register on a map: streets as outlines, outlets as points; unsure places are drawn as squares.
//
// config {
//   streets: FeatureCollection {name}
//   outlets: FeatureCollection of points {name, format_label, kind: "basic"|"quality", note?, sure: bool, url}
//   near?: true = look at the outlets from close by      words {unsure, street, missing?, basic?, quality?}
// }

import { L, SquareMarker } from "./map-canvas.js";
import { createMap, frame, openOnClick, showLegend, showList, tip } from "./map-parts.js";
import { token, withTheme, word } from "./dom.js";

export class OutletsMap {
  constructor(holder, config) {
    this.config = config;
    this.frame = holder.closest("[data-map-frame]");
    this.map = createMap(holder);
    this.streets = L.geoJSON(config.streets, { interactive: false });
    this.outlets = L.geoJSON(config.outlets, {
      pointToLayer: (feature, place) => (feature.properties.sure ? L.circleMarker(place, { radius: 5 }) : new SquareMarker(place, { radius: 4 })),
      onEachFeature: (feature, shape) => {
        const { name, format_label: label, note, url } = feature.properties;
        shape.bindTooltip(() => tip(name, label, note), { opacity: 1 });
        openOnClick(shape, url);
      },
    });
    this.look();
    this.map.addLayer(this.streets).addLayer(this.outlets);
    this.showList();
    withTheme(() => this.refresh());
  }

  look() {
    const points = this.outlets.getBounds();
    if (this.config.near && points.isValid()) {
      this.map.setView(points.getCenter(), 15);
      return;
    }
    const bounds = points.isValid() ? points.pad(0.1) : this.streets.getBounds();
    if (bounds.isValid()) frame(this.map, bounds);
    else this.map.setView([31.25, 121.4], 12);
  }

  refresh() {
    this.streets.setStyle({ color: token("brand"), weight: 1.5, fillColor: token("brand"), fillOpacity: 0.03 });
    this.outlets.setStyle((feature) => {
      const { kind, sure } = feature.properties;
      const basic = kind === "basic";
      const colour = token(basic ? "mark-basic" : "mark-quality");
      const filled = basic && sure;
      return { color: filled ? token("card") : colour, weight: filled ? 1 : 2.5, fillColor: filled ? colour : token("card"), fillOpacity: 1, opacity: 1 };
    });
    const words = this.config.words;
    showLegend(this.frame.querySelector("[data-map-legend]"), word("legend"), [
      { swatch: "swatch--basic", text: words.basic ?? word("outletBasic") },
      { swatch: "swatch--quality", text: words.quality ?? word("outletQuality") },
      { swatch: "swatch--unsure", text: words.unsure },
      { swatch: "swatch--boundary", text: words.street },
      { swatch: "swatch--none", text: words.missing },
    ].filter((entry) => entry.text));
  }

  showList() {
    const rows = this.config.outlets.features.map((feature) => ({ name: feature.properties.name, url: feature.properties.url, cells: [feature.properties.format_label] }));
    showList(this.frame.querySelector("[data-map-list-body]"), [word("name"), word("item")], rows);
  }
}
