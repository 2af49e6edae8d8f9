// Loaded on every page: checks of fields, live filters, printing, double sending, end of session.
// Each part works on markup alone and does nothing where its markup is absent. Without script every
// page still works. Modules talk by events on `document` (an import would miss hashed file names):
//   rc:alive          the server has just renewed the session
//   rc:session-soon   the dialog is about to open: form.js saves its draft
//   rc:sign-in        sign in again in a small window over the page

document.documentElement.classList.add("rc-js");

// --- Checks of fields, in French ---------------------------------------------------------------
// Native constraints (required, maxlength, e-mail) and `data-kind` of core/fields.py.

const NNBSP = "\u202f";

const NATIVE = {
  valueMissing: (el) => (el.type === "radio" ? "Choisissez une réponse." : "Ce champ est obligatoire."),
  typeMismatch: (el) =>
    el.type === "email" ? "Saisissez une adresse au format nom@domaine.fr." : "Format non valide.",
  tooLong: (el) => `${el.maxLength} caractères au plus.`,
  tooShort: (el) => `${el.minLength} caractères au moins.`,
  patternMismatch: (el) => el.dataset.patternMessage || "Format non valide.",
};

const french = (number) => String(number).replace(".", ",");
const isoToFrench = (iso) => iso.split("-").reverse().join("/");

function dateProblem(el, text) {
  const shape = /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$|^(\d{2})(\d{2})(\d{4})$/.exec(text);
  if (!shape) return "Écrivez la date sous la forme JJ/MM/AAAA, par exemple 31/12/2026.";
  const [day, month, year] = shape.slice(1).filter((part) => part !== undefined).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
    return "Cette date n’existe pas dans le calendrier.";
  }
  if (year < 1800 || year > 2199) return `Vérifiez l’année${NNBSP}: elle va de 1800 à 2199.`;
  const iso = date.toISOString().slice(0, 10);
  const { min, max } = el.dataset;
  if (min && iso < min) return `La date doit être le ${isoToFrench(min)} ou après.`;
  if (max && iso > max) return `La date doit être le ${isoToFrench(max)} ou avant.`;
  return "";
}

function decimalProblem(el, text) {
  const plain = text.replace(/\s/g, "").replace(",", ".");
  const { min, max, decimals } = el.dataset;
  if (!/^[+-]?\d+(\.\d+)?$/.test(plain)) {
    return decimals === "0" ? "Écrivez un nombre entier, par exemple 28." : "Écrivez un nombre, par exemple 2,5.";
  }
  const after = (plain.split(".")[1] || "").length;
  if (after > Number(decimals)) {
    if (decimals === "0") return "Écrivez un nombre entier, sans virgule.";
    return `Pas plus de ${decimals} chiffre${decimals > 1 ? "s" : ""} après la virgule.`;
  }
  if (min !== undefined && Number(plain) < Number(min)) return `La valeur minimale est ${french(min)}.`;
  if (max !== undefined && Number(plain) > Number(max)) return `La valeur maximale est ${french(max)}.`;
  return "";
}

/** Files are sent once: one that is too big is told before, beside its field. */
function fileProblem(el) {
  const most = Number(el.dataset.maxBytes);
  const tooBig = most && [...el.files].some((file) => file.size > most);
  return tooBig ? `Ce fichier dépasse ${Math.floor(most / 1e6)} Mo${NNBSP}: numérisez-le avec moins de détail.` : "";
}

const KINDS = { date: dateProblem, decimal: decimalProblem };

function problemOf(el) {
  if (el.disabled || !el.validity) return "";
  const native = Object.keys(NATIVE).find((key) => el.validity[key]);
  if (native) return NATIVE[native](el);
  if (el.type === "file") return fileProblem(el);
  const text = el.value?.trim();
  // Words that say why there is no answer: followup/missing.py.
  if (text && el.dataset.words?.toLowerCase().split("|").includes(text.toLowerCase())) return "";
  return text && KINDS[el.dataset.kind] ? KINDS[el.dataset.kind](el, text) : "";
}

