/* Menu, street search, choices and reports of the residents' site. Text only goes in as textContent. */
(function () {
  "use strict";

  const root = document.documentElement;
  root.classList.add("js");
  const byId = (id) => document.getElementById(id);
  const made = (name, text, set) => {
    const one = document.createElement(name);
    if (text) one.textContent = text;
    for (const [key, value] of Object.entries(set || {})) one.setAttribute(key, value);
    return one;
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, key) => (key in values ? values[key] : all));

  /* ---------------------------------------------------------------- menu */
  const button = document.querySelector(".menu button");
  if (button) {
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => {
      button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") === "false"));
    });
    button.parentElement.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || button.getAttribute("aria-expanded") === "false") return;
      button.setAttribute("aria-expanded", "false");
      button.focus();
    });
  }
  /* The other language opens at the same place. */
  const keepPlace = () => document.querySelectorAll(".languages a").forEach((a) => (a.hash = location.hash));
  window.addEventListener("hashchange", keepPlace);
  keepPlace();

  /* ---------------------------------------------------------------- print opens every list */
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((one) => (one.open = true));
  });
  window.addEventListener("afterprint", () => closed.forEach((one) => (one.open = false)));

  /* ---------------------------------------------------------------- zones of the plan */
  const zone = byId("zone");
  if (zone) {
    zone.addEventListener("change", () => {
      let shown = 0;
      document.querySelectorAll("tr[data-zone]").forEach((row) => {
        row.hidden = Boolean(zone.value) && row.dataset.zone !== zone.value;
        shown += row.hidden ? 0 : 1;
      });
      byId("zone-found").textContent = fill(zone.dataset.found, { count: shown.toLocaleString(root.lang) });
    });
  }

  /* ---------------------------------------------------------------- my street */
  const data = window.norwalkStreets;
  const form = byId("search");
  if (!data || !form) return;
  const words = JSON.parse(byId("words").textContent);
  const SHOWN = 60;
  const days = new Intl.DateTimeFormat(`${root.lang}-US`, { dateStyle: "long", timeZone: "UTC" });
  const points = new Intl.NumberFormat(`${root.lang}-US`, { maximumFractionDigits: 1 });
  const day = (text) => days.format(new Date(`${text}T00:00:00Z`));

  const lists = (at, give) => {
    const found = new Map();
    at.forEach((i, k) => found.set(i, [...(found.get(i) || []), give(k)]));
    return found;
  };
  const treatment = (name) => (name && words.treatments[name]) || name;
  const work = lists(data.work_at, (k) => {
    const what = treatment(data.work_what[k]);
    if (data.work_stage[k] === "funded" || data.work_year[k] !== null) {
      return fill(words.funded, { year: words.years[data.work_year[k]], work: what });
    }
    return fill(words.proposed, { period: words[`proposed_${data.work_period[k]}`], work: what });
  });
  const done = lists(data.done_at, (k) => {
    const when = day(data.done_day[k]);
    const what = data.done_work[k];
    return what ? fill(words.done, { work: treatment(what), day: when }) : fill(words.done_some, { day: when });
  });
  const now = lists(data.now_at, (k) => fill(words.underway, { project: data.now_name[k] }));

  const street = (i) => data.names[data.name[i]] || words.nameless;
  function stretch(i) {
    const from = data.names[data.from[i]];
    const to = data.names[data.to[i]];
    if (from && to) return fill(words.stretch, { from, to });
    return from || to ? fill(words.stretch_one, { from: from || to }) : "";
  }
  function condition(i) {
    if (data.pci[i] < 0) return words.condition_none;
    const pci = data.pci[i] / 10;
    const band = words.bands.find((one) => pci >= one[0]);
    const text = data.day[i] < 0 ? words.condition_undated : words.condition;
    return fill(text, { band: band[1], points: points.format(pci), day: data.day[i] < 0 ? "" : day(data.days[data.day[i]]) });
  }
  const plan = (i) => work.get(i) || [words[data.statuses[data.status[i]]] || ""];

  function card(i) {
    const item = made("li", "", { class: "card", "data-id": data.ids[i] });
    const head = made("h3", street(i), { dir: "auto" });
    item.append(head);
    if (stretch(i)) item.append(made("p", stretch(i), { dir: "auto" }));
    for (const text of now.get(i) || []) item.append(made("p", text, { class: "plan" }));
    for (const text of plan(i)) item.append(made("p", text, { class: "plan" }));
    item.append(made("p", condition(i)));
    item.append(made("p", (done.get(i) || [words.done_none])[0]));
    const links = made("p", "", { class: "links" });
    const where = `${street(i)}${stretch(i) ? `, ${stretch(i)}` : ""}`;
    links.append(made("a", words.link, { href: `#${encodeURIComponent(data.ids[i])}`, "aria-label": `${words.link}: ${where}` }));
    if (byId("report")) {
      const ask = made("a", words.report, { href: "#report", "aria-label": `${words.report}: ${where}` });
      ask.addEventListener("click", () => report(i));
      links.append(ask);
    }
    item.append(links);
    return item;
  }

  /* Names without accents; a word and its usual short forms are the same. */
  const SHORT = {
    boulevard: "blvd", bulevar: "blvd", road: "rd", lane: "ln", court: "ct", highway: "hwy", parkway: "pkwy",
    street: "st", calle: "st", avenue: "ave", avenida: "ave", av: "ave", drive: "dr", place: "pl", circle: "cir",
    terrace: "ter", north: "n", south: "s", east: "e", west: "w", norte: "n", sur: "s", este: "e", oeste: "w",
  };
  const LOOSE = new Set(["st", "ave", "blvd", "rd", "dr", "ln"]);
  const parts = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
    .split(/[^\p{L}\p{N}]+/u).filter(Boolean).map((word) => SHORT[word] || word);
  const known = data.names.map(parts);
  const named = (text) => {
    const wanted = parts(text);
    const exact = text.trim().toLowerCase();
    const fits = (list) => new Set(data.names.map((name, k) => k).filter((k) =>
      data.names[k].trim().toLowerCase() === exact ||
      (list.length && list.every((word) => known[k].some((have) => have.startsWith(word))))));
    const found = fits(wanted);
    const loose = wanted.filter((word) => !LOOSE.has(word));
    return found.size || !loose.length ? found : fits(loose);
  };
  function find(text) {
    if (window.norwalkSearch) return window.norwalkSearch(text);
    const sides = text.split(/\s+(?:and|at|y|e|con)\s+|[&@/]/i).filter((side) => side.trim());
    const [first, second] = sides.length > 1 ? sides.map(named) : [named(text), null];
    const found = [];
    for (let i = 0; i < data.ids.length; i++) {
      const ends = [data.from[i], data.to[i]];
      const meets = !second || ends.some((end) => second.has(end));
      if (first.has(data.name[i]) && meets) found.push(i);
      else if (second && second.has(data.name[i]) && ends.some((end) => first.has(end))) found.push(i);
    }
    return found.sort((a, b) => data.name[a] - data.name[b] || a - b);
  }

  const cards = byId("cards");
  const status = byId("found");
  function list(found, text) {
    const shown = found.slice(0, SHOWN);
    cards.replaceChildren(...shown.map(card));
    cards.hidden = !found.length;
    const count = (k) => k.toLocaleString(root.lang);
    const streets = new Set(found.map((i) => data.name[i])).size;
    const said = found.length > 1
      ? fill(words.found, { sections: count(found.length), streets: streets > 1 ? fill(words.streets, { count: count(streets) }) : words.street })
      : words.found_one;
    const more = found.length > SHOWN ? ` ${fill(words.first, { count: SHOWN })}` : "";
    status.textContent = text || (found.length ? said + more : words.nothing);
  }
  function choose(id) {
    const i = data.ids.indexOf(id);
    if (i < 0) return false;
    list([i], fill(words.chosen, { street: street(i) }));
    cards.firstChild.classList.add("chosen");
    report(i);
    document.dispatchEvent(new CustomEvent("norwalk:show", { detail: { id } }));
    return true;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId("street").value;
    if (!text.trim()) return;
    const found = find(text);
    list(found);
    document.dispatchEvent(new CustomEvent("norwalk:found", { detail: { ids: found.map((i) => data.ids[i]) } }));
  });
  document.addEventListener("norwalk:select", (event) => choose(event.detail.id));
  function follow() {
    const hash = decodeURIComponent(location.hash.slice(1));
    if (hash.startsWith("street=")) {
      byId("street").value = hash.slice(7);
      form.requestSubmit();
    } else if (hash && !choose(hash)) {
      return;
    }
    if (hash) form.scrollIntoView();
  }

  /* ---------------------------------------------------------------- report a problem */
  const box = byId("report");
  function report(i) {
    if (!box) return;
    const where = fill(words.place, { street: street(i), stretch: stretch(i), id: data.ids[i] });
    byId("report-where").textContent = where;
    const request = byId("report-form");
    if (request) {
      request.elements.lat.value = (data.lat[i] / 1e5).toFixed(5);
      request.elements.long.value = (data.lon[i] / 1e5).toFixed(5);
      request.elements.address_string.value = where;
    }
    const mail = byId("report-mail");
    if (mail) {
      const subject = encodeURIComponent(fill(words.subject, { street: street(i) }));
      mail.href = `${mail.dataset.to}?subject=${subject}&body=${encodeURIComponent(`${where}\n\n`)}`;
    }
  }
  window.addEventListener("hashchange", follow);
  follow();
})();
