// A date to come, beside the days on which the structure receives nobody: it is said while one types,
// the next open day is one click or the key «=» away, and nothing is refused.
//
// <div data-question> the field, then
//   <div data-closed-day data-week="12345" data-spans="2026-12-25/2026-12-25 …" data-within="120" hidden>
//     <span data-closed-text> <button data-closed-take hidden> <span data-closed-open>
//
// The rules come from core/closed_days.py, which says the same once the form is sent.

const DAY_MS = 86_400_000;

function dateIn(text) {
  const shape = /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$|^(\d{2})(\d{2})(\d{4})$/.exec(text.trim());
  if (!shape) return null;
  const [day, month, year] = shape.slice(1).filter((part) => part !== undefined).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCDate() === day && date.getUTCMonth() === month - 1 ? date : null;
}

const iso = (date) => date.toISOString().slice(0, 10);
const typed = (date) => date.toLocaleDateString("fr-FR", { day: "2-digit", month: "2-digit", year: "numeric", timeZone: "UTC" });

/** «vendredi 1er janvier 2027», as the server writes it. */
function inWords(date) {
  const words = date.toLocaleDateString("fr-FR", { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return words.replace(/ 1 /, " 1er ");
}

function isClosed(box, date) {
  // ISO numbers: Sunday is 7.
  if (!box.dataset.week.includes(String(date.getUTCDay() || 7))) return true;
  const spans = box.dataset.spans.split(" ").filter(Boolean).map((span) => span.split("/"));
  return spans.some(([first, last]) => first <= iso(date) && iso(date) <= last);
}

function nextOpen(box, date) {
  for (let days = 1; days <= Number(box.dataset.within); days += 1) {
    const day = new Date(date.getTime() + days * DAY_MS);
    if (!isClosed(box, day)) return day;
  }
  return null;
}

function watch(box) {
  const field = box.closest("[data-question]").querySelector("input");
  const text = box.querySelector("[data-closed-text]");
  const button = box.querySelector("[data-closed-take]");
  let proposed = null;

  function tell() {
    const date = dateIn(field.value);
    const closed = date !== null && isClosed(box, date);
    proposed = closed ? nextOpen(box, date) : null;
    box.hidden = !closed;
    button.hidden = !proposed;
    if (!closed) return;
    const next = proposed ? ` Premier jour ouvert ensuite\u202f: le ${inWords(proposed)}.` : "";
    const words = `La structure est fermée le ${inWords(date)}.${next} Vous pouvez garder cette date.`;
    if (text.textContent !== words) text.textContent = words;
    if (proposed) button.querySelector("[data-closed-open]").textContent = inWords(proposed);
  }

  function take() {
    field.value = typed(proposed);
    field.focus();
    // The other parts of the page are told, the draft too.
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  }

  for (const kind of ["input", "change"]) field.addEventListener(kind, tell);
  button.addEventListener("click", take);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "=" || event.ctrlKey || event.metaKey) return;
    // No date holds this sign.
    event.preventDefault();
    if (proposed) take();
  });
  tell();
}

for (const box of document.querySelectorAll("[data-closed-day]")) watch(box);
