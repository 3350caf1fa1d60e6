"use strict";
// Charts: a specification says what, here come the labels' colours and shapes, the filter, and the toggles of axes.
const charts = (() => {
  const { all, data, element, glyph, isShown, owner, toggle, variable } = page;
  const known = new Map(data.labels.map((label, place) => [label.label, { ...label, place }]));
  const drawn = [];
  const NARROW = 520;
  // On a logarithmic axis the lines at powers of ten stand out.
  const POWER = "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) < 1e-6";
  const POWERS = { condition: { test: POWER, value: 0.8 }, value: 0.22 };

  const config = (narrow) => ({
    background: "transparent",
    font: getComputedStyle(document.body).fontFamily,
    view: { stroke: null },
    axis: {
      labelColor: "var(--soft)", titleColor: "var(--soft)", domainColor: "var(--rule)", tickColor: "var(--rule)",
      gridColor: "var(--rule)", gridOpacity: 0.6, labelFontSize: 11, titleFontSize: 11.5, titleFontWeight: 500,
      labelLimit: narrow ? 118 : 260, tickCount: narrow ? 4 : 7, labelOverlap: "greedy", titlePadding: 8,
    },
    legend: { labelColor: "var(--soft)", titleColor: "var(--soft)", labelFontSize: 11.5, columns: narrow ? 2 : 0, symbolType: "square" },
    mark: { invalid: "break-paths-filter-domains" },
  });

  const unlog = (value) => (typeof value === "number" && value <= 0 ? null : value);

  class Chart {
    constructor(figure, described) {
      Object.assign(this, { figure, described, view: null, log: { ...described.log }, narrow: null });
      this.plot = figure.querySelector(".plot");
      this.hint = figure.querySelector(".hint");
      this.labels = [...new Set(described.rows.map((row) => row.label))]
        .filter((label) => known.has(label))
        .sort((a, b) => known.get(a).place - known.get(b).place);
      this.rows = described.rows.map((row) => ({ ...row, algorithm: owner.get(row.label) ?? null }));
      this.chosen = Object.fromEntries(Object.entries(described.choices).map(([column, values]) => [column, values[0]]));
      this.controls();
      this.legend();
      this.tell();
    }

    controls() {
      for (const select of all("[data-choice]", this.figure)) {
        const column = select.dataset.choice;
        for (const value of this.described.choices[column]) select.append(element("option", {}, String(value)));
        select.addEventListener("change", () => {
          this.chosen[column] = this.described.choices[column][select.selectedIndex];
          this.tell();
          settle((chart) => chart === this && this.view.signal(`chosen_${column}`, this.chosen[column]).runAsync());
        });
      }
      for (const box of all("[data-log]", this.figure)) {
        box.checked = this.log[box.dataset.log];
        box.addEventListener("change", () => {
          this.log[box.dataset.log] = box.checked;
          settle((chart) => (chart === this ? this.draw() : null));
        });
      }
      this.figure.querySelector("[data-save]").addEventListener("click", () => this.save());
    }

    // What the numbers of this case were measured with.
    tell() {
      const chosen = Object.entries(this.chosen);
      const known = this.described.facts.find((one) => chosen.every(([column, value]) => one[column] === value));
      if (known) this.figure.querySelector(".facts").textContent = `${known.facts}.`;
    }

    legend() {
      const box = this.figure.querySelector(".legend");
      for (const label of this.labels) {
        const filtered = owner.get(label) !== null; // the filter is about algorithms, and other series stay
        const kind = filtered ? { type: "button", "data-label": label, "aria-pressed": "true" } : {};
        const button = element(filtered ? "button" : "span", kind, glyph(label), label);
        if (filtered) button.addEventListener("click", () => toggle(owner.get(label)));
        for (const come of ["pointerenter", "focus"]) button.addEventListener(come, () => (this.figure.dataset.lift = variable(label)));
        for (const go of ["pointerleave", "blur"]) button.addEventListener(go, () => delete this.figure.dataset.lift);
        box.append(button);
      }
      if (this.described.law) {
        const place = this.described.ticks ? { y1: -6, y2: 6 } : { x1: -14, x2: 14, "stroke-dasharray": "2 3" };
        const line = element("svg:line", { ...place, stroke: "var(--ink)", "stroke-width": 1.2 });
        const mark = element("svg:svg", { viewBox: "-14 -6 28 12", "aria-hidden": "true", class: "glyph" }, line);
        box.append(element("span", {}, mark, this.described.law));
      }
    }

    // Put scales of the labels, and the kinds of the axes, into a copy of the specification.
    filled() {
      const scales = {
        colour: this.labels.map((label) => `var(${variable(label)})`),
        shape: this.labels.map((label) => known.get(label).shape),
        dash: this.labels.map((label) => known.get(label).dash),
      };
      const axes = new Map();
      const fill = (value, key) => {
        if (typeof value === "string" && value.startsWith("algorithms:")) {
          const kind = value.slice("algorithms:".length);
          return kind === "order" ? this.labels : { domain: this.labels, range: scales[kind] };
        }
        if (Array.isArray(value)) return value.map((one) => fill(one));
        if (value === null || typeof value !== "object") return value;
        const copy = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fill(one, name)]));
        if ((key === "x" || key === "y") && copy.type === "quantitative" && key in this.log) {
          const { zero, ...scale } = copy.scale;
          copy.scale = this.log[key] ? { ...scale, type: "log" } : { ...scale, zero, type: "linear" };
          if (this.log[key]) copy.axis = { ...copy.axis, gridOpacity: POWERS };
        }
        if (["x", "y", "x2", "y2"].includes(key) && copy.field) axes.set(copy.field, key[0]);
        return copy;
      };
      const spec = fill(this.described.spec);
      const logged = [...axes].filter(([, axis]) => this.log[axis]).map(([field]) => field);
      const rows = this.rows.map((row) => ({ ...row, ...Object.fromEntries(logged.map((field) => [field, unlog(row[field])])) }));
      this.hint.hidden = !this.rows.some((row) => logged.some((field) => typeof row[field] === "number" && row[field] === 0));
      const chosen = Object.entries(this.chosen);
      return {
        ...spec,
        data: { name: "rows", values: rows },
        width: this.width(),
        config: config(this.narrow),
        params: [
          { name: "shown", value: this.shown() },
          ...chosen.map(([column, value]) => ({ name: `chosen_${column}`, value })),
        ],
        transform: [
          { filter: "datum.algorithm === null || indexof(shown, datum.algorithm) >= 0" },
          ...chosen.map(([column]) => ({ filter: `datum[${JSON.stringify(column)}] === chosen_${column}` })),
          ...(spec.transform ?? []),
        ],
      };
    }

    shown() {
      return [...new Set(owner.values())].filter(isShown);
    }

    async draw() {
      this.narrow = this.width() < NARROW;
      this.embedded?.finalize();
      const spec = this.filled();
      this.embedded = await vegaEmbed(this.plot, spec, {
        mode: "vega-lite", renderer: "svg", actions: false, defaultStyle: false, logLevel: 1,
        // the width is that of the page, axes and all; the height follows the number of labels
        patch: (compiled) => ({ ...compiled, autosize: { type: "fit-x", contains: "padding" } }),
        tooltip: (handler, event, item, value) => tell(event, value),
      });
      this.view = this.embedded.view;
      const drawn = JSON.stringify(spec.params[0].value);
      if (drawn !== JSON.stringify(this.shown())) await this.filter(); // chosen while it was drawn
      this.plot.querySelector("svg")?.setAttribute("aria-label", this.figure.querySelector("h3").textContent);
    }

    // Colours are few: of very many labels only some keep theirs.
    crowd() {
      const seen = this.labels.filter((label) => isShown(owner.get(label))).length;
      this.figure.classList.toggle("crowded", seen > data.most);
    }

    filter() {
      this.crowd();
      for (const button of all(".legend button", this.figure)) {
        button.setAttribute("aria-pressed", isShown(owner.get(button.dataset.label)));
      }
      return this.view?.signal("shown", this.shown()).runAsync();
    }

    // In a chapter that is folded, as wide as it will be.
    width() {
      return this.plot.clientWidth || document.getElementById("main").clientWidth;
    }

    resize() {
      const width = this.plot.clientWidth;
      if (width === 0) return null; // not to be seen at the moment
      return this.narrow === width < NARROW ? this.view.width(width).runAsync() : this.draw();
    }

    // The colours of a saved chart are those of the page at this moment.
    async save() {
      const style = getComputedStyle(this.figure);
      const text = (await this.view.toSVG()).replace(/var\((--[\w-]+)\)/g, (_, name) => style.getPropertyValue(name).trim());
      const link = element("a", { download: `${this.figure.id}.svg`, href: URL.createObjectURL(new Blob([text], { type: "image/svg+xml" })) });
      link.click();
      URL.revokeObjectURL(link.href);
    }
  }

  const tell = (event, value) => {
    if (page.held()) return;
    if (value === null || value === undefined || value === "") {
      page.hide();
      return;
    }
    const body = element("tbody");
    for (const [name, said] of Object.entries(value)) {
      if (said === "null" || said === null || said === "NaN") continue;
      body.append(element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, String(said))));
    }
    page.tip.replaceChildren(element("table", {}, body));
    page.place({ left: event.clientX, width: 0, top: event.clientY - 6, bottom: event.clientY + 10 });
  };

  // The page says when all charts show what was asked for, be it several things at once.
  let unsettled = 0;
  const settle = async (act, charts = drawn) => {
    unsettled += 1;
    document.documentElement.dataset.ready = "false";
    await Promise.all(charts.map(act));
    unsettled -= 1;
    document.documentElement.dataset.ready = String(unsettled === 0);
  };

  const start = async () => {
    for (const figure of all("[data-chart]")) {
      const chart = new Chart(figure, data.charts[figure.dataset.chart]);
      drawn.push(chart);
      await chart.draw();
      await new Promise((go) => setTimeout(go));
    }
    page.onChange(() => settle((chart) => chart.filter()));
    addEventListener("resize", () => settle((chart) => chart.resize()));
    for (const chapter of all("details.whole")) {
      chapter.addEventListener("toggle", () => {
        if (chapter.open) settle((chart) => chart.resize(), drawn.filter((chart) => chapter.contains(chart.figure)));
      });
    }
    await settle((chart) => chart.filter());
  };
  start();
  return drawn;
})();
