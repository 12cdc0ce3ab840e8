import { onScopeDispose, watch } from 'vue'

import { desk as api } from '@/api'
import { errorWords } from '@/api/http'
import type { Desk, DeskContact, Message } from '@/api/types'
import { useLive } from '@/composables/useLive'

import { announcement, clearDesk, dropContact, liveStatus, ringing, store, takeContact, takeDesk, takeMessage } from './store'

let retryNow: () => void = () => undefined

export const reconnect = (): void => retryNow()

export async function resync(): Promise<void> {
  try {
    takeDesk(await api.view())
  } catch (cause) {
    store.error = errorWords(cause)
  }
}

const SERVICE: Record<string, string> = {
  '110': '报警 110', '119': '火警 119', '120': '急救 120', '122': '交通事故 122', crisis: '心理援助 12356', gas: '燃气抢修，先离开再报 119',
}

export const serviceWords = (service: string): string => SERVICE[service] ?? service

/**
 * The desk's live stream for as long as the shell is up. After every (re)connection the whole desk is read again, and then
 * `onBack` sends what did not get through.
 */
export function useDeskStream(onBack: () => void): void {
  const live = useLive(
    '/desk/events',
    {
      desk: (data) => takeDesk(data as Desk),
      offer: (data) => {
        const contact = data as DeskContact
        takeContact(contact)
        announcement.value = `新的会话：${contact.line.name}，按 F2 接听`
      },
      message: (data) => {
        const { contact_id, message } = data as { contact_id: string; message: Message }
        takeMessage(contact_id, message)
      },
      withdrawn: (data) => {
        dropContact((data as { contact_id: string }).contact_id)
        announcement.value = '一个会话已转给别人或已离开'
      },
      alert: (data) => {
        const { contact_id, service } = data as { contact_id: string; service: string }
        store.alerts[contact_id] = service
        announcement.value = `注意：来电人可能有危险，${serviceWords(service)}`
      },
    },
    () => void resync().then(onBack),
  )
  retryNow = live.retry
  watch(live.status, (status) => { liveStatus.value = status }, { immediate: true })
  // A ring that ran out and whose end we were not told of: ask.
  const stale = setInterval(() => {
    const late = ringing.value.some((one) => one.ring_until_us !== null && one.ring_until_us / 1000 < Date.now() - 3000)
    if (late) void resync()
  }, 4000)
  onScopeDispose(() => {
    clearInterval(stale)
    clearDesk()
  })
}
