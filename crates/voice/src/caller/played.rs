//! A script played over a call, and what came of it. Timings are read from the tape of both sides, so that they are the
//! sound's own and no scheduler's.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::Caller;
use super::script::{Act, Turn};
use crate::VoiceError;
use crate::audio::{FRAME, RATE, level_db, wav};
use crate::media::vad::{Heard, Listener, Patience};
use crate::speech::{Recogniser, Synthesiser};

/// Louder than this is sound, in dB under full scale: above the comfort noise of a line.
const SOUND: f32 = -46.0;
/// Sound that lasts so long is somebody speaking, in milliseconds.
const SPEAKING_MS: usize = 60;
/// A turn waits no longer than this for the other side: music never falls silent.
const AT_MOST_MS: usize = 30_000;
/// Nothing heard at all for so long: nobody will speak.
const NOTHING_MS: usize = 12_000;
/// Between two keys.
const KEY_GAP_MS: usize = 250;
/// No frame for so long: the line is dead.
const DEAD: Duration = Duration::from_secs(3);

/// How a caller speaks, hears and waits.
#[derive(Clone)]
pub struct Manner {
    /// Words to sound; without it a script may not hold words.
    pub synthesiser: Option<Arc<dyn Synthesiser>>,
    /// Sound to words, for the transcript; without it the transcript holds no words of the other side.
    pub recogniser: Option<Arc<dyn Recogniser>>,
    /// The other side has finished when it has been quiet for so long, in milliseconds.
    pub quiet_ms: u32,
}

/// A turn as it went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Played {
    /// What the caller did.
    pub caller: String,
    /// When, from the beginning of the call.
    pub at_ms: u64,
    /// How long the caller spoke.
    pub spoke_ms: u64,
    /// From the end of what the caller said or did to the other side's first sound after it; none where it said nothing, or was
    /// speaking already.
    pub answer_ms: Option<u64>,
    /// What the other side said then, as recognised.
    pub heard: Vec<String>,
}

/// A call as it went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Protocol {
    /// From the INVITE to the 200.
    pub set_up_ms: f64,
    /// How long it lasted.
    pub seconds: f64,
    /// `caller` or `far`.
    pub hung_up_by: &'static str,
    /// Turn by turn; the first is the connection itself.
    pub turns: Vec<Played>,
}

/// Both sides of a call as sound, frame by frame from its beginning.
#[derive(Debug, Default, Clone)]
pub struct Track {
    /// What the caller heard.
    pub heard: Vec<i16>,
    /// What the caller said.
    pub said: Vec<i16>,
}

impl Track {
    /// A WAV file, the caller left.
    pub fn wav(&self) -> Vec<u8> {
        wav::write(&[&self.said, &self.heard], RATE)
    }

    fn frames(&self) -> usize {
        self.heard.len() / FRAME
    }
}

const fn frames_of(millis: usize) -> usize {
    millis / 20
}

const fn millis_of(frames: usize) -> u64 {
    frames as u64 * 20
}

/// The frames of a stretch that hold sound.
fn loud(sound: &[i16]) -> Vec<bool> {
    sound.chunks(FRAME).map(|frame| level_db(frame) > SOUND).collect()
}

/// The first frame at or after `from` where sound stands for [`SPEAKING_MS`].
fn begins(loud: &[bool], from: usize) -> Option<usize> {
    let long = frames_of(SPEAKING_MS);
    let rest = loud.get(from..)?;
    rest.windows(long).position(|run| run.iter().all(|one| *one)).map(|at| from + at)
}

/// A turn on the tape: the frames it was begun and ended at, and where the next begins.
#[derive(Debug, Clone, Copy)]
struct Span {
    begun: usize,
    done: usize,
    until: usize,
}

