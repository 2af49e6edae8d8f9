// Long forms: conditional fields, progress by part, draft kept on the server.
//
// <form data-draft="/drafts/…/" data-version="0" data-validate>   data-draft may be absent
//   <section id="s-x" data-section="x">                           progress, with section_rail.html
//   <div data-show-if="field=VALUE|OTHER" data-needed>            made by field.html
//   <p data-draft-status><span data-draft-text>                   made by sticky_bar.html
//
// The draft is posted as JSON {version, data} 1.5 s after the last key and when the page is hidden.
// Answers: 200 {version, heure}; 409 saved elsewhere meanwhile; 410 already validated; 401 or 403, or
// a redirection to the sign-in page: session over. Nothing typed is ever changed by this script.

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

function linkTo(address, words) {
  const link = document.createElement("a");
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = words;
  return link;
}

function keepDraft(form) {
  const status = form.querySelector("[data-draft-status]");
  const words = status?.querySelector("[data-draft-text]");
  const state = { version: Number(form.dataset.version), dirty: false, busy: false, closed: false, left: false, signedOut: false };
  let timer = 0;

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
    state.dirty = true;
    say("failed", ...parts);
    queue(RETRY_MS);
  };
  const closed = (...parts) => {
    state.closed = true;
    say("failed", ...parts);
  };

  async function understand(answer) {
    state.signedOut = answer.redirected || [401, 403].includes(answer.status);
    if (state.signedOut) {
      return failed(
        "Session expirée, saisie non enregistrée. ",
        linkTo(document.body.dataset.signInUrl || "/", "Se reconnecter (nouvel onglet)"),
      );
    }
    if (answer.status === 409) {
      return closed("Ce formulaire a été enregistré ailleurs\u202f: ", linkTo(location.href, "voir l’autre version"));
    }
    if (answer.status === 410) return closed("Ce formulaire a déjà été validé.");
    if (!answer.ok) throw new Error(String(answer.status));
    const { version, heure } = await answer.json();
    state.version = version;
    say("saved", `Brouillon enregistré à ${heure}`);
    document.dispatchEvent(new CustomEvent("rc:alive"));
  }

  async function save({ keepalive = false } = {}) {
    if (!state.dirty || state.busy || state.closed || state.left) return;
    clearTimeout(timer);
    state.busy = true;
    state.dirty = false;
    try {
      await understand(
        await fetch(form.dataset.draft, {
          method: "POST",
          keepalive,
          headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken(form) },
          body: JSON.stringify({ version: state.version, data: typed(form) }),
        }),
      );
    } catch {
      failed("Connexion interrompue\u202f: nouvel essai dans un instant. Ne fermez pas cette page.");
    } finally {
      state.busy = false;
    }
    if (state.dirty && !state.closed) queue(state.signedOut ? RETRY_MS : TYPING_MS);
  }

  form.addEventListener("input", () => {
    state.dirty = true;
    queue(TYPING_MS);
  });
  // Back from the sign-in page of another tab: try at once.
  document.addEventListener("visibilitychange", () => save({ keepalive: document.hidden }));
  document.addEventListener("rc:session-soon", () => save());
  addEventListener("beforeunload", (event) => {
    if (state.dirty && !state.left && !state.closed) event.preventDefault();
  });
  // Bubbles last, on the document: another listener may still refuse the sending.
  document.addEventListener("submit", (event) => {
    if (event.target !== form || event.defaultPrevented) return;
    if (state.signedOut) {
      event.preventDefault();
      delete form.dataset.sentAt;
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

  const reminder = document.querySelector("[data-session-draft]");
  if (reminder) reminder.hidden = false;
}

for (const form of document.querySelectorAll("form")) {
  if (form.querySelector("[data-show-if]")) watchConditions(form);
}

for (const form of document.querySelectorAll("form[data-draft], form[data-sections]")) {
  watchProgress(form);
  if (form.dataset.draft) keepDraft(form);
}
