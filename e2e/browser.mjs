// Chromium as the tests use it: a launch, somebody's console, a page that must be clean.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { chromium } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
export const shots = join(import.meta.dirname, 'shots')

export function launch(...more) {
  mkdirSync(shots, { recursive: true })
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-component-update', ...more],
  })
}

/** Signs in with a sample account. */
export async function login(tab, base, name) {
  await tab.goto(`${base}/console/login`)
  await tab.locator('input').first().fill(name)
  await tab.locator('input[type=password]').fill('minsheng-demo')
  await tab.getByRole('button', { name: '登录' }).click()
  await tab.waitForURL((url) => !url.pathname.endsWith('/login'))
}

/** A console of somebody's: its dialogues are accepted, an error in it fails the test. */
export async function desk(browser, base, name) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })
  const tab = await context.newPage()
  tab.on('dialog', (dialog) => void dialog.accept())
  tab.on('pageerror', (error) => assert.fail(`${name}: ${error.message}`))
  await login(tab, base, name)
  return tab
}

/** Keeps a picture of the page, and lets no finding of axe at A or AA stand. */
export async function clean(tab, name, { fullPage = false } = {}) {
  await tab.waitForLoadState('networkidle', { timeout: 5000 }).catch(() => {})
  await tab.screenshot({ path: join(shots, `${name}.png`), fullPage })
  await tab.evaluate(axe)
  const found = await tab.evaluate(async (rules) => {
    const result = await window.axe.run(document, { runOnly: rules })
    return result.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`)
  }, RULES)
  assert.deepEqual(found, [], `axe on ${name}`)
}