/// What the tape says of a turn: how long the caller spoke, and when the other side answered.
fn timings(heard: &[bool], said: &[bool], span: Span) -> (u64, Option<u64>) {
    let own = |at: &usize| said.get(*at).copied().unwrap_or_default();
    let first = (span.begun..span.done).find(own);
    let last = (span.begun..span.done).rev().find(own).map_or(span.done, |at| at + 1);
    let spoke = first.map_or(0, |first| millis_of(last - first));
    let speaking = last.checked_sub(1).and_then(|at| heard.get(at)).copied().unwrap_or_default();
    let answer = begins(heard, last).filter(|at| *at < span.until && !speaking);
    (spoke, answer.map(|at| millis_of(at - last)))
}

/// Plays the turns over a call and hangs up at their end. `after` is called when a turn has been answered, with its number from 0
/// (the connection itself).
///
/// # Errors
/// When words cannot be spoken or a recording cannot be read.
pub async fn play<F: AsyncFnMut(usize)>(
    call: &Caller,
    turns: &[Turn],
    manner: &Manner,
    mut after: F,
) -> Result<(Protocol, Track), VoiceError> {
    let sounds = sounds(turns, manner).await?;
    let mut line = Line { call, quiet_ms: manner.quiet_ms as usize, track: Track::default(), alive: true };
    let mut spans = vec![("[[接通]]".to_owned(), 0, 0)];
    let mut hung_up = false;
    for (number, (turn, sound)) in turns.iter().zip(&sounds).enumerate() {
        line.wait(turn.after_ms).await;
        after(number).await;
        if !line.alive {
            break;
        }
        let begun = line.track.frames();
        if matches!(turn.act, Act::HangUp | Act::CallBack) {
            hung_up = true;
            spans.push((turn.act.to_string(), begun, begun));
            break;
        }
        match &turn.act {
            Act::Keys(keys) => {
                for key in keys.chars() {
                    call.press(key);
                    line.listen(KEY_GAP_MS).await;
                }
            }
            Act::Silence(secs) => line.listen(*secs as usize * 1000).await,
            _ => {
                call.say(sound);
                line.listen(sound.len() * 1000 / RATE).await;
            }
        }
        spans.push((turn.act.to_string(), begun, line.track.frames()));
    }
    if line.alive && !hung_up {
        line.wait(None).await;
        after(turns.len()).await;
    }
    let hung_up_by = if line.alive { "caller" } else { "far" };
    call.hang_up().await;
    let track = line.track;
    let (heard, said) = (loud(&track.heard), loud(&track.said));
    let mut played = Vec::with_capacity(spans.len());
    for (at, (words, begun, done)) in spans.iter().enumerate() {
        let until = spans.get(at + 1).map_or(track.frames(), |next| next.1);
        let span = Span { begun: *begun, done: *done, until };
        let (spoke_ms, answer_ms) = timings(&heard, &said, span);
        let stretch = track.heard.get(begun * FRAME..until * FRAME).unwrap_or_default();
        played.push(Played {
            caller: words.clone(),
            at_ms: millis_of(*begun),
            spoke_ms,
            answer_ms,
            heard: words_of(stretch, manner.recogniser.as_deref()).await,
        });
    }
    let protocol = Protocol {
        set_up_ms: call.set_up.as_secs_f64() * 1000.0,
        seconds: millis_of(track.frames()) as f64 / 1000.0,
        hung_up_by,
        turns: played,
    };
    Ok((protocol, track))
}

/// What each turn says, made before the call, so that no synthesis stands in its way.
async fn sounds(turns: &[Turn], manner: &Manner) -> Result<Vec<Vec<i16>>, VoiceError> {
    let mut sounds = Vec::with_capacity(turns.len());
    for turn in turns {
        sounds.push(match &turn.act {
            Act::Say(words) => match &manner.synthesiser {
                Some(voice) => voice.speak(words).await.map_err(super::failed)?,
                None => return Err(super::failed("no synthesiser for the words of the script")),
            },
            Act::Play(file) => recording(file)?,
            _ => Vec::new(),
        });
    }
    Ok(sounds)
}

