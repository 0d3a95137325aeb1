// Leaflet's canvas, taught two things it lacks: a hatched fill for what is unknown, and a square mark.

import "../vendor/leaflet/leaflet.js";
import { token } from "./dom.js";

export const L = window.L;

function hatch(context) {
  const size = 8 * devicePixelRatio;
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const pen = tile.getContext("2d");
  pen.fillStyle = token("unknown-soft");
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = token("unknown-line");
  pen.lineWidth = 1.5 * devicePixelRatio;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
  }
  pen.stroke();
  const pattern = context.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(1 / devicePixelRatio));
  return pattern;
}

export const HatchCanvas = L.Canvas.extend({
  _fillStroke(context, layer) {
    if (layer.options.hatched && layer.options.fill) {
      context.globalAlpha = layer.options.fillOpacity;
      context.fillStyle = hatch(context);
      context.fill(layer.options.fillRule || "evenodd");
      L.Canvas.prototype._fillStroke.call(this, context, { options: { ...layer.options, fill: false } });
    } else {
      L.Canvas.prototype._fillStroke.call(this, context, layer);
    }
  },

  _updateSquare(layer) {
    if (!this._drawing || layer._empty()) return;
    const { x, y } = layer._point;
    const half = Math.max(Math.round(layer._radius), 1);
    this._ctx.beginPath();
    this._ctx.rect(x - half, y - half, 2 * half, 2 * half);
    this._fillStroke(this._ctx, layer);
  },
});

/** A point shown as a square, so that kinds of points differ in shape and not in colour alone. */
export const SquareMarker = L.CircleMarker.extend({
  _updatePath() {
    this._renderer._updateSquare(this);
  },
});
