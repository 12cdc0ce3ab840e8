//! Speech without models whose every word is understood: words are numbered, a number is a few tones. Both ports in one, for
//! calls between programs that share it (`minsheng eval calls` where no speech service is set). What it cannot show is how
//! well anything is recognised.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::{Recognised, Recogniser, SpeechError, Synthesiser};
use crate::audio::{FRAME, RATE, level_db, tone, tone_share};

/// Digits of a number, each a tone.
const DIGITS: usize = 3;
/// Pitches of a digit.
const BASE: usize = 16;
/// How long a digit sounds, in milliseconds.
const DIGIT_MS: usize = 120;
/// How long a character takes to say: about that of a calm voice, in milliseconds.
const CHARACTER_MS: usize = 160;
/// The pitch words begin with, and lower than any digit.
const MARK: f32 = 240.0;
/// The pitch words are held at after their number.
const HELD: f32 = 320.0;
/// A digit is certain when this share of the sound is its pitch.
const CERTAIN: f32 = 0.6;

/// Voice and ear. Clones share what they know.
#[derive(Debug, Clone, Default)]
pub struct Coded {
    known: Arc<Mutex<Vec<String>>>,
}

fn pitch(digit: usize) -> f32 {
    400.0 + 80.0 * digit as f32
}

impl Coded {
    fn number(&self, text: &str) -> Option<usize> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let at = known.iter().position(|one| one == text).unwrap_or_else(|| {
            known.push(text.to_owned());
            known.len() - 1
        });
        (at < BASE.pow(DIGITS as u32)).then_some(at)
    }
}

#[async_trait]
impl Synthesiser for Coded {
    async fn speak(&self, text: &str) -> Result<Vec<i16>, SpeechError> {
        let number = self.number(text).ok_or_else(|| SpeechError::Failed("no number is left".to_owned()))?;
        let mut sound = tone::tone(MARK, DIGIT_MS, 0.3);
        for place in (0..DIGITS).rev() {
            let digit = number / BASE.pow(place as u32) % BASE;
            sound.extend(tone::tone(pitch(digit), DIGIT_MS, 0.3));
        }
        let whole = text.chars().count() * CHARACTER_MS;
        sound.extend(tone::tone(HELD, whole.saturating_sub((DIGITS + 1) * DIGIT_MS), 0.3));
        Ok(sound)
    }
}

#[async_trait]
impl Recogniser for Coded {
    async fn recognise(&self, sound: &[i16]) -> Result<Recognised, SpeechError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        let mut at = 0;
        // Sentences may stand close together in one utterance.
        while let Some((number, next)) = number_after(sound, at) {
            at = next;
            text.push_str(number.and_then(|number| known.get(number)).map_or("", String::as_str));
        }
        let confidence = if text.is_empty() { 0.0 } else { 0.95 };
        Ok(Recognised { text, confidence })
    }
}

/// The next mark, the number after it where every digit is certain, and where to go on.
fn number_after(sound: &[i16], from: usize) -> Option<(Option<usize>, usize)> {
    let slot = DIGIT_MS * RATE / 1000;
    let marked = |frame: &[i16]| level_db(frame) > -40.0 && tone_share(frame, MARK) >= CERTAIN;
    let frames = sound.get(from..)?.chunks_exact(FRAME).map(marked).collect::<Vec<bool>>();
    // A mark is six frames; its last one tells where the digits begin.
    let first = frames.windows(4).position(|run| run.iter().all(|marked| *marked))?;
    let long = frames.iter().skip(first).take_while(|marked| **marked).count();
    let digits = from + (first + long) * FRAME;
    let number = (0..DIGITS).try_fold(0, |number, place| {
        let from = digits + place * slot + slot / 4;
        let middle = sound.get(from..from + slot / 2)?;
        let shares = (0..BASE).map(|digit| (digit, tone_share(middle, pitch(digit))));
        let (digit, share) = shares.max_by(|one, two| one.1.total_cmp(&two.1))?;
        (share >= CERTAIN).then_some(number * BASE + digit)
    });
    Some((number, digits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::g711::Law;

    #[tokio::test]
    async fn what_was_said_is_heard_through_a_line() {
        let speech = Coded::default();
        for number in 0..300 {
            let words = format!("第{number}句话");
            let said = speech.speak(&words).await.unwrap();
            // A-law, a beginning anywhere in a frame, and quiet around it.
            let line: Vec<i16> = std::iter::repeat_n(0, 2000 + number * 7 % FRAME)
                .chain(said)
                .chain(std::iter::repeat_n(0, 4000))
                .map(|sample| Law::A.decode(Law::A.encode(sample)))
                .collect();
            assert_eq!(speech.recognise(&line).await.unwrap().text, words);
        }
        let two =
            [speech.speak("好的。").await.unwrap(), tone::pause(60), speech.speak("再见。").await.unwrap()]
                .concat();
        assert_eq!(speech.recognise(&two).await.unwrap().text, "好的。再见。", "sentences close together");
        assert_eq!(speech.recognise(&tone::pause(1000)).await.unwrap().text, "");
        assert_eq!(speech.recognise(&tone::comfort()).await.unwrap().text, "", "music says nothing");
    }
}
