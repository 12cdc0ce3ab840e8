//! SRTP as telephones speak it: AES_CM_128_HMAC_SHA1_80 (RFC 3711) with keys from the session description (RFC 4568). Pure.
//!
//! Ciphers and sums are str0m's, which brings them for browsers; its own packet layer is closed to keys that do not come from
//! DTLS. Here are only the derivation of keys, the counting of rollovers and the guard against replays.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use str0m::crypto::{Aes128CmSha1_80, Aes128CmSha1_80Cipher, CryptoProvider};

/// Bytes of the tag behind each packet.
pub const TAG: usize = Aes128CmSha1_80::HMAC_TAG_LEN;
/// The suite's name in descriptions.
pub const SUITE: &str = "AES_CM_128_HMAC_SHA1_80";
/// The cipher wants so much more room than it fills.
const ROOM: usize = 16;
/// Packets that may come late.
const WINDOW: u64 = 64;

fn crypto() -> &'static CryptoProvider {
    static CRYPTO: OnceLock<CryptoProvider> = OnceLock::new();
    CRYPTO.get_or_init(str0m::crypto::from_feature_flags)
}

/// A master key and its salt. Never shown by `Debug`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key {
    master: [u8; 16],
    salt: [u8; 14],
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// From 30 bytes of chance.
    pub fn new(bytes: [u8; 30]) -> Self {
        let (mut master, mut salt) = ([0; 16], [0; 14]);
        let (first, second) = bytes.split_at(16);
        master.copy_from_slice(first);
        salt.copy_from_slice(second);
        Self { master, salt }
    }

    /// Reads `inline:...` of `a=crypto` (RFC 4568, section 6.1). A lifetime is borne (no call is that long); more than one key
    /// or a key identifier in the packets is not.
    pub fn read(parameters: &str) -> Option<Self> {
        let inline = parameters.strip_prefix("inline:")?;
        let mut parts = inline.split('|');
        let text = parts.next()?.trim_end_matches('=');
        if parts.any(|part| part.contains(':')) {
            return None;
        }
        let bytes: [u8; 30] = STANDARD_NO_PAD.decode(text).ok()?.try_into().ok()?;
        Some(Self::new(bytes))
    }

    /// Writes it for `a=crypto`.
    pub fn written(&self) -> String {
        let bytes: Vec<u8> = self.master.iter().chain(&self.salt).copied().collect();
        format!("inline:{}", STANDARD.encode(bytes))
    }

    /// RFC 3711, section 4.3: the keystream of the master key under the salt with a label.
    fn derive<const LENGTH: usize>(&self, label: u8) -> [u8; LENGTH] {
        let mut block = [0_u8; 16];
        block.iter_mut().zip(self.salt).for_each(|(to, byte)| *to = byte);
        if let Some(byte) = block.get_mut(7) {
            *byte ^= label;
        }
        let mut derived = [0_u8; LENGTH];
        for (count, part) in derived.chunks_mut(16).enumerate() {
            if let Some(byte) = block.last_mut() {
                *byte = count as u8;
            }
            let mut stream = [0_u8; 32];
            crypto().srtp_provider.srtp_aes_128_ecb_round(&self.master, &block, &mut stream);
            part.iter_mut().zip(stream).for_each(|(to, byte)| *to = byte);
        }
        derived
    }
}

/// What is derived from a key, for one direction.
struct Derived {
    cipher: Box<dyn Aes128CmSha1_80Cipher>,
    proof: [u8; 20],
    salt: [u8; 14],
}

impl Derived {
    fn of(key: &Key, encrypt: bool) -> Self {
        let cipher = crypto().srtp_provider.aes_128_cm_sha1_80().create_cipher(key.derive::<16>(0), encrypt);
        Self { cipher, proof: key.derive::<20>(1), salt: key.derive::<14>(2) }
    }

    fn sum(key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
        crypto().sha1_hmac_provider.sha1_hmac(key, parts)
    }
}

impl std::fmt::Debug for Derived {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Derived(…)")
    }
}

