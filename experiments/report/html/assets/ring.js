"use strict";
// The ring: before a node joins on the inside, after it on the outside, and between them what has moved.
(() => {
  const { data, element } = page;
  const { nodes, points, fine, algorithms } = data.ring;
  const find = (id) => document.getElementById(id);
  const svg = find("ring-svg"), say = find("ring-says"), shares = find("ring-shares");
  const select = find("ring-algorithm"), count = find("ring-nodes"), density = find("ring-points"), play = find("ring-play");
  const percent = (part) => `${(100 * part).toFixed(part < 0.0995 ? 2 : 1)} %`;
  let timer = null;

  const at = (turn, radius) => {
    const angle = 2 * Math.PI * turn - Math.PI / 2;
    return `${(radius * Math.cos(angle)).toFixed(2)},${(radius * Math.sin(angle)).toFixed(2)}`;
  };
  const sector = (from, to, inner, outer) => {
    const end = Math.min(to, from + 0.99999), large = end - from > 0.5 ? 1 : 0;
    return `M${at(from, outer)}A${outer},${outer} 0 ${large} 1 ${at(end, outer)}L${at(end, inner)}A${inner},${inner} 0 ${large} 0 ${at(from, inner)}Z`;
  };
  const arcsOf = (ring) => {
    if (!ring) return [{ from: 0, to: 1, node: 0 }];
    const arcs = [];
    for (let i = 0; i < ring.arcs.length; i += 2) {
      const to = i + 2 < ring.arcs.length ? ring.arcs[i + 2] : fine;
      arcs.push({ from: ring.arcs[i] / fine, to: to / fine, node: ring.arcs[i + 1] });
    }
    return arcs;
  };
  const overlaps = (before, after) => {
    const cuts = [...new Set([...before, ...after].map((arc) => arc.from)), 1].sort((a, b) => a - b);
    const parts = [];
    let i = 0, j = 0;
    for (let k = 0; k + 1 < cuts.length; k += 1) {
      while (before[i].to <= cuts[k] && i + 1 < before.length) i += 1;
      while (after[j].to <= cuts[k] && j + 1 < after.length) j += 1;
      if (before[i].node !== after[j].node) parts.push({ from: cuts[k], to: cuts[k + 1], was: before[i].node, now: after[j].node });
    }
    return parts;
  };
  const path = (d, attributes, title) => {
    const made = element("svg:path", { d, ...attributes });
    if (title) made.append(element("svg:title", {}, title));
    return made;
  };
  const colour = (node) => nodes[node].colour;

  const draw = () => {
    const algorithm = algorithms[select.selectedIndex];
    const rings = algorithm.rings[algorithm.points ? Number(density.value) : 0];
    const n = Number(count.value), ring = rings[n - 2];
    const before = arcsOf(rings[n - 3]), after = arcsOf(ring), moved = overlaps(before, after);
    const gap = after.length > 120 ? 0.15 : 0.6;
    const edge = { stroke: "var(--sheet)", "stroke-width": gap };
    find("ring-points-label").hidden = !algorithm.points;
    find("ring-nodes-out").textContent = `${n - 1} → ${n}`;
    find("ring-points-out").textContent = points[density.value];
    svg.replaceChildren(
      ...before.map((arc) => path(sector(arc.from, arc.to, 46, 62), { fill: colour(arc.node), ...edge }, `before: ${nodes[arc.node].name}`)),
      ...moved.map((part) => path(sector(part.from, part.to, 64, 80), { fill: colour(part.now), stroke: "var(--ink)", "stroke-width": gap }, `moved from ${nodes[part.was].name} to ${nodes[part.now].name}`)),
      ...after.map((arc) => path(sector(arc.from, arc.to, 82, 100), { fill: colour(arc.node), ...edge }, `after: ${nodes[arc.node].name}`)),
      element("svg:circle", { r: 72, fill: "none", stroke: "var(--rule)", "stroke-width": 0.5, "stroke-dasharray": "1 2" }),
    );
    if (algorithm.points && after.length <= 120) {
      for (const arc of after) {
        const [x, y] = at(arc.from, 103).split(",");
        svg.append(element("svg:circle", { cx: x, cy: y, r: 1.7, fill: "var(--ink)" }));
      }
    }
    const text = (y, words, size, weight) =>
      svg.append(element("svg:text", { x: 0, y, "text-anchor": "middle", "font-size": size, "font-weight": weight, fill: "var(--ink)" }, words));
    text(-4, percent(ring.moved), 15, 650);
    text(9, "of all hashes move", 6.5, 400);
    if (ring.needless > 0) text(19, `${percent(ring.needless)} needlessly`, 6.5, 600);
    const title = algorithm.points ? `${algorithm.title}, ${points[density.value]} point${points[density.value] === 1 ? "" : "s"} a node` : algorithm.title;
    say.textContent = `${title}: node ${nodes[n - 1].name} joins ${n - 1}. ${percent(ring.moved)} of all hashes move; equal shares need ${percent(1 / n)}. ` +
      (ring.needless > 0 ? `${percent(ring.needless)} move between nodes that were there before: a cache loses them for nothing.` : "All of it goes to the new node.");
    const most = Math.max(...ring.shares, 1.25 / n);
    shares.replaceChildren(...ring.shares.map((share, node) => {
      const fill = element("div", { class: "fill" });
      fill.style.width = `${100 * share / most}%`;
      fill.style.background = colour(node);
      const equal = element("span", { class: "equal", title: "an equal share" });
      equal.style.left = `${100 / n / most}%`;
      const name = element("span", {}, `${nodes[node].name} `);
      if (node === n - 1) name.append(element("span", { class: "new" }, "new"));
      return element("div", { class: "share" }, name, element("div", { class: "track" }, fill, equal), element("span", { class: "number" }, percent(share)));
    }));
  };

  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "Add nodes one by one";
  };
  play.addEventListener("click", () => {
    if (timer) {
      stop();
      return;
    }
    count.value = 2;
    play.textContent = "Stop";
    draw();
    timer = setInterval(() => {
      count.value = Number(count.value) + 1;
      draw();
      if (count.value === count.max) stop();
    }, 1100);
  });
  for (const algorithm of algorithms) select.append(element("option", {}, `${algorithm.title}: ${algorithm.name}`));
  density.max = points.length - 1;
  for (const input of [select, density]) input.addEventListener("input", draw);
  count.addEventListener("input", () => {
    stop();
    draw();
  });
  draw();
})();
