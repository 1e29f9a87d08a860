/* The lines of a draft by keyboard: Enter goes to the same field of the next line (or adds one), Alt and the arrows move
   the line. Everything is a button of the page; this only presses it. */

const rowOf = (element) => element.closest?.("[data-line]");
/* An open list takes Enter to choose; where the browser does not say whether it is open, it is left to it. */
const unfolded = (field) => { try { return field.matches("select:open"); } catch { return field.matches("select"); } };
const rows = () => [...document.querySelectorAll("[data-line]")];

document.addEventListener("keydown", (event) => {
  const row = rowOf(event.target);
  if (!row || event.isComposing || event.ctrlKey || event.metaKey) return;
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    row.querySelector(event.key === "ArrowUp" ? "[data-up]" : "[data-down]").click();
    return;
  }
  if (event.key !== "Enter" || !event.target.matches("input, select") || (!event.altKey && unfolded(event.target))) return;
  event.preventDefault();
  const all = rows();
  const next = event.altKey ? undefined : all[all.indexOf(row) + 1];
  if (!next) return document.querySelector("[data-add-line]").click();
  const name = event.target.id.split("-").slice(2).join("-");
  const field = [...next.querySelectorAll("input, select")].find((one) => one.id.endsWith(`-${name}`));
  (field ?? next.querySelector("input[type=text]")).focus();
});

/* A moved line keeps the hand that moved it. */
let held = "";
document.addEventListener("htmx:beforeRequest", () => { held = document.activeElement?.id ?? ""; });
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "draft-lines" || !held) return;
  const again = document.getElementById(held);
  if (again && document.activeElement === document.body) again.focus();
});
