/** Walks a scenario through every reply it offers, as callers would, and tells which nodes were never come to. */

import { parse } from 'yaml'

import { readConditions } from './flow-branch'
import { isRecord } from './graph'

/** What a try-out gives back, as far as the walk needs it. */
export interface Walk {
  walked: string[]
  at: string | null
  options: string[]
}

export interface Coverage {
  nodes: Set<string>
  walks: number
  /** Not every way was walked: there were more than `MOST_WALKS`. */
  cut: boolean
}

export const MOST_WALKS = 60

/** Something a caller may say to a question of a type that offers no replies. */
const SAMPLES: Record<string, string> = {
  place: '人民路12号门口', phone: '13800138000', name: '我姓王', id_number: '330203199001011234', date: '昨天上午', time: '昨天上午', number: '5',
  amount: '3000元', detail: '路灯坏了好几天没人修', organisation: '人民路便民超市',
}

/** Replies worth trying at a node: those offered, or one for each side of the bounds that the flow looks at. */
export function repliesAt(text: string, node: string, offered: string[]): string[] {
  if (offered.length) return offered
  const value: unknown = parse(text)
  if (!isRecord(value) || !isRecord(value.nodes)) return []
  const body = value.nodes[node]
  if (!isRecord(body)) return []
  const own = isRecord(value.slots) ? value.slots : {}
  // What a ticket needs is told in one breath.
  if (isRecord(body.ticket)) {
    const needs = Array.isArray(body.ticket.needs) ? body.ticket.needs.map(String) : []
    return [needs.map((need) => sample(own[need], need)).join('，') || sample(null, 'detail')]
  }
  const asked = String(body.ask ?? '')
  const slot = own[asked]
  const bounds = boundsOf(value.nodes, asked)
  const unit = isRecord(slot) && typeof slot.unit === 'string' ? slot.unit : ''
  if (bounds.length) return [...new Set(bounds.flatMap((one) => [Math.max(0, one - 1), one, one + 1]))].map((one) => `${one}${unit}`)
  return [sample(slot, asked)]
}

function sample(slot: unknown, name: string): string {
  return SAMPLES[isRecord(slot) ? String(slot.type) : name] ?? '就是刚才说的情况'
}

function boundsOf(nodes: Record<string, unknown>, slot: string): number[] {
  const cases = Object.values(nodes).flatMap((node) => (isRecord(node) && Array.isArray(node.branch) ? (node.branch as unknown[]) : []))
  return cases.flatMap((one) => (isRecord(one) ? readConditions(one.when) : []))
    .filter((one) => one.slot === slot && ['lt', 'lte', 'gt', 'gte'].includes(one.how)).map((one) => Number(one.value))
}

/** Tries every opening and, after each, every reply, breadth first. `go` is asked before each walk; `false` ends it. */
export async function cover(
  text: string, openings: string[], tryOut: (turns: string[]) => Promise<Walk>, go: (walks: number, nodes: Set<string>) => boolean,
): Promise<Coverage> {
  const nodes = new Set<string>()
  const todo = openings.map((one) => [one])
  let walks = 0
  while (todo.length && walks < MOST_WALKS && go(walks, nodes)) {
    const turns = todo.shift() ?? []
    const walk = await tryOut(turns)
    walks += 1
    walk.walked.forEach((one) => nodes.add(one))
    if (walk.at) todo.push(...repliesAt(text, walk.at, walk.options).map((reply) => [...turns, reply]))
  }
  return { nodes, walks, cut: todo.length > 0 }
}
