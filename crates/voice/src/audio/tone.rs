//! Tones and the music of the queue, made here: no recording, no licence.

use super::{Clip, RATE};

/// A tone with soft edges.
pub fn tone(hertz: f32, millis: usize, peak: f32) -> Vec<i16> {
    let count = millis * RATE / 1000;
    let edge = (RATE / 100).min(count / 2).max(1);
    (0..count)
        .map(|at| {
            let soft = (at.min(count - at) as f32 / edge as f32).min(1.0);
            let phase = 2.0 * std::f32::consts::PI * hertz * at as f32 / RATE as f32;
            (phase.sin() * soft * peak * 32_767.0) as i16
        })
        .collect()
}

/// Silence.
pub fn pause(millis: usize) -> Vec<i16> {
    vec![0; millis * RATE / 1000]
}

/// Two rising tones: the line is open, and words would follow if there were a voice.
pub fn attention() -> Clip {
    [tone(523.25, 160, 0.25), pause(40), tone(783.99, 240, 0.25), pause(200)].concat().into()
}

/// One low tone: something could not be said.
pub fn regret() -> Clip {
    [tone(392.0, 240, 0.25), pause(120)].concat().into()
}

/// A key as it sounds on a line (ITU-T Q.23): two tones for 160 ms.
pub fn key(key: char) -> Option<Clip> {
    const ROWS: [&str; 4] = ["123", "456", "789", "*0#"];
    let (row, column) =
        ROWS.iter().enumerate().find_map(|(row, keys)| keys.find(key).map(|column| (row, column)))?;
    let low = tone([697.0, 770.0, 852.0, 941.0].get(row).copied()?, 160, 0.25);
    let high = tone([1209.0, 1336.0, 1477.0].get(column).copied()?, 160, 0.25);
    let both: Vec<i16> = low.iter().zip(&high).map(|(low, high)| low + high).collect();
    Some([both, pause(80)].concat().into())
}

/// The queue's music: broken chords, quiet, eight seconds, played round and round. A call in a queue is never dead silent.
pub fn comfort() -> Clip {
    const CHORDS: [[f32; 4]; 4] = [
        [261.63, 329.63, 392.0, 523.25],
        [220.0, 261.63, 329.63, 440.0],
        [174.61, 261.63, 349.23, 440.0],
        [196.0, 246.94, 293.66, 392.0],
    ];
    let mut music = Vec::with_capacity(8 * RATE);
    for chord in CHORDS {
        for hertz in chord.into_iter().chain(chord.into_iter().rev()) {
            music.extend(plucked(hertz, 250));
        }
    }
    music.into()
}

/// A string that dies away.
fn plucked(hertz: f32, millis: usize) -> Vec<i16> {
    let mut note = tone(hertz, millis, 0.11);
    let count = note.len().max(1) as f32;
    for (at, sample) in note.iter_mut().enumerate() {
        *sample = (f32::from(*sample) * (-2.0 * at as f32 / count).exp()) as i16;
    }
    note
}

#[cfg(test)]
mod tests {
    use super::super::{level_db, tone_share};
    use super::*;

    #[test]
    fn a_tone_is_its_frequency() {
        let note = tone(440.0, 400, 0.5);
        assert!(tone_share(&note[400..2800], 440.0) > 0.9);
        assert!(tone_share(&note[400..2800], 880.0) < 0.05);
    }

    #[test]
    fn the_music_is_heard_and_never_loud() {
        let music = comfort();
        assert_eq!(music.len(), 8 * RATE);
        for second in music.chunks(RATE) {
            let level = level_db(second);
            assert!((-45.0..-15.0).contains(&level), "{level}");
        }
    }
}
