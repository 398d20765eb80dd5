/* The street search, and details that open for print. Text only ever goes in through textContent. */
(function () {
  "use strict";

  const started = window.norwalk.started[0];
  const streets = started.layers[0].streets;
  const make = window.norwalk.make;
  const SHOWN = 200;
  const SHORT = {
    boulevard: "blvd", road: "rd", lane: "ln", court: "ct", highway: "hwy", parkway: "pkwy",
    street: "st", avenue: "ave", drive: "dr", place: "pl", circle: "cir", terrace: "ter",
    north: "n", south: "s", east: "e", west: "w",
  };

  /* Letters without accents; a word and its usual short form are the same. */
  function parts(text) {
    const plain = text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
    return plain.split(/[^\p{L}\p{N}]+/u).filter(Boolean).map((word) => SHORT[word] || word);
  }

  const known = streets.words.map(parts);

  function matches(wanted, place) {
    if (!wanted.length) return false;
    return wanted.every((word) => known[place].some((have) => have.startsWith(word)));
  }

  /* Names that no letter or digit is in are found as they are written. */
  function find(text) {
    const wanted = parts(text);
    const exact = text.trim().toLowerCase();
    const hits = new Set();
    streets.words.forEach((name, place) => {
      if (!name) return;
      if (name.trim().toLowerCase() === exact || matches(wanted, place)) hits.add(place);
    });
    const found = [];
    for (let i = 0; i < streets.count; i++) if (hits.has(streets.codes[i])) found.push(i);
    return found.sort((a, b) => streets.codes[a] - streets.codes[b]);
  }

  function row(i) {
    const line = make("tr");
    const says = make("td");
    for (const layer of [...started.layers].reverse()) {
      for (const text of layer.says(i)) says.append(make("p", text, { dir: "auto" }));
    }
    line.append(
      make("th", streets.street(i), { scope: "row", dir: "auto" }),
      make("td", window.norwalk.stretch(streets, i), { dir: "auto" }),
      says
    );
    return line;
  }

  function count(number, thing) {
    return `${number.toLocaleString("en-US")} ${thing}${number === 1 ? "" : "s"}`;
  }

  function show(text) {
    const found = find(text);
    const shown = found.slice(0, SHOWN);
    const names = new Set(found.map((i) => streets.codes[i]));
    const more = found.length > SHOWN ? ` The first ${SHOWN} are listed.` : "";
    document.getElementById("found").textContent = found.length
      ? `${count(found.length, "section")} of ${count(names.size, "street")} found and marked on the map.${more}`
      : "No street of that name. Check the spelling, or type fewer letters.";
    document.getElementById("results-rows").replaceChildren(...shown.map(row));
    document.getElementById("results").hidden = !found.length;
    started.layers.forEach((layer) => layer.mark(found));
    if (found.length) {
      started.map.fitBounds(window.norwalk.bounds(streets, found), { maxZoom: 16, padding: [40, 40], animate: false });
    }
  }

  document.getElementById("search").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = document.getElementById("street").value;
    if (text.trim()) show(text);
  });

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((one) => (one.open = true));
  });
  window.addEventListener("afterprint", () => closed.forEach((one) => (one.open = false)));
})();
