// Walks through the main jobs on the real server, as the people who do them: `BASE=http://127.0.0.1:8080 node dev/walk.mjs`.
// It makes data (chats, a ticket, an account, an entry): run it on a trial database.


import { chromium } from 'playwright-core'

import { end, say, visit } from './citizen.mjs'

const base = process.env.BASE ?? 'http://127.0.0.1:8080'
const stamp = Date.now().toString(36)
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
})
let failed = 0
const errors = []

async function as(login, password = 'minsheng-demo') {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (error) => errors.push(`${login}: ${error.message}`))
  page.on('dialog', (dialog) => void dialog.accept())
  await page.goto(`${base}/console/login`)
  await page.getByLabel('账号').fill(login)
  await page.getByLabel('密码').fill(password)
  await page.getByRole('button', { name: '登录' }).click()
  await page.waitForURL((url) => !url.pathname.endsWith('/login'))
  return page
}

async function step(name, act) {
  const start = performance.now()
  try {
    const more = await act()
    console.log(`ok    ${name}${more ? `: ${more}` : ''} (${Math.round(performance.now() - start)} ms)`)
  } catch (cause) {
    failed += 1
    console.log(`FAIL  ${name}: ${String(cause).split('\n').slice(0, 4).join(' | ')}`)
  }
}

