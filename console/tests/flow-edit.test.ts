import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

import { addCase, moveCase, readConditions, removeCase, setConditions } from '@/lib/flow-branch'
import {
  addNode, addOption, changeKind, fillIn, ownWords, referencesTo, removeNode, renameNode, renameSlot, setAsk, setSlotType, setStart,
} from '@/lib/flow-edit'
import { setField } from '@/lib/flow-text'

const TEXT = `# 谁写的，为什么
id: a
title: 甲
kind: help
slots:
  home: {type: yes_no, ask: 有房吗？}   # 问房
start: ask
nodes:
  # 先问
  ask:
    ask: home
    next: decide   # 去判断
  decide:
    branch:
      - when: {home: "yes"}
        to: person
      - when: {months: {gte: 1, lt: 3}}
        to: ask
    else: done
  person:
    hand_over: {reason: 核实}

  done:
    end: >-
      还有别的事，
      您接着说就行。
`
const nodes = (text: string): Record<string, Record<string, unknown>> => parse(text).nodes
/** The lines that are in one text and not in the other. */
const changed = (after: string, before = TEXT): string[] => {
  const old = before.split('\n')
  return after.split('\n').filter((line) => !old.includes(line))
}

describe('a change of the text', () => {
  it('leaves everything else as it was written', () => {
    const after = setField(TEXT, ['nodes', 'person', 'hand_over', 'reason'], '核实房产')
    expect(after).toBe(TEXT.replace('reason: 核实', 'reason: 核实房产'))
    expect(setField(TEXT, ['nodes', 'ask', 'next'], 'done')).toBe(TEXT.replace('next: decide   # 去判断', 'next: done # 去判断'))
    const four = 'id: a\ntriggers:\n- 甲\nnodes:\n    one:\n        ticket: { kind: help }\n        next: two\n    two:\n        end: 好\n'
    expect(setField(four, ['nodes', 'one', 'ticket', 'category'], '路灯')).toBe(four.replace('kind: help }', 'kind: help, category: 路灯 }'))
  })

  it('prints every scenario of the starter pack as it is, but for the change', () => {
    const root = join(__dirname, '..', '..', 'packs', 'starter', 'scenarios')
    let count = 0
    for (const folder of readdirSync(root)) {
      for (const file of readdirSync(join(root, folder))) {
        const text = readFileSync(join(root, folder, file), 'utf8')
        const { start } = parse(text) as { start: string }
        const renamed = renameNode(text, start, 'first_of_all')
        expect(renamed, file).not.toBe(text)
        expect(renameNode(renamed, 'first_of_all', start), file).toBe(text)
        count += 1
      }
    }
    expect(count).toBeGreaterThan(40)
  })

  it('is none when the text cannot be read or has no such place', () => {
    for (const broken of ['nodes: [', '', '- a\n', 'title: 甲\n']) {
      expect(addNode(broken, ['start'], 'say')).toEqual({ text: broken, id: '' })
      expect(removeNode(broken, 'a', '')).toBe(broken)
    }
    expect(setField(TEXT, ['nodes', 'gone', 'next'], 'done')).toBe(TEXT)
    expect(renameNode(TEXT, 'ask', 'done')).toBe(TEXT)
    expect(renameNode(TEXT, 'ask', '两个 词')).toBe(TEXT)
  })
})

describe('a node', () => {
  it('is put on a way, and leads where the way led', () => {
    const { text, id } = addNode(TEXT, ['nodes', 'ask', 'next'], 'say')
    expect(id).toBe('say')
    expect(nodes(text)).toMatchObject({ ask: { next: 'say' }, say: { next: 'decide' } })
    expect(Object.keys(nodes(text)).slice(0, 2)).toEqual(['ask', 'say'])
    expect(text).toContain('# 先问')
    expect(changed(text)).toEqual(['    next: say # 去判断', '  say:', '    say: 好的。', '    next: decide'])
    const again = addNode(text, ['nodes', 'decide', 'branch', 0, 'to'], 'say')
    expect(again.id).toBe('say_2')
    expect(nodes(again.text)).toMatchObject({ say_2: { next: 'person' } })
    expect(parse(addNode(TEXT, ['start'], 'knowledge').text)).toMatchObject({ start: 'knowledge', nodes: { knowledge: { knowledge: true, next: 'ask' } } })
  })

  it('that asks brings a question of its own, which goes with it', () => {
    const { text, id } = addNode(TEXT, ['nodes', 'decide', 'else'], 'ask')
    expect(parse(text)).toMatchObject({ slots: { question: { type: 'yes_no', ask: '' } }, nodes: { ask_2: { ask: 'question', next: 'done' } } })
    expect(removeNode(text, id, 'done')).toBe(TEXT)
    const bare = addNode('start: a\nnodes:\n  a:\n    end: 好\n', ['start'], 'ask').text
    expect(bare.indexOf('slots:')).toBe(0)
    expect(parse(bare)).toMatchObject({ start: 'ask', nodes: { ask: { ask: 'question', next: 'a' } } })
  })

  it('that decides looks at what was just asked', () => {
    const { text } = addNode(TEXT, ['nodes', 'ask', 'next'], 'branch')
    expect(nodes(text).branch).toEqual({ branch: [{ when: { home: 'yes' }, to: 'decide' }], else: 'decide' })
    expect(text).toContain('      - when: {home: "yes"}\n        to: decide\n')
  })

  it('is renamed with all that leads to it', () => {
    const text = renameNode(setStart(TEXT, 'done'), 'done', 'goodbye')
    expect(parse(text)).toMatchObject({ start: 'goodbye', nodes: { decide: { else: 'goodbye' }, goodbye: {} } })
    expect(nodes(text).goodbye).toEqual(nodes(TEXT).done)
    expect(text).toContain('  goodbye:\n    end: >-\n')
    expect(referencesTo(text, 'ask')).toEqual([['nodes', 'decide', 'branch', 1, 'to']])
  })

  it('is taken out, and what led to it leads to its heir or nowhere', () => {
    expect(nodes(removeNode(TEXT, 'person', 'done')).decide).toMatchObject({ branch: [{ to: 'done' }, { to: 'ask' }] })
    expect(nodes(removeNode(TEXT, 'person', '')).decide).toMatchObject({ branch: [{ to: 'ask' }] })
    const asked = parse(removeNode(TEXT, 'ask', ''))
    expect(asked.start).toBe('ask')
    expect(asked.slots).toEqual({ home: { type: 'yes_no', ask: '有房吗？' } })
    expect(nodes(removeNode(TEXT, 'decide', '')).ask).toEqual({ ask: 'home' })
  })

  it('is made where it is named but not there', () => {
    const text = fillIn(TEXT.replace('next: decide', 'next: gone'), 'gone', 'say')
    expect(nodes(text)).toMatchObject({ ask: { next: 'gone' }, gone: { say: '好的。', next: 'done' } })
    expect(fillIn(TEXT, 'done', 'say')).toBe(TEXT)
    expect(fillIn(TEXT, 'nobody', 'say')).toBe(TEXT)
  })

  it('changes its kind and keeps its way on', () => {
    expect(nodes(changeKind(TEXT, 'ask', 'say')).ask).toEqual({ say: '好的。', next: 'decide' })
    expect(nodes(changeKind(TEXT, 'decide', 'knowledge')).decide).toEqual({ knowledge: true, next: 'done' })
    expect(nodes(changeKind(TEXT, 'person', 'ticket')).person).toEqual({ ticket: { kind: 'help', category: '甲' }, next: 'done' })
    expect(nodes(changeKind(TEXT, 'ask', 'end')).ask).toEqual({ end: '还有别的事，您接着说就行。' })
  })
})

