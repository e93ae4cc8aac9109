// Shows the newest calls, and places one when the form is sent.
const form = document.forms[0];
const list = document.querySelector("ol");
const told = document.querySelector("[role=alert]");
let last = "";

function line(text, kind) {
  const made = document.createElement("p");
  made.textContent = text;
  made.className = kind;
  return made;
}

function row(call) {
  const item = document.createElement("li");
  item.dataset.state = call.state;
  const at = new Date(call.at).toLocaleTimeString();
  const heard = call.caller_heard ? `; caller heard ${call.caller_heard}, agent heard ${call.agent_heard}` : "";
  item.append(
    line(call.sentence, ""),
    line(`${at}  ${call.address} called ${call.number}@${call.domain}${heard}`, "meta"),
  );
  return item;
}

async function show() {
  const text = await (await fetch("calls")).text();
  if (text === last) return;
  last = text;
  list.replaceChildren(...JSON.parse(text).calls.map(row));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const asked = Object.fromEntries(new FormData(form));
  asked.talk_seconds = Number(asked.talk_seconds);
  const headers = { "content-type": "application/json" };
  const answer = await fetch("calls", { method: "POST", headers, body: JSON.stringify(asked) });
  told.textContent = answer.ok ? "" : (await answer.json()).detail;
  await show();
});

async function look() {
  try {
    await show();
  } catch {
    told.textContent = "The demo does not answer any more.";
  }
}
setInterval(look, 500);
look();
