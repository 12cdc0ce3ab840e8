// A matter from the first word to the archive, in a real browser, each by the person whose work it is: the agent takes it down, the
// dispatcher sends it with reasons, the unit accepts, asks and replies with a file, the citizen answers and rates on his page, it is
// reopened, replied to again, called back and archived; a supervisor watches. Who reports a breach is hidden from the unit everywhere.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { clean as cleanly, desk, launch, shots } from './browser.mjs'
import { Server } from './server.mjs'

const PHONE = '13812345678'
const REPORTER = { name: '欧阳听雨', phone: '13987654321' }
const GOOD = '您好，宋诏桥社区88号门口的路灯，11月23日现场查看是电缆破损，今天已更换电缆并恢复照明。有问题请联系市政中心0574-00000052。'
const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
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

const people = new Map()

/** A console of somebody's, opened once. */
async function as(login) {
  const known = people.get(login)
  if (known) return known
  const tab = await desk(browser, server.base, login)
  people.set(login, tab)
  return tab
}

const clean = (tab, name) => cleanly(tab, `casework-${name}`, { fullPage: true })
const go = (tab, path) => tab.goto(`${server.base}/console${path}`)

/** Opens a ticket in a queue of work. */
async function pick(tab, view, title) {
  await go(tab, `/tickets/${view}`)
  await tab.locator('[data-row]', { hasText: title }).click()
  await tab.locator('section.one h2', { hasText: title }).waitFor()
}

/** Takes the step of an open form. */
async function send(tab, words) {
  const form = tab.getByRole('form', { name: words, exact: true })
  await form.getByRole('button', { name: new RegExp(`^确定${words}`) }).click()
  await form.waitFor({ state: 'detached' })
}

const start = (tab, words) => tab.getByLabel('办理', { exact: true }).getByRole('button', { name: words, exact: true }).click()

async function api(login, method, path, body) {
  const session = await server.call('POST', '/session', { login, password: 'minsheng-demo' })
  const cookie = session.headers.get('set-cookie').split(';')[0]
  return server.call(method, path, body, { cookie })
}

/** The citizen's page, as number and last digits open it. */
async function follow(number, scripts = false) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', javaScriptEnabled: scripts })
  const tab = await context.newPage()
  await tab.goto(`${server.base}/tickets?number=${number}`)
  await tab.locator('#proof').fill(PHONE.slice(-4))
  await tab.getByRole('button', { name: '查进度' }).click()
  await tab.getByText('工单号').first().waitFor()
  return tab
}

let number

test('an agent takes a matter down, and who looks at a number is written down', async () => {
  const agent = await as('agent1')
  await go(agent, '/tickets/new')
  await agent.getByLabel('标题（必填）').fill('宋诏桥社区门口路灯不亮')
  await agent.getByRole('combobox', { name: '业务领域' }).click()
  await agent.getByRole('option', { name: '城管市容' }).click()
  // A list that is still closing is not what the agent works with.
  await agent.getByRole('option', { name: '城管市容' }).waitFor({ state: 'hidden' })
  await agent.getByLabel('地址').fill('中河街道宋诏桥社区88号')
  await agent.getByLabel('姓名').fill('王小明')
  await agent.getByLabel('联系电话').fill(PHONE)
  await agent.getByLabel('具体情况（必填）').fill('门口的路灯坏了三天，什么时候能修好？')
  await clean(agent, 'new')
  await agent.getByRole('button', { name: '提交工单' }).click()
  await agent.getByRole('heading', { name: '办理经过' }).waitFor()
  number = agent.url().split('/').pop()
  assert.match(number, /^YZ\d{13}$/)
  assert.equal(await agent.getByText(PHONE).count(), 0, 'the number is masked until somebody asks to see it')
  await agent.getByRole('button', { name: /^查看\s*(联系)?电话/ }).first().click()
  await agent.getByText(PHONE).waitFor()
  await clean(agent, 'ticket-agent')
  const audit = await api('manager1', 'GET', `/audit?object=ticket:${number}`)
  assert.ok(JSON.stringify(audit.body).includes('ticket.personal'), 'the look at the number is in the audit')
})

