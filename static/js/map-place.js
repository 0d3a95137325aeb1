// Moving one outlet: drag its mark, or move it by the arrow keys (1 m, with Shift 10 m), or type coordinates.
//
// config {
//   lon, lat: where it stands (null: nowhere yet)   streets: FeatureCollection {name, own: bool}
//   neighbours?: FeatureCollection of points {name, format_label}
//   ask: address that answers ?x=&y=&crs= with {lon, lat, text, inside} or {problem}
//   fields {x, y, crs}: ids of the form's controls      says: id of the element that says what it would mean
//   words {mark, was}
// }

import { L } from "./map-canvas.js";
import { createMap, fetchJson, frame, tip } from "./map-parts.js";
import { token, withTheme } from "./dom.js";

const METRE_NORTH = 1 / 111320;
const STEPS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };
const PAUSE_MS = 250;

export class PlaceMap {
  constructor(holder, config) {
    this.config = config;
    this.holder = holder;
    this.fields = Object.fromEntries(Object.entries(config.fields).map(([name, id]) => [name, document.getElementById(id)]));
    this.says = document.getElementById(config.says);
    this.map = createMap(holder);
    const placed = Number.isFinite(config.lon);
    const bounds = this.ownBounds();
    const start = placed ? L.latLng(config.lat, config.lon) : bounds.getCenter();
    // Round marks cannot be drawn before the map knows what it shows.
    this.map.setView(start, 17);
    this.streets = L.geoJSON(config.streets, { interactive: false }).addTo(this.map);
    this.neighbours = L.geoJSON(config.neighbours ?? { type: "FeatureCollection", features: [] }, {
      pointToLayer: (feature, place) => L.circleMarker(place, { radius: 4 }),
      onEachFeature: (feature, shape) => shape.bindTooltip(() => tip(feature.properties.name, feature.properties.format_label), { opacity: 1 }),
    }).addTo(this.map);
    this.was = placed ? L.circleMarker(start, { radius: 9, interactive: false }).addTo(this.map) : null;
    this.mark = L.marker(start, { draggable: true, keyboard: true, alt: config.words.mark, title: config.words.mark, icon: L.divIcon({ className: "place-mark", iconSize: [28, 28], iconAnchor: [14, 14] }) }).addTo(this.map);
    this.map.setMinZoom(11);
    if (!placed) frame(this.map, bounds);
    this.mark.on("drag", () => this.write());
    this.mark.on("dragend", () => this.ask());
    this.map.on("click", (event) => this.put(event.latlng));
    this.mountKeys();
    for (const field of Object.values(this.fields)) field.addEventListener("change", () => this.ask({ move: true }));
    withTheme(() => this.refresh());
    if (this.fields.x.value) this.ask({ move: true });
  }

  ownBounds() {
    const own = L.geoJSON(this.config.streets, { filter: (feature) => feature.properties.own }).getBounds();
    const all = L.geoJSON(this.config.streets).getBounds();
    return [own, all].find((one) => one.isValid()) ?? L.latLngBounds([31.2, 121.35], [31.3, 121.47]);
  }

  mountKeys() {
    const node = this.mark.getElement();
    node.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const metres = event.shiftKey ? 10 : 1;
      const { lat, lng } = this.mark.getLatLng();
      const metreEast = METRE_NORTH / Math.cos((lat * Math.PI) / 180);
      this.put(L.latLng(lat + step[1] * metres * METRE_NORTH, lng + step[0] * metres * metreEast));
    });
  }

  put(place) {
    this.mark.setLatLng(place);
    if (!this.map.getBounds().pad(-0.1).contains(place)) this.map.panTo(place, { animate: false });
    this.write();
    this.ask();
  }

  write() {
    const { lat, lng } = this.mark.getLatLng();
    this.fields.x.value = lng.toFixed(7);
    this.fields.y.value = lat.toFixed(7);
    this.fields.crs.value = "wgs84";
  }

  /** Asks what the place means; `move` puts the mark where the typed coordinates are. */
  ask({ move = false } = {}) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.answer(move), PAUSE_MS);
  }

  async answer(move) {
    const query = new URLSearchParams({ x: this.fields.x.value, y: this.fields.y.value, crs: this.fields.crs.value });
    try {
      const told = await fetchJson(`${this.config.ask}?${query}`);
      this.says.textContent = told.problem ?? told.text;
      this.says.dataset.status = told.problem ? "bad" : told.inside === false ? "warn" : "good";
      if (move && Number.isFinite(told.lon)) {
        this.mark.setLatLng([told.lat, told.lon]);
        this.map.setView([told.lat, told.lon], Math.max(this.map.getZoom(), 16), { animate: false });
      }
    } catch {
      this.says.textContent = "";
    }
  }

  refresh() {
    this.streets.setStyle((feature) => ({ color: token(feature.properties.own ? "brand" : "line-strong"), weight: feature.properties.own ? 2.5 : 1, fill: feature.properties.own, fillColor: token("brand"), fillOpacity: 0.04 }));
    this.neighbours.setStyle({ color: token("card"), weight: 1, fillColor: token("muted"), fillOpacity: 0.9, opacity: 1 });
    this.was?.setStyle({ color: token("muted"), weight: 2, dashArray: "3 3", fill: false });
  }
}
