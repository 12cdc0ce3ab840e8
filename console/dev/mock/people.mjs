import { readYaml } from './kit.mjs'

export const sessions = new Map()
export const ROLE_WORDS = {
  agent: '座席', supervisor: '班长', knowledge_editor: '知识编辑', dispatcher: '派单员', unit_handler: '单位承办人', manager: '管理者',
  trainer: '培训师', liaison_member: '联络站成员', administrator: '系统管理员',
}

const PERMISSIONS = {
  agent: 'contact_serve contact_read queue_watch personal_data_reveal ticket_read ticket_create ticket_archive knowledge_read knowledge_suggest training_take',
  supervisor: 'contact_serve contact_read contact_assist queue_watch queue_manage personal_data_reveal ticket_read ticket_create ticket_archive ticket_supervise knowledge_read knowledge_suggest report_read quality_inspect roster_edit training_take',
  knowledge_editor: 'contact_read knowledge_read knowledge_suggest knowledge_edit knowledge_publish report_read training_take',
  dispatcher: 'contact_read personal_data_reveal ticket_read ticket_create ticket_dispatch ticket_archive ticket_supervise knowledge_read knowledge_suggest report_read training_take',
  unit_handler: 'personal_data_reveal ticket_read ticket_reply knowledge_read knowledge_suggest training_take',
  manager: 'contact_read queue_watch ticket_read ticket_supervise knowledge_read knowledge_suggest report_read quality_inspect roster_edit audit_read',
  trainer: 'contact_read knowledge_read knowledge_suggest quality_inspect training_manage training_take',
  liaison_member: 'ticket_read knowledge_read liaison_answer',
  administrator: 'queue_watch knowledge_read report_read staff_manage settings_manage data_transfer audit_read',
}
export const permissionsOf = (role) => (PERMISSIONS[role] ?? '').split(' ').filter(Boolean)

export const skillList = (skills) => Object.entries(skills).map(([skill, level]) => ({ skill, level }))
export const staff = readYaml('staff.yaml').staff.map((one, index) => ({
  ...one, id: `s${index + 1}`, skills: skillList(one.skills), disabled: false, locked_until_us: index === 7 ? (Date.now() + 9e5) * 1000 : null,
  scope: one.scope.level === 'district' ? { level: 'district' } : one.scope, created_us: 1_762_000_000_000_000,
}))
export const agents = staff.filter((one) => ['agent', 'supervisor'].includes(one.role))
