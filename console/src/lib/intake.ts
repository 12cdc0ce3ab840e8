/** A document looked at: what became of its paragraphs, and entries to be made of its clauses. */

import type { EntryBody, Intake, IntakeClause, IntakeGroup } from '@/api/types'

export interface Common {
  source: string
  document_number: string
  domain: string
  region: string
  from: string
  prefix: string
}

const ANSWER_MAX = 300

/** What became of a paragraph, in words. */
export function fateWords(one: Intake['paragraphs'][number]): string {
  if (one.fate === 'left_out') return `不用：${one.reason ?? ''}`
  return one.fate === 'merged' ? '并入条款' : ''
}

export function intakeFigures(found: Intake): { used: number; merged: number; left: number; same: number; against: number } {
  const of = (fate: string): number => found.paragraphs.filter((one) => one.fate === fate).length
  const alike = (kind: string): number => found.clauses.filter((clause) => clause.alike.some((one) => one.kind === kind)).length
  return { used: of('used'), merged: of('merged'), left: of('left_out'), same: alike('duplicate'), against: alike('contradiction') }
}

/** The entry that some clauses of a chapter make; its answer is a first one, to be put into plain words. */
export function entryOf(group: IntakeGroup, taken: number[], clauses: IntakeClause[], common: Common): EntryBody {
  const prefix = common.prefix.trim().toLowerCase().replace(/[^a-z0-9-]/g, '')
  const chosen = taken.flatMap((at) => clauses[at] ?? [])
  const answer = chosen.length === group.clauses.length ? group.answer : chosen.map((one) => one.text).join('')
  return {
    id: prefix ? `${prefix}-${group.id}` : group.id,
    title: [...group.title].slice(0, 60).join(''), domain: common.domain, kind: 'policy', region: common.region.trim() || '全国', tags: [],
    owner: common.domain, answer: [...answer].slice(0, ANSWER_MAX).join(''), questions: group.questions, tests: [],
    clauses: chosen.map((one, at) => ({
      id: String(at + 1), text: one.text, source: common.source.trim(), document_number: common.document_number.trim() || null,
      article: one.place || null, in_force_from: common.from || null, in_force_until: null, local: common.region.trim() !== '全国' && common.region.trim() !== '',
    })),
  }
}
