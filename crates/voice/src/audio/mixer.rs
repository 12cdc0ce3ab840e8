//! Several voices in one frame.

use super::{FRAME, Frame, SILENCE};

/// Adds frames; too loud is clipped, never wrapped.
pub fn mix<'a>(frames: impl IntoIterator<Item = &'a Frame>) -> Frame {
    let mut sum = [0_i32; FRAME];
    for frame in frames {
        sum.iter_mut().zip(frame).for_each(|(to, from)| *to += i32::from(*from));
    }
    let mut mixed = SILENCE;
    mixed.iter_mut().zip(sum).for_each(|(to, from)| {
        *to = from.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16;
    });
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_order_does_not_matter_and_silence_adds_nothing(a in any::<i16>(), b in any::<i16>()) {
            let (a, b) = ([a; FRAME], [b; FRAME]);
            prop_assert_eq!(mix([&a, &b]), mix([&b, &a]));
            prop_assert_eq!(mix([&a, &SILENCE]), a);
        }
    }

    #[test]
    fn loud_voices_are_clipped() {
        assert_eq!(mix([&[30_000; FRAME], &[30_000; FRAME]]), [i16::MAX; FRAME]);
        assert_eq!(mix([&[-30_000; FRAME], &[-30_000; FRAME]]), [i16::MIN; FRAME]);
    }
}
