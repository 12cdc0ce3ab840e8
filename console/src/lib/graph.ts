/** A scenario's flow as a drawing: nodes in layers from the start downwards, edges with what leads along them. */

import { isMap, LineCounter, parseDocument, type YAMLMap } from 'yaml'

export type NodeKind = 'answer' | 'say' | 'ask' | 'branch' | 'knowledge' | 'ticket' | 'hand_over' | 'end' | 'missing' | 'unknown'

/** Where something stands in the file: the keys that lead to it. */
export type Path = (string | number)[]

export interface FlowEdge {
  from: string
  to: string
  label: string
  /** Where the reference is written. */
  at: Path
}

export interface FlowNode {
  id: string
  kind: NodeKind
  text: string
  line: number
  lastLine: number
  /** Of a question: what it asks for. */
  slot: string
  reached: boolean
}

export interface Flow {
  start: string
  nodes: FlowNode[]
  edges: FlowEdge[]
}

export interface PlacedNode extends FlowNode {
  x: number
  y: number
}

export interface PlacedEdge extends FlowEdge {
  path: string
  labelX: number
  labelY: number
}

export interface Drawing {
  nodes: PlacedNode[]
  edges: PlacedEdge[]
  width: number
  height: number
}

export const NODE_WIDTH = 156
export const NODE_HEIGHT = 50
const GAP_X = 34
const GAP_Y = 50
const PAD = 26

export const KINDS: NodeKind[] = ['answer', 'say', 'ask', 'branch', 'knowledge', 'ticket', 'hand_over', 'end']

export const NODE_WORDS: Record<NodeKind, string> = {
  answer: '回答', say: '说', ask: '问', branch: '分情况', knowledge: '查知识', ticket: '开工单', hand_over: '转人工', end: '结束',
  missing: '没有这个节点', unknown: '未写内容',
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '')

export const SIGN: Record<string, string> = { lt: '<', lte: '≤', gt: '>', gte: '≥' }

function condition(slots: Record<string, unknown>, slot: string, test: unknown): string {
  const found = slots[slot]
  const options = isRecord(found) && isRecord(found.options) ? found.options : {}
  const name = (value: unknown): string => {
    const key = text(value)
    const words = options[key]
    if (Array.isArray(words)) return text(words[0])
    return key === 'yes' ? '是' : key === 'no' ? '否' : key
  }
  // The display name of a choice speaks for itself; yes and no need their question.
  if (!isRecord(test)) return options[text(test)] ? name(test) : `${slot}：${name(test)}`
  if ('known' in test) return test.known ? `已知 ${slot}` : `不知 ${slot}`
  if (Array.isArray(test.in)) return test.in.map(name).join('/')
  return Object.entries(test).map(([key, value]) => `${slot} ${SIGN[key] ?? key} ${text(value)}`).join('，')
}

function nodeText(kind: NodeKind, body: Record<string, unknown>, slots: Record<string, unknown>): string {
  const value = body[kind]
  if (kind === 'ask') {
    const slot = slots[text(value)]
    return isRecord(slot) ? text(slot.ask) || text(value) : text(value)
  }
  if (kind === 'ticket' && isRecord(value)) return text(value.category)
  if (kind === 'hand_over' && isRecord(value)) return text(value.reason)
  if (kind === 'branch' && Array.isArray(value)) {
    const asked = value.flatMap((one: unknown) => (isRecord(one) && isRecord(one.when) ? Object.keys(one.when) : []))
    return `看 ${[...new Set(asked)].join('、')}`
  }
  if (kind === 'knowledge') return '用来电人自己的话'
  return text(value)
}

/** What the parser knows of a key or a value: itself and where it begins and ends. */
interface Ranged {
  value?: unknown
  range?: [number, number, number] | null
}

