//! Sound as numbers: G.711, tones, mixing, files. Pure.

pub mod g711;
pub mod mixer;
pub mod tone;
pub mod wav;

/// Samples a second on every telephone line here.
pub const RATE: usize = 8_000;
/// Samples in 20 ms.
pub const FRAME: usize = 160;
/// 20 ms of sound.
pub type Frame = [i16; FRAME];
/// 20 ms of silence.
pub const SILENCE: Frame = [0; FRAME];
/// A piece of sound that many calls share.
pub type Clip = std::sync::Arc<[i16]>;

/// The level of a stretch of sound in dB under full scale; silence is -96.
pub fn level_db(samples: &[i16]) -> f32 {
    if samples.is_empty() {
        return -96.0;
    }
    let power: i64 = samples.iter().map(|sample| i64::from(*sample) * i64::from(*sample)).sum();
    let mean = power as f32 / samples.len() as f32 / (32_768.0 * 32_768.0);
    (10.0 * mean.max(2.5e-10).log10()).max(-96.0)
}

/// How much of a frequency is in a stretch of sound (Goertzel), as a share of its power: a pure tone gives nearly 1.
pub fn tone_share(samples: &[i16], hertz: f32) -> f32 {
    let turn = 2.0 * std::f32::consts::PI * hertz / RATE as f32;
    let factor = 2.0 * turn.cos();
    let (mut last, mut before, mut power) = (0.0_f32, 0.0_f32, 0.0_f32);
    for sample in samples {
        let value = f32::from(*sample) / 32_768.0;
        power += value * value;
        let next = value + factor * last - before;
        before = last;
        last = next;
    }
    let found = last * last + before * before - factor * last * before;
    if power <= 1e-9 { 0.0 } else { 2.0 * found / (power * samples.len() as f32) }
}
