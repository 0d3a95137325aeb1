// ②: the sample points of the file under each coordinate system, over the outline of the district.

import { HatchCanvas, L } from "./map-canvas.js";
import { readJson, token, whenSized, withTheme } from "./dom.js";

const PAD = 0.15;
// A picture to compare by, not a map to move about in: it lies inside the label of its radio button.
const STILL = { zoomControl: false, attributionControl: false, dragging: false, keyboard: false, scrollWheelZoom: false, doubleClickZoom: false, boxZoom: false, touchZoom: false, zoomSnap: 0.1 };

/** The same view for every guess, or they could not be compared: around all points, kept near the district. */
function view(data, outline) {
  const all = L.latLngBounds(Object.values(data.points).flat().map(([lon, lat]) => [lat, lon])).pad(PAD);
  if (!outline.getLayers().length) return all;
  const near = outline.getBounds().pad(PAD);
  return near.contains(all) ? all : near;
}

/** The points that people are to judge lie near the district; what lies far off is counted, not drawn. */
function draw(holder, data) {
  const map = L.map(holder, { ...STILL, renderer: new HatchCanvas({ padding: 0.3 }) });
  const outline = L.geoJSON(data.outline, { interactive: false }).addTo(map);
  const points = L.layerGroup(data.points[holder.dataset.crsMap].map(([lon, lat]) => L.circleMarker([lat, lon], { radius: 3, interactive: false }))).addTo(map);
  map.fitBounds(view(data, outline), { animate: false });
  withTheme(() => {
    outline.setStyle({ color: token("brand"), weight: 1.5, fillColor: token("brand"), fillOpacity: 0.06 });
    points.eachLayer((point) => point.setStyle({ color: token("card"), weight: 0.75, fillColor: token("mark-quality"), fillOpacity: 0.9 }));
  });
}

const data = readJson("crs-map");
if (data) {
  for (const holder of document.querySelectorAll("[data-crs-map]")) whenSized(holder).then(() => draw(holder, data));
}

document.querySelector("[data-focus-first]")?.focus();
