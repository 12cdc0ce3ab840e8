//! Keys as telephone events (RFC 4733, section 2.3): told at the first packet of a press, once, whatever is lost or repeated.

/// Knows which press was told last.
#[derive(Debug, Clone, Default)]
pub struct Digits {
    last: Option<(u32, u8)>,
}

/// Presses older than this many samples are repeats that came late.
const OLD: u32 = 0x8000_0000;

impl Digits {
    /// A telephone-event packet: its RTP timestamp (the press) and payload. The key, where it is a new press.
    pub fn take(&mut self, timestamp: u32, payload: &[u8]) -> Option<char> {
        let (event, _flags, _duration) = (payload.first()?, payload.get(1)?, payload.get(2..4)?);
        let key = key(*event)?;
        let press = (timestamp, *event);
        if let Some((told, _)) = self.last
            && timestamp.wrapping_sub(told).wrapping_sub(1) >= OLD
        {
            return None;
        }
        self.last = Some(press);
        Some(key)
    }
}

fn key(event: u8) -> Option<char> {
    match event {
        0..=9 => char::from_digit(u32::from(event), 10),
        10 => Some('*'),
        11 => Some('#'),
        12..=15 => char::from_u32(u32::from('A') + u32::from(event) - 12),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packets(timestamp: u32, event: u8) -> Vec<(u32, [u8; 4])> {
        let mut packets: Vec<_> =
            (1..=5_u16).map(|n| (timestamp, [event, 10, ((n * 160) >> 8) as u8, (n * 160) as u8])).collect();
        // The end is sent three times.
        packets.extend([(timestamp, [event, 0x80 | 0x0a, 3, 32]); 3]);
        packets
    }

    #[test]
    fn a_press_is_told_once_at_its_first_packet() {
        let mut digits = Digits::default();
        let told: Vec<Option<char>> =
            packets(800, 0).iter().map(|(at, bytes)| digits.take(*at, bytes)).collect();
        assert_eq!(told[0], Some('0'));
        assert!(told[1..].iter().all(Option::is_none));
    }

    #[test]
    fn the_same_key_twice_is_two_presses_and_a_late_repeat_is_none() {
        let mut digits = Digits::default();
        assert_eq!(digits.take(800, &[5, 0, 0, 160]), Some('5'));
        assert_eq!(digits.take(2400, &[5, 0, 0, 160]), Some('5'));
        assert_eq!(digits.take(800, &[5, 0x80, 3, 32]), None);
    }

    proptest! {
        #[test]
        fn whatever_is_lost_each_press_with_a_packet_left_is_told_once(
            presses in proptest::collection::vec((0..16_u8, proptest::collection::vec(any::<bool>(), 8)), 1..12),
            start: u32,
        ) {
            let mut digits = Digits::default();
            let (mut told, mut expected) = (String::new(), String::new());
            for (number, (event, kept)) in presses.iter().enumerate() {
                let at = start.wrapping_add(number as u32 * 1600);
                if kept.iter().any(|kept| *kept) {
                    expected.extend(key(*event));
                }
                for ((at, bytes), _) in packets(at, *event).iter().zip(kept).filter(|(_, kept)| **kept) {
                    told.extend(digits.take(*at, bytes));
                }
            }
            prop_assert_eq!(told, expected);
        }

        #[test]
        fn any_bytes_are_survived(at: u32, bytes in proptest::collection::vec(any::<u8>(), 0..8)) {
            let _told = Digits::default().take(at, &bytes);
        }
    }
}
