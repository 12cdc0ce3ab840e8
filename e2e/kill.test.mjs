// kill -9 under chat load: nothing said is lost, nothing is there twice. KILLS sets how often (50 for the full proof).
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'

import { Server } from './server.mjs'

const KILLS = Number(process.env.KILLS ?? 8)
const CHATS = 20
const WORDS = ['租房子能不能提公积金', '小区门口路灯不亮', '在天童南路100号', '不留', '转人工', '你好', '失业金怎么领']
let server

before(async () => { server = await Server.fresh() })
after(() => server.end())

const pause = (ms) => new Promise((done) => { setTimeout(done, ms) })

/** Sends until the server has answered: the same client_id makes a resend the same message. */
async function insist(path, body) {
  for (let tries = 0; tries < 400; tries += 1) {
    try {
      const answer = await server.call('POST', path, body)
      if (answer.status < 500 && answer.status !== 429) return answer
    } catch {
      // The server is being killed or started.
    }
    await pause(50)
  }
  throw new Error(`no answer to ${path}`)
}

async function talk(chat, until) {
  let at = 0
  while (!until.stop) {
    const clientId = randomUUID()
    const text = WORDS[(chat.number + at) % WORDS.length]
    const answer = await insist(`/chats/${chat.token}/messages`, { client_id: clientId, text })
    assert.ok(answer.status < 300, `${answer.status}: ${JSON.stringify(answer.body)}`)
    chat.sent.push({ clientId, text })
    at += 1
    await pause(20 + Math.random() * 60)
  }
}

test(`${KILLS} times kill -9 under load`, { timeout: 3_000_000 }, async () => {
  const chats = []
  for (let number = 0; number < CHATS; number += 1) {
    const opened = await insist('/chats', {})
    chats.push({ number, token: opened.body.token, id: opened.body.contact_id, sent: [] })
  }
  const until = { stop: false }
  const talking = chats.map((chat) => talk(chat, until))
  for (let kill = 0; kill < KILLS; kill += 1) {
    await pause(200 + Math.random() * 900)
    await server.stop('SIGKILL')
    await server.start()
  }
  await pause(500)
  until.stop = true
  await Promise.all(talking)
  // What a killed process had claimed is taken up again when its lease ends: asked until all is at rest, at most 40 seconds.
  const login = await server.call('POST', '/session', { login: 'dispatcher1', password: 'minsheng-demo' })
  const cookie = login.headers.get('set-cookie').split(';')[0]
  const listed = async () => (await server.call('GET', '/tickets', undefined, { cookie })).body
  for (let second = 0; second < 40; second += 1) {
    await pause(1000)
    const bodies = await Promise.all(chats.map(async (chat) => (await server.call('GET', `/chats/${chat.token}`)).body))
    const open = bodies.filter((body) => ['seeking', 'filing'].includes(body.phase)).length
    const told = bodies.reduce((sum, body) => sum + body.tickets.length, 0)
    if (second >= 8 && open === 0 && told === (await listed()).total) break
  }

  let messages = 0
  let tickets = 0
  const numbers = new Set()
  for (const chat of chats) {
    const { body } = await server.call('GET', `/chats/${chat.token}`)
    const own = body.messages.filter((message) => message.author === 'citizen')
    assert.deepEqual(own.map((message) => message.client_id), chat.sent.map((message) => message.clientId), 'every message once, in order')
    const seqs = body.messages.map((message) => message.seq)
    assert.deepEqual(seqs, seqs.map((_, at) => at + 1), 'no gap in the transcript')
    assert.ok(!['seeking', 'filing'].includes(body.phase), `nothing hangs half way: ${body.phase}`)
    messages += own.length
    for (const number of body.tickets) {
      assert.ok(!numbers.has(number), `ticket ${number} belongs to one contact`)
      numbers.add(number)
      tickets += 1
    }
    const told = body.messages.filter((message) => message.kind === 'ticket').flatMap((message) => message.text.match(/YZ\d+/g) ?? [])
    for (const number of told) assert.ok(body.tickets.includes(number), `told ${number}, and it exists`)
  }
  const list = await listed()
  const strange = (list.items ?? []).filter((row) => !numbers.has(row.number)).map((row) => row.number)
  assert.deepEqual(strange, [], 'no ticket that nobody was told of')
  assert.equal(list.total, tickets, 'the desk sees exactly the tickets that citizens were told')
  console.log(`${KILLS} kills, ${chats.length} chats, ${messages} messages, ${tickets} tickets: none lost, none doubled`)
})
