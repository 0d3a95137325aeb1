// Photographs of a form: made small before they are sent, shown, taken out again.

import { element } from "./dom.js";

const MOST_PHOTOS = 6;
const LONGEST_SIDE = 1600;
const QUALITY = 0.82;

/** The picture no longer than LONGEST_SIDE, the right way up; as it was where this cannot be done. */
export async function smaller(file) {
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

/** Collects what the [data-photos] inputs of a form take, shows it in [data-thumbs], sends it from the last of them. */
export function mountPhotos(form) {
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
