// The public face of the knowledge, in a real browser: a citizen searches, reads an entry with its sources and prints it, with scripts
// and without; search engines and other programs read the same.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { clean, launch, shots } from './browser.mjs'
import { Server } from './server.mjs'

const ENTRY = '/k/gjj-zufang-tiqu'
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

async function page(viewport = { width: 390, height: 844 }, more = {}) {
  const context = await browser.newContext({ viewport, locale: 'zh-CN', ...more })
  const tab = await context.newPage()
  tab.on('pageerror', (error) => assert.fail(error.message))
  return tab
}

test('a citizen searches, reads and prints', async () => {
  const tab = await page({ width: 1100, height: 900 })
  const refused = []
  tab.on('console', (message) => { if (message.type() === 'error') refused.push(message.text()) })
  await tab.goto(`${server.base}/k`)
  await tab.getByRole('searchbox', { name: '想查什么' }).fill('租房提取公积金')
  await tab.getByRole('button', { name: '搜索' }).click()
  await tab.locator('.hits a').first().waitFor()
  await clean(tab, 'face-search')
  await tab.locator(`.hits a[href="${ENTRY}"]`).first().click()
  await tab.getByRole('heading', { name: '依据' }).waitFor()
  await clean(tab, 'face-entry', { fullPage: true })
  assert.equal(await tab.locator('link[rel=canonical]').getAttribute('href'), `${server.base}${ENTRY}`)
  const data = JSON.parse(await tab.locator('script[type="application/ld+json"]').textContent())
  assert.equal(data['@graph'][0]['@type'], 'FAQPage')

  await tab.getByRole('link', { name: '打印' }).click()
  await tab.waitForURL(/\/print$/)
  await tab.evaluate(() => { window.print = () => { document.body.dataset.printed = '1' } })
  await clean(tab, 'face-print', { fullPage: true })
  await tab.getByRole('button', { name: '打印这一页' }).click()
  assert.equal(await tab.evaluate(() => document.body.dataset.printed), '1')
  await tab.emulateMedia({ media: 'print' })
  assert.equal(await tab.locator('.papertools').isVisible(), false)
  for (const words of ['文号', '打印日期', `${server.base}${ENTRY}`]) {
    assert.equal(await tab.getByText(words).first().isVisible(), true, words)
  }
  await tab.pdf({ path: join(shots, 'face-print.pdf'), preferCSSPageSize: true, printBackground: true })
  assert.deepEqual(refused, [], 'nothing of the pages is refused by their own policy')
})

test('the page of an entry prints clean by itself', async () => {
  const tab = await page({ width: 800, height: 1100 })
  await tab.goto(server.base + ENTRY)
  await tab.emulateMedia({ media: 'print' })
  for (const hidden of ['.top', '.foot', '.helpful', '.ask']) {
    assert.equal(await tab.locator(hidden).first().isVisible(), false, hidden)
  }
  assert.equal(await tab.getByText('打印日期').isVisible(), true)
  await tab.screenshot({ path: join(shots, 'face-entry-on-paper.png'), fullPage: true })
})

test('without scripts, on a telephone and in large letters, the sheet is there', async () => {
  const plain = await page(undefined, { javaScriptEnabled: false })
  await plain.goto(server.base + ENTRY)
  await plain.getByRole('link', { name: '打印' }).click()
  await plain.getByText('要打印，请按 Ctrl+P').waitFor()
  assert.equal(await plain.locator('#print').isVisible(), false)
  await plain.screenshot({ path: join(shots, 'face-print-telephone.png'), fullPage: true })

  const elder = await page()
  await elder.goto(`${server.base}/elder?on=1&back=${ENTRY}/print`)
  await clean(elder, 'face-print-elder', { fullPage: true })
})

test('domains are read page by page', async () => {
  const tab = await page()
  await tab.goto(`${server.base}/k?domain=${encodeURIComponent('社保')}`)
  await tab.getByText(/共 \d+ 条/).waitFor()
  await clean(tab, 'face-domain')
  const next = tab.getByRole('link', { name: '下一页' })
  if (await next.count()) {
    await next.click()
    await tab.getByRole('link', { name: '上一页' }).waitFor()
    await clean(tab, 'face-domain-2')
  }
})

test('search engines and programs read what people read', async () => {
  const map = await fetch(`${server.base}/sitemap.xml`)
  assert.match(map.headers.get('content-type'), /application\/xml/)
  assert.ok((await map.text()).includes(`<loc>${server.base}${ENTRY}</loc>`))
  const robots = await (await fetch(`${server.base}/robots.txt`)).text()
  assert.ok(robots.includes(`Sitemap: ${server.base}/sitemap.xml`))
  const entry = await server.call('GET', '/knowledge/entries/gjj-zufang-tiqu')
  assert.equal(entry.body.url, server.base + ENTRY)
  const asked = await fetch(`${server.base}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'answer', arguments: { question: '租房子能不能提取公积金' } } }),
  })
  const told = (await asked.json()).result
  assert.equal(told.structuredContent.answered, true)
  assert.ok(told.structuredContent.answer.url.startsWith(`${server.base}/k/`))
})
