// Signing on screen: strokes drawn in a frame, written in a hidden field as [[x,y,x,y,…],…].
//
// <div data-signature><canvas width="1000" height="300"></canvas><input type="hidden">
//   <button data-signature-clear> <p data-signature-state role="status">
//
// Finger, pen or mouse; who uses none of them signs on paper, the other answer of the question. The
// field says `input` like any other, so that form.js keeps it in the draft.

// Units of the frame between two points kept: a signature stays small and looks the same.
const STEP = 4;
// Of all strokes together. The server refuses beyond 16,000 characters.
const MOST_POINTS = 1500;

function sign(place) {
  const canvas = place.querySelector("canvas");
  const field = place.querySelector("input[type=hidden]");
  const state = place.querySelector("[data-signature-state]");
  const pen = canvas.getContext("2d");
  let strokes = read(field.value);
  let current = null;

  const count = () => strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0);
  const keep = () => {
    field.value = strokes.length ? JSON.stringify(strokes) : "";
    state.textContent = strokes.length ? "Signature tracée." : "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const place_of = (event) => {
    const box = canvas.getBoundingClientRect();
    const at = (value, size, most) => Math.max(0, Math.min(most, Math.round((value / size) * most)));
    return [
      at(event.clientX - box.left, box.width, canvas.width),
      at(event.clientY - box.top, box.height, canvas.height),
    ];
  };
  const draw = () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.lineWidth = 5;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = getComputedStyle(canvas).color;
    for (const stroke of strokes) {
      pen.beginPath();
      pen.moveTo(stroke[0], stroke[1]);
      for (let i = 0; i < stroke.length; i += 2) pen.lineTo(stroke[i], stroke[i + 1]);
      pen.stroke();
    }
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || count() >= MOST_POINTS) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    current = place_of(event);
    strokes.push(current);
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!current || count() >= MOST_POINTS) return;
    const [x, y] = place_of(event);
    const [lastX, lastY] = current.slice(-2);
    if (Math.hypot(x - lastX, y - lastY) < STEP) return;
    current.push(x, y);
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      if (!current) return;
      current = null;
      keep();
    });
  }
  place.querySelector("[data-signature-clear]").addEventListener("click", () => {
    strokes = [];
    draw();
    keep();
    state.textContent = "Signature effacée.";
  });
  draw();
  if (strokes.length) state.textContent = "Signature tracée.";
}

function read(text) {
  try {
    return JSON.parse(text || "[]");
  } catch {
    return [];
  }
}

for (const place of document.querySelectorAll("[data-signature]")) sign(place);
