/* Égards, in the browser: keyboard, countdowns, words that are not lost. One module of plain web platform,
   no eval, no inline code. Every page works without it. */

const typing = (element) => element.closest("input, textarea, select, [contenteditable=true]") !== null;
const visible = (element) => element.getClientRects().length > 0;
const word = (id) => document.getElementById(id)?.content?.firstElementChild?.cloneNode(true);

/* Shortcuts: a control that carries data-key answers to that key; J and K walk the list; ? shows them all. */
function press(control) {
  if (control.matches("summary")) {
    control.parentElement.open = true;
    control.parentElement.querySelector("textarea, input:not([type=hidden]):not([type=radio]), select")?.focus();
  } else if (control.matches("input, textarea, select")) {
    control.focus();
  } else {
    control.click();
  }
}

function walk(step) {
  const rows = [...document.querySelectorAll("[data-item]")].filter(visible);
  if (!rows.length) return;
  const focused = rows.findIndex((row) => row.contains(document.activeElement));
  const here = focused < 0 ? rows.findIndex((row) => row.ariaCurrent === "true") : focused;
  const next = rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1)];
  const target = next.querySelector("a.title, a, button") ?? next;
  target.focus({ focusVisible: true });
  next.scrollIntoView({ block: "nearest" });
  if (next.dataset.item === "open" && next.ariaCurrent !== "true") target.click(); /* a queue: what one comes to is shown at once */
}

function openSearch(event) {
  const dialog = document.getElementById("search-dialog");
  if (!dialog) return;
  event?.preventDefault();
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input[type=search]")?.select();
}

function openKeys() {
  const dialog = document.getElementById("keys-dialog");
  if (!dialog || dialog.open) return;
  const list = dialog.querySelector("dl");
  list.querySelectorAll("[data-here]").forEach((line) => line.remove());
  const seen = new Set();
  for (const control of [...document.querySelectorAll("[data-key]")].filter(visible)) {
    const key = control.dataset.key.toUpperCase();
    if (seen.has(key)) continue;
    seen.add(key);
    const copy = control.cloneNode(true);
    copy.querySelectorAll("kbd, svg, .hint").forEach((part) => part.remove());
    const term = document.createElement("dt");
    const meaning = document.createElement("dd");
    term.dataset.here = meaning.dataset.here = "";
    const cap = document.createElement("kbd");
    cap.textContent = key;
    term.append(cap);
    meaning.textContent = control.dataset.keyLabel ?? copy.textContent.trim();
    list.append(term, meaning);
  }
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const ctrl = event.ctrlKey || event.metaKey;
  if (ctrl && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") return openSearch(event);
  if (ctrl && event.key === "Enter") {
    const form = event.target.closest?.("form");
    if (form) { event.preventDefault(); form.requestSubmit(); return; }
    const said = [...document.querySelectorAll("main button[data-key]")].filter((one) => one.dataset.key.toLowerCase() === "ctrl entrée" && visible(one) && !one.disabled);
    if (said.length === 1 && !document.querySelector("dialog[open]")) { event.preventDefault(); said[0].click(); } /* the one button that says so */
    return;
  }
  if (ctrl || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") { event.preventDefault(); return openKeys(); }
  const key = event.key === "Enter" ? "entrée" : event.key.toLowerCase();
  if (event.key === "Enter" && event.target.closest("a, button, summary, label") && !event.target.closest("[data-item][aria-current]")) return;
  const control = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key.toLowerCase() === key && visible(one) && !one.disabled);
  if (control) { event.preventDefault(); return press(control); }
  if (key === "j" || key === "k") { event.preventDefault(); walk(key === "j" ? 1 : -1); }
  if (key === "/") { openSearch(event); }
});

/* Arrows walk from the words of a search to what they find, and back. */
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const room = event.target.closest?.("#search-dialog, main");
  const box = room?.querySelector("input[type=search]");
  const hits = [...(room?.querySelectorAll(".hits a.title") ?? [])].filter((hit) => visible(hit) && !hit.closest("[inert]"));
  const here = hits.indexOf(event.target);
  if (!hits.length || (here < 0 && event.target !== box)) return;
  event.preventDefault();
  const next = here + (event.key === "ArrowDown" ? 1 : -1);
  (next < 0 ? box : hits[Math.min(next, hits.length - 1)]).focus({ focusVisible: true });
});

/* What a former search found cannot be opened once other words are typed: it wakes with their own answer. */
document.addEventListener("input", (event) => {
  const target = event.target.matches("#search-dialog input[type=search]") && document.getElementById("search-results");
  if (target) target.inert = target.childElementCount > 0;
});
document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  if (target.id !== "search-results") return;
  const wanted = document.querySelector("#search-dialog input[type=search]")?.value;
  target.inert = target.childElementCount > 0 && event.detail.requestConfig?.parameters?.q !== wanted;
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-search]")) openSearch(event);
  if (event.target.closest("[data-open-keys]")) { event.preventDefault(); openKeys(); }
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  if (event.target.matches("dialog")) event.target.close(); /* the veil around it */
  if (event.target.closest("[data-print]")) { event.preventDefault(); print(); }
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

/* Countdowns: the server says how many seconds are left, our clock is not trusted. */
const started = new WeakMap();

