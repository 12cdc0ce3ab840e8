//! RTP packets (RFC 3550, section 5.1).

/// Bytes of a header without extras.
pub const HEADER: usize = 12;

/// A packet as it arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The first after a pause.
    pub marker: bool,
    /// What the payload is.
    pub payload_type: u8,
    /// Counts packets.
    pub sequence: u16,
    /// Counts samples.
    pub timestamp: u32,
    /// Who sends.
    pub source: u32,
    /// The payload.
    pub payload: &'a [u8],
}

/// Reads a packet. None when it is not RTP, or lies about its length.
pub fn read(bytes: &[u8]) -> Option<Packet<'_>> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    if first >> 6 != 2 {
        return None;
    }
    let mut start = HEADER + usize::from(first & 15) * 4;
    if first & 0x10 != 0 {
        let words = u16::from_be_bytes(bytes.get(start + 2..start + 4)?.try_into().ok()?);
        start += 4 + usize::from(words) * 4;
    }
    let mut end = bytes.len();
    if first & 0x20 != 0 {
        let padding = usize::from(*bytes.last()?);
        if padding == 0 {
            return None;
        }
        end = end.checked_sub(padding)?;
    }
    Some(Packet {
        marker: second & 0x80 != 0,
        payload_type: second & 0x7F,
        sequence: u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?),
        timestamp: u32::from_be_bytes(bytes.get(4..8)?.try_into().ok()?),
        source: u32::from_be_bytes(bytes.get(8..12)?.try_into().ok()?),
        payload: bytes.get(start..end)?,
    })
}

/// Writes a packet behind what is in the buffer already (usually nothing).
pub fn write(packet: &Packet<'_>, buffer: &mut Vec<u8>) {
    buffer.push(0x80);
    buffer.push(packet.payload_type & 0x7F | if packet.marker { 0x80 } else { 0 });
    buffer.extend_from_slice(&packet.sequence.to_be_bytes());
    buffer.extend_from_slice(&packet.timestamp.to_be_bytes());
    buffer.extend_from_slice(&packet.source.to_be_bytes());
    buffer.extend_from_slice(packet.payload);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(marker: bool, payload_type in 0..128_u8, sequence: u16, timestamp: u32, source: u32,
            payload in proptest::collection::vec(any::<u8>(), 0..300)) {
            let packet = Packet { marker, payload_type, sequence, timestamp, source, payload: &payload };
            let mut bytes = Vec::new();
            write(&packet, &mut bytes);
            prop_assert_eq!(read(&bytes), Some(packet));
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _read = read(&bytes);
        }
    }

    #[test]
    fn extension_and_padding_are_taken_off() {
        let mut bytes =
            vec![0x80 | 0x10 | 0x20 | 1, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 9, 9, 9, 9, 0, 0, 0, 1, 7, 7, 7, 7];
        bytes.extend([1, 2, 3, 0, 2]);
        let packet = read(&bytes).unwrap();
        assert_eq!(packet.payload, [1, 2, 3]);
    }
}
