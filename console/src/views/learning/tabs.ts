import type { SubTab } from '@/components/SubTabs.vue'

export const LEARNING_TABS: SubTab[] = [
  { to: '/learning', words: '训练与版本', needs: ['reader_train'] },
  { to: '/learning/labels', words: '核对标注', needs: ['reader_train'] },
]
