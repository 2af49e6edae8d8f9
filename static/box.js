// Batch fields: what a scanner reads of a box goes where it belongs, the batch here, the expiry beside.
// The server reads the same way and decides: pharmacies/boxes.py.
//
// <input data-box="expires-1-0" data-gtin="03400…">   the name of the field of the expiry; the code of
//                                                     the pack, when it is known: another box stays as read

const GS = "\x1d";
const FIXED = { "01": 14, "11": 6, "17": 6 };
const LONGEST = 20;

function elements(code) {
  const found = {};
  let rest = code;
  while (rest) {
    const name = rest.slice(0, 2);
    const value = rest.slice(2);
    const separator = value.indexOf(GS);
    const end = FIXED[name] ?? (["10", "21"].includes(name) ? (separator < 0 ? value.length : separator) : -1);
    if (end < 0) return {};
    found[name] = value.slice(0, end);
    rest = value.slice(end).replace(/^\x1d/, "");
  }
  return found;
}

/** {gtin, batch, expiry} of a whole code; null when it is none, or cannot be read to its end. */
function readBox(text) {
  const code = text.trim().replace(/^(\][A-Za-z]\d)?\x1d?(?=01\d{14})/, "");
  if (!/^01\d{14}/.test(code)) return null;
  const { "01": gtin, 10: batch, 17: until } = elements(code);
  const day = /^(\d\d)(\d\d)(\d\d)$/.exec(until ?? "");
  if (!batch || batch.length > LONGEST || !day || (!text.includes(GS) && batch.includes("21"))) return null;
  const month = `${day[2]}/20${day[1]}`;
  return { gtin, batch, expiry: day[3] === "00" ? month : `${day[3]}/${month}` };
}

function put(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Whether a box was read: its parts are in their fields. */
function sort(input) {
  const box = readBox(input.value);
  const expires = input.form.elements[input.dataset.box];
  if (!box || !expires || (input.dataset.gtin && input.dataset.gtin !== box.gtin)) return false;
  put(input, box.batch);
  put(expires, box.expiry);
  return true;
}

for (const input of document.querySelectorAll("input[data-box]")) {
  input.addEventListener("change", () => sort(input));
  // Scanners end with Enter: what was read is shown first, the next one sends.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !sort(input)) return;
    event.preventDefault();
    input.form.querySelector("[type=submit]:not([hidden])").focus();
  });
}
