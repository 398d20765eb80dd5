/*
 * Curb ramps on the map of the page on accessibility: a mark for each place, apart by shape and color, and
 * a legend in words. What the marks show is told for each street by the search and the table too.
 */
(function () {
  "use strict";

  const nw = window.norwalk;
  const SCALE = 1e6;
  const NEAR_ZOOM = 15;
  const SPACE = "http://www.w3.org/2000/svg";
  /* A ring, squares and a dot: there, missing, street work proposed, street work funded, not recorded. */
  const MARKS = [
    { color: "#1a5fa8", path: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", isFilled: true },
    { color: "#8f1414", path: "M-5 -5h10v10h-10z", isFilled: true },
    { color: "#8f1414", path: "M0 -6.5L6.5 0L0 6.5L-6.5 0z", isFilled: false },
    { color: "#8f1414", path: "M0 -6.5L6.5 0L0 6.5L-6.5 0z", isFilled: true },
    { color: "#4d4d4d", path: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", isFilled: false },
  ];

  const Points = L.Layer.extend({
    initialize: function (folder) {
      this._ready = nw.columns(folder, "ramps").then((data) => {
        const count = data.state.length;
        this._state = data.state;
        this._x = Float64Array.from({ length: count }, (_, k) => nw.across(data.lon[k] / SCALE));
        this._y = Float64Array.from({ length: count }, (_, k) => nw.down(data.lat[k] / SCALE));
      });
    },

    onAdd: function (map) {
      this._canvas = L.DomUtil.create("canvas", "nw-points leaflet-zoom-hide", map.getPane("shadowPane"));
      this._canvas.setAttribute("aria-hidden", "true");
      map.on("moveend zoomend resize viewreset", this.redraw, this);
      this._ready.then(() => this.redraw());
    },

    onRemove: function (map) {
      this._canvas.remove();
      map.off("moveend zoomend resize viewreset", this.redraw, this);
    },

    /* Once in a frame: on paper, a canvas that is emptied twice hides what lies below. */
    redraw: function () {
      if (this._asked || !this._state) return;
      this._asked = true;
      nw.later(() => {
        this._asked = false;
        if (this._map) this._draw();
      });
    },

    _draw: function () {
      const map = this._map;
      const size = map.getSize();
      const sharp = Math.min(2, window.devicePixelRatio || 1);
      L.DomUtil.setPosition(this._canvas, map.containerPointToLayerPoint([0, 0]));
      this._canvas.width = size.x * sharp;
      this._canvas.height = size.y * sharp;
      this._canvas.style.width = `${size.x}px`;
      this._canvas.style.height = `${size.y}px`;
      const pen = this._canvas.getContext("2d");
      pen.scale(sharp, sharp);
      const zoom = map.getZoom();
      const small = zoom >= NEAR_ZOOM ? 1 : zoom >= 13.5 ? 0.6 : 0.4;
      const scale = 256 * Math.pow(2, zoom);
      const corner = map.getPixelBounds().min;
      // What is there lies below, what is missing on top.
      for (const state of [0, 4, 2, 3, 1]) {
        const mark = MARKS[state];
        const shape = new Path2D(mark.path);
        // What is missing is seen from afar too.
        const grow = state ? Math.max(small, 0.55) : small;
        const path = new Path2D();
        for (let k = 0; k < this._state.length; k++) {
          if (this._state[k] !== state) continue;
          const [h, v] = [this._x[k] * scale - corner.x, this._y[k] * scale - corner.y];
          if (h < -8 || v < -8 || h > size.x + 8 || v > size.y + 8) continue;
          path.addPath(shape, { a: grow, d: grow, e: h, f: v });
        }
        pen.lineWidth = 2.4 * grow;
        pen.strokeStyle = mark.isFilled ? "#fff" : mark.color;
        pen.fillStyle = mark.isFilled ? mark.color : "#fff";
        if (mark.isFilled && grow === 1) pen.stroke(path);
        pen.fill(path);
        if (!mark.isFilled) pen.stroke(path);
      }
      this._canvas.dataset.drawn = String(this._state.length);
    },
  });

  function swatch(mark) {
    const svg = document.createElementNS(SPACE, "svg");
    const shape = document.createElementNS(SPACE, "path");
    const set = (element, values) => Object.entries(values).forEach(([name, value]) => element.setAttribute(name, value));
    set(svg, { width: 18, height: 18, viewBox: "-9 -9 18 18", "aria-hidden": "true", focusable: "false" });
    set(shape, { d: mark.path, fill: mark.isFilled ? mark.color : "#fff", stroke: mark.color, "stroke-width": mark.isFilled ? 0 : 2.4 });
    svg.append(shape);
    return svg;
  }

  function legend(words) {
    const place = nw.make("ul", "", { class: "nw-legend", "aria-label": words.title });
    words.states.forEach(({ label, count }, state) => {
      if (count === "0") return;
      const item = nw.make("li");
      const text = nw.make("span", label);
      text.append(" ", nw.make("span", count, { class: "nw-count" }));
      item.append(swatch(MARKS[state]), text);
      place.append(item);
    });
    document.getElementById("map").before(place);
  }

  const source = document.getElementById("ramp-words");
  if (!source) return;
  const words = JSON.parse(source.textContent);
  nw.points = (folder, map) => {
    const layer = new Points(folder).addTo(map);
    layer.title = words.title;
    legend(words);
    return layer;
  };
})();
