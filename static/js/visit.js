// A visit from a phone: finds the place and takes photographs.

import { mountPhotos } from "./photos.js";

const EARTH_M = 6371008.8;

const form = document.querySelector("[data-visit]");

/** Metres between two places in degrees, on a sphere: to show, not to keep. */
function metresBetween(lon1, lat1, lon2, lat2) {
  const rad = Math.PI / 180;
  const x = (lon2 - lon1) * rad * Math.cos(((lat1 + lat2) / 2) * rad);
  const y = (lat2 - lat1) * rad;
  return Math.round(Math.hypot(x, y) * EARTH_M);
}

function mountPlace() {
  const button = form.querySelector("[data-locate]");
  const said = form.querySelector("[data-place-said]");
  const { outletLon, outletLat } = form.dataset;
  if (!navigator.geolocation) {
    button.disabled = true;
    said.textContent = said.dataset.missing;
    return;
  }
  const found = ({ coords }) => {
    button.disabled = false;
    form.elements.lon.value = coords.longitude.toFixed(6);
    form.elements.lat.value = coords.latitude.toFixed(6);
    form.elements.accuracy.value = coords.accuracy.toFixed(1);
    let text = said.dataset.found.replace("{accuracy}", Math.round(coords.accuracy));
    if (outletLon && outletLat) {
      const metres = metresBetween(coords.longitude, coords.latitude, Number(outletLon), Number(outletLat));
      text += said.dataset.away.replace("{metres}", metres);
    }
    said.textContent = text;
  };
  const failed = (error) => {
    button.disabled = false;
    said.textContent = error.code === error.PERMISSION_DENIED ? said.dataset.denied : said.dataset.failed;
  };
  button.addEventListener("click", () => {
    button.disabled = true;
    said.textContent = said.dataset.waiting;
    navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: 20000, maximumAge: 0 });
  });
  // Typed by hand it is as sure as whoever typed it: the phone's accuracy no longer belongs to it.
  for (const name of ["lon", "lat"]) {
    form.elements[name].addEventListener("input", () => (form.elements.accuracy.value = ""));
  }
}

mountPlace();
mountPhotos(form);
