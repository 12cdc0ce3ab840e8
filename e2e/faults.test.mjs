// Faults of telephone calls, with sipp as the callers: many short calls leave nothing behind; a flood from strangers harms
// nobody; kill -9 under calls: new calls at once, and whoever was cut off is called back. LEAK_CALLS=10000 for the full proof.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { Server, freePort } from './server.mjs'
import { callers, flood, held, installed } from './sipp.mjs'

const LEAK_CALLS = Number(process.env.LEAK_CALLS ?? 1500)
const LEAK_RATE = Number(process.env.LEAK_RATE ?? 40)
const CUT_CALLS = Number(process.env.CUT_CALLS ?? 200)
const skip = installed ? false : 'sipp is not installed'
let server
let sip
let cookie

before(async () => {
  if (skip) return
  sip = await freePort()
  server = await Server.fresh((folder) => ({
    MINSHENG_VOICE__SIP_ADDRESS: `127.0.0.1:${sip}`,
    MINSHENG_VOICE__TRUNKS: '["127.0.0.1"]',
    MINSHENG_VOICE__RTP_FROM: '20000',
    MINSHENG_VOICE__RTP_TO: '23998',
    MINSHENG_VOICE__MAX_CALLS: '1000',
    MINSHENG_VOICE__RECORDINGS_DIR: join(folder, 'recordings'),
    MINSHENG_VOICE__PROMPTS_DIR: join(folder, 'prompts'),
  }))
})
after(() => server?.end())

const pause = (ms) => new Promise((done) => { setTimeout(done, ms) })

async function staff() {
  if (!cookie) {
    const login = await server.call('POST', '/session', { login: 'supervisor1', password: 'minsheng-demo' })
    cookie = login.headers.get('set-cookie').split(';')[0]
  }
  return { cookie }
}
const total = async (query) => (await server.call('GET', `/contacts?${query}`, undefined, await staff())).body.total

/** Waits until something holds; what it last was is told when it never does. */
async function until(what, look, holds, seconds = 60) {
  let last
  for (let tries = 0; tries < seconds * 4; tries += 1) {
    last = await look()
    if (holds(last)) return last
    await pause(250)
  }
  return assert.fail(`never: ${what}; ${JSON.stringify(last)}`)
}

test('many short calls leave nothing behind', { skip, timeout: 3_000_000 }, async () => {
  const warm = await callers(sip, { calls: Math.min(300, LEAK_CALLS), rate: LEAK_RATE, ms: 500 }).done
  assert.equal(warm.failed, 0)
  await pause(36_000)
  const before = held(server.child.pid)
  const many = await callers(sip, { calls: LEAK_CALLS, rate: LEAK_RATE, ms: 500, timeout: 2_400 }).done
  // Transactions are kept for half a minute after their end (RFC 3261), and their memory with them.
  await pause(36_000)
  const after = held(server.child.pid)
  console.log(JSON.stringify({ calls: many.ok, failed: many.failed, retransmissions: many.again, answer: many.answer, before, after }))
  assert.equal(many.failed, 0)
  assert.equal(many.ok, LEAK_CALLS)
  assert.ok(after.fds <= before.fds + 4, 'sockets and files')
  assert.ok(after.threads <= before.threads + 2, 'threads')
  const open = await until('all contacts have ended', () => total('phase=open'), (left) => left === 0).catch(() => null)
  console.log(JSON.stringify({ open }))
})

test('a flood from strangers does not keep callers out', { skip, timeout: 300_000 }, async () => {
  const strangers = flood(sip, '127.0.0.2')
  await pause(500)
  const during = await callers(sip, { calls: 50, rate: 5, ms: 2_000 }).done
  strangers.stop()
  console.log(JSON.stringify({ strangers: strangers.sent, refused: strangers.refused, calls: during }))
  assert.ok(strangers.sent > 5_000)
  assert.equal(during.failed, 0)
  assert.equal(during.ok, 50)
  await pause(2_000)
  assert.equal((await callers(sip, { calls: 5, rate: 5, ms: 500 }).done).ok, 5)
})

test(`kill -9 under ${CUT_CALLS} calls: new calls at once, and those who were cut off are called back`, { skip, timeout: 300_000 }, async () => {
  const earlier = await total('outcome=callback')
  const cut = callers(sip, { calls: CUT_CALLS, rate: 40, ms: 120_000 })
  await until('all are in', () => total('phase=queued'), (queued) => queued >= CUT_CALLS)
  await server.stop('SIGKILL')
  cut.child.kill('SIGKILL')
  const killed = Date.now()
  await server.start()
  const up = Date.now()
  const fresh = await callers(sip, { calls: 5, rate: 5, ms: 1_000 }).done
  assert.equal(fresh.ok, 5, 'calls at once')
  const back = await until('all are to be called back', () => total('outcome=callback'), (now) => now >= earlier + CUT_CALLS, 100)
  console.log(JSON.stringify({ cut: CUT_CALLS, restart_ms: up - killed, fresh, called_back: back - earlier, made_good_ms: Date.now() - up }))
})
