// The chat, where scripts run: sends without leaving the page, shows what arrives at once, keeps every word typed.
// Without this file the page is a plain form. All markup comes from the server; nothing here builds HTML from words.

import { Keep } from "./keep.js";
import { Line } from "./line.js";

const main = document.querySelector("main.chat");
const log = document.querySelector("#log");
const scroll = document.querySelector(".scroll");
const waiting = document.querySelector("#waiting");
const banner = document.querySelector("#banner");
const form = document.querySelector("#say");
const box = document.querySelector("#text");

let token = main.dataset.token;
let last = Number(card()?.dataset.last ?? 0);
let keep = new Keep(token);
let line = null;
let pending = 0;

function card() {
  return document.querySelector("#card");
}

// ---- showing -------------------------------------------------------------------------------------------------------

// What is new is scrolled to, unless the reader has scrolled back to read something.
let following = true;
let before = 0;
scroll.addEventListener("scroll", () => {
  const left = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight;
  if (left < 160) following = true;
  else if (scroll.scrollTop < before - 4) following = false;
  before = scroll.scrollTop;
});

/** To the end, or to the beginning of a message that is longer than the window. */
function toEnd(first) {
  following = true;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const end = scroll.scrollHeight - scroll.clientHeight;
  const top = first ? first.getBoundingClientRect().top - scroll.getBoundingClientRect().top + scroll.scrollTop - 10 : end;
  scroll.scrollTo({ top: Math.min(end, top), behavior: calm ? "auto" : "smooth" });
}

/** Takes a fragment of the server: messages not shown yet, and how the chat stands. */
function take(html) {
  const part = new DOMParser().parseFromString(html, "text/html");
  const follow = following;
  let first = null;
  for (const message of part.querySelectorAll("#new > .msg")) {
    const seq = Number(message.dataset.seq);
    const mine = message.dataset.cid;
    const shown = document.getElementById(message.id);
    const guess = mine && log.querySelector(`[data-guess="${CSS.escape(mine)}"]`);
    if (shown) {
      guess?.remove();
    } else if (guess) {
      guess.replaceWith(document.adoptNode(message));
    } else {
      log.append(document.adoptNode(message));
      first ??= mine ? null : message;
    }
    if (mine) keep.sent(mine);
    last = Math.max(last, seq);
  }
  // What waits to be sent stays below what has arrived.
  for (const guess of log.querySelectorAll("[data-guess]")) log.append(guess);
  const fresh = part.querySelector("#card");
  const old = card();
  if (fresh && old && (fresh.dataset.key !== old.dataset.key)) {
    const person = fresh.dataset.person === "1";
    old.replaceWith(document.adoptNode(fresh));
    const button = form?.querySelector("button.person");
    if (button) button.hidden = person;
    if (fresh.dataset.phase === "ended") ended();
  }
  if (follow) toEnd(first);
}

function ended() {
  if (form) {
    if (box.value.trim()) keep.draft(box.value);
    form.hidden = true;
  }
  line?.close();
  rating();
}

/** Shows the citizen's words at once, marked as on their way. */
function guess(item) {
  const old = log.querySelector(`[data-guess="${CSS.escape(item.id)}"]`);
  if (old) return old;
  const message = document.createElement("div");
  message.className = "msg me text sending";
  message.dataset.guess = item.id;
  const who = document.createElement("p");
  who.className = "who";
  who.textContent = "我";
  const bubble = document.createElement("div");
  bubble.className = "bubble";
  const words = document.createElement("p");
  words.className = "words";
  words.dir = "auto";
  words.textContent = item.key ? "转人工" : item.text;
  bubble.append(words);
  const fate = document.createElement("p");
  fate.className = "fate";
  fate.textContent = "发送中…";
  message.append(who, bubble, fate);
  log.append(message);
  toEnd();
  return message;
}

function failed(item, words) {
  const message = guess(item);
  message.classList.remove("sending");
  message.classList.add("failed");
  const fate = message.querySelector(".fate");
  fate.textContent = `${words} `;
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "重发";
  again.addEventListener("click", () => {
    message.classList.remove("failed");
    message.classList.add("sending");
    fate.textContent = "发送中…";
    send(item);
  });
  const back = document.createElement("button");
  back.type = "button";
  back.textContent = "改一改";
  back.addEventListener("click", () => {
    keep.sent(item.id);
    message.remove();
    if (item.text) {
      box.value = box.value ? `${item.text}\n${box.value}` : item.text;
      keep.draft(box.value);
      grow();
    }
    box.focus();
  });
  fate.append(again);
  if (item.text) fate.append(back);
}

function say(words) {
  banner.textContent = words;
  banner.hidden = !words;
}

// ---- sending -------------------------------------------------------------------------------------------------------

function mark() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Plain http has no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

async function post(address, body) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.ok) return response.status === 204 ? null : response.json();
  let words = "没发出去。";
  try {
    words = (await response.json()).message || words;
  } catch {
    // Not from our program: a proxy in between.
  }
  throw Object.assign(new Error(words), { final: true });
}

async function open() {
  if (token) return;
  const start = { elder: main.dataset.elder === "1" };
  if (main.dataset.line) start.line = main.dataset.line;
  const chat = await post("/api/v1/chats", start);
  token = chat.token;
  main.dataset.token = token;
  keep = keep.moveTo(token);
  history.replaceState(null, "", `/chat/${token}`);
  form.action = `/chat/${token}/say`;
  document.querySelector("#link").value = location.href;
  document.querySelector("#end").formAction = `/chat/${token}/end`;
  document.querySelector("details.more").hidden = false;
  document.querySelector(".resume")?.remove();
  listen();
}

