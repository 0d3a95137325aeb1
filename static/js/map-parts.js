// What both kinds of map share: the Leaflet map itself, tooltips, selects, legend, list.

import { L, HatchCanvas } from "./map-canvas.js";
import { element, word } from "./dom.js";

/** A map in `holder` without base tiles unless the page names some (data-tiles). */
export function createMap(holder) {
  const map = L.map(holder, {
    renderer: new HatchCanvas({ padding: 0.3 }),
    zoomControl: false,
    zoomSnap: 0.25,
    zoomDelta: 0.5,
    wheelPxPerZoomLevel: 120,
    minZoom: 10,
    maxZoom: 19,
    scrollWheelZoom: false,
  });
  wheelOnPurpose(map, holder);
  L.control.zoom({ position: "topright", zoomInTitle: word("zoomIn"), zoomOutTitle: word("zoomOut") }).addTo(map);
  map.attributionControl.setPrefix(false);
  map.attributionControl.addAttribution(element("span", { text: holder.dataset.attribution }).outerHTML);
  if (holder.dataset.tiles) {
    L.tileLayer(holder.dataset.tiles, { attribution: element("span", { text: holder.dataset.tilesAttribution ?? "" }).outerHTML }).addTo(map);
  }
  return map;
}

/** The wheel scrolls the page; it zooms the map with Ctrl held, or once the map has the focus. */
function wheelOnPurpose(map, holder) {
  const hint = element("p", { class: "map-hint", text: word("wheelHint"), "aria-hidden": "true" });
  holder.append(hint);
  let fade = 0;
  const wanted = (event) => event.ctrlKey || event.metaKey || document.activeElement === holder;
  holder.addEventListener("wheel", (event) => {
    if (wanted(event)) {
      map.scrollWheelZoom.enable();
      return;
    }
    map.scrollWheelZoom.disable();
    hint.classList.add("is-shown");
    clearTimeout(fade);
    fade = setTimeout(() => hint.classList.remove("is-shown"), 1200);
  }, { capture: true, passive: true });
}

/** Fits `bounds` and refuses to lose them from sight. */
export function frame(map, bounds) {
  map.fitBounds(bounds, { padding: [12, 12], animate: false });
  map.setMaxBounds(bounds.pad(0.6));
  map.setMinZoom(Math.max(9, map.getZoom() - 1));
}

export function select(label, options, chosen, onChange) {
  const field = element("select", {}, ...options.map((option) => element("option", { value: option.code, text: option.label, selected: option.code === chosen })));
  field.addEventListener("change", () => onChange(field.value));
  return element("label", { class: "map-bar__field" }, element("span", { text: label }), field);
}

export function tip(title, ...lines) {
  return element("div", { class: "map-tip" }, element("p", { class: "strong", text: title }),
    ...lines.filter(Boolean).map((text) => element("p", { text })));
}

/** Legend entries: {swatch: class, text} ; the class draws the sign, the text says it. */
export function showLegend(holder, title, entries) {
  holder.replaceChildren(
    element("p", { class: "legend__title", text: title }),
    element("ul", { class: "legend__items" }, ...entries.map((entry) => element("li", {},
      element("span", { class: `swatch ${entry.swatch}`, "aria-hidden": "true" }), element("span", { text: entry.text })))),
  );
}

/** The same content for keyboards and screen readers: a table of links. rows: [{name, url, cells: [text]}] */
export function showList(holder, heads, rows) {
  holder.replaceChildren(element("div", { class: "table-wrap table-wrap--tall", tabindex: "0", role: "region", "aria-label": word("asList") },
    element("table", { class: "table table--dense" },
      element("thead", {}, element("tr", {}, ...heads.map((text, index) => element("th", { scope: "col", class: index ? "is-num" : null, text })))),
      element("tbody", {}, ...rows.map((row) => element("tr", {},
        element("th", { scope: "row" }, row.url ? element("a", { href: row.url, text: row.name }) : row.name),
        ...row.cells.map((text) => element("td", { class: "is-num", text: text ?? "—" }))))))));
}

export async function fetchJson(url) {
  const response = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  return response.json();
}

export function openOnClick(layer, url) {
  if (url) layer.on("click", () => location.assign(url));
}
