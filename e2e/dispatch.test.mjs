// Who runs the site edits what decides about tickets: the dispatch catalogue with a trial beside it, terms, working days, earlier
// versions; and closed tickets teach who gets what, with a way back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { clean as cleanly, desk, launch } from './browser.mjs'
import { Server } from './server.mjs'

let server
let browser
let admin

before(async () => {
  server = await Server.fresh()
  browser = await launch()
  admin = await desk(browser, server.base, 'admin')
})
after(async () => {
  await browser?.close()
  await server?.end()
})

const clean = (name) => cleanly(admin, `dispatch-${name}`)
const go = (path) => admin.goto(`${server.base}/console/admin/${path}`)

async function save() {
  await admin.getByRole('button', { name: /^保存/ }).first().click()
  await admin.getByText('已保存，马上生效').first().waitFor()
}

/** Somebody's session, for what people do two hundred times over. */
async function session(login) {
  const signed = await server.call('POST', '/session', { login, password: 'minsheng-demo' })
  const cookie = signed.headers.getSetCookie()[0].split(';')[0]
  return async (method, path, body) => {
    const answer = await server.call(method, path, body, { cookie })
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
}

test('a line of the catalogue is tried while it is edited, saved, and an earlier version brought back', async () => {
  await go('dispatch')
  await admin.getByRole('region', { name: '派单目录表' }).waitFor()
  await admin.getByLabel('一件事', { exact: true }).fill('小区里的充电桩坏了没人修')
  await admin.getByRole('button', { name: '试派' }).click()
  await admin.getByText('没有一家认得这件事').waitFor()

  await admin.getByRole('button', { name: '加一条' }).click()
  const form = admin.getByRole('form', { name: /^修改/ })
  await form.getByLabel('事项', { exact: true }).fill('充电设施')
  await form.getByLabel('认这些词（一行一个）').fill('充电桩\n充电站')
  await form.getByLabel('依据').fill('电动汽车充电基础设施建设管理办法（示例）')
  await form.getByRole('combobox', { name: '主办单位' }).click()
  await admin.getByRole('option', { name: /电力|供电/ }).first().click()
  await admin.getByRole('button', { name: '试派' }).click()
  await admin.getByText(/说到了充电桩/).waitFor()
  await clean('catalogue')
  await save()

  await admin.getByRole('button', { name: '历史' }).click()
  await admin.getByRole('button', { name: '取回第 1 版' }).waitFor()
  await admin.waitForTimeout(400)
  await clean('history')
  await admin.getByRole('button', { name: '取回第 1 版' }).click()
  await admin.getByText('有未保存的修改').first().waitFor()
  await save()
  await admin.getByRole('button', { name: '试派' }).click()
  await admin.getByText('没有一家认得这件事').waitFor()
})

test('a faulty line is refused with what to do, and nothing is lost', async () => {
  await go('dispatch')
  await admin.getByRole('button', { name: '加一条' }).click()
  const form = admin.getByRole('form', { name: /^修改/ })
  await form.getByLabel('事项', { exact: true }).fill('')
  await admin.getByRole('button', { name: /^保存/ }).first().click()
  await admin.getByText(/关键词/).waitFor()
  await admin.getByRole('button', { name: '撤销修改' }).click()
})

test('terms of the place are set, one of them for a matter of its own', async () => {
  await go('deadlines')
  await admin.getByLabel('投诉', { exact: true }).fill('6')
  await admin.getByLabel('投诉', { exact: true }).press('Tab')
  await admin.getByRole('button', { name: '加一条' }).click()
  await admin.getByLabel('第 1 条领域').selectOption('水电气热')
  await admin.getByLabel('第 1 条答复（小时）').fill('12')
  await admin.getByLabel('第 1 条答复（小时）').press('Tab')
  await clean('deadlines')
  await save()
  await admin.reload()
  await admin.getByLabel('第 1 条领域').waitFor()
  assert.equal(await admin.getByLabel('投诉', { exact: true }).inputValue(), '6')
  assert.equal(await admin.getByLabel('第 1 条领域').inputValue(), '水电气热')
})

test('a year of working days is added, a wrong day is named, and the calendar shows it', async () => {
  await go('holidays')
  await clean('holidays')
  await admin.getByRole('button', { name: '加一年' }).click()
  await admin.getByText(/不是日期/).waitFor()
  while (await admin.getByRole('button', { name: /^删除.+节$/ }).count()) await admin.getByRole('button', { name: /^删除.+节$/ }).first().click()
  const year = Number(await admin.getByRole('heading', { name: /年的安排/ }).textContent().then((words) => words.match(/\d{4}/)[0]))
  await admin.getByLabel('元旦从').fill(`${year}-01-03`)
  await admin.getByLabel('元旦到').fill(`${year}-01-01`)
  await admin.getByText('元旦的结束日期早于开始日期').waitFor()
  await admin.getByLabel('元旦从').fill(`${year}-01-01`)
  await admin.getByRole('img', { name: new RegExp(`${year} 年的工作日历`) }).waitFor()
  await save()
  await clean('holidays-added')
})

test('closed tickets teach who gets what; the threshold is set by what was measured; the way back is open', async () => {
  const [agent, dispatcher, town, enforcement] = await Promise.all(['agent1', 'dispatcher1', 'handler2', 'handler1'].map(session))
  const roads = ['鄞县大道', '天童南路', '嵩江中路', '潘火路', '钱湖北路', '泰安中路', '惠风东路']
  const said = [['村道边上的路灯不亮', 'jiangshan-zhen', town], ['烧烤摊占道经营', 'zhifa', enforcement]]
  for (let at = 0; at < 210; at += 1) {
    const [words, unit, handler] = said[at % said.length]
    const title = `${roads[at % roads.length]}${at}号${words}`
    const { number } = await agent('POST', '/tickets', { kind: 'help', domain: '城管市容', client_id: `c${at}`, title, detail: `${title}，麻烦来看看` })
    const step = (by, fields) => by('POST', `/tickets/${number}/steps`, fields)
    await step(dispatcher, { step: 'dispatch', unit, note: '一直由镇里修', forced: true })
    await step(handler, { step: 'accept' })
    await step(handler, { step: 'reply', words: '已派人修好，请您放心。', anyway: true })
    await step(agent, { step: 'archive', note: '满意' })
  }
  await go('dispatch')
  const asked = async () => {
    await admin.getByLabel('一件事', { exact: true }).fill('蔡郎桥村道边上的路灯不亮')
    await admin.getByRole('button', { name: '试派' }).click()
    return admin.getByRole('form', { name: '试派' }).getByRole('listitem').first()
  }
  await (await asked()).getByText(/市政/).first().waitFor()
  await admin.getByText('自动派单与学习').click()
  await admin.getByRole('button', { name: '开始学' }).click()
  await admin.getByText('派得更准，已换上').waitFor({ timeout: 60_000 })
  await admin.locator('.el-switch').click()
  await clean('lessons')
  await save()
  await admin.getByText('派单目录', { exact: true }).click()
  await (await asked()).getByText('姜山镇人民政府').waitFor()
  await clean('learned')
  await admin.getByText('自动派单与学习').click()
  await admin.getByRole('button', { name: '换用：只用派单目录' }).click()
  await admin.getByText('只用派单目录').first().waitFor()
  await admin.getByRole('button', { name: '换用第 1 版' }).waitFor()
})