/// Where the payload begins, the sequence number and the source.
fn head(packet: &[u8]) -> Option<(usize, u16, u32)> {
    let first = *packet.first()?;
    if first >> 6 != 2 {
        return None;
    }
    let mut start = super::rtp::HEADER + usize::from(first & 15) * 4;
    if first & 0x10 != 0 {
        let words = u16::from_be_bytes(packet.get(start + 2..start + 4)?.try_into().ok()?);
        start += 4 + usize::from(words) * 4;
    }
    let sequence = u16::from_be_bytes(packet.get(2..4)?.try_into().ok()?);
    let source = u32::from_be_bytes(packet.get(8..12)?.try_into().ok()?);
    (start <= packet.len()).then_some((start, sequence, source))
}

/// Seals what we send.
#[derive(Debug)]
pub struct Sealer {
    derived: Derived,
    last: Option<u64>,
}

impl Sealer {
    /// Under our key.
    pub fn new(key: &Key) -> Self {
        Self { derived: Derived::of(key, true), last: None }
    }

    /// Seals a whole packet in place. False when it is none.
    pub fn seal(&mut self, packet: &mut Vec<u8>) -> bool {
        let Some((start, sequence, source)) = head(packet) else { return false };
        let index = self.last.map_or(u64::from(sequence), |last| nearest(last, sequence));
        self.last = Some(self.last.unwrap_or(0).max(index));
        let iv = Aes128CmSha1_80::rtp_iv(self.derived.salt, source, index);
        let plain = packet.split_off(start);
        let mut sealed = vec![0_u8; plain.len() + ROOM];
        if self.derived.cipher.encrypt(&iv, &plain, &mut sealed).is_err() {
            return false;
        }
        packet.extend(sealed.iter().take(plain.len()));
        let end = packet.len();
        packet.resize(end + TAG, 0);
        Aes128CmSha1_80::rtp_hmac(Derived::sum, &self.derived.proof, packet, index, end);
        true
    }
}

/// Opens what the far side sends.
#[derive(Debug)]
pub struct Opener {
    derived: Derived,
    source: Option<u32>,
    /// The highest index proved, and which of those before it have come.
    last: Option<u64>,
    seen: u64,
}

impl Opener {
    /// Under their key.
    pub fn new(key: &Key) -> Self {
        Self { derived: Derived::of(key, false), source: None, last: None, seen: 0 }
    }

    /// Opens a packet. None when it was not sealed with the key, or has come before.
    pub fn open(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        let (start, sequence, source) = head(packet)?;
        let end = packet.len().checked_sub(TAG).filter(|end| *end >= start)?;
        let (sealed, tag) = packet.split_at(end);
        let same = self.source == Some(source);
        let last = self.last.filter(|_| same);
        let index = last.map_or(u64::from(sequence), |last| nearest(last, sequence));
        if let Some(last) = last
            && index <= last
            && (last - index >= WINDOW || self.seen >> (last - index) & 1 == 1)
        {
            return None;
        }
        if !Aes128CmSha1_80::rtp_verify(Derived::sum, &self.derived.proof, sealed, index, tag) {
            return None;
        }
        let iv = Aes128CmSha1_80::rtp_iv(self.derived.salt, source, index);
        let (header, payload) = sealed.split_at(start);
        let mut plain = vec![0_u8; payload.len() + ROOM];
        self.derived.cipher.decrypt(&iv, payload, &mut plain).ok()?;
        match last {
            Some(last) if index <= last => self.seen |= 1 << (last - index),
            Some(last) => {
                let forward = index - last;
                self.seen = if forward >= WINDOW { 0 } else { self.seen << forward } | 1;
                self.last = Some(index);
            }
            None => {
                self.seen = 1;
                self.last = Some(index);
            }
        }
        self.source = Some(source);
        let mut opened = header.to_vec();
        opened.extend(plain.iter().take(payload.len()));
        Some(opened)
    }
}

