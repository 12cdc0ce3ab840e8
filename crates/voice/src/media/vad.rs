//! Hearing that somebody speaks, and that they have finished.
//!
//! Energy over a noise floor that follows the line. Speech begins after 60 ms of it (120 ms while we speak ourselves, so that
//! an echo does not interrupt us) and ends after a pause, longer for slow speakers. What was said is kept with the 300 ms
//! before it, so that the first syllable is whole. A model may replace the energy; the end-pointing stays.

use std::collections::VecDeque;

use crate::audio::{FRAME, Frame, level_db};

/// Frames kept from before the beginning.
const BEFORE: usize = 15;
/// Speech is this much over the noise, in dB.
const OVER: f32 = 9.0;
/// While we speak: an echo comes back weaker than this.
const OVER_ECHO: f32 = 15.0;
/// Never speech below this.
const QUIETEST: f32 = -46.0;
/// Shorter bursts are coughs and clicks, in frames.
const SHORTEST: u32 = 8;

/// How patient the listener is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// A pause that ends an utterance, in milliseconds.
    pub pause_ms: u32,
    /// The longest utterance, in milliseconds. It is handed on then and listening goes on.
    pub longest_ms: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self { pause_ms: 800, longest_ms: 25_000 }
    }
}

/// What was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Somebody begins to speak.
    Began,
    /// And has finished: the sound, with a little before and after.
    Ended(Vec<i16>),
    /// It was a click: nothing to recognise.
    Dropped,
}

/// Listens to one line.
#[derive(Debug, Clone)]
pub struct Listener {
    patience: Patience,
    floor: f32,
    loud: u32,
    quiet_ms: u32,
    spoken: u32,
    before: VecDeque<Frame>,
    utterance: Option<Vec<i16>>,
}

impl Listener {
    /// A listener.
    pub fn new(patience: Patience) -> Self {
        Self {
            patience,
            floor: -60.0,
            loud: 0,
            quiet_ms: 0,
            spoken: 0,
            before: VecDeque::with_capacity(BEFORE + 1),
            utterance: None,
        }
    }

    /// Takes the next 20 ms. `speaking`: we are playing something ourselves.
    pub fn take(&mut self, frame: &Frame, speaking: bool) -> Option<Heard> {
        let level = level_db(frame);
        let over = if speaking { OVER_ECHO } else { OVER };
        let speech = level > (self.floor + over).max(QUIETEST);
        if speech {
            // What never pauses is the line's own noise, and becomes the floor within some seconds.
            self.floor = (self.floor + 0.02).min(-30.0);
        } else {
            // The floor rises slowly and falls quickly.
            let pace = if level < self.floor { 0.3 } else { 0.03 };
            self.floor = (self.floor + (level - self.floor) * pace).clamp(-75.0, -30.0);
        }
        match self.utterance.as_mut() {
            None => {
                self.loud = if speech { self.loud + 1 } else { self.loud.saturating_sub(1) };
                self.before.push_back(*frame);
                if self.before.len() > BEFORE {
                    self.before.pop_front();
                }
                if self.loud < if speaking { 6 } else { 3 } {
                    return None;
                }
                let kept: Vec<i16> = self.before.drain(..).flatten().collect();
                self.spoken = self.loud;
                self.quiet_ms = 0;
                self.loud = 0;
                self.utterance = Some(kept);
                Some(Heard::Began)
            }
            Some(utterance) => {
                utterance.extend_from_slice(frame);
                if speech {
                    self.spoken += 1;
                    self.quiet_ms = 0;
                } else {
                    self.quiet_ms += 20;
                }
                let too_long = utterance.len() / 8 >= self.patience.longest_ms as usize;
                if self.quiet_ms < self.patience.pause_ms && !too_long {
                    return None;
                }
                let sound = self.utterance.take().unwrap_or_default();
                let spoken = std::mem::take(&mut self.spoken);
                self.quiet_ms = 0;
                if spoken < SHORTEST {
                    return Some(Heard::Dropped);
                }
                // Of the closing pause only 200 ms help the recogniser.
                let spare = (self.patience.pause_ms as usize).saturating_sub(200) * 8;
                let end =
                    if too_long { sound.len() } else { sound.len().saturating_sub(spare / FRAME * FRAME) };
                Some(Heard::Ended(sound.get(..end).unwrap_or(&sound).to_vec()))
            }
        }
    }

