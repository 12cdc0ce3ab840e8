//! Documents that are sealed (ISO 32000-1, 7.6; ISO 32000-2, 7.6.4): many may be read by anybody and are sealed only against printing
//! or changing. Those open with an empty password, and only with that.

use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes256, Block};
use md5::Md5;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::object::Dict;

/// What passwords are filled up with.
const FILL: [u8; 32] = *b"\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A";

#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Open,
    Rc4,
    Aes128,
    Aes256,
}

/// Opens the streams of a sealed document.
#[derive(Clone)]
pub(super) struct Seal {
    key: Vec<u8>,
    way: Way,
}

impl Seal {
    /// None where only a password opens it. `ways` is the dictionary of the way that streams are sealed in, where there is one.
    pub fn of(sealed: &Dict, ways: Option<&Dict>, id: &[u8]) -> Option<Self> {
        let figure = |key: &str| sealed.get(key).number();
        let way = match (figure("V")? as i64, sealed.get("StmF").name()) {
            (1 | 2, _) => Way::Rc4,
            (_, "" | "Identity") => Way::Open,
            _ => match ways?.get("CFM").name() {
                "V2" => Way::Rc4,
                "AESV2" => Way::Aes128,
                "AESV3" => Way::Aes256,
                _ => Way::Open,
            },
        };
        let revision = figure("R")? as i64;
        if sealed.get("Filter").name() != "Standard" {
            return None;
        }
        let key = if revision >= 5 { long_key(sealed, revision)? } else { short_key(sealed, revision, id)? };
        Some(Self { key, way })
    }

    /// The bytes of a stream.
    pub fn opened(&self, bytes: &[u8], number: u32, generation: u32) -> Vec<u8> {
        let own = || {
            let (number, generation) = (number.to_le_bytes(), generation.to_le_bytes());
            let own = number.iter().take(3).chain(generation.iter().take(2));
            let salt: &[u8] = if self.way == Way::Aes128 { b"sAlT" } else { b"" };
            let mut key = Md5::new();
            key.update(&self.key);
            key.update(own.copied().collect::<Vec<u8>>());
            key.update(salt);
            let mut key = key.finalize().to_vec();
            key.truncate(self.key.len() + 5);
            key
        };
        match self.way {
            Way::Open => bytes.to_vec(),
            Way::Rc4 => rc4(&own(), bytes),
            Way::Aes128 => {
                Aes128::new_from_slice(&own()).map(|cipher| unchained(&cipher, bytes)).unwrap_or_default()
            }
            Way::Aes256 => {
                Aes256::new_from_slice(&self.key).map(|cipher| unchained(&cipher, bytes)).unwrap_or_default()
            }
        }
    }
}

/// Algorithms 2, 4 and 5.
fn short_key(sealed: &Dict, revision: i64, id: &[u8]) -> Option<Vec<u8>> {
    let bits = sealed.get("Length").number().filter(|bits| (40.0..=128.0).contains(bits));
    let bytes = match (revision, sealed.get("V").number()? as i64) {
        (..=2, _) => 5,
        (_, 4) => 16,
        _ => bits.map_or(5, |bits| bits as usize / 8),
    };
    let (owner, user) = (sealed.get("O").bytes().get(..32)?, sealed.get("U").bytes());
    let rights = (sealed.get("P").number()? as i64 as u32).to_le_bytes();
    let bare = revision >= 4
        && matches!(sealed.get("EncryptMetadata"), super::object::Object::Word(no) if no == "false");
    let bare: &[u8] = if bare { &[0xff; 4] } else { &[] };
    let mut key = Md5::digest([&FILL, owner, &rights, id, bare].concat()).to_vec();
    key.truncate(bytes);
    if revision < 3 {
        return (rc4(&key, &FILL) == user.get(..32)?).then_some(key);
    }
    for _ in 0..50 {
        key = Md5::digest(&key).to_vec();
        key.truncate(bytes);
    }
    let mut proof = Md5::digest([&FILL, id].concat()).to_vec();
    for round in 0..20u8 {
        let turned: Vec<u8> = key.iter().map(|byte| byte ^ round).collect();
        proof = rc4(&turned, &proof);
    }
    (proof == user.get(..16)?).then_some(key)
}

