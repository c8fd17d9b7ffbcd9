// Steps of the explorer without a new page: the same addresses, the same HTML, only #explorer is replaced.
"use strict";

const place = () => document.getElementById("explorer");
let asked = 0;

async function show(address, keep) {
  const turn = ++asked;
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer || !answer.ok) { location.assign(address); return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (turn !== asked || !page.getElementById("explorer")) return;
  const focused = document.activeElement && document.activeElement.id;
  place().replaceWith(page.getElementById("explorer"));
  document.title = page.title;
  if (keep) history.pushState(null, "", address);
  begin();
  if (focused) document.getElementById(focused)?.focus();
}

function addressOf(form) {
  const parts = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...parts]) if (!value) parts.delete(name);
  return `${form.getAttribute("action") || location.pathname}?${parts}`;
}

function slider(box, form) {
  const first = new Date(box.dataset.first), day = form.elements.on;
  const months = (date) => (date.getUTCFullYear() - first.getUTCFullYear()) * 12 + date.getUTCMonth() - first.getUTCMonth();
  const last = (value) => new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + Number(value) + 1, 0));
  const said = (value) => last(value).toLocaleDateString(document.documentElement.lang, { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" });
  const range = Object.assign(document.createElement("input"), { type: "range", id: "month", min: 0 });
  range.max = Math.max(months(new Date()), months(day.valueAsDate || new Date()));
  range.value = months(day.valueAsDate || new Date());
  range.setAttribute("aria-label", box.dataset.label);
  const tell = () => range.setAttribute("aria-valuetext", said(range.value));
  range.addEventListener("input", () => { tell(); day.value = last(range.value).toISOString().slice(0, 10); });
  range.addEventListener("change", () => show(addressOf(form), true));
  tell();
  box.append(range, years(first, Number(range.max)));
  box.hidden = false;
}

function years(first, months) {
  const row = document.createElement("div");
  row.className = "as-of-years";
  row.setAttribute("aria-hidden", "true");
  for (let part = 0; part <= 6; part++) {
    const label = document.createElement("span");
    label.textContent = first.getUTCFullYear() + Math.floor((first.getUTCMonth() + (months * part) / 6) / 12);
    row.append(label);
  }
  return row;
}

function begin() {
  const form = place().querySelector("form[data-explorer]");
  const box = place().querySelector("[data-slider]");
  form.addEventListener("submit", (event) => { event.preventDefault(); show(addressOf(form), true); });
  for (const link of place().querySelectorAll("a[rel=prev], a[rel=next]")) {
    link.id = `turn-${link.rel}`;
    link.addEventListener("click", (event) => { event.preventDefault(); show(link.href, true); });
  }
  if (box) slider(box, form);
}

window.addEventListener("popstate", () => show(location.href, false));
begin();
