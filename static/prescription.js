// The prescription form: medicines and steps added and removed, figures and checks while typing. It
// computes to help; the server computes again and decides. Markup it works on:
//
// <form data-prescription data-max-narcotic-days="28" data-today="2026-11-22"
//       data-covered="2026-11-01/2026-11-28 …"                   signed narcotic periods, same prescriber
//       data-thc-alert="40" data-max-lines="6" data-max-steps="12">
//   <input name="starts_on"> JJ/MM/AAAA   <input type="hidden" name="lines"> how many medicines
//   <div data-lines>
//     <section data-line>                                        names start with line-0-, line-1-…
//       <select name="line-0-product">
//         <option data-thc="25" data-cbd="25"                    mg in one unit of dose
//                 data-unit="mL" data-pack="10,50"               sizes of packs, in that unit
//                 data-pack-word="flacon" data-narcotic>         absent when at most 0.30 % of THC
//       <input type="hidden" name="line-0-steps" data-step-count>
//       <div data-steps> rows of components/dose_step.html: line-0-step-0-dose, -intakes, -days, -as_needed </div>
//       <input type="checkbox" name="line-0-has_own_packs">      packs chosen by hand
//       <div data-own-packs> <div data-pack-field> …             one count a size, the largest first
//   <template data-line-template>, <template data-step-template>
//   <button data-line-add | data-line-remove | data-step-add | data-step-remove>   submit without script
//   <div data-panel hidden> <output data-out="days | end | dose | volume | packs | full">
//   <ul data-checks class="rc-checks">                           the checks, in words
//   <p data-mini class="rc-mini" aria-hidden="true">             the same in one line, on a telephone
//   <div data-overlap>, <div data-narcotic-only>                 shown when they have a meaning

const DAY_MS = 86_400_000;
const PRESENTATION_DAYS = 3;
const NNBSP = "\u202f";
const NBSP = "\u00a0";
// Doses have at most four decimals: sums are made on whole numbers.
const SCALE = 10_000;

// --- Reading -----------------------------------------------------------------------------------

const shown = (number) => number.toLocaleString("fr-FR", { maximumFractionDigits: 4 });
const shownDate = (date) => date.toLocaleDateString("fr-FR", { timeZone: "UTC" });
const plural = (count, word) => `${shown(count)} ${word}${count >= 2 ? "s" : ""}`;
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);
const addDays = (date, days) => new Date(date.getTime() + days * DAY_MS);

function numberIn(text) {
  const plain = text.replace(/\s/g, "").replace(",", ".");
  return /^\d+(\.\d+)?$/.test(plain) ? Math.round(Number(plain) * SCALE) : 0;
}

function dateIn(text) {
  const shape = /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$|^(\d{2})(\d{2})(\d{4})$/.exec(text.trim());
  if (!shape) return null;
  const [day, month, year] = shape.slice(1).filter((part) => part !== undefined).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCDate() === day && date.getUTCMonth() === month - 1 ? date : null;
}

function readProduct(select) {
  const option = select.selectedOptions[0];
  const { thc, cbd, unit, pack, packWord, narcotic } = option?.dataset ?? {};
  return {
    known: thc !== undefined,
    name: option?.textContent.trim() ?? "",
    thc: Number(thc || 0),
    cbd: Number(cbd || 0),
    unit: unit || "",
    packs: (pack || "").split(",").map(Number).filter(Boolean).sort((a, b) => b - a),
    packWord: packWord || "flacon",
    narcotic: narcotic !== undefined,
  };
}

function readStep(row) {
  const read = (field) => numberIn(row.querySelector(`[data-step-field=${field}] input`).value);
  const perDay = (read("dose") * read("intakes")) / SCALE / SCALE;
  const days = Math.floor(read("days") / SCALE);
  const asNeeded = row.querySelector("[name$=-as_needed]").checked;
  return { perDay, days, asNeeded, complete: perDay > 0 && days > 0 };
}

const packFields = (line) => [...line.querySelectorAll("[data-pack-field]")];
const stepsOf = (line) => [...line.querySelectorAll("[data-step]")];

function readLine(line) {
  const product = readProduct(line.querySelector("select"));
  const steps = stepsOf(line).map(readStep);
  const perDay = Math.max(0, ...steps.map((step) => step.perDay));
  const volume = steps.reduce((sum, step) => sum + step.perDay * step.days, 0);
  return {
    product,
    steps,
    days: steps.reduce((sum, step) => sum + step.days, 0),
    complete: product.known && steps.every((step) => step.complete),
    thc: perDay * product.thc,
    cbd: perDay * product.cbd,
    volume: Math.round(volume * SCALE) / SCALE,
    ownPacks: readOwnPacks(line, product),
  };
}

