"use strict";
// The state of the page: which algorithms are shown, light or dark; and the tip that explains what is pointed at.
const page = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;
  const owner = new Map(data.labels.map((label) => [label.label, label.algorithm]));
  const shown = new Set(owner.values());
  const listeners = [];

  const all = (selector, inside = document) => Array.from(inside.querySelectorAll(selector));
  const element = (name, attributes = {}, ...children) => {
    const made = name.startsWith("svg:")
      ? document.createElementNS("http://www.w3.org/2000/svg", name.slice(4))
      : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  // Colours are variables, one for each label, so a change of theme draws nothing anew.
  const variable = (label) => `--label-${data.labels.findIndex((known) => known.label === label)}`;
  const style = element("style");
  const declared = (kind) => data.labels.map((label) => `${variable(label.label)}:${label[kind]}`).join(";");
  style.textContent = `:root{${declared("light")}}:root[data-theme="dark"]{${declared("dark")}}` +
    `@media print{:root:root{${declared("light")}}}`;
  // Where very many are shown, only those that stand for their family keep their colour, and who is pointed at.
  style.textContent += data.labels.filter((label) => !label.kept)
    .map((label) => `.crowded:not([data-lift="${variable(label.label)}"]){${variable(label.label)}:var(--faint)}`).join("");
  document.head.append(style);

  const glyph = (label, wide = true) => {
    const known = data.labels.find((one) => one.label === label);
    const colour = `var(${variable(label)})`;
    const svg = element("svg:svg", {
      viewBox: wide ? "-14 -6 28 12" : "-6 -6 12 12", "aria-hidden": "true", class: wide ? "glyph" : "swatch",
    });
    if (wide) {
      const dash = known.dash.join(" ");
      svg.append(element("svg:line", { x1: -14, x2: 14, stroke: colour, "stroke-width": 2, "stroke-dasharray": dash }));
    }
    svg.append(element("svg:path", { d: known.shape, transform: "scale(5)", fill: colour }));
    return svg;
  };

  // What a link leads to stands below the bar, which is as high as its algorithms need.
  const bar = document.querySelector(".bar");
  new ResizeObserver(() => root.style.setProperty("--bar", `${bar.offsetHeight}px`)).observe(bar);

  const membersOf = (whole) => all("[data-chip]", whole.closest(".family")).map((chip) => chip.dataset.chip);
  const isShown = (algorithm) => !algorithm || shown.has(algorithm);
  const changed = () => {
    for (const chip of all("[data-chip]")) chip.setAttribute("aria-pressed", shown.has(chip.dataset.chip));
    for (const whole of all("[data-family]")) {
      const members = membersOf(whole).filter((name) => shown.has(name)).length;
      whole.setAttribute("aria-pressed", members === 0 ? "false" : members === membersOf(whole).length ? "true" : "mixed");
    }
    for (const listen of listeners) listen();
  };
  const toggle = (algorithm) => {
    if (!shown.delete(algorithm)) shown.add(algorithm);
    changed();
  };
  for (const chip of all("[data-chip]")) {
    const first = data.labels.find((label) => label.algorithm === chip.dataset.chip);
    chip.prepend(glyph(first.label));
    chip.addEventListener("click", () => toggle(chip.dataset.chip));
  }
  for (const whole of all("[data-family]")) {
    whole.addEventListener("click", () => {
      const hide = membersOf(whole).every((name) => shown.has(name));
      for (const name of membersOf(whole)) hide ? shown.delete(name) : shown.add(name);
      changed();
    });
  }
  for (const button of all("[data-select]")) {
    button.addEventListener("click", () => {
      shown.clear();
      if (button.dataset.select === "all") for (const algorithm of owner.values()) shown.add(algorithm);
      changed();
    });
  }

  // Light or dark: what the reader chose before, or else what the system says.
  const remembered = (value) => {
    try {
      if (value) localStorage.setItem("shardlab-theme", value);
      return localStorage.getItem("shardlab-theme");
    } catch {
      return null; // a page from a file may not be allowed to remember
    }
  };
  const system = matchMedia("(prefers-color-scheme: dark)");
  const theme = document.getElementById("theme");
  const setTheme = (name) => {
    root.dataset.theme = name;
    theme.setAttribute("aria-pressed", name === "dark");
    theme.textContent = name === "dark" ? "Light" : "Dark";
  };
  setTheme(remembered() || (system.matches ? "dark" : "light"));
  system.addEventListener("change", () => remembered() || setTheme(system.matches ? "dark" : "light"));
  theme.addEventListener("click", () => {
    setTheme(root.dataset.theme === "dark" ? "light" : "dark");
    remembered(root.dataset.theme);
  });

  // The tip: shown by a pointer or the keyboard, held by a click until the next one or Escape.
  const tip = document.getElementById("tip");
  let held = null;
  const place = (box) => {
    tip.hidden = false;
    const width = tip.offsetWidth, height = tip.offsetHeight;
    const left = Math.max(8, Math.min(box.left + box.width / 2 - width / 2, root.clientWidth - width - 8));
    const above = box.top - height - 8;
    tip.style.left = `${left + scrollX}px`;
    tip.style.top = `${(above > 60 ? above : box.bottom + 8) + scrollY}px`;
  };
  const hide = () => {
    held = null;
    tip.hidden = true;
  };
  const explain = (button) => {
    const lines = button.dataset.tip ? button.dataset.tip.split("\n") : [];
    tip.replaceChildren(element("strong", {}, button.dataset.tipTitle));
    for (const line of lines) {
      const [what, words] = line.split("\t");
      const said = element("p", what === "Try it" || what === "Counterexample" ? { class: "code" } : {});
      if (what) said.append(element("b", {}, what));
      said.append(words);
      tip.append(said);
    }
    place(button.getBoundingClientRect());
  };
  const about = (event) => (event.target.closest ? event.target.closest("[data-tip]") : null);
  document.addEventListener("pointerover", (event) => {
    const button = about(event);
    if (button && !held && event.pointerType === "mouse") explain(button);
  });
  document.addEventListener("pointerout", (event) => {
    if (about(event) && !held && event.pointerType === "mouse") tip.hidden = true;
  });
  document.addEventListener("focusin", (event) => about(event)?.matches(":focus-visible") && explain(about(event)));
  document.addEventListener("focusout", (event) => about(event) && !held && hide());
  document.addEventListener("click", (event) => {
    const button = about(event);
    if (button && button !== held) {
      explain(button);
      held = button;
    } else if (!tip.contains(event.target)) {
      hide();
    }
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());

  // Where the reader is.
  const links = new Map(all(".contents a").map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-15% 0px -75% 0px" });
  for (const section of all("main > section")) seen.observe(section);

  // What a link leads to is opened, and so is everything on paper.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let inside = target; inside; inside = inside.parentElement.closest("details")) {
      if (inside.matches("details")) inside.open = true;
    }
    all(":scope > details.whole", target).forEach((one) => one.open = true);
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  for (const link of all("a[href^='#']")) link.addEventListener("click", () => setTimeout(reveal));
  const unfold = document.getElementById("unfold");
  unfold?.addEventListener("click", () => {
    const open = unfold.getAttribute("aria-pressed") !== "true";
    for (const one of all("details.whole")) one.open = open;
    unfold.setAttribute("aria-pressed", open);
    unfold.textContent = open ? "Fold all" : "Open all";
  });
  addEventListener("beforeprint", () => all("details").forEach((one) => one.setAttribute("open", "")));

  reveal();
  return {
    data, all, element, glyph, isShown, toggle, changed, owner, variable, tip, place, hide,
    held: () => held !== null,
    onChange: (listen) => listeners.push(listen),
  };
})();
