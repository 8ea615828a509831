// Three comforts; every page works without them. A PDF is judged when it is chosen or dropped, a name is asked only for
// another document, and taking something back is asked twice.
"use strict";

for (const drop of document.querySelectorAll(".drop")) {
  const input = drop.querySelector("input"), said = drop.querySelector(".check");
  let turn = 0;
  const tell = (text, kind) => { said.textContent = text; said.className = "check " + kind; };

  input.addEventListener("change", async () => {
    const mine = ++turn, file = input.files[0];
    if (!file) { tell("", ""); return; }
    if (file.size > 24 * 1024 * 1024) { tell("Dit bestand is te groot: hoogstens 24 MB.", "bad"); return; }
    tell("We kijken het document na …", "");
    try {
      const answer = await fetch("/balie/nakijken", {
        method: "POST", body: file, headers: { "Content-Type": "application/pdf", "X-Word": drop.dataset.word },
      });
      const found = await answer.json();
      if (mine === turn) tell(found.sentence, found.good ? "good" : "bad");
    } catch {
      if (mine === turn) tell("Nakijken lukt nu niet. Bij het klaarleggen proberen we het opnieuw.", "bad");
    }
  });

  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
  });
}

for (const field of document.querySelectorAll("[data-only-for]")) {
  const choice = document.getElementById("product"), input = field.querySelector("input");
  const show = () => {
    field.hidden = choice.value !== field.dataset.onlyFor;
    input.required = !field.hidden;
  };
  choice.addEventListener("change", show);
  show();
}

for (const form of document.querySelectorAll("[data-sure]")) {
  form.addEventListener("submit", (event) => { if (!confirm(form.dataset.sure)) event.preventDefault(); });
}

document.querySelector(".alert")?.scrollIntoView({ block: "nearest" });
