// A visit: the last answer carried on request, why there is no answer, what is unusual.
//
// <div data-question data-last="JSON" data-soft="JSON">   one question; both may be absent
//   <button data-carry hidden>                            fills in the last answer; so does the key «=»
//   <button data-fill="words">                            types why there is no answer
//   <div data-doubt hidden><p data-doubt-text>            shown while the answer is unusual
//
// The rules come from followup/doubts.py, which judges again what is sent.

const controls = (question) =>
  [...question.querySelectorAll("input, select, textarea")].filter((el) => !el.closest("[data-doubt]"));

/** Answer as somebody would: the other parts of the page are told. */
function answer(question, values) {
  const wanted = [values].flat().map(String);
  const found = controls(question);
  for (const el of found) {
    if (["radio", "checkbox"].includes(el.type)) el.checked = wanted.includes(el.value);
    else el.value = wanted[0];
  }
  const told = found.find((el) => el.checked) || found[0];
  // Among buttons the keyboard goes on from the one that is chosen.
  if (found.includes(document.activeElement)) told.focus();
  for (const kind of ["input", "change"]) told.dispatchEvent(new Event(kind, { bubbles: true }));
}

function carry(question) {
  answer(question, JSON.parse(question.dataset.last));
}

// --- What is unusual ---------------------------------------------------------------------------

function given(question) {
  return controls(question)
    .filter((el) => !el.disabled && (!["radio", "checkbox"].includes(el.type) || el.checked))
    .map((el) => el.value.trim());
}

/** A number, or a date as a number that grows with it; NaN for anything else. */
function figure(text = "") {
  const date = /^(\d{1,2})\D(\d{1,2})\D(\d{4})$/.exec(text);
  if (date) return date[3] * 10000 + date[2] * 100 + Number(date[1]);
  return Number(text.replace(/\s/g, "").replace(",", ".") || NaN);
}

const UNMET = {
  at_least: (mine, theirs) => mine < theirs,
  at_most: (mine, theirs) => mine > theirs,
  sum_at_least: (mine, theirs, limit) => mine + theirs < limit,
  sum_at_most: (mine, theirs, limit) => mine + theirs > limit,
};

/** The field of the other question that a rule compares with. */
const other = (rule) => document.getElementsByName(rule.with)[0];

function isMet(rule, values) {
  const number = figure(values[0]);
  if (rule.is) return values.some((value) => rule.is.includes(value));
  if (!rule.compare) return number < rule.min || number > rule.max;
  const beside = other(rule);
  return !beside.disabled && UNMET[rule.compare](number, figure(beside.value.trim()), rule.limit);
}

/** What to say of the answer; "" when it is usual, missing or no number yet. */
function unusual(question) {
  const values = given(question);
  return JSON.parse(question.dataset.soft).find((rule) => isMet(rule, values))?.say || "";
}

function tellDoubt(question) {
  const box = question.querySelector("[data-doubt]");
  const words = unusual(question);
  const text = box.querySelector("[data-doubt-text]");
  if (words && text.textContent !== words) text.textContent = words;
  box.hidden = !words;
  for (const el of box.querySelectorAll("select")) el.disabled = !words;
}

// --- Every question ----------------------------------------------------------------------------

for (const question of document.querySelectorAll("[data-question]")) {
  if (question.dataset.soft) {
    tellDoubt(question);
    for (const kind of ["change", "focusout"]) question.addEventListener(kind, () => tellDoubt(question));
    // Before the focus leaves, so that it goes to the reason that is asked.
    question.addEventListener("keydown", ({ key }) => key === "Tab" && tellDoubt(question));
    for (const rule of JSON.parse(question.dataset.soft).filter((one) => one.compare)) {
      other(rule).addEventListener("change", () => tellDoubt(question));
    }
  }
  for (const button of question.querySelectorAll("[data-fill]")) {
    button.addEventListener("click", () => answer(question, button.dataset.fill));
  }
  if (!question.dataset.last) continue;
  const button = question.querySelector("[data-carry]");
  button.hidden = false;
  button.addEventListener("click", () => carry(question));
  question.addEventListener("keydown", (event) => {
    if (event.key !== "=" || event.ctrlKey || event.metaKey || event.target.closest("[data-doubt], textarea")) return;
    event.preventDefault();
    carry(question);
  });
}
