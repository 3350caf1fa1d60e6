"use strict";
// What a reader needs: each answer leaves the rows that fit it, and the first of those is named.
(() => {
  const { data, all, element } = page;
  if (!data.chooser) return;
  const rows = all("#chooser-table tbody > tr"); // in their first order, which the answers number
  const place = new Map(rows.map((row, number) => [row, number]));
  const fitting = data.chooser.map(({ answers }) => answers.map(([, numbers]) => new Set(numbers)));
  const selects = data.chooser.map(({ asked, answers }) => {
    const options = answers.map(([words], number) => element("option", { value: number }, words));
    const select = element("select", {}, ...options);
    document.querySelector(".choices").append(element("label", {}, `${asked} `, select));
    return select;
  });

  const choose = () => {
    const chosen = selects.map((select, question) => fitting[question][Number(select.value)]);
    for (const row of rows) row.dataset.unfit = chosen.some((fits) => !fits.has(place.get(row)));
    const fit = rows.filter((row) => row.dataset.unfit === "false");
    for (const row of rows) row.classList.toggle("best", row === fit[0]);
    const name = fit[0]?.dataset.algorithm;
    document.querySelector(".answer").textContent = fit.length === 0
      ? "None of them can."
      : `${fit.length} can; the first to look at is ${name}.`;
  };
  for (const select of selects) {
    select.addEventListener("change", () => {
      choose();
      page.changed();
    });
  }
  choose();
})();
