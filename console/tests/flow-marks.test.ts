import { describe, expect, it } from 'vitest'

import { cover, repliesAt } from '@/lib/flow-cover'
import { doubts, lineOf, problemsByNode, waysTaken } from '@/lib/flow-marks'
import { readFlow } from '@/lib/graph'

const flowOf = (text: string) => readFlow(text)!
const ASKS = `start: one
slots:
  a: {type: yes_no, ask: 甲？}
  b: {type: number, ask: 乙？, unit: 月}
  c: {type: text, ask: 丙？}
nodes:
  one:
    ask: a
    next: two
  two:
    ask: b
    next: three
  three:
    ask: c
    next: decide
  decide:
    branch:
      - when: {b: {gte: 3}}
        to: done
      - else: round
  round:
    say: 好的。
    next: round
  done:
    end: 再见
`

describe('what is marked on the nodes', () => {
  it('names nodes that ask too much in a row and nodes without an end ahead', () => {
    expect([...doubts(flowOf(ASKS)).keys()]).toEqual(['three', 'round'])
    const helped = ASKS.replace('  two:\n    ask: b\n', '  two:\n    answer: x\n')
    expect([...doubts(flowOf(helped)).keys()]).toEqual(['round'])
  })

  it('counts a question that comes round again', () => {
    const round = 'start: a\nnodes:\n  a:\n    ask: place\n    next: b\n  b:\n    branch:\n      - when: {place: 甲}\n        to: c\n    else: a\n  c:\n    end: 好\n'
    expect([...doubts(flowOf(round)).keys()]).toEqual(['a'])
  })

  it('takes a finding to the node it names, to those that ask what it names, or to where it lies', () => {
    const found = problemsByNode(flowOf(ASKS), [
      { line: 1, message: '节点“round”会绕回自己而中间什么也没问，请改掉这个圈。' }, { line: 4, message: '问题“b”没有问句，请写 ask。' },
      { line: 14, message: '格式不对' }, { line: 0, message: '整个文件' }])
    expect([...found].map(([id, list]) => [id, list.length])).toEqual([['round', 1], ['two', 1], ['three', 1]])
    expect(lineOf(flowOf(ASKS), { line: 1, message: '节点“round”永远走不到' })).toBe(21)
    expect(lineOf(null, { line: 5, message: '格式不对' })).toBe(5)
  })

  it('tells which ways a walk took', () => {
    expect([...waysTaken(flowOf(ASKS), ['one', 'two', 'three', 'decide', 'done'])]).toEqual(['one two', 'two three', 'three decide', 'decide done'])
    expect([...waysTaken(flowOf(ASKS), ['one', 'done'])]).toEqual([])
  })
})

describe('a walk through all replies', () => {
  it('says what is offered, or something on each side of a bound', () => {
    expect(repliesAt(ASKS, 'one', ['是', '不是'])).toEqual(['是', '不是'])
    expect(repliesAt(ASKS, 'two', [])).toEqual(['2月', '3月', '4月'])
    expect(repliesAt('nodes:\n  p:\n    ask: place\n', 'p', [])).toEqual(['人民路12号门口'])
    expect(repliesAt('nodes:\n  p:\n    ticket: {needs: [place, detail]}\n', 'p', [])).toEqual(['人民路12号门口，路灯坏了好几天没人修'])
  })

  it('comes to every node that replies lead to, and stops when told', async () => {
    const walk = (turns: string[]) => Promise.resolve({
      walked: ['one', ...(turns.length > 1 ? ['two'] : []), ...(turns[2] === '4月' ? ['done'] : [])],
      at: turns.length === 1 ? 'one' : turns.length === 2 ? 'two' : null,
      options: turns.length === 1 ? ['是', '不是'] : [],
    })
    const all = await cover(ASKS, ['甲'], walk, () => true)
    expect([...all.nodes]).toEqual(['one', 'two', 'done'])
    expect(all).toMatchObject({ walks: 9, cut: false })
    expect(await cover(ASKS, ['甲'], walk, (walks) => walks < 2)).toMatchObject({ walks: 2, cut: true })
  })
})
