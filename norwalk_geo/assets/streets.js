/*
 * Draws street sections on a Leaflet map from columnar data, on canvas tiles.
 *
 * Data arrive as <script type="application/json"> blocks: coordinates in millionths of a degree,
 * each the difference from the one before; texts once, then by number. Text reaches the page only
 * through textContent and canvas, so that nothing in a name can act as markup.
 */
(function () {
  "use strict";

  const SCALE = 1e6;
  const TILE = 512;
  const TOUCH_PX = 12;
  const BESIDE_PX = 10;
  const known = new Map();
  const registry = [];

  // ------------------------------------------------------------------ data

  function read(id) {
    return JSON.parse(document.getElementById(id).textContent);
  }

  function running(steps) {
    let sum = 0;
    return steps.map((step) => (sum += step));
  }

  function across(lon) {
    return (lon + 180) / 360;
  }

  function down(lat) {
    const sine = Math.sin((lat * Math.PI) / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  }

  /* Coordinates become fractions of the Mercator square; each section keeps its box. */
  function place(streets, data) {
    const lon = running(data.lon);
    const lat = running(data.lat);
    streets.x = Float64Array.from(lon, (value) => across(value / SCALE));
    streets.y = Float64Array.from(lat, (value) => down(value / SCALE));
    streets.start = new Uint32Array(streets.count + 1);
    streets.box = new Float64Array(streets.count * 4);
    let point = 0;
    for (let i = 0; i < streets.count; i++) {
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (let left = data.points[i]; left > 0; left--, point++) {
        box[0] = Math.min(box[0], streets.x[point]);
        box[1] = Math.min(box[1], streets.y[point]);
        box[2] = Math.max(box[2], streets.x[point]);
        box[3] = Math.max(box[3], streets.y[point]);
      }
      streets.box.set(box, i * 4);
      streets.start[i + 1] = point;
    }
  }

  function streetsOf(id) {
    if (!known.has(id)) {
      const data = read(id);
      const streets = { count: data.points.length, ids: data.ids, rank: data.rank, layers: [] };
      place(streets, data);
      for (const part of ["street", "from", "to"]) {
        streets[part] = (i) => data.words[data[part][i]];
      }
      streets.words = data.words;
      streets.codes = data.street;
      known.set(id, streets);
    }
    return known.get(id);
  }

  function touching(streets, box, found) {
    const boxes = streets.box;
    for (let i = 0, b = 0; i < streets.count; i++, b += 4) {
      if (boxes[b] <= box[2] && boxes[b + 2] >= box[0] && boxes[b + 1] <= box[3] && boxes[b + 3] >= box[1]) {
        found(i);
      }
    }
  }

  function bounds(streets, members) {
    let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const i of members) {
      west = Math.min(west, streets.box[4 * i]);
      north = Math.min(north, streets.box[4 * i + 1]);
      east = Math.max(east, streets.box[4 * i + 2]);
      south = Math.max(south, streets.box[4 * i + 3]);
    }
    const corner = (x, y) => [
      (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI,
      x * 360 - 180,
    ];
    return L.latLngBounds(corner(west, south), corner(east, north));
  }

  // ------------------------------------------------------------------ drawing

  function widen(zoom) {
    if (zoom < 12) return 0.4;
    return [0.55, 0.75, 0.9, 1, 1.25][zoom - 12] || 1.6;
  }

  const StreetLayer = L.GridLayer.extend({
    options: { tileSize: TILE, updateWhenZooming: false, keepBuffer: 1, className: "nw-tiles" },

    initialize: function (data, options) {
      L.setOptions(this, options);
      this.title = data.title;
      this.styles = data.styles;
      this.views = data.views;
      this.streets = streetsOf(data.streets);
      this._base = Uint8Array.from(data.base);
      this._texts = data.texts;
      this._says = new Map();
      running(data.says.at).forEach((i, k) => {
        const text = data.texts[data.says.text[k]];
        this._says.has(i) ? this._says.get(i).push(text) : this._says.set(i, [text]);
      });
      this.marked = new Set();
      this.choose(0);
      this.streets.layers.push(this);
      registry.push(this);
    },

    says: function (i) {
      return this._says.get(i) || [];
    },

    choose: function (number) {
      this.view = number;
      this._code = this._base.slice();
      const view = this.views[number];
      running(view.at).forEach((i, k) => {
        this._code[i] = view.to[k];
      });
      if (this._map) this.redraw();
    },

    mark: function (members) {
      this.marked = new Set(members);
      if (this._map) this.redraw();
    },

    onAdd: function (map) {
      L.GridLayer.prototype.onAdd.call(this, map);
      map.on("click", this._ask, this);
      this.on("load", this._done, this);
    },

    onRemove: function (map) {
      map.off("click", this._ask, this);
      this.off("load", this._done, this);
      L.GridLayer.prototype.onRemove.call(this, map);
    },

    _done: function () {
      const host = this._map.getContainer();
      host.dataset.drawn = String(this.streets.count);
      host.dataset.drawnMs = host.dataset.drawnMs || String(Math.round(performance.now()));
    },

    createTile: function (coords) {
      const tile = document.createElement("canvas");
      const sharp = Math.min(2, window.devicePixelRatio || 1);
      tile.width = tile.height = TILE * sharp;
      const pen = tile.getContext("2d");
      pen.scale(sharp, sharp);
      pen.lineJoin = "round";
      const scale = 256 * Math.pow(2, coords.z);
      this._paint(pen, this._paths(coords, scale), widen(coords.z));
      return tile;
    },

    _paths: function (coords, scale) {
      const [left, top] = [coords.x * TILE, coords.y * TILE];
      const edge = 12;
      const box = [left - edge, top - edge, left + TILE + edge, top + TILE + edge].map((v) => v / scale);
      const paths = this.styles.map(() => new Path2D());
      const marked = new Path2D();
      const { start, x, y } = this.streets;
      touching(this.streets, box, (i) => {
        const line = new Path2D();
        for (let p = start[i]; p < start[i + 1]; p++) {
          const [h, v] = [x[p] * scale - left, y[p] * scale - top];
          p === start[i] ? line.moveTo(h, v) : line.lineTo(h, v);
        }
        paths[this._code[i]].addPath(line);
        if (this.marked.has(i)) marked.addPath(line);
      });
      return { paths, marked };
    },

    _paint: function (pen, drawn, wide) {
      if (this.marked.size) {
        pen.lineCap = "round";
        for (const [color, width] of [["#1a1a1a", 17], ["#ffd500", 13]]) {
          pen.strokeStyle = color;
          pen.lineWidth = width;
          pen.stroke(drawn.marked);
        }
      }
      for (let k = this.styles.length - 1; k >= 0; k--) {
        const style = this.styles[k];
        pen.strokeStyle = style.color;
        pen.lineWidth = Math.max(0.8, style.width * wide);
        pen.lineCap = style.dash.length ? "butt" : "round";
        pen.setLineDash(style.dash);
        pen.stroke(drawn.paths[k]);
      }
      pen.setLineDash([]);
    },

    nearest: function (latlng, zoom) {
      const reach = TOUCH_PX / (256 * Math.pow(2, zoom));
      const [u, v] = [across(latlng.lng), down(latlng.lat)];
      const { start, x, y } = this.streets;
      let [best, least] = [-1, reach * reach];
      touching(this.streets, [u - reach, v - reach, u + reach, v + reach], (i) => {
        for (let p = start[i]; p < start[i + 1] - 1; p++) {
          const [dx, dy] = [x[p + 1] - x[p], y[p + 1] - y[p]];
          const along = ((u - x[p]) * dx + (v - y[p]) * dy) / (dx * dx + dy * dy || 1);
          const t = Math.max(0, Math.min(1, along));
          const far = (u - x[p] - t * dx) ** 2 + (v - y[p] - t * dy) ** 2;
          if (far < least) [best, least] = [i, far];
        }
      });
      return best;
    },

    _ask: function (event) {
      const i = this.nearest(event.latlng, this._map.getZoom());
      if (i < 0) return;
      L.popup({ maxWidth: 280 }).setLatLng(event.latlng).setContent(describe(this.streets, i)).openOn(this._map);
    },
  });

  function make(tag, text, attributes) {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    for (const name in attributes || {}) element.setAttribute(name, attributes[name]);
    return element;
  }

  function stretch(streets, i) {
    const [from, to] = [streets.from(i), streets.to(i)];
    if (from && to) return `From ${from} to ${to}`;
    return from || to ? `At ${from || to}` : `Section ${streets.ids[i]}`;
  }

  function describe(streets, i) {
    const card = make("div", "", { class: "nw-popup" });
    card.append(make("h3", streets.street(i) || "Street without a name", { dir: "auto" }));
    card.append(make("p", stretch(streets, i), { dir: "auto" }));
    for (const layer of streets.layers) {
      for (const text of layer.says(i)) card.append(make("p", text));
    }
    return card;
  }

  // ------------------------------------------------------------------ street names

  /* First point of the longest straight part of a section. */
  function longest(streets, i) {
    const { start, x, y } = streets;
    let [best, most] = [start[i], -1];
    for (let p = start[i]; p < start[i + 1] - 1; p++) {
      const far = Math.hypot(x[p + 1] - x[p], y[p + 1] - y[p]);
      if (far > most) [best, most] = [p, far];
    }
    return best;
  }

  const NameLayer = L.Layer.extend({
    initialize: function (streets) {
      this._streets = streets;
    },

    onAdd: function (map) {
      this._canvas = L.DomUtil.create("canvas", "nw-names leaflet-zoom-hide", map.getPane("shadowPane"));
      this._canvas.setAttribute("aria-hidden", "true");
      map.on("moveend zoomend resize viewreset", this._draw, this);
      this._draw();
    },

    onRemove: function (map) {
      this._canvas.remove();
      map.off("moveend zoomend resize viewreset", this._draw, this);
    },

    /* Main streets first and the longest stretch of each; a name that would cover another is left out. */
    _draw: function () {
      const map = this._map;
      const size = map.getSize();
      const corner = map.containerPointToLayerPoint([0, 0]);
      const sharp = Math.min(2, window.devicePixelRatio || 1);
      L.DomUtil.setPosition(this._canvas, corner);
      this._canvas.width = size.x * sharp;
      this._canvas.height = size.y * sharp;
      this._canvas.style.width = `${size.x}px`;
      this._canvas.style.height = `${size.y}px`;
      const pen = this._canvas.getContext("2d");
      pen.scale(sharp, sharp);
      pen.font = "600 12px system-ui, sans-serif";
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      const taken = new Set();
      for (const candidate of this._candidates(size)) this._write(pen, size, candidate, taken);
    },

    _candidates: function (size) {
      const map = this._map;
      const zoom = map.getZoom();
      const lowest = zoom < 14 ? 0 : zoom < 16 ? 1 : 3;
      const scale = 256 * Math.pow(2, zoom);
      const from = map.getPixelBounds().min;
      const { x, y, rank, codes } = this._streets;
      const best = new Map();
      const box = [from.x, from.y, from.x + size.x, from.y + size.y].map((value) => value / scale);
      touching(this._streets, box, (i) => {
        const name = this._streets.street(i);
        if (!name || rank[i] > lowest) return;
        const a = longest(this._streets, i);
        const ends = [x[a] * scale - from.x, y[a] * scale - from.y, x[a + 1] * scale - from.x, y[a + 1] * scale - from.y];
        const [h, v] = [(ends[0] + ends[2]) / 2, (ends[1] + ends[3]) / 2];
        if (h < 40 || v < 10 || h > size.x - 40 || v > size.y - 10) return;
        const length = Math.hypot(ends[2] - ends[0], ends[3] - ends[1]);
        // One name in each part of the window about as wide as a name is long.
        const key = `${codes[i]} ${Math.floor(h / 420)} ${Math.floor(v / 420)}`;
        if (!best.has(key) || best.get(key).length < length) {
          const turn = Math.atan2(ends[3] - ends[1], ends[2] - ends[0]);
          const upright = turn > Math.PI / 2 ? turn - Math.PI : turn <= -Math.PI / 2 ? turn + Math.PI : turn;
          best.set(key, { name, h, v, turn: upright, length, rank: rank[i] });
        }
      });
      return [...best.values()].sort((p, q) => p.rank - q.rank || q.length - p.length);
    },

    _write: function (pen, size, it, taken) {
      const half = pen.measureText(it.name).width / 2;
      // Beside the line, so that the name does not hide what the line says.
      it.h += BESIDE_PX * Math.sin(it.turn);
      it.v -= BESIDE_PX * Math.cos(it.turn);
      const [wide, high] = [half * Math.abs(Math.cos(it.turn)) + 8, half * Math.abs(Math.sin(it.turn)) + 8];
      // A name that would be cut off moves inward.
      it.h = Math.max(wide, Math.min(size.x - wide, it.h));
      it.v = Math.max(high, Math.min(size.y - high, it.v));
      const cells = [];
      for (let step = -half - 8; step <= half + 8; step += 8) {
        const [h, v] = [it.h + step * Math.cos(it.turn), it.v + step * Math.sin(it.turn)];
        for (const near of [-1, 0, 1]) cells.push(`${Math.floor(h / 12) + near} ${Math.floor(v / 12)}`, `${Math.floor(h / 12)} ${Math.floor(v / 12) + near}`);
      }
      if (cells.some((cell) => taken.has(cell))) return;
      cells.forEach((cell) => taken.add(cell));
      pen.save();
      pen.translate(it.h, it.v);
      pen.rotate(it.turn);
      pen.lineWidth = 4;
      pen.strokeStyle = "#f7f7f4";
      pen.strokeText(it.name, 0, 0);
      pen.fillStyle = "#1a1a1a";
      pen.fillText(it.name, 0, 0);
      pen.restore();
    },
  });

  // ------------------------------------------------------------------ sites

  function sites(id) {
    const data = read(id);
    const group = L.layerGroup();
    group.title = data.title;
    group.names = data.rows.map((row) => row.name);
    data.rows.forEach((row, k) => {
      const face = make("span", String(k + 1), { class: `nw-site nw-site-${row.kind}`, "aria-hidden": "true" });
      const icon = L.divIcon({ html: face, iconSize: [26, 26], className: "nw-site-icon" });
      const marker = L.marker([row.lat, row.lon], { icon, title: row.name });
      const card = make("div", "", { class: "nw-popup" });
      card.append(make("h3", row.name, { dir: "auto" }));
      for (const text of row.texts) card.append(make("p", text, { dir: "auto" }));
      marker.bindPopup(card, { maxWidth: 280 });
      const label = make("span", row.name, { dir: "auto" });
      marker.bindTooltip(label, { direction: "top", offset: [0, -14], className: "nw-site-label" });
      group.addLayer(marker);
    });
    return group;
  }

  // ------------------------------------------------------------------ controls

  function swatch(style) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const line = document.createElementNS(space, "line");
    const set = (element, values) => {
      for (const name in values) element.setAttribute(name, values[name]);
    };
    set(svg, { width: 44, height: 14, "aria-hidden": "true", focusable: "false" });
    set(line, { x1: 2, y1: 7, x2: 42, y2: 7, stroke: style.color, "stroke-width": style.width });
    if (style.dash.length) line.setAttribute("stroke-dasharray", style.dash.join(" "));
    svg.append(line);
    return svg;
  }

  function choice(kind, name, text, checked, act) {
    const label = make("label");
    const input = make("input", "", { type: kind, name });
    input.checked = checked;
    input.addEventListener("change", () => act(input.checked));
    label.append(input, document.createTextNode(text));
    return label;
  }

  function Panel(map, layers, others) {
    this.map = map;
    this.layers = layers;
    this.others = others;
    this.current = layers.find((layer) => map.hasLayer(layer)) || layers[0];
    this.root = make("div", "", { class: "nw-controls" });
  }

  Panel.prototype.build = function () {
    const group = make("fieldset");
    group.append(make("legend", "Show on the map"));
    const choices = make("div", "", { class: "nw-choices" });
    if (this.layers.length > 1) {
      for (const layer of this.layers) {
        choices.append(choice("radio", "nw-layer", layer.title, layer === this.current, () => this.show(layer)));
      }
    }
    this.year = make("label", "Year ");
    this.select = make("select", "", { id: "nw-view" });
    this.select.addEventListener("change", () => {
      this.current.choose(Number(this.select.value));
      this.tell();
    });
    this.year.append(this.select);
    choices.append(this.year);
    for (const other of this.others) {
      const act = (on) => (on ? this.map.addLayer(other) : this.map.removeLayer(other));
      choices.append(choice("checkbox", "nw-other", other.title, true, act));
    }
    group.append(choices);
    this.legend = make("ul", "", { class: "nw-legend", "aria-label": "Legend" });
    this.status = make("p", "", { class: "nw-status", role: "status" });
    this.root.append(group, this.legend, this.status);
    const key = document.getElementById("map-key") || this.root;
    for (const other of this.others) {
      const list = make("ol", "", { class: "nw-sites", "aria-label": other.title });
      list.append(...(other.names || []).map((name) => make("li", name, { dir: "auto" })));
      key.append(list);
    }
    this.show(this.current);
    return this.root;
  };

  Panel.prototype.show = function (layer) {
    for (const other of this.layers) if (other !== layer) this.map.removeLayer(other);
    this.current = layer;
    if (!this.map.hasLayer(layer)) this.map.addLayer(layer);
    this.year.hidden = layer.views.length < 2;
    this.select.replaceChildren(
      ...layer.views.map((view, k) => {
        const option = make("option", view.label, { value: k });
        option.selected = k === layer.view;
        return option;
      })
    );
    this.tell();
  };

  Panel.prototype.tell = function () {
    const view = this.current.views[this.current.view];
    this.legend.replaceChildren(
      ...view.legend.map(([k, count]) => {
        const item = make("li");
        const style = this.current.styles[k];
        const words = make("span", style.label);
        words.append(" ", make("span", count, { class: "nw-count" }));
        item.append(swatch(style), words);
        return item;
      })
    );
    this.status.textContent = view.says;
  };

  /* The page may offer a place for the controls; otherwise they lie on the map, folded away on a phone. */
  function start(map, layers, others) {
    const host = map.getContainer();
    host.classList.add("nw-map");
    map.attributionControl && map.attributionControl.setPrefix(false);
    map.getPane("tilePane").setAttribute("aria-hidden", "true");
    if (layers.length) {
      const panel = new Panel(map, layers, others).build();
      const place = document.getElementById("map-controls");
      place ? place.append(panel) : float(map, panel);
      new Set(layers.map((layer) => layer.streets)).forEach((streets) => new NameLayer(streets).addTo(map));
    }
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
    window.norwalk.started.push({ map, layers });
  }

  function float(map, panel) {
    const control = L.control({ position: "topright" });
    control.onAdd = function () {
      const box = make("details", "", { class: "nw-boxed" });
      box.append(make("summary", "Legend and choices"), panel);
      box.open = map.getSize().x > 600;
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    control.addTo(map);
  }

  window.norwalk = {
    streets: (id) => new StreetLayer(read(id)),
    sites,
    start,
    started: [],
    bounds,
    stretch,
    make,
  };
})();