test('the dispatcher sends it by recommendation', async () => {
  const desk = await as('dispatcher1')
  await pick(desk, 'dispatch', '路灯不亮')
  await desk.getByText(/把握 \d+%/).first().waitFor()
  await clean(desk, 'dispatch')
  // The unit proposed is another; this one is played by handler1.
  const form = desk.getByRole('form', { name: '派单', exact: true })
  await form.getByLabel('主办单位').click()
  await desk.getByRole('option', { name: '区综合行政执法局' }).first().click()
  await form.getByRole('button', { name: /^确定派单/ }).click()
  await desk.getByText('待签收').first().waitFor()
})

test('the unit accepts and asks; the citizen answers on his page, without scripts, and adds a photo', async () => {
  const unit = await as('handler1')
  await pick(unit, 'inbox', '路灯不亮')
  await clean(unit, 'inbox')
  await send(unit, '签收')
  await start(unit, '请群众补充')
  await unit.getByLabel('要请群众说明什么').fill('灯杆上有没有编号？')
  await send(unit, '请群众补充')
  await unit.getByText('正在等群众回答').waitFor()

  const citizen = await follow(number)
  await citizen.getByText('承办单位想请您说明').waitFor()
  await citizen.screenshot({ path: join(shots, 'casework-citizen-asked.png'), fullPage: true })
  await citizen.getByLabel('您的回答').fill('有的，编号A-17')
  await citizen.getByRole('button', { name: '回答', exact: true }).click()
  await citizen.getByText('谢谢您的补充').waitFor()
  await citizen.getByLabel('要补充的话').fill('晚上特别黑')
  await citizen.getByLabel('照片或文件（可以不选）').setInputFiles({ name: '灯杆.png', mimeType: 'image/png', buffer: PICTURE })
  await citizen.getByRole('button', { name: '提交补充' }).click()
  await citizen.getByText('收到1个文件').waitFor()
  await citizen.getByText('催一催').click()
  await citizen.getByRole('button', { name: '催办' }).click()
  await citizen.getByText('已经替您催了').waitFor()
  await citizen.getByText('以后可以再催一次').waitFor()
  assert.equal(await citizen.getByRole('button', { name: '催办' }).count(), 0, 'urged once')
  await citizen.context().close()
})

test('a reply is checked, goes out with a file, and the citizen who is not satisfied sees it taken up again', async () => {
  const unit = await as('handler1')
  await pick(unit, 'inbox', '路灯不亮')
  await unit.getByText('编号A-17').first().waitFor()
  await unit.getByLabel('给群众的答复').fill('已办。')
  await unit.getByRole('button', { name: /^确定答复/ }).click()
  await unit.getByText('答复太短').waitFor()
  await clean(unit, 'reply-check')
  await unit.getByLabel('给群众的答复').fill(GOOD)
  await unit.locator('form input[type=file]').setInputFiles({ name: '修好了.png', mimeType: 'image/png', buffer: PICTURE })
  await unit.getByLabel('修好了.png').waitFor()
  await send(unit, '答复')

  const desk = await as('agent1')
  await pick(desk, 'callbacks', '路灯不亮')
  await desk.getByRole('button', { name: /^查看\s*(联系)?电话/ }).first().click()
  await desk.getByText(PHONE).waitFor()
  await clean(desk, 'callbacks')

  const citizen = await follow(number, true)
  await clean(citizen, 'citizen-replied')
  const [file] = await Promise.all([citizen.waitForEvent('download'), citizen.getByRole('button', { name: /修好了\.png/ }).click()])
  assert.equal(file.suggestedFilename(), '修好了.png')
  await citizen.getByRole('radio', { name: '没解决' }).check()
  await citizen.getByRole('radio', { name: '不满意' }).check()
  await citizen.getByLabel('想说的话（可以不写）').fill('晚上还是不亮')
  await citizen.getByRole('button', { name: '提交评价' }).click()
  await citizen.getByText('很抱歉没有给您办好').waitFor()
  await clean(citizen, 'citizen-reopened')
  await citizen.context().close()
})

