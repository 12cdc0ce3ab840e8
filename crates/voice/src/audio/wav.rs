//! WAV files and other rates, as far as telephone prompts need them: linear 16 bit, G.711, one channel or the first of several.

use super::RATE;
use super::g711::Law;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// Samples a second.
    pub rate: usize,
    /// One channel.
    pub samples: Vec<i16>,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Reads a file. None for anything that is not understood. A data length of a stream (0xFFFFFFFF) means: to the end.
pub fn read(bytes: &[u8]) -> Option<Sound> {
    if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"WAVE" {
        return None;
    }
    let mut at = 12;
    let mut form = None;
    loop {
        let name = bytes.get(at..at + 4)?;
        let length = u32_at(bytes, at + 4)? as usize;
        let body = bytes.get(at + 8..)?;
        let body = body.get(..length).unwrap_or(body);
        match name {
            b"fmt " => form = Some((u16_at(body, 0)?, u16_at(body, 2)?, u32_at(body, 4)?, u16_at(body, 14)?)),
            b"data" => {
                let (kind, channels, rate, bits) = form?;
                let every = usize::from(channels.max(1));
                let all: Vec<i16> = match (kind, bits) {
                    (1 | 0xFFFE, 16) => {
                        body.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect()
                    }
                    (6, 8) => body.iter().map(|code| Law::A.decode(*code)).collect(),
                    (7, 8) => body.iter().map(|code| Law::Mu.decode(*code)).collect(),
                    _ => return None,
                };
                return Some(Sound {
                    rate: rate as usize,
                    samples: all.into_iter().step_by(every).collect(),
                });
            }
            _ => {}
        }
        at = at.checked_add(8)?.checked_add(length)?.checked_add(length % 2)?;
    }
}

/// A WAV file of linear samples.
pub fn write(channels: &[&[i16]], rate: usize) -> Vec<u8> {
    let frames = channels.iter().map(|channel| channel.len()).max().unwrap_or_default();
    let count = channels.len().max(1);
    let bytes = (frames * count * 2) as u32;
    let mut file = Vec::with_capacity(44 + bytes as usize);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&(count as u16).to_le_bytes());
    file.extend_from_slice(&(rate as u32).to_le_bytes());
    file.extend_from_slice(&((rate * count * 2) as u32).to_le_bytes());
    file.extend_from_slice(&((count * 2) as u16).to_le_bytes());
    file.extend_from_slice(&16_u16.to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&bytes.to_le_bytes());
    for at in 0..frames {
        for channel in channels {
            file.extend_from_slice(&channel.get(at).copied().unwrap_or_default().to_le_bytes());
        }
    }
    file
}

/// To 8,000 samples a second: a windowed-sinc filter at 3.4 kHz (or half the source's rate), then the nearest in between.
pub fn to_telephone(sound: &Sound) -> Vec<i16> {
    if sound.rate == RATE || sound.rate == 0 {
        return sound.samples.clone();
    }
    const HALF: i64 = 24;
    let ratio = sound.rate as f64 / RATE as f64;
    let cut = (0.425 / ratio).min(0.45);
    let count = (sound.samples.len() as f64 / ratio) as usize;
    let reach = (HALF as f64 * ratio.max(1.0)) as i64;
    (0..count)
        .map(|at| {
            let centre = at as f64 * ratio;
            let middle = centre as i64;
            let (mut sum, mut weights) = (0.0_f64, 0.0_f64);
            for place in middle - reach..=middle + reach {
                let Some(sample) = usize::try_from(place).ok().and_then(|place| sound.samples.get(place))
                else {
                    continue;
                };
                let away = place as f64 - centre;
                let x = 2.0 * std::f64::consts::PI * cut * away;
                let sinc = if x.abs() < 1e-9 { 1.0 } else { x.sin() / x };
                let window = 0.5 + 0.5 * (std::f64::consts::PI * away / (reach as f64 + 1.0)).cos();
                sum += f64::from(*sample) * sinc * window;
                weights += sinc * window;
            }
            if weights.abs() < 1e-9 { 0 } else { (sum / weights).clamp(-32_768.0, 32_767.0) as i16 }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{tone, tone_share};
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let samples = tone::tone(440.0, 100, 0.5);
        let file = write(&[&samples], RATE);
        assert_eq!(read(&file).unwrap(), Sound { rate: RATE, samples });
    }

    #[test]
    fn two_tracks_give_the_first_when_read_as_one() {
        let (one, two) = (vec![1_i16, 2, 3], vec![9_i16, 9]);
        assert_eq!(read(&write(&[&one, &two], RATE)).unwrap().samples, one);
    }

    #[test]
    fn odd_bytes_are_no_sound() {
        let file = write(&[&tone::tone(440.0, 20, 0.5)], RATE);
        for cut in 0..44 {
            assert!(read(&file[..cut]).is_none(), "{cut}");
        }
        assert!(read(b"").is_none());
    }

    #[test]
    fn a_tone_survives_the_change_of_rate() {
        let rate = 24_000;
        let samples: Vec<i16> = (0..rate)
            .map(|at| {
                ((2.0 * std::f64::consts::PI * 1000.0 * at as f64 / rate as f64).sin() * 16_000.0) as i16
            })
            .collect();
        let low = to_telephone(&Sound { rate, samples });
        assert!((low.len() as i64 - 8000).abs() < 4);
        assert!(tone_share(&low[1000..5000], 1000.0) > 0.95);
    }
}
