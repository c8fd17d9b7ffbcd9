// The key / leads to the search field, unless somebody is typing, or switched it off on the page on accessibility.
const OFF = "cordiale-keys-off";

function isOff() {
  try { return localStorage.getItem(OFF) !== null; } catch { return false; } // a browser may keep nothing
}

addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.target.closest?.("input, select, textarea, [contenteditable]") || isOff()) return;
  const field = document.querySelector("input[type=search][name=q]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

for (const choice of document.querySelectorAll("[data-keys]")) {
  const box = choice.querySelector("input");
  choice.hidden = false;
  box.checked = !isOff();
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}