test('a supervisor supervises it, the unit replies again, the desk calls back and archives', async () => {
  const supervisor = await as('supervisor1')
  await go(supervisor, `/tickets/${number}`)
  await start(supervisor, '督办')
  await supervisor.getByLabel('督办人').fill('郑明远')
  await supervisor.getByLabel('督办要求').fill('今晚到现场看')
  await send(supervisor, '督办')
  await clean(supervisor, 'ticket-supervisor')
  await go(supervisor, '/tickets/board')
  await supervisor.getByRole('heading', { name: /正在督办（1）/ }).waitFor()
  await clean(supervisor, 'board')

  const unit = await as('handler1')
  await go(unit, '/notices')
  await unit.getByText('已列为督办件').first().waitFor()
  await unit.getByText('回访群众表示没有解决').first().waitFor()
  await clean(unit, 'notices')
  await unit.getByRole('button', { name: '全部标为已读' }).click()
  await unit.getByText('没有未读的提醒').waitFor()
  await pick(unit, 'inbox', '路灯不亮')
  await unit.getByLabel('给群众的答复').fill(`${GOOD}当晚已再次到场确认亮灯。`)
  await send(unit, '答复')

  const desk = await as('agent1')
  await pick(desk, 'callbacks', '路灯不亮')
  const form = desk.getByRole('form', { name: '登记回访' })
  for (const [question, answer] of [['联系上了', '是'], ['问题解决了', '是'], ['对办理满意', '是'], ['办得及时', '否']]) {
    await form.getByRole('group', { name: question }).getByLabel(answer, { exact: true }).check()
  }
  await form.getByLabel(/^群众怎么说/).fill('亮了，谢谢')
  await send(desk, '登记回访')
  await desk.getByText('待归档').first().waitFor()
  await pick(desk, 'callbacks', '路灯不亮')
  await send(desk, '归档')
  const citizen = await follow(number, true)
  await citizen.getByText('已办结').first().waitFor()
  await clean(citizen, 'citizen-archived')
  await citizen.context().close()

  for (const [path, name, words] of [['/tickets/indicators', 'indicators', '区综合行政执法局'], ['/tickets/window', 'window', '为什么办不成']]) {
    await go(supervisor, path)
    await supervisor.getByText(words).first().waitFor()
    await clean(supervisor, name)
  }
})

