"use strict";

const element = (id) => document.getElementById(id);
const pad = element("pad");
const pen = pad.getContext("2d");
const PAPER = "#ece6d8";

// Only the newest picture is sent: while one is on its way, the next waits, and replaces another that waits.
let sending = false;
let waiting = null;
let shown = null; // the picture on the page, null before the first
let subject = 0; // counts drawings and photos: an answer to an earlier one comes too late
let chosen = ""; // the variant that answers

function show(message, bad) {
  element("message").textContent = message;
  element("message").classList.toggle("bad", Boolean(bad));
}

function showAnswer(answer) {
  show(answer.top[0].label, false);
  element("answers").replaceChildren(
    ...answer.top.map((entry) => {
      const row = document.createElement("li");
      const label = document.createElement("span");
      const score = document.createElement("span");
      const bar = document.createElement("progress");
      label.textContent = entry.label;
      score.textContent = `${(100 * entry.score).toFixed(1)} %`;
      bar.value = entry.score;
      bar.setAttribute("aria-label", `${entry.label}: ${score.textContent}`);
      row.append(label, score, bar);
      return row;
    }),
  );
}

function showFigures(figures) {
  element("figures").replaceChildren(
    ...Object.entries(figures).flatMap(([name, value]) => {
      const term = document.createElement("dt");
      const detail = document.createElement("dd");
      term.textContent = name;
      detail.textContent = value;
      return [term, detail];
    }),
  );
}

const milliseconds = (value) => `${value.toFixed(1)} ms`;

// A service that other machines reach has a token, which follows the # of the page's address.
const headers = location.hash.length > 1 ? { Authorization: `Bearer ${location.hash.slice(1)}` } : {};
addEventListener("hashchange", () => location.reload());

// The answer of one variant, or {error: why there is none}.
async function ask(picture, variant) {
  try {
    const response = await fetch(`classify?top=5&variant=${encodeURIComponent(variant)}`, { method: "POST", body: picture, headers });
    return await response.json().catch(() => ({ error: `the service answered ${response.status}` }));
  } catch {
    return { error: "the service does not answer" };
  }
}

async function send(picture) {
  const begun = performance.now();
  const asked = subject;
  const answer = await ask(picture, chosen);
  if (asked !== subject) {
    return;
  }
  if (answer.error) {
    element("answers").replaceChildren();
    showFigures({});
    show(answer.error, true);
    return;
  }
  showAnswer(answer);
  showFigures({
    "inference": milliseconds(answer.invoke_ms),
    "decoding": milliseconds(answer.decode_ms),
    "resizing": milliseconds(answer.prepare_ms),
    "whole round trip": milliseconds(performance.now() - begun),
    "variant": answer.variant,
  });
  showInRow(answer.variant, answer);
}

async function classify(picture) {
  if (picture !== shown) {
    shown = picture;
    clearRows(chosen);
  }
  element("compare").disabled = false;
  waiting = picture;
  if (sending) {
    return;
  }
  sending = true;
  while (waiting) {
    const next = waiting;
    waiting = null;
    await send(next);
  }
  sending = false;
}

// The table of variants: what each says of the picture, and how long it takes.
const rows = new Map();

function addRow(variant, current) {
  const row = document.createElement("tr");
  const cells = ["", "", ""].map(() => document.createElement("td"));
  const label = document.createElement("label");
  const button = document.createElement("input");
  button.type = "radio";
  button.name = "variant";
  button.checked = variant.name === current;
  button.addEventListener("change", () => {
    chosen = variant.name;
    if (shown) {
      classify(shown);
    }
  });
  const size = document.createElement("small");
  size.textContent = `${(variant.bytes / 1e6).toFixed(variant.bytes < 1e7 ? 2 : 1)} MB`;
  label.append(button, variant.short_name);
  label.title = variant.name;
  cells[0].append(label, size);
  row.append(...cells);
  element("variants").append(row);
  rows.set(variant.name, cells);
}