    /// Whether somebody is speaking now.
    pub const fn hears(&self) -> bool {
        self.utterance.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::SILENCE;
    use proptest::prelude::*;

    /// Something like speech: a carrier whose loudness moves with syllables, over noise.
    fn voice(frames: usize, peak: f32, seed: u32) -> Vec<Frame> {
        let mut noise = seed.max(1);
        (0..frames)
            .map(|n| {
                let syllable = 0.4 + 0.6 * ((n as f32) * 0.7).sin().abs();
                std::array::from_fn(|at| {
                    noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let hiss = (noise >> 16) as f32 / 65_536.0 - 0.5;
                    let tone = (2.0 * std::f32::consts::PI * 180.0 * (n * FRAME + at) as f32 / 8000.0).sin();
                    ((tone * syllable * peak + hiss * 0.004) * 32_000.0) as i16
                })
            })
            .collect()
    }

    fn run(listener: &mut Listener, frames: &[Frame], speaking: bool) -> Vec<(usize, Heard)> {
        frames
            .iter()
            .enumerate()
            .filter_map(|(at, frame)| Some((at, listener.take(frame, speaking)?)))
            .collect()
    }

    #[test]
    fn speech_is_heard_within_100_ms_and_ends_after_the_pause() {
        let mut listener = Listener::new(Patience::default());
        run(&mut listener, &voice(100, 0.0, 1), false);
        let heard = run(&mut listener, &[voice(60, 0.2, 2), voice(80, 0.0, 3)].concat(), false);
        assert!(matches!(heard[0], (at, Heard::Began) if at <= 5), "{heard:?}");
        let (at, Heard::Ended(sound)) = &heard[1] else { panic!("{heard:?}") };
        assert!((95..=105).contains(at), "{at}");
        assert!((60 * FRAME..90 * FRAME).contains(&sound.len()), "{}", sound.len() / FRAME);
    }

    #[test]
    fn a_slow_speaker_is_not_cut_off() {
        let patient = Patience { pause_ms: 1400, ..Patience::default() };
        let mut listener = Listener::new(patient);
        run(&mut listener, &voice(100, 0.0, 1), false);
        // Three groups of words with pauses of a second between.
        let slow =
            [voice(30, 0.2, 2), voice(50, 0.0, 3), voice(30, 0.2, 4), voice(50, 0.0, 5), voice(30, 0.2, 6)];
        let heard = run(&mut listener, &slow.concat(), false);
        assert_eq!(heard.len(), 1, "one beginning, no end: {heard:?}");
    }

    #[test]
    fn an_echo_of_our_own_voice_does_not_interrupt_and_a_caller_does() {
        let mut listener = Listener::new(Patience::default());
        run(&mut listener, &voice(100, 0.0, 1), true);
        assert_eq!(run(&mut listener, &voice(100, 0.01, 2), true), []);
        let heard = run(&mut listener, &voice(30, 0.2, 3), true);
        assert!(matches!(heard.first(), Some((at, Heard::Began)) if *at <= 12), "{heard:?}");
    }

    #[test]
    fn a_click_is_no_utterance() {
        let mut listener = Listener::new(Patience::default());
        run(&mut listener, &voice(100, 0.0, 1), false);
        let heard = run(&mut listener, &[voice(4, 0.5, 2), voice(80, 0.0, 3)].concat(), false);
        assert!(!heard.iter().any(|(_, heard)| matches!(heard, Heard::Ended(_))), "{heard:?}");
    }

    #[test]
    fn a_noisy_line_is_not_speech_for_ever() {
        let mut listener = Listener::new(Patience::default());
        let hum: Vec<Frame> = voice(1500, 0.0, 1)
            .into_iter()
            .enumerate()
            .map(|(n, _)| std::array::from_fn(|at| (((n * FRAME + at) as f32 * 0.039).sin() * 300.0) as i16))
            .collect();
        run(&mut listener, &hum, false);
        assert!(!listener.hears());
    }

    #[test]
    fn silence_is_silence() {
        let mut listener = Listener::new(Patience::default());
        assert_eq!(run(&mut listener, &vec![SILENCE; 3000], false), []);
    }

    proptest! {
        #[test]
        fn beginnings_and_ends_alternate_and_memory_is_bounded(loud in proptest::collection::vec(any::<i16>(), 0..400)) {
            let mut listener = Listener::new(Patience { pause_ms: 200, longest_ms: 2000 });
            let mut open = false;
            for value in loud {
                match listener.take(&[value; FRAME], false) {
                    Some(Heard::Began) => { prop_assert!(!open); open = true; }
                    Some(Heard::Ended(sound)) => { prop_assert!(open); open = false; prop_assert!(sound.len() <= 2400 * 8); }
                    Some(Heard::Dropped) => { prop_assert!(open); open = false; }
                    None => {}
                }
            }
        }
    }
}