/** Reads the flow out of a scenario's YAML; null when there is nothing that could be drawn. */
export function readFlow(yaml: string): Flow | null {
  const lines = new LineCounter()
  const doc = parseDocument(yaml, { lineCounter: lines })
  const value: unknown = doc.errors.length ? null : doc.toJS()
  if (!isRecord(value) || !isRecord(value.nodes)) return null
  const slots = isRecord(value.slots) ? value.slots : {}
  const map = doc.get('nodes') as unknown
  const linesOf = new Map<string, [number, number]>()
  if (isMap(map)) {
    for (const pair of (map as YAMLMap<Ranged, Ranged | null>).items) {
      const { range, value: key } = pair.key
      if (!range) continue
      const first = lines.linePos(range[0]).line
      const end = pair.value?.range?.[1] ?? range[1]
      linesOf.set(String(key), [first, Math.max(first, lines.linePos(Math.max(range[0], end - 1)).line)])
    }
  }
  const nodes: FlowNode[] = []
  const edges: FlowEdge[] = []
  for (const [id, raw] of Object.entries(value.nodes)) {
    const body = isRecord(raw) ? raw : {}
    const kind = KINDS.find((one) => one in body) ?? 'unknown'
    const [line, lastLine] = linesOf.get(id) ?? [0, 0]
    nodes.push({ id, kind, text: nodeText(kind, body, slots), line, lastLine, slot: text(body.ask), reached: false })
    const lead = (to: unknown, label: string, at: Path): void => {
      if (text(to)) edges.push({ from: id, to: text(to), label, at: ['nodes', id, ...at] })
    }
    if (Array.isArray(body.branch)) {
      body.branch.forEach((one: unknown, index) => {
        if (!isRecord(one)) return
        const when = isRecord(one.when) ? Object.entries(one.when).map(([slot, test]) => condition(slots, slot, test)).join('，') : ''
        lead(one.to, when, ['branch', index, 'to'])
        lead(one.else, '其余', ['branch', index, 'else'])
      })
      lead(body.else, '其余', ['else'])
    }
    lead(body.next, '', ['next'])
  }
  const known = new Set(nodes.map((one) => one.id))
  for (const edge of edges) {
    if (known.has(edge.to)) continue
    known.add(edge.to)
    const [line, lastLine] = linesOf.get(edge.from) ?? [0, 0]
    nodes.push({ id: edge.to, kind: 'missing', text: edge.to, line, lastLine, slot: '', reached: false })
  }
  const flow: Flow = { start: text(value.start), nodes, edges }
  markReached(flow)
  return flow
}

function markReached(flow: Flow): void {
  const byId = new Map(flow.nodes.map((one) => [one.id, one]))
  const queue = [flow.start]
  while (queue.length) {
    const node = byId.get(queue.pop() ?? '')
    if (!node || node.reached) continue
    node.reached = true
    for (const edge of flow.edges) if (edge.from === node.id) queue.push(edge.to)
  }
}

/** Each node one layer below the lowest that leads to it; edges that lead back do not push. */
function layersOf(flow: Flow): Map<string, number> {
  const layer = new Map<string, number>()
  const onPath = new Set<string>()
  function visit(id: string, depth: number): void {
    if (onPath.has(id) || depth > flow.nodes.length) return
    if ((layer.get(id) ?? -1) >= depth) return
    layer.set(id, depth)
    onPath.add(id)
    for (const edge of flow.edges) if (edge.from === id) visit(edge.to, depth + 1)
    onPath.delete(id)
  }
  visit(flow.start, 0)
  const lowest = Math.max(0, ...layer.values())
  for (const node of flow.nodes) if (!layer.has(node.id)) layer.set(node.id, lowest + 1)
  return layer
}

/** Something in a layer: a node, or the place where an edge passes between the nodes of a layer that it leaps over. */
interface Item {
  key: string
  node: FlowNode | null
  width: number
  /** What stands above it, by key. */
  above: string[]
}

const LANE_WIDTH = 18

/** The layers with their nodes and with a lane for each edge that passes through; and each edge's lanes. */
function itemsOf(flow: Flow): { rows: Item[][]; lanes: Map<FlowEdge, string[]> } {
  const layer = layersOf(flow)
  const used = [...new Set([...layer.values()])].sort((a, b) => a - b)
  const rowOf = (id: string): number => used.indexOf(layer.get(id) ?? 0)
  const rows: Item[][] = used.map(() => [])
  for (const node of flow.nodes) rows[rowOf(node.id)]?.push({ key: node.id, node, width: NODE_WIDTH, above: [] })
  const items = new Map(rows.flat().map((item) => [item.key, item]))
  const lanes = new Map<FlowEdge, string[]>()
  flow.edges.forEach((edge, index) => {
    const passed: string[] = []
    let last = edge.from
    for (let row = rowOf(edge.from) + 1; row < rowOf(edge.to); row += 1) {
      const lane: Item = { key: `${index}/${row}`, node: null, width: LANE_WIDTH, above: [last] }
      rows[row]?.push(lane)
      passed.push(lane.key)
      last = lane.key
    }
    if (rowOf(edge.to) > rowOf(edge.from)) items.get(edge.to)?.above.push(last)
    lanes.set(edge, passed)
  })
  return { rows, lanes }
}

