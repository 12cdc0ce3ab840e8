//! What one leg plays: words one after another, comfort sound under a wait, silence otherwise.

use std::collections::VecDeque;

use crate::audio::{Clip, FRAME, Frame, SILENCE};

/// Something to be played.
#[derive(Debug, Clone)]
pub struct Item {
    /// Named in [`Player::frame`]'s answer when it has been played.
    pub id: u32,
    /// The sound.
    pub clip: Clip,
    /// Whether the caller's voice or key stops it.
    pub interruptible: bool,
}

/// Plays. Pure: the sender's thread asks it for a frame every 20 ms.
#[derive(Debug, Default)]
pub struct Player {
    queue: VecDeque<Item>,
    at: usize,
    comfort: Option<(Clip, usize)>,
}

impl Player {
    /// Adds to the end.
    pub fn add(&mut self, item: Item) {
        self.queue.push_back(item);
    }

    /// Stops what may be stopped. What may not goes on to its end.
    pub fn hush(&mut self) {
        let playing = self.queue.front().map(|item| (item.id, item.interruptible));
        self.queue.retain(|item| !item.interruptible);
        if self.queue.front().map(|item| (item.id, item.interruptible)) != playing {
            self.at = 0;
        }
    }

    /// Stops every word. Comfort sound goes on.
    pub fn clear(&mut self) {
        self.queue.clear();
        self.at = 0;
    }

    /// Comfort sound whenever there is nothing else; None: silence.
    pub fn comfort(&mut self, clip: Option<Clip>) {
        self.comfort = clip.map(|clip| (clip, self.comfort.as_ref().map_or(0, |(_, at)| *at)));
    }

    /// Whether words are being played.
    pub fn speaks(&self) -> bool {
        !self.queue.is_empty()
    }

    /// The next 20 ms, and what has just been finished.
    pub fn frame(&mut self) -> (Frame, Option<u32>) {
        let mut frame = SILENCE;
        if let Some(item) = self.queue.front() {
            let left = item.clip.get(self.at..).unwrap_or_default();
            frame.iter_mut().zip(left).for_each(|(to, from)| *to = *from);
            self.at += FRAME;
            if self.at < item.clip.len() {
                return (frame, None);
            }
            let id = item.id;
            self.queue.pop_front();
            self.at = 0;
            return (frame, Some(id));
        }
        if let Some((clip, at)) = &mut self.comfort
            && clip.len() >= FRAME
        {
            let part = clip.get(*at..*at + FRAME).unwrap_or_default();
            frame.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
            *at = if *at + 2 * FRAME > clip.len() { 0 } else { *at + FRAME };
        }
        (frame, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: u32, frames: usize, interruptible: bool) -> Item {
        Item { id, clip: vec![id as i16; frames * FRAME].into(), interruptible }
    }

    fn play(player: &mut Player, frames: usize) -> (Vec<i16>, Vec<u32>) {
        let mut finished = Vec::new();
        let values = (0..frames)
            .map(|_| {
                let (frame, done) = player.frame();
                finished.extend(done);
                frame[0]
            })
            .collect();
        (values, finished)
    }

    #[test]
    fn one_after_another_then_comfort() {
        let mut player = Player::default();
        player.comfort(Some(vec![7; 3 * FRAME].into()));
        player.add(item(1, 2, true));
        player.add(item(2, 1, true));
        assert_eq!(play(&mut player, 5), (vec![1, 1, 2, 7, 7], vec![1, 2]));
    }

    #[test]
    fn a_notice_outlives_an_interruption_and_the_rest_does_not() {
        let mut player = Player::default();
        player.add(item(1, 5, true));
        player.add(item(2, 2, false));
        player.add(item(3, 2, true));
        play(&mut player, 2);
        player.hush();
        assert_eq!(play(&mut player, 3), (vec![2, 2, 0], vec![2]));
        player.add(item(2, 3, false));
        play(&mut player, 1);
        player.hush();
        assert_eq!(play(&mut player, 3), (vec![2, 2, 0], vec![2]), "a notice under way goes on where it is");
    }
}
