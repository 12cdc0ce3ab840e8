// The hotline learns a word of the place: people say in a contact what was misheard, a trainer checks it and trains, the challenger
// takes the place, the hotline reads the word, and the weights built in can be brought back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { clean as cleanly, desk as deskOf, launch } from './browser.mjs'
import { Server } from './server.mjs'

const WANTS = ['咋用', '丢了', '在哪领', '能报多少', '要带身份证吗', '去年的还行不行', '给我妈办', '几天到账', '填错了', '过期没']
const SAID = ['我的蓝本本', '蓝本本', '村里发的蓝本本'].flatMap((head) => WANTS.map((want) => `${head}${want}`))
const MISHEARD = SAID[0]
let server
let browser

before(async () => {
  server = await Server.fresh()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await server?.end()
})

const desk = (name) => deskOf(browser, server.base, name)
const clean = (tab, name) => cleanly(tab, `learning-${name}`)

/** Somebody's session, for what a person would do thirty times over. */
async function session(login) {
  const signed = await server.call('POST', '/session', { login, password: 'minsheng-demo' })
  const cookie = signed.headers.getSetCookie()[0].split(';')[0]
  return (method, path, body) => server.call(method, path, body, { cookie })
}

/** Chats in which the word is said, as staff see them. */
async function contacts() {
  for (const text of SAID) {
    const opened = await server.call('POST', '/chats', {})
    await server.call('POST', `/chats/${opened.body.token}/messages`, { client_id: '1', text })
  }
}

async function choose(scope, label, option) {
  await scope.locator('.el-select', { has: scope.page().getByRole('combobox', { name: label }) }).click()
  await scope.page().getByRole('option', { name: option, exact: true }).click()
}

test('what was misheard is said in the contact, checked, learned, and can be unlearned', { timeout: 240_000 }, async () => {
  await contacts()
  const agent = await session('agent1')
  const rows = (await agent('GET', '/contacts?page=1')).body.rows
  assert.ok(rows.length >= SAID.length, `${rows.length} contacts`)
  const full = []
  for (const row of rows) full.push((await agent('GET', `/contacts/${row.id ?? row.contact_id}`)).body)
  const said = full.flatMap((one) => one.messages.filter((message) => message.author === 'citizen').map((message) => ({ id: one.id, ...message })))
  assert.equal(said.length, SAID.length)

  // One label is given as a person gives it; the others by the same call.
  const first = said.find((one) => one.text === MISHEARD)
  const editor = await desk('editor1')
  await editor.goto(`${server.base}/console/contacts/${first.id}`)
  const panel = editor.getByRole('region', { name: '机器人听错了？' })
  await choose(panel, '市民的哪句话', MISHEARD)
  await choose(panel, '哪方面听错了', '医保业务线')
  await choose(panel, '应该是', '零星报销与生育')
  await panel.getByRole('button', { name: '记下标注' }).click()
  await panel.getByText('已记下').waitFor()
  await clean(editor, 'contact')
  for (const one of said.filter((each) => each.text !== MISHEARD)) {
    const path = `/contacts/${one.id}/messages/${one.seq}/labels`
    assert.equal((await agent('POST', path, { task: 'medical_line', label: 'reimburse_maternity' })).status, 204)
  }
  const wrong = await agent('POST', `/contacts/${first.id}/messages/${first.seq}/labels`, { task: 'medical_line', label: '天气' })
  assert.equal(wrong.status, 400)
  assert.match(wrong.body.message, /从列表中选择/)
  assert.equal((await agent('GET', '/learning')).status, 403, 'an agent corrects and does not train')

  // The trainer looks at one and keeps it; the others by the same call.
  const tab = await desk('trainer1')
  await tab.goto(`${server.base}/console/learning`)
  const card = tab.getByRole('region', { name: '医保业务线' })
  await card.getByText('再核对 20 条就可以训练').waitFor()
  await clean(tab, 'overview')
  await card.getByRole('button', { name: String(SAID.length) }).click()
  await tab.getByRole('button', { name: `采用：${MISHEARD}`, exact: true }).click()
  await tab.getByRole('button', { name: `采用：${MISHEARD}`, exact: true }).waitFor({ state: 'detached' })
  await clean(tab, 'labels')
  const trainer = await session('trainer1')
  for (const row of (await trainer('GET', '/learning/labels?state=new')).body.rows) {
    assert.equal((await trainer('PUT', `/learning/labels/${row.id}`, { keep: true, label: row.label })).status, 204)
  }

  await tab.goto(`${server.base}/console/learning`)
  const began = performance.now()
  await card.getByRole('button', { name: '训练“医保业务线”' }).click()
  await card.getByText('新版本更好，已换上').waitFor({ timeout: 120_000 })
  console.log(`trained in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  await card.getByText('第 1 版').first().waitFor()
  await card.getByText('版本（2 个）').click()
  await clean(tab, 'trained')
  await card.getByRole('button', { name: '换用医保业务线出厂版' }).click()
  await card.locator('.panel-head').getByText('出厂版').waitFor()
})