export function draw(flow: Flow): Drawing {
  const { rows, lanes } = itemsOf(flow)
  const widthOf = (row: Item[]): number => row.reduce((sum, item) => sum + item.width, 0) + Math.max(0, row.length - 1) * GAP_X
  const width = Math.max(NODE_WIDTH, ...rows.map(widthOf)) + 2 * PAD
  const centre = new Map<string, number>()
  const nodes: PlacedNode[] = []
  const top = (depth: number): number => PAD + depth * (NODE_HEIGHT + GAP_Y)
  rows.forEach((row, depth) => {
    const wanted = (item: Item): number => {
      const above = item.above.map((key) => centre.get(key)).filter((x): x is number => x !== undefined)
      return above.length ? above.reduce((sum, x) => sum + x, 0) / above.length : width / 2
    }
    const ordered = row.map((item, index) => ({ item, index, at: wanted(item) })).sort((a, b) => a.at - b.at || a.index - b.index)
    let x = (width - widthOf(row)) / 2
    for (const { item } of ordered) {
      centre.set(item.key, x + item.width / 2)
      if (item.node) nodes.push({ ...item.node, x, y: top(depth) })
      x += item.width + GAP_X
    }
  })
  const byId = new Map(nodes.map((one) => [one.id, one]))
  const edges = flow.edges.flatMap((edge) => {
    const from = byId.get(edge.from)
    const to = byId.get(edge.to)
    if (!from || !to) return []
    const through = (lanes.get(edge) ?? []).map((key) => ({ x: centre.get(key) ?? 0, y: top(Number(key.split('/')[1])) }))
    return [{ ...edge, ...route(from, to, through, width) }]
  })
  return { nodes, edges, width, height: top(rows.length) - GAP_Y + PAD }
}

interface Route {
  path: string
  labelX: number
  labelY: number
}

const curve = (x1: number, y1: number, x2: number, y2: number): string => {
  const bend = Math.min(60, (y2 - y1) / 2)
  return `C${x1},${y1 + bend} ${x2},${y2 - bend} ${x2},${y2}`
}

function route(from: PlacedNode, to: PlacedNode, through: { x: number; y: number }[], width: number): Route {
  const x1 = from.x + NODE_WIDTH / 2
  const y1 = from.y + NODE_HEIGHT
  const x2 = to.x + NODE_WIDTH / 2
  const y2 = to.y
  if (y2 > y1) {
    let path = `M${x1},${y1}`
    let at = { x: x1, y: y1 }
    for (const lane of through) {
      path += ` ${curve(at.x, at.y, lane.x, lane.y)} L${lane.x},${lane.y + NODE_HEIGHT}`
      at = { x: lane.x, y: lane.y + NODE_HEIGHT }
    }
    const next = through[0] ?? { x: x2, y: y2 }
    return { path: `${path} ${curve(at.x, at.y, x2, y2)}`, labelX: x1 + (next.x - x1) * 0.62, labelY: y1 + (next.y - y1) * 0.62 }
  }
  // Back up along the nearer side.
  const side = x1 + x2 > width ? Math.min(width - 2, Math.max(x1, x2) + NODE_WIDTH / 2 + 14) : Math.max(2, Math.min(x1, x2) - NODE_WIDTH / 2 - 14)
  return { path: `M${x1},${y1} C${side},${y1 + 30} ${side},${y2 - 30} ${x2},${y2}`, labelX: side, labelY: (y1 + y2) / 2 }
}

export type Direction = 'up' | 'down' | 'left' | 'right'

/** The node that the eye would go to next in a direction: sideways within the row, up and down to the nearest of the next row. */
export function neighbour(nodes: PlacedNode[], id: string, direction: Direction): string | null {
  const from = nodes.find((one) => one.id === id)
  if (!from) return nodes[0]?.id ?? null
  const sideways = direction === 'left' || direction === 'right'
  const sign = direction === 'up' || direction === 'left' ? -1 : 1
  const ahead = nodes.filter((one) => (sideways ? one.y === from.y && (one.x - from.x) * sign > 0 : (one.y - from.y) * sign > 0))
  const distance = (one: PlacedNode): number => (sideways ? Math.abs(one.x - from.x) : Math.abs(one.y - from.y) * 1000 + Math.abs(one.x - from.x))
  return ahead.sort((a, b) => distance(a) - distance(b))[0]?.id ?? null
}
