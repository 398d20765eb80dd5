/*
 * Draws street sections on a Leaflet map, on canvas tiles, a few milliseconds in each frame.
 *
 * Text reaches the page only through textContent and canvas, so that nothing in a name can act as
 * markup. The same script draws notebooks' maps (folium) and the residents' site.
 */
(function () {
  "use strict";

  const { Streets, across, down, embedded, latlng, running, streetsOfJson } = window.norwalk;
  const TILE = 512;
  const EDGE_PX = 12;
  const FINGER_PX = 22;
  const POINTER_PX = 12;
  const BESIDE_PX = 10;
  const SMALL_PX = 5;
  const FRAME_MS = 9;
  const DASH_ZOOM = 13;
  const known = new Map();
  const words = {
    show: "Show on the map",
    view: "Choose",
    legend: "Legend",
    legend_and_choices: "Legend and choices",
    from_to: "From {0} to {1}",
    at: "At {0}",
    dead_end: "the dead end",
    city_limit: "the city limit",
    close: "Close",
    section: "Section {0}",
    no_name: "Street without a name",
    selected: "Selected: {0}.",
    nothing_here: "No street is here. Move the map so that the cross lies on a street.",
  };
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const coarse = window.matchMedia("(pointer: coarse)");

  function say(key, ...values) {
    return (words[key] || key).replace(/\{(\d)\}/g, (whole, place) => String(values[place] ?? ""));
  }

  function make(tag, text, attributes) {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    for (const name in attributes || {}) element.setAttribute(name, attributes[name]);
    return element;
  }

  // ------------------------------------------------------------------ a few milliseconds a frame

  const queue = [];
  let waiting = false;

  function work() {
    waiting = false;
    const begun = performance.now();
    do {
      const job = queue.shift();
      if (job) job();
    } while (queue.length && performance.now() - begun < FRAME_MS);
    if (queue.length) soon();
  }

  function soon() {
    if (waiting) return;
    waiting = true;
    // A page in the background has no frames, yet may be printed.
    document.hidden ? setTimeout(work) : requestAnimationFrame(work);
  }

  function later(job) {
    queue.push(job);
    soon();
  }

  function now() {
    while (queue.length) queue.shift()();
  }

  // ------------------------------------------------------------------ what is drawn

  /* Streets that layers share: one set, or parts of a large city beside an overview. */
  class Source {
    constructor(parts, detailZoom) {
      this.parts = parts;
      this.detailZoom = detailZoom || 0;
      this.overview = null;
      this.layers = [];
    }

    get count() {
      return this.parts.reduce((sum, part) => sum + (part.count ?? part.streets.count), 0);
    }

    /* What to draw at a zoom; where a part is not here yet, the main streets stand for it. */
    shown(zoom, box) {
      if (this.overview && zoom < this.detailZoom) return [this.overview];
      const near = this.parts.filter((part) => !box || meets(part.box, box));
      const here = near.filter((part) => part.streets).map((part) => part.streets);
      return this.overview && here.length < near.length ? [this.overview, ...here] : here;
    }

    nearest(place, reach) {
      const [u, v] = [across(place.lng), down(place.lat)];
      let best = null;
      for (const { streets } of this.parts) {
        if (!streets) continue;
        const { i, far } = streets.nearest(u, v, reach);
        if (i >= 0 && (!best || far < best.far)) best = { streets, i, far };
      }
      return best;
    }

    /* Finds the section at a place; a large city's source first loads what is there. */
    async find(place, reach) {
      return this.nearest(place, reach);
    }

    async says(streets, i) {
      return this.layers.flatMap((layer) => layer.saysOf(streets, i));
    }
  }

  function meets(one, other) {
    return !one || (one[0] <= other[2] && one[2] >= other[0] && one[1] <= other[3] && one[3] >= other[1]);
  }

  function widen(zoom) {
    if (zoom < 12) return 0.4;
    return [0.55, 0.75, 0.9, 1, 1.25][Math.floor(zoom) - 12] || 1.6;
  }

  const StreetLayer = L.GridLayer.extend({
    options: { tileSize: TILE, updateWhenZooming: false, updateInterval: 100, keepBuffer: 1, className: "nw-tiles" },

    initialize: function (data, source, options) {
      L.setOptions(this, options);
      this.key = data.key;
      this.title = data.title;
      this.styles = data.styles;
      this.views = data.views;
      this.source = source;
      this.view = 0;
      this._looks = new Map();
      this._says = new Map();
      source.layers.push(this);
    },

    /* Looks of some streets: without a choice, and what each choice changes. */
    give: function (streets, base, changes) {
      const looks = { base, changes, code: null };
      this._looks.set(streets, looks);
      this._dress(looks);
    },

    forget: function (streets) {
      this._looks.delete(streets);
      this._says.delete(streets);
    },

    _dress: function (looks) {
      const change = looks.changes[this.view];
      looks.code = Uint8Array.from(looks.base);
      for (let k = 0; k < change.at.length; k++) looks.code[change.at[k]] = change.to[k];
    },

    /* Sentences of some streets: places that rise, and the text of each. */
    tell: function (streets, at, text, texts) {
      const said = new Map();
      for (let k = 0; k < at.length; k++) {
        const one = texts[text[k]];
        said.has(at[k]) ? said.get(at[k]).push(one) : said.set(at[k], [one]);
      }
      this._says.set(streets, said);
    },

    saysOf: function (streets, i) {
      const said = this._says.get(streets);
      return (said && said.get(i)) || [];
    },

    lookOf: function (streets, i) {
      return this.styles[this._looks.get(streets).code[i]];
    },

    codesOf: function (streets) {
      return this._looks.get(streets).code;
    },

    choose: function (number) {
      this.view = number;
      for (const looks of this._looks.values()) this._dress(looks);
      this.repaint();
    },

    onAdd: function (map) {
      L.GridLayer.prototype.onAdd.call(this, map);
      this.on("load", this._done, this);
    },

    onRemove: function (map) {
      this.off("load", this._done, this);
      L.GridLayer.prototype.onRemove.call(this, map);
    },

    _done: function () {
      const host = this._map.getContainer();
      requestAnimationFrame(() => {
        if (host.dataset.drawn) return;
        host.dataset.drawn = String(this.source.count);
        host.dataset.drawnMs = String(Math.round(performance.now()));
        performance.mark("streets-drawn");
      });
    },

    createTile: function (coords, done) {
      const tile = document.createElement("canvas");
      later(() => {
        this._draw(tile, coords);
        done(null, tile);
      });
      return tile;
    },

    /* Draws what is in view again, without an empty moment. */
    repaint: function (box) {
      if (!this._map) return;
      for (const key in this._tiles) {
        const { el, coords } = this._tiles[key];
        if (!box || meets(this._boxOf(coords), box)) later(() => this._draw(el, coords));
      }
    },

    _boxOf: function (coords) {
      const scale = 256 * Math.pow(2, coords.z);
      const [left, top] = [coords.x * TILE, coords.y * TILE];
      return [left - EDGE_PX, top - EDGE_PX, left + TILE + EDGE_PX, top + TILE + EDGE_PX].map((v) => v / scale);
    },

    _draw: function (tile, coords) {
      const sharp = Math.min(2, window.devicePixelRatio || 1);
      tile.width = tile.height = TILE * sharp;
      const pen = tile.getContext("2d");
      pen.scale(sharp, sharp);
      pen.lineJoin = "round";
      this._stroke(pen, this._paths(coords), coords.z);
    },

    _paths: function (coords) {
      const scale = 256 * Math.pow(2, coords.z);
      const [left, top] = [coords.x * TILE, coords.y * TILE];
      const box = this._boxOf(coords);
      const small = SMALL_PX / scale;
      const paths = this.styles.map(() => new Path2D());
      for (const streets of this.source.shown(coords.z, box)) {
        const looks = this._looks.get(streets);
        if (!looks) continue;
        const { start, x, y, box: boxes } = streets;
        streets.touching(box, (i) => {
          const path = paths[looks.code[i]];
          const last = start[i + 1] - 1;
          let p = start[i];
          path.moveTo(x[p] * scale - left, y[p] * scale - top);
          if (boxes[4 * i + 2] - boxes[4 * i] < small && boxes[4 * i + 3] - boxes[4 * i + 1] < small) p = last - 1;
          for (p++; p <= last; p++) path.lineTo(x[p] * scale - left, y[p] * scale - top);
        });
      }
      return paths;
    },

    _stroke: function (pen, paths, zoom) {
      const wide = widen(zoom);
      for (let k = this.styles.length - 1; k >= 0; k--) {
        const style = this.styles[k];
        const isDashed = style.dash.length && zoom >= DASH_ZOOM;
        pen.strokeStyle = style.color;
        pen.lineWidth = Math.max(0.8, style.width * wide);
        pen.lineCap = isDashed || zoom < DASH_ZOOM ? "butt" : "round";
        pen.setLineDash(isDashed ? style.dash : []);
        pen.stroke(paths[k]);
      }
    },

    says: function (i) {
      return this.saysOf(this.streets, i);
    },

    mark: function (members) {
      this._map && mark(this._map, this.streets, members);
    },
  });
  // Of a map with one set of streets, as a page of one file uses it.
  Object.defineProperty(StreetLayer.prototype, "streets", {
    get: function () {
      return this.source.parts[0].streets;
    },
  });

  // ------------------------------------------------------------------ marks and cards

  function path(streets, i) {
    const found = [];
    for (let p = streets.start[i]; p < streets.start[i + 1]; p++) found.push(latlng(streets.x[p], streets.y[p]));
    return found;
  }

  /* A yellow band below the lines; what the lines say stays to be seen. */
  function markAll(map, chosen) {
    if (!map.getPane("marks")) {
      map.createPane("marks").classList.add("nw-marks");
      map.norwalkMarks = L.layerGroup().addTo(map);
      map.norwalkPen = L.svg({ pane: "marks", padding: 0.5 });
    }
    map.norwalkMarks.clearLayers();
    const lines = chosen.map(([streets, i]) => path(streets, i));
    for (const [color, weight] of [["#1a1a1a", 17], ["#ffd500", 13]]) {
      const look = { color, weight, opacity: 1, interactive: false, pane: "marks", renderer: map.norwalkPen };
      if (lines.length) map.norwalkMarks.addLayer(L.polyline(lines, look));
    }
  }

  function mark(map, streets, members) {
    markAll(map, members.map((i) => [streets, i]));
  }

  function boundsOf(chosen) {
    const whole = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [streets, i] of chosen) {
      for (const k of [0, 1]) whole[k] = Math.min(whole[k], streets.box[4 * i + k]);
      for (const k of [2, 3]) whole[k] = Math.max(whole[k], streets.box[4 * i + k]);
    }
    return L.latLngBounds(latlng(whole[0], whole[3]), latlng(whole[2], whole[1]));
  }

  function bounds(streets, members) {
    return boundsOf([...members].map((i) => [streets, i]));
  }

  /* Ends that are no street have words of their own in each language. */
  function endOf(text) {
    const key = { "Dead end": "dead_end", "City limit": "city_limit" }[text];
    return key ? say(key) : text;
  }

  function stretch(streets, i) {
    const [from, to] = [endOf(streets.from(i)), endOf(streets.to(i))];
    if (from && to) return say("from_to", from, to);
    return from || to ? say("at", from || to) : say("section", streets.ids[i]);
  }

  function card(streets, i, texts) {
    const box = make("div", "", { class: "nw-popup" });
    box.append(make("p", streets.street(i) || say("no_name"), { class: "nw-title", dir: "auto" }));
    box.append(make("p", stretch(streets, i), { dir: "auto" }));
    for (const text of texts) box.append(make("p", text, { dir: "auto" }));
    return box;
  }

  /* Tells about a section: a card on the map, a sentence for those who do not see it, an event for the page. */
  async function select(map, source, chosen, place) {
    const { streets, i } = chosen;
    const says = await source.says(streets, i);
    const middle = boundsOf([[streets, i]]).getCenter();
    markAll(map, [[streets, i]]);
    L.popup({ maxWidth: 280, autoPan: !still.matches, keepInView: false })
      .setLatLng(place || middle)
      .setContent(card(streets, i, says))
      .openOn(map);
    const detail = { id: streets.ids[i], street: streets.street(i), stretch: stretch(streets, i), says, lat: middle.lat, lng: middle.lng };
    announce(map, say("selected", [detail.street || say("no_name"), detail.stretch, ...says].join(". ").replace(/\.\./g, ".").replace(/\.$/, "")));
    document.dispatchEvent(new CustomEvent("norwalk:selected", { detail }));
    return detail;
  }

  function announce(map, text) {
    let place = document.getElementById("map-status");
    if (!place) {
      place = map.norwalkStatus || make("p", "", { class: "nw-unseen", role: "status" });
      map.norwalkStatus = place;
      if (!place.isConnected) map.getContainer().after(place);
    }
    place.textContent = text;
  }

  function askable(map, source) {
    const reach = () => (coarse.matches ? FINGER_PX : POINTER_PX) / (256 * Math.pow(2, map.getZoom()));
    const ask = async (place, isKey) => {
      const chosen = await source.find(place, reach());
      if (chosen) return select(map, source, chosen, place);
      if (isKey) announce(map, say("nothing_here"));
    };
    map.on("click", (event) => ask(event.latlng, false));
    const host = map.getContainer();
    host.append(make("div", "", { class: "nw-cross", "aria-hidden": "true" }));
    host.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== host) return;
      event.preventDefault();
      ask(map.getCenter(), true);
    });
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
    initialize: function (source) {
      this._source = source;
    },

    onAdd: function (map) {
      this._canvas = L.DomUtil.create("canvas", "nw-names leaflet-zoom-hide", map.getPane("shadowPane"));
      this._canvas.setAttribute("aria-hidden", "true");
      map.on("moveend zoomend resize viewreset", this.redraw, this);
      map.on("layeradd layerremove", this._beside, this);
      this.redraw();
    },

    onRemove: function (map) {
      this._canvas.remove();
      map.off("moveend zoomend resize viewreset", this.redraw, this);
      map.off("layeradd layerremove", this._beside, this);
    },

    _beside: function ({ layer }) {
      if (layer instanceof L.Marker) this.redraw();
    },

    /* Cells of the window that the marks of places stand on: a name below one could not be read. */
    _marked: function () {
      const cells = new Set();
      this._map.eachLayer((layer) => {
        if (!(layer instanceof L.Marker)) return;
        const { x, y } = this._map.latLngToContainerPoint(layer.getLatLng());
        for (const dx of [-8, 0, 8]) for (const dy of [-8, 0, 8]) cells.add(`${Math.floor((x + dx) / 12)} ${Math.floor((y + dy) / 12)}`);
      });
      return cells;
    },

    redraw: function () {
      if (this._asked) return;
      this._asked = true;
      later(() => {
        this._asked = false;
        if (this._map) this._draw();
      });
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
      const taken = this._marked();
      for (const candidate of this._candidates(size)) this._write(pen, size, candidate, taken);
    },

    _candidates: function (size) {
      const map = this._map;
      const zoom = map.getZoom();
      const lowest = zoom < 12 ? -1 : zoom < 14 ? 0 : zoom < 16 ? 1 : 3;
      const scale = 256 * Math.pow(2, zoom);
      const from = map.getPixelBounds().min;
      const best = new Map();
      const box = [from.x, from.y, from.x + size.x, from.y + size.y].map((value) => value / scale);
      for (const streets of this._source.shown(zoom, box)) {
        const { x, y, rank } = streets;
        streets.touching(box, (i) => {
          if (rank[i] > lowest) return;
          const name = streets.street(i);
          if (!name) return;
          const a = longest(streets, i);
          const ends = [x[a] * scale - from.x, y[a] * scale - from.y, x[a + 1] * scale - from.x, y[a + 1] * scale - from.y];
          const [h, v] = [(ends[0] + ends[2]) / 2, (ends[1] + ends[3]) / 2];
          if (h < 40 || v < 10 || h > size.x - 40 || v > size.y - 10) return;
          const length = Math.hypot(ends[2] - ends[0], ends[3] - ends[1]);
          // One name in each part of the window about as wide as a name is long.
          const key = `${name} ${Math.floor(h / 420)} ${Math.floor(v / 420)}`;
          if (!best.has(key) || best.get(key).length < length) {
            const turn = Math.atan2(ends[3] - ends[1], ends[2] - ends[0]);
            const upright = turn > Math.PI / 2 ? turn - Math.PI : turn <= -Math.PI / 2 ? turn + Math.PI : turn;
            best.set(key, { name, h, v, turn: upright, length, rank: rank[i] });
          }
        });
      }
      return [...best.values()].sort((p, q) => p.rank - q.rank || q.length - p.length).slice(0, 400);
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

  function sitesOf(data) {
    const group = L.layerGroup();
    group.title = data.title;
    group.names = data.rows.map((row) => row.name);
    data.rows.forEach((row, k) => {
      const face = make("span", String(k + 1), { class: "nw-site", "aria-hidden": "true" });
      if (row.kind === "station") face.classList.add("nw-site-station");
      const icon = L.divIcon({ html: face, iconSize: [26, 26], className: "nw-site-icon" });
      const marker = L.marker([row.lat, row.lon], { icon, title: row.name });
      const box = make("div", "", { class: "nw-popup" });
      box.append(make("p", row.name, { class: "nw-title", dir: "auto" }));
      for (const text of row.texts) box.append(make("p", text, { dir: "auto" }));
      marker.bindPopup(box, { maxWidth: 280 });
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

  class Panel {
    constructor(map, layers, others) {
      this.map = map;
      this.layers = layers;
      this.others = others;
      this.current = layers.find((layer) => map.hasLayer(layer)) || layers[0];
      this.root = make("div", "", { class: "nw-controls" });
      this.radios = new Map();
      this.changed = () => {};
    }

    build() {
      const group = make("fieldset");
      group.append(make("legend", say("show")));
      const choices = make("div", "", { class: "nw-choices" });
      if (this.layers.length > 1) {
        for (const layer of this.layers) {
          const radio = choice("radio", "nw-layer", layer.title, layer === this.current, () => this.show(layer));
          this.radios.set(layer, radio.querySelector("input"));
          choices.append(radio);
        }
      }
      this.year = make("label", `${say("view")} `);
      this.select = make("select", "", { id: "nw-view" });
      this.select.addEventListener("change", () => this.choose(Number(this.select.value)));
      this.year.append(this.select);
      choices.append(this.year);
      for (const other of this.others) {
        const act = (on) => (on ? this.map.addLayer(other) : this.map.removeLayer(other));
        choices.append(choice("checkbox", "nw-other", other.title, this.map.hasLayer(other), act));
      }
      group.append(choices);
      this.legend = make("ul", "", { class: "nw-legend", "aria-label": say("legend") });
      this.status = make("p", "", { class: "nw-status", role: "status" });
      this.root.append(group, this.legend, this.status);
      this.list();
      this.show(this.current);
      return this.root;
    }

    /* Names of numbered sites, for those who do not point at them. */
    list() {
      const key = document.getElementById("map-key") || this.root;
      for (const other of this.others.filter((one) => one.names && one.names.length)) {
        const list = make("ol", "", { class: "nw-sites", "aria-label": other.title });
        list.append(...other.names.map((name) => make("li", name, { dir: "auto" })));
        key.append(list);
      }
    }

    choose(number) {
      this.current.choose(number);
      this.select.value = String(number);
      this.tell();
      this.changed();
    }

    show(layer) {
      for (const other of this.layers) if (other !== layer) this.map.removeLayer(other);
      this.current = layer;
      if (!this.map.hasLayer(layer)) this.map.addLayer(layer);
      if (this.radios.has(layer)) this.radios.get(layer).checked = true;
      this.year.hidden = layer.views.length < 2;
      this.select.replaceChildren(
        ...layer.views.map((view, k) => {
          const option = make("option", view.label, { value: k });
          option.selected = k === layer.view;
          return option;
        })
      );
      this.tell();
      this.changed();
    }

    tell() {
      const view = this.current.views[this.current.view];
      this.legend.replaceChildren(
        ...view.legend.map(([k, count]) => {
          const item = make("li");
          const style = this.current.styles[k];
          const label = make("span", style.label);
          label.append(" ", make("span", count, { class: "nw-count" }));
          item.append(swatch(style), label);
          return item;
        })
      );
      this.status.textContent = view.says;
    }
  }

  function float(map, panel) {
    const control = L.control({ position: "topright" });
    control.onAdd = function () {
      const box = make("details", "", { class: "nw-boxed" });
      box.append(make("summary", say("legend_and_choices")), panel);
      box.open = map.getSize().x > 600;
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    control.addTo(map);
  }

  /* The page may offer a place for the controls; otherwise they lie on the map, folded away on a phone. */
  function start(map, layers, others) {
    const host = map.getContainer();
    host.classList.add("nw-map");
    map.attributionControl && map.attributionControl.setPrefix(false);
    map.getPane("tilePane").setAttribute("aria-hidden", "true");
    let panel = null;
    if (layers.length) {
      panel = new Panel(map, layers, others);
      const root = panel.build();
      const place = document.getElementById("map-controls");
      place ? place.append(root) : float(map, root);
      new Set(layers.map((layer) => layer.source)).forEach((source) => {
        map.norwalkNames = new NameLayer(source).addTo(map);
        askable(map, source);
      });
    }
    map.on("popupopen", ({ popup }) => {
      const button = popup.getElement().querySelector(".leaflet-popup-close-button");
      if (button) button.setAttribute("aria-label", say("close"));
    });
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
    window.norwalk.started.push({ map, layers, panel });
    return panel;
  }

  // ------------------------------------------------------------------ data inside a page

  function sourceOf(id) {
    if (!known.has(id)) {
      const source = new Source([{ streets: streetsOfJson(embedded(id)) }]);
      source.parts[0].streets.layers = source.layers;
      known.set(id, source);
    }
    return known.get(id);
  }

  function streets(id) {
    const data = embedded(id);
    const source = sourceOf(data.streets);
    const layer = new StreetLayer(data, source);
    const one = source.parts[0].streets;
    const changes = data.views.map((view) => ({ at: running(view.at), to: view.to }));
    layer.give(one, Uint8Array.from(data.base), changes);
    layer.tell(one, running(data.says.at), data.says.text, data.texts);
    return layer;
  }

  Object.assign(window.norwalk, {
    announce,
    bounds,
    boundsOf,
    card,
    later,
    make,
    markAll,
    meets,
    now,
    say,
    select,
    sites: (id) => sitesOf(embedded(id)),
    sitesOf,
    Source,
    start,
    started: [],
    still,
    StreetLayer,
    Streets,
    streets,
    stretch,
    swatch,
    words,
  });
})();
