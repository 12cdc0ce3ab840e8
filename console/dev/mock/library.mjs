import { parse, parseDocument, LineCounter } from 'yaml'

import { ago, listDir, now, paged, readText, readYaml, record, Refusal } from './kit.mjs'

export const entries = listDir('entries').flatMap((file) => readYaml('entries', file)).map((one, i) => ({
  tags: [], questions: [], tests: [], ...one, status: i % 61 === 7 ? 'withdrawn' : 'published', revision: 1, views: (i * 37) % 900, updated_us: ago(86400 * (i % 40)), updated_by: 'system:pack',
}))
const history = new Map()
const body = ({ status, revision, views, updated_us, updated_by, ...rest }) => rest

const scenarios = listDir('scenarios').flatMap((dir) => listDir('scenarios', dir).map((file) => readText('scenarios', dir, file))).map((yaml) => {
  const doc = parse(yaml)
  return { id: doc.id, title: doc.title, domain: doc.domain, kind: doc.kind, yaml, revision: 1 }
})

export const cite = (entry) => (entry?.clauses ?? []).map((one) => ({ entry_id: entry.id, clause_id: one.id, text: one.text, source: one.source, document_number: one.document_number ?? null, article: one.article ?? null, in_force_from: one.in_force_from ?? null, in_force_until: one.in_force_until ?? null, local: Boolean(one.local) }))

const grams = (text) => { const set = new Set(); for (let i = 0; i < text.length - 1; i += 1) set.add(text.slice(i, i + 2)); return set }
export function search(q, domain = '') {
  const wanted = grams(q)
  return entries.filter((one) => one.status === 'published').map((one) => {
    const best = Math.max(...[one.title, ...one.questions].map((text) => { let hit = 0; for (const g of grams(text)) if (wanted.has(g)) hit += 1; return hit / Math.max(3, wanted.size) }))
    return { entry_id: one.id, title: one.title, domain: one.domain, answer: one.answer.trim(), confidence: Math.min(0.97, best * 1.5 + (one.domain === domain ? 0.15 : 0)), citations: cite(one) }
  }).filter((hit) => hit.confidence > 0.2).sort((a, b) => b.confidence - a.confidence)
}

const find = (id) => { const one = entries.find((e) => e.id === id); if (!one) throw new Refusal(404, 'not_found', '没有这个条目，可能已被删除。'); return one }
const rec = ({ status, revision, views, updated_us, updated_by, ...entry }) => ({ entry, status, revision, views, updated_us, updated_by })
const row = (one) => ({ id: one.id, title: one.title, domain: one.domain, kind: one.kind, region: one.region, status: one.status, owner: one.owner, revision: one.revision, views: one.views, updated_us: one.updated_us, updated_by: one.updated_by })

function keep(entry) { history.set(entry.id, [{ revision: entry.revision, status: entry.status, updated_us: entry.updated_us, updated_by: entry.updated_by, entry: body(entry) }, ...(history.get(entry.id) ?? [])]) }

function problems(yaml) {
  const lines = new LineCounter()
  const doc = parseDocument(yaml, { lineCounter: lines })
  const found = doc.errors.map((one) => ({ line: lines.linePos(one.pos[0]).line, message: 'YAML 写法有误，请检查缩进和冒号。' }))
  if (found.length) return found
  const value = doc.toJS() ?? {}
  const at = (text) => { const i = yaml.split('\n').findIndex((one) => one.includes(text)); return i < 0 ? 1 : i + 1 }
  for (const key of ['id', 'title', 'domain', 'start', 'nodes']) if (!value[key]) found.push({ line: 1, message: `缺少 ${key}，请补上。` })
  const nodes = value.nodes ?? {}
  if (value.start && !nodes[value.start]) found.push({ line: at('start:'), message: `start 指向的节点 ${value.start} 不存在。` })
  for (const [name, node] of Object.entries(nodes)) {
    for (const to of [node?.next, node?.else, ...(node?.branch ?? []).map((one) => one.to)]) if (to && !nodes[to]) found.push({ line: at(`: ${to}`), message: `节点 ${name} 通向的 ${to} 不存在，请新建它或改成已有的节点。` })
  }
  return found
}

function tryOut(yaml, turns) {
  const value = parse(yaml)
  const transcript = []
  const walked = []
  const add = (author, kind, text, options = [], citations = []) => transcript.push({ seq: transcript.length + 1, author, kind, text, options, citations, at_us: now(), client_id: null, agent_name: null })
  const said = [...turns]
  add('citizen', 'text', said.shift() ?? value.triggers?.[0] ?? '')
  let node = value.start
  for (let guard = 0; node && guard < 30; guard += 1) {
    const one = value.nodes[node]
    if (!one) break
    if (!walked.includes(node)) walked.push(node)
    if (one.answer) { const entry = entries.find((e) => e.id === one.answer.split('#')[0]); add('bot', 'answer', entry?.answer.trim() ?? '（没有这个条目）', [], cite(entry).slice(0, 1)) }
    if (one.say) add('bot', 'note', one.say)
    if (one.ask) { add('bot', 'ask', value.slots?.[one.ask]?.ask ?? `请说一下${one.ask}`, Object.values(value.slots?.[one.ask]?.options ?? {}).map((list) => list[0])); const words = said.shift(); if (words === undefined) return { transcript, walked, at: node }; if (/转人工|^0$/.test(words)) { add('citizen', 'text', words); add('system', 'queue', '转人工排队'); return { transcript, walked, at: null } } add('citizen', 'text', words) }
    if (one.ticket) add('system', 'ticket', `开工单：${one.ticket.category}`)
    if (one.hand_over) { add('system', 'queue', `转人工：${one.hand_over.reason}`); break }
    if (one.end) { add('bot', 'note', one.end); break }
    node = one.branch ? one.branch[0].to : one.next
  }
  return { transcript, walked, at: null }
}

