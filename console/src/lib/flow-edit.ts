/**
 * Changes to a scenario's text, each from text to text. Comments, order and the writing of what is not changed stay as they are; a text
 * that cannot be read is given back unchanged.
 */

import { LineCounter, Pair, Scalar, YAMLMap, YAMLSeq, isMap, isScalar, isSeq, parseDocument, type Document } from 'yaml'

import type { NodeKind, Path } from './graph'

export type BodyKind = Exclude<NodeKind, 'missing' | 'unknown'>

/** What ends the flow has no next step. */
export const leadsOn = (kind: NodeKind): boolean => kind !== 'end' && kind !== 'hand_over' && kind !== 'branch'

const BODIES: BodyKind[] = ['answer', 'say', 'ask', 'branch', 'knowledge', 'ticket', 'hand_over', 'end']

/** Slots that every scenario shares; the server knows their questions. */
export const COMMON_SLOTS: Record<string, string> = {
  place: '地点', detail: '具体情况', phone: '联系电话', name: '称呼', id_number: '身份证号', time: '时间', amount: '金额', organisation: '单位或店铺',
}

// Reading and printing ---------------------------------------------------------------------------

/** How a text is indented, so that it is printed alike. */
function styleOf(text: string): { indent: number; indentSeq: boolean; flowCollectionPadding: boolean; lineWidth: number } {
  const indent = /^( +)\S/m.exec(text)?.[1]?.length ?? 2
  return { indent, indentSeq: !/^( *)[^\s#-][^\n]*:[ ]*\n\1- /m.test(text), flowCollectionPadding: /[{[] \S/.test(text), lineWidth: 0 }
}

/** A text in pieces: each top-level key, each slot and each node with the lines that belong to it. */
function piecesOf(text: string): Map<string, string> {
  const counter = new LineCounter()
  const doc = parseDocument(text, { lineCounter: counter })
  const starts: [string, number][] = [['', 0]]
  const note = (name: string, key: unknown): void => {
    const offset = isScalar(key) ? key.range?.[0] : undefined
    if (offset !== undefined) starts.push([name, counter.lineStarts[counter.linePos(offset).line - 1] ?? 0])
  }
  for (const pair of isMap(doc.contents) ? doc.contents.items : []) {
    const name = nameOf(pair)
    note(name, pair.key)
    if ((name === 'nodes' || name === 'slots') && isMap(pair.value) && !pair.value.flow) {
      for (const inner of pair.value.items) note(`${name}/${nameOf(inner)}`, inner.key)
    }
  }
  return new Map(starts.map(([name, from], index) => [name, text.slice(from, starts[index + 1]?.[1] ?? text.length)]))
}

/** The changed document in the writing of the old text: only pieces that changed are printed anew. */
function inOldWriting(text: string, before: string, after: string): string {
  if (before === text) return after
  const [old, was, is] = [piecesOf(text), piecesOf(before), piecesOf(after)]
  return [...is].map(([name, piece]) => (was.get(name) === piece ? (old.get(name) ?? piece) : piece)).join('')
}

function edit(text: string, change: (doc: Document, root: YAMLMap) => void): string {
  const doc = parseDocument(text)
  if (doc.errors.length || !isMap(doc.contents)) return text
  const style = styleOf(text)
  const before = doc.toString(style)
  change(doc, doc.contents as YAMLMap)
  const after = doc.toString(style)
  return after === before ? text : inOldWriting(text, before, after)
}

// Walking the document ---------------------------------------------------------------------------

const nameOf = (pair: Pair): string => String(isScalar(pair.key) ? pair.key.value : pair.key)
const pairOf = (map: unknown, key: string | number): Pair | undefined =>
  (isMap(map) ? (map.items as Pair[]).find((pair) => nameOf(pair) === String(key)) : undefined)
const child = (parent: unknown, key: string | number): unknown => (isSeq(parent) ? parent.items[Number(key)] : pairOf(parent, key)?.value)
const at = (root: unknown, path: Path): unknown => path.reduce(child, root)
const words = (node: unknown): string => (isScalar(node) && node.value !== null ? String(node.value) : '')

/** Words as they are written in a file; yes and no in quotes, for they are words and not truth values. */
function made(doc: Document, value: unknown, flow = true): unknown {
  const node = doc.createNode(value)
  const quote = (one: unknown): void => {
    if (isScalar(one) && typeof one.value === 'string' && /^(yes|no)$/i.test(one.value)) one.type = Scalar.QUOTE_DOUBLE
    if (isSeq(one)) one.items.forEach(quote)
    if (isMap(one)) one.items.forEach((pair) => quote(pair.value))
    if (isSeq(one) || isMap(one)) one.flow = flow
  }
  quote(node)
  return node
}

/** Puts a value into a map; empty takes the key away. Comments beside a value stay. */
function put(doc: Document, map: YAMLMap, key: string, value: unknown): void {
  const pair = pairOf(map, key)
  const empty = value === undefined || (Array.isArray(value) && !value.length)
  if (empty) {
    map.items = map.items.filter((one) => one !== pair)
  } else if (!pair) {
    map.items.push(new Pair(doc.createNode(key), made(doc, value)))
  } else if (isScalar(pair.value) && (typeof value !== 'object' || value === null)) {
    pair.value.value = value
  } else {
    const node = made(doc, value) as Scalar
    node.comment = (pair.value as Scalar | null)?.comment ?? null
    pair.value = node
  }
}

function insertAfter(map: YAMLMap, id: string, pair: Pair): void {
  const index = map.items.findIndex((one) => nameOf(one) === id)
  map.items.splice(index < 0 ? map.items.length : index + 1, 0, pair)
}

function nodesOf(root: YAMLMap): YAMLMap | null {
  const nodes = at(root, ['nodes'])
  return isMap(nodes) ? (nodes as YAMLMap) : null
}

function kindOf(node: unknown): BodyKind | undefined {
  return BODIES.find((kind) => pairOf(node, kind))
}

/** The map of slots, made before `start` when there is none. */
function slotsOf(doc: Document, root: YAMLMap): YAMLMap {
  const known = at(root, ['slots'])
  if (isMap(known)) return known as YAMLMap
  const slots = new YAMLMap()
  const before = root.items.findIndex((pair) => ['start', 'nodes'].includes(nameOf(pair)))
  root.items = root.items.filter((pair) => nameOf(pair) !== 'slots')
  root.items.splice(before < 0 ? root.items.length : before, 0, new Pair(doc.createNode('slots'), slots))
  return slots
}

/** Where nodes are named: the place itself, so that it can be written anew. */
function references(root: YAMLMap): { path: Path; scalar: Scalar }[] {
  const found: { path: Path; scalar: Scalar }[] = []
  const note = (path: Path): void => {
    const scalar = at(root, path)
    if (isScalar(scalar)) found.push({ path, scalar })
  }
  note(['start'])
  for (const pair of nodesOf(root)?.items ?? []) {
    const node: Path = ['nodes', nameOf(pair)]
    note([...node, 'next'])
    note([...node, 'else'])
    const cases = at(pair.value, ['branch'])
    if (isSeq(cases)) cases.items.forEach((_, index) => { note([...node, 'branch', index, 'to']); note([...node, 'branch', index, 'else']) })
  }
  return found
}

/** Where slots are named: questions, what a ticket needs, the keys of conditions. */
function slotUses(root: YAMLMap): Scalar[] {
  const found: unknown[] = []
  for (const { value: node } of nodesOf(root)?.items ?? []) {
    found.push(at(node, ['ask']))
    const needs = at(node, ['ticket', 'needs'])
    if (isSeq(needs)) found.push(...needs.items)
    const cases = at(node, ['branch'])
    for (const one of isSeq(cases) ? cases.items : []) {
      const when = at(one, ['when'])
      if (isMap(when)) found.push(...when.items.map((pair) => pair.key))
    }
  }
  return found.filter((one): one is Scalar => isScalar(one))
}

/** A question that nothing asks any more goes with what asked it. */
function dropIfUnused(root: YAMLMap, slot: string): void {
  const slots = at(root, ['slots'])
  if (!isMap(slots) || slotUses(root).some((one) => String(one.value) === slot)) return
  slots.items = slots.items.filter((pair) => nameOf(pair) !== slot)
  if (!slots.items.length) root.items = root.items.filter((pair) => nameOf(pair) !== 'slots')
}

function freeName(taken: (name: string) => boolean, wish: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wish : `${wish}_${number}`
    if (!taken(name)) return name
  }
}

// Fields -----------------------------------------------------------------------------------------

/** Sets one field; `undefined` or an empty list takes it away. */
export function setField(text: string, path: Path, value: unknown): string {
  return edit(text, (doc, root) => {
    const parent = at(root, path.slice(0, -1))
    if (isMap(parent)) put(doc, parent as YAMLMap, String(path.at(-1)), value)
  })
}

export const setStart = (text: string, id: string): string => setField(text, ['start'], id)

// Nodes ------------------------------------------------------------------------------------------

/** A name that can be written without quotes and told apart from the words around it. */
export const isNodeName = (name: string): boolean => /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name)

