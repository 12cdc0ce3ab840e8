/** What is marked on a scenario's nodes: the server's findings, and what the drawing itself shows to be doubtful. */

import type { Flow, FlowNode } from './graph'
import type { Problem } from '@/api/types'

/** Answers given in a row before anything is done for the caller; the server proves the first, this the later ones. */
const MOST_ASKED = 2

const TOO_MANY = `走到这里，来电人可能连着答了 ${MOST_ASKED} 个以上的问题还没得到答复`

/** What helps the caller: after it, a question is a new beginning. */
const HELPS = new Set(['answer', 'knowledge', 'ticket', 'hand_over'])

/**
 * The server's findings by the node they belong to. A finding names its node; one that names a question belongs to the nodes that ask it,
 * any other to the node in whose lines it lies.
 */
export function problemsByNode(flow: Flow, problems: Problem[]): Map<string, Problem[]> {
  const found = new Map<string, Problem[]>()
  for (const problem of problems) {
    for (const id of ownersOf(flow, problem)) found.set(id, [...(found.get(id) ?? []), problem])
  }
  return found
}

function ownersOf(flow: Flow, problem: Problem): string[] {
  const named = /节点“([^”]+)”/.exec(problem.message)?.[1]
  if (named && flow.nodes.some((one) => one.id === named)) return [named]
  const slot = /问题“([^”]+)”/.exec(problem.message)?.[1]
  if (slot) return flow.nodes.filter((one) => one.kind === 'ask' && one.slot === slot).map((one) => one.id)
  const within = ({ kind, line, lastLine }: FlowNode): boolean => kind !== 'missing' && problem.line >= Math.max(1, line) && problem.line <= lastLine
  return flow.nodes.filter(within).slice(0, 1).map((one) => one.id)
}

/** Where a finding is to be shown in the text: at the node it names, else where the server saw it. */
export function lineOf(flow: Flow | null, problem: Problem): number {
  const named = /^节点“([^”]+)”/.exec(problem.message)?.[1]
  return flow?.nodes.find((one) => one.id === named && one.kind !== 'missing')?.line || problem.line
}

/** Nodes that no check refuses and that callers may still suffer from: too many questions in a row, no end ahead. */
export function doubts(flow: Flow): Map<string, string> {
  const found = new Map<string, string>()
  const asked = askedInARow(flow)
  const ending = endingNodes(flow)
  for (const node of flow.nodes) {
    if (node.kind === 'missing') continue
    if (!ending.has(node.id)) found.set(node.id, '从这里走不到“结束”或“转人工”')
    else if (node.kind === 'ask' && (asked.get(node.id) ?? 0) > MOST_ASKED) found.set(node.id, TOO_MANY)
  }
  return found
}

/** The most questions put without help on any way to a node, itself included; counted no further than what is too many. */
function askedInARow(flow: Flow): Map<string, number> {
  const most = new Map<string, number>()
  const byId = new Map(flow.nodes.map((one) => [one.id, one]))
  const todo: [string, number][] = [[flow.start, 0]]
  while (todo.length) {
    const [id, before] = todo.pop() ?? ['', 0]
    const node = byId.get(id)
    if (!node) continue
    const here = HELPS.has(node.kind) ? 0 : Math.min(MOST_ASKED + 1, before + (node.kind === 'ask' ? 1 : 0))
    if ((most.get(id) ?? -1) >= here) continue
    most.set(id, here)
    for (const edge of flow.edges) if (edge.from === id) todo.push([edge.to, here])
  }
  return most
}

/** Nodes from which some way comes to an end or to a person. */
function endingNodes(flow: Flow): Set<string> {
  const ending = new Set<string>()
  const todo = flow.nodes.filter((one) => one.kind === 'end' || one.kind === 'hand_over').map((one) => one.id)
  while (todo.length) {
    const id = todo.pop() ?? ''
    if (ending.has(id)) continue
    ending.add(id)
    for (const edge of flow.edges) if (edge.to === id) todo.push(edge.from)
  }
  return ending
}

/** The ways taken between the nodes of a walk, as they follow one another. */
export function waysTaken(flow: Flow, walked: string[]): Set<string> {
  const taken = new Set<string>()
  walked.forEach((to, index) => {
    const earlier = new Set(walked.slice(0, index))
    const before = walked[index - 1]
    const leading = flow.edges.filter((edge) => edge.to === to && earlier.has(edge.from)).map((edge) => edge.from)
    const from = leading.find((one) => one === before) ?? leading[0]
    if (from !== undefined) taken.add(`${from} ${to}`)
  })
  return taken
}
