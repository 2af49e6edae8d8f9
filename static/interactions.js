// Interactions of the medicines that go on, told while they are typed. The server tells them again.
//
// <ul data-interactions> <li data-members="valproate|clobazam" hidden>
// beside fields drug_1, plan_1 … drug_6, plan_6: only what is kept or reduced counts.

const GOES_ON = ["KEPT", "REDUCED"];

/** As core.text.fold, for the names of medicines. */
const fold = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ");

for (const list of document.querySelectorAll("[data-interactions]")) {
  const form = list.closest("form");
  const refresh = () => {
    const drugs = [...form.querySelectorAll('[name^="drug_"]')]
      .filter((el) => !el.disabled && GOES_ON.includes(form.elements[el.name.replace("drug", "plan")]?.value))
      .map((el) => ` ${fold(el.value)} `);
    for (const line of list.children) {
      const members = line.dataset.members.split("|");
      line.hidden = !drugs.some((drug) => members.some((member) => drug.includes(` ${member}`)));
    }
  };
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  refresh();
}
