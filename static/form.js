// Long forms: conditional fields, progress by part, draft kept on the server.
//
// <form data-draft="/drafts/…/" data-version="0" data-validate>   data-draft may be absent
//   <section id="s-x" data-section="x">                           progress, with section_rail.html
//   <div data-show-if="field=VALUE|OTHER" data-needed>            made by field.html
//   <p data-draft-status><span data-draft-text>                   made by sticky_bar.html
// <form data-rows='{"line": "Médicament"}'>                       line-1-dose is a field of «Médicament 2»
//
// The draft is posted as JSON {version, data, who} 1.5 s after the last key and when the page is hidden.
// Answers: 200 {version, heure}; 409 {autre} saved elsewhere meanwhile, both are shown; 410 already
// validated; 401 or 403, or a redirection to the sign-in page: session over, or another person's.
// A draft that the page gives back (<script id="saisie">, resumed.html) is put into the fields once,
// before anything is typed. Nothing typed is ever changed by this script.

// --- Values ------------------------------------------------------------------------------------

function controls(form, name) {
  const found = form.elements[name];
  if (!found) return [];
  return found instanceof RadioNodeList ? [...found] : [found];
}

/** What a field answers now: a list, because boxes may be several. Disabled controls answer nothing. */
function answers(form, name) {
  return controls(form, name)
    .filter((el) => !el.disabled && (!["radio", "checkbox"].includes(el.type) || el.checked))
    .flatMap((el) => (el.multiple ? [...el.selectedOptions].map((option) => option.value) : [el.value]))
    .filter((value) => value !== "");
}

// --- Conditional fields ------------------------------------------------------------------------

function watchConditions(form) {
  const blocks = [...form.querySelectorAll("[data-show-if]")];
  // In the order of the page: a block that depends on a hidden one is hidden with it.
  const refresh = () => blocks.forEach((block) => applyCondition(form, block));
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  refresh();
}

function applyCondition(form, block) {
  const [name, expected] = block.dataset.showIf.split("=");
  const shown = answers(form, name).some((value) => expected.split("|").includes(value));
  block.hidden = !shown;
  for (const el of block.querySelectorAll("input, select, textarea")) {
    if (!shown && !el.disabled) el.dataset.setAside = "";
    if ("setAside" in el.dataset) el.disabled = !shown;
    if ("needed" in block.dataset && el.type !== "checkbox") el.required = shown;
  }
}

// --- Progress ----------------------------------------------------------------------------------

function watchProgress(form) {
  const sections = [...form.querySelectorAll("[data-section]")];
  const refresh = () => sections.forEach((section) => tellProgress(form, section));
  form.addEventListener("input", refresh);
  form.addEventListener("focusout", () => setTimeout(refresh, 260));
  refresh();

  const seen = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => markCurrent(target)),
    { rootMargin: "-20% 0px -70% 0px" },
  );
  sections.forEach((section) => seen.observe(section));
}

function railLink(section) {
  return document.querySelector(`[data-rail="${section.dataset.section}"]`);
}

function tellProgress(form, section) {
  const state = railLink(section)?.querySelector(".rc-rail__state");
  if (!state) return;
  const names = new Set(
    [...section.querySelectorAll("input, select, textarea")]
      .filter((el) => el.required && !el.disabled && el.name)
      .map((el) => el.name),
  );
  const missing = [...names].filter((name) => answers(form, name).length === 0).length;
  const wrong = section.querySelector("[aria-invalid=true], .fr-message--error") !== null;
  const [words, kind] = wrong
    ? ["à corriger", "wrong"]
    : missing
      ? [`${names.size - missing} sur ${names.size}`, "missing"]
      : names.size
        ? ["complet", "done"]
        : ["facultatif", "free"];
  if (state.textContent !== words) state.textContent = words;
  state.className = `rc-rail__state rc-rail__state--${kind}`;
}

function markCurrent(section) {
  for (const link of document.querySelectorAll("[data-rail][aria-current]")) link.removeAttribute("aria-current");
  railLink(section)?.setAttribute("aria-current", "step");
}

// --- Draft -------------------------------------------------------------------------------------

const TYPING_MS = 1500;
const RETRY_MS = 5000;
// Keys against double sending: a form that is taken up again is the same form.
const ONCE = ["once", "key"];

