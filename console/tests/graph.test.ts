import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { draw, neighbour, readFlow } from '@/lib/graph'

const YAML = `id: a
title: 甲
start: ask
slots:
  home: {type: yes_no, ask: 有房吗？}
nodes:
  ask:
    ask: home
    next: decide
  decide:
    branch:
      - when: {home: "yes"}
        to: person
      - when: {months: {lt: 3}}
        to: gone
    else: ask
  person:
    hand_over: {reason: 核实}
  island:
    end: 再见
`

describe('a flow', () => {
  it('is read with its lines, edges and what leads along them', () => {
    const flow = readFlow(YAML)!
    expect(flow.nodes.map((one) => [one.id, one.kind, one.line])).toEqual([
      ['ask', 'ask', 7], ['decide', 'branch', 10], ['person', 'hand_over', 17], ['island', 'end', 19], ['gone', 'missing', 10],
    ])
    expect(flow.edges.map((one) => [one.to, one.label])).toEqual([['decide', ''], ['person', 'home：是'], ['gone', 'months < 3'], ['ask', '其余']])
    expect(flow.nodes.filter((one) => !one.reached).map((one) => one.id)).toEqual(['island'])
  })

  it('is nothing while the text is broken', () => {
    expect(readFlow('nodes: [')).toBeNull()
    expect(readFlow('title: 甲')).toBeNull()
    expect(readFlow('')).toBeNull()
  })

  it('is drawn without two nodes in one place, loops included', () => {
    const drawing = draw(readFlow(YAML)!)
    expect(new Set(drawing.nodes.map((one) => `${one.x},${one.y}`)).size).toBe(5)
    expect(drawing.edges).toHaveLength(4)
    for (const node of drawing.nodes) expect(node.x).toBeGreaterThanOrEqual(0)
  })

  it('knows where each way is written', () => {
    const listed = readFlow('start: a\nnodes:\n  a:\n    branch:\n      - when: {x: 1}\n        to: b\n      - else: c\n  b: {say: 好, next: c}\n  c: {end: 好}\n')!
    expect(listed.edges.map((one) => [one.label, one.at])).toEqual([
      ['x：1', ['nodes', 'a', 'branch', 0, 'to']], ['其余', ['nodes', 'a', 'branch', 1, 'else']], ['', ['nodes', 'b', 'next']]])
    expect(readFlow(YAML)!.edges.at(-1)?.at).toEqual(['nodes', 'decide', 'else'])
    expect(readFlow(YAML)!.nodes[1]).toMatchObject({ line: 10, lastLine: 16 })
  })

  it('is walked with the arrow keys', () => {
    const { nodes } = draw(readFlow(YAML)!)
    expect(neighbour(nodes, 'ask', 'down')).toBe('decide')
    expect(neighbour(nodes, 'decide', 'up')).toBe('ask')
    expect(neighbour(nodes, 'person', 'right')).toBe('gone')
    expect(neighbour(nodes, 'gone', 'left')).toBe('person')
    expect(neighbour(nodes, 'ask', 'up')).toBeNull()
  })

  it('can be drawn for every scenario of the starter pack', () => {
    const root = join(__dirname, '..', '..', 'packs', 'starter', 'scenarios')
    let count = 0
    for (const folder of readdirSync(root)) {
      for (const file of readdirSync(join(root, folder))) {
        const flow = readFlow(readFileSync(join(root, folder, file), 'utf8'))
        expect(flow, file).not.toBeNull()
        expect(flow!.nodes.filter((one) => !one.reached || one.kind === 'missing' || one.kind === 'unknown').map((one) => one.id), file).toEqual([])
        draw(flow!)
        count += 1
      }
    }
    expect(count).toBeGreaterThan(40)
  })
})