/** Packs chosen by hand: [count, size] for each size asked for; null when they are computed. */
function readOwnPacks(line, product) {
  if (!line.querySelector("[name$=-has_own_packs]").checked) return null;
  const counts = packFields(line).map((field) => Math.floor(numberIn(field.querySelector("input").value) / SCALE));
  return product.packs.map((size, rank) => [counts[rank] || 0, size]).filter(([count]) => count > 0);
}

// --- Computing ---------------------------------------------------------------------------------

/** How many of the largest size the best mix may leave to the others, at most: see prescriptions/dosage.py. */
function leftOut(sizes) {
  const gcd = (one, other) => (other ? gcd(other, one % other) : one);
  const [first, ...others] = sizes.map((size) => Math.round(size * SCALE));
  return Math.ceil(others.reduce((sum, other) => sum + (first / gcd(first, other) - 1) * other, 0) / first);
}

/** The mix with the smallest surplus, then the fewest packs: as prescriptions/dosage.py does. */
function packsFor(volume, sizes) {
  let best = null;
  const keep = (counts) => {
    const held = counts.reduce((sum, count, index) => sum + count * sizes[index] * SCALE, 0);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const surplus = Math.round(held - volume * SCALE);
    if (!best || surplus < best.surplus || (surplus === best.surplus && total < best.total)) best = { counts, surplus, total };
  };
  const fill = (rest, index, counts) => {
    const enough = Math.max(0, Math.ceil(Math.round(rest * SCALE) / Math.round(sizes[index] * SCALE)));
    if (index === sizes.length - 1) return keep([...counts, enough]);
    const least = Math.max(0, enough - leftOut(sizes.slice(index)));
    for (let count = enough; count >= least; count -= 1) fill(rest - count * sizes[index], index + 1, [...counts, count]);
  };
  if (sizes.length && volume > 0) fill(volume, 0, []);
  return (best?.counts ?? []).map((count, index) => [count, sizes[index]]).filter(([count]) => count > 0);
}

function compute(form, lines) {
  const read = lines.map(readLine);
  const narcotics = read.filter((line) => line.product.known && line.product.narcotic);
  const days = Math.max(0, ...read.map((line) => line.days));
  const startsOn = dateIn(form.elements.starts_on.value);
  return {
    lines: read,
    days,
    startsOn,
    narcoticDays: Math.max(0, ...narcotics.map((line) => line.days)),
    isNarcotic: narcotics.length > 0,
    complete: read.every((line) => line.complete),
    endsOn: startsOn && days ? addDays(startsOn, days - 1) : null,
    thc: read.reduce((sum, line) => sum + line.thc, 0),
    cbd: read.reduce((sum, line) => sum + line.cbd, 0),
  };
}

/** The day of writing: today's, or the one typed of a paper that is copied. */
function writtenOn(form) {
  return dateIn(form.elements.written_on?.value ?? "") ?? new Date(form.dataset.today);
}

/** A signed period in which this one is written, starts, or over which it runs. */
function covering(form, { startsOn, narcoticDays, isNarcotic }) {
  if (!isNarcotic || !startsOn) return undefined;
  const written = writtenOn(form);
  const last = addDays(startsOn, Math.max(narcoticDays, 1) - 1);
  const periods = form.dataset.covered.trim().split(/\s+/).filter(Boolean);
  return periods
    .map((period) => period.split("/").map((day) => new Date(day)))
    .filter(([from, to]) => (written >= from && written <= to) || (startsOn <= to && last >= from))
    .sort(([, a], [, b]) => b - a)[0];
}

function durationCheck(line, limit) {
  const { product, days } = line;
  if (!product.known || !days) return [];
  if (product.narcotic && days > limit) {
    return [["refusal", `${product.name}${NNBSP}: durée de ${days} jours${NNBSP}; la prescription d’un stupéfiant est limitée à ${limit} jours.`]];
  }
  const within = product.narcotic ? `, dans la limite de ${limit} jours` : "";
  return [["ok", `${product.name}${NNBSP}: durée de ${plural(days, "jour")}${within}.`]];
}

/** As prescriptions/alerts.py does: what was chosen by hand against what the dosage needs. */
function packsCheck({ product, volume, complete, ownPacks }) {
  if (!complete || !ownPacks?.length) return [];
  const held = ownPacks.reduce((sum, [count, size]) => sum + count * size, 0);
  const smallest = Math.min(...ownPacks.map(([, size]) => size));
  const said = `${product.name}${NNBSP}: les conditionnements choisis contiennent ${shown(held)} ${product.unit}, la posologie en demande ${shown(volume)}`;
  if (held < volume) return [["warning", `${said}.`]];
  if (held - smallest >= volume) return [["warning", `${said}${NNBSP}: un conditionnement de moins suffit.`]];
  return [["ok", `${said}.`]];
}