/** Everything typed, fields set aside by a condition included: one value, or a list of several. */
function typed(form) {
  const data = {};
  for (const el of form.elements) {
    if (!el.name || el.name === "csrfmiddlewaretoken" || ["submit", "button", "file", "password"].includes(el.type)) continue;
    if (["radio", "checkbox"].includes(el.type) && !el.checked) continue;
    const values = el.multiple ? [...el.selectedOptions].map((option) => option.value) : [el.value];
    for (const value of values) {
      data[el.name] = el.name in data ? [data[el.name], value].flat() : value;
    }
  }
  return data;
}

/** The token of the cookie: it changes when the person signs in again in another tab. */
function csrfToken(form) {
  const cookie = /(?:^|; )(?:__Host-)?csrftoken=([^;]+)/.exec(document.cookie);
  return cookie ? cookie[1] : form.elements.csrfmiddlewaretoken.value;
}

/** Put a draft back, as it was typed. What the person has begun to type meanwhile stays. */
function restore(form, data) {
  for (const el of form.elements) {
    if (!el.name || ["submit", "button", "file", "password"].includes(el.type)) continue;
    if (el.type === "hidden" && !ONCE.includes(el.name)) continue;
    const values = [data[el.name] ?? []].flat();
    if (["radio", "checkbox"].includes(el.type)) el.checked = values.includes(el.value);
    else if (el.multiple) for (const option of el.options) option.selected = values.includes(option.value);
    else if (el.name in data && (el !== document.activeElement || el.value === el.defaultValue)) el.value = values[0];
  }
}

