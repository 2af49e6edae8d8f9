// The dosage form: steps added and removed, figures and checks while typing. It computes to help; the
// server computes again and decides. Markup it works on:
//
// <form data-prescription data-max-narcotic-days="28"
//       data-covered='[{"from": "2026-11-01", "to": "2026-11-28"}]'   signed narcotic periods, same prescriber
//       data-thc-alert="30">                                       mg of THC a day, absent when no alert is set
//   <select name="product">
//     <option data-thc="25" data-cbd="25"                          mg in one unit of dose
//             data-unit="mL" data-pack="10,50"                     sizes of packs, in that unit
//             data-pack-word="flacon" data-narcotic>               absent when at most 0.30 % of THC
//   <input name="starts_on">                                       JJ/MM/AAAA
//   <input type="hidden" name="steps">                             how many rows follow
//   <div data-steps> rows of components/dose_step.html: step-0-dose, step-0-intakes, step-0-days </div>
//   <template data-step-template> one row whose prefix is step-__n__ </template>
//   <button type="button" data-step-add>
//   <output data-out="days | end | dose | volume | packs">
//   <ul data-checks class="rc-checks">                             the checks, in words
//   <p data-mini class="rc-mini" aria-hidden="true">               the same in one line, on a telephone
//   <div data-overlap>                                             the field of the express mention
//
// Names of the fields can be changed: data-product="…", data-starts="…" on the form.

const DAY_MS = 86_400_000;
const NNBSP = "\u202f";

// --- Reading -----------------------------------------------------------------------------------

const shown = (number) => number.toLocaleString("fr-FR", { maximumFractionDigits: 2 });
const shownDate = (date) => date.toLocaleDateString("fr-FR", { timeZone: "UTC" });
const plural = (count, word) => `${shown(count)} ${word}${count >= 2 ? "s" : ""}`;

function numberIn(text) {
  const plain = text.replace(/\s/g, "").replace(",", ".");
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : 0;
}

function dateIn(text) {
  const shape = /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$|^(\d{2})(\d{2})(\d{4})$/.exec(text.trim());
  if (!shape) return null;
  const [day, month, year] = shape.slice(1).filter((part) => part !== undefined).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCDate() === day && date.getUTCMonth() === month - 1 ? date : null;
}

function readProduct(select) {
  const { thc, cbd, unit, pack, packWord, narcotic } = select.selectedOptions[0]?.dataset ?? {};
  return {
    known: thc !== undefined,
    thc: Number(thc || 0),
    cbd: Number(cbd || 0),
    unit: unit || "mL",
    packs: (pack || "").split(",").map(Number).filter(Boolean).sort((a, b) => b - a),
    packWord: packWord || "flacon",
    narcotic: narcotic !== undefined,
  };
}

function readStep(row) {
  const read = (field) => numberIn(row.querySelector(`[data-step-field=${field}] input`).value);
  const step = { perDay: read("dose") * read("intakes"), days: read("days") };
  return { ...step, complete: step.perDay > 0 && step.days > 0 };
}

// --- Computing ---------------------------------------------------------------------------------

/** Packs that hold the volume with the least left over, then the fewest: [[count, size], …]. */
function packsFor(volume, sizes) {
  const [size, ...smaller] = sizes;
  const needed = Math.ceil(volume / size - 1e-9);
  if (smaller.length === 0 || needed <= 0) return needed > 0 ? [[needed, size]] : [];
  const choices = [[[needed, size]]];
  for (let count = needed - 1; count >= 0; count -= 1) {
    const rest = packsFor(volume - count * size, smaller);
    choices.push(count > 0 ? [[count, size], ...rest] : rest);
  }
  const supplied = (packs) => packs.reduce((sum, [count, each]) => sum + count * each, 0);
  const handled = (packs) => packs.reduce((sum, [count]) => sum + count, 0);
  return choices.sort((a, b) => supplied(a) - supplied(b) || handled(a) - handled(b))[0];
}

function compute(form, rows) {
  const product = readProduct(form.elements[form.dataset.product || "product"]);
  const startsOn = dateIn(form.elements[form.dataset.starts || "starts_on"].value);
  const steps = rows.map(readStep);
  const days = steps.reduce((sum, step) => sum + step.days, 0);
  const perDay = Math.max(0, ...steps.map((step) => step.perDay));
  const complete = product.known && steps.every((step) => step.complete);
  return {
    product,
    startsOn,
    steps,
    days,
    complete,
    endsOn: startsOn && days ? new Date(startsOn.getTime() + (days - 1) * DAY_MS) : null,
    thc: perDay * product.thc,
    cbd: perDay * product.cbd,
    volume: steps.reduce((sum, step) => sum + step.perDay * step.days, 0),
  };
}

function covering(form, { startsOn, endsOn, product }) {
  if (!startsOn || !product.narcotic) return undefined;
  const periods = JSON.parse(form.dataset.covered || "[]");
  const last = endsOn || startsOn;
  return periods.find(({ from, to }) => startsOn <= new Date(to) && last >= new Date(from));
}

