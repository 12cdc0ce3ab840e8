// Looks at every screen: a picture at two sizes and what axe finds. `node dev/shots.mjs [name ...]`
// BASE (default the mock), OUT (folder of the pictures), REAL=1 when BASE is the real server: then citizens are sent too.

import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { chromium } from 'playwright-core'

import { end, say, visit } from './citizen.mjs'

const base = process.env.BASE ?? 'http://127.0.0.1:8999'
const out = process.env.OUT ?? join(tmpdir(), 'console-shots')
const only = process.argv.slice(2)
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SIZES = [[1440, 900], [1280, 720]]
mkdirSync(out, { recursive: true })

const real = process.env.REAL === '1'
let chat = null
const wait = (ms) => new Promise((done) => { setTimeout(done, ms) })

/** name, account, path, what to do before the picture */
const SCREENS = [
  ['login', null, '/login'],
  ['desk-idle', 'agent1', '/desk'],
  ['desk-offer', 'agent1', '/desk', async (page) => {
    await page.getByRole('button', { name: '空闲', exact: true }).click()
    if (real) chat = await visit('租房子能不能提公积金', '我们小区电梯坏了半个月，物业一直拖着不修，在东柳街道东柳坊7幢', '13812345678', '转人工')
    await page.getByRole('button', { name: /^接听/ }).first().waitFor()
  }],
  ['desk-active', 'agent1', '/desk', async (page) => { await page.keyboard.press('F2'); if (real) { await wait(800); await say(chat, '喂，有人吗，电梯到底什么时候能修？') } await wait(real ? 1500 : 4200) }],
  ['desk-reply', 'agent1', '/desk', async (page) => { await page.keyboard.press('Alt+i'); await wait(300) }],
  ['desk-search', 'agent1', '/desk', async (page) => { await page.keyboard.press('F4'); await page.keyboard.type('电梯维修'); await wait(900) }],
  ['desk-ticket', 'agent1', '/desk', async (page) => { await page.keyboard.press('F6'); await wait(800) }],
  ['desk-transfer', 'agent1', '/desk', async (page) => { await page.keyboard.press('F8'); await wait(800) }],
  ['desk-wrap', 'agent1', '/desk', async (page) => { await page.keyboard.press('Escape'); await page.keyboard.press('F10'); await page.keyboard.press('F10'); await wait(900) }],
  ['desk-history', 'agent1', '/desk', async (page) => { await page.getByRole('tab', { name: /历史/ }).click(); await wait(300) }],
  ['keys', 'agent1', '/tickets', async (page) => { await page.keyboard.press('F1'); await wait(300) }],
  ['wall', 'supervisor1', '/wall', async () => wait(3500)],
  ['tickets', 'dispatcher1', '/tickets'],
  ['tickets-filtered', 'dispatcher1', '/tickets?state=dispatched&due=overdue'],
  ['tickets-empty', 'dispatcher1', '/tickets?q=没有这样的工单'],
  ['ticket', 'dispatcher1', '/tickets', async (page) => { await page.locator('[data-row]').first().click(); await page.getByRole('heading', { name: '办理经过' }).waitFor(); await page.getByRole('button', { name: /派单|改派/ }).first().click(); await wait(400) }],
  ['ticket-new', 'dispatcher1', '/tickets/new'],
  ['contacts', 'dispatcher1', '/contacts'],
  ['contact', 'dispatcher1', '/contacts', async (page) => { await page.locator('[data-row]').first().click(); await page.getByRole('log').waitFor() }],
  ['library', 'editor1', '/library'],
  ['entry', 'editor1', '/library/entries/gjj-zufang-tiqu'],
  ['entry-history', 'editor1', '/library/entries/gjj-zufang-tiqu', async (page) => { await page.getByLabel(/^答案：/).fill('可以。租房就能提取公积金，向公积金管理中心申请，受理后3日内决定。'); await page.getByRole('button', { name: '修改历史' }).click(); await wait(600) }],
  ['entry-new', 'editor1', '/library/new'],
  ['entry-beside', 'editor1', '/library/entries/gjj-zufang-tiqu?side=beside', async () => wait(600)],
  ['gaps', 'editor1', '/library/gaps', async () => wait(500)],
  ['drafts', 'editor1', '/library/drafts', async () => wait(500)],
  ['draft', 'editor1', '/library/drafts', async (page) => { await page.locator('[data-row]').first().click(); await wait(1200) }],
  ['draft-review', 'editor2', '/library/drafts', async (page) => { await page.locator('[data-row]').first().click(); await wait(1200) }],
  ['upkeep', 'editor1', '/library/upkeep', async () => wait(500)],
  ['sources', 'editor1', '/library/sources', async (page) => { await wait(600); await page.locator('.sources button').first().click(); await wait(1200) }],
  ['import', 'editor1', '/library/import', async (page) => { await page.locator('#i-file').setInputFiles({ name: 'qa.csv', mimeType: 'text/csv', buffer: Buffer.from('问题,答案,来源\n"老年证怎么办","年满60周岁，带身份证到社区办。",公开通知\n"高龄津贴多少","按当地标准发放。",公开通知\n') }); await wait(500) }],
  ['scenarios', 'editor1', '/scenarios'],
  ['scenario', 'editor1', '/scenarios/gjj-lizhi', async (page) => { await wait(900); await page.getByRole('tab', { name: '试一试' }).click(); await page.getByLabel('来电人说').fill('离职了公积金怎么办'); await page.keyboard.press('Enter'); await wait(900) }],
  ['scenario-node', 'editor1', '/scenarios/gjj-lizhi', async (page) => { await wait(900); await page.locator('[data-node=decide]').click() }],
  ['scenario-broken', 'editor1', '/scenarios/gjj-lizhi', async (page) => { await page.getByRole('tab', { name: '文件' }).click(); await page.locator('.cm-content').click(); await page.keyboard.press('Control+End'); await page.keyboard.type('  broken:\n    next: nowhere\n'); await wait(1200) }],
  ['people', 'admin', '/admin/people'],
  ['person', 'admin', '/admin/people', async (page) => { await page.getByRole('button', { name: '林晓禾' }).click(); await wait(700) }],
  ['lines', 'admin', '/admin/lines'],
  ['queues', 'admin', '/admin/queues'],
  ['boundary', 'admin', '/admin/boundary'],
  ['organisation', 'admin', '/admin/organisation'],
  ['audit', 'admin', '/admin/audit'],
  ['health', 'admin', '/admin/health'],
  ['forbidden', 'agent1', '/admin/people'],
]

