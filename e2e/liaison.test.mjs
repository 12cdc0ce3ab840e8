// A liaison member's main job: the roster is made, a citizen's chat is joined on an agent's invitation, the ticket opened from it is
// followed to its end, and the figures show it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { clean as cleanly, desk as deskOf, launch } from './browser.mjs'
import { Server } from './server.mjs'

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

const clean = (tab, name) => cleanly(tab, `liaison-${name}`)
const desk = (name) => deskOf(browser, server.base, name)

async function session(login) {
  const signed = await server.call('POST', '/session', { login, password: 'minsheng-demo' })
  const cookie = signed.headers.getSetCookie()[0].split(';')[0]
  return (method, path, body) => server.call(method, path, body, { cookie })
}

async function until(what, look) {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await look()
    if (found) return found
    await new Promise((done) => { setTimeout(done, 200) })
  }
  return assert.fail(`waited for: ${what}`)
}

test('a member joins a chat, follows its ticket to the end, and the figures show it', { timeout: 180_000 }, async () => {
  // The roster: the day's turn of the sample is taken away, a table with a fault is refused with its line, the right one is taken.
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  const supervisor = await desk('supervisor1')
  await supervisor.goto(`${server.base}/console/liaison/roster`)
  await supervisor.getByRole('heading', { name: '值班表' }).waitFor()
  const boss = await session('supervisor1')
  const midnight = Date.parse(`${day}T00:00:00+08:00`) * 1000
  const roster = (await boss('GET', `/liaison/roster?from_us=${midnight}&until_us=${midnight + 86_400_000_000}`)).body
  const own = roster.members.find((one) => one.name === '邵永康')
  for (const shift of roster.shifts.filter((one) => one.member === own.id)) {
    assert.equal((await boss('DELETE', `/liaison/shifts/${shift.id}`)).status, 204)
  }
  const table = supervisor.getByLabel('一行一班：日期、姓名、时间。可以从表格里整块复制。')
  const takes = supervisor.getByRole('button', { name: '排进值班表' })
  await table.fill(`${day} 邵永康 00:00-24:00\n${day} 张三 09:00-10:00`)
  await takes.click()
  await supervisor.getByText('名册里没有“张三”').waitFor()
  await table.fill(`${day} 邵永康 00:00-12:00\n${day} 邵永康 11:00-24:00`)
  await takes.click()
  await supervisor.getByText('邵永康的两班重叠').waitFor()
  await table.fill(`${day} 邵永康 00:00-24:00`)
  await takes.click()
  await supervisor.getByText('已排进 1 班。').waitFor()
  await clean(supervisor, 'roster')

  // The member is on duty.
  const member = await desk('liaison1')
  await member.waitForURL('**/console/liaison')
  await member.getByText('值班中').waitFor()

  // A citizen reaches an agent, who asks the member.
  const opened = (await server.call('POST', '/chats', {})).body
  const said = async (text) => server.call('POST', `/chats/${opened.token}/messages`, { client_id: String(Math.random()), text })
  await said('我想找人大代表反映小区物业的事，转人工')
  const agent = await desk('agent1')
  const call = await session('agent1')
  await agent.goto(`${server.base}/console/desk`)
  await call('PUT', '/desk/state', { state: 'ready' })
  const contact = await until('an offer', async () => (await call('GET', '/desk')).body.contacts[0])
  assert.equal((await call('POST', `/desk/contacts/${contact.id}/accept`)).status, 200)
  await agent.getByRole('tab', { name: '联络员' }).click()
  await agent.getByRole('button', { name: '邀请加入：区人大代表邵永康' }).click()
  await agent.getByText('已经邀请，等他加入').waitFor()
  await clean(agent, 'desk')

  // He comes; the citizen is told who, and his words are marked as his.
  assert.equal((await (await session('liaison1'))('GET', `/liaison/contacts/${contact.id}`)).status, 404, 'he reads nothing before he joins')
  await member.getByRole('button', { name: '加入对话' }).click()
  await member.getByLabel('您要说的话').fill('我是中河的代表，物业的事我来跟进。')
  await member.getByRole('button', { name: '发送' }).click()
  await member.getByRole('log').getByText('我来跟进').waitFor()
  await clean(member, 'joined')
  const chat = (await server.call('GET', `/chats/${opened.token}`)).body
  assert.ok(chat.messages.some((one) => one.author === 'system' && one.text.includes('区人大代表邵永康加入了对话')))
  assert.ok(chat.messages.some((one) => one.author === 'member' && one.agent_name === '区人大代表邵永康'))
  await agent.getByRole('log').getByText('我来跟进').waitFor()
  const citizen = await (await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })).newPage()
  await citizen.goto(`${server.base}/chat/${opened.token}`)
  await citizen.getByText('联络站 区人大代表邵永康').waitFor()
  await clean(citizen, 'citizen')

  // The ticket opened from the chat is his to follow, though it lies in another town.
  const form = (await call('GET', `/desk/contacts/${contact.id}/ticket-draft`)).body
  const filled = { ...form, title: '小区物业不修电梯', detail: '小区物业不修电梯', place: '姜山镇蔡郎桥村', kind: 'help', domain: '物业小区', phone: '13800000000', name: '王某' }
  const ticket = await call('POST', `/desk/contacts/${contact.id}/tickets`, filled)
  assert.equal(ticket.status, 201, JSON.stringify(ticket.body))
  const { number } = ticket.body
  await member.getByRole('link', { name: '小区物业不修电梯' }).click()
  await member.getByText('群众的话').waitFor()
  await member.getByLabel('补充说明或催办的话').fill('走访了楼里三户老人，电梯停了五天。')
  await member.getByRole('button', { name: '补充说明' }).click()
  await member.getByText('已补充到工单里。').waitFor()
  await clean(member, 'ticket')

  // It is sent out: he is told. It ends: he is told, and sees it.
  const dispatcher = await session('dispatcher1')
  assert.equal((await dispatcher('POST', `/tickets/${number}/dispatch`, { unit: 'zhifa', note: '请办理' })).status, 200)
  const told = await session('liaison1')
  await until('a notice', async () => (await told('GET', '/notices')).body.rows.some((one) => one.words.includes('已派给承办单位')))
  const full = (await dispatcher('GET', `/tickets/${number}/full`)).body
  const handler = await session('handler1')
  assert.ok(full.events.some((one) => one.actor_words === '区人大代表邵永康' && one.words.includes('电梯停了五天')))
  for (const [by, fields] of [
    [handler, { step: 'accept' }],
    [handler, { step: 'reply', words: '电梯已修好，停用五天的物业费由物业公司退还。', anyway: true }],
    [call, { step: 'archive', note: '群众表示满意' }],
  ]) {
    const taken = await by('POST', `/tickets/${number}/steps`, fields)
    assert.equal(taken.status, 200, JSON.stringify(taken.body))
  }
  await member.goto(`${server.base}/console/liaison`)
  await member.getByText('按时办结').waitFor()

  // The figures: the assistant had taken the matter down before the agent did, so two tickets are his.
  await supervisor.goto(`${server.base}/console/liaison/figures`)
  const row = supervisor.getByRole('row', { name: /区人大代表邵永康/ })
  await row.waitFor()
  const cells = (await row.getByRole('cell').allTextContents()).slice(3)
  assert.deepEqual(cells, ['1', '2', '1', '1', '0'])
  await clean(supervisor, 'figures')
  assert.equal((await call('GET', `/liaison/figures?from_us=1&until_us=2`)).status, 403, 'an agent reads no figures')
})
