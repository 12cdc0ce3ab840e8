import { defineComponent, h } from 'vue'
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'

import { useSession } from '@/composables/useSession'
import type { Permission } from '@/lib/permissions'
import { MENU } from '@/menu'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    needs?: Permission[]
    /** The rail's item that this page belongs to. */
    room?: string
  }
}

const page = (
  path: string, name: string, title: string, needs: Permission[], component: RouteRecordRaw['component'], room = name,
): RouteRecordRaw => ({ path, name, component: component as NonNullable<RouteRecordRaw['component']>, meta: { title, needs, room } })

/** The queues share one view; each is a component of its own, so that nothing of one stays when the next is opened. */
const work = (view: string) => async () => {
  const { default: WorkView } = await import('@/views/tickets/WorkView.vue')
  return defineComponent({ name: `Work-${view}`, render: () => h(WorkView, { view }) })
}

const ADMIN_ANY: Permission[] = ['staff_manage', 'settings_manage', 'audit_read']

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: () => import('@/views/HomeView.vue') },
  { path: '/login', name: 'login', component: () => import('@/views/LoginView.vue'), meta: { title: '登录' } },
  page('/desk', 'desk', '座席', ['contact_serve'], () => import('@/views/desk/DeskView.vue')),
  page('/wall', 'wall', '看板', ['queue_watch'], () => import('@/views/wall/WallView.vue')),
  page('/tickets', 'tickets', '工单', ['ticket_read'], () => import('@/views/tickets/TicketList.vue')),
  page('/tickets/new', 'ticket-new', '新建工单', ['ticket_create'], () => import('@/views/tickets/TicketNew.vue'), 'tickets'),
  page('/tickets/inbox', 'work-inbox', '单位收件箱', ['ticket_reply'], work('inbox'), 'tickets'),
  page('/tickets/dispatch', 'work-dispatch', '派单', ['ticket_dispatch'], work('dispatch'), 'tickets'),
  page('/tickets/arbitration', 'work-arbitration', '异议裁定', ['ticket_dispatch'], work('arbitration'), 'tickets'),
  page('/tickets/callbacks', 'work-callbacks', '回访', ['ticket_archive'], work('callbacks'), 'tickets'),
  page('/tickets/extension', 'work-extension', '延期审批', ['ticket_dispatch'], work('extension'), 'tickets'),
  page('/tickets/window', 'ticket-window', '办不成事', ['ticket_supervise'], () => import('@/views/tickets/WindowView.vue'), 'tickets'),
  page('/tickets/indicators', 'ticket-indicators', '单位指标', ['ticket_supervise'], () => import('@/views/tickets/IndicatorsView.vue'), 'tickets'),
  page('/notices', 'notices', '提醒', ['ticket_read'], () => import('@/views/tickets/NoticesView.vue')),
  page('/tickets/board', 'ticket-board', '督办', ['ticket_supervise'], () => import('@/views/tickets/BoardView.vue'), 'tickets'),
  page('/tickets/:number', 'ticket', '工单详情', ['ticket_read'], () => import('@/views/tickets/TicketDetail.vue'), 'tickets'),
  page('/liaison', 'liaison', '联络站', ['liaison_answer', 'roster_edit'], () => import('@/views/liaison/StationView.vue')),
  page('/liaison/roster', 'liaison-roster', '值班表', ['roster_edit'], () => import('@/views/liaison/RosterView.vue'), 'liaison'),
  page('/liaison/figures', 'liaison-figures', '联络站统计', ['roster_edit'], () => import('@/views/liaison/FiguresView.vue'), 'liaison'),
  page('/liaison/tickets/:number', 'liaison-ticket', '跟进的工单', ['liaison_answer'], () => import('@/views/liaison/MatterView.vue'), 'liaison'),
  page('/contacts', 'contacts', '会话', ['contact_read'], () => import('@/views/contacts/ContactList.vue')),
  page('/contacts/:id', 'contact', '会话详情', ['contact_read'], () => import('@/views/contacts/ContactDetail.vue'), 'contacts'),
  page('/library', 'library', '知识条目', ['knowledge_read'], () => import('@/views/library/EntryList.vue')),
  page('/library/import', 'library-import', '批量导入', ['knowledge_edit'],
    () => import('@/views/library/ImportView.vue'), 'library'),
  page('/library/gaps', 'library-gaps', '答不上来的问题', ['knowledge_edit', 'knowledge_suggest'],
    () => import('@/views/library/GapsView.vue'), 'library'),
  page('/library/intake/:seq(\\d+)', 'library-intake-desk', '文件入库', ['knowledge_edit'], () => import('@/views/library/IntakeDesk.vue'), 'library'),
  page('/library/intake', 'library-intake', '文件入库', ['knowledge_edit'], () => import('@/views/library/IntakeView.vue'), 'library'),
  page('/library/drafts', 'library-drafts', '草稿与审核', ['knowledge_edit'], () => import('@/views/library/DraftList.vue'), 'library'),
  page('/library/drafts/:seq', 'draft', '草稿', ['knowledge_edit'], () => import('@/views/library/DraftView.vue'), 'library'),
  page('/library/upkeep', 'library-upkeep', '维护提醒', ['knowledge_edit'], () => import('@/views/library/UpkeepView.vue'), 'library'),
  page('/library/sources', 'library-sources', '依据废止', ['knowledge_publish'], () => import('@/views/library/SourcesView.vue'), 'library'),
  page('/library/new', 'entry-new', '新建条目', ['knowledge_edit'], () => import('@/views/library/EntryView.vue'), 'library'),
  page('/library/entries/:id', 'entry', '知识条目', ['knowledge_read'], () => import('@/views/library/EntryView.vue'), 'library'),
  page('/scenarios', 'scenarios', '流程', ['knowledge_edit', 'knowledge_publish'], () => import('@/views/scenarios/ScenarioList.vue')),
  page('/scenarios/:id', 'scenario', '流程编辑', ['knowledge_edit', 'knowledge_publish'],
    () => import('@/views/scenarios/ScenarioView.vue'), 'scenarios'),
  page('/learning', 'learning', '学习', ['reader_train'], () => import('@/views/learning/LearningView.vue')),
  page('/learning/labels', 'learning-labels', '核对标注', ['reader_train'], () => import('@/views/learning/LabelList.vue'), 'learning'),
  page('/admin', 'admin', '管理', ADMIN_ANY, () => import('@/views/admin/AdminHome.vue')),
  page('/admin/people', 'people', '人员', ['staff_manage'], () => import('@/views/admin/PeopleView.vue'), 'admin'),
  page('/admin/lines', 'lines', '热线', ['settings_manage'], () => import('@/views/admin/LinesView.vue'), 'admin'),
  page('/admin/queues', 'queues', '队列', ['settings_manage'], () => import('@/views/admin/QueuesView.vue'), 'admin'),
  page('/admin/boundary', 'boundary', '人机分工', ['settings_manage'], () => import('@/views/admin/BoundaryView.vue'), 'admin'),
  page('/admin/organisation', 'organisation', '组织', ['settings_manage'], () => import('@/views/admin/OrganisationView.vue'), 'admin'),
  page('/admin/dispatch', 'dispatch-rules', '派单规则', ['settings_manage'], () => import('@/views/admin/DispatchView.vue'), 'admin'),
  page('/admin/deadlines', 'deadlines', '办理时限', ['settings_manage'], () => import('@/views/admin/DeadlinesView.vue'), 'admin'),
  page('/admin/holidays', 'holidays', '工作日历', ['settings_manage'], () => import('@/views/admin/HolidaysView.vue'), 'admin'),
  page('/admin/exchange', 'exchange', '对外交换', ['settings_manage', 'audit_read'], () => import('@/views/admin/ExchangeView.vue'), 'admin'),
  page('/admin/texts', 'texts', '短信', ['settings_manage', 'audit_read'], () => import('@/views/admin/TextsView.vue'), 'admin'),
  page('/admin/audit', 'audit', '审计', ['audit_read'], () => import('@/views/admin/AuditView.vue'), 'admin'),
  page('/admin/health', 'health', '运行状况', ADMIN_ANY, () => import('@/views/admin/HealthView.vue'), 'admin'),
  { path: '/:rest(.*)*', name: 'missing', component: () => import('@/views/MissingView.vue'), meta: { title: '没有这个页面' } },
]

export const router = createRouter({ history: createWebHistory('/console/'), routes })

router.beforeEach(async (to) => {
  const { me, known, load, can } = useSession()
  if (!known.value) {
    try {
      await load()
    } catch {
      // The server cannot be reached: the login page says so when it is tried.
    }
  }
  if (to.name === 'login') return me.value ? { name: 'home' } : true
  if (!me.value) return { name: 'login', query: to.path === '/' ? {} : { back: to.fullPath } }
  if (to.name === 'home') {
    // A member of the station begins at the station, whatever else is open to them.
    const first = MENU.find((item) => item.name === 'liaison' && can('liaison_answer')) ?? MENU.find((item) => can(...item.needs))
    return first ? { path: first.path } : true
  }
  if (to.meta.needs && !can(...to.meta.needs)) return { name: 'missing', params: { rest: ['forbidden'] }, query: { forbidden: '1' } }
  return true
})

router.afterEach((to) => {
  document.title = to.meta.title ? `${to.meta.title} · 民声` : '民声 · 工作台'
})
