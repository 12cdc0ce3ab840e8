/** Changes to a scenario's nodes and questions, each from text to text (see `flow-text.ts` for how). */

import { Pair, YAMLMap, isMap, isScalar, isSeq, parseDocument, type Document } from 'yaml'

import { branchesInFlow, freshCase } from './flow-branch'
import {
  at, dropIfUnused, edit, freeName, insertAfter, kindOf, made, nameOf, nodesOf, pairOf, put, references, setField, slotUses, slotsOf, words,
  type BodyKind,
} from './flow-text'
import type { NodeKind, Path } from './graph'

/** What ends the flow has no next step. */
export const leadsOn = (kind: NodeKind): boolean => kind !== 'end' && kind !== 'hand_over' && kind !== 'branch'

/** Slots that every scenario shares; the server knows their questions. */
export const COMMON_SLOTS: Record<string, string> = {
  place: '地点', detail: '具体情况', phone: '联系电话', name: '称呼', id_number: '身份证号', time: '时间', amount: '金额',
  organisation: '单位或店铺',
}

export const setStart = (text: string, id: string): string => setField(text, ['start'], id)

// Nodes ------------------------------------------------------------------------------------------

/** A name that can be written without quotes and told apart from the words around it. */
export const isNodeName = (name: string): boolean => /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name)

/** What a new node of a kind begins with. */
function freshBody(doc: Document, root: YAMLMap, kind: BodyKind, before: string, target: string): YAMLMap {
  const node = new YAMLMap()
  const add = (key: string, value: unknown, flow = true): void => {
    node.items.push(new Pair(doc.createNode(key), made(doc, value, flow)))
  }
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

function newSlot(doc: Document, root: YAMLMap): string {
  const slots = slotsOf(doc, root)
  const name = freeName((one) => Boolean(pairOf(slots, one)), 'question')
  slots.items.push(new Pair(doc.createNode(name), made(doc, { type: 'yes_no', ask: '' }, false)))
  return name
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

/** What an answer to a shared question looks like; anything where it is not said. */
const COMMON_TYPES: Record<string, string> = {
  place: 'place', phone: 'phone', name: 'name', id_number: 'id_number', time: 'date', amount: 'amount',
}

/** A shared question in this scenario's own words. */
export function ownWords(text: string, slot: string): string {
  return edit(text, (doc, root) => {
    const slots = slotsOf(doc, root)
    const own = { type: COMMON_TYPES[slot] ?? 'text', ask: '' }
    if (!pairOf(slots, slot)) slots.items.push(new Pair(doc.createNode(slot), made(doc, own, false)))
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
