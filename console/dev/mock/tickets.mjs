import { ago, now, paged, readYaml, record, Refusal } from './kit.mjs'

const organisation = readYaml('organisation.yaml')
export const units = organisation.units
const KIND = { consult: '咨询', help: '求助', complaint: '投诉', report: '举报', suggestion: '建议', praise: '表扬', other: '其他' }
const STATE = { registered: '待派单', dispatched: '待签收', objected: '异议待裁定', handling: '办理中', suspended: '等群众补充', replied: '待回访', called_back: '待归档', archived: '已归档', cancelled: '已撤销', withdrawn: '已撤回' }
const OWNER = { registered: 'dispatch', objected: 'arbitration', replied: 'callback', called_back: 'callback' }
const SAMPLES = [
  ['电梯停运半个月未修', 'complaint', '物业小区', '电梯维修', '东柳街道东柳坊社区7幢'], ['路灯不亮已三天', 'help', '城管市容', '路灯维修', '中河街道宋诏桥社区嵩江东路'],
  ['夜间施工噪音扰民', 'complaint', '环保噪音', '施工噪声', '首南街道陈婆渡社区'], ['窨井盖破损有危险', 'help', '城管市容', '井盖缺失破损', '下应街道湾底村口'],
  ['单位拖欠三个月工资', 'report', '就业劳动', '欠薪', '潘火街道金桥水岸社区'], ['建议公园增设座椅', 'suggestion', '城管市容', '市容管理建议', '福明街道东海花园社区'],
  ['预付卡门店关门退费', 'complaint', '市场监管消费', '预付卡', '南部商务区'], ['自来水水压低', 'help', '水电气热', '供水', '姜山镇走马塘村'],
  ['老人办证窗口态度好', 'praise', '户籍身份', '表扬', '鄞州分局办证大厅'], ['异地就医备案未生效', 'help', '医保', '异地备案', '百丈街道划船社区'],
]

/** Owner and clock follow from the state, as the server tells them. */
function clocked(one) {
  const closed = ['archived', 'cancelled', 'withdrawn'].includes(one.state)
  const next = closed ? null : one.due_us
  const light = closed ? 'none' : one.state === 'suspended' ? 'paused' : next < now() ? 'red' : next < now() + 86400e6 ? 'amber' : 'green'
  const hours = Math.abs(Math.round((next - now()) / 3.6e9))
  const light_words = { none: '已办结', paused: '暂停计时', red: `已超时${hours}小时`, amber: `还有${hours}小时`, green: `还有${Math.round(hours / 24)}天` }[light]
  const owner = closed ? '' : OWNER[one.state] ?? `unit:${one.unit}`
  return Object.assign(one, { next_us: next, light, light_words, owner, owner_words: { dispatch: '派单员', arbitration: '派单员（裁定）', callback: '回访岗' }[owner] ?? one.unit_name, overdue: light === 'red' })
}

const EMPTY = { co_units: [], office: '', question: null, extension: null, objection: null, urges: 0, supervisor: null, merged_into: null, merged: [], split_from: null, split: [], window: null, window_result: null, outcome: null, attachments: [], flags: [] }

export const tickets = Array.from({ length: 67 }, (_, i) => {
  const [title, kind, domain, category, place] = SAMPLES[i % SAMPLES.length]
  const state = ['handling', 'registered', 'dispatched', 'replied', 'archived', 'handling'][i % 6]
  const created = ago(3600 * (2 + i * 5))
  const unit = units.find((one) => one.leads?.includes(domain)) ?? units[0]
  const has = state !== 'registered'
  return clocked({
    ...EMPTY, id: `t${i}`, number: `YZ20261122${String(1000 - i).padStart(5, '0')}`, title, kind, kind_words: KIND[kind], category, domain, state, state_words: STATE[state],
    urgency: i % 11 === 3 ? 'urgent' : 'normal', place, proposed_unit: unit.id, proposed_unit_name: unit.name, unit: has ? unit.id : null, unit_name: has ? unit.name : '', due_us: created + (24 + (i % 9) * 20) * 3600 * 1e6,
    created_us: created, updated_us: created + 3.6e9, contact_id: `c-old-${i % 40}`, version: 1, phone: '138****6120', name: '王**', flags: i % 9 === 4 ? ['urged'] : [],
    facts: [
      { label: '地址', value: `${place}*单元`, words: '', by: 'citizen', at_us: created, personal: true }, { label: '时间', value: '上周三晚上', words: '上个礼拜三夜里', by: 'citizen', at_us: created, personal: false },
    ],
    words: [`${title}，已经跟物业和社区都说过，没有人来处理。`, '希望尽快解决，给个准信。'],
    events: [{ seq: 1, at_us: created, actor_words: '自动助手', words: '根据来访登记' }, ...(has ? [{ seq: 2, at_us: created + 1.2e9, actor_words: '派单员', words: `派给${unit.name}` }] : [])],
  })
})

