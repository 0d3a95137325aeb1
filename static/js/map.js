// Mounts every map of the page: <div data-map="district|circle|outlets|place" data-config="ID of a json_script">.
// The forms of the configurations are told in the module of each kind.

import { CircleMap } from "./map-circle.js";
import { DistrictMap } from "./map-district.js";
import { OutletsMap } from "./map-outlets.js";
import { PlaceMap } from "./map-place.js";
import { readJson, whenSized } from "./dom.js";

const KINDS = { district: DistrictMap, circle: CircleMap, outlets: OutletsMap, place: PlaceMap };

for (const holder of document.querySelectorAll("[data-map]")) {
  const config = readJson(holder.dataset.config);
  if (config) whenSized(holder).then(() => new KINDS[holder.dataset.map](holder, config));
}
