/** Entries of the library: what is wrong with one, how two differ, when its clauses hold. */

import type { Clause, EntryBody } from '@/api/types'
import { diffText, type DiffPart } from './diff'
import type { Tone } from './format'
import { entryKindWords } from './words'

export const emptyClause = (clauses: readonly Clause[]): Clause => {
  const used = clauses.map((one) => Number(one.id)).filter((one) => Number.isInteger(one))
  return { id: String(Math.max(0, ...used) + 1), text: '', source: '', document_number: null, article: null, in_force_from: null, in_force_until: null, local: false }
}

export const emptyEntry = (): EntryBody => ({
  id: '', title: '', domain: '', kind: 'policy', region: '全国', tags: [], owner: '', answer: '', questions: [], clauses: [emptyClause([])], tests: [],
})

export const bodyOf = (entry: EntryBody): EntryBody => ({
  id: entry.id, title: entry.title, domain: entry.domain, kind: entry.kind, region: entry.region, tags: [...(entry.tags ?? [])],
  owner: entry.owner, answer: entry.answer.trim(), questions: [...(entry.questions ?? [])],
  clauses: entry.clauses.map((one) => ({ ...one, local: one.local ?? false })), tests: [...(entry.tests ?? [])],
})

/** As it is sent: nothing empty where a field may be left out. */
export function tidy(body: EntryBody): EntryBody {
  const optional = (value: string | null | undefined): string | undefined => value?.trim() || undefined
  const lines = (list: string[]): string[] => list.map((one) => one.trim()).filter(Boolean)
  const clauses = body.clauses.map((one) => {
    const clause: Clause = { id: one.id.trim(), text: one.text.trim(), source: one.source.trim(), local: one.local }
    const number = optional(one.document_number)
    const article = optional(one.article)
    if (number) clause.document_number = number
    if (article) clause.article = article
    const from = optional(one.in_force_from)
    const until = optional(one.in_force_until)
    if (from) clause.in_force_from = from
    if (until) clause.in_force_until = until
    return clause
  })
  return {
    ...body, id: body.id.trim(), title: body.title.trim(), owner: body.owner.trim() || body.domain, answer: body.answer.trim(), region: body.region.trim() || '全国',
    tags: lines(body.tags), questions: lines(body.questions), tests: lines(body.tests), clauses,
  }
}

export interface Finding {
  field: string
  /** Must be mended before it can be saved, or only advised. */
  must: boolean
  words: string
}

/** A day that exists, as yyyy-mm-dd. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

const ANSWER_MAX = 300
const ANSWER_GOOD = 120

export function inspect(body: EntryBody): Finding[] {
  const found: Finding[] = []
  const must = (field: string, words: string): void => void found.push({ field, must: true, words })
  const better = (field: string, words: string): void => void found.push({ field, must: false, words })
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(body.id.trim())) must('id', '编号用小写字母、数字和连字符，如 gjj-zufang-tiqu')
  if (!body.title.trim()) must('title', '请写标题')
  if (!body.domain) must('domain', '请选业务领域')
  const length = [...body.answer.trim()].length
  if (!length) must('answer', '请写来电人先听到的答案')
  else if (length > ANSWER_MAX) must('answer', `答案 ${length} 字，超过 ${ANSWER_MAX} 字，请压缩，细节放进条文`)
  else if (length > ANSWER_GOOD) better('answer', `答案 ${length} 字，念给人听最好不超过 ${ANSWER_GOOD} 字`)
  if (!body.clauses.length) must('clauses', '至少要有一条依据')
  const ids = new Set<string>()
  body.clauses.forEach((clause, index) => {
    const name = `第 ${index + 1} 条依据`
    if (!clause.id.trim()) must('clauses', `${name}没有编号`)
    else if (ids.has(clause.id.trim())) must('clauses', `${name}的编号 ${clause.id} 重复`)
    ids.add(clause.id.trim())
    if (!clause.text.trim()) must('clauses', `${name}没有条文`)
    if (!clause.source.trim()) must('clauses', `${name}没有写出处`)
    for (const day of [clause.in_force_from, clause.in_force_until]) if (day && !isDay(day)) must('clauses', `${name}的日期“${day}”不对，请写成 2026-09-20 这样`)
    if (clause.in_force_from && clause.in_force_until && clause.in_force_from > clause.in_force_until) must('clauses', `${name}的失效日早于施行日`)
  })
  const questions = body.questions.filter((one) => one.trim()).length
  const tests = body.tests.filter((one) => one.trim()).length
  if (questions < 4) better('questions', `现在有 ${questions} 种问法，写到 4 种以上更容易被找到`)
  if (tests < 2) better('tests', `现在有 ${tests} 个测试问题，写 2 个以上才测得出能不能找到`)
  const asked = new Set(body.questions.map((one) => one.trim()))
  const same = body.tests.find((one) => one.trim() && asked.has(one.trim()))
  if (same) better('tests', `测试问题“${same}”和问法一样，换个说法才有用`)
  return found
}

export function clauseState(clause: Clause, day: string): { tone: Tone; words: string } {
  if (clause.in_force_from && clause.in_force_from > day) return { tone: 'warn', words: '还没施行' }
  if (clause.in_force_until && clause.in_force_until < day) return { tone: 'bad', words: '已失效' }
  return { tone: 'good', words: '今天有效' }
}

export interface FieldDiff {
  label: string
  parts: DiffPart[]
}

const clauseText = (one: Clause): string =>
  [`《${one.source}》${one.article ?? ''}`, one.document_number ?? '', one.in_force_from ? `${one.in_force_from} 起` : '', one.in_force_until ? `至 ${one.in_force_until}` : '', one.local ? '当地标准' : '', one.text]
    .filter(Boolean).join('\n')

/** The fields that differ, each with what went and what came. */
export function diffEntry(before: EntryBody, after: EntryBody): FieldDiff[] {
  const found: FieldDiff[] = []
  const compare = (label: string, a: string, b: string): void => {
    if (a !== b) found.push({ label, parts: diffText(a, b) })
  }
  compare('标题', before.title, after.title)
  compare('业务领域', before.domain, after.domain)
  compare('种类', entryKindWords(before.kind), entryKindWords(after.kind))
  compare('适用地区', before.region, after.region)
  compare('标签', before.tags.join('、'), after.tags.join('、'))
  compare('维护方', before.owner, after.owner)
  compare('答案', before.answer.trim(), after.answer.trim())
  compare('问法', before.questions.join('\n'), after.questions.join('\n'))
  for (const id of new Set([...before.clauses, ...after.clauses].map((one) => one.id))) {
    const a = before.clauses.find((one) => one.id === id)
    const b = after.clauses.find((one) => one.id === id)
    compare(`依据 ${id}`, a ? clauseText(a) : '', b ? clauseText(b) : '')
  }
  compare('测试问题', before.tests.join('\n'), after.tests.join('\n'))
  return found
}

export function actorWords(actor: string): string {
  if (actor === 'system:pack') return '起步包'
  if (actor.startsWith('system:')) return '系统'
  if (actor.startsWith('citizen:')) return '来电人'
  if (actor.startsWith('staff:')) return '工作人员'
  return actor
}