/** What a new node of a kind begins with. */
function freshBody(doc: Document, root: YAMLMap, kind: BodyKind, before: string, target: string): YAMLMap {
  const node = new YAMLMap()
  const add = (key: string, value: unknown, flow = true): void => { node.items.push(new Pair(doc.createNode(key), made(doc, value, flow))) }
  switch (kind) {
    case 'ask': add('ask', newSlot(doc, root)); break
    case 'answer': add('answer', ''); break
    case 'say': add('say', '好的。'); break
    case 'knowledge': add('knowledge', true); break
    case 'end': add('end', '还有别的事，您接着说就行。'); break
    case 'hand_over': add('hand_over', { reason: '需要人工办理' }); break
    case 'ticket': add('ticket', { kind: words(at(root, ['kind'])) || 'help', category: words(at(root, ['title'])) }); break
    case 'branch': add('branch', [freshCase(root, before, target)], false); branchesInFlow(node); add('else', target)
  }
  if (leadsOn(kind) && target) add('next', target)
  return node
}

/** Conditions are written on one line, as everywhere in the pack. */
function branchesInFlow(node: YAMLMap): void {
  const cases = at(node, ['branch'])
  for (const one of isSeq(cases) ? cases.items : []) {
    const when = at(one, ['when'])
    if (isMap(when)) when.flow = true
  }
}

