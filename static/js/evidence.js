// A finding on the spot: takes photographs as evidence.

import { mountPhotos } from "./photos.js";

const form = document.querySelector("[data-evidence]");
if (form) mountPhotos(form);
