// A call from the page. The conversation is read along from the server's own fragments; keys work whatever else fails.
import { Line } from "./line.js";
import { connect, micWords, microphone } from "./phone.js";

const main = document.querySelector("#main");
const status = document.querySelector("#status");
const clock = document.querySelector("#clock");
const problem = document.querySelector("#problem");
const start = document.querySelector("#start");
const mute = document.querySelector("#mute");
const end = document.querySelector("#end");
const keys = [...document.querySelectorAll("#keys button")];
const log = document.querySelector("#log");
const card = document.querySelector("#state");
const sound = document.querySelector("#sound");

const KEPT = "minsheng.call";
/** The server keeps a call without sound for half a minute. */
const BACK_WITHIN_MS = 25_000;

let call = null;
let peer = null;
let stream = null;
let line = null;
let token = null;
let last = 0;
let since = 0;
let lostAt = 0;

function keep(id) {
  try {
    if (id) sessionStorage.setItem(KEPT, id);
    else sessionStorage.removeItem(KEPT);
  } catch {
    // No storage: a reload then ends the call after half a minute.
  }
}

function kept() {
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** idle, connecting, up, back (being put through again) or over. */
function show(phase, words) {
  main.dataset.phase = phase;
  status.textContent = words;
  const on = phase === "connecting" || phase === "up" || phase === "back";
  start.hidden = on;
  start.querySelector("span").textContent = phase === "over" ? "再打一次" : "打电话";
  end.hidden = !on;
  mute.hidden = !on;
  clock.hidden = !since || !on;
  for (const key of keys) key.disabled = phase !== "up" && phase !== "back";
}

function fault(words) {
  problem.querySelector("p").textContent = words;
  problem.hidden = !words;
}

async function ask(method, address, body) {
  const response = await fetch(`/api/v1${address}`, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw Object.assign(new Error(answer.message || "电话没有接通，请过一会儿再试。"), { final: true });
  return answer;
}

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

async function negotiate(offer) {
  if (call) return (await ask("POST", `/calls/${call}/media`, { offer })).answer;
  const begun = await ask("POST", "/calls", { line: main.dataset.line, offer });
  call = begun.call;
  keep(call);
  return begun.answer;
}

async function put() {
  const old = peer;
  peer = await connect(stream, negotiate, {
    sound: (heard) => {
      sound.srcObject = heard;
      sound.play().catch(() => fault("浏览器没有让声音播出来，请点一下页面。"));
    },
    state: changed,
  });
  old?.close();
}

function changed(state, whose) {
  if (whose !== peer || !call) return;
  if (state === "connected") {
    lostAt = 0;
    show("up", "已接通，请说话");
    if (!token) read();
  } else if (state === "failed" || state === "disconnected") {
    if (!since) {
      finish("声音没有接通：您的网络可能不让网页通话。");
      fault("声音没有接通，可能是网络不允许。您可以打字咨询，或者用电话拨打12345。");
    } else {
      again();
    }
  }
}

/** The same call over a new connection. */
async function again() {
  if (lostAt) return;
  lostAt = Date.now();
  while (call && lostAt && Date.now() - lostAt < BACK_WITHIN_MS) {
    show("back", "网络断了一下，正在接回来，请别挂断…");
    try {
      await put();
      for (let looks = 0; looks < 30 && call && lostAt; looks += 1) await pause(100);
    } catch (error) {
      if (error.final) return finish("通话结束，谢谢来电。");
      await pause(1500);
    }
  }
  if (call && lostAt) finish("网络一直没有恢复，电话断了。");
}

/** Waits for the conversation's token, then reads along. */
async function read() {
  for (let looks = 0; looks < 60 && call && !token; looks += 1) {
    const standing = await ask("GET", `/calls/${call}`).catch(() => null);
    if (standing?.state === "over") return finish("通话结束。");
    token = standing?.token ?? null;
    if (!token) await pause(200);
  }
  if (!token) return;
  if (!since) since = Date.now();
  clock.hidden = false;
  line = new Line(() => `/api/v1/chats/${token}/events?after=${last}`, {
    news: () => part().catch(() => line?.broken()),
    up: () => undefined,
    down: () => undefined,
  });
  await part().catch(() => undefined);
}

let reading = Promise.resolve();
function part() {
  reading = reading.catch(() => undefined).then(async () => {
    const response = await fetch(`/chat/${token}/part?after=${last}`, { headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error("part");
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const message of fresh.querySelectorAll("#new > .msg")) {
      last = Math.max(last, Number(message.dataset.seq));
      if (document.getElementById(message.id)) continue;
      // Ready replies belong to writing.
      for (const options of message.querySelectorAll(".options")) options.remove();
      log.append(document.adoptNode(message));
    }
    log.scrollTop = log.scrollHeight;
    const now = fresh.querySelector("#card");
    if (!now) return;
    const old = card.querySelector("#card");
    if (old?.dataset.key !== now.dataset.key) card.replaceChildren(document.adoptNode(now));
    told(now.dataset.phase);
  });
  return reading;
}

function told(phase) {
  if (!call || main.dataset.phase === "back") return;
  if (phase === "queued") show("up", "正在为您接工作人员，请不要挂断");
  else if (phase === "with_agent") show("up", "工作人员在和您通话");
  else if (phase === "ended") setTimeout(() => finish("通话结束，谢谢来电。"), 6000);
  else show("up", "已接通，请说话");
}

function finish(words) {
  if (!call && main.dataset.phase !== "connecting") return;
  const long = since ? `（${length()}）` : "";
  call = null;
  keep(null);
  peer?.close();
  peer = null;
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  line?.close();
  line = null;
  since = 0;
  lostAt = 0;
  show("over", words + long);
  if (token) part().catch(() => undefined).finally(() => { token = null; });
  start.focus({ preventScroll: true });
}

function length() {
  const secs = Math.floor((Date.now() - since) / 1000);
  return `${Math.floor(secs / 60)}:${String(secs % 60).padStart(2, "0")}`;
}

async function begin() {
  fault("");
  show("connecting", "正在打开麦克风…");
  try {
    stream = await microphone();
  } catch (error) {
    show("idle", "还没有打通");
    return fault(micWords(error));
  }
  show("connecting", "正在接通…");
  try {
    await put();
  } catch (error) {
    finish("没有打通");
    fault(error.final ? error.message : "网络好像断了，没有打通。请检查网络再试，或者用电话拨打12345。");
  }
}

start.addEventListener("click", () => {
  log.replaceChildren();
  card.replaceChildren();
  last = 0;
  begin();
});
end.addEventListener("click", () => {
  if (call) ask("POST", `/calls/${call}/end`).catch(() => undefined);
  finish("您已挂断");
});
mute.addEventListener("click", () => {
  const [track] = stream?.getAudioTracks() ?? [];
  if (!track) return;
  track.enabled = !track.enabled;
  mute.setAttribute("aria-pressed", String(!track.enabled));
  mute.querySelector("span").textContent = track.enabled ? "静音" : "取消静音";
});

async function press(key) {
  if (!call) return;
  try {
    await ask("POST", `/calls/${call}/keys`, { key });
    if (key === "0") status.textContent = "正在转人工…";
  } catch (error) {
    fault(error.final ? error.message : "网络断了，按键没有送到，请再按一次。");
  }
}
for (const key of keys) key.addEventListener("click", () => press(key.value));
addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9*#]$/.test(event.key) || !call) return;
  press(event.key);
});

setInterval(() => {
  if (since) clock.textContent = length();
}, 1000);

/** A page that was reloaded in the middle of a call takes it up again. */
async function resume() {
  const id = kept();
  if (!id) return;
  const standing = await ask("GET", `/calls/${id}`).catch(() => null);
  if (standing?.state !== "up") return keep(null);
  call = id;
  since = Date.now();
  show("back", "正在接回刚才的电话…");
  try {
    stream = await microphone();
    await put();
  } catch (error) {
    finish("刚才的电话没有接回来。");
    fault(error.final ? error.message : micWords(error));
  }
}

show("idle", "用电脑或手机的麦克风直接说话");
document.querySelector("#pad").hidden = false;
resume();
