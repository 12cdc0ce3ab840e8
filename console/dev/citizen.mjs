// A citizen for trying the desk on the real server: `node dev/citizen.mjs "第一句" "转人工"`. BASE as for shots.mjs.

import { randomUUID } from 'node:crypto'
import { pathToFileURL } from 'node:url'

const base = process.env.BASE ?? 'http://127.0.0.1:8080'

async function call(method, path, body) {
  const response = await fetch(`${base}/api/v1${path}`, { method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text ? JSON.parse(text) : undefined
}

export const say = (chat, text) => call('POST', `/chats/${chat.token}/messages`, { client_id: randomUUID(), text })
export const end = (chat) => call('POST', `/chats/${chat.token}/end`)

export async function visit(...words) {
  const chat = await call('POST', '/chats', {})
  for (const one of words) await say(chat, one)
  return chat
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const chat = await visit(...process.argv.slice(2))
  const seen = await call('GET', `/chats/${chat.token}?after=0`)
  for (const one of seen.messages) console.log(`${one.author}: ${one.text}`)
  console.log(seen.phase, seen.queue)
}