function spell(seconds) {
  const minutes = Math.floor(seconds / 60);
  return minutes ? `${minutes} min ${String(seconds % 60).padStart(2, "0")} s` : `${seconds} s`;
}

function tick() {
  for (const time of document.querySelectorAll("[data-countdown]")) {
    if (!started.has(time)) started.set(time, performance.now());
    const left = Math.max(0, Math.round(Number(time.dataset.countdown) - (performance.now() - started.get(time)) / 1000));
    const box = time.closest("[data-undo]");
    time.textContent = spell(left);
    const bar = box?.querySelector("progress");
    if (bar) bar.value = left;
    if (left === 0 && box) {
      box.querySelector("form")?.remove();
      box.querySelector("[data-undo-left]")?.remove();
      box.querySelector("[data-undo-gone]")?.removeAttribute("hidden");
    }
  }
}
setInterval(tick, 1000);

/* Words typed and not sent stay in this tab (never a password), and are offered back. */
const kept = (form) => `words:${form.dataset.keep}`;
const wordsOf = (form) => [...form.querySelectorAll("textarea, input[type=text], input:not([type])")].filter((field) => field.name);

function keep(form) {
  const words = Object.fromEntries(wordsOf(form).filter((field) => field.value !== field.defaultValue).map((field) => [field.name, field.value]));
  try {
    if (Object.keys(words).length) sessionStorage.setItem(kept(form), JSON.stringify(words));
    else sessionStorage.removeItem(kept(form));
  } catch { /* longer than a tab may keep: the field itself still holds them */ }
}

function offer(form) {
  const saved = sessionStorage.getItem(kept(form));
  const box = saved && word("kept-words");
  if (!box) return;
  const words = JSON.parse(saved);
  const fields = wordsOf(form).filter((field) => field.name in words && field.value !== words[field.name]);
  if (!fields.length) return;
  box.querySelector("[data-words]").textContent = Object.values(words).join(" ").slice(0, 120);
  box.querySelector("[data-take]").addEventListener("click", () => {
    for (const field of fields) { field.value = words[field.name]; grow(field); }
    if (form.closest("details")) form.closest("details").open = true;
    box.remove();
    fields[0].focus();
  });
  box.querySelector("[data-drop]").addEventListener("click", () => { sessionStorage.removeItem(kept(form)); box.remove(); });
  (form.closest("details") ?? form).before(box);
}

/* A sent form forgets its words only when a page of the house answers; a refused one, a login page or an error keep them. */
function settle() {
  const sent = sessionStorage.getItem("words-sent");
  if (!sent) return;
  sessionStorage.removeItem("words-sent");
  const refused = document.querySelector(`form[data-keep="${CSS.escape(sent)}"] :is([aria-invalid=true], .error-summary)`);
  const arrived = document.body.dataset.page === "house" && performance.getEntriesByType("navigation")[0]?.type === "navigate";
  if (arrived && !refused) sessionStorage.removeItem(`words:${sent}`);
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.dataset.keep) keep(form);
  grow(event.target);
});

/* One click, one gesture: the buttons of a form that is leaving rest until the answer. */
const rest = (form, resting) => {
  for (const control of form.querySelectorAll("button[type=submit], button:not([type])")) {
    if (resting) control.setAttribute("aria-busy", "true"); else control.removeAttribute("aria-busy");
  }
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-forget-all]")) sessionStorage.clear();
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sending) return event.preventDefault();
  form.dataset.sending = "yes";
  if (form.dataset.keep) sessionStorage.setItem("words-sent", form.dataset.keep);
  rest(form, true);
});

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) { delete form.dataset.sending; rest(form, false); }
});

/* Fields that grow with what is written, where the style sheet alone cannot. */
function grow(field) {
  if (!field.matches?.("textarea") || CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}

/* Messages that arrive with a fragment, and the two ways a request can fail. */
function toast(text, tone) {
  const region = document.getElementById("toasts");
  if (!region) return;
  const box = document.createElement("div");
  box.className = `note ${tone}`;
  box.textContent = text;
  region.append(box);
  setTimeout(() => box.remove(), 8000);
}

document.addEventListener("message", (event) => toast(event.detail.text ?? event.detail.value, event.detail.tone ?? "calm"));
for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, () => {
    const text = word(failure === "htmx:responseError" ? "refused-words" : "offline-words")?.textContent;
    if (text) toast(text, "late");
  });
}
document.addEventListener("htmx:beforeRequest", (event) => { if (event.target.matches("form")) rest(event.target, true); });
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target;
  if (!form.matches("form")) return;
  rest(form, false);
  if (event.detail.successful && form.dataset.keep) sessionStorage.removeItem(kept(form));
});

function begin(root) {
  root.querySelectorAll("form[data-keep]").forEach(offer);
  root.querySelectorAll("textarea").forEach(grow);
  root.querySelector(".error-summary")?.focus();
  tick();
}

settle();
begin(document);
document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) begin(event.target); });

/* A document stayed before somebody's eyes: its page says so, once. */
const seen = document.querySelector("form[data-seen]");
if (seen) {
  setTimeout(() => {
    if (document.visibilityState === "visible") fetch(seen.action, { method: "POST", body: new FormData(seen), keepalive: true });
  }, 2000);
}
