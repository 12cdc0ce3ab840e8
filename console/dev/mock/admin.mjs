import { auditRows, now, paged, readYaml, record, Refusal } from './kit.mjs'
import { ROLE_WORDS, skillList, staff } from './people.mjs'

const docs = {
  lines: { value: readYaml('lines.yaml'), version: 1, changed_by: 'system:pack', changed_us: now() }, queues: { value: readYaml('queues.yaml'), version: 1 },
  domains: { value: readYaml('domains.yaml'), version: 1 }, boundary: { value: readYaml('boundary.yaml'), version: 1 }, organisation: { value: readYaml('organisation.yaml'), version: 1 },
}
const levels = (skills) => Object.fromEntries(skills.map((one) => [one.skill, one.level]))
const person = ({ password, locked_until_us, skills, ...rest }) => ({ ...rest, skills: levels(skills), role_words: ROLE_WORDS[rest.role] })
for (let i = 0; i < 57; i += 1) record(staff[i % staff.length], ['session.login', 'contact.read', 'personal.reveal', 'ticket.dispatch', 'entry.save'][i % 5], ['session', 'c-old-3', 'c-old-3', 'YZ2026112200990', 'gjj-zufang-tiqu'][i % 5], i % 5 === 2 ? 'phone' : '')

export function adminRoutes() {
  return [
    ['GET', '/people', () => ({ rows: staff.map(person), total: staff.length })],
    ['POST', '/people', ({ body, who }) => { if (staff.some((one) => one.login === body.login)) throw new Refusal(409, 'conflict', `账号 ${body.login} 已经有了，请换一个。`); const one = { ...body, skills: skillList(body.skills), disabled: false, id: `s${staff.length + 1}`, locked_until_us: null, created_us: now() }; staff.push(one); record(who, 'staff.create', one.login); return person(one) }, { status: 201 }],
    ['PUT', '/people/:id', ({ params, body, who }) => { const one = staff.find((s) => s.id === params.id); Object.assign(one, { ...body, skills: skillList(body.skills) }); record(who, 'staff.change', one.login); return person(one) }],
    ['POST', '/people/:id/password', ({ params, body, who }) => { const one = staff.find((s) => s.id === params.id); if ((body.password ?? '').length < 10) throw new Refusal(400, 'invalid', '密码太短，请至少写 10 个字符。'); one.password = body.password; record(who, 'staff.password', one.login) }],
    ['GET', '/audit', ({ query }) => { let rows = auditRows; for (const key of ['object', 'actor']) if (query.get(key)) rows = rows.filter((one) => one[key].includes(query.get(key))); return { ...paged(rows, query, 100), sealed_to: rows.length, intact: true } }],
    ...Object.keys(docs).flatMap((name) => [
      ['GET', `/settings/${name}`, () => docs[name]],
      ['PUT', `/settings/${name}`, ({ body, who }) => { if (body.version !== docs[name].version) throw new Refusal(409, 'conflict', '别人刚刚改过，请重新载入后再改。'); docs[name] = { value: body.value, version: body.version + 1, changed_by: who.name, changed_us: now() }; record(who, 'settings.change', name); return docs[name] }],
    ]),
    ['GET', '/health', () => ({ status: 'ok', parts: [{ name: '数据库', ok: true, words: '正常，写入 2 毫秒' }, { name: '知识搜索', ok: true, words: '436 条，索引到第 1 版' }, { name: '排队分配', ok: true, words: '本机负责' }, { name: '审计链', ok: true, words: '已封存到 57' }] })],
  ]
}
