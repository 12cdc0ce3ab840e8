/** The cases of a branch and their conditions, from text to text. */

import { YAMLMap, YAMLSeq, isMap, isSeq, type Document, type Pair } from 'yaml'

import { at, edit, made, nameOf, pairOf, references, setField, splitWords, words } from './flow-text'

/** Conditions are written on one line, as everywhere in the pack. */
export function branchesInFlow(node: YAMLMap): void {
  const cases = at(node, ['branch'])
  for (const one of isSeq(cases) ? cases.items : []) {
    const when = at(one, ['when'])
    if (isMap(when)) when.flow = true
  }
}

/** A case on what the node before has just asked, or else on the first thing that is asked at all. */
export function freshCase(root: YAMLMap, before: string, target: string): { when: Record<string, unknown>; to: string } {
  const own = at(root, ['slots'])
  const slot = words(at(root, ['nodes', before, 'ask'])) || (isMap(own) && own.items[0] ? nameOf(own.items[0] as Pair) : 'place')
  return { when: { [slot]: firstTest(root, slot) }, to: target }
}

function firstTest(root: YAMLMap, slot: string): unknown {
  const type = words(at(root, ['slots', slot, 'type']))
  const options = at(root, ['slots', slot, 'options'])
  if (type === 'yes_no') return 'yes'
  if (type === 'choice' && isMap(options) && options.items[0]) return nameOf(options.items[0] as Pair)
  return type === 'number' || type === 'amount' ? { gt: 0 } : { known: true }
}

export type Comparison = 'is' | 'in' | 'known' | 'unknown' | 'lt' | 'lte' | 'gt' | 'gte'

export interface Condition {
  slot: string
  how: Comparison
  value: string
}

const BOUNDS: Comparison[] = ['lt', 'lte', 'gt', 'gte']

/** The conditions of a case; a range is told as its bounds. */
export function readConditions(when: unknown): Condition[] {
  if (typeof when !== 'object' || when === null) return []
  return Object.entries(when).flatMap(([slot, test]: [string, unknown]): Condition[] => {
    if (typeof test !== 'object' || test === null) return [{ slot, how: 'is', value: plainValue(test) }]
    return Object.entries(test).map(([key, value]: [string, unknown]): Condition => {
      if (key === 'known') return { slot, how: value ? 'known' : 'unknown', value: '' }
      if (key === 'in') return { slot, how: 'in', value: Array.isArray(value) ? value.map(plainValue).join('、') : '' }
      return BOUNDS.includes(key as Comparison) ? { slot, how: key as Comparison, value: plainValue(value) } : { slot, how: 'is', value: plainValue(value) }
    })
  })
}

/** As the server reads it: a bare truth value is yes or no. */
const plainValue = (value: unknown): string => (value === true ? 'yes' : value === false ? 'no' : String(value ?? ''))

/** Several bounds of one slot make one range; of other conditions on one slot the last counts. */
function whenOf(conditions: Condition[]): Record<string, unknown> {
  const when: Record<string, unknown> = {}
  for (const { slot, how, value } of conditions) {
    if (BOUNDS.includes(how)) {
      const known = when[slot]
      const range = typeof known === 'object' && known !== null && !('in' in known) && !('known' in known) ? known : {}
      when[slot] = { ...range, [how]: Number(value) || 0 }
    } else if (how === 'in') when[slot] = { in: splitWords(value) }
    else when[slot] = how === 'is' ? value : { known: how === 'known' }
  }
  return when
}

export function setConditions(text: string, id: string, index: number, conditions: Condition[]): string {
  return setField(text, ['nodes', id, 'branch', index, 'when'], whenOf(conditions))
}

function onCases(text: string, id: string, change: (cases: YAMLSeq, doc: Document, root: YAMLMap) => void): string {
  return edit(text, (doc, root) => {
    const cases = at(root, ['nodes', id, 'branch'])
    if (isSeq(cases)) change(cases as YAMLSeq, doc, root)
  })
}

export function addCase(text: string, id: string, to: string): string {
  return onCases(text, id, (cases, doc, root) => {
    const before = references(root).find(({ path, scalar }) => String(scalar.value) === id && path[0] === 'nodes')
    const one = made(doc, freshCase(root, String(before?.path[1] ?? ''), to), false)
    const last = cases.items.at(-1)
    cases.items.splice(cases.items.length - (pairOf(last, 'else') ? 1 : 0), 0, one)
    branchesInFlow(at(root, ['nodes', id]) as YAMLMap)
  })
}

export const removeCase = (text: string, id: string, index: number): string =>
  onCases(text, id, (cases) => { cases.items.splice(index, 1) })

export function moveCase(text: string, id: string, index: number, by: -1 | 1): string {
  return onCases(text, id, (cases) => {
    const other = index + by
    if (index < 0 || other < 0 || Math.max(index, other) >= cases.items.length) return
    ;[cases.items[index], cases.items[other]] = [cases.items[other], cases.items[index]]
  })
}