function overlapCheck(form, period) {
  const until = shownDate(period[1]);
  const said = `Votre ordonnance en cours couvre jusqu’au ${until}${NNBSP}: `;
  if (!form.elements.has_mention.checked) return ["warning", `${said}la mention expresse de chevauchement est nécessaire.`];
  return ["ok", `${said}la mention de chevauchement est portée.`];
}

function checksOf(form, result, period) {
  const alertAt = Number(form.dataset.thcAlert || Infinity);
  const checks = result.lines.flatMap((line) => durationCheck(line, Number(form.dataset.maxNarcoticDays)));
  if (result.startsOn && result.startsOn < writtenOn(form)) {
    const day = form.elements.written_on ? "la date de l’ordonnance" : "aujourd’hui";
    checks.unshift(["refusal", `Le traitement ne peut pas commencer avant ${day}.`]);
  }
  if (result.thc > alertAt) {
    checks.push(["warning", `THC ${shown(result.thc)} mg par jour${NNBSP}: au-dessus du seuil d’alerte de ${shown(alertAt)} mg.`]);
  }
  checks.push(...result.lines.flatMap(packsCheck));
  if (period) checks.push(overlapCheck(form, period));
  if (result.thc > 0) checks.push(["warning", `Conduite interdite avec le THC${NNBSP}: informez le patient.`]);
  const order = ["refusal", "warning", "ok"];
  return checks.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
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

function packWords({ complete, volume, product, ownPacks }) {
  if (!complete || product.packs.length === 0) return "–";
  return (ownPacks ?? packsFor(volume, product.packs))
    .map(([count, size]) => `${plural(count, product.packWord)} de ${shown(size)} ${product.unit}`.replaceAll(" ", NBSP))
    .join(" et ");
}

function showFigures(form, result) {
  const ready = result.complete && result.lines.length > 0;
  const words = {
    days: result.days ? plural(result.days, "jour") : "–",
    end: result.endsOn ? shownDate(result.endsOn) : "–",
    dose: ready ? `THC${NBSP}${shown(result.thc)}${NBSP}mg · CBD${NBSP}${shown(result.cbd)}${NBSP}mg` : "–",
    volume: ready ? result.lines.map((line) => `${shown(line.volume)}${NBSP}${line.product.unit}`).join(" + ") : "–",
    packs: ready ? result.lines.map(packWords).join(" + ") : "–",
    full: shownDate(addDays(writtenOn(form), PRESENTATION_DAYS)),
  };
  for (const [name, text] of Object.entries(words)) {
    const output = form.querySelector(`[data-out=${name}]`);
    if (output && output.textContent !== text) output.textContent = text;
  }
  return words;
}

function showChecks(form, checks) {
  const list = form.querySelector("[data-checks]");
  const said = checks.map(([, text]) => text).join(" ");
  if (list.dataset.said === said) return;
  list.dataset.said = said;
  list.replaceChildren(...checks.map(checkLine));
}

function showMini(form, checks, words) {
  const mini = form.querySelector("[data-mini]");
  const refused = checks.some(([level]) => level === "refusal");
  const end = refused ? " · impossible en l’état" : checks.some(([level]) => level === "warning") ? " · à vérifier" : "";
  mini.textContent = `${words.days} · ${words.packs}${end}`;
  mini.classList.toggle("rc-mini--refusal", refused);
}

function showParts(form, result, period) {
  const hide = (selector, hidden) => {
    form.querySelector(selector).hidden = hidden;
  };
  const wrong = (selector) => form.querySelector(`${selector} .fr-message--error`) !== null;
  hide("[data-full-until]", !result.isNarcotic);
  // What was ticked or refused stays in sight; a paper may bear the mention whatever is known here.
  const isPaper = "ofPaper" in form.dataset && result.isNarcotic;
  hide("[data-overlap]", !isPaper && !period && !form.elements.has_mention.checked && !wrong("[data-overlap]"));
  hide("[data-narcotic-only]", !result.isNarcotic && form.elements.supply.value !== "FRACTIONS");
}

function showStep(row, step, number, { product, count }) {
  row.querySelector("[data-step-number]").textContent = String(number);
  row.querySelector("[data-step-remove]").hidden = count < 2;
  const label = row.querySelector("[data-step-field=dose] label");
  label.textContent = product.known ? `${product.unit} par prise` : "Dose par prise";
  const { perDay, asNeeded } = step;
  const intakes = row.querySelector("[data-step-field=intakes] label");
  intakes.textContent = asNeeded ? "Prises au plus par jour" : "Prises par jour";
  const mg = `THC ${shown(perDay * product.thc)} mg et CBD ${shown(perDay * product.cbd)} mg par jour`;
  row.querySelector("[data-step-result]").textContent = perDay ? `${asNeeded ? "Au plus " : ""}${shown(perDay)} ${product.unit} par jour${product.known ? `, soit ${mg}` : ""}` : "";
}

/** The counts of packs: shown once asked for, named by size, begun with the computed mix. */
function showPacks(line, { product, volume, complete }) {
  const box = line.querySelector("[name$=-has_own_packs]");
  line.querySelector("[data-own-packs]").hidden = !box.checked;
  const fields = packFields(line);
  fields.forEach((field, rank) => {
    const size = product.packs[rank];
    field.hidden = size === undefined;
    if (size !== undefined) field.querySelector("label").textContent = `${capital(product.packWord)} de ${shown(size)} ${product.unit}`;
  });
  const inputs = fields.map((field) => field.querySelector("input"));
  if (!box.checked || !complete || inputs.some((input) => input.value)) return false;
  const computed = new Map(packsFor(volume, product.packs).map(([count, size]) => [size, count]));
  product.packs.forEach((size, rank) => {
    inputs[rank].value = String(computed.get(size) ?? 0);
  });
  return product.packs.length > 0;
}

// --- Rows --------------------------------------------------------------------------------------

const NAMED = ["id", "name", "for", "aria-describedby", "aria-labelledby", "value", "href"];

/** Number medicines and steps again from 0: names, ids and what points to them. */
function renumber(lines) {
  const point = (el, pattern, replacement) => {
    for (const name of NAMED) {
      if (el.hasAttribute(name) && !(name === "value" && el.type !== "submit")) {
        el.setAttribute(name, el.getAttribute(name).replace(pattern, replacement));
      }
    }
  };
  lines.forEach((line, index) => {
    for (const el of line.querySelectorAll("*")) point(el, /line-\d+/g, `line-${index}`);
    for (const button of line.querySelectorAll("[data-step-add]")) button.value = `add-step-${index}`;
    stepsOf(line).forEach((row, place) => {
      for (const el of row.querySelectorAll("*")) point(el, /-step-\d+-/g, `-step-${place}-`);
      row.querySelector("[data-step-remove]").value = `remove-step-${index}-${place}`;
    });
    line.querySelector("[data-step-count]").value = String(stepsOf(line).length);
    line.querySelector("[data-line-number]").textContent = String(index + 1);
    line.querySelector("[data-line-remove]").hidden = lines.length < 2;
  });
}

function start(form) {
  const holder = form.querySelector("[data-lines]");
  const copy = (selector) => form.querySelector(selector).content.cloneNode(true);
  const linesNow = () => [...holder.querySelectorAll("[data-line]")];
  form.querySelector("[data-panel]").hidden = false;
  // Above the buttons, which stay in sight at the bottom of a telephone.
  form.querySelector(".rc-bar").prepend(form.querySelector("[data-mini]"));

  const refresh = () => {
    const lines = linesNow();
    let result = compute(form, lines);
    const begun = lines.map((line, index) => showPacks(line, result.lines[index]));
    if (begun.some(Boolean)) result = compute(form, lines);
    lines.forEach((line, index) => {
      const { product, steps } = result.lines[index];
      stepsOf(line).forEach((row, place) => showStep(row, steps[place], place + 1, { product, count: steps.length }));
      line.querySelector("[data-step-add]").hidden = steps.length >= Number(form.dataset.maxSteps);
    });
    form.querySelector("[data-line-add]").hidden = lines.length >= Number(form.dataset.maxLines);
    const period = covering(form, result);
    const checks = checksOf(form, result, period);
    showParts(form, result, period);
    showChecks(form, checks);
    showMini(form, checks, showFigures(form, result));
  };
  const rowsChanged = () => {
    const lines = linesNow();
    renumber(lines);
    form.elements.lines.value = String(lines.length);
    // A row added or removed is typed text too: the draft must follow.
    form.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const acts = {
    "[data-line-add]": () => {
      holder.append(copy("template[data-line-template]"));
      return linesNow().at(-1).querySelector("select");
    },
    "[data-line-remove]": (button) => {
      button.closest("[data-line]").remove();
      return linesNow().at(-1).querySelector("select");
    },
    "[data-step-add]": (button) => {
      const steps = button.closest("[data-line]").querySelector("[data-steps]");
      steps.append(copy("template[data-step-template]"));
      return steps.lastElementChild.querySelector("input");
    },
    "[data-step-remove]": (button) => {
      const line = button.closest("[data-line]");
      button.closest("[data-step]").remove();
      return stepsOf(line).at(-1).querySelector("input");
    },
  };
  form.addEventListener("click", (event) => {
    for (const [selector, act] of Object.entries(acts)) {
      const button = event.target.closest(selector);
      if (!button) continue;
      event.preventDefault();
      const next = act(button);
      rowsChanged();
      next.focus();
    }
  });
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  refresh();
}

for (const form of document.querySelectorAll("form[data-prescription]")) start(form);
