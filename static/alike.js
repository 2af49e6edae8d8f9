// Who is known and looks like what is typed: asked when the typing rests, shown beside it. Blocks
// nothing and moves no focus.
//
// <form …> <div data-alike="/patients/inclure/…/ressemblances/" aria-live="polite">

const REST_MS = 700;

for (const place of document.querySelectorAll("[data-alike]")) {
  const form = place.closest("form");
  let timer = 0;
  let running = null;
  let asked = "";

  const ask = async () => {
    const typed = new URLSearchParams([...new FormData(form)]);
    const complete = typed.get("birth_name")?.trim() && typed.get("birth_date")?.trim().length >= 4;
    const what = complete ? typed.toString() : "";
    if (what === asked) return;
    asked = what;
    running?.abort();
    if (!what) return place.replaceChildren();
    running = new AbortController();
    try {
      const answer = await fetch(place.dataset.alike, { method: "POST", body: typed, signal: running.signal });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      place.replaceChildren(...page.body.childNodes);
    } catch {
      // The next key asks again; the last page shows it anyway.
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, REST_MS);
  });
  ask();
}