/** Tell what is wrong with a control beside it, or take the message away; return whether it is right. */
function check(el) {
  const problem = problemOf(el);
  const field = el.closest("[data-field]");
  if (!field) return !problem;
  const base = [...field.classList].find((name) => /^fr-(fieldset|[a-z]+-group|password)$/.test(name));
  if (base) field.classList.toggle(base === "fr-password" ? "fr-input-group--error" : `${base}--error`, !!problem);
  const control = ["fr-input", "fr-select"].find((name) => el.classList.contains(name));
  if (control) el.classList.toggle(`${control}--error`, !!problem);
  if (problem) el.setAttribute("aria-invalid", "true");
  else el.removeAttribute("aria-invalid");
  const messages = field.querySelector(":scope > .fr-messages-group");
  if (messages && messages.textContent.trim() !== problem) {
    messages.replaceChildren(...(problem ? [message(problem)] : []));
  }
  return !problem;
}

function message(text) {
  const line = document.createElement("p");
  line.className = "fr-message fr-message--error";
  line.textContent = text;
  return line;
}

/** Check every control once; return the first that is wrong. */
function firstProblem(form) {
  const seen = new Set();
  let first = null;
  for (const el of form.elements) {
    if (!el.name || !el.validity || (el.type === "radio" && seen.has(el.name))) continue;
    seen.add(el.name);
    if (!check(el) && !first) first = el;
  }
  return first;
}

for (const form of document.querySelectorAll("form[data-validate]")) {
  form.noValidate = true;
  // An error appears 200 ms after the field is left, never between the press and the release of the
  // mouse: the page would move and the click on the next button would be lost.
  form.addEventListener("focusout", ({ target: el }) => {
    if (!el.name || !el.validity || el.type === "radio" || !el.value) return;
    setTimeout(() => document.activeElement !== el && check(el), 200);
  });
  form.addEventListener("input", ({ target: el }) => {
    if (el.getAttribute("aria-invalid") || el.type === "radio") check(el);
  });
  form.addEventListener("submit", (event) => {
    const first = firstProblem(form);
    if (!first) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    first.focus();
  });
}

// --- Groups of the menu ------------------------------------------------------------------------
// They open by themselves; a click elsewhere or Escape closes them.

const opened = () => document.querySelector(".rc-submenu[open]");
document.addEventListener("click", (event) => {
  const menu = opened();
  if (menu && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && opened();
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// --- Where the cursor waits --------------------------------------------------------------------
// After a refusal by the server, its summary is read first. Else the field or button that asks for
// it, at once: Chromium grants `autofocus` with its first picture only, which may come after the
// end of loading (measured 2026-11: 2 times in 60 on a busy machine), and a key pressed before is lost.

const refusal = document.getElementById("erreurs");
if (refusal) refusal.focus();
else if (document.activeElement === document.body) document.querySelector("[autofocus]")?.focus();

// --- Tabs slide on a phone: the one that is open is in sight ------------------------------------

const tab = document.querySelector(".rc-tabs [aria-current]");
if (tab) {
  const tabs = tab.closest("ul");
  tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
}

// --- Sending twice -----------------------------------------------------------------------------
// The button stays alive; a second sending within ten seconds is dropped. Going back clears the mark.

const SENDING_MS = 10_000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (Date.now() - Number(form.dataset.sentAt || 0) < SENDING_MS) event.preventDefault();
  else form.dataset.sentAt = String(Date.now());
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sentAt;
});

// --- Live filters: <form method="get" data-live="#results"> ------------------------------------

for (const form of document.querySelectorAll("form[data-live]")) {
  const selector = form.dataset.live;
  let timer = 0;
  let running = null;

  const refresh = async () => {
    clearTimeout(timer);
    running?.abort();
    running = new AbortController();
    const results = document.querySelector(selector);
    const address = new URL(form.action || location.href, location.href);
    address.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    results.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { signal: running.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok && page.querySelector(selector);
      if (!fresh) return location.assign(address);
      results.replaceChildren(...fresh.childNodes);
      results.removeAttribute("aria-busy");
      history.replaceState(null, "", address);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
    }
  };

  form.addEventListener("input", ({ target }) => {
    clearTimeout(timer);
    timer = setTimeout(refresh, target.matches("select, [type=radio], [type=checkbox]") ? 0 : 300);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    refresh();
  });
}

// --- Printing: on white, folded tables too -----------------------------------------------------

const page = document.documentElement;

addEventListener("beforeprint", () => {
  page.dataset.themeBefore = page.dataset.frTheme || "";
  page.dataset.frTheme = "light";
  for (const details of document.querySelectorAll("details.rc-data:not([open])")) {
    details.open = true;
    details.dataset.forPrint = "";
  }
});
addEventListener("afterprint", () => {
  page.dataset.frTheme = page.dataset.themeBefore;
  for (const details of document.querySelectorAll("details[data-for-print]")) {
    details.open = false;
    delete details.dataset.forPrint;
  }
});
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => print());
}