function element(name, words, attributes = {}) {
  const made = document.createElement(name);
  made.append(...[words].flat());
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** In a small window over the page: nothing is left, and it closes by itself. */
function signInButton() {
  const button = element("button", "Se reconnecter", { type: "button", class: "fr-btn fr-btn--sm fr-btn--secondary" });
  button.addEventListener("click", () => document.dispatchEvent(new CustomEvent("rc:sign-in")));
  return button;
}

// --- Saved elsewhere meanwhile: both are shown ---------------------------------------------------

/** The field of that name; for a row that this page has not, that of the row that would be added. */
function fieldOf(form, name) {
  const here = controls(form, name);
  if (here.length) return here;
  const shape = (text) => text.replace(/\d+/g, "0");
  const rows = [...form.querySelectorAll("template")].flatMap((one) => [...one.content.querySelectorAll("[name]")]);
  return rows.filter((el) => shape(el.name) === shape(name)).slice(0, 1);
}

function labelOf(el) {
  return el?.labels?.[0] || (el?.id && el.getRootNode().querySelector(`label[for="${el.id}"]`));
}

/** «Médicament 2, palier 1», for a field that rows repeat. */
function rowOf(form, name) {
  const kinds = Object.entries(JSON.parse(form.dataset.rows || "{}"));
  const said = kinds.flatMap(([word, label]) => {
    const found = new RegExp(`(?:^|-)${word}-(\\d+)`).exec(name);
    return found ? [`${label} ${Number(found[1]) + 1}`] : [];
  });
  return said.join(", ");
}

/** Alone, a box says yes; several answer the question of their legend. */
const isBox = (field) => field.length === 1 && field[0].type === "checkbox";

function nameOf(form, name) {
  const field = fieldOf(form, name);
  const isChoice = ["radio", "checkbox"].includes(field[0]?.type) && !isBox(field);
  const label = (isChoice && field[0].closest("fieldset")?.querySelector("legend")) || labelOf(field[0]);
  const said = label?.firstChild?.textContent || label?.textContent || name;
  const words = said.replace("(facultatif)", "").trim();
  const row = rowOf(form, name);
  // «Médicament 2» is the medicine of the second row: said once.
  return row.startsWith(words) && !row.includes(",") ? row : [row, words].filter(Boolean).join(" – ");
}

function inWords(form, name, value) {
  const field = fieldOf(form, name);
  const words = [value ?? []].flat().filter(Boolean).map((one) => {
    if (isBox(field)) return "oui";
    const el = field.find((each) => each.value === one || each.options);
    const option = el?.options && [...el.options].find((each) => each.value === one);
    const label = ["radio", "checkbox"].includes(el?.type) && labelOf(el);
    return (option || label || { textContent: one }).textContent.trim();
  });
  return words.filter(Boolean).join(", ") || "–";
}

/** Names of the fields that somebody sees and that two versions answer otherwise. */
function differences(form, one, other) {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((name) => {
    const field = fieldOf(form, name);
    const isSeen = field.length > 0 && field[0].type !== "hidden" && !ONCE.includes(name);
    return isSeen && inWords(form, name, one[name]) !== inWords(form, name, other[name]);
  });
}

/** What is here, what was saved elsewhere, and the choice between them. */
function bothVersions(form, other, { keep, take }) {
  const here = typed(form);
  const names = differences(form, here, other.data);
  if (!names.length) return null;
  const rows = names.map((name) =>
    element("tr", [
      element("th", nameOf(form, name), { scope: "row" }),
      element("td", inWords(form, name, here[name])),
      element("td", inWords(form, name, other.data[name])),
    ]),
  );
  const heads = ["Champ", "Sur cette page", `Ailleurs, à ${other.heure}`].map((words) => element("th", words, { scope: "col" }));
  const table = element("table", [element("thead", element("tr", heads)), element("tbody", rows)], { class: "rc-both__table" });
  const buttons = [["Garder cette page", "", keep], ["Reprendre l’autre version", " fr-btn--secondary", take]].map(([words, kind, act]) => {
    const button = element("button", words, { type: "button", class: `fr-btn fr-btn--sm${kind}` });
    button.addEventListener("click", act);
    return button;
  });
  const title = element("h2", "Cette saisie a été continuée ailleurs", { class: "fr-h6", id: "deux-versions", tabindex: "-1" });
  return element(
    "section",
    [
      title,
      element("p", "Un autre onglet ou un autre poste l’a enregistrée depuis. Rien n’a été écrasé\u202f: choisissez la version à continuer."),
      table,
      element("div", buttons, { class: "rc-buttons" }),
    ],
    { class: "rc-both rc-card", "aria-labelledby": "deux-versions" },
  );
}

// --- Saving ------------------------------------------------------------------------------------

const SESSION = new BroadcastChannel("recann-session");

function keepDraft(form) {
  const status = form.querySelector("[data-draft-status]");
  const words = status?.querySelector("[data-draft-text]");
  const state = { version: Number(form.dataset.version), dirty: false, busy: false, closed: false, left: false, signedOut: false, unkept: false };
  // The token of the person who opened the page: another one means that somebody signed in since.
  let token = csrfToken(form);
  let timer = 0;
  let both = null;
  // What the server holds, as far as this page knows.
  let known = typed(form);
  // The sending asked for, while what was typed is saved before it is sent.
  let waiting = null;

  const send = () => {
    const sending = waiting;
    waiting = null;
    if (sending) form.requestSubmit(sending.button);
  };
  const say = (kind, ...parts) => {
    if (!status) return;
    status.className = `rc-bar__status rc-bar__status--${kind}`;
    words.replaceChildren(...parts);
  };
  const queue = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  };
  const failed = (...parts) => {
    waiting = null;
    state.dirty = true;
    say("failed", ...parts);
    queue(RETRY_MS);
  };
  const closed = (...parts) => {
    waiting = null;
    state.closed = true;
    say("failed", ...parts);
  };

  const overwrite = (other) => {
    both?.remove();
    both = null;
    Object.assign(state, { version: other.version, closed: false, dirty: true });
    say("", "Enregistrement…");
    queue(0);
  };

  function conflict(other) {
    if (!other) return closed("Ce formulaire a été enregistré ailleurs.");
    // Another part of the same draft moved, not what this page shows.
    const isUnmoved = !Object.keys(other.data).length || !differences(form, known, other.data).length;
    if (isUnmoved) return overwrite(other);
    const take = () => {
      state.left = true;
      location.reload();
    };
    both = bothVersions(form, other, { keep: () => overwrite(other), take });
    if (!both) return overwrite(other);
    closed("Ce formulaire a été enregistré ailleurs\u202f: deux versions ci-dessus.");
    // Never between the person and the field that has the focus.
    (status?.closest(".rc-bar") || status || form.lastElementChild).before(both);
  }

  /** The server fails to keep a draft: what is sent to it may still be received. */
  function unkept() {
    const sending = waiting;
    state.unkept = true;
    failed("Brouillon non enregistré, nouvel essai dans un instant. Le formulaire peut être validé.");
    waiting = sending;
  }

  async function lost(answer) {
    state.signedOut = true;
    const told = answer.redirected ? null : await answer.json().catch(() => null);
    const why = told?.autre_compte ? `${told.erreur} Saisie non enregistrée. ` : "Session expirée, saisie non enregistrée. ";
    failed(why, signInButton());
  }

  async function understand(answer) {
    if (answer.redirected || [401, 403].includes(answer.status)) return lost(answer);
    state.signedOut = false;
    if (answer.status === 409) return conflict((await answer.json()).autre);
    if ([404, 410].includes(answer.status)) {
      const told = await answer.json().catch(() => null);
      return closed(told?.erreur || "Ce formulaire a déjà été validé.");
    }
    if (answer.status === 400) {
      const sending = waiting;
      closed("Ce brouillon ne peut pas être gardé\u202f: validez le formulaire.");
      waiting = sending;
      return undefined;
    }
    // A proxy before a server that is down: as when the network is.
    if ([502, 503, 504].includes(answer.status)) throw new Error(String(answer.status));
    if (!answer.ok) return unkept();
    state.unkept = false;
    const { version, heure } = await answer.json();
    state.version = version;
    known = state.sent;
    token = csrfToken(form);
    say("saved", `Brouillon enregistré à ${heure}`);
    document.dispatchEvent(new CustomEvent("rc:alive"));
  }

  async function save({ keepalive = false } = {}) {
    if (!state.dirty || state.busy || state.closed || state.left) return;
    clearTimeout(timer);
    state.busy = true;
    state.dirty = false;
    state.sent = typed(form);
    try {
      await understand(
        await fetch(form.dataset.draft, {
          method: "POST",
          keepalive,
          headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken(form) },
          body: JSON.stringify({ version: state.version, data: state.sent, who: document.body.dataset.who }),
        }),
      );
    } catch {
      failed("Connexion interrompue\u202f: nouvel essai dans un instant. Ne fermez pas cette page.");
    } finally {
      state.busy = false;
    }
    if (waiting) return send();
    if (state.dirty && !state.closed) queue(state.signedOut ? RETRY_MS : TYPING_MS);
  }

  form.addEventListener("input", () => {
    state.dirty = true;
    queue(state.signedOut ? RETRY_MS : TYPING_MS);
  });
  // Back from another tab, the network is there again, or somebody signed in: try at once.
  document.addEventListener("visibilitychange", () => save({ keepalive: document.hidden }));
  addEventListener("online", () => save());
  SESSION.addEventListener("message", () => save());
  document.addEventListener("rc:session-soon", () => save());
  addEventListener("beforeunload", (event) => {
    if (state.dirty && !state.left && !state.closed) event.preventDefault();
  });
  // Bubbles last, on the document: another listener may still refuse the sending.
  document.addEventListener("submit", (event) => {
    if (event.target !== form || event.defaultPrevented) return;
    const isKept = !state.dirty && !state.busy && !state.signedOut && token === csrfToken(form);
    if (!state.closed && !state.unkept && !isKept) {
      // Sent to a session or a network that ended, the last keys would be lost: they are saved
      // first, and the sending waits for the answer. A save on its way would come after it.
      event.preventDefault();
      delete form.dataset.sentAt;
      waiting = { button: event.submitter };
      if (state.busy) return undefined;
      state.dirty = true;
      return queue(0);
    }
    // A save after the sending would bring back the draft that the server has just removed.
    state.left = true;
    clearTimeout(timer);
    if (form.elements.csrfmiddlewaretoken) form.elements.csrfmiddlewaretoken.value = csrfToken(form);
  });
  addEventListener("pageshow", () => {
    state.left = false;
  });
  if ("refused" in form.dataset) {
    // What the server has just shown again is not in the draft yet.
    state.dirty = true;
    queue(0);
  }

  const reminder = document.querySelector("[data-session-draft]");
  if (reminder) reminder.hidden = false;
}

// What a patient answered before, taken over when the doctor ticks it: <input data-take='["5"]' value="field">.
for (const box of document.querySelectorAll("[data-take]")) {
  box.addEventListener("change", () => {
    if (!box.checked) return;
    const taken = JSON.parse(box.dataset.take);
    for (const el of controls(box.form, box.value)) {
      if (["radio", "checkbox"].includes(el.type)) el.checked = taken.includes(el.value);
      else el.value = taken[0];
      el.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  const kept = document.getElementById("saisie");
  if (kept) restore(form, JSON.parse(kept.textContent));
}

for (const form of document.querySelectorAll("form")) {
  if (form.querySelector("[data-show-if]")) watchConditions(form);
}

for (const form of document.querySelectorAll("form[data-draft], form[data-sections]")) {
  watchProgress(form);
  if (form.dataset.draft) keepDraft(form);
}
