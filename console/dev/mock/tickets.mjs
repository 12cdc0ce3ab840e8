import { ago, now, paged, readYaml, record, Refusal } from './kit.mjs'

const organisation = readYaml('organisation.yaml')
export const units = organisation.units
const KIND = { consult: '咨询', help: '求助', complaint: '投诉', report: '举报', suggestion: '建议', praise: '表扬', other: '其他' }
const STATE = { registered: '待派单', dispatched: '办理中', replied: '已答复', archived: '已归档', cancelled: '已撤销' }
const SAMPLES = [
  ['电梯停运半个月未修', 'complaint', '物业小区', '电梯维修', '东柳街道东柳坊社区7幢'], ['路灯不亮已三天', 'help', '城管市容', '路灯维修', '中河街道宋诏桥社区嵩江东路'],
  ['夜间施工噪音扰民', 'complaint', '环保噪音', '施工噪声', '首南街道陈婆渡社区'], ['窨井盖破损有危险', 'help', '城管市容', '井盖缺失破损', '下应街道湾底村口'],
  ['单位拖欠三个月工资', 'report', '就业劳动', '欠薪', '潘火街道金桥水岸社区'], ['建议公园增设座椅', 'suggestion', '城管市容', '市容管理建议', '福明街道东海花园社区'],
  ['预付卡门店关门退费', 'complaint', '市场监管消费', '预付卡', '南部商务区'], ['自来水水压低', 'help', '水电气热', '供水', '姜山镇走马塘村'],
  ['老人办证窗口态度好', 'praise', '户籍身份', '表扬', '鄞州分局办证大厅'], ['异地就医备案未生效', 'help', '医保', '异地备案', '百丈街道划船社区'],
]

export const tickets = Array.from({ length: 67 }, (_, i) => {
  const [title, kind, domain, category, place] = SAMPLES[i % SAMPLES.length]
  const state = ['dispatched', 'registered', 'dispatched', 'replied', 'archived', 'dispatched'][i % 6]
  const created = ago(3600 * (2 + i * 5))
  const due = created + (24 + (i % 9) * 20) * 3600 * 1e6
  const unit = units.find((one) => one.leads?.includes(domain)) ?? units[0]
  return {
    id: `t${i}`, number: `YZ20261122${String(1000 - i).padStart(5, '0')}`, title, kind, kind_words: KIND[kind], category, domain, state, state_words: STATE[state],
    urgency: i % 11 === 3 ? 'urgent' : 'normal', place, proposed_unit: unit.id, proposed_unit_name: unit.name, unit: state === 'registered' ? null : unit.id, unit_name: state === 'registered' ? '' : unit.name, due_us: due,
    overdue: due < now() && !['archived', 'replied'].includes(state), created_us: created, updated_us: created + 3.6e9, contact_id: `c-old-${i % 40}`, version: 1, phone: '138****6120', name: '王**',
    facts: [
      { slot: 'place', label: '地址', value: `${place}*单元`, words: '', by: 'citizen', at_us: created, personal: true }, { slot: 'time', label: '时间', value: '上周三晚上', words: '上个礼拜三夜里', by: 'citizen', at_us: created, personal: false },
      { slot: 'phone', label: '联系电话', value: '138****6120', words: '', by: 'citizen', at_us: created, personal: true },
    ],
    words: [`${title}，已经跟物业和社区都说过，没有人来处理。`, '希望尽快解决，给个准信。'],
    events: [{ at_us: created, actor: '自动助手', words: '根据来访登记' }, ...(state === 'registered' ? [] : [{ at_us: created + 1.2e9, actor: '胡立安', words: `派给${unit.name}，要求三个工作日内答复来电人` }]),
      ...(['replied', 'archived'].includes(state) ? [{ at_us: created + 9e9, actor: unit.name, words: '已到现场处理完毕，并电话告知来电人，来电人表示满意。' }] : []), ...(state === 'archived' ? [{ at_us: created + 2e10, actor: '林晓禾', words: '回访满意，归档' }] : [])],
  }
})

const row = ({ facts, words, contact_id, events, version, ...rest }) => rest
const find = (number) => { const one = tickets.find((t) => t.number === number); if (!one) throw new Refusal(404, 'not_found', '没有这个编号的工单，请核对编号。'); return one }
const step = (ticket, state, actor, words) => { Object.assign(ticket, { state, state_words: STATE[state], updated_us: now(), version: ticket.version + 1, overdue: false }); ticket.events.push({ at_us: now(), actor, words }); return ticket }

export function makeTicket(form, who, contactId = null) {
  const unit = units.find((one) => one.id === form.unit) ?? units.find((one) => one.leads?.includes(form.domain))
  const ticket = {
    id: `t${tickets.length}`, number: `YZ20261122${String(2000 + tickets.length).padStart(5, '0')}`, title: form.title, kind: form.kind, kind_words: KIND[form.kind], category: form.category, domain: form.domain,
    state: 'registered', state_words: STATE.registered, urgency: form.urgent ? 'urgent' : 'normal', place: form.place, unit: unit?.id ?? '', unit_name: unit?.name ?? '', due_us: now() + 5 * 86400 * 1e6, overdue: false,
    created_us: now(), updated_us: now(), contact_id: contactId, version: 1, facts: [], words: [form.detail], events: [{ at_us: now(), actor: who.name, words: '登记' }],
  }
  tickets.unshift(ticket)
  record(who, 'ticket.create', ticket.number)
  return ticket
}

export function ticketRoutes() {
  return [
    ['GET', '/tickets', ({ query }) => {
      let rows = tickets
      for (const key of ['state', 'kind', 'domain', 'unit']) if (query.get(key)) rows = rows.filter((one) => one[key] === query.get(key))
      const q = query.get('q')
      if (q) rows = rows.filter((one) => one.title.includes(q) || one.number.includes(q) || one.place.includes(q))
      if (query.get('due') === 'overdue') rows = rows.filter((one) => one.overdue)
      if (query.get('due') === 'today') rows = rows.filter((one) => !one.overdue && one.due_us - now() < 86400e6)
      return paged(rows.map(row), query)
    }],
    ['POST', '/tickets', ({ body, who }) => makeTicket(body, who), { status: 201 }],
    ['GET', '/tickets/:number/full', ({ params }) => find(params.number)],
    ['GET', '/tickets/:number/personal', ({ params, query, who }) => { record(who, 'ticket.personal', params.number, query.get('field')); return { value: { phone: '13800006120', name: '王小满' }[query.get('field')] ?? '东柳街道东柳坊社区7幢2单元501室' } }],
    ['POST', '/tickets/:number/dispatch', ({ params, body, who }) => { const t = find(params.number); const unit = units.find((one) => one.id === body.unit); t.unit = unit.id; t.unit_name = unit.name; record(who, 'ticket.dispatch', t.number, unit.name); return step(t, 'dispatched', who.name, `派给${unit.name}${body.note ? `：${body.note}` : ''}`) }],
    ['POST', '/tickets/:number/reply', ({ params, body, who }) => step(find(params.number), 'replied', who.name, body.words)],
    ['POST', '/tickets/:number/archive', ({ params, body, who }) => step(find(params.number), 'archived', who.name, body.note || '归档')],
  ]
}
