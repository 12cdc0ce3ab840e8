/** What training found and what turns are read as, in words. */

import { percent } from './tickets'
import type { Contest, Drift, Run, TaskChoices } from '@/api/learning'
import type { Tone } from '@/lib/format'

export const wordsOf = (tasks: TaskChoices[], task: string, label: string | null): string =>
  tasks.find((one) => one.task === task)?.choices.find((one) => one.label === label)?.words ?? label ?? ''

export const RUN: Record<Run['state'], { words: string; tone: Tone }> = {
  running: { words: '正在训练', tone: 'accent' },
  won: { words: '新版本更好，已换上', tone: 'good' },
  lost: { words: '没有变好，仍用原来的', tone: 'plain' },
  failed: { words: '没有训练完，请再试一次', tone: 'bad' },
}

export const DRIFT: Record<Drift['verdict'], { words: string; tone: Tone }> = {
  few: { words: '对话还不够多，看不出变化', tone: 'plain' },
  steady: { words: '和前四周一样', tone: 'good' },
  shifted: { words: '来电内容变了，请核对', tone: 'warn' },
  unsure: { words: '越来越没把握，请补标注', tone: 'warn' },
}

/** How a challenger did, in one sentence that a person can decide by. */
export function contestWords(one: Contest): string {
  const found = one.found_before !== null && one.found_after !== null
    ? `，该听出来的 ${percent(one.found_before)} → ${percent(one.found_after)}` : ''
  return `本地留出的 ${one.held_out} 句：${percent(one.champion)} → ${percent(one.challenger)}；通用例句：${percent(one.ours_before)} → ${percent(one.ours_after)}${found}`
}

/** The labels that moved, the largest first. */
export const movedWords = (tasks: TaskChoices[], task: string, drift: Drift): string =>
  drift.moved.filter(([, was, is]) => Math.abs(is - was) >= 0.01)
    .map(([label, was, is]) => `${wordsOf(tasks, task, label)} ${percent(was)} → ${percent(is)}`).join('，')

/** Whether anything asks for a person's look. */
export const needsLook = (drift: Drift): boolean => drift.verdict === 'shifted' || drift.verdict === 'unsure'