const profile = join(tmpdir(), `console-profile-${process.pid}`)
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, viewport: { width: 1440, height: 900 }, locale: 'zh-CN',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
})
const page = await browser.newPage()
page.on('pageerror', (error) => console.log('  page error:', error.message))
page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') console.log('  console:', message.text().slice(0, 300)) })
page.on('dialog', (dialog) => void dialog.accept())

let who = null
let bad = 0
async function be(login) {
  if (who === login) return
  await browser.clearCookies()
  await page.goto(`${base}/console/login`)
  if (login) {
    await page.getByLabel('账号').fill(login)
    await page.getByLabel('密码').fill('minsheng-demo')
    await page.getByRole('button', { name: '登录' }).click()
    await page.waitForURL((url) => !url.pathname.endsWith('/login'))
  }
  who = login
}

async function check(name) {
  await page.evaluate(axe)
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
  for (const one of found.violations) {
    bad += 1
    console.log(`  axe ${name}: ${one.id} (${one.impact}) ${one.help}`)
    for (const node of one.nodes.slice(0, 3)) console.log(`     ${node.target.join(' ')} :: ${node.any[0]?.message ?? node.failureSummary ?? ''}`.slice(0, 260))
  }
}

for (const [name, login, path, act] of SCREENS) {
  if (only.length && !only.some((one) => name.startsWith(one))) continue
  try {
    await be(login)
    const url = `${base}/console${path}`
    if (login === null || !(name.startsWith('desk-') && page.url() === url)) await page.goto(url)
    await page.waitForLoadState('networkidle', { timeout: 1500 }).catch(() => undefined)
    await wait(350)
    if (act) await act(page)
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height })
      await wait(250)
      await page.screenshot({ path: join(out, `${name}-${width}.png`) })
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
      if (overflow) console.log(`  ${name}: wider than ${width}`)
    }
    await check(name)
    await page.setViewportSize({ width: SIZES[0][0], height: SIZES[0][1] })
    console.log(`${name} ok`)
  } catch (cause) {
    bad += 1
    console.log(`${name} FAILED: ${String(cause).slice(0, 400)}`)
    await page.screenshot({ path: join(out, `${name}-failed.png`) }).catch(() => undefined)
  }
}
await browser.close()
rmSync(profile, { recursive: true, force: true })
console.log(`${bad} findings, pictures in ${out}`)
if (chat) await end(chat).catch(() => undefined)
process.exit(bad ? 1 : 0)
