import { Bell, ChatDotRound, Collection, Connection, DataBoard, Headset, MagicStick, Setting, Share, Tickets } from '@element-plus/icons-vue'
import type { Component } from 'vue'

import type { Permission } from '@/lib/permissions'

export interface MenuItem {
  name: string
  path: string
  words: string
  icon: Component
  needs: Permission[]
}

/** The rooms of the console, in the order of the rail. A person sees those they may enter. */
export const MENU: MenuItem[] = [
  { name: 'desk', path: '/desk', words: '座席', icon: Headset, needs: ['contact_serve'] },
  { name: 'wall', path: '/wall', words: '看板', icon: DataBoard, needs: ['queue_watch'] },
  { name: 'tickets', path: '/tickets', words: '工单', icon: Tickets, needs: ['ticket_read'] },
  { name: 'notices', path: '/notices', words: '提醒', icon: Bell, needs: ['ticket_read'] },
  { name: 'liaison', path: '/liaison', words: '联络', icon: Connection, needs: ['liaison_answer', 'roster_edit'] },
  { name: 'contacts', path: '/contacts', words: '会话', icon: ChatDotRound, needs: ['contact_read'] },
  { name: 'library', path: '/library', words: '知识', icon: Collection, needs: ['knowledge_read'] },
  { name: 'scenarios', path: '/scenarios', words: '流程', icon: Share, needs: ['knowledge_edit', 'knowledge_publish'] },
  { name: 'learning', path: '/learning', words: '学习', icon: MagicStick, needs: ['reader_train'] },
  { name: 'admin', path: '/admin', words: '管理', icon: Setting, needs: ['staff_manage', 'settings_manage', 'audit_read'] },
]
