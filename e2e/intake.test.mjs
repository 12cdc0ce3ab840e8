// A document becomes reviewed clauses and the bot answers from it, in a real browser: brought in, taken apart, compared with what is
// known, made a draft, passed by a second person, asked by a citizen. And what cannot be read is refused in plain words.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { clean as cleanly, desk as deskOf, launch } from './browser.mjs'
import { Server } from './server.mjs'

const POLICY = `滑雪场所安全管理办法

第一章 备案

第一条 经营滑雪场的，应当在开业前二十日向所在地县级体育行政部门备案，并提交场地平面图、救护人员名单和应急预案。

第二条 滑雪场应当为每一百名滑雪者配备不少于一名持证救护人员。

第二章 监督

第三条 未按照规定备案的，由体育行政部门责令限期改正；逾期不改正的，处五千元以下罚款。

本办法自2026年1月1日起施行。
`
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
const clean = (tab, name) => cleanly(tab, `intake-${name}`)

async function bring(tab, name, buffer) {
  await tab.goto(`${server.base}/console/library/intake`)
  await tab.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/octet-stream', buffer })
}

test('a document becomes an answer in use, by two people', async () => {
  const editor = await desk('editor1')
  await editor.goto(`${server.base}/console/library/intake`)
  await clean(editor, 'empty')
  await bring(editor, '滑雪场所安全管理办法.txt', Buffer.from(POLICY))
  await editor.waitForURL(/intake\/\d+$/)
  await editor.getByText('段成为条款').waitFor()
  await editor.getByText('正在和现有知识比对').waitFor({ state: 'detached', timeout: 20000 })
  await editor.getByLabel('出处（法规或文件全名）').fill('滑雪场所安全管理办法')
  await editor.locator('.el-select', { has: editor.getByRole('combobox', { name: '业务领域' }) }).click()
  await editor.getByRole('option', { name: '文旅体育', exact: true }).click()
  await editor.getByLabel('条目标题').fill('滑雪场备案')
  await editor.getByLabel(/^答案/).fill('开滑雪场要在开业前二十日向县级体育部门备案，带场地平面图、救护人员名单和应急预案。')
  await editor.getByLabel(/^市民可能怎么问/).fill('开滑雪场要备案吗\n滑雪场备案要带什么\n开个滑雪场怎么办手续')
  await editor.getByText('已保存', { exact: true }).waitFor({ timeout: 15000 })
  await clean(editor, 'desk')
  await editor.getByRole('button', { name: '只存这一份' }).click()
  await editor.getByText('这一条已经存成草稿').waitFor()
  await editor.getByRole('link', { name: '草稿', exact: true }).click()
  await editor.waitForURL(/drafts\/\d+$/)
  await editor.getByRole('button', { name: '提交审核' }).click()
  await editor.getByText('待审核').first().waitFor()

  const reviewer = await desk('editor2')
  await reviewer.goto(editor.url())
  await reviewer.getByText(/可以发布|没有受影响的测试问题/).first().waitFor({ timeout: 20000 })
  await reviewer.getByRole('button', { name: '通过并发布' }).click()
  await reviewer.getByText('已发布').first().waitFor()
  const opened = await server.call('POST', '/chats', {})
  const said = await server.call('POST', `/chats/${opened.body.token}/messages`, { client_id: '1', text: '我想开个滑雪场，要备案吗' })
  assert.match(JSON.stringify(said.body), /开业前二十日向县级体育部门备案/)
})

const PAGES = `<!doctype html><meta charset="utf-8"><title>雪场救护补贴办法</title>
<style>@page { size: A4; margin: 25mm } body { font: 16px/1.8 serif } h1 { text-align: center }
table { border-collapse: collapse } td, th { border: 1px solid; padding: 4px 12px } .next { break-before: page }</style>
<h1>雪场救护补贴办法</h1>
<p>第一条　取得滑雪救护证书并在本市滑雪场连续值守满九十日的救护人员，可以申领值守补贴；申请人应当在值守期满后三十日内向所在地县级体育行政部门提出，逾期不再受理。</p>
<p>第二条　补贴标准如下：</p>
<table><tr><th>证书等级</th><th>补贴标准</th><th>发放次数</th></tr><tr><td>初级</td><td>每人1200元</td><td>一次</td></tr>
<tr><td>高级</td><td>每人2600元</td><td>两次</td></tr></table>
<p class="next">第三条　本办法自2026年1月1日起施行。</p>`

async function printed(html) {
  const tab = await browser.newPage()
  await tab.setContent(html)
  const pdf = await tab.pdf({
    preferCSSPageSize: true,
    displayHeaderFooter: true,
    headerTemplate: '<span style="font-size:9px;margin-left:60px">市体育局文件汇编</span>',
    footerTemplate: '<span style="font-size:9px;margin-left:60px">第 <span class="pageNumber"></span> 页</span>',
  })
  await tab.close()
  return pdf
}

