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
    closed = [...document.querySelectorAll("details.group:not([open])")];
    closed.forEach((one) => (one.open = true));
  });
  window.addEventListener("afterprint", () => closed.forEach((one) => (one.open = false)));

  /* ---------------------------------------------------------------- tables on a phone: a row is a card */
  const phone = window.matchMedia("(max-width: 30em)");
  const ROLES = { THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  const stack = () => {
    if (!phone.matches) return;
    document.querySelectorAll(".stack:not(.stacked) table").forEach((table) => {
      const heads = [...table.tHead.rows[0].cells].map((one) => one.textContent);
      /* Its parts are no boxes of a table any more, so a screen reader is told what they are. */
      table.setAttribute("role", "table");
      table.querySelectorAll("thead, tbody, tr, td").forEach((one) => one.setAttribute("role", ROLES[one.tagName]));
      table.querySelectorAll("th").forEach((one) => one.setAttribute("role", one.scope === "row" ? "rowheader" : "columnheader"));
      for (const row of table.tBodies[0].rows) {
        let place = 0;
        for (const cell of row.cells) {
          if (place && cell.textContent.trim()) cell.dataset.label = heads[place];
          place += cell.colSpan;
        }
      }
      table.parentElement.classList.add("stacked");
    });
  };
  stack();
  phone.addEventListener("change", stack);

  /* ---------------------------------------------------------------- years and zones of the plan */
  const filters = byId("filters");
  if (filters) {
    const [when, zone] = [byId("when"), byId("zone")];
    const ZONE = 4; /* the column, as parts.html writes it */
    const apply = () => {
      let shown = 0;
      const asked = (zone && zone.value) || "";
      document.querySelectorAll(".group").forEach((group) => {
        const isAsked = !when || !when.value || when.value === group.id;
        let here = 0;
        group.querySelectorAll("tbody tr").forEach((row) => {
          row.hidden = Boolean(asked) && row.cells[ZONE].textContent !== asked;
          here += row.hidden ? 0 : 1;
        });
        /* What is not on this page has a page of its own, which opens at the same zone. */
        group.hidden = !isAsked || !(here || "more" in group.dataset);
        group.querySelectorAll(".rest a").forEach((link) => (link.hash = asked && `zone=${encodeURIComponent(asked)}`));
        if (when && when.value && isAsked) group.open = true;
        shown += group.hidden ? 0 : here;
      });
      byId("zone-found").textContent = fill(filters.dataset.found, { count: shown.toLocaleString(root.lang) });
    };
    filters.addEventListener("submit", (event) => event.preventDefault());
    const chosenBefore = new URLSearchParams(location.hash.slice(1)).get("zone");
    if (zone && chosenBefore) {
      zone.value = chosenBefore;
      apply();
    }
    if (when) when.addEventListener("change", () => {
      apply();
      const chosen = when.value && byId(when.value);
      const panel = window.norwalk && window.norwalk.page && window.norwalk.page.panel;
      if (!panel || !panel.layers[0]) return;
      /* The map shows the same year; what is done is a layer of its own. */
      const done = panel.layers.find((one) => one.key === "done");
      const isDone = Boolean(chosen) && !chosen.dataset.view && Boolean(done);
      panel.show(isDone ? done : panel.layers[0]);
      if (!isDone) panel.choose(chosen ? Number(chosen.dataset.view) : 0);
    });
    if (zone) zone.addEventListener("change", apply);
  }

  /* ---------------------------------------------------------------- my street */
  const cards = byId("cards");
  if (!cards) return;
  const words = JSON.parse(byId("words").textContent);
  const SHOWN = 24;
  const street = (one) => one.street || words.nameless;
  const where = (one) => [street(one), one.stretch].filter(Boolean).join(", ");

  function card(one) {
    const item = made("li", "", { class: "card", "data-id": one.id });
    item.append(made("h2", street(one), { dir: "auto" }));
    if (one.stretch) item.append(made("p", one.stretch, { dir: "auto" }));
    one.says.forEach((text, k) => item.append(made("p", text, { class: k ? "" : "plan", dir: "auto" })));
    const links = made("p", "", { class: "links" });
    const link = `#${new URLSearchParams({ street: one.street || "", section: one.id })}`;
    links.append(made("a", words.link, { href: link, "aria-label": `${words.link}: ${where(one)}` }));
    if (byId("report")) {
      const ask = made("a", words.report, { href: "#report", "aria-label": `${words.report}: ${where(one)}` });
      ask.addEventListener("click", (event) => {
        event.preventDefault();
        report(one);
        byId("report").focus();
        byId("report").scrollIntoView();
      });
      links.append(ask);
    }
    item.append(links);
    return item;
  }
  function list(found) {
    cards.replaceChildren(...found.slice(0, SHOWN).map(card));
    cards.hidden = !found.length;
    byId("cards-note").textContent = found.length > SHOWN ? fill(words.first, { count: SHOWN }) : "";
  }
  document.addEventListener("norwalk:found", (event) => {
    list(event.detail.sections);
    /* On a phone the answer comes into view with the field above it. */
    if (cards.hidden === false && cards.getBoundingClientRect().top > window.innerHeight * 0.6) byId("search").scrollIntoView();
    if (event.detail.sections.length === 1) report(event.detail.sections[0]);
  });
  document.addEventListener("norwalk:selected", (event) => {
    list([event.detail]);
    report(event.detail);
  });

  /* ---------------------------------------------------------------- report a problem */
  async function report(one) {
    if (!byId("report")) return;
    const place = fill(words.place, { street: street(one), stretch: one.stretch, id: one.id });
    byId("report-where").textContent = place;
    const request = byId("report-form");
    if (request) {
      request.elements.address_string.value = place;
      const found = await window.norwalk.page.city.withId(one.id);
      const middle = window.norwalk.boundsOf([[found.streets, found.i]]).getCenter();
      request.elements.lat.value = middle.lat.toFixed(6);
      request.elements.long.value = middle.lng.toFixed(6);
    }
    const mail = byId("report-mail");
    if (mail) {
      const subject = encodeURIComponent(fill(words.subject, { street: street(one) }));
      mail.href = `${mail.dataset.to}?subject=${subject}&body=${encodeURIComponent(`${place}\n\n`)}`;
    }
  }
})();