let turn = Promise.resolve();

/** Sends one thing after another, in the order they were written. */
function send(item) {
  turn = turn.then(() => deliver(item));
  return turn;
}

async function deliver(item) {
  guess(item);
  pending += 1;
  const slow = setTimeout(() => {
    waiting.hidden = false;
    if (following) toEnd();
  }, 500);
  try {
    await open();
    const body = { client_id: item.id };
    if (item.key) body.key = item.key;
    else body.text = item.text;
    await post(`/api/v1/chats/${token}/messages`, body);
    keep.sent(item.id);
    await read();
    log.querySelector(`[data-guess="${CSS.escape(item.id)}"]`)?.remove();
    say("");
  } catch (error) {
    failed(item, error.final ? error.message : "网络断了，没发出去，内容已经留住。");
    if (!error.final) say("网络好像断了。您写的都留着，连上后自动发出。");
  } finally {
    clearTimeout(slow);
    pending -= 1;
    if (pending === 0) waiting.hidden = true;
  }
}

// ---- receiving -----------------------------------------------------------------------------------------------------

let reading = null;
let more = false;

/** Reads what is new; calls that come while one is under way are joined into one more. */
function read() {
  if (reading) {
    more = true;
    return reading;
  }
  reading = (async () => {
    do {
      more = false;
      const response = await fetch(`/chat/${token}/part?after=${last}`, { headers: { Accept: "text/html" } });
      if (!response.ok) throw new Error("part");
      take(await response.text());
    } while (more);
  })().finally(() => {
    reading = null;
  });
  return reading;
}

function listen() {
  line?.close();
  line = new Line(() => `/api/v1/chats/${token}/events?after=${last}`, {
    news: () => read().catch(() => line.broken()),
    up: () => {
      if (navigator.onLine) say("");
    },
    down: () => say("正在重新连接，您可以接着写，不会丢。"),
  });
}

addEventListener("online", () => {
  say("");
  if (token) line?.again();
  for (const item of keep.waiting()) {
    if (log.querySelector(`[data-guess="${CSS.escape(item.id)}"].failed`)) {
      log.querySelector(`[data-guess="${CSS.escape(item.id)}"]`).remove();
      send(item);
    }
  }
});
addEventListener("offline", () => say("网络断了。您可以接着写，连上后自动发出。"));

// ---- writing -------------------------------------------------------------------------------------------------------

function grow() {
  if (CSS.supports("field-sizing", "content")) return;
  box.style.setProperty("height", "auto");
  box.style.setProperty("height", `${Math.min(box.scrollHeight + 4, innerHeight * 0.4)}px`);
}

function queueUp(item) {
  keep.add(item);
  send(item);
}

function submit(button) {
  const text = box.value.trim();
  if (button?.name === "pick") {
    queueUp({ id: mark(), text: button.value });
    box.focus();
    return;
  }
  if (text) {
    queueUp({ id: mark(), text });
    box.value = "";
    keep.draft("");
    grow();
  }
  if (button?.name === "key") queueUp({ id: mark(), key: button.value });
  box.focus({ preventScroll: true });
}

function writing() {
  const draft = keep.draft();
  if (draft && !box.value) box.value = draft;
  grow();
  box.addEventListener("input", () => {
    keep.draft(box.value);
    grow();
  });
  box.addEventListener("keydown", (event) => {
    const finger = matchMedia("(pointer: coarse)").matches;
    // Enter that picks a word of the input method (isComposing, or 229 in Safari) sends nothing.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229 || finger) return;
    event.preventDefault();
    submit(null);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.id === "end") return;
    event.preventDefault();
    submit(event.submitter);
  });
  const copy = document.querySelector("#copy");
  if (copy) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      const link = document.querySelector("#link");
      try {
        await navigator.clipboard.writeText(link.value);
      } catch {
        link.select();
        document.execCommand("copy");
      }
      copy.textContent = "已复制";
    });
  }
}

function rating() {
  const rate = document.querySelector("#rate");
  rate?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const stars = rate.elements.stars.value;
    const solved = rate.elements.solved.value;
    const note = rate.querySelector(".error") ?? document.createElement("p");
    note.className = "error";
    note.setAttribute("role", "alert");
    if (!stars || !solved) {
      note.textContent = "请选一下满意程度和问题是否解决。";
      rate.prepend(note);
      return;
    }
    try {
      await post(`/api/v1/chats/${token}/rating`, {
        stars: Number(stars),
        solved: solved === "true",
        words: rate.elements.words.value || null,
      });
      const thanks = document.createElement("p");
      thanks.className = "thanks";
      thanks.setAttribute("role", "status");
      thanks.textContent = "谢谢，您的评价我们收到了。";
      rate.replaceWith(thanks);
    } catch (error) {
      note.textContent = error.final ? error.message : "网络断了，评价没有提交，请再点一次。";
      rate.prepend(note);
    }
  });
}

// ---- beginning -----------------------------------------------------------------------------------------------------

if (form) writing();
rating();
scroll.scrollTop = scroll.scrollHeight;
if (token && card()?.dataset.phase !== "ended") listen();
// What was on its way when the page was closed or reloaded is sent now; the server counts it once.
for (const item of keep.waiting()) send(item);
