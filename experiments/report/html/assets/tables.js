"use strict";
// Tables: rows and columns of algorithms that are not shown are hidden; columns sort; claims are filtered.
(() => {
  const { all, element, glyph, isShown, owner } = page;
  const OPEN = "refuted or open";
  const claims = { verdict: OPEN, word: "", source: "" };

  const rowsOf = (table) => all("tbody > tr:not(.empty)", table);
  const cellsOf = (row) => Array.from(row.children);

  // A repeated value of a group is written once among the rows that are seen.
  const regroup = (table) => {
    const sorted = table.querySelector("[aria-sort]:not([data-first])") !== null;
    const last = new Map();
    for (const row of rowsOf(table)) {
      if (row.hidden) continue;
      let same = true, first = false;
      for (const cell of cellsOf(row).filter((one) => one.dataset.group !== undefined)) {
        same = same && last.get(cell.dataset.group) === cell.textContent;
        first = first || (!same && last.size > 0);
        cell.classList.toggle("repeat", same && !sorted);
        last.set(cell.dataset.group, cell.textContent);
      }
      row.classList.toggle("first", first && !sorted);
    }
  };

  const isClaim = (table) => table.closest("[data-experiment=claims]") !== null && table.querySelector("tbody .verdict") !== null;
  const passes = (row) => {
    const verdict = row.querySelector(".verdict")?.textContent ?? "";
    const right = claims.verdict === "all" || verdict.replace("!", "") === claims.verdict ||
      (claims.verdict === OPEN && !verdict.startsWith("confirmed")) ||
      (claims.verdict === "unexpected" && verdict.endsWith("!"));
    return right && (claims.source === "" || claims.source === row.closest("figure").id) && row.textContent.toLowerCase().includes(claims.word);
  };

  const filter = (table) => {
    const ofClaims = isClaim(table);
    let seen = 0;
    for (const row of rowsOf(table)) {
      row.hidden = !isShown(row.dataset.algorithm) || row.dataset.unfit === "true" || (ofClaims && !passes(row));
      seen += row.hidden ? 0 : 1;
    }
    for (const cell of all("th[data-algorithm], td[data-algorithm]", table)) cell.hidden = !isShown(cell.dataset.algorithm);
    table.querySelector("tbody > .empty")?.remove();
    if (seen === 0) {
      const cell = element("td", { colspan: table.querySelectorAll("thead th").length, class: "nothing" }, "Nothing is selected.");
      table.tBodies[0].append(element("tr", { class: "empty" }, cell));
    }
    if (ofClaims) {
      const whole = table.closest("figure");
      whole.hidden = seen === 0;
    }
    regroup(table);
    return seen;
  };

  const sort = (table, place, head) => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of all("[aria-sort]", table)) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const value = (row) => {
      const cell = row.children[place];
      return cell.dataset.value !== undefined ? Number(cell.dataset.value) : cell.textContent;
    };
    const rank = (a, b) => {
      const [x, y] = [value(a), value(b)];
      if (typeof x !== typeof y) return typeof x === "number" ? -1 : 1; // what has no number comes last
      const order = typeof x === "number" ? x - y : x.localeCompare(y, "en", { numeric: true });
      return up ? order : -order;
    };
    table.tBodies[0].append(...rowsOf(table).sort(rank));
    regroup(table);
  };

  for (const table of all("figure.table table")) {
    all("thead th", table).forEach((head, place) => {
      const button = element("button", { type: "button" }, ...head.childNodes);
      head.replaceChildren(button);
      button.addEventListener("click", () => sort(table, place, head));
    });
    for (const cell of all("tbody th", table)) {
      if (owner.get(cell.textContent)) cell.prepend(glyph(cell.textContent, false));
    }
  }

  const count = () => {
    let seen = 0, of = 0;
    for (const table of all("figure.table table").filter(isClaim)) {
      of += rowsOf(table).length;
      seen += rowsOf(table).filter((row) => !row.hidden).length;
    }
    for (const text of all(".claims-count")) text.textContent = `${seen} of ${of} claims`;
  };
  const update = () => {
    for (const table of all("figure.table table")) filter(table);
    for (const source of all(".sources [data-algorithm]")) source.hidden = !isShown(source.dataset.algorithm);
    count();
  };

  const kinds = [OPEN, "all", "confirmed", "refuted", "undecided", "unexpected"];
  for (const box of all(".claims-verdicts")) {
    for (const kind of kinds) {
      const button = element("button", { type: "button", class: "chip", "aria-pressed": kind === claims.verdict }, kind);
      button.addEventListener("click", () => {
        claims.verdict = kind;
        for (const other of all(".claims-verdicts .chip")) other.setAttribute("aria-pressed", other.textContent === kind);
        update();
      });
      box.append(button);
    }
  }
  for (const select of all(".claims-source")) {
    select.append(element("option", { value: "" }, "all"));
    for (const whole of all("figure.table").filter((one) => isClaim(one.querySelector("table")))) {
      select.append(element("option", { value: whole.id }, whole.querySelector(".title").textContent));
    }
    select.addEventListener("change", () => {
      claims.source = select.value;
      update();
    });
  }
  for (const search of all(".claims-search")) {
    search.addEventListener("input", () => {
      claims.word = search.value.trim().toLowerCase();
      update();
    });
  }
  page.onChange(update);
  update();
})();
