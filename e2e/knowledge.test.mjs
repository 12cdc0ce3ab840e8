// Knowledge kept by two people, in a real browser: what citizens ask without an answer becomes a draft, a second person passes it, and
// the next citizen is answered; a citizen's "this is wrong" lands on the list and is dealt with.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { clean as cleanly, desk as deskOf, launch } from './browser.mjs'
import { Server } from './server.mjs'

const ASKED = ['热气球表演场地怎么申请备案', '热气球表演的场地怎么备案', '热气球表演场地申请备案找谁']
let server
let browser

before(async () => {
  server = await Server.fresh()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await server.end()
})

const desk = (name) => deskOf(browser, server.base, name)
const clean = (tab, name) => cleanly(tab, `knowledge-${name}`)

async function chat(words) {
  const opened = await server.call('POST', '/chats', {})
  const said = await server.call('POST', `/chats/${opened.body.token}/messages`, { client_id: '1', text: words })
  return JSON.stringify(said.body)
}

test('a question without an answer becomes an answer in use, by two people', async () => {
  for (const words of ASKED) await chat(words)
  const writer = await desk('editor1')
  await writer.goto(`${server.base}/console/library/gaps`)
  const card = writer.locator('article', { hasText: '热气球' }).first()
  await card.waitFor()
  await clean(writer, 'gaps')
  await card.getByRole('button', { name: '起草答案' }).click()
  await writer.waitForURL(/drafts\/\d+$/)
  await writer.getByLabel('标题').fill('热气球表演场地备案')
  await writer.getByLabel(/^答案：/).fill('热气球表演的场地要提前十五日向当地体育部门备案，带场地图和安全方案。')
  await writer.getByLabel('条文').first().fill('热气球表演场地应当提前十五日备案。')
  await writer.getByLabel(/出处|法律、法规/).first().fill('热气球运动管理办法')
  await writer.getByRole('button', { name: /保存草稿/ }).click()
  await writer.getByText('有未保存的修改').waitFor({ state: 'detached' })
  await writer.getByRole('button', { name: '提交审核' }).click()
  await writer.getByText('待审核').first().waitFor()
  await writer.getByText('自己写的内容要由另一位同事审核').waitFor()
  const address = writer.url()

  const reviewer = await desk('editor2')
  await reviewer.goto(address)
  await reviewer.getByText('受影响的测试问题都答得对，可以发布。').waitFor({ timeout: 20000 })
  await clean(reviewer, 'review')
  await reviewer.getByRole('button', { name: '通过并发布' }).click()
  await reviewer.getByText('已发布').first().waitFor()
  assert.match(await chat('热气球表演场地备案怎么办'), /体育部门备案/)
  await reviewer.goto(`${server.base}/console/library/gaps`)
  await reviewer.getByText('近 90 天补上的').waitFor()
  assert.equal(await reviewer.locator('article', { hasText: '热气球' }).count(), 0)
})

test('a citizen says that an answer is wrong and an editor deals with it', async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
  const citizen = await context.newPage()
  await citizen.goto(`${server.base}/k/gjj-zufang-tiqu?wrong=1#helpful`)
  await citizen.locator('#wrong').fill('现在可以按月提取了')
  await citizen.getByRole('button', { name: '提交' }).click()
  await citizen.getByText('谢谢您指出来').waitFor()
  const editor = await desk('editor1')
  await editor.goto(`${server.base}/console/library/upkeep`)
  await editor.getByText('1 条报错').waitFor()
  await clean(editor, 'upkeep')
  await editor.locator('[data-row]').first().click()
  await editor.getByText('现在可以按月提取了').waitFor()
  await clean(editor, 'beside')
  await editor.getByLabel(/^怎么处理的/).fill('已核对，按月提取另有办法，已补充')
  await editor.getByRole('button', { name: '处理完' }).click()
  await editor.getByText('没有待处理的报错').waitFor()
})

test('what a law’s repeal would silence is listed before anything is done', async () => {
  const editor = await desk('editor1')
  await editor.goto(`${server.base}/console/library/sources`)
  await editor.locator('.sources button').first().click()
  await editor.getByRole('heading', { name: /^废止《/ }).waitFor()
  await editor.getByRole('heading', { name: /^答案/ }).waitFor()
  await clean(editor, 'sources')
})
