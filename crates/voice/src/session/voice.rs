//! Sentences on their way to the caller: made one by one, heard in order.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Input, Session};
use crate::audio::Clip;
use crate::call::Event;
use crate::media::player::Item;
use crate::speech::SpeechError;

/// An item on its way to the player.
pub(super) struct Pending {
    pub item: u32,
    pub interruptible: bool,
    ready: VecDeque<(Clip, bool)>,
    complete: bool,
}

impl Session<'_> {
    pub(super) fn sound(&self, clip: &Clip) {
        self.leg().play(Item { id: 0, clip: Arc::clone(clip), interruptible: true });
    }

    /// Sentence by sentence: the first is heard while the second is still being made.
    pub(super) fn speak(&mut self, item: u32, text: &str, interruptible: bool) {
        let parts = crate::ear::rewrite(text);
        self.pending.push_back(Pending { item, interruptible, ready: VecDeque::new(), complete: false });
        let (prompts, inputs) = (Arc::clone(&self.house.0.prompts), self.inputs.clone());
        tokio::spawn(async move {
            let of = parts.len();
            for (part, text) in parts.into_iter().enumerate() {
                let clip = prompts.clip(&text).await;
                let failed = clip.is_err();
                if inputs.send(Input::Part(item, part, of, clip)).is_err() || failed {
                    return;
                }
            }
            if of == 0 {
                drop(inputs.send(Input::Part(item, 0, 1, Ok(Vec::new().into()))));
            }
        });
    }

    pub(super) async fn part_ready(
        &mut self,
        item: u32,
        part: usize,
        of: usize,
        clip: Result<Clip, SpeechError>,
    ) {
        let Some(pending) = self.pending.iter_mut().find(|pending| pending.item == item) else { return };
        match clip {
            Ok(clip) => {
                let last = part + 1 == of;
                pending.ready.push_back((clip, last));
                pending.complete = last;
            }
            Err(error) => {
                tracing::debug!(%error, "a sentence could not be spoken");
                self.pending.retain(|pending| pending.item != item);
                self.step(Event::Unsayable(item)).await;
            }
        }
        self.hand_to_player();
    }

    /// Items reach the player in the order they were said, whichever was ready first.
    fn hand_to_player(&mut self) {
        let leg = Arc::clone(self.leg());
        while let Some(head) = self.pending.front_mut() {
            while let Some((clip, last)) = head.ready.pop_front() {
                let id = if last { head.item } else { 0 };
                leg.play(Item { id, clip, interruptible: head.interruptible });
            }
            if !head.complete {
                return;
            }
            self.pending.pop_front();
        }
    }
}
