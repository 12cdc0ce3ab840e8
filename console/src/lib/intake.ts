/** A document on the desk: where its paragraphs went, and what an editor does to clauses without losing one of them. Pure. */

import type { Alike, DeskClause, DeskDocument, DeskEntry, Fate } from '@/api/types'

export interface Desk {
  paragraphs: { text: string; left_out: string }[]
  entries: DeskEntry[]
}

export const REASONS = ['与本地无关', '只讲目的意义', '已有相同内容', '过时作废', '落款或日期', '标题下没有内容', '不回答市民的问题']
export const DEFAULT_REASON = '不回答市民的问题'
const TITLE_MAX = 200

/** Each paragraph's fate, as the server derives it. */
export function fatesOf(desk: Desk): Fate[] {
  const fates: Fate[] = desk.paragraphs.map(() => 'left_out')
  const clauses = desk.entries.flatMap((entry) => entry.clauses)
  for (const at of clauses.flatMap((clause) => clause.above)) fates[at] = 'merged'
  for (const at of clauses.flatMap((clause) => clause.paragraphs)) fates[at] = 'used'
  return fates
}

/** Gives every paragraph that no clause holds any more a reason, and takes it from those that one does. */
function settled(desk: Desk, reason: string): Desk {
  const fates = fatesOf(desk)
  const paragraphs = desk.paragraphs.map((one, at) =>
    fates[at] === 'left_out' ? { ...one, left_out: one.left_out || reason } : { ...one, left_out: '' })
  return { ...desk, paragraphs }
}

const changed = (desk: Desk, at: number, change: (entry: DeskEntry) => DeskEntry): DeskEntry[] =>
  desk.entries.map((entry, number) => (number === at ? change(entry) : entry))

/** A clause is not taken; what it was made of says why. */
export function leaveOut(desk: Desk, entry: number, clause: number, reason = DEFAULT_REASON): Desk {
  const entries = changed(desk, entry, (one) => ({ ...one, clauses: one.clauses.filter((_, number) => number !== clause) }))
  return settled({ ...desk, entries }, reason)
}

/** A clause goes on the one before it. What both begin with, their lead-in, is said once. */
export function joinBefore(desk: Desk, entry: number, clause: number): Desk {
  const entries = changed(desk, entry, (one) => {
    const [before, own] = [one.clauses[clause - 1], one.clauses[clause]]
    if (!before || !own) return one
    const joined: DeskClause = {
      ...before,
      text: before.text + own.text.slice(lead(before.text, own.text)),
      paragraphs: [...new Set([...before.paragraphs, ...own.paragraphs])].sort((a, b) => a - b),
      above: [...new Set([...before.above, ...own.above])].sort((a, b) => a - b),
    }
    return { ...one, clauses: [...one.clauses.slice(0, clause - 1), joined, ...one.clauses.slice(clause + 1)] }
  })
  return settled({ ...desk, entries }, DEFAULT_REASON)
}

/** Length of the lead-in that two clauses share: 应当提交下列材料： */
function lead(a: string, b: string): number {
  let same = 0
  while (same < a.length && a[same] === b[same]) same += 1
  return Math.max(a.lastIndexOf('：', same), -1) < same ? a.slice(0, same).lastIndexOf('：') + 1 : 0
}

/** A clause of several paragraphs comes apart into one for each. */
export function takeApart(desk: Desk, entry: number, clause: number): Desk {
  const entries = changed(desk, entry, (one) => {
    const own = one.clauses[clause]
    if (!own || own.paragraphs.length < 2) return one
    const parts = own.paragraphs.map((at) => ({ ...own, text: desk.paragraphs[at]?.text ?? '', paragraphs: [at], replaces: null }))
    return { ...one, clauses: [...one.clauses.slice(0, clause), ...parts, ...one.clauses.slice(clause + 1)] }
  })
  return { ...desk, entries }
}

/** A paragraph that was left out becomes a clause, where its neighbours stand. */
export function takeIn(desk: Desk, paragraph: number, entry: number): Desk {
  const text = desk.paragraphs[paragraph]?.text ?? ''
  const own: DeskClause = { place: '', text, paragraphs: [paragraph], above: [], replaces: null }
  const entries = changed(desk, entry, (one) => {
    const after = one.clauses.findIndex((clause) => (clause.paragraphs[0] ?? 0) > paragraph)
    const at = after < 0 ? one.clauses.length : after
    return { ...one, clauses: [...one.clauses.slice(0, at), own, ...one.clauses.slice(at)] }
  })
  return settled({ ...desk, entries }, DEFAULT_REASON)
}

/** From a clause on a new entry begins. */
export function splitEntry(desk: Desk, entry: number, clause: number): Desk {
  const own = desk.entries[entry]
  if (!own || clause < 1) return desk
  const ids = new Set(desk.entries.map((one) => one.id))
  let number = 2
  while (ids.has(`${own.id}-${number}`)) number += 1
  const rest = own.clauses.slice(clause)
  const title = `${own.title}（${rest[0]?.place || '续'}）`.slice(0, TITLE_MAX)
  const next: DeskEntry = { ...own, id: `${own.id}-${number}`, title, answer: rest[0]?.text.slice(0, 300) ?? '', questions: [], clauses: rest, onto: null }
  const first = { ...own, clauses: own.clauses.slice(0, clause) }
  return { ...desk, entries: [...desk.entries.slice(0, entry), first, next, ...desk.entries.slice(entry + 1)] }
}

/** An entry's clauses go to the entry before it. */
export function joinEntry(desk: Desk, entry: number): Desk {
  const [before, own] = [desk.entries[entry - 1], desk.entries[entry]]
  if (!before || !own || before.draft !== null || own.draft !== null) return desk
  const joined = { ...before, clauses: [...before.clauses, ...own.clauses], questions: [...new Set([...before.questions, ...own.questions])] }
  return { ...desk, entries: [...desk.entries.slice(0, entry - 1), joined, ...desk.entries.slice(entry + 1)] }
}

/** A reason changes. */
export function reasoned(desk: Desk, paragraph: number, reason: string): Desk {
  return { ...desk, paragraphs: desk.paragraphs.map((one, at) => (at === paragraph ? { ...one, left_out: reason } : one)) }
}

/** The entry becomes a change to the one in use that its clause is like; null: a new one again. */
export function ontoEntry(desk: Desk, entry: number, clause: number, like: Alike | null): Desk {
  const entries = changed(desk, entry, (one) => ({
    ...one,
    onto: like?.entry_id ?? null,
    clauses: one.clauses.map((own, number) => ({
      ...own, replaces: like === null ? null : number === clause ? like.clause_id : like.entry_id === one.onto ? own.replaces : null,
    })),
  }))
  return { ...desk, entries }
}

export interface Figures { used: number; merged: number; left: number }

export function figuresOf(fates: readonly Fate[]): Figures {
  const of = (fate: Fate): number => fates.filter((one) => one === fate).length
  return { used: of('used'), merged: of('merged'), left: of('left_out') }
}

export const KINDS: Record<string, string> = { docx: 'Word', pdf: 'PDF', html: '网页', markdown: 'Markdown', text: '文字' }

export const deskOf = (document: DeskDocument): Desk => ({ paragraphs: document.paragraphs, entries: document.entries })
