// The scenario editor in a real browser: a step is put into a flow in the drawing, connected, tried and saved, with the mouse and with the
// keyboard alone; what is wrong stands on its node; every change can be taken back in either view.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { clean as cleanly, desk as deskOf, launch } from './browser.mjs'
import { Server } from './server.mjs'

const QUESTION = '要不要我说说以后换城市怎么转移？'
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

const clean = (tab, name) => cleanly(tab, `scenario-${name}`)
const node = (tab, id) => tab.locator(`[data-node="${id}"]`)
const side = (tab, name) => tab.getByRole('tab', { name }).click()
const sound = (tab) => tab.getByText('没有发现错误').locator('visible=true').first().waitFor()
/** The text as the server would get it. */
const text = (tab) => tab.locator('.cm-content').evaluate((box) => box.cmTile?.view.state.doc.toString() ?? box.cmView.view.state.doc.toString())

async function open(id) {
  const tab = await deskOf(browser, server.base, 'editor1')
  await tab.goto(`${server.base}/console/scenarios/${id}`)
  await tab.locator('[data-node]').first().waitFor()
  await sound(tab)
  return tab
}

async function remark(tab, words) {
  await side(tab, '文件')
  await tab.locator('.cm-content').click()
  await tab.keyboard.press('Control+Home')
  await tab.keyboard.type(`# ${words}\n`)
  await side(tab, '节点')
}

async function say(tab, words) {
  await tab.getByRole('textbox', { name: '来电人说' }).fill(words)
  await tab.keyboard.press('Enter')
}

test('a question is put into a flow in the drawing, connected, tried and saved', async () => {
  const tab = await open('gjj-lizhi')
  await clean(tab, 'open')
  await remark(tab, '改动前先问业务处')
  await node(tab, 'kept').click()
  await tab.getByRole('button', { name: '中间加一步' }).click()
  await clean(tab, 'add')
  await tab.getByRole('button', { name: /^问 问一个问题/ }).click()
  await tab.locator('.findings').getByText('没有问句').waitFor()
  await clean(tab, 'wrong')
  await tab.getByLabel('问句', { exact: true }).fill(QUESTION)
  await tab.getByLabel('节点名字').fill('offer')
  await tab.keyboard.press('Enter')
  await node(tab, 'offer').waitFor()
  await sound(tab)
  await tab.getByRole('button', { name: '中间加一步' }).click()
  await tab.getByRole('button', { name: /^分情况 看知道的情况/ }).click()
  await tab.getByLabel('第 1 种情况去哪里').selectOption('transfer')
  await sound(tab)
  await clean(tab, 'branch')

  await side(tab, '试一试')
  await say(tab, '离职了公积金怎么办')
  await tab.getByRole('button', { name: '还没找到', exact: true }).click()
  await tab.getByRole('log').getByText(QUESTION).waitFor()
  await clean(tab, 'tried')
  await tab.keyboard.press('Control+s')
  await tab.getByText('已保存，马上生效').waitFor()

  const saved = await text(tab)
  assert.match(saved, /^# 改动前先问业务处\n/)
  assert.match(saved, /\n {2}kept:\n {4}answer: gjj-lizhi-chuli#3\n {4}next: offer\n {2}offer:\n {4}ask: question\n {4}next: branch\n/)
  assert.match(saved, /\n {6}- when: \{question: "yes"\}\n {8}to: transfer\n {4}else: done\n/)
  await tab.reload()
  await node(tab, 'offer').waitFor()
  assert.equal(await text(tab), saved)
})

test('the drawing shows which way a conversation took, and which nodes no reply leads to', async () => {
  const tab = await open('gjj-daikuan')
  await side(tab, '试一试')
  await say(tab, '我想用公积金贷款买房')
  await tab.getByRole('log').getByText('两个不同的城市').waitFor()
  await tab.locator('.node.passed[data-node="place"]').waitFor()
  assert.deepEqual(await tab.locator('.node.passed').evaluateAll((all) => all.map((one) => one.dataset.node).sort()), ['basics', 'place'])
  assert.match(await node(tab, 'place').locator('title').textContent(), /试走停在这里/)
  await tab.getByRole('button', { name: '走查一遍' }).click()
  await tab.getByText('6 个节点走到 6 个').waitFor({ timeout: 60000 })
  await clean(tab, 'covered')
})

test('what is wrong stands on its node, and every change can be taken back', async () => {
  const tab = await open('gjj-tiqu')
  const first = await text(tab)
  await node(tab, 'done').focus()
  await tab.keyboard.press('Delete')
  await tab.getByText('“rent”的下一步').waitFor()
  await clean(tab, 'remove')
  await tab.getByRole('button', { name: '删除“done”' }).click()
  await node(tab, 'done').waitFor({ state: 'detached' })
  await tab.locator('.node:has(.badge.wrong)[data-node="rent"]').waitFor()
  await node(tab, 'rent').click()
  await tab.locator('.findings').getByText('没有下一步').waitFor()
  await clean(tab, 'findings')
  await tab.keyboard.press('Control+z')
  await node(tab, 'done').waitFor()
  assert.equal(await text(tab), first)

  await tab.getByRole('textbox', { name: '节点名字' }).fill('renting')
  await tab.keyboard.press('Enter')
  await node(tab, 'renting').waitFor()
  assert.match(await text(tab), /- when: \{purpose: rent\}\n {8}to: renting\n/)
  await side(tab, '文件')
  await tab.locator('.cm-content').focus()
  await tab.keyboard.press('Control+z')
  await node(tab, 'rent').waitFor()
  assert.equal(await text(tab), first)
})

test('a flow is walked and changed with the keyboard alone', async () => {
  const tab = await open('gjj-daikuan')
  await node(tab, 'basics').focus()
  await tab.keyboard.press('ArrowDown')
  await tab.keyboard.press('Enter')
  await tab.locator('.own select').first().waitFor()
  assert.equal(await tab.evaluate(() => document.activeElement?.getAttribute('aria-label')), '问什么')
  await tab.keyboard.press('Escape')
  assert.equal(await tab.evaluate(() => document.activeElement?.dataset.node), 'place')
  await tab.keyboard.press('+')
  await tab.keyboard.press('Tab')
  await tab.keyboard.press('Tab')
  await tab.keyboard.press('Enter')
  await tab.getByLabel('说什么').waitFor()
  await tab.keyboard.press('Control+a')
  await tab.keyboard.type('好的，我记下了。')
  await sound(tab)
  assert.match(await text(tab), /\n {4}ask: other_city\n {4}next: say\n {2}say:\n {4}say: 好的，我记下了。\n {4}next: decide\n/)
})