const row = ({ facts, words, contact_id, events, version, phone, name, ...rest }) => rest
const find = (number) => { const one = tickets.find((t) => t.number === number); if (!one) throw new Refusal(404, 'not_found', '没有这个编号的工单，请核对编号。'); return one }
const step = (ticket, state, who, words) => { Object.assign(ticket, { state, state_words: STATE[state], updated_us: now(), version: ticket.version + 1 }); ticket.events.push({ seq: ticket.events.length + 1, at_us: now(), actor_words: who.name, words }); return full(clocked(ticket)) }

const field = (name, words, kind, required = true, options) => ({ name, words, kind, required, ...(options ? { options } : {}) })
const WORDS = field('words', '内容', 'long')
/** The daily steps of each state: [step, words, next state, fields]. Who may take which is the server's to say. */
const STEPS = {
  registered: [['dispatch', '派单', 'dispatched', [field('unit', '主办单位', 'unit'), field('co_units', '协办单位', 'units', false), field('note', '派单说明', 'long', false)]]],
  dispatched: [['accept', '签收', 'handling', []], ['object', '提出异议', 'objected', [field('reason', '异议理由', 'long'), field('evidence', '依据', 'long'), field('suggest', '建议承办单位', 'unit', false)]]],
  objected: [['uphold', '异议成立，改派', 'dispatched', [field('unit', '改派给', 'unit'), field('reason', '裁定理由', 'long')]], ['overrule', '异议不成立', 'dispatched', [field('reason', '理由', 'long')]]],
  handling: [['ask', '请群众补充', 'suspended', [field('words', '要请群众说明什么', 'long')]], ['reply', '答复', 'replied', [field('words', '给群众的答复', 'long'), field('files', '随答复发给群众的附件', 'files', false), field('anyway', '答复检查有提示，仍要发送', 'bool', false)]]],
  suspended: [['answer', '代群众补充', 'handling', [WORDS]]],
  replied: [['callback', '登记回访', 'called_back', [field('reached', '联系上了', 'bool'), field('solved', '问题解决了', 'bool', false), field('satisfied', '对办理满意', 'bool', false), field('in_time', '办得及时', 'bool', false), field('note', '群众怎么说', 'long', false)]]],
  called_back: [['archive', '归档', 'archived', [field('note', '说明', 'long', false)]]],
}
const full = (ticket) => ({ ...ticket, steps: (STEPS[ticket.state] ?? []).map(([name, words, , fields]) => ({ step: name, words, fields })) })
const VIEW = { dispatch: 'dispatch', arbitration: 'arbitration', callbacks: 'callback' }
const line = (id, name, rows) => ({ id, name, open: rows.length, lights: lightsOf(rows) })
const lightsOf = (rows) => Object.fromEntries(['green', 'amber', 'red', 'paused'].map((light) => [light, rows.filter((one) => one.light === light).length]))

export function makeTicket(form, who, contactId = null) {
  const unit = units.find((one) => one.id === form.unit) ?? units.find((one) => one.leads?.includes(form.domain))
  const ticket = clocked({
    ...EMPTY, id: `t${tickets.length}`, number: `YZ20261122${String(2000 + tickets.length).padStart(5, '0')}`, title: form.title, kind: form.kind, kind_words: KIND[form.kind], category: form.category, domain: form.domain,
    state: 'registered', state_words: STATE.registered, urgency: form.urgent ? 'urgent' : 'normal', place: form.place, unit: null, unit_name: '', proposed_unit: unit?.id ?? null, proposed_unit_name: unit?.name ?? '', due_us: now() + 5 * 86400 * 1e6,
    created_us: now(), updated_us: now(), contact_id: contactId, version: 1, phone: form.phone ? '138****6120' : '', name: form.name ? '王**' : '', facts: [], words: [form.detail], events: [{ seq: 1, at_us: now(), actor_words: who.name, words: '登记' }],
    window: form.window ?? null, flags: [...(form.window ? ['window'] : []), ...(form.confidential ? ['confidential'] : [])],
  })
  tickets.unshift(ticket)
  record(who, 'ticket.create', ticket.number)
  return full(ticket)
}