test('a printed policy becomes clauses that a second person passes', async () => {
  const editor = await desk('editor1')
  await bring(editor, '雪场救护补贴办法.pdf', await printed(PAGES))
  await editor.waitForURL(/intake\/\d+$/)
  await editor.getByText('段成为条款').waitFor()
  const number = editor.url().match(/\d+$/)[0]
  const { body } = await editor.evaluate(async (seq) => ({ body: await (await fetch(`/api/v1/library/intake/${seq}`)).json() }), number)
  assert.equal(body.kind, 'pdf')
  const said = body.paragraphs.map((one) => one.text)
  assert.ok(said.some((text) => /^第一条.*值守满九十日.*逾期不再受理。$/.test(text)), said.join('\n'))
  assert.ok(said.includes('证书等级：高级；补贴标准：每人2600元；发放次数：两次'), said.join('\n'))
  const beside = body.paragraphs.filter((one) => /^(市体育局文件汇编|第 ?\d ?页)$/.test(one.text))
  assert.equal(beside.length, 4, said.join('\n'))
  assert.ok(beside.every((one) => one.left_out.includes('页')))
  assert.equal(body.common.in_force_from, '2026-01-01')

  await editor.getByText('正在和现有知识比对').waitFor({ state: 'detached', timeout: 20000 })
  await editor.locator('.el-select', { has: editor.getByRole('combobox', { name: '业务领域' }) }).click()
  await editor.getByRole('option', { name: '文旅体育', exact: true }).click()
  await editor.getByLabel('条目标题').fill('雪场救护补贴')
  await editor.getByLabel(/^答案/).fill('滑雪救护人员值守满九十日可以申领补贴，初级每人1200元，高级每人2600元。')
  await editor.getByLabel(/^市民可能怎么问/).fill('滑雪救护员有补贴吗\n雪场救护补贴多少钱')
  await editor.getByText('已保存', { exact: true }).waitFor({ timeout: 15000 })
  await clean(editor, 'pdf')
  await editor.getByRole('button', { name: '只存这一份' }).click()
  await editor.getByText('这一条已经存成草稿').waitFor()
  await editor.getByRole('link', { name: '草稿', exact: true }).click()
  await editor.waitForURL(/drafts\/\d+$/)
  await editor.getByRole('button', { name: '提交审核' }).click()
  await editor.getByText('待审核').first().waitFor()

  const reviewer = await desk('editor2')
  await reviewer.goto(editor.url())
  await reviewer.getByText(/可以发布|没有受影响的测试问题/).first().waitFor({ timeout: 20000 })
  await reviewer.getByRole('button', { name: '通过并发布' }).click()
  await reviewer.getByText('已发布').first().waitFor()
})

test('what cannot be read is refused in plain words and nothing is kept', async () => {
  const editor = await desk('editor1')
  for (const [name, bytes, words] of [
    ['坏的.docx', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(200, 7)]), /打不开|损坏|读不/],
    ['坏的.pdf', Buffer.from('%PDF-1.7\n'), /损坏/],
    ['空的.txt', Buffer.from('   \n'), /没有文字|空/],
    ['照片.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), /图片|不认识/],
  ]) {
    await bring(editor, name, bytes)
    await editor.getByRole('alert').filter({ hasText: words }).waitFor({ timeout: 15000 })
  }
  await clean(editor, 'refused')
  assert.equal(await editor.getByText('坏的.docx').count() > 1, false)
})

test('a table is mapped once and imported', async () => {
  const editor = await desk('editor1')
  await editor.goto(`${server.base}/console/library/import`)
  const table = 'id,question,answer\nxq-1,雪圈能不能自己带,可以自带雪圈，但要在指定雪道使用。\n'
  await editor.locator('input[type=file]').setInputFiles({ name: '问答.csv', mimeType: 'text/csv', buffer: Buffer.from(table) })
  await editor.getByText('雪圈能不能自己带').first().waitFor({ timeout: 15000 })
  await editor.getByText('还要选：业务领域').waitFor()
  await editor.locator('.el-select', { has: editor.getByRole('combobox', { name: '业务领域' }) }).click()
  await editor.getByRole('option', { name: '文旅体育', exact: true }).click()
  await editor.getByLabel('统一的出处').fill('滑雪场须知')
  await editor.getByRole('button', { name: '试导入' }).click()
  await editor.getByText('试导入的结果（还没写进知识库）').waitFor({ timeout: 20000 })
  await clean(editor, 'import')
  await editor.getByRole('button', { name: '正式导入 1 条' }).click()
  await editor.getByText('导入完成').or(editor.getByText(/已导入|新增/)).first().waitFor({ timeout: 20000 })
})
