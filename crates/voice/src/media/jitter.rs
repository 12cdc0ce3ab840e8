//! The jitter buffer: packets of any whole number of 10 ms in, frames of 20 ms out, at an even pace.
//!
//! It starts two frames deep. A packet that comes too late makes it deeper by 10 ms (the listener hears a stretched
//! moment), a long spell with too much in store makes it shallower. What is missing is concealed: the last frame again,
//! fading, for 60 ms; then silence.

use std::collections::VecDeque;

use crate::audio::{FRAME, Frame, SILENCE};

const BLOCK: usize = FRAME / 2;
/// Blocks of 10 ms before sound starts.
const START: usize = 4;
/// Blocks the buffer may hold: one second. Beyond that the stream is taken as new.
const LONGEST: usize = 100;
/// Deepest target.
const DEEPEST: usize = 24;
/// Pops after which a store that was never needed is taken down by one block.
const PATIENCE: u32 = 100;
/// Frames concealed before silence.
const CONCEALED: u32 = 3;

/// What one pull gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pulled {
    /// Sound that arrived.
    Heard(Frame),
    /// Sound made up for what is missing.
    Concealed(Frame),
    /// Nothing has arrived lately.
    Nothing,
}

/// One direction of one call.
#[derive(Debug, Clone)]
pub struct Jitter {
    /// The timestamp of the front block.
    front: Option<u32>,
    blocks: VecDeque<Option<[i16; BLOCK]>>,
    running: bool,
    target: usize,
    spare: usize,
    pulls: u32,
    missing: u32,
    last: Frame,
    /// Packets that came after their turn.
    pub late: u32,
    /// Frames made up.
    pub made_up: u32,
}

impl Default for Jitter {
    fn default() -> Self {
        Self {
            front: None,
            blocks: VecDeque::with_capacity(LONGEST),
            running: false,
            target: START,
            spare: usize::MAX,
            pulls: 0,
            missing: 0,
            last: SILENCE,
            late: 0,
            made_up: 0,
        }
    }
}

impl Jitter {
    /// Takes a packet's samples.
    pub fn push(&mut self, timestamp: u32, samples: &[i16]) {
        let front = *self.front.get_or_insert(timestamp);
        let ahead = timestamp.wrapping_sub(front) as i32;
        let place = ahead.div_euclid(BLOCK as i32);
        let count = samples.len() / BLOCK;
        if place >= LONGEST as i32 || place <= -(LONGEST as i32) {
            self.restart(timestamp);
            return self.put(0, samples);
        }
        if place < 0 && !self.running {
            // Before anything is played, an earlier packet simply becomes the front.
            let missing = place.unsigned_abs() as usize;
            if self.blocks.len() + missing <= LONGEST {
                (0..missing).for_each(|_| self.blocks.push_front(None));
                self.front = Some(front.wrapping_sub((missing * BLOCK) as u32));
                return self.put(0, samples);
            }
        }
        if place + (count as i32) <= 0 {
            self.late += 1;
            self.target = (self.target + 1).min(DEEPEST);
            self.stretch();
            return;
        }
        let skipped = usize::try_from(-place).unwrap_or_default() * BLOCK;
        self.put(usize::try_from(place).unwrap_or_default(), samples.get(skipped..).unwrap_or_default());
    }

    fn put(&mut self, place: usize, samples: &[i16]) {
        for (at, block) in samples.as_chunks::<BLOCK>().0.iter().enumerate() {
            let at = place + at;
            if at >= LONGEST {
                return;
            }
            while self.blocks.len() <= at {
                self.blocks.push_back(None);
            }
            if let Some(slot) = self.blocks.get_mut(at) {
                *slot = Some(*block);
            }
        }
    }

    /// Holds everything back by one block.
    fn stretch(&mut self) {
        if self.blocks.len() >= LONGEST {
            return;
        }
        if let Some(front) = &mut self.front {
            *front = front.wrapping_sub(BLOCK as u32);
            self.blocks.push_front(None);
        }
    }

    fn restart(&mut self, timestamp: u32) {
        self.front = Some(timestamp);
        self.blocks.clear();
        self.running = false;
        self.spare = usize::MAX;
    }

    /// The next 20 ms.
    pub fn pull(&mut self) -> Pulled {
        if !self.running {
            if self.blocks.len() < self.target {
                return self.conceal();
            }
            self.running = true;
        }
        self.spare = self.spare.min(self.blocks.len());
        self.pulls += 1;
        if self.pulls >= PATIENCE {
            // Two blocks are in use by this pull, one guards against the next packet being a little late.
            if self.spare > self.target + 3 {
                self.advance();
            } else if self.target > START && self.spare > START {
                self.target -= 1;
            }
            self.pulls = 0;
            self.spare = usize::MAX;
        }
        if self.blocks.is_empty() {
            // Nothing in store: the stream pauses or has died; it starts anew from its next packet.
            self.running = false;
            self.front = None;
            return self.conceal();
        }
        match (self.advance(), self.advance()) {
            (None, None) => self.conceal(),
            (one, two) => {
                let mut frame = SILENCE;
                let (head, tail) = frame.split_at_mut(BLOCK);
                let known = one.or(two).unwrap_or([0; BLOCK]);
                head.copy_from_slice(&one.unwrap_or(known));
                tail.copy_from_slice(&two.unwrap_or(known));
                self.missing = 0;
                self.last = frame;
                Pulled::Heard(frame)
            }
        }
    }