const go = (page, path) => page.goto(`${base}/console${path}`)
const see = (page, text) => page.getByText(text).first().waitFor()
async function pickOption(page, label, option) {
  await page.getByRole('combobox', { name: label, exact: true }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

const agent = await as('agent1')
let chat
let number = ''

await step('agent: ready, then a citizen asks for a person and the desk rings', async () => {
  await agent.getByRole('button', { name: '空闲', exact: true }).click()
  await agent.locator('.state .now.good').waitFor()
  chat = await visit('路灯坏了', '在中河街道宋诏桥社区嵩江东路', '13812340000')
  const asked = performance.now()
  const told = say(chat, '转人工').then(() => performance.now() - asked)
  await agent.getByRole('button', { name: /^接听/ }).waitFor()
  const rang = performance.now() - asked
  return `rings ${Math.round(rang)} ms after the wish was sent; the citizen was answered after ${Math.round(await told)} ms`
})
await step('agent: F2 accepts and the hand-over card shows what was said', async () => {
  await agent.keyboard.press('F2')
  await agent.getByRole('textbox', { name: '回复来电人' }).waitFor()
  await agent.locator('.hand-over dl').getByText('138****0000').waitFor()
})
await step('agent: looks at the masked number', async () => {
  await agent.locator('.hand-over').getByRole('button', { name: /查看\s*联系电话/ }).click()
  await agent.locator('.hand-over dl').getByText('13812340000').waitFor()
})
await step('citizen writes, the desk shows it live', async () => {
  const sent = performance.now()
  await say(chat, `请尽快修好，谢谢 ${stamp}`)
  await agent.getByRole('log').getByText(stamp).waitFor()
  return `${Math.round(performance.now() - sent)} ms`
})
await step('agent: writes and sends with Ctrl+Enter, the citizen has it', async () => {
  const box = agent.getByRole('textbox', { name: '回复来电人' })
  await box.fill('好的，马上为您登记报修。')
  await box.press('Control+Enter')
  await agent.getByRole('log').getByText('好的，马上为您登记报修。').waitFor()
  await agent.getByText('正在发送…').waitFor({ state: 'detached' })
})
await step('agent: an answer with its source into the reply', async () => {
  await agent.keyboard.press('F4')
  await agent.keyboard.type('路灯不亮归谁修')
  await agent.getByRole('tabpanel').getByRole('button', { name: /放进回复/ }).first().click()
  await agent.getByRole('list', { name: '引用的依据' }).waitFor()
  await agent.getByRole('textbox', { name: '回复来电人' }).press('Control+Enter')
  await agent.getByRole('list', { name: '引用的依据' }).waitFor({ state: 'detached' })
  await agent.getByRole('log').locator('.agent .cite').first().waitFor()
})
await step('agent: F6, a ticket filled from what was said', async () => {
  await agent.keyboard.press('F6')
  const place = agent.locator('#ticket-panel').getByLabel('地址')
  await place.waitFor()
  const known = await place.inputValue()
  await agent.getByRole('button', { name: /^提交工单/ }).click()
  number = (await agent.locator('.number').innerText()).trim()
  return `${number}, place “${known}”`
})
await step('agent: the conversation ends, summary with reason', async () => {
  await agent.getByRole('textbox', { name: '回复来电人' }).focus()
  await agent.keyboard.press('F10')
  await agent.keyboard.press('F10')
  await agent.getByRole('radio', { name: '已开工单' }).check()
  await agent.getByRole('button', { name: /^完成/ }).click()
  await agent.getByRole('form', { name: '话后小结' }).waitFor({ state: 'detached' })
})
await step('two chats at once, the second is transferred to a queue', async () => {
  const [a, b] = [await visit('转人工'), await visit('转人工')]
  for (let turn = 0; turn < 2; turn += 1) {
    await agent.getByRole('button', { name: /^接听/ }).waitFor()
    await agent.keyboard.press('F2')
    await agent.waitForTimeout(800)
  }
  await agent.keyboard.press('Alt+1')
  await agent.keyboard.press('F8')
  await agent.getByRole('radio', { name: /公安服务座席|公安服务坐席/ }).check()
  await agent.getByRole('form', { name: '转接' }).getByRole('button', { name: '转接' }).click()
  await agent.getByRole('form', { name: '转接' }).waitFor({ state: 'detached' })
  await end(a).catch(() => undefined)
  await end(b).catch(() => undefined)
  for (let turn = 0; turn < 2; turn += 1) {
    const form = agent.getByRole('form', { name: '话后小结' })
    if (!(await form.waitFor({ timeout: 6000 }).then(() => true, () => false))) break
    await form.getByRole('radio', { name: '当场答复' }).check()
    await form.getByRole('button', { name: /^完成/ }).click()
    await agent.waitForTimeout(700)
  }
})
await step('agent: takes a break with a reason', async () => {
  await agent.getByRole('button', { name: '小休', exact: true }).click()
  await agent.getByRole('button', { name: '用餐' }).click()
  await agent.locator('.state').getByText('用餐').waitFor()
})

// What happens to a ticket is walked in e2e/casework.test.mjs, against the program itself.
const dispatcher = await as('dispatcher1')
await step('dispatcher: exports the list', async () => {
  await go(dispatcher, '/tickets')
  const [file] = await Promise.all([dispatcher.waitForEvent('download'), dispatcher.getByRole('button', { name: '导出表格' }).click()])
  return file.suggestedFilename()
})

const editor = await as('editor1')
const entry = `walk-${stamp}`
await step('editor: writes an entry, it can be searched within two seconds', async () => {
  await go(editor, '/library/new')
  await editor.getByLabel('标题', { exact: true }).fill(`试走条目${stamp}`)
  await editor.getByLabel('编号', { exact: true }).fill(entry)
  await pickOption(editor, '业务领域', '其他')
  await editor.getByLabel(/^答案：/).fill('这是试走时写的条目。')
  await editor.getByLabel('条文').fill('行政机关收到政府信息公开申请，能够当场答复的，应当当场予以答复。')
  await editor.getByLabel('出处').fill('中华人民共和国政府信息公开条例')
  await editor.getByLabel('问法（一行一个）').fill(`试走${stamp}怎么办`)
  await editor.getByRole('button', { name: /^保存/ }).click()
  await see(editor, '已保存，马上生效')
  const start = performance.now()
  for (;;) {
    const hits = await editor.evaluate(async (q) => (await (await fetch(`/api/v1/knowledge/search?q=${encodeURIComponent(q)}`)).json()).hits, `试走${stamp}怎么办`)
    if (hits.some((hit) => hit.entry_id === entry)) break
    if (performance.now() - start > 5000) throw new Error('not found within 5 s')
    await editor.waitForTimeout(100)
  }
  return `found ${Math.round(performance.now() - start)} ms later`
})
await step('editor: changes it and sees what changed', async () => {
  await editor.getByLabel(/^答案：/).fill('这是试走时改过的条目。')
  await editor.getByRole('button', { name: /^保存/ }).click()
  await see(editor, '已保存，马上生效')
  await editor.getByRole('button', { name: '修改历史' }).click()
  await editor.locator('ins').first().waitFor()
})
await step('editor: withdraws it with a reason', async () => {
  await editor.getByRole('button', { name: '撤下' }).click()
  await editor.getByLabel('撤下的原因').fill('试走完毕')
  await editor.getByRole('form', { name: '撤下条目' }).getByRole('button', { name: '撤下' }).click()
  await editor.locator('.head').getByText('已撤下').waitFor()
})
await step('editor: import, dry run first', async () => {
  await go(editor, '/library/import')
  const text = `问题,答案,来源\n试走${stamp}甲怎么办,按规定办。,公开通知\n试走${stamp}乙怎么办,,公开通知\n`
  await editor.locator('#i-file').setInputFiles({ name: 'walk.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  await pickOption(editor, '业务领域', '其他')
  await editor.getByRole('button', { name: '试导入' }).click()
  await editor.getByRole('region', { name: '试导入的结果' }).waitFor()
  const sums = (await editor.locator('.sums').innerText()).replaceAll('\n', ' ')
  await editor.getByRole('button', { name: /^正式导入/ }).click()
  await editor.getByRole('region', { name: '导入的结果' }).waitFor()
  return sums
})
await step('editor: a scenario is checked as one types, tried and saved', async () => {
  await go(editor, '/scenarios/gjj-lizhi')
  await editor.getByText('没有发现错误').locator('visible=true').first().waitFor()
  await editor.getByRole('tab', { name: '试一试' }).click()
  await editor.getByRole('textbox', { name: '来电人说' }).fill('离职了公积金怎么办')
  await editor.keyboard.press('Enter')
  await editor.getByRole('log').getByText('离职了公积金怎么办').waitFor()
  await editor.getByRole('tab', { name: '文件' }).click()
  await editor.locator('.cm-content').click()
  await editor.keyboard.press('Control+End')
  await editor.keyboard.type('# 试走\n')
  await editor.waitForTimeout(900)
  await editor.keyboard.press('Control+s')
  await see(editor, '已保存，马上生效')
  await editor.keyboard.press('Control+End')
  await editor.keyboard.type('  lost:\n    next: nowhere\n')
  await editor.getByText(/处要改/).locator('visible=true').first().waitFor()
  return (await editor.locator('.problems li').first().innerText()).replaceAll('\n', ' ')
})

const admin = await as('admin')
const login = `walk${stamp}`
await step('administrator: creates an account', async () => {
  await go(admin, '/admin/people')
  await admin.getByRole('button', { name: '新建账号' }).click()
  await admin.getByLabel('账号', { exact: true }).fill(login)
  await admin.getByLabel('姓名', { exact: true }).fill('试走')
  await admin.getByLabel(/^初始密码/).fill('walk-walk-walk')
  await admin.getByRole('button', { name: '新建', exact: true }).click()
  await admin.getByRole('cell', { name: login }).waitFor()
})
await step('the new account logs in and has a desk', async () => {
  const page = await as(login, 'walk-walk-walk')
  await page.getByRole('heading', { name: '座席工作台' }).waitFor({ state: 'attached' })
  await page.context().close()
})
await step('administrator: disables it, and it cannot log in any more', async () => {
  await admin.getByRole('button', { name: '试走' }).last().click()
  await admin.locator('.el-switch').click()
  await admin.getByRole('button', { name: '保存', exact: true }).click()
  await admin.getByRole('dialog').waitFor({ state: 'detached' })
  const page = await (await browser.newContext({ locale: 'zh-CN' })).newPage()
  await page.goto(`${base}/console/login`)
  await page.getByLabel('账号').fill(login)
  await page.getByLabel('密码').fill('walk-walk-walk')
  await page.getByRole('button', { name: '登录' }).click()
  const words = await page.getByRole('alert').innerText()
  await page.context().close()
  return words
})
await step('administrator: changes a setting; a second copy that is behind is told so', async () => {
  await go(admin, '/admin/queues')
  const other = await admin.context().newPage()
  await go(other, '/admin/queues')
  for (const page of [admin, other]) {
    const name = page.getByLabel('general 的名称')
    await name.fill(`${(await name.inputValue()).replace(/[甲乙]$/, '')}${page === admin ? '甲' : '乙'}`)
  }
  await admin.getByRole('button', { name: /^保存/ }).click()
  await see(admin, '已保存，马上生效')
  await other.getByRole('button', { name: /^保存/ }).click()
  const words = await other.getByRole('alert').first().innerText()
  await admin.getByLabel('general 的名称').fill('综合坐席')
  await admin.getByRole('button', { name: /^保存/ }).click()
  await other.close()
  return words.replaceAll('\n', ' ')
})
await step('administrator: the audit knows who looked at the number', async () => {
  await go(admin, '/admin/audit')
  await admin.getByText('查看个人信息').first().waitFor()
  await see(admin, '记录完整，没有被改过')
})
await step('a page without permission says so', async () => {
  await go(agent, '/admin/people')
  await see(agent, '您的岗位不能看这个页面')
})
await step('log out', async () => {
  await dispatcher.getByRole('button', { name: '退出' }).click()
  await dispatcher.waitForURL(/login/)
})

await browser.close()
for (const one of errors) console.log('page error', one)
console.log(`${failed} failed, ${errors.length} page errors`)
process.exit(failed || errors.length ? 1 : 0)