export function libraryRoutes() {
  return [
    ['GET', '/knowledge/search', ({ query }) => ({ hits: search(query.get('q') ?? '', query.get('domain') ?? '').filter((hit) => !query.get('domain') || hit.domain === query.get('domain')).slice(0, Number(query.get('limit') ?? 10)) })],
    ['GET', '/library/entries', ({ query }) => {
      let rows = entries.map(row)
      for (const key of ['domain', 'status']) if (query.get(key)) rows = rows.filter((one) => one[key] === query.get(key))
      if (query.get('q')) rows = rows.filter((one) => one.title.includes(query.get('q')) || one.id.includes(query.get('q')))
      return paged(rows, query)
    }],
    ['POST', '/library/entries', ({ body: sent, who }) => { if (entries.some((e) => e.id === sent.id)) throw new Refusal(409, 'conflict', `编号 ${sent.id} 已有条目，请换一个。`); const made = { ...sent, status: 'published', revision: 1, views: 0, updated_us: now(), updated_by: `staff:${who.id}` }; entries.unshift(made); return rec(made) }, { status: 201 }],
    ['GET', '/library/entries/:id', ({ params }) => rec(find(params.id))],
    ['PUT', '/library/entries/:id', ({ params, body: sent, who }) => { const one = find(params.id); if (sent.revision !== one.revision) throw new Refusal(409, 'conflict', '别人刚刚改过这个条目，请重新载入后再改。'); keep(one); Object.assign(one, sent, { revision: one.revision + 1, updated_us: now(), updated_by: `staff:${who.id}` }); record(who, 'entry.save', one.id); return rec(one) }],
    ['POST', '/library/entries/:id/withdraw', ({ params, body: sent, who }) => { const one = find(params.id); keep(one); Object.assign(one, { status: 'withdrawn', revision: one.revision + 1, updated_us: now() }); record(who, 'entry.withdraw', one.id, sent.reason); return rec(one) }],
    ['GET', '/library/entries/:id/history', ({ params }) => { const one = find(params.id); return [{ revision: one.revision, status: one.status, updated_us: one.updated_us, updated_by: one.updated_by, entry: body(one) }, ...(history.get(one.id) ?? [])] }],
    ['POST', '/library/import', ({ body: sent }) => {
      const text = sent.multipart.toString('utf8')
      const rows = Math.max(0, text.split('\n').length - 12)
      return { rows, imported: rows - 3, updated: 0, unchanged: 0, duplicates: 1, refused_rows: 2, duplicate_rows: [], refused: [{ row: 3, why: '答案为空，请补上后重新导入' }, { row: 8, why: '施行日期“2026-13-01”不是日期，请写成 2026-01-13' }] }
    }],
    ['GET', '/library/gaps', () => ({ rows: [
      { question: '共享单车骑行证怎么办', times: 14, last_us: ago(900), nearest: [{ entry_id: entries[3].id, title: entries[3].title, confidence: 0.31 }] },
      { question: '老小区加装电梯一楼不同意怎么办', times: 9, last_us: ago(5400), nearest: [{ entry_id: entries[9].id, title: entries[9].title, confidence: 0.44 }] },
      { question: '宠物狗丢了去哪里登记', times: 4, last_us: ago(90000), nearest: [] },
    ] })],
    ['GET', '/scenarios', () => ({ rows: scenarios, total: scenarios.length })],
    ['GET', '/scenarios/:id', ({ params }) => scenarios.find((one) => one.id === params.id) ?? (() => { throw new Refusal(404, 'not_found', '没有这个流程。') })()],
    ['PUT', '/scenarios/:id', ({ params, body: sent }) => { const one = scenarios.find((s) => s.id === params.id); const bad = problems(sent.yaml); if (bad.length) throw new Refusal(400, 'invalid', `第 ${bad[0].line} 行：${bad[0].message}`); if (sent.revision !== one.revision) throw new Refusal(409, 'conflict', '别人刚刚改过这个流程，请重新载入后再改。'); Object.assign(one, { yaml: sent.yaml, revision: one.revision + 1 }); return one }],
    ['POST', '/scenarios/validate', ({ body: sent }) => ({ problems: problems(sent.yaml) })],
    ['POST', '/scenarios/try', ({ body: sent }) => { if (problems(sent.yaml).length) throw new Refusal(400, 'invalid', '流程还有错误，改好后再试。'); return tryOut(sent.yaml, sent.turns) }],
  ]
}