function newSlot(doc: Document, root: YAMLMap): string {
  const slots = slotsOf(doc, root)
  const name = freeName((one) => Boolean(pairOf(slots, one)), 'question')
  slots.items.push(new Pair(doc.createNode(name), made(doc, { type: 'yes_no', ask: '' }, false)))
  return name
}

/** A case on what the node before has just asked, or else on the first thing that is asked at all. */
function freshCase(root: YAMLMap, before: string, target: string): { when: Record<string, unknown>; to: string } {
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

/** Where a way that has none yet is to go: to an end, if there is one. */
function anEnd(root: YAMLMap): string {
  const found = nodesOf(root)?.items.find((pair) => kindOf(pair.value) === 'end')
  return found ? nameOf(found) : ''
}

/** Puts a new node on a way, `edge` being where the way is written: `['nodes', 'a', 'next']`, `['start']`. */
export function addNode(text: string, edge: Path, kind: BodyKind): { text: string; id: string } {
  let id = ''
  const next = edit(text, (doc, root) => {
    const nodes = nodesOf(root)
    const owner = at(root, edge.slice(0, -1))
    if (!nodes || !isMap(owner)) return
    const from = edge[0] === 'nodes' ? String(edge[1]) : ''
    const target = words(at(root, edge)) || anEnd(root)
    id = freeName((one) => Boolean(pairOf(nodes, one)), kind)
    insertAfter(nodes, from, new Pair(doc.createNode(id), freshBody(doc, root, kind, from, target)))
    put(doc, owner as YAMLMap, String(edge.at(-1)), id)
  })
  return { text: next, id }
}

/** Makes a node that is named but not there. */
export function fillIn(text: string, id: string, kind: BodyKind): string {
  return edit(text, (doc, root) => {
    const nodes = nodesOf(root)
    const edge = references(root).find(({ scalar }) => String(scalar.value) === id)?.path
    if (!nodes || !edge || pairOf(nodes, id)) return
    const from = String(edge[1] ?? '')
    insertAfter(nodes, from, new Pair(doc.createNode(id), freshBody(doc, root, kind, from, anEnd(root))))
  })
}

/** Gives a node another kind of content; where it leads stays, as far as the new kind leads anywhere. */
export function changeKind(text: string, id: string, kind: BodyKind): string {
  return edit(text, (doc, root) => {
    const pair = pairOf(nodesOf(root), id)
    if (!pair || kindOf(pair.value) === kind) return
    const asked = words(at(pair.value, ['ask']))
    const target = words(at(pair.value, ['next'])) || words(at(pair.value, ['else'])) || anEnd(root)
    const fresh = freshBody(doc, root, kind, id, target === id ? '' : target)
    const old = pair.value as YAMLMap | null
    fresh.comment = old?.comment ?? null
    fresh.commentBefore = old?.commentBefore ?? null
    pair.value = fresh
    if (asked) dropIfUnused(root, asked)
  })
}

/** Renames a node and everything that leads to it. */
export function renameNode(text: string, from: string, to: string): string {
  return edit(text, (_, root) => {
    const nodes = nodesOf(root)
    const pair = pairOf(nodes, from)
    if (!pair || !isScalar(pair.key) || !isNodeName(to) || pairOf(nodes, to)) return
    pair.key.value = to
    for (const { scalar } of references(root)) if (String(scalar.value) === from) scalar.value = to
  })
}

/** What leads to a node. */
export function referencesTo(text: string, id: string): Path[] {
  const doc = parseDocument(text)
  if (!isMap(doc.contents)) return []
  return references(doc.contents as YAMLMap).filter(({ scalar }) => String(scalar.value) === id).map(({ path }) => path)
}

/** Takes a node out; what led to it leads to `heir`, or nowhere where there is none. */
export function removeNode(text: string, id: string, heir: string): string {
  return edit(text, (_, root) => {
    const nodes = nodesOf(root)
    const pair = pairOf(nodes, id)
    if (!nodes || !pair) return
    const asked = words(at(pair.value, ['ask']))
    nodes.items = nodes.items.filter((one) => one !== pair)
    for (const { path, scalar } of references(root).filter((one) => String(one.scalar.value) === id).reverse()) {
      if (heir) scalar.value = heir
      else unlink(root, path)
    }
    if (asked) dropIfUnused(root, asked)
  })
}

/** Takes a reference away: a case goes whole; `else` and `start` must stay, and are then marked as leading nowhere. */
function unlink(root: YAMLMap, path: Path): void {
  const key = path.at(-1)
  const owner = at(root, path.slice(0, -1))
  if (key === 'next' && isMap(owner)) owner.items = owner.items.filter((pair) => nameOf(pair as Pair) !== 'next')
  const cases = at(root, path.slice(0, 3))
  if (key === 'to' && isSeq(cases)) cases.items.splice(Number(path[3]), 1)
}

// Branches ---------------------------------------------------------------------------------------

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

export const splitWords = (value: string): string[] => value.split(/[、,，]/).map((one) => one.trim()).filter(Boolean)

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

// Questions --------------------------------------------------------------------------------------

export const SLOT_TYPES: Record<string, string> = {
  yes_no: '是或不是', choice: '选一个', number: '数字', amount: '金额（元）', date: '日期', text: '随便说', place: '地点', phone: '电话', name: '称呼',
  id_number: '身份证号',
}

/** Lets a node ask another question; the one before goes when nothing else asks it. */
export function setAsk(text: string, id: string, slot: string): string {
  return edit(text, (doc, root) => {
    const node = at(root, ['nodes', id])
    if (!isMap(node)) return
    const before = words(at(node, ['ask']))
    put(doc, node as YAMLMap, 'ask', slot || newSlot(doc, root))
    if (before) dropIfUnused(root, before)
  })
}

const COMMON_TYPES: Record<string, string> = { place: 'place', phone: 'phone', name: 'name', id_number: 'id_number', time: 'date', amount: 'amount' }

/** A shared question in this scenario's own words. */
export function ownWords(text: string, slot: string): string {
  return edit(text, (doc, root) => {
    const slots = slotsOf(doc, root)
    if (!pairOf(slots, slot)) slots.items.push(new Pair(doc.createNode(slot), made(doc, { type: COMMON_TYPES[slot] ?? 'text', ask: '' }, false)))
  })
}

/** Another type; units belong to numbers, options to choices. */
export function setSlotType(text: string, slot: string, type: string): string {
  return edit(text, (doc, root) => {
    const body = at(root, ['slots', slot])
    if (!isMap(body)) return
    put(doc, body as YAMLMap, 'type', type)
    if (type !== 'number') put(doc, body as YAMLMap, 'unit', undefined)
    if (type !== 'choice') put(doc, body as YAMLMap, 'options', undefined)
    else if (!pairOf(body, 'options')) {
      const options = made(doc, { option: ['第一种'], option_2: ['第二种'] }) as YAMLMap
      options.flow = false
      body.items.push(new Pair(doc.createNode('options'), options))
    }
  })
}

/** Renames a question and everything that asks it or looks at it. */
export function renameSlot(text: string, from: string, to: string): string {
  return edit(text, (_, root) => {
    const slots = at(root, ['slots'])
    const pair = pairOf(slots, from)
    if (!pair || !isScalar(pair.key) || !isNodeName(to) || to in COMMON_SLOTS || pairOf(slots, to)) return
    pair.key.value = to
    for (const one of slotUses(root)) if (String(one.value) === from) one.value = to
  })
}

export function addOption(text: string, slot: string): string {
  return edit(text, (doc, root) => {
    const options = at(root, ['slots', slot, 'options'])
    if (isMap(options)) put(doc, options as YAMLMap, freeName((one) => Boolean(pairOf(options, one)), 'option'), ['新的一种'])
  })
}
