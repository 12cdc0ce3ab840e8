// A stand-in for the server while the console is developed: docs/api.md with the starter pack's data, kept in memory.
// Not part of the product. `node dev/mock.mjs [port]`, then `npm run dev`, or open /console/ on this port after a build.

import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

import { adminRoutes } from './mock/admin.mjs'
import { deskRoutes } from './mock/desk.mjs'
import { libraryRoutes } from './mock/library.mjs'
import { ticketRoutes } from './mock/tickets.mjs'
import { Refusal, readBody } from './mock/kit.mjs'
import { permissionsOf, ROLE_WORDS, sessions, staff } from './mock/people.mjs'

const port = Number(process.argv[2] ?? 8999)
const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist')
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
const CSP = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
  + "connect-src 'self'; worker-src 'self' blob:; media-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const routes = [...sessionRoutes(), ...deskRoutes(), ...ticketRoutes(), ...libraryRoutes(), ...adminRoutes()]

function sessionRoutes() {
  return [
    ['POST', '/session', async ({ body, res }) => {
      const found = staff.find((one) => one.login === body.login && !one.disabled)
      if (!found || body.password !== found.password) throw new Refusal(401, 'unauthenticated', '账号或密码不对，还可以试 4 次。')
      const token = Math.random().toString(36).slice(2)
      sessions.set(token, found)
      res.setHeader('Set-Cookie', `ms_session=${token}; HttpOnly; SameSite=Strict; Path=/`)
      return me(found)
    }, { open: true }],
    ['GET', '/session', ({ who }) => me(who)],
    ['DELETE', '/session', ({ token }) => { sessions.delete(token) }],
  ]
}

const me = (one) => ({
  id: one.id, login: one.login, name: one.name, role: one.role, role_words: ROLE_WORDS[one.role], permissions: permissionsOf(one.role),
  scope: one.scope, skills: one.skills,
})

function match(pattern, path) {
  const a = pattern.split('/')
  const b = path.split('/')
  if (a.length !== b.length) return null
  const params = {}
  for (let i = 0; i < a.length; i += 1) {
    if (a[i].startsWith(':')) params[a[i].slice(1)] = decodeURIComponent(b[i])
    else if (a[i] !== b[i]) return null
  }
  return params
}

async function api(req, res, url) {
  const path = url.pathname.slice('/api/v1'.length)
  for (const [method, pattern, handle, options = {}] of routes) {
    if (method !== req.method) continue
    const params = match(pattern, path)
    if (!params) continue
    const token = /ms_session=([^;]+)/.exec(req.headers.cookie ?? '')?.[1]
    const who = sessions.get(token)
    if (!who && !options.open) throw new Refusal(401, 'unauthenticated', '请先登录。')
    if (method !== 'GET' && req.headers['x-requested-with'] !== 'minsheng') throw new Refusal(403, 'forbidden', '请求缺少校验头。')
    const body = method === 'GET' ? undefined : await readBody(req)
    const answer = await handle({ req, res, params, query: url.searchParams, body, who, token })
    if (res.headersSent || options.stream) return
    if (answer === undefined) { res.writeHead(204).end(); return }
    res.writeHead(options.status ?? 200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end(JSON.stringify(answer))
    return
  }
  throw new Refusal(404, 'not_found', `没有这个接口：${req.method} ${path}`)
}

function page(res, url) {
  const rest = normalize(url.pathname.replace(/^\/console\/?/, ''))
  let file = join(dist, rest)
  if (!file.startsWith(dist) || !existsSync(file) || statSync(file).isDirectory()) file = join(dist, 'index.html')
  if (!existsSync(file)) { res.writeHead(404).end('run npm run build first'); return }
  res.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': CSP })
  createReadStream(file).pipe(res)
}

createServer((req, res) => {
  const url = new URL(req.url, 'http://localhost')
  if (!url.pathname.startsWith('/api/v1/')) { page(res, url); return }
  api(req, res, url).catch((cause) => {
    const refusal = cause instanceof Refusal ? cause : new Refusal(500, 'internal', `模拟服务出错：${cause.message}`)
    if (!(cause instanceof Refusal)) console.error(cause)
    if (!res.headersSent) res.writeHead(refusal.status, { 'Content-Type': 'application/json' })
    res.end(JSON.stringify({ code: refusal.code, message: refusal.message }))
  })
}).listen(port, () => console.log(`mock on http://127.0.0.1:${port}/console/`))
