/*
 * The map of a page of the residents' site: its data, links to a street or a view, the table below it
 * that has everything the map shows, and print. Data come from files beside the page, by script elements.
 */
(function () {
  "use strict";

  const nw = window.norwalk;
  const { make, say } = nw;
  const KEPT_PARTS = 24;
  const ROWS = 50;
  const HOME = { padding: [12, 12], animate: false };

  // ------------------------------------------------------------------ a city in files

  class City extends nw.Source {
    constructor(head, folder) {
      super(
        head.boxes.map(([west, south, east, north], number) => ({
          number,
          count: head.counts[number],
          box: [nw.across(west), nw.down(north), nw.across(east), nw.down(south)],
          streets: null,
          said: null,
          used: 0,
        })),
        head.detailZoom
      );
      this.head = head;
      this.folder = folder;
      this.clock = 0;
      this.changed = () => {};
    }

    dress(streets, data) {
      for (const layer of this.layers) {
        const changes = layer.views.map((view, k) => ({ at: data[`${layer.key}.${k}.at`], to: data[`${layer.key}.${k}.to`] }));
        layer.give(streets, data[`${layer.key}.base`], changes);
      }
    }

    async takeOverview() {
      const data = await nw.columns(this.folder, "overview");
      this.overview = new nw.Streets(data, this.head.scale);
      this.dress(this.overview, data);
    }

    async take(part) {
      part.used = ++this.clock;
      if (part.streets) return part.streets;
      const data = await nw.columns(this.folder, `streets-${part.number}`);
      if (!part.streets) {
        part.streets = new nw.Streets(data, this.head.scale);
        this.dress(part.streets, data);
        this.forgetOldest();
        this.changed(part);
      }
      return part.streets;
    }

    /* What was not in view for long is left, so that a day on the map does not fill the memory. */
    forgetOldest() {
      const here = this.parts.filter((part) => part.streets).sort((a, b) => a.used - b.used);
      for (const part of here.slice(0, Math.max(0, here.length - KEPT_PARTS))) {
        this.layers.forEach((layer) => layer.forget(part.streets));
        part.streets = part.said = null;
      }
    }

    partOf(streets) {
      return this.parts.find((part) => part.streets === streets);
    }

    async tell(part) {
      const streets = await this.take(part);
      if (!part.said) {
        part.said = nw.columns(this.folder, `says-${this.head.language}-${part.number}`).then((data) => {
          for (const { key, ...layer } of this.layers.map((one) => ({ key: one.key, one }))) {
            layer.one.tell(streets, data[`${key}.at`], data[`${key}.text`], data[`${key}.texts`]);
          }
        });
      }
      await part.said;
    }

    async says(streets, i) {
      await this.tell(this.partOf(streets));
      return super.says(streets, i);
    }

    near(box) {
      return this.parts.filter((part) => nw.meets(part.box, box));
    }

    async find(place, reach) {
      const [u, v] = [nw.across(place.lng), nw.down(place.lat)];
      const box = [u - reach, v - reach, u + reach, v + reach];
      await Promise.all(this.near(box).map((part) => this.take(part)));
      return this.nearest(place, reach);
    }

    /* Sections of a street; only files that have it are asked for. */
    async named(name, numbers) {
      const found = [];
      for (const part of numbers ? numbers.map((k) => this.parts[k]) : this.parts) {
        const streets = await this.take(part);
        for (const i of streets.named(name)) found.push([streets, i]);
      }
      return found;
    }

    async withId(id) {
      for (const part of [...this.parts].sort((a, b) => (b.streets ? 1 : 0) - (a.streets ? 1 : 0))) {
        const streets = await this.take(part);
        const i = streets.numberOf(id);
        if (i !== undefined) return { streets, i };
      }
      return null;
    }
  }

  // ------------------------------------------------------------------ below and beside the streets

  async function ground(map, folder, scale) {
    const data = await nw.columns(folder, "ground");
    map.createPane("ground").classList.add("nw-ground");
    const pen = L.svg({ pane: "ground", padding: 0.5 });
    const shapes = new Map();
    for (let ring = 0, p = 0; ring < data.points.length; ring++) {
      const line = [];
      for (let left = data.points[ring]; left > 0; left--, p++) line.push([data.lat[p] / scale, data.lon[p] / scale]);
      const owner = data.owner[ring];
      if (!shapes.has(owner)) shapes.set(owner, { kind: data.kinds[data.kind[ring]], rings: [] });
      shapes.get(owner).rings.push(line);
    }
    for (const { kind, rings } of shapes.values()) {
      const look = {
        park: { stroke: false, fillColor: "#dbe8d3", fillOpacity: 1 },
        water: { stroke: false, fillColor: "#cfdfea", fillOpacity: 1 },
        zone: { fill: false, color: "#8d8d86", weight: 1, dashArray: "1 4" },
        boundary: { fillColor: "#fdfdfb", fillOpacity: 1, color: "#6b6b66", weight: 2, dashArray: "10 4 2 4" },
      }[kind] || { fill: false, color: "#8d8d86", weight: 1 };
      L.polygon(rings, { ...look, interactive: false, pane: "ground", renderer: pen }).addTo(map);
    }
  }

  function tiles(host) {
    const address = host.dataset.tiles;
    if (!address) return [];
    const layer = L.tileLayer(address, { attribution: host.dataset.tilesCredit || "", maxZoom: 19, zIndex: 0 });
    const name = address.replace(/^https?:\/\//, "").split("/")[0].replace(/^\{s\}\./, "");
    layer.title = say("tiles", name);
    return [layer];
  }

  // ------------------------------------------------------------------ links

  function readHash() {
    return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  }

  class Links {
    constructor(page) {
      this.page = page;
      this.state = {};
      window.addEventListener("hashchange", () => this.follow());
    }

    set(values) {
      const before = this.state;
      this.state = { ...before, ...values };
      for (const key in this.state) if (this.state[key] === null || this.state[key] === "") delete this.state[key];
      const text = `#${new URLSearchParams(this.state)}`;
      if (text !== location.hash && (text !== "#" || location.hash)) history.replaceState(null, "", text);
    }

    /* A link may name a layer, a choice, a place, a street or a section. */
    async follow() {
      const asked = readHash();
      const { map, panel, city } = this.page;
      const layer = panel.layers.find((one) => one.key === asked.layer);
      if (layer && layer !== panel.current) panel.show(layer);
      const view = Number(asked.view);
      if (asked.view && panel.current.views[view]) panel.choose(view);
      const [zoom, lat, lon] = (asked.at || "").split("/").map(Number);
      const hasPlace = Number.isFinite(zoom + lat + lon) && asked.at;
      if (hasPlace) map.setView([lat, lon], zoom, { animate: false });
      this.state = asked;
      if (asked.street) {
        const found = await this.page.showStreet(asked.street, !hasPlace && !asked.section);
        if (asked.section) {
          const one = found.find(([streets, i]) => streets.ids[i] === asked.section);
          if (one) return this.page.showSection({ streets: one[0], i: one[1] }, !hasPlace);
        }
      }
      if (asked.section) {
        const one = await city.withId(asked.section);
        if (one) await this.page.showSection(one, !hasPlace);
      }
    }
  }

  // ------------------------------------------------------------------ the table below

  class Table {
    constructor(page, place) {
      this.page = page;
      this.found = null;
      this.first = 0;
      this.only = "";
      this.turn = 0;
      this.details = make("details", "", { class: "nw-table" });
      this.details.append(make("summary", say("open_table")), this.build());
      this.details.addEventListener("toggle", () => this.fill());
      place.append(this.details);
    }

    build() {
      const box = make("div");
      const label = make("label", `${say("only")} `);
      this.choice = make("select");
      this.choice.addEventListener("change", () => {
        this.only = this.choice.value;
        this.first = 0;
        this.fill();
      });
      label.append(this.choice);
      const scroll = make("div", "", { class: "nw-scroll", tabindex: "0", role: "group", "aria-labelledby": "nw-table-caption" });
      /* On a phone its parts are no boxes of a table any more, so each says what it is. */
      const table = make("table", "", { role: "table" });
      this.caption = make("caption", "", { id: "nw-table-caption" });
      const head = make("thead", "", { role: "rowgroup" });
      const names = make("tr", "", { role: "row" });
      for (const key of ["street", "stretch", "looks", "says"]) names.append(make("th", say(key), { scope: "col", role: "columnheader" }));
      head.append(names);
      this.body = make("tbody", "", { role: "rowgroup" });
      table.append(this.caption, head, this.body);
      scroll.append(table);
      this.before = make("button", say("previous"), { type: "button" });
      this.after = make("button", say("next"), { type: "button" });
      this.before.addEventListener("click", () => this.move(-ROWS));
      this.after.addEventListener("click", () => this.move(ROWS));
      this.status = make("p", "", { class: "nw-status", role: "status" });
      box.append(label, scroll, this.before, " ", this.after, this.status);
      return box;
    }

    move(by) {
      this.first += by;
      this.fill(true);
    }

    /* What a search found, or everything; of a large city, what is in view. */
    show(found) {
      this.found = found;
      this.first = 0;
      this.fill();
    }

    everything() {
      const { city, map } = this.page;
      if (this.found) return this.found;
      const all = [];
      if (city.parts.length === 1) {
        const { streets } = city.parts[0];
        if (!streets) return all;
        if (!this.sorted) {
          const order = Uint32Array.from({ length: streets.count }, (_, i) => i);
          const [codes, from] = [streets.codes, streets.ends[0]];
          this.sorted = order.sort((a, b) => codes[a] - codes[b] || from[a] - from[b] || a - b);
        }
        return Array.from(this.sorted, (i) => [streets, i]);
      }
      const box = boxOf(map);
      for (const part of city.near(box)) {
        if (part.streets) part.streets.touching(box, (i) => all.push([part.streets, i]));
      }
      return all;
    }

    async fill(isTurn) {
      if (!this.details.open) return;
      const { panel, city } = this.page;
      const layer = panel.current;
      const turn = ++this.turn;
      this.looks(layer);
      let rows = this.everything();
      if (this.only !== "") rows = rows.filter(([streets, i]) => layer.codesOf(streets)[i] === Number(this.only));
      this.first = Math.max(0, Math.min(this.first, Math.floor((rows.length - 1) / ROWS) * ROWS));
      const shown = rows.slice(this.first, this.first + ROWS);
      const lines = [];
      for (const [streets, i] of shown) lines.push(this.row(layer, streets, i, await city.says(streets, i)));
      if (turn !== this.turn) return;
      this.body.replaceChildren(...lines);
      const number = (value) => value.toLocaleString(document.documentElement.lang || "en");
      const [first, last] = [rows.length ? this.first + 1 : 0, this.first + shown.length];
      this.caption.textContent = say("table_of", this.captionOf(layer), number(first), number(last), number(rows.length));
      this.before.disabled = this.first === 0;
      this.after.disabled = last >= rows.length;
      if (isTurn) this.status.textContent = this.caption.textContent;
    }

    captionOf(layer) {
      const view = layer.views[layer.view];
      return layer.views.length > 1 ? `${layer.title}, ${view.label}` : layer.title;
    }

    looks(layer) {
      const key = `${layer.key} ${layer.view}`;
      if (key === this.shownLooks) return;
      this.shownLooks = key;
      const all = make("option", say("everything"), { value: "" });
      const looks = layer.views[layer.view].legend.map(([k]) => make("option", layer.styles[k].label, { value: String(k) }));
      this.choice.replaceChildren(all, ...looks);
      if (!looks.some((one) => one.value === this.only)) this.only = "";
      this.choice.value = this.only;
    }

    row(layer, streets, i, texts) {
      const line = make("tr", "", { role: "row" });
      const name = streets.street(i) || say("no_name");
      const head = make("th", "", { scope: "row", role: "rowheader" });
      const button = make("button", name, { type: "button", class: "nw-link", dir: "auto", "aria-label": say("show_on_map", `${name}, ${nw.stretch(streets, i)}`) });
      button.addEventListener("click", () => this.page.showSection({ streets, i }, true));
      head.append(button);
      const look = make("td", "", { role: "cell" });
      const style = layer.lookOf(streets, i);
      look.append(nw.swatch(style), make("span", style.label));
      const says = make("td", "", { role: "cell" });
      for (const text of texts) says.append(make("p", text, { dir: "auto" }));
      line.append(head, make("td", nw.stretch(streets, i), { dir: "auto", role: "cell" }), look, says);
      return line;
    }
  }

  // ------------------------------------------------------------------ the page

  function boxOf(map) {
    const view = map.getBounds();
    return [nw.across(view.getWest()), nw.down(view.getNorth()), nw.across(view.getEast()), nw.down(view.getSouth())];
  }

  class Page {
    constructor(host, head) {
      this.host = host;
      const folder = host.dataset.folder || "";
      const still = nw.still.matches;
      const map = L.map(host, {
        attributionControl: Boolean(host.dataset.tiles),
        zoomControl: false,
        fadeAnimation: false,
        zoomAnimation: !still,
        markerZoomAnimation: !still,
        inertia: !still,
        scrollWheelZoom: false,
        zoomSnap: 0.5,
        minZoom: 8,
        maxZoom: 19,
      });
      L.control.zoom({ zoomInTitle: say("closer"), zoomOutTitle: say("farther") }).addTo(map);
      this.map = map;
      this.city = new City(head, folder);
      const wanted = (host.dataset.layers || head.layers.map((layer) => layer.key).join(" ")).split(/\s+/);
      const chosen = wanted.map((key) => head.layers.find((layer) => layer.key === key)).filter(Boolean);
      this.layers = chosen.map((layer) => new nw.StreetLayer(layer, this.city));
      const points = nw.points ? [nw.points(folder, map)] : [];
      this.others = [...points, ...(head.sites ? [nw.sitesOf(head.sites).addTo(map)] : []), ...tiles(host)];
      this.home = L.latLngBounds(head.boxes.flatMap(([west, south, east, north]) => [[south, west], [north, east]]));
      map.fitBounds(this.home, HOME);
      if (head.ground) ground(map, folder, head.scale);
    }

    async open() {
      const { city, map, layers } = this;
      const help = make("p", say("help"), { id: "nw-help", class: "nw-unseen" });
      this.host.after(help);
      this.host.setAttribute("aria-describedby", "nw-help");
      await (city.parts.length > 1 ? city.takeOverview() : city.take(city.parts[0]));
      this.panel = nw.start(map, layers, this.others);
      this.note = make("p", "", { class: "nw-note", role: "status" });
      this.host.after(this.note);
      this.links = new Links(this);
      const place = document.getElementById("map-table");
      this.table = place ? new Table(this, place) : null;
      city.changed = (part) => {
        layers.forEach((layer) => layer.repaint(part.box));
        map.norwalkNames.redraw();
      };
      this.panel.changed = () => {
        this.links.set({ layer: this.panel.current.key, view: this.panel.current.view || null });
        if (this.table) this.table.fill();
      };
      await this.links.follow();
      map.on("moveend", () => this.moved());
      document.addEventListener("norwalk:selected", (event) => this.links.set({ section: event.detail.id, street: event.detail.street }));
      this.moved();
      printable(this);
    }

    async moved() {
      const { map, city } = this;
      const center = map.getCenter();
      const isHome = this.links.state.at === undefined && map.getBounds().contains(this.home);
      if (!isHome) this.links.set({ at: `${map.getZoom()}/${center.lat.toFixed(5)}/${center.lng.toFixed(5)}` });
      if (city.parts.length === 1) return;
      if (map.getZoom() < city.detailZoom) {
        this.note.textContent = say("zoom_in");
      } else {
        const missing = city.near(boxOf(map)).filter((part) => !part.streets);
        this.note.textContent = missing.length ? say("loading") : "";
        await Promise.all(missing.map((part) => city.take(part)));
        if (map.getZoom() >= city.detailZoom) this.note.textContent = "";
      }
      if (this.table && !this.table.found) this.table.fill();
    }

    /* Marks sections and brings them into view. */
    show(found, isMoved) {
      nw.markAll(this.map, found);
      if (found.length && isMoved) this.map.fitBounds(nw.boundsOf(found), { maxZoom: 16, padding: [40, 40], animate: false });
      if (this.table) this.table.show(found.length ? found : null);
    }

    async showStreet(name, isMoved) {
      const entry = nw.search ? (await nw.search.ready(this.city.folder)).entry(name) : null;
      const found = await this.city.named(name, entry ? entry.parts : null);
      this.show(found, isMoved);
      this.links.set({ street: name, section: null });
      return found;
    }

    async showSection(chosen, isMoved) {
      if (isMoved) this.map.fitBounds(nw.boundsOf([[chosen.streets, chosen.i]]), { maxZoom: 17, padding: [60, 60], animate: false });
      return nw.select(this.map, this.city, chosen, null);
    }
  }

  /* On paper the map has the width of the paper and shows what was in view. */
  function printable(page) {
    const { map, host } = page;
    let view = null;
    const fit = (bounds) => {
      map.invalidateSize({ animate: false, pan: false });
      map.fitBounds(bounds, { animate: false });
      nw.now();
    };
    window.addEventListener("beforeprint", () => {
      view = { center: map.getCenter(), zoom: map.getZoom(), bounds: map.getBounds() };
      host.classList.add("nw-printing");
      fit(view.bounds.contains(page.home) ? page.home : view.bounds);
    });
    window.addEventListener("afterprint", () => {
      host.classList.remove("nw-printing");
      map.invalidateSize({ animate: false, pan: false });
      if (view) map.setView(view.center, view.zoom, { animate: false });
    });
  }

  function open() {
    const head = nw.store.map;
    if (!head) return;
    Object.assign(nw.words, head.words);
    const host = document.getElementById("map");
    nw.ready = (async () => {
      if (host) {
        nw.page = new Page(host, head);
        await nw.page.open();
      }
      if (nw.search) await nw.search.open(nw.page || null, host ? host.dataset.folder || "" : "");
      return nw.page;
    })();
  }

  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", open) : open();
})();
