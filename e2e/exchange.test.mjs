// Exchange with other systems: a public Open311 client library files, lists and follows; a platform that refuses leaves letters, which
// an administrator drops or sends again in the console, and a day is compared with it.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'

import { clean as cleanly, desk as deskOf, launch } from './browser.mjs'
import { Server } from './server.mjs'

const scripts = resolve(import.meta.dirname, '../scripts')
const KEY = 'a-key-of-the-test'
const platform = { refusing: true, taken: new Map(), server: null }
let server
let browser

/** The platform above: takes or refuses messages, and lists what it took. */
function listen() {
  platform.server = createServer((request, response) => {
    let body = ''
    request.on('data', (bytes) => { body += bytes })
    request.on('end', () => {
      const answer = (status, value) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
      if (request.url.startsWith('/up/journal')) {
        const messages = [...platform.taken].map(([id, text]) => ({
          id, direction: 'in', kind: JSON.parse(text).kind, digest: createHash('sm3').update(text).digest('hex'),
        }))
        answer(200, { day: '', messages })
      } else if (platform.refusing) answer(422, {})
      else {
        const { id } = JSON.parse(body)
        const repeated = platform.taken.has(id)
        platform.taken.set(id, body)
        answer(200, { number: `P-${id}`, repeated })
      }
    })
  })
  return new Promise((done) => { platform.server.listen(0, '127.0.0.1', () => done(platform.server.address().port)) })
}

before(async () => {
  const port = await listen()
  server = await Server.fresh((folder) => {
    const secret = join(folder, 'platform.key')
    writeFileSync(secret, '00112233445566778899aabbccddeeff')
    writeFileSync(join(folder, 'exchange.yaml'), `
peer: {name: 省统一平台, code: province, url: "http://127.0.0.1:${port}/up", site: "330212", secret_file: "${secret}", timeout_secs: 3}
push: {tickets: all}
ticket:
  - {from: number, to: caseNo, required: true}
  - {from: title, to: caseTitle, required: true, most: 60}
event:
  - {from: number, to: caseNo, required: true}
  - {from: state, to: status}
open311:
  jurisdiction: test.cn
  keys: [{name: 城市管理App, sm3: "${createHash('sm3').update(KEY).digest('hex')}"}]
`)
    return { MINSHENG_EXCHANGE__FILE: join(folder, 'exchange.yaml') }
  })
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await server?.end()
  platform.server?.close()
})

const desk = (name) => deskOf(browser, server.base, name)
const clean = (tab, name) => cleanly(tab, `exchange-${name}`)

/** A Python with the client libraries: the one given, or one made for the test. Nothing when their registry is out of reach. */
function python(folder) {
  if (process.env.OPEN311_PYTHON) return process.env.OPEN311_PYTHON
  const made = join(folder, 'bin/python')
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', join(scripts, 'open311-client.txt')]
  if (spawnSync('python3', ['-m', 'venv', folder]).status !== 0 || !existsSync(made)) return null
  const done = spawnSync(made, install, { encoding: 'utf8', timeout: 180_000 })
  if (done.status === 0) return made
  // Only a registry out of reach is excused.
  const away = /ConnectionError|NewConnectionError|Failed to establish|Temporary failure|timed out|No matching distribution/.test(done.stderr ?? '') || done.error
  assert.ok(away, done.stderr)
  return null
}

test('a public client library files, lists and follows requests', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'minsheng-open311-'))
  try {
    const with_ = python(folder)
    if (!with_) return t.skip('the registry of the Open311 client libraries is out of reach')
    const told = execFileSync(with_, [join(scripts, 'open311-client.py'), `${server.base}/open311/v2`, KEY, 'test.cn'], { encoding: 'utf8', env: { ...process.env, NO_PROXY: '*', no_proxy: '*' } })
    assert.match(told, /filed .*listed by page, followed, added to/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('what the platform refused is dropped or sent again by the administrator, and the day is compared', async () => {
  const services = await (await fetch(`${server.base}/open311/v2/services.json`)).json()
  for (const nth of [1, 2, 3]) {
    const form = new URLSearchParams({
      api_key: KEY, service_code: services[0].service_code, description: `第${nth}处井盖破损`, address_string: '中河街道',
    })
    assert.equal((await fetch(`${server.base}/open311/v2/requests.json`, { method: 'POST', body: form })).status, 201)
  }

  const manager = await desk('manager1')
  await manager.getByRole('link', { name: '管理' }).click()
  await manager.getByRole('link', { name: '对外交换' }).click()
  await manager.getByRole('cell', { name: '省统一平台' }).first().waitFor()
  await manager.getByRole('cell', { name: '城市管理App' }).waitFor()
  await manager.getByRole('table', { name: '没有送达的消息' }).getByText('状态422').first().waitFor({ timeout: 30_000 })
  assert.equal(await manager.getByRole('button', { name: /重新发送/ }).count(), 0, 'a manager looks, and does not settle')
  await clean(manager, 'manager')

  const admin = await desk('admin')
  await admin.goto(`${server.base}/console/admin/exchange`)
  const letters = admin.getByRole('table', { name: '没有送达的消息' })
  await letters.getByText('状态422').first().waitFor({ timeout: 30_000 })
  await clean(admin, 'letters')

  await letters.getByRole('button', { name: /^不再发送/ }).first().click()
  assert.ok(await admin.getByRole('button', { name: '确认不再发送' }).isDisabled(), 'not without a reason')
  await admin.getByLabel('不再发送的原因').fill('对方要求改由电话告知')
  await clean(admin, 'dropping')
  await admin.getByRole('button', { name: '确认不再发送' }).click()
  await admin.getByText('已放弃，原因记入审计。').waitFor()

  platform.refusing = false
  await letters.getByRole('button', { name: /^重新发送/ }).first().click()
  await admin.getByText('已放回等待发送').waitFor()
  const all = admin.getByRole('button', { name: '全部重新发送' })
  await all.click()
  await admin.getByText('没有要处理的消息').waitFor()
  await admin.getByText('都已送达').waitFor({ timeout: 60_000 })
  assert.ok(platform.taken.size >= 2, `${platform.taken.size} taken`)

  await admin.getByLabel('看哪些消息').selectOption('dropped')
  await admin.getByText('对方要求改由电话告知').waitFor()
  await admin.getByRole('button', { name: '对账', exact: true }).click()
  await admin.getByText('全部一致').waitFor()
  // The platform loses one and has another otherwise.
  const [first, second] = platform.taken.keys()
  platform.taken.delete(first)
  platform.taken.set(second, platform.taken.get(second).replace('}', ' }'))
  await admin.getByRole('button', { name: '对账', exact: true }).click()
  await admin.getByText('只有我方有').waitFor()
  await admin.getByText('双方内容不同').waitFor()
  await clean(admin, 'compared')
})