// What other variants said of another picture. The chosen one's row is about to be written.
function clearRows(except) {
  for (const [name, cells] of rows) {
    if (name !== except) {
      cells[1].textContent = cells[2].textContent = "";
    }
  }
}

function showInRow(name, answer) {
  const cells = rows.get(name);
  cells[1].textContent = answer.error ? "" : milliseconds(answer.invoke_ms);
  cells[2].textContent = answer.error ?? `${answer.top[0].label} ${(100 * answer.top[0].score).toFixed(0)}\u00a0%`;
}

// Asks every variant of one picture; false if the page shows another one by then.
async function compare(picture) {
  for (const name of rows.keys()) {
    await ask(picture, name); // the first time also loads the variant
    const answers = [];
    while (answers.length < 5 && picture === shown) {
      answers.push(await ask(picture, name));
    }
    if (picture !== shown) {
      return false;
    }
    answers.sort((one, other) => one.invoke_ms - other.invoke_ms);
    showInRow(name, answers[2]); // the median
  }
  return true;
}

element("compare").addEventListener("click", async () => {
  element("compare").disabled = true;
  // Who goes on drawing gets the figures of what is drawn in the end.
  while (shown && !(await compare(shown))) {}
  element("compare").disabled = !shown;
});

function clearPad() {
  pen.fillStyle = PAPER;
  pen.fillRect(0, 0, pad.width, pad.height);
}

function classifyPad() {
  const drawn = subject;
  pad.toBlob((blob) => drawn === subject && classify(blob), "image/png");
}

function newSubject() {
  subject += 1;
  shown = waiting = null;
  element("compare").disabled = true;
  clearRows();
}

let last = null;

function position(event) {
  const box = pad.getBoundingClientRect();
  return [((event.clientX - box.left) * pad.width) / box.width, ((event.clientY - box.top) * pad.height) / box.height];
}

pad.addEventListener("pointerdown", (event) => {
  pad.setPointerCapture(event.pointerId);
  if (!element("preview").hidden) {
    element("preview").hidden = true;
    newSubject();
    clearPad();
  }
  last = position(event);
});
pad.addEventListener("pointermove", (event) => {
  if (!last) {
    return;
  }
  const next = position(event);
  pen.strokeStyle = document.querySelector("input[name=ink]:checked").value;
  pen.lineWidth = pad.width / 13;
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(...last);
  pen.lineTo(...next);
  pen.stroke();
  last = next;
  classifyPad();
});
for (const end of ["pointerup", "pointercancel"]) {
  pad.addEventListener(end, () => {
    last = null;
  });
}
element("clear").addEventListener("click", () => {
  clearPad();
  element("preview").hidden = true;
  newSubject();
  element("answers").replaceChildren();
  showFigures({});
  show("Nothing classified yet.", false);
});

function take(file) {
  if (!file) {
    return;
  }
  const preview = element("preview");
  URL.revokeObjectURL(preview.src);
  preview.src = URL.createObjectURL(file);
  preview.hidden = false;
  newSubject();
  classify(file);
}

element("file").addEventListener("change", (event) => {
  take(event.target.files[0]);
  event.target.value = ""; // so that the same file can be chosen again
});
// The whole page takes a dropped picture: the browser would leave the page for one that missed.
addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("over");
});
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) {
    document.body.classList.remove("over");
  }
});
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("over");
  take(event.dataTransfer.files[0]);
});

async function start() {
  const state = element("state");
  try {
    const health = await (await fetch("health", { headers })).json();
    if (health.error) {
      throw new Error(health.error);
    }
    chosen = health.variant;
    health.variants.forEach((variant) => addRow(variant, chosen));
    element("comparison").hidden = rows.size < 2;
    const note = health.trained ? "" : " (untrained demo weights: labels mean nothing)";
    state.textContent = health.status === "ok" ? `${health.variant} is ready${note}` : health.faults.join("; ");
    state.classList.toggle("bad", health.status !== "ok");
  } catch (error) {
    state.textContent = error instanceof TypeError ? "the service does not answer" : error.message;
    state.classList.add("bad");
  }
}

clearPad();
element("compare").disabled = true;
start();
