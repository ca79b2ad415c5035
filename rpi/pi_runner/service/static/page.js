"use strict";

const element = (id) => document.getElementById(id);
const pad = element("pad");
const pen = pad.getContext("2d");
const PAPER = "#ece6d8";

// Only the newest picture is sent: while one is on its way, the next waits, and replaces another that waits.
let sending = false;
let waiting = null;

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

async function send(picture) {
  const variant = encodeURIComponent(element("variant").value);
  const begun = performance.now();
  const response = await fetch(`classify?top=5&variant=${variant}`, { method: "POST", body: picture });
  const answer = await response.json().catch(() => ({ error: `the service answered ${response.status}` }));
  if (!response.ok) {
    element("answers").replaceChildren();
    showFigures({});
    show(answer.error, true);
    return;
  }
  showAnswer(answer);
  showFigures({
    "inference": `${answer.invoke_ms.toFixed(1)} ms`,
    "decoding": `${answer.decode_ms.toFixed(1)} ms`,
    "resizing": `${answer.prepare_ms.toFixed(1)} ms`,
    "whole round trip": `${(performance.now() - begun).toFixed(1)} ms`,
    "variant": answer.variant,
  });
}

async function classify(picture) {
  waiting = picture;
  if (sending) {
    return;
  }
  sending = true;
  while (waiting) {
    const next = waiting;
    waiting = null;
    try {
      await send(next);
    } catch {
      show("the service does not answer", true);
    }
  }
  sending = false;
}

function clearPad() {
  pen.fillStyle = PAPER;
  pen.fillRect(0, 0, pad.width, pad.height);
}

function classifyPad() {
  pad.toBlob((blob) => classify(blob), "image/png");
}

let last = null;

function position(event) {
  const box = pad.getBoundingClientRect();
  return [((event.clientX - box.left) * pad.width) / box.width, ((event.clientY - box.top) * pad.height) / box.height];
}

pad.addEventListener("pointerdown", (event) => {
  pad.setPointerCapture(event.pointerId);
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
  classify(file);
}

const drop = element("drop");
element("file").addEventListener("change", (event) => take(event.target.files[0]));
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  take(event.dataTransfer.files[0]);
});

async function start() {
  const state = element("state");
  try {
    const health = await (await fetch("health")).json();
    element("variant").replaceChildren(
      ...health.variants.map((name) => new Option(name, name, name === health.variant, name === health.variant)),
    );
    const note = health.trained ? "" : " (untrained demo weights: labels mean nothing)";
    state.textContent = health.status === "ok" ? `${health.variant} is ready${note}` : health.faults.join("; ");
    state.classList.toggle("bad", health.status !== "ok");
  } catch {
    state.textContent = "the service does not answer";
    state.classList.add("bad");
  }
}

clearPad();
start();