    fn advance(&mut self) -> Option<[i16; BLOCK]> {
        let block = self.blocks.pop_front()?;
        self.front = self.front.map(|front| front.wrapping_add(BLOCK as u32));
        block
    }

    fn conceal(&mut self) -> Pulled {
        self.missing += 1;
        if self.missing > CONCEALED || self.last == SILENCE {
            self.last = SILENCE;
            return Pulled::Nothing;
        }
        self.last.iter_mut().for_each(|sample| *sample = (i32::from(*sample) * 6 / 10) as i16);
        self.made_up += 1;
        Pulled::Concealed(self.last)
    }

    /// Sound in store, in milliseconds.
    pub fn depth_ms(&self) -> usize {
        self.blocks.len() * 10
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame(value: i16) -> [i16; FRAME] {
        [value; FRAME]
    }

    fn heard(jitter: &mut Jitter) -> Option<i16> {
        match jitter.pull() {
            Pulled::Heard(frame) => Some(frame[0]),
            _ => None,
        }
    }

    #[test]
    fn in_order_comes_out_in_order_after_two_frames() {
        let mut jitter = Jitter::default();
        jitter.push(1000, &frame(1));
        assert_eq!(jitter.pull(), Pulled::Nothing);
        jitter.push(1160, &frame(2));
        assert_eq!(heard(&mut jitter), Some(1));
        jitter.push(1320, &frame(3));
        assert_eq!(heard(&mut jitter), Some(2));
        assert_eq!(heard(&mut jitter), Some(3));
    }

    #[test]
    fn exchanged_packets_are_put_right_and_a_lost_one_is_concealed() {
        let mut jitter = Jitter::default();
        for (at, value) in [(0_u32, 10), (320, 30), (160, 20), (640, 50)] {
            jitter.push(at, &frame(value));
        }
        assert_eq!(
            [heard(&mut jitter), heard(&mut jitter), heard(&mut jitter)],
            [Some(10), Some(20), Some(30)]
        );
        assert!(matches!(jitter.pull(), Pulled::Concealed(frame) if frame[0] == 18));
        assert_eq!(heard(&mut jitter), Some(50));
    }

    #[test]
    fn a_late_stream_gets_a_deeper_buffer() {
        let mut jitter = Jitter::default();
        (0..4_u32).for_each(|n| jitter.push(n * 160, &frame(n as i16 + 1)));
        for _ in 0..4 {
            jitter.pull();
        }
        let before = jitter.target;
        jitter.push(0, &frame(1));
        assert_eq!(jitter.late, 1);
        assert!(jitter.target > before);
    }

    #[test]
    fn packets_of_10_and_of_30_ms_are_understood() {
        for size in [80_usize, 240] {
            let mut jitter = Jitter::default();
            let sound: Vec<i16> = (0..4800).map(|n| (n / 80) as i16 + 1).collect();
            for (n, part) in sound.chunks(size).enumerate() {
                jitter.push((n * size) as u32, part);
            }
            let mut out = Vec::new();
            while let Pulled::Heard(frame) = jitter.pull() {
                out.extend(frame);
            }
            assert_eq!(out, sound);
        }
    }

    #[test]
    fn the_clock_may_wrap_and_may_jump() {
        let mut jitter = Jitter::default();
        jitter.push(u32::MAX - 159, &frame(1));
        jitter.push(0, &frame(2));
        assert_eq!([heard(&mut jitter), heard(&mut jitter)], [Some(1), Some(2)]);
        jitter.push(900_000, &frame(3));
        jitter.push(900_160, &frame(4));
        assert_eq!(heard(&mut jitter), Some(3));
    }

    #[test]
    fn a_sender_whose_clock_is_fast_does_not_pile_up() {
        let mut jitter = Jitter::default();
        let mut at = 0;
        for n in 0..20_000_u32 {
            jitter.push(at, &frame(1));
            at = at.wrapping_add(160);
            // One packet more than is played in every 200.
            if n % 200 != 0 {
                jitter.pull();
            }
        }
        assert!(jitter.depth_ms() < 200, "{}", jitter.depth_ms());
    }

    proptest! {
        #[test]
        fn whatever_arrives_memory_is_bounded(packets in proptest::collection::vec((any::<u32>(), 0..600_usize, any::<bool>()), 0..200)) {
            let mut jitter = Jitter::default();
            for (at, size, pull) in packets {
                jitter.push(at, &vec![1; size]);
                prop_assert!(jitter.blocks.len() <= LONGEST + 1);
                if pull {
                    jitter.pull();
                }
            }
        }

        #[test]
        fn shuffled_within_the_depth_nothing_is_lost(order in Just((0..40_u32).collect::<Vec<_>>()).prop_shuffle()) {
            // Shuffle only inside groups of two, as short exchanges on the way do.
            let mut jitter = Jitter::default();
            let mut out = Vec::new();
            for pair in 0..20_u32 {
                let swap = order[pair as usize] % 2 == 0;
                for n in if swap { [1, 0] } else { [0, 1] } {
                    let number = pair * 2 + n;
                    jitter.push(number * 160, &frame(number as i16 + 1));
                    if pair > 0 {
                        out.extend(heard(&mut jitter));
                    }
                }
            }
            while let Some(value) = heard(&mut jitter) {
                out.push(value);
            }
            prop_assert_eq!(out, (1..=40).collect::<Vec<i16>>());
        }
    }
}
