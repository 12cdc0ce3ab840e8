/**
 * A scenario's text and the document in it: changed as a document, written back as text. Comments, order and the writing of what is not
 * changed stay as they are; a text that cannot be read is given back unchanged.
 */

import { LineCounter, Pair, Scalar, YAMLMap, isMap, isScalar, isSeq, parseDocument, type Document } from 'yaml'

import type { NodeKind, Path } from './graph'

export type BodyKind = Exclude<NodeKind, 'missing' | 'unknown'>

const BODIES: BodyKind[] = ['answer', 'say', 'ask', 'branch', 'knowledge', 'ticket', 'hand_over', 'end']

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

export function edit(text: string, change: (doc: Document, root: YAMLMap) => void): string {
  const doc = parseDocument(text)
  if (doc.errors.length || !isMap(doc.contents)) return text
  const style = styleOf(text)
  const before = doc.toString(style)
  change(doc, doc.contents as YAMLMap)
  const after = doc.toString(style)
  return after === before ? text : inOldWriting(text, before, after)
}

// Walking the document ---------------------------------------------------------------------------

export const nameOf = (pair: Pair): string => String(isScalar(pair.key) ? pair.key.value : pair.key)
export const pairOf = (map: unknown, key: string | number): Pair | undefined =>
  (isMap(map) ? (map.items as Pair[]).find((pair) => nameOf(pair) === String(key)) : undefined)
const child = (parent: unknown, key: string | number): unknown => (isSeq(parent) ? parent.items[Number(key)] : pairOf(parent, key)?.value)
export const at = (root: unknown, path: Path): unknown => path.reduce(child, root)
export const words = (node: unknown): string => (isScalar(node) && node.value !== null ? String(node.value) : '')

/** Words as they are written in a file; yes and no in quotes, for they are words and not truth values. */
export function made(doc: Document, value: unknown, flow = true): unknown {
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
export function put(doc: Document, map: YAMLMap, key: string, value: unknown): void {
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

export function insertAfter(map: YAMLMap, id: string, pair: Pair): void {
  const index = map.items.findIndex((one) => nameOf(one) === id)
  map.items.splice(index < 0 ? map.items.length : index + 1, 0, pair)
}

export function nodesOf(root: YAMLMap): YAMLMap | null {
  const nodes = at(root, ['nodes'])
  return isMap(nodes) ? (nodes as YAMLMap) : null
}

export function kindOf(node: unknown): BodyKind | undefined {
  return BODIES.find((kind) => pairOf(node, kind))
}

/** The map of slots, made before `start` when there is none. */
export function slotsOf(doc: Document, root: YAMLMap): YAMLMap {
  const known = at(root, ['slots'])
  if (isMap(known)) return known as YAMLMap
  const slots = new YAMLMap()
  const before = root.items.findIndex((pair) => ['start', 'nodes'].includes(nameOf(pair)))
  root.items = root.items.filter((pair) => nameOf(pair) !== 'slots')
  root.items.splice(before < 0 ? root.items.length : before, 0, new Pair(doc.createNode('slots'), slots))
  return slots
}

/** Where nodes are named: the place itself, so that it can be written anew. */
export function references(root: YAMLMap): { path: Path; scalar: Scalar }[] {
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
export function slotUses(root: YAMLMap): Scalar[] {
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
export function dropIfUnused(root: YAMLMap, slot: string): void {
  const slots = at(root, ['slots'])
  if (!isMap(slots) || slotUses(root).some((one) => String(one.value) === slot)) return
  slots.items = slots.items.filter((pair) => nameOf(pair) !== slot)
  if (!slots.items.length) root.items = root.items.filter((pair) => nameOf(pair) !== 'slots')
}

export function freeName(taken: (name: string) => boolean, wish: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wish : `${wish}_${number}`
    if (!taken(name)) return name
  }
}

/** Words in one field, as people part them. */
export const splitWords = (value: string): string[] => value.split(/[、,，]/).map((one) => one.trim()).filter(Boolean)

/** Sets one field; `undefined` or an empty list takes it away. */
export function setField(text: string, path: Path, value: unknown): string {
  return edit(text, (doc, root) => {
    const parent = at(root, path.slice(0, -1))
    if (isMap(parent)) put(doc, parent as YAMLMap, String(path.at(-1)), value)
  })
}