/// Algorithms 2.A and 2.B.
fn long_key(sealed: &Dict, revision: i64) -> Option<Vec<u8>> {
    let user = sealed.get("U").bytes();
    let hash = |salt: &[u8]| if revision == 5 { Sha256::digest(salt).to_vec() } else { hardened(salt) };
    if hash(user.get(32..40)?) != user.get(..32)? {
        return None;
    }
    let cipher = Aes256::new_from_slice(&hash(user.get(40..48)?)).ok()?;
    let kept = sealed.get("UE").bytes().get(..32)?;
    let mut key = chain(&cipher, &[&[0; 16], kept].concat());
    key.truncate(32);
    Some(key)
}

fn hardened(salt: &[u8]) -> Vec<u8> {
    let mut key = Sha256::digest(salt).to_vec();
    for round in 0usize.. {
        let (Some(first), Some(second)) = (key.get(..16), key.get(16..32)) else { break };
        let Ok(cipher) = Aes128::new_from_slice(first) else { break };
        let mut before: [u8; 16] = second.try_into().unwrap_or_default();
        let mut out = Vec::with_capacity(key.len() * 64);
        for piece in key.repeat(64).chunks_exact(16) {
            let mut block = Block::default();
            for ((to, from), chained) in block.iter_mut().zip(piece).zip(before) {
                *to = from ^ chained;
            }
            cipher.encrypt_block(&mut block);
            before = block.into();
            out.extend_from_slice(&before);
        }
        let rest = out.iter().take(16).map(|byte| usize::from(*byte)).sum::<usize>() % 3;
        key = match rest {
            0 => Sha256::digest(&out).to_vec(),
            1 => Sha384::digest(&out).to_vec(),
            _ => Sha512::digest(&out).to_vec(),
        };
        let last = usize::from(out.last().copied().unwrap_or_default());
        if round >= 63 && last + 31 <= round {
            break;
        }
    }
    key.truncate(32);
    key
}

/// Blocks each chained to the one before; the first is what the chain begins with.
fn chain(cipher: &impl BlockCipherDecrypt<BlockSize = aes::cipher::consts::U16>, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let blocks = bytes.chunks_exact(16);
    for (before, now) in blocks.clone().zip(blocks.skip(1)) {
        let mut block = Block::try_from(now).unwrap_or_default();
        cipher.decrypt_block(&mut block);
        out.extend(block.iter().zip(before).map(|(byte, chained)| byte ^ chained));
    }
    out
}

fn unchained(
    cipher: &impl BlockCipherDecrypt<BlockSize = aes::cipher::consts::U16>,
    bytes: &[u8],
) -> Vec<u8> {
    let mut out = chain(cipher, bytes);
    let fill = usize::from(out.last().copied().unwrap_or_default());
    if (1..=16).contains(&fill) {
        out.truncate(out.len().saturating_sub(fill));
    }
    out
}

fn rc4(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut state: [u8; 256] = std::array::from_fn(|at| at as u8);
    let mut other = 0u8;
    if key.is_empty() {
        return bytes.to_vec();
    }
    for (at, key) in (0..=255u8).zip(key.iter().cycle()) {
        other = other.wrapping_add(of(&state, at)).wrapping_add(*key);
        state.swap(usize::from(at), usize::from(other));
    }
    let (mut at, mut other) = (0u8, 0u8);
    let stream = bytes.iter().map(|byte| {
        at = at.wrapping_add(1);
        other = other.wrapping_add(of(&state, at));
        state.swap(usize::from(at), usize::from(other));
        byte ^ of(&state, of(&state, at).wrapping_add(of(&state, other)))
    });
    stream.collect()
}

fn of(state: &[u8; 256], at: u8) -> u8 {
    state.get(usize::from(at)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_cipher_gives_its_known_answer() {
        assert_eq!(rc4(b"Key", b"Plaintext"), b"\xBB\xF3\x16\xE8\xD9\x40\xAF\x0A\xD3");
    }
}
