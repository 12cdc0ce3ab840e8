import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { parse } from 'yaml'

export class Refusal extends Error {
  constructor(status, code, message) {
    super(message)
    this.status = status
    this.code = code
  }
}

export const PACK = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'packs', 'starter')
export const readYaml = (...path) => parse(readFileSync(join(PACK, ...path), 'utf8'))
export const readText = (...path) => readFileSync(join(PACK, ...path), 'utf8')
export const listDir = (...path) => readdirSync(join(PACK, ...path))

export const now = () => Date.now() * 1000
export const ago = (secs) => now() - Math.round(secs) * 1_000_000
export const pick = (list, index) => list[Math.abs(index) % list.length]

export async function readBody(req) {
  const chunks = []
  for await (const chunk of req) chunks.push(chunk)
  const raw = Buffer.concat(chunks)
  if ((req.headers['content-type'] ?? '').startsWith('multipart/form-data')) return { multipart: raw, type: req.headers['content-type'] }
  const text = raw.toString('utf8')
  return text ? JSON.parse(text) : {}
}

/** A live stream: returns a function that sends one event. */
export function stream(req, res, onClose) {
  res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
  res.write(': ok\n\n')
  const beat = setInterval(() => res.write(': alive\n\n'), 15_000)
  req.on('close', () => { clearInterval(beat); onClose() })
  return (name, data) => res.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
}

export function paged(rows, query, size = 50) {
  const page = Math.max(1, Number(query.get('page') ?? 1))
  return { rows: rows.slice((page - 1) * size, page * size), total: rows.length }
}

const audits = []
export function record(who, action, object, detail = '') {
  audits.unshift({ seq: audits.length + 1, at_us: now(), actor: who.login ? `staff:${who.login}` : String(who), action, object, detail })
}
export const auditRows = audits