/// The index nearest to the last one that ends in this sequence number (RFC 3711, section 3.3.1).
fn nearest(last: u64, sequence: u16) -> u64 {
    let here = (last & !0xFFFF) | u64::from(sequence);
    let candidates = [here.checked_sub(0x1_0000), Some(here), Some(here + 0x1_0000)];
    candidates.into_iter().flatten().min_by_key(|index| index.abs_diff(last)).unwrap_or(here)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::rtp::{self, Packet};
    use proptest::prelude::*;

    fn key(byte: u8) -> Key {
        Key::new([byte; 30])
    }

    fn packet(sequence: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let packet =
            Packet { marker: false, payload_type: 8, sequence, timestamp: 160, source: 0xCAFE, payload };
        rtp::write(&packet, &mut bytes);
        bytes
    }

    fn bytes<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    #[test]
    fn keys_are_derived_as_rfc_3711_shows() {
        // RFC 3711, appendix B.3.
        let key = Key {
            master: bytes("E1F97A0D3E018BE0D64FA32C06DE4139"),
            salt: bytes("0EC675AD498AFEEBB6960B3AABE6"),
        };
        assert_eq!(key.derive::<16>(0), bytes("C61E7A93744F39EE10734AFE3FF7A087"));
        assert_eq!(key.derive::<14>(2), bytes("30CBBC08863D8C85D49DB34A9AE1"));
        assert_eq!(key.derive::<20>(1), bytes("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
    }

    #[test]
    fn a_packet_known_from_libsrtp() {
        // The reference packet of libsrtp's test driver (srtp_validate).
        let key = Key {
            master: bytes("E1F97A0D3E018BE0D64FA32C06DE4139"),
            salt: bytes("0EC675AD498AFEEBB6960B3AABE6"),
        };
        let plain = hex::decode("800F1234DECAFBADCAFEBABE".to_owned() + &"AB".repeat(16)).unwrap();
        let sealed = "800F1234DECAFBADCAFEBABE4E55DC4CE79978D88CA4D215949D2402B78D6ACC99EA179B8DBB";
        let mut packet = plain.clone();
        assert!(Sealer::new(&key).seal(&mut packet));
        assert_eq!(hex::encode_upper(&packet), sealed);
        assert_eq!(Opener::new(&key).open(&packet), Some(plain));
    }

    #[test]
    fn what_stands_in_a_description_is_read() {
        let text = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4";
        assert_eq!(Key::read(text), None, "a key identifier in the packets");
        let key = Key::read("inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^31").unwrap();
        assert_eq!(Key::read(&key.written()), Some(key));
        assert_eq!(Key::read("inline:c2hvcnQ="), None);
        assert_eq!(Key::read("inline:"), None);
        assert!(!format!("{key:?}").contains("WVN"));
    }

    #[test]
    fn strangers_replays_and_changed_packets_are_not_opened() {
        let (mut sealer, mut opener) = (Sealer::new(&key(1)), Opener::new(&key(1)));
        let mut sealed = packet(7, b"sound");
        assert!(sealer.seal(&mut sealed));
        assert!(Opener::new(&key(2)).open(&sealed).is_none(), "another key");
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert!(opener.open(&bent).is_none(), "byte {at}");
        }
        assert!(opener.open(&sealed).is_some());
        assert!(opener.open(&sealed).is_none(), "twice");
        assert!(opener.open(&packet(8, b"in the clear")).is_none());
    }

    proptest! {
        #[test]
        fn over_rollovers_losses_and_disorder(first: u16, steps in proptest::collection::vec((1_u64..900, any::<bool>()), 1..300)) {
            let (mut sealer, mut opener) = (Sealer::new(&key(3)), Opener::new(&key(3)));
            let mut index = u64::from(first & 0x7FFF);
            let mut kept: Option<Vec<u8>> = None;
            for (pause, late) in steps {
                index += if late { 1 } else { pause };
                let plain = packet(index as u16, &index.to_be_bytes());
                let mut sealed = plain.clone();
                prop_assert!(sealer.seal(&mut sealed));
                if late && kept.is_none() {
                    kept = Some(sealed);
                    continue;
                }
                prop_assert_eq!(opener.open(&sealed), Some(plain));
                if let Some(kept) = kept.take().filter(|_| late) {
                    prop_assert!(opener.open(&kept).is_some(), "one that was overtaken");
                    prop_assert!(opener.open(&kept).is_none());
                }
            }
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _opened = Opener::new(&key(4)).open(&bytes);
            let mut bytes = bytes;
            let _sealed = Sealer::new(&key(4)).seal(&mut bytes);
        }
    }
}