test('an objection is decided and more time is granted', async () => {
  const opened = await api('agent1', 'POST', '/tickets', {
    kind: 'complaint', category: '', domain: '城管市容', title: '夜市占道经营', place: '中河街道城兴社区', phone: PHONE, name: '王小明',
    detail: '每天晚上占道摆摊，能不能管一管？', urgent: false, client_id: 'objection',
  })
  const other = opened.body.number
  assert.equal((await api('dispatcher1', 'POST', `/tickets/${other}/steps`, { step: 'dispatch', unit: 'zhifa' })).status, 200)
  const unit = await as('handler1')
  await pick(unit, 'inbox', '夜市占道')
  await start(unit, '提出异议')
  await unit.getByLabel('异议理由').fill('夜市由街道办设立')
  await unit.getByLabel(/^依据/).fill('中河街道夜市管理办法第三条')
  await send(unit, '提出异议')

  const desk = await as('dispatcher1')
  await pick(desk, 'arbitration', '夜市占道')
  await desk.getByText('中河街道夜市管理办法第三条').first().waitFor()
  await clean(desk, 'arbitration')
  await start(desk, '异议不成立，退回签收')
  await desk.getByLabel('理由').fill('占道经营由执法局管')
  await send(desk, '异议不成立，退回签收')

  await pick(unit, 'inbox', '夜市占道')
  await send(unit, '签收')
  await start(unit, '申请延期')
  await unit.getByLabel('延期理由').fill('要和街道一起整治')
  await send(unit, '申请延期')
  await pick(desk, 'extension', '夜市占道')
  await clean(desk, 'extension')
  await send(desk, '同意延期')
  await desk.getByText('没有等着审批的延期申请').waitFor()

  // The same thing told by another caller is worked on together.
  const again = await api('agent1', 'POST', '/tickets', {
    kind: 'complaint', category: '', domain: '城管市容', title: '夜市占道经营没人管', place: '中河街道城兴社区', phone: '13700001111', name: '',
    detail: '夜市占道', urgent: false, client_id: 'merge',
  })
  await go(desk, `/tickets/${again.body.number}`)
  await desk.getByRole('heading', { name: '相似的事' }).waitFor()
  await start(desk, '并案')
  await desk.getByRole('list', { name: '可能是同一件事' }).getByRole('button', { name: other }).click()
  await clean(desk, 'merge')
  await send(desk, '并案')
  await desk.getByText('已并入').waitFor()
})

test('a matter of the window ends with what came of it, and its cause is counted', async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', javaScriptEnabled: false })
  const citizen = await context.newPage()
  await citizen.goto(`${server.base}/window`)
  await citizen.getByLabel('什么事没办成').fill('占道施工许可')
  await citizen.getByLabel('在哪个窗口或单位').fill('执法局办事窗口')
  await citizen.getByLabel('回访您的电话').fill(PHONE)
  await citizen.getByRole('button', { name: '登记' }).click()
  await citizen.getByText('登记好了').waitFor()
  await citizen.screenshot({ path: join(shots, 'casework-citizen-window.png'), fullPage: true })
  const matter = (await citizen.locator('strong.num').textContent()).trim()
  await context.close()
  const desk = await as('dispatcher1')
  await pick(desk, 'dispatch', '占道施工许可没办成')
  await desk.getByText('执法局办事窗口').first().waitFor()
  assert.equal((await api('dispatcher1', 'POST', `/tickets/${matter}/steps`, { step: 'dispatch', unit: 'zhifa' })).status, 200)
  const unit = await as('handler1')
  await pick(unit, 'inbox', '占道施工许可没办成')
  await send(unit, '签收')
  await unit.getByLabel('给群众的答复').fill('您好，占道施工许可已按《城市道路管理条例》当场补正材料并办好，许可证请到窗口领取，联系电话0574-00000026。')
  await unit.locator('.el-select', { has: unit.getByRole('combobox', { name: '办理结果' }) }).click()
  await unit.getByRole('option', { name: '已办成' }).click()
  await unit.getByLabel('当初为什么办不成（每月汇总用）').fill('窗口没有一次告知材料')
  await send(unit, '答复')
  const supervisor = await as('supervisor1')
  await go(supervisor, '/tickets/window')
  await supervisor.getByText('窗口没有一次告知材料').waitFor()
  await clean(supervisor, 'window-causes')
})

