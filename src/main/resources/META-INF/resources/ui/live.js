// Keeps the page of one plan up to date. The stream only says that something has changed; what the page shows is always
// made by the server. Without the stream it asks every two seconds, and says so when nobody answers.

const live = document.getElementById("live");
const lost = document.getElementById("lost");
const announce = document.getElementById("announce");

const DEBOUNCE = 150;
const WITH_STREAM = 3000;
const WITHOUT_STREAM = 2000;
const RECONNECT = 3000;

let streaming = false;
let asking = false;
let askAgain = false;
let lastAnswer = new Date();
let lastAsked = 0;
let debounce = 0;
let said = document.getElementById("r-now").dataset.announce;

// --- asking ---

function refresh() {
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  lastAsked = Date.now();
  window.htmx.trigger(live, "lockstep:refresh");
}

function soon() {
  clearTimeout(debounce);
  debounce = setTimeout(refresh, DEBOUNCE);
}

setInterval(() => {
  // A hidden page asks nobody, and catches up when it is looked at.
  if (!document.hidden && Date.now() - lastAsked >= (streaming ? WITH_STREAM : WITHOUT_STREAM)) {
    refresh();
  }
}, 500);

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    soon();
  }
});

live.addEventListener("htmx:afterRequest", (event) => {
  asking = false;
  const status = event.detail.xhr ? event.detail.xhr.status : 0;
  if (status === 401 || status === 403) {
    window.location.assign("/login?next=" + encodeURIComponent(window.location.pathname));
    return;
  }
  if (event.detail.successful) {
    lastAnswer = new Date();
    lost.hidden = true;
  } else {
    const at = lastAnswer.toISOString().slice(11, 19);
    const words = "Connection lost. What you see is from " + at + " UTC; trying again every two seconds.";
    if (lost.hidden || lost.textContent !== words) {
      lost.textContent = words;
      lost.hidden = false;
    }
  }
  if (askAgain) {
    askAgain = false;
    soon();
  }
});

// --- showing ---

// A region stays as it is while nothing in it has changed, and the decision while somebody is at it.
const shown = new Map();

function busy(target, next) {
  const same = target.dataset.key && target.dataset.key === next.dataset.key;
  return target.id === "r-decision" && same;
}

document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  const target = event.detail.target;
  const next = event.detail.fragment.querySelector("#" + target.id);
  if (!next) {
    return;
  }
  const text = next.innerHTML;
  if (busy(target, next) || shown.get(target.id) === text) {
    event.detail.shouldSwap = false;
    return;
  }
  shown.set(target.id, text);
  for (const open of target.querySelectorAll("details[open][id]")) {
    const again = next.querySelector("#" + CSS.escape(open.id));
    if (again) {
      again.open = true;
    }
  }
});

document.body.addEventListener("htmx:oobAfterSwap", () => {
  const now = document.getElementById("r-now");
  if (now && now.dataset.announce !== said) {
    said = now.dataset.announce;
    announce.textContent = said;
  }
});

// A link to a step or a phase opens it.
function openTarget() {
  const target = window.location.hash && document.getElementById(window.location.hash.slice(1));
  if (target && target.tagName === "DETAILS") {
    target.open = true;
  }
}
window.addEventListener("hashchange", openTarget);
openTarget();

// --- listening ---

// Read with fetch and not with EventSource, which would have to be told the name of every kind of event.
async function listen() {
  for (;;) {
    try {
      const answer = await fetch(live.dataset.events, { headers: { Accept: "text/event-stream" }, cache: "no-store" });
      if (answer.ok && answer.body) {
        streaming = true;
        soon();
        const reader = answer.body.getReader();
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
          soon();
        }
      }
    } catch {
      // Tried again below; meanwhile the page asks by itself.
    }
    streaming = false;
    await new Promise((resolve) => setTimeout(resolve, RECONNECT));
  }
}
listen();