export function ticketRoutes() {
  return [
    ['GET', '/tickets', ({ query }) => {
      let rows = tickets
      for (const key of ['state', 'kind', 'domain', 'unit']) if (query.get(key)) rows = rows.filter((one) => one[key] === query.get(key))
      const view = query.get('view')
      if (VIEW[view]) rows = rows.filter((one) => one.owner === VIEW[view])
      else if (view === 'inbox') rows = rows.filter((one) => one.owner.startsWith('unit:'))
      else if (view) rows = rows.filter((one) => one.flags.includes(view))
      const q = query.get('q')
      if (q) rows = rows.filter((one) => one.title.includes(q) || one.number.includes(q) || one.place.includes(q))
      if (query.get('due') === 'overdue') rows = rows.filter((one) => one.overdue)
      if (query.get('due') === 'today') rows = rows.filter((one) => !one.overdue && one.due_us - now() < 86400e6)
      return paged(rows.map(row), query)
    }],
    ['POST', '/tickets', ({ body, who }) => makeTicket(body, who), { status: 201 }],
    ['GET', '/tickets/:number/full', ({ params }) => full(find(params.number))],
    ['GET', '/tickets/:number/personal', ({ params, query, who }) => { record(who, 'ticket.personal', params.number, query.get('field')); return { value: { phone: '13800006120', name: '王小满' }[query.get('field')] ?? '东柳街道东柳坊社区7幢2单元501室' } }],
    ['POST', '/tickets/:number/steps', ({ params, body, who }) => {
      const ticket = find(params.number)
      const taken = (STEPS[ticket.state] ?? []).find(([name]) => name === body.step)
      if (!taken) throw new Refusal(409, 'conflict', `工单现在是“${ticket.state_words}”，不能这样操作。请刷新后看可以做的操作。`)
      const unit = units.find((one) => one.id === body.unit)
      if (unit) Object.assign(ticket, { unit: unit.id, unit_name: unit.name })
      record(who, `ticket.${body.step}`, ticket.number)
      const next = body.step === 'callback' ? (!body.reached ? 'replied' : body.solved && body.satisfied !== false ? 'called_back' : 'handling') : taken[2]
      ticket.question = body.step === 'ask' ? body.words : null
      return step(ticket, next, who, `${taken[1]}${body.words || body.reason || body.note ? `：${body.words || body.reason || body.note}` : ''}`)
    }],
    ['GET', '/tickets/:number/recommendations', ({ params }) => {
      const ticket = find(params.number)
      const unit = units.find((one) => one.id === ticket.proposed_unit) ?? units[0]
      return { proposals: [{ unit: unit.id, unit_name: unit.name, co_units: [], confidence: 0.82, basis: '权责清单', matter: ticket.category, reasons: [`“${ticket.title}”属于${unit.name}的职责`, `${ticket.domain}由${unit.name}牵头`] }], auto_at: null }
    }],
    ['GET', '/tickets/:number/related', ({ params }) => { const one = find(params.number); return { caller: [], similar: tickets.filter((t) => t.domain === one.domain && t !== one).slice(0, 3).map(row) } }],
    ['POST', '/tickets/:number/reply-check', ({ body }) => { const findings = body.words.length < 15 ? [{ code: 'too_short', words: '答复太短，请说明查到了什么、怎么办的、结果怎样。', must: true }] : []; return { ok: !findings.length, findings } }],
    ['GET', '/casework/board', () => {
      const open = tickets.filter((one) => one.light !== 'none')
      const by = (key, name) => [...new Set(open.map((one) => one[key]))].map((id) => line(id ?? '', name(id), open.filter((one) => one[key] === id)))
      return { lights: lightsOf(open), states: by('state', (id) => STATE[id]), units: by('unit', (id) => units.find((one) => one.id === id)?.name ?? '还没有派'), places: [], today: { dispatched: 9, replied: 6 }, rates: { timely_dispatch: 0.98, timely_accept: 0.95, timely_reply: 0.93 } }
    }],
    ['GET', '/casework/repeats', () => ({ callers: [], places: [{ words: '宋诏桥社区：路灯维修近30天3件', count: 3, tickets: tickets.slice(1, 4).map(row) }] })],
    ['GET', '/casework/unsolved', () => ({ rows: [{ ticket: row(tickets[4]), reasons: ['没有联系上群众就办结'] }] })],
    ['GET', '/casework/indicators', () => {
      const figures = (one) => ({ unit: one.id, name: one.name, replied: 12, in_time: 11, on_time_rate: 0.917, accept_rate: 1, called_back: 8, solved: 7, solved_rate: 0.875, satisfied: 7, satisfied_rate: 0.875, reopened: 1, objections: 1, upheld: 0 })
      return { units: units.slice(0, 3).map(figures), all: figures({ id: '', name: '全部' }), rates: { timely_dispatch: 0.98, timely_accept: 0.95, timely_reply: 0.93 } }
    }],
    ['GET', '/casework/window', ({ query }) => ({ month: query.get('month'), total: 0, open: 0, causes: [], rows: [] })],
    ['GET', '/notices', () => ({ rows: [{ id: 'n1', at_us: now(), words: `${tickets[0].number}《${tickets[0].title}》群众催办`, ticket: tickets[0].number, level: 'warn', read: false }], unread: 1 })],
    ['POST', '/notices/:id/read', () => undefined],
  ]
}
