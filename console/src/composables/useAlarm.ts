import { onScopeDispose, ref, watch, type Ref } from 'vue'

const KEY = 'ms-sound'
export const soundOn = ref(localStorage.getItem(KEY) !== 'off')
watch(soundOn, (on) => localStorage.setItem(KEY, on ? 'on' : 'off'))

let audio: AudioContext | null = null

/** Two soft tones; no file is loaded for it. */
function chime(): void {
  // A browser lets a page sound only after somebody has clicked or typed in it.
  if (!soundOn.value || typeof AudioContext === 'undefined' || navigator.userActivation?.hasBeenActive === false) return
  audio ??= new AudioContext()
  void audio.resume()
  const start = audio.currentTime
  for (const [index, pitch] of [660, 880].entries()) {
    const tone = audio.createOscillator()
    const volume = audio.createGain()
    const at = start + index * 0.18
    tone.type = 'sine'
    tone.frequency.value = pitch
    volume.gain.setValueAtTime(0.0001, at)
    volume.gain.exponentialRampToValueAtTime(0.18, at + 0.02)
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.32)
    tone.connect(volume).connect(audio.destination)
    tone.start(at)
    tone.stop(at + 0.34)
  }
}

/** Rings and flashes the page's title while there is something to say. */
export function useAlarm(message: Ref<string>): void {
  const plain = document.title
  let timer: ReturnType<typeof setInterval> | null = null
  function stop(): void {
    if (timer !== null) clearInterval(timer)
    timer = null
    document.title = plain
  }
  watch(message, (words) => {
    stop()
    if (!words) return
    let shown = true
    document.title = `【${words}】`
    chime()
    let beats = 0
    timer = setInterval(() => {
      shown = !shown
      document.title = shown ? `【${words}】` : plain
      beats += 1
      if (beats % 3 === 0) chime()
    }, 900)
  }, { immediate: true })
  onScopeDispose(stop)
}
