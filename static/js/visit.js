// A visit from a phone: finds the place, and makes photographs small before they are sent.

import { element } from "./dom.js";

const MOST_PHOTOS = 6;
const LONGEST_SIDE = 1600;
const QUALITY = 0.82;
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

/** The picture no longer than LONGEST_SIDE, the right way up; as it was where this cannot be done. */
async function smaller(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return blob ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}

function mountPhotos() {
  const inputs = [...form.querySelectorAll("[data-photos]")];
  const list = form.querySelector("[data-thumbs]");
  const kept = [];
  const holder = inputs[inputs.length - 1];

  // All pictures are sent from one input; the other one only takes them.
  const show = () => {
    const files = new DataTransfer();
    for (const one of kept) files.items.add(one.file);
    for (const input of inputs) input.value = "";
    holder.files = files.files;
    list.replaceChildren(...kept.map(thumb));
    if (kept.length >= MOST_PHOTOS) list.append(element("li", { class: "muted", text: list.dataset.tooMany }));
  };
  const thumb = (one) => {
    const button = element("button", { type: "button", class: "thumbs__remove", "aria-label": list.dataset.removeWord, text: "×" });
    button.addEventListener("click", () => {
      URL.revokeObjectURL(one.url);
      kept.splice(kept.indexOf(one), 1);
      show();
    });
    return element("li", {}, element("img", { src: one.url, alt: "", width: 96, height: 96 }), button);
  };
  for (const input of inputs) {
    input.addEventListener("change", async () => {
      const taken = [...input.files].filter((file) => !kept.some((one) => one.file === file));
      for (const file of taken.slice(0, MOST_PHOTOS - kept.length)) {
        const small = await smaller(file);
        kept.push({ file: small, url: URL.createObjectURL(small) });
      }
      show();
    });
  }
}

mountPlace();
mountPhotos();
