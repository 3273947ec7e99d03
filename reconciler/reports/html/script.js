"use strict";
// Filters and sorts the rows that are there. Reads the page, writes text and attributes only, and
// holds no data: its text is the same in every report, and the policy of the page names its hash.
(() => {
  const controls = document.querySelector(".controls");
  if (!controls) return;
  const byId = (name) => document.getElementById(name);
  const query = byId("query");
  const shown = byId("shown");
  const nothing = document.querySelector(".nothing");
  const facets = ["kind", "severity", "risk"].map(byId).filter(Boolean);
  const chosenGroup = byId("section");
  const spelled = new Intl.NumberFormat("en");
  const alike = new Intl.Collator("en", { numeric: true });

  const groups = [...document.querySelectorAll(".group")].map((part) => ({
    part,
    figure: part.querySelector("h3 span"),
    table: part.querySelector("table"),
    heads: [...part.querySelectorAll("thead th")],
    rows: [...part.querySelectorAll("tbody tr")].map((row) => ({ row, text: null })),
  }));
  const total = groups.reduce((sum, group) => sum + group.rows.length, 0);
  let order = "";

  const textOf = (item) => (item.text ??= item.row.textContent.toLowerCase());
  const holds = (item, facet) => (item.row.dataset[facet.id] ?? "").split(" ").includes(facet.value);

  const filter = () => {
    const words = query.value.toLowerCase().split(/\s+/u).filter(Boolean);
    const chosen = facets.filter((facet) => facet.value);
    let count = 0;
    for (const group of groups) {
      const isChosen = !chosenGroup.value || chosenGroup.value === group.part.id;
      let here = 0;
      for (const item of group.rows) {
        const fits =
          isChosen &&
          chosen.every((facet) => holds(item, facet)) &&
          words.every((word) => textOf(item).includes(word));
        if (item.row.hidden === fits) item.row.hidden = !fits;
        if (fits) here += 1;
      }
      group.part.hidden = here === 0;
      const all = spelled.format(group.rows.length);
      group.figure.textContent =
        here === group.rows.length ? all : `${spelled.format(here)} of ${all}`;
      count += here;
    }
    nothing.hidden = count > 0;
    const all = spelled.format(total);
    shown.textContent =
      (count === total ? `All ${all} objects` : `${spelled.format(count)} of ${all} objects`) + order;
  };

  const rankOf = (item, place) => {
    const cell = item.row.cells[place];
    return cell.dataset.rank ?? cell.textContent;
  };

  // Into one new body outside of the page, so that ten thousand rows are laid out once.
  const put = (group, items) => {
    const body = document.createElement("tbody");
    for (const item of items) body.append(item.row);
    for (const old of [...group.table.tBodies]) old.remove();
    group.table.append(body);
  };

  // What has no rank stands last, whichever way.
  const sort = (group, place, way) => {
    const sign = way === "descending" ? -1 : 1;
    const keyed = group.rows.map((item) => [rankOf(item, place), item]);
    keyed.sort(([one], [other]) =>
      one === "" || other === "" ? (one === "") - (other === "") : sign * alike.compare(one, other),
    );
    put(group, keyed.map(([, item]) => item));
  };

  // Up, down, and back to the order of review.
  const turn = (group, place) => {
    const head = group.heads[place];
    const was = head.getAttribute("aria-sort");
    const first = head.dataset.first ?? "ascending";
    const second = first === "ascending" ? "descending" : "ascending";
    const way = was === first ? second : was === second ? null : first;
    for (const other of group.heads) other.removeAttribute("aria-sort");
    if (way) {
      head.setAttribute("aria-sort", way);
      sort(group, place, way);
      order = `, ${group.part.querySelector("h3").firstChild.textContent.trim().toLowerCase()} by ${head.textContent.toLowerCase()}, ${way}`;
    } else {
      put(group, group.rows);
      order = "";
    }
    filter();
  };

  // Bodies that were skipped whole are of one guessed height: not so once rows come and go.
  const begin = (act) => () => {
    for (const group of groups) group.table.classList.add("whole");
    act();
  };

  const prepare = (group) => {
    group.heads.forEach((head, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.addEventListener("click", begin(() => turn(group, place)));
      head.replaceChildren(button);
    });
  };

  // A choice that no row has is no choice.
  const prune = (facet) => {
    const found = new Set();
    for (const { rows } of groups)
      for (const { row } of rows)
        for (const value of (row.dataset[facet.id] ?? "").split(" ")) found.add(value);
    for (const option of [...facet.options])
      if (option.value && !found.has(option.value)) option.remove();
    facet.closest(".field").hidden = facet.options.length < 3;
  };

  const reset = () => {
    query.value = "";
    for (const facet of [...facets, chosenGroup]) facet.value = "";
    for (const group of groups) {
      const sorted = group.heads.find((head) => head.hasAttribute("aria-sort"));
      if (sorted) {
        sorted.removeAttribute("aria-sort");
        put(group, group.rows);
      }
    }
    order = "";
    filter();
    query.focus();
  };

  groups.forEach(prepare);
  facets.forEach(prune);
  chosenGroup.closest(".field").hidden = groups.length < 2;
  query.addEventListener("input", begin(filter));
  for (const facet of [...facets, chosenGroup]) facet.addEventListener("change", begin(filter));
  byId("reset").addEventListener("click", begin(reset));
  // A figure leads to a section that a filter may have hidden.
  for (const link of document.querySelectorAll(".figures a"))
    link.addEventListener("click", () => {
      if (byId(link.hash.slice(1)).hidden) reset();
    });
  controls.hidden = false;
  document.body.classList.add("scripted");
  filter();
})();