fn recording(file: &Path) -> Result<Vec<i16>, VoiceError> {
    let sound = wav::read(&std::fs::read(file)?);
    let sound = sound.ok_or_else(|| super::failed(format!("{} is no WAV file", file.display())))?;
    Ok(wav::to_telephone(&sound))
}

/// What was said in a stretch, utterance by utterance.
async fn words_of(stretch: &[i16], recogniser: Option<&dyn Recogniser>) -> Vec<String> {
    let Some(recogniser) = recogniser else { return Vec::new() };
    let mut listener = Listener::new(Patience { pause_ms: 500, longest_ms: 25_000 });
    let mut utterances = Vec::new();
    // A little silence at the end closes what was being said.
    let (frames, _) = stretch.as_chunks::<FRAME>();
    for frame in frames.iter().chain(std::iter::repeat_n(&crate::audio::SILENCE, frames_of(600))) {
        if let Some(Heard::Ended(sound)) = listener.take(frame, false) {
            utterances.push(sound);
        }
    }
    let mut words = Vec::new();
    for sound in utterances {
        if let Ok(recognised) = recogniser.recognise(&sound).await
            && !recognised.text.is_empty()
        {
            words.push(recognised.text);
        }
    }
    words
}

/// The line while it is open.
struct Line<'a> {
    call: &'a Caller,
    quiet_ms: usize,
    track: Track,
    alive: bool,
}

impl Line<'_> {
    /// The next 20 ms; false when the call is over.
    async fn frame(&mut self) -> Option<bool> {
        if self.call.is_over() {
            self.alive = false;
        }
        if !self.alive {
            return None;
        }
        let Ok(Some((heard, said))) = tokio::time::timeout(DEAD, self.call.next_both()).await else {
            self.alive = false;
            return None;
        };
        let loud = level_db(&heard) > SOUND;
        self.track.heard.extend(heard);
        self.track.said.extend(said);
        Some(loud)
    }

    /// Listens for a while.
    async fn listen(&mut self, millis: usize) {
        for _ in 0..frames_of(millis) {
            if self.frame().await.is_none() {
                return;
            }
        }
    }

    /// Waits until the other side has spoken and finished; interrupting: until it has been speaking for so long.
    async fn wait(&mut self, after_ms: Option<u32>) {
        let (mut run, mut quiet, mut spoken, mut waited) = (0, 0, false, 0);
        while waited < frames_of(AT_MOST_MS) {
            let Some(loud) = self.frame().await else { return };
            waited += 1;
            (run, quiet) = if loud { (run + 1, 0) } else { (0, quiet + 1) };
            if run >= frames_of(SPEAKING_MS) {
                spoken = true;
                if let Some(after) = after_ms {
                    self.listen((after as usize).saturating_sub(SPEAKING_MS)).await;
                    return;
                }
            }
            let patience = if spoken { self.quiet_ms } else { NOTHING_MS };
            if quiet >= frames_of(patience) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(parts: &[(bool, usize)]) -> Vec<bool> {
        parts.iter().flat_map(|(loud, millis)| std::iter::repeat_n(*loud, millis / 20)).collect()
    }

    #[test]
    fn an_answer_is_timed_from_the_end_of_the_callers_speech() {
        let said = sound(&[(false, 200), (true, 1000), (false, 3000)]);
        let heard = sound(&[(false, 1900), (true, 40), (false, 60), (true, 1000), (false, 1200)]);
        let span = Span { begun: 5, done: 70, until: 210 };
        assert_eq!(timings(&heard, &said, span), (1000, Some(800)), "a click of 40 ms is no answer");
        let span = Span { until: 90, ..span };
        assert_eq!(
            timings(&heard, &said, span),
            (1000, None),
            "what comes in the next turn is no answer to this one"
        );
        let speaking = sound(&[(true, 4200)]);
        assert_eq!(timings(&speaking, &said, span), (1000, None), "what was going on already is no answer");
    }
}
