/*
 * Reads columns and keeps lines of streets: where they are, what they are called, what touches a box.
 *
 * Columns come as JSON inside a page (folium) or packed in classic scripts (the residents' site), which
 * put themselves into window.norwalkData. Nothing is fetched: a page from disk may not.
 */
(function () {
  "use strict";

  const JSON_SCALE = 1e6;
  const store = (window.norwalkData = window.norwalkData || {});
  const asked = new Map();
  const unpacked = new Map();

  // ------------------------------------------------------------------ reading

  /* Whole numbers: all low bytes first, the sign in the lowest bit, perhaps as steps. */
  function numbers(bytes, at, kind, count) {
    if (kind === "u1") return bytes.subarray(at, at + count);
    const width = Number(kind[1]);
    const found = new Int32Array(count);
    for (let k = 0; k < count; k++) {
      let value = bytes[at + k];
      if (width > 1) value |= bytes[at + count + k] << 8;
      if (width > 2) value |= (bytes[at + 2 * count + k] << 16) | (bytes[at + 3 * count + k] << 24);
      found[k] = (value >>> 1) ^ -(value & 1);
    }
    if (kind[0] === "d") for (let k = 1; k < count; k++) found[k] += found[k - 1];
    return found;
  }

  function binary(text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const raw = atob(text);
    const bytes = new Uint8Array(raw.length);
    for (let k = 0; k < raw.length; k++) bytes[k] = raw.charCodeAt(k);
    return bytes;
  }

  async function unpack(data) {
    const stream = new Blob([binary(data.bytes)]).stream().pipeThrough(new DecompressionStream("deflate"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    const columns = {};
    let at = 0;
    for (const [name, kind, count] of data.columns) {
      if (kind[0] === "t") {
        const text = new TextDecoder().decode(bytes.subarray(at, at + count));
        columns[name] = kind === "t0" ? [] : text.split("\n");
        at += count;
      } else {
        columns[name] = numbers(bytes, at, kind, count);
        at += count * (kind === "u1" ? 1 : Number(kind[1]));
      }
    }
    data.bytes = "";
    return columns;
  }

  /* A file of the site, asked for by a script element once; its columns when they are here. */
  function load(folder, name) {
    if (store[name]) return Promise.resolve(store[name]);
    if (!asked.has(name)) {
      asked.set(
        name,
        new Promise((done, failed) => {
          const script = document.createElement("script");
          script.src = `${folder}${name}.js`;
          script.onload = () => done(store[name]);
          script.onerror = () => {
            asked.delete(name);
            failed(new Error(`${name} is not there`));
          };
          document.head.append(script);
        })
      );
    }
    return asked.get(name);
  }

  function columns(folder, name) {
    if (!unpacked.has(name)) {
      const found = load(folder, name).then(unpack);
      found.catch(() => unpacked.delete(name));
      unpacked.set(name, found);
    }
    return unpacked.get(name);
  }

  function running(steps) {
    let sum = 0;
    return Int32Array.from(steps, (step) => (sum += step));
  }

  // ------------------------------------------------------------------ lines

  function across(lon) {
    return (lon + 180) / 360;
  }

  function down(lat) {
    const sine = Math.sin((lat * Math.PI) / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  }

  function latlng(x, y) {
    return [(Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, x * 360 - 180];
  }

  /* Lines as fractions of the Mercator square, each with its box. */
  class Lines {
    constructor(points, lon, lat, scale) {
      const count = points.length;
      this.count = count;
      this.x = new Float64Array(lon.length);
      this.y = new Float64Array(lon.length);
      this.start = new Uint32Array(count + 1);
      this.box = new Float64Array(count * 4);
      this.whole = [Infinity, Infinity, -Infinity, -Infinity];
      for (let p = 0; p < lon.length; p++) {
        this.x[p] = across(lon[p] / scale);
        this.y[p] = down(lat[p] / scale);
      }
      for (let i = 0, p = 0; i < count; i++) {
        let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
        for (let left = points[i]; left > 0; left--, p++) {
          const [x, y] = [this.x[p], this.y[p]];
          if (x < west) west = x;
          if (x > east) east = x;
          if (y < north) north = y;
          if (y > south) south = y;
        }
        this.box[4 * i] = west;
        this.box[4 * i + 1] = north;
        this.box[4 * i + 2] = east;
        this.box[4 * i + 3] = south;
        this.start[i + 1] = p;
        const whole = this.whole;
        if (west < whole[0]) whole[0] = west;
        if (north < whole[1]) whole[1] = north;
        if (east > whole[2]) whole[2] = east;
        if (south > whole[3]) whole[3] = south;
      }
    }

    touches(box) {
      const whole = this.whole;
      return whole[0] <= box[2] && whole[2] >= box[0] && whole[1] <= box[3] && whole[3] >= box[1];
    }

    touching(box, found) {
      if (!this.touches(box)) return;
      const boxes = this.box;
      const [west, north, east, south] = box;
      for (let i = 0, b = 0; i < this.count; i++, b += 4) {
        if (boxes[b] <= east && boxes[b + 2] >= west && boxes[b + 1] <= south && boxes[b + 3] >= north) found(i);
      }
    }

    /* Nearest line to a place within a reach, as its number and the square of how far it is. */
    nearest(u, v, reach) {
      const { start, x, y } = this;
      let [best, least] = [-1, reach * reach];
      this.touching([u - reach, v - reach, u + reach, v + reach], (i) => {
        for (let p = start[i]; p < start[i + 1] - 1; p++) {
          const [dx, dy] = [x[p + 1] - x[p], y[p + 1] - y[p]];
          const along = ((u - x[p]) * dx + (v - y[p]) * dy) / (dx * dx + dy * dy || 1);
          const t = Math.max(0, Math.min(1, along));
          const far = (u - x[p] - t * dx) ** 2 + (v - y[p] - t * dy) ** 2;
          if (far < least) [best, least] = [i, far];
        }
      });
      return { i: best, far: least };
    }
  }

  /* Lines with names and ids. */
  class Streets extends Lines {
    constructor(data, scale) {
      super(data.points, data.lon, data.lat, scale);
      this.ids = data.ids;
      this.rank = data.rank;
      this.words = data.words;
      this.codes = data.street;
      this.ends = [data.from, data.to];
      this.layers = [];
      this.numbers = null;
      this.place = null;
    }

    street(i) {
      return this.words[this.codes[i]];
    }

    from(i) {
      return this.words[this.ends[0][i]];
    }

    to(i) {
      return this.words[this.ends[1][i]];
    }

    /* Sections of a street; names are in order, but another order than the browser's. */
    named(name) {
      if (!this.place) this.place = new Map(this.words.map((word, k) => [word, k]));
      const code = this.place.get(name);
      const found = [];
      if (code !== undefined) for (let i = 0; i < this.count; i++) if (this.codes[i] === code) found.push(i);
      return found;
    }

    numberOf(id) {
      if (!this.numbers) this.numbers = new Map(this.ids.map((one, k) => [one, k]));
      return this.numbers.get(id);
    }

  }

  function embedded(id) {
    return JSON.parse(document.getElementById(id).textContent);
  }

  function streetsOfJson(data) {
    return new Streets({ ...data, lon: running(data.lon), lat: running(data.lat) }, JSON_SCALE);
  }

  window.norwalk = {
    across,
    columns,
    down,
    embedded,
    latlng,
    Lines,
    running,
    store,
    Streets,
    streetsOfJson,
  };
})();
