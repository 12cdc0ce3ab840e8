/** Chinese words for codes. Unknown codes are shown as they are, never hidden. */

import type { Tone } from './format'

const KIND: Record<string, string> = {
  consult: '咨询', help: '求助', complaint: '投诉', report: '举报', suggestion: '建议', praise: '表扬', other: '其他',
}
const LANE: Record<string, string> = { normal: '普通', dialect: '方言', elderly: '老年', emergency: '紧急' }
const PHASE: Record<string, string> = {
  listening: '机器人接待', asking: '机器人询问', clarifying: '机器人确认', seeking: '机器人查找', filing: '机器人登记',
  queued: '排队中', with_agent: '人工接待', wrap_up: '小结', ended: '已结束',
}
const OUTCOME: Record<string, string> = {
  answered: '已答复', handed_over: '人工接待', ticket: '已开工单', callback: '约定回电', no_matter: '未提出事项',
}
const CHANNEL: Record<string, string> = { chat: '网页聊天', web: '网页聊天', voice: '电话', phone: '电话', sms: '短信' }
const STATE: Record<string, string> = {
  offline: '离线', ready: '空闲', ringing: '响铃', busy: '服务中', wrap_up: '小结', break: '小休', active: '服务中', queued: '排队中', closed: '已结束',
}
const BY: Record<string, string> = { citizen: '来电人说', channel: '线路带入', agent: '工作人员记', bot: '机器人记' }
const AUTHOR: Record<string, string> = { citizen: '来电人', bot: '机器人', agent: '座席', member: '联络站', system: '系统' }
const MOOD = ['平和', '有些着急', '不满', '很激动']
const REASON: Record<string, string> = {
  wish: '来电人要求人工', danger: '有危险，最优先', boundary: '此类事项人工先接', not_understood: '两次没听懂', silence: '来电人没有声音',
  no_answer: '知识库没有把握的答案', answer_rejected: '答案没解决问题', scenario: '流程需要人工核实', dialect: '说宁波话', elderly: '老年一键来电',
  distress: '情绪激动', part_down: '系统部件故障', returned: '断线后回来，保留原位置',
}
const ENTRY_STATUS: Record<string, string> = {
  draft: '草稿', active: '生效', published: '生效', in_force: '生效', withdrawn: '已撤下', expired: '已过期', future: '未到施行日',
}
const ENTRY_KIND: Record<string, string> = { policy: '政策', guide: '办事指南' }
const ROLE: Record<string, string> = {
  agent: '座席', supervisor: '班长', knowledge_editor: '知识编辑', dispatcher: '派单员', unit_handler: '承办人', manager: '负责人',
  trainer: '培训师', liaison_member: '联络站成员', administrator: '管理员',
}
const TREAT: Record<string, string> = { bot: '机器人先答', human_first: '人工先接', human_only: '只由人工' }
const URGENCY: Record<string, string> = { normal: '一般', urgent: '紧急' }

const from = (table: Record<string, string>) => (code: string | null | undefined): string =>
  code === null || code === undefined ? '' : (table[code] ?? code)

export const kindWords = from(KIND)
export const laneWords = from(LANE)
export const phaseWords = from(PHASE)
export const outcomeWords = from(OUTCOME)
export const channelWords = from(CHANNEL)
export const stateWords = from(STATE)
export const byWords = from(BY)
export const authorWords = from(AUTHOR)
export const reasonWords = from(REASON)
export const entryStatusWords = from(ENTRY_STATUS)
export const entryKindWords = from(ENTRY_KIND)
export const roleWords = from(ROLE)
export const treatWords = from(TREAT)
export const urgencyWords = from(URGENCY)
export const moodWords = (mood: number): string => MOOD[Math.min(3, Math.max(0, mood))] ?? ''

export interface Option {
  value: string
  label: string
}

const options = (table: Record<string, string>, keys: string[]): Option[] =>
  keys.map((value) => ({ value, label: table[value] ?? value }))

export const KIND_OPTIONS = options(KIND, ['consult', 'help', 'complaint', 'report', 'suggestion', 'praise', 'other'])
export const LANE_OPTIONS = options(LANE, ['normal', 'dialect', 'elderly', 'emergency'])
export const OUTCOME_OPTIONS = options(OUTCOME, Object.keys(OUTCOME))
export const PHASE_OPTIONS = options(PHASE, ['listening', 'queued', 'with_agent', 'ended'])
export const ROLE_OPTIONS = options(ROLE, Object.keys(ROLE))
export const TREAT_OPTIONS = options(TREAT, ['bot', 'human_first', 'human_only'])
export const ENTRY_KIND_OPTIONS = options(ENTRY_KIND, ['policy', 'guide'])

export const DOMAINS = [
  '公积金', '社保', '医保', '就业劳动', '户籍身份', '出入境', '交通驾管', '教育', '婚姻生育', '民政救助', '养老助老', '残联', '不动产住房',
  '城管市容', '环保噪音', '物业小区', '市场监管消费', '企业开办', '税务', '水电气热', '文旅体育', '农业农村', '卫生健康', '消防应急',
  '司法公证', '其他',
]

/** The colour of an agent's state; the word is always beside it. */
export function stateTone(state: string): Tone {
  if (state === 'ready') return 'good'
  if (state === 'ringing') return 'warn'
  if (state === 'busy' || state === 'active') return 'accent'
  if (state === 'wrap_up') return 'warn'
  return 'plain'
}

export const laneTone = (lane: string): Tone =>
  lane === 'emergency' ? 'bad' : lane === 'elderly' || lane === 'dialect' ? 'warn' : 'plain'

export const moodTone = (mood: number): Tone => (mood >= 3 ? 'bad' : mood >= 1 ? 'warn' : 'plain')
