// Passkeys: <button type="button" data-passkey="sign-in | prove | register" data-begin data-complete data-next>
// inside an element [data-passkey-block] that stays hidden where the browser knows none, and that
// holds [data-passkey-status], where the page says what happens. The server verifies everything.

const CANCELLED = "La demande a été annulée, ou le délai est dépassé. Réessayez.";
const FAILED = "La connexion est interrompue. Réessayez dans un instant.";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const described = (list = []) => list.map((one) => ({ ...one, id: toBytes(one.id) }));

async function ask(address, body) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const isForm = body instanceof FormData;
  const answer = await fetch(address, {
    method: "POST",
    headers: { "X-CSRFToken": token, ...(isForm ? {} : { "Content-Type": "application/json" }) },
    body: isForm ? body : JSON.stringify(body),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.erreur);
  return told;
}

/** What the authenticator answers, in the letters that the server reads. */
function inLetters(credential) {
  const { response } = credential;
  const answer = {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: toText(response.clientDataJSON) },
  };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) answer.response[name] = toText(response[name]);
  }
  if (response.getTransports) answer.response.transports = response.getTransports();
  return answer;
}

async function make(options) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: described(options.excludeCredentials),
  };
  return inLetters(await navigator.credentials.create({ publicKey }));
}

async function use(options) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: described(options.allowCredentials),
  };
  return inLetters(await navigator.credentials.get({ publicKey }));
}

async function run(button) {
  const { passkey, begin, complete, next } = button.dataset;
  const status = button.closest("[data-passkey-block]").querySelector("[data-passkey-status]");
  status.textContent = "";
  button.disabled = true;
  try {
    const registers = passkey === "register";
    const options = await ask(begin, registers ? new FormData(button.form) : {});
    const answer = registers ? await make(options) : await use(options);
    const told = await ask(complete, { answer, next });
    if (told.address) location.assign(told.address);
    else send(button.form);
  } catch (error) {
    const byBrowser = error instanceof DOMException;
    status.textContent = byBrowser ? CANCELLED : error instanceof TypeError ? FAILED : error.message;
  } finally {
    button.disabled = false;
  }
}

/** Proved: nothing is left to type, the form signs. */
function send(form) {
  const secret = form.elements.secret;
  if (secret) {
    secret.value = "";
    secret.required = false;
  }
  form.requestSubmit(form.querySelector("button[type=submit]"));
}

if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("[data-passkey]")) {
    button.closest("[data-passkey-block]").hidden = false;
    button.addEventListener("click", () => run(button));
  }
}