// --- End of session: told two minutes before, in every tab -------------------------------------
// <body data-session="seconds left" data-session-url data-sign-in-url>. Only the time of the end goes
// from tab to tab; nothing is kept in the browser.

const WARNING_S = 120;
const { session: sessionSeconds, sessionUrl, signInUrl } = document.body.dataset;
const dialog = document.getElementById("session-fin");

if (sessionSeconds && dialog) guardSession();

/** By every means of the sign-in page; its last page closes the window. */
function signInAgain() {
  open(signInUrl, "recann-connexion", "popup,width=560,height=760");
}
document.addEventListener("rc:sign-in", signInAgain);
// The other pages were told by `guardSession` that the session goes on.
if (document.querySelector("[data-back]") && opener) close();

function guardSession() {
  const tabs = new BroadcastChannel("recann-session");
  const left = dialog.querySelector("[data-session-left]");
  const button = dialog.querySelector("[data-session-extend]");
  const modal = () => window.dsfr?.(dialog)?.modal;
  let endsAt = 0;
  let shown = false;

  const alive = (seconds = Number(sessionSeconds)) => {
    endsAt = Date.now() + seconds * 1000;
    tabs.postMessage(endsAt);
  };
  tabs.addEventListener("message", ({ data }) => {
    endsAt = Math.max(endsAt, data);
  });
  document.addEventListener("rc:alive", () => alive());
  alive();

  const tick = () => {
    const seconds = Math.round((endsAt - Date.now()) / 1000);
    if (seconds > WARNING_S) {
      if (shown) modal()?.conceal();
      shown = false;
      return;
    }
    if (!shown) {
      shown = true;
      document.dispatchEvent(new CustomEvent("rc:session-soon"));
      modal()?.disclose();
    }
    if (seconds <= 0) ended();
    else left.textContent = `Temps restant${NNBSP}: ${seconds > 60 ? "2 minutes" : "1 minute"}.`;
  };

  const ended = () => {
    // A page that holds nothing typed shows no patient on an unattended screen.
    if (!document.querySelector("form[data-draft], form[data-keep]")) return location.reload();
    left.textContent = "Votre session est terminée. Le texte saisi reste à l’écran.";
    button.textContent = "Se reconnecter";
  };

  button.addEventListener("click", async () => {
    if (Date.now() >= endsAt) return signInAgain();
    const answer = await fetch(sessionUrl).catch(() => null);
    // Less than the usual half hour when the longest duration of a session is near.
    if (answer?.ok && !answer.redirected) alive((await answer.json()).seconds);
    else left.textContent = "La connexion est interrompue. Réessayez dans un instant.";
    tick();
  });
  setInterval(tick, 1000);
}
