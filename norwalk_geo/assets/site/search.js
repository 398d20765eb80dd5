/*
 * Finds a street while it is typed: by beginnings of words, with typing errors, in English and Spanish;
 * an intersection ("Alondra & Norwalk"); a block ("Alondra between Norwalk and Pioneer"); a house ("11824
 * Alondra"), where the data have numbers.
 * The index is made when the site is published; nothing that is typed leaves the page.
 */
(function () {
  "use strict";

  const nw = window.norwalk;
  const { make, say } = nw;
  const SHOWN = 8;
  const TOLD = 200;
  const [EXACT, BEGINS, ALIKE, ERROR] = [1, 0.8, 0.7, 0.12];
  const [WEAK_BONUS, LENGTH_COST] = [0.15, 0.002];
  const ORDINAL = /^0*(\d+)(?:st|nd|rd|th|a|o|er|ro|do|ra|ta|mo|to|vo|no)?$/;
  const CROSSING = /\s*[&@/+]\s*|\s+(?:and|at|y|e|con|x|esquina|esq)\s+(?:con\s+)?/i;
  const CORNER = /^(?:corner of|intersection of|esquina de|cruce de|interseccion de|intersección de)\s+/i;
  const BETWEEN = /^(.+?)[\s,]+(?:between|entre|from|desde|btwn|bet)\s+(.+?)\s+(?:and|to|y|e|&|a|hasta)\s+(.+)$/i;
  /* A block or crossing that is still being typed: the street before the word is meant. */
  const BEGUN = /^(.+?)[\s,]+(?:(?:between|entre|from|desde|btwn|bet)(?:\s.*)?|and|at|y|e|con|esquina|esq)$/i;
  const HOUSE = /^#?(\d{1,6})[a-z]?\s+(block\s+(?:of\s+)?|cuadra\s+(?:de\s+)?)?(?=\S)|[\s,]+#?(\d{1,6})$/i;
  const HUNDRED = 100;
  const NUMBER = /^\d+[a-z]?\s+(?:block\s+(?:of\s+)?|cuadra\s+(?:de\s+)?)?(?=\S)|\s+#?\d+$/i;

  /* The same reading as website/columns_search.py gives the names. */
  function wordsOf(text, same) {
    const bare = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[’'`´]/g, "");
    const found = bare.match(/[\p{L}\p{N}]+/gu) || [];
    return found.map((word, place) => {
      if (place === 0 && (word === "st" || word === "saint" || word === "sainte") && found.length > 1) return "saint";
      const ordinal = ORDINAL.exec(word);
      if (ordinal) return ordinal[1];
      return Object.hasOwn(same, word) ? same[word] : word;
    });
  }

  /* Fewest letters to change, add, leave out or swap; more than `most` is not counted further. */
  function errors(one, other, most) {
    if (Math.abs(one.length - other.length) > most) return most + 1;
    let [older, old, now] = [null, Array.from({ length: other.length + 1 }, (_, k) => k), []];
    for (let a = 1; a <= one.length; a++) {
      now = [a];
      for (let b = 1; b <= other.length; b++) {
        const cost = one[a - 1] === other[b - 1] ? 0 : 1;
        now[b] = Math.min(old[b] + 1, now[b - 1] + 1, old[b - 1] + cost);
        if (a > 1 && b > 1 && one[a - 1] === other[b - 2] && one[a - 2] === other[b - 1]) now[b] = Math.min(now[b], older[b - 2] + 1);
      }
      [older, old] = [old, now];
    }
    return old[other.length];
  }

  /* Lists of rising numbers, written as their sizes and one list of steps. */
  class Lists {
    constructor(sizes, flat) {
      this.start = new Uint32Array(sizes.length + 1);
      for (let k = 0; k < sizes.length; k++) this.start[k + 1] = this.start[k] + sizes[k];
      this.flat = Int32Array.from(flat);
      for (let k = 0; k < sizes.length; k++) {
        for (let p = this.start[k] + 1; p < this.start[k + 1]; p++) this.flat[p] += this.flat[p - 1];
      }
    }

    of(k) {
      return this.flat.subarray(this.start[k], this.start[k + 1]);
    }
  }

  class Index {
    constructor(data, spoken) {
      this.names = data.names;
      this.words = data.words;
      this.sections = data.sections;
      this.parts = new Lists(data.partSize, data.part);
      this.wordNames = new Lists(data.wordNameSize, data.wordName);
      this.threeWords = new Lists(data.threeWordSize, data.threeWord);
      this.threes = new Map();
      const threes = data.threes[0] || "";
      for (let k = 0, at = 0; at < threes.length; k++) {
        const letters = threeOf(threes, at);
        this.threes.set(letters, k);
        at += letters.length;
      }
      this.place = new Map(this.words.map((word, k) => [word, k]));
      this.same = spoken.same;
      this.weak = new Set(spoken.weak);
      this.byName = null;
    }

    entry(name) {
      if (!this.byName) this.byName = new Map(this.names.map((one, k) => [one, k]));
      const k = this.byName.get(name);
      return k === undefined ? null : { name, parts: [...this.parts.of(k)], sections: this.sections[k] };
    }

    /* First word that is not before a text. */
    from(text) {
      let [low, high] = [0, this.words.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        this.words[middle] < text ? (low = middle + 1) : (high = middle);
      }
      return low;
    }

    /* Words that a typed word may stand for, each with how well. */
    meant(word) {
      const found = new Map();
      if (this.place.has(word)) found.set(this.place.get(word), EXACT);
      for (let k = this.from(word); k < this.words.length && this.words[k].startsWith(word); k++) {
        if (!found.has(k)) found.set(k, BEGINS);
      }
      if (!found.size && [...word].length > 3 && !/\d/.test(word)) this.alike(word, found);
      return found;
    }

    alike(word, found) {
      const counts = new Map();
      const letters = [...` ${word}`];
      for (let at = 0; at + 2 < letters.length; at++) {
        const three = this.threes.get(letters.slice(at, at + 3).join(""));
        if (three === undefined) continue;
        for (const k of this.threeWords.of(three)) counts.set(k, (counts.get(k) || 0) + 1);
      }
      const most = word.length > 6 ? 2 : 1;
      const best = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 60);
      for (const [k] of best) {
        const other = this.words[k];
        const wrong = errors(word, other, most);
        // A word that is still being typed is compared with as much of the other.
        const begun = other.length > word.length + 1 && word.length > 4 ? errors(word, other.slice(0, word.length), 1) + 0.5 : 9;
        const least = Math.min(wrong, begun);
        if (least <= most) found.set(k, ALIKE - ERROR * least);
      }
    }

    /* How well each name fits the words that must be there; 0 where one of them is not. */
    weights(words) {
      const size = this.names.length;
      const [sum, hits] = [new Float32Array(size), new Uint8Array(size)];
      for (const word of words) {
        const best = new Float32Array(size);
        for (const [k, weight] of this.meant(word)) {
          for (const name of this.wordNames.of(k)) if (best[name] < weight) best[name] = weight;
        }
        for (let k = 0; k < size; k++) {
          if (!best[k]) continue;
          sum[k] += best[k];
          hits[k]++;
        }
      }
      for (let k = 0; k < size; k++) sum[k] = hits[k] === words.length ? sum[k] / words.length : 0;
      return sum;
    }

    /* Names that a text may mean, best first. */
    streets(text, most) {
      const words = wordsOf(text, this.same);
      if (!words.length) return this.asWritten(text);
      const strong = words.filter((word) => !this.weak.has(word));
      const weights = this.weights(strong.length ? strong : words);
      for (const word of strong.length ? words : []) {
        const place = this.weak.has(word) ? this.place.get(word) : undefined;
        if (place === undefined) continue;
        for (const k of this.wordNames.of(place)) if (weights[k]) weights[k] += WEAK_BONUS;
      }
      const found = [];
      for (let k = 0; k < weights.length; k++) {
        if (!weights[k]) continue;
        // Of two that fit alike, the shorter name is meant.
        const one = { k, score: weights[k] - LENGTH_COST * Math.min(this.names[k].length, 40) };
        if (found.length === most && !this.before(one, found[most - 1])) continue;
        let place = found.length;
        while (place && this.before(one, found[place - 1])) place--;
        found.splice(place, 0, one);
        found.length = Math.min(found.length, most);
      }
      return found;
    }

    before(one, other) {
      return (one.score - other.score || this.sections[one.k] - this.sections[other.k] || other.k - one.k) > 0;
    }

    /* Names without a letter or digit are found as they are written. */
    asWritten(text) {
      const wanted = text.trim().toLowerCase();
      const found = this.names.findIndex((name) => wanted && name.trim().toLowerCase() === wanted);
      return found < 0 ? [] : [{ k: found, score: 1 }];
    }

    share(one, other) {
      const parts = new Set(this.parts.of(one));
      return this.parts.of(other).some((part) => parts.has(part));
    }

    /* What a typed text may ask for: streets, crossings, blocks. */
    find(text) {
      const asked = text.trim().slice(0, 200).replace(CORNER, "");
      if (!asked) return { found: [], note: "" };
      const block = this.blocks(asked);
      if (block.length) return { found: block, note: "" };
      let names = this.streets(asked, SHOWN);
      let note = "";
      if (!names.length) {
        const crossings = this.crossings(asked);
        if (crossings.length) return { found: crossings, note: "" };
        // What follows a comma is the city, the state or a post code.
        const place = asked.split(",")[0].trim();
        const bare = place.replace(NUMBER, "");
        if (bare !== asked) names = this.streets(bare, SHOWN);
        const house = HOUSE.exec(place);
        if (house && names.length && this.hasNumbers) {
          const [number, isBlock] = [Number(house[1] || house[3]), Boolean(house[2])];
          const label = (k) => (isBlock ? say("block", number, this.names[k]) : `${number} ${this.names[k]}`);
          return { found: names.map(({ k, score }) => ({ kind: "house", names: [k], score, number, isBlock, label: label(k) })), note };
        }
        note = house && names.length ? "no_numbers" : "";
        const begun = BEGUN.exec(asked);
        if (begun && !names.length) names = this.streets(begun[1].replace(NUMBER, ""), SHOWN);
      }
      return { found: names.map(({ k, score }) => ({ kind: "street", names: [k], score, label: this.names[k] })), note };
    }

    crossings(text) {
      const sides = text.split(CROSSING).filter((side) => side && side.trim());
      if (sides.length !== 2) return [];
      const [first, second] = sides.map((side) => this.streets(side, 4));
      const found = [];
      for (const one of first) {
        for (const other of second) {
          if (one.k === other.k || !this.share(one.k, other.k)) continue;
          const label = say("crossing", this.names[one.k], this.names[other.k]);
          found.push({ kind: "crossing", names: [one.k, other.k], score: one.score + other.score, label });
        }
      }
      return found.sort((a, b) => b.score - a.score).slice(0, SHOWN);
    }

    blocks(text) {
      const match = BETWEEN.exec(text);
      if (!match) return [];
      const sides = match.slice(1).map((side) => this.streets(side.replace(NUMBER, ""), 1)[0]);
      if (sides.some((side) => !side)) return [];
      const names = sides.map((side) => side.k);
      return [{ kind: "between", names, score: 1, label: say("between", ...names.map((k) => this.names[k])) }];
    }
  }

  function threeOf(text, at) {
    let end = at;
    for (let k = 0; k < 3 && end < text.length; k++) end += text.codePointAt(end) > 0xffff ? 2 : 1;
    return text.slice(at, end);
  }

  // ------------------------------------------------------------------ places on streets

  const ends = ([streets, i]) => {
    const [first, last] = [streets.start[i], streets.start[i + 1] - 1];
    return [first, last].map((p) => ({ x: streets.x[p], y: streets.y[p], key: `${streets.x[p]} ${streets.y[p]}` }));
  };

  /* Sections of two streets that meet, and where. */
  function meeting(one, other) {
    const theirs = new Map();
    for (const section of other) for (const end of ends(section)) theirs.set(end.key, [...(theirs.get(end.key) || []), section]);
    const [found, places] = [new Set(), []];
    for (const section of one) {
      for (const end of ends(section)) {
        if (!theirs.has(end.key)) continue;
        found.add(section);
        theirs.get(end.key).forEach((each) => found.add(each));
        places.push(end);
      }
    }
    return { found: [...found], places };
  }

  /* Sections of a street that lie between two places on it. */
  function lying(sections, from, to) {
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const square = dx * dx + dy * dy || 1e-20;
    return sections.filter((section) => {
      const [a, b] = ends(section);
      const [u, v] = [(a.x + b.x) / 2 - from.x, (a.y + b.y) / 2 - from.y];
      const along = (u * dx + v * dy) / square;
      const beside = Math.abs(u * dy - v * dx) / square;
      return along > 0 && along < 1 && beside < 0.5;
    });
  }

  /* How far a number is from those of a side, and how well it fits: its own side has its evenness. */
  function besideOf(first, last, number) {
    if (!first || !last) return null;
    const inside = Math.max(Math.min(first, last), Math.min(Math.max(first, last), number));
    return { off: Math.abs(number - inside), fits: (number - first) % 2 === 0 ? 1 : 0 };
  }

  /* Sections of a street on which a house stands, or of a block of a hundred; the same rule as matching/addresses.py. */
  function housed(data, name, wanted) {
    const code = data.names.indexOf(name);
    const found = [];
    let best = { off: HUNDRED, fits: -1 };
    for (let k = 0; k < data.name.length; k++) {
      if (data.name[k] !== code) continue;
      const place = `${data.part[k]} ${data.place[k]}`;
      for (const side of ["left", "right"]) {
        const [first, last] = ["from", "to"].map((end) => data[`${side}_${end}_address`][k]);
        const fit = besideOf(first, last, wanted.number);
        if (!fit) continue;
        if (wanted.isBlock) {
          const low = wanted.number - (wanted.number % HUNDRED);
          if (Math.min(first, last) < low + HUNDRED && Math.max(first, last) >= low) found.push(place);
          continue;
        }
        const order = best.off - fit.off || fit.fits - best.fits;
        if (fit.off >= HUNDRED || order < 0) continue;
        if (order > 0) found.length = 0;
        best = fit;
        found.push(place);
      }
    }
    return new Set(found);
  }

  async function houseOf(index, city, what, street) {
    const name = index.names[what.names[0]];
    const data = await nw.columns(city.folder, "numbers");
    const places = housed(data, name, what);
    const found = street.filter(([streets, i]) => places.has(`${city.partOf(streets).number} ${i}`));
    return found.length ? { found, note: "" } : { found: street, note: say("no_house", what.number, name) };
  }

  async function sectionsOf(index, city, what) {
    const [one, ...others] = await Promise.all(
      what.names.map((k) => city.named(index.names[k], [...index.parts.of(k)]))
    );
    if (what.kind === "street") return { found: one, note: "" };
    if (what.kind === "house") return houseOf(index, city, what, one);
    const meetings = others.map((other) => meeting(one, other));
    const missing = meetings.findIndex(({ places }) => !places.length);
    if (missing >= 0) {
      const note = say("no_crossing", index.names[what.names[0]], index.names[what.names[missing + 1]]);
      return { found: one, note };
    }
    if (what.kind === "crossing") return { found: meetings[0].found, note: "" };
    return { found: lying(one, meetings[0].places[0], meetings[1].places[0]), note: "" };
  }

  // ------------------------------------------------------------------ the field

  class Field {
    constructor(input, index, page) {
      this.input = input;
      this.index = index;
      this.page = page;
      this.found = [];
      this.active = -1;
      const form = input.form || input.parentElement;
      form.classList.add("nw-find");
      this.list = make("ul", "", { id: "nw-suggestions", role: "listbox", "aria-label": say("suggestions") });
      this.list.hidden = true;
      this.count = make("p", "", { class: "nw-unseen", role: "status" });
      form.append(this.list, this.count);
      for (const [name, value] of Object.entries({
        role: "combobox",
        autocomplete: "off",
        spellcheck: "false",
        "aria-autocomplete": "list",
        "aria-expanded": "false",
        "aria-controls": "nw-suggestions",
      })) {
        input.setAttribute(name, value);
      }
      input.addEventListener("input", () => this.suggest());
      input.addEventListener("keydown", (event) => this.key(event));
      window.addEventListener("resize", () => this.place());
      /* Whoever comes back at once keeps the list. */
      input.addEventListener("blur", () => setTimeout(() => document.activeElement === input || this.close(), 150));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.go();
      });
    }

    suggest() {
      const { found, note } = this.index.find(this.input.value);
      this.found = found;
      this.note = note;
      this.active = -1;
      const options = found.map((what, place) => {
        const option = make("li", "", { role: "option", id: `nw-option-${place}`, "aria-selected": "false" });
        option.append(make("bdi", what.label));
        if (what.kind === "street") {
          const count = this.index.sections[what.names[0]];
          const text = say(count === 1 ? "suggestion_single" : "suggestion", "", count.toLocaleString(document.documentElement.lang || "en"));
          option.append(" ", make("span", text.trim(), { class: "nw-count" }));
        }
        option.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          this.choose(what);
        });
        return option;
      });
      this.list.replaceChildren(...options);
      this.place();
      this.list.hidden = !found.length;
      this.input.setAttribute("aria-expanded", String(found.length > 0));
      this.input.removeAttribute("aria-activedescendant");
      this.count.textContent = this.input.value.trim() ? say("count", found.length) : "";
    }

    /* Right below the field, wherever the page has put it. */
    place() {
      const [field, form] = [this.input, this.list.parentElement].map((one) => one.getBoundingClientRect());
      this.list.style.top = `${field.bottom - form.top + 2}px`;
      this.list.style.left = `${field.left - form.left}px`;
      this.list.style.width = `${field.width}px`;
    }

    close() {
      this.list.hidden = true;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
      this.active = -1;
    }

    key(event) {
      if (event.key === "Escape" && !this.list.hidden) {
        event.preventDefault();
        this.close();
      }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || !this.found.length) return;
      event.preventDefault();
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
      const size = this.found.length;
      this.active = this.active < 0 ? (step > 0 ? 0 : size - 1) : (this.active + step + size) % size;
      [...this.list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === this.active)));
      this.input.setAttribute("aria-activedescendant", `nw-option-${this.active}`);
      this.list.children[this.active].scrollIntoView({ block: "nearest" });
    }

    go() {
      const text = this.input.value;
      const active = this.active;
      if (active < 0) this.suggest();
      const what = this.found[Math.max(active, 0)];
      if (what) return this.choose(what);
      this.close();
      if (!text.trim()) return undefined;
      this.tell(say("found_none"));
      /* What an earlier search found must not stand below these words. */
      return this.send({ kind: "none", label: text, names: [] }, []);
    }

    tell(text) {
      const place = document.getElementById("found");
      if (place) place.textContent = text;
    }

    async choose(what) {
      const hint = this.note ? say(this.note) : ["street", "house"].includes(what.kind) && what.score < ALIKE ? say("near") : "";
      this.input.value = what.label;
      this.close();
      const { page, index } = this;
      if (!page) return this.send(what, []);
      const { found, note } = await sectionsOf(index, page.city, what);
      page.links.set({ street: index.names[what.names[0]], section: null });
      if (page.table) page.table.details.open = true;
      page.show(found, true);
      const number = found.length.toLocaleString(document.documentElement.lang || "en");
      const key = { crossing: "found_crossing", house: "found_house" }[what.kind] || (found.length === 1 ? "found_single" : "found_one");
      const told = say(key, what.label, number);
      this.tell([note || told, hint].filter(Boolean).join(" "));
      return this.send(what, found);
    }

    /* The page may tell more about what was found, such as a card for each section. */
    async send(what, found) {
      const sections = [];
      for (const [streets, i] of found.slice(0, TOLD)) {
        const says = await this.page.city.says(streets, i);
        sections.push({ id: streets.ids[i], street: streets.street(i), stretch: nw.stretch(streets, i), says });
      }
      const detail = { kind: what.kind, label: what.label, streets: what.names.map((k) => this.index.names[k]), sections };
      document.dispatchEvent(new CustomEvent("norwalk:found", { detail }));
    }
  }

  let reading = null;
  nw.search = {
    known: null,
    Index,
    wordsOf,
    /* The index, read once. */
    ready: (folder) => {
      reading = reading || nw.columns(folder, "names").then((data) => (nw.search.known = new Index(data, nw.store.spoken)));
      return reading;
    },
    open: async (page, folder) => {
      const input = document.getElementById("street");
      if (!input) return;
      const index = await nw.search.ready(input.dataset.folder || folder);
      index.hasNumbers = input.dataset.numbers !== undefined;
      nw.search.field = new Field(input, index, page);
    },
  };
})();
