/* The lines of a draft. By keyboard: Enter goes to the same field of the next line (or adds one), Alt and the arrows move
   the line; everything is a button of the page, this only presses it. And nothing typed is lost to an answer of the
   server that was asked for earlier. */

const rowOf = (element) => element.closest?.("[data-line]");
/* An open list takes Enter to choose; where the browser does not say whether it is open, it is left to it. */
const unfolded = (field) => { try { return field.matches("select:open"); } catch { return field.matches("select"); } };
const rows = () => [...document.querySelectorAll("[data-line]")];
const box = document.getElementById("draft-lines");
const reckoning = document.getElementById("reckoning");
const fields = () => [...box.querySelectorAll("input:not([type=hidden]), select")];

document.addEventListener("keydown", (event) => {
  const row = rowOf(event.target);
  if (!row || event.isComposing || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    row.querySelector(event.key === "ArrowUp" ? "[data-up]" : "[data-down]").click();
    return;
  }
  if (event.key !== "Enter" || !event.target.matches("input, select") || (!event.altKey && unfolded(event.target))) return;
  event.preventDefault();
  const all = rows();
  const next = event.altKey ? undefined : all[all.indexOf(row) + 1];
  if (!next) {
    if (asked || event.repeat) return;
    ahead = "";
    return document.querySelector("[data-add-line]").click();
  }
  const name = event.target.id.split("-").slice(2).join("-");
  const field = [...next.querySelectorAll("input, select")].find((one) => one.id.endsWith(`-${name}`));
  (field ?? next.querySelector("input[type=text]")).focus();
});

/* What is typed between Enter and the line it adds goes to that line, not to the field one has left. */
let ahead = null;
document.addEventListener("keydown", (event) => {
  if (ahead === null || !asked || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.length !== 1 && event.key !== "Backspace") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ahead = event.key === "Backspace" ? ahead.slice(0, -1) : ahead + event.key;
}, true);

function give(field, words) {
  if (!words || !field?.matches("input[type=text]")) return;
  field.value += words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/* One change of the lines at a time, in the order asked; the sums wait for it, since its answer brings them. What was
   typed meanwhile is put back over that answer, and added up again. */
let asked = null; /* the values sent, by field, while an answer is awaited */
let again = false;
let held = "";
const pressed = [];
let turn = 0; /* how many times the lines were changed, and of which time some sums are */
const turns = new WeakMap();

document.addEventListener("click", (event) => {
  const button = asked && event.target.closest?.("#draft-lines button");
  if (!button) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (button.id && pressed.length < 20) pressed.push(button.id);
}, true);

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, target } = event.detail;
  if (elt === reckoning) {
    turns.set(event.detail.xhr, turn);
    if (!asked) return;
    again = true;
    event.preventDefault();
  }
  if (target !== box) return;
  turn += 1;
  held = document.activeElement?.id ?? "";
  asked = new Map(fields().map((field) => [field.id, field.value]));
});

let typed = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target === reckoning && turns.get(event.detail.xhr) !== turn) event.detail.shouldSwap = false; /* sums of the lines as they were */
  if (event.detail.target !== box || !asked) return;
  typed = fields().filter((field) => asked.has(field.id) && asked.get(field.id) !== field.value).map((field) => [field.id, field.value]);
});

/* A moved line keeps the hand that moved it. */
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target !== box) return;
  for (const [id, value] of typed) {
    const field = document.getElementById(id);
    if (field) { field.value = value; again = true; }
  }
  typed = [];
  const active = document.getElementById(held);
  if (active && document.activeElement === document.body) active.focus();
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.target !== box) return;
  again ||= !event.detail.successful;
  setTimeout(done, 40); /* once its answer is in place */
});

function done() {
  asked = null;
  const words = ahead;
  ahead = null;
  give(document.activeElement, words);
  const next = pressed.shift();
  if (next) return document.getElementById(next)?.click();
  if (again) reckoning.closest("form").dispatchEvent(new Event("change"));
  again = false;
}