describe('a branch', () => {
  it('has its conditions read and written, ranges included', () => {
    const when = nodes(TEXT).decide!.branch as { when: unknown }[]
    expect(readConditions(when[1]!.when)).toEqual([{ slot: 'months', how: 'gte', value: '1' }, { slot: 'months', how: 'lt', value: '3' }])
    expect(readConditions({ a: true, b: { in: ['x', 'y'] }, c: { known: false } })).toEqual([
      { slot: 'a', how: 'is', value: 'yes' }, { slot: 'b', how: 'in', value: 'x、y' }, { slot: 'c', how: 'unknown', value: '' }])
    const text = setConditions(TEXT, 'decide', 1, [
      { slot: 'months', how: 'gte', value: '2' }, { slot: 'months', how: 'lt', value: '6' }, { slot: 'home', how: 'in', value: 'a、b' }])
    expect(text).toContain('- when: {months: {gte: 2, lt: 6}, home: {in: [a, b]}}\n        to: ask')
    expect(setConditions(TEXT, 'decide', 1, readConditions(when[1]!.when))).toBe(TEXT)
  })

  it('gets cases, loses them and changes their order', () => {
    const more = addCase(TEXT, 'decide', 'done')
    expect(changed(more)).toEqual(['        to: done'])
    expect((nodes(more).decide!.branch as unknown[])[2]).toEqual({ when: { home: 'yes' }, to: 'done' })
    expect(removeCase(more, 'decide', 2)).toBe(TEXT)
    expect((nodes(moveCase(TEXT, 'decide', 1, -1)).decide!.branch as { to: string }[]).map((one) => one.to)).toEqual(['ask', 'person'])
    expect(moveCase(TEXT, 'decide', 1, 1)).toBe(TEXT)
  })
})

describe('a question', () => {
  it('is chosen, made and dropped', () => {
    expect(parse(setAsk(TEXT, 'ask', 'place'))).toMatchObject({ slots: { home: {} }, nodes: { ask: { ask: 'place' } } })
    const made = setAsk(TEXT, 'ask', '')
    expect(parse(made)).toMatchObject({ slots: { question: { type: 'yes_no' } }, nodes: { ask: { ask: 'question' } } })
    expect(Object.keys(parse(setAsk(made, 'ask', 'home')).slots)).toEqual(['home'])
  })

  it('is renamed wherever it is asked or looked at', () => {
    expect(parse(renameSlot(TEXT, 'home', 'has_home'))).toMatchObject({
      slots: { has_home: {} }, nodes: { ask: { ask: 'has_home' }, decide: { branch: [{ when: { has_home: 'yes' } }, {}] } } })
    expect(renameSlot(TEXT, 'home', 'place')).toBe(TEXT)
  })

  it('that every scenario shares gets words of its own', () => {
    expect(parse(ownWords(TEXT, 'time')).slots.time).toEqual({ type: 'date', ask: '' })
    expect(ownWords(TEXT, 'home')).toBe(TEXT)
  })

  it('changes its type with what belongs to it', () => {
    const choice = setSlotType(TEXT, 'home', 'choice')
    expect(parse(addOption(choice, 'home')).slots.home.options).toEqual({ option: ['第一种'], option_2: ['第二种'], option_3: ['新的一种'] })
    expect(parse(setSlotType(choice, 'home', 'number')).slots.home).toEqual({ type: 'number', ask: '有房吗？' })
  })
})