function checksOf(form, result) {
  const limit = Number(form.dataset.maxNarcoticDays || 28);
  const alertAt = Number(form.dataset.thcAlert || Infinity);
  const checks = [];
  const { product, days, thc, startsOn } = result;
  if (product.narcotic && days > limit) {
    checks.push(["refusal", `Durée de ${days} jours${NNBSP}: la prescription d’un stupéfiant est limitée à ${limit} jours.`]);
  } else if (product.narcotic && days) {
    checks.push(["ok", `Durée de ${plural(days, "jour")}, dans la limite de ${limit} jours.`]);
  }
  if (thc > alertAt) {
    checks.push(["warning", `THC ${shown(thc)} mg par jour${NNBSP}: au-dessus du seuil d’alerte de ${shown(alertAt)} mg.`]);
  }
  const period = covering(form, result);
  if (period && startsOn) {
    const until = shownDate(new Date(period.to));
    checks.push(["warning", `Chevauchement avec l’ordonnance qui court jusqu’au ${until}${NNBSP}: une mention expresse est nécessaire.`]);
  }
  return { checks, overlaps: period !== undefined };
}

// --- Showing -----------------------------------------------------------------------------------

const ICONS = { ok: "check-line", warning: "warning-line", refusal: "close-circle-line" };

function checkLine([level, words]) {
  const line = document.createElement("li");
  line.className = `rc-check rc-check--${level}`;
  const icon = document.createElement("span");
  icon.className = `fr-icon-${ICONS[level]} fr-icon--sm`;
  icon.setAttribute("aria-hidden", "true");
  const text = document.createElement("span");
  text.textContent = words;
  line.append(icon, text);
  return line;
}

function packWords({ complete, volume, product }) {
  if (!complete || product.packs.length === 0) return "–";
  return packsFor(volume, product.packs)
    .map(([count, size]) => `${plural(count, product.packWord)} de ${shown(size)} ${product.unit}`)
    .join(" et ");
}

function showFigures(form, result) {
  const words = {
    days: result.days ? plural(result.days, "jour") : "–",
    end: result.endsOn ? shownDate(result.endsOn) : "–",
    dose: result.complete ? `THC ${shown(result.thc)} mg · CBD ${shown(result.cbd)} mg` : "–",
    volume: result.complete ? `${shown(result.volume)} ${result.product.unit}` : "–",
    packs: packWords(result),
  };
  for (const [name, text] of Object.entries(words)) {
    const output = form.querySelector(`[data-out=${name}]`);
    if (output && output.textContent !== text) output.textContent = text;
  }
  return words;
}

function showChecks(form, result, words) {
  const { checks, overlaps } = checksOf(form, result);
  const list = form.querySelector("[data-checks]");
  const said = checks.map(([, text]) => text).join(" ");
  if (list && list.dataset.said !== said) {
    list.dataset.said = said;
    list.replaceChildren(...checks.map(checkLine));
  }
  const overlap = form.querySelector("[data-overlap]");
  // Shown again by the server when a mention was typed: never hide what is written.
  if (overlap) overlap.hidden = !overlaps && !overlap.querySelector("input, textarea")?.value;
  const mini = document.querySelector("[data-mini]");
  if (!mini) return;
  const refused = checks.some(([level]) => level === "refusal");
  const end = refused ? " · durée trop longue" : checks.some(([level]) => level === "warning") ? " · à vérifier" : "";
  mini.textContent = `${words.days} · ${words.packs}${end}`;
  mini.classList.toggle("rc-mini--refusal", refused);
}

function showRow(row, step, number, { product, count }) {
  row.querySelector("[data-step-number]").textContent = String(number);
  row.querySelector("[data-step-remove]").hidden = count < 2;
  const { perDay } = step;
  const mg = `THC ${shown(perDay * product.thc)} mg et CBD ${shown(perDay * product.cbd)} mg par jour`;
  row.querySelector("[data-step-result]").textContent = perDay ? `${shown(perDay)} ${product.unit} par jour${product.known ? `, soit ${mg}` : ""}` : "";
}

// --- Rows --------------------------------------------------------------------------------------

/** Number the rows again from 0: names, ids and what points to them. */
function renumber(rows) {
  const point = (el, name, index) => {
    if (el.hasAttribute(name)) el.setAttribute(name, el.getAttribute(name).replace(/step-(\d+|__n__)-/g, `step-${index}-`));
  };
  rows.forEach((row, index) => {
    for (const el of row.querySelectorAll("*")) {
      for (const name of ["id", "name", "for", "aria-describedby"]) point(el, name, index);
    }
  });
}

function start(form) {
  const holder = form.querySelector("[data-steps]");
  const template = form.querySelector("template[data-step-template]");
  const rowsNow = () => [...holder.querySelectorAll("[data-step]")];

  const refresh = () => {
    const rows = rowsNow();
    const result = compute(form, rows);
    rows.forEach((row, index) => showRow(row, result.steps[index], index + 1, { product: result.product, count: rows.length }));
    showChecks(form, result, showFigures(form, result));
  };
  const rowsChanged = () => {
    const rows = rowsNow();
    renumber(rows);
    form.elements.steps.value = String(rows.length);
    // A row added or removed is typed text too: the draft must follow.
    form.dispatchEvent(new Event("input", { bubbles: true }));
  };

  form.querySelector("[data-step-add]").addEventListener("click", () => {
    holder.append(template.content.cloneNode(true));
    rowsChanged();
    rowsNow().at(-1).querySelector("input").focus();
  });
  holder.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-step-remove]");
    if (!button) return;
    button.closest("[data-step]").remove();
    rowsChanged();
    rowsNow().at(-1).querySelector("input").focus();
  });
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  refresh();
}

for (const form of document.querySelectorAll("form[data-prescription]")) start(form);