test('who reports a breach is hidden from the unit wherever it looks', async () => {
  const opened = await api('agent1', 'POST', '/tickets', {
    kind: 'report', category: '', domain: '城管市容', title: '举报夜间违规倾倒渣土', place: '中河街道城兴社区', ...REPORTER,
    detail: `我是${REPORTER.name}，电话${REPORTER.phone}，我拍到有人半夜倒渣土。`, urgent: false, confidential: true, client_id: 'report',
  })
  const secret = opened.body.number
  await api('dispatcher1', 'POST', `/tickets/${secret}/steps`, { step: 'dispatch', unit: 'zhifa' })
  const proof = REPORTER.phone.slice(-4)
  const words = await server.call('POST', `/tickets/${secret}/words?proof=${proof}`, { words: `还有照片，我是${REPORTER.name}` })
  assert.equal(words.status, 204)
  const form = new FormData()
  form.append('file', new Blob([PICTURE], { type: 'image/png' }), `${REPORTER.name}拍的.png`)
  const sent = await fetch(`${server.base}/api/v1/tickets/${secret}/own-files?proof=${proof}`, { method: 'POST', body: form, headers: { 'x-requested-with': 'minsheng' } })
  assert.equal(sent.status, 201)

  const tells = (text) => [REPORTER.name, REPORTER.phone, REPORTER.phone.slice(-8), '139****'].filter((one) => text.includes(one))
  for (const path of [
    `/tickets/${secret}/full`, '/tickets?view=inbox', '/tickets?q=渣土', '/notices', `/tickets/${secret}/related`, `/tickets/${secret}/recommendations`,
  ]) {
    const answer = await api('handler1', 'GET', path)
    assert.deepEqual(tells(JSON.stringify(answer.body)), [], path)
    if (path.includes('q=')) assert.equal(answer.body.total, 1, 'the unit sees the matter')
  }
  for (const asked of [REPORTER.name, REPORTER.phone]) {
    const found = await api('handler1', 'GET', `/tickets?q=${encodeURIComponent(asked)}`)
    assert.equal(found.body.total, 0, `nothing is found by ${asked}`)
  }
  for (const field of ['phone', 'name', 'words', 'title']) {
    assert.equal((await api('handler1', 'GET', `/tickets/${secret}/personal?field=${field}`)).status, 403, field)
  }
  const full = await api('handler1', 'GET', `/tickets/${secret}/full`)
  for (const file of full.body.attachments) {
    assert.equal((await api('handler1', 'GET', `/tickets/${secret}/attachments/${file.id}`)).status, 403, 'a picture may show who took it')
  }
  const unit = await as('handler1')
  await pick(unit, 'inbox', '渣土')
  assert.deepEqual(tells(await unit.content()), [], 'in the inbox')
  await go(unit, `/tickets/${secret}`)
  await unit.getByText('举报人信息保密').first().waitFor()
  assert.deepEqual(tells(await unit.content()), [], 'on the ticket')
  assert.equal(await unit.getByRole('button', { name: /^查看/ }).count(), 0, 'nothing to look behind')
  await clean(unit, 'confidential')
})

test('the other roles see what is theirs, and nothing else', async () => {
  for (const [login, path, words, name] of [
    ['manager1', '/tickets/board', '各单位未办结', 'board-manager'],
    ['manager1', '/tickets/indicators', '按时派单', 'indicators-manager'],
    ['liaison1', '/tickets', '夜市占道', 'liaison'],
    ['handler2', '/tickets/inbox', '单位收件箱', 'inbox-street'],
    ['dispatcher1', '/tickets', '路灯不亮', 'list'],
  ]) {
    const tab = await as(login)
    await go(tab, path)
    await tab.getByText(words).first().waitFor()
    await clean(tab, name)
  }
  const liaison = await as('liaison1')
  await go(liaison, '/tickets/dispatch')
  await liaison.getByText('您的岗位不能看这个页面').first().waitFor()
})

test('what the citizen was told by short message stands on a list, without the number and the matter', async () => {
  const admin = await as('admin')
  await go(admin, '/admin/texts')
  const row = admin.getByRole('row', { name: new RegExp(`${number}.*已登记`) })
  await row.waitFor()
  const words = await row.innerText()
  // By night it waits for the morning.
  assert.match(words, /已存本站|等待发送/)
  assert.ok(!words.includes(PHONE) && !words.includes('路灯'), words)
  await admin.getByRole('row', { name: new RegExp(`${number}.*有答复了`) }).first().waitFor()
  await clean(admin, 'texts')
})
