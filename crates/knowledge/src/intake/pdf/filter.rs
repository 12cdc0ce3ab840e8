//! How streams are packed (ISO 32000-1, 7.4), unpacked no further than a limit. Packings of pictures are not opened.

use std::io::Read;

use flate2::read::{DeflateDecoder, ZlibDecoder};

use super::object::Dict;

/// Unpacks one layer; what is damaged gives what came out before. One byte over the limit tells that there is more.
pub(super) fn unpacked(name: &str, params: Option<&Dict>, bytes: &[u8], limit: usize) -> Option<Vec<u8>> {
    let out = match name {
        "FlateDecode" | "Fl" => inflated(bytes, limit),
        "LZWDecode" | "LZW" => lzw(bytes, params, limit),
        "ASCIIHexDecode" | "AHx" => hexadecimal(bytes),
        "ASCII85Decode" | "A85" => base_85(bytes),
        "RunLengthDecode" | "RL" => run_length(bytes, limit),
        "Crypt" => bytes.to_vec(),
        _ => return None,
    };
    Some(predicted(out, params))
}

fn inflated(bytes: &[u8], limit: usize) -> Vec<u8> {
    let taken = |from: &mut dyn Read| {
        let (mut out, mut buffer) = (Vec::new(), [0; 16 * 1024]);
        let mut from = from.take(limit as u64 + 1);
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            out.extend_from_slice(buffer.get(..count).unwrap_or_default());
        }
        out
    };
    let out = taken(&mut ZlibDecoder::new(bytes));
    // A header of two bytes that is wrong keeps nobody else from reading the rest.
    if out.is_empty() { taken(&mut DeflateDecoder::new(bytes.get(2..).unwrap_or_default())) } else { out }
}

fn lzw(bytes: &[u8], params: Option<&Dict>, limit: usize) -> Vec<u8> {
    const CLEAR: usize = 256;
    const END: usize = 257;
    let early = usize::from(params.and_then(|params| params.get("EarlyChange").number()) != Some(0.0));
    let (mut out, mut table): (Vec<u8>, Vec<(usize, usize)>) = (Vec::new(), Vec::new());
    let (mut bits, mut held, mut wide) = (0u32, 0u32, 9u32);
    let mut before: Option<(usize, usize)> = None;
    for byte in bytes {
        (bits, held) = (bits << 8 | u32::from(*byte), held + 8);
        if held < wide {
            continue;
        }
        held -= wide;
        let code = (bits >> held & ((1 << wide) - 1)) as usize;
        bits &= (1 << held) - 1;
        match code {
            CLEAR => {
                (wide, before) = (9, None);
                table.clear();
                continue;
            }
            END => break,
            _ => {}
        }
        // What a code stands for lies in what has come out; a new one is the last and the first byte of this.
        let from = out.len();
        if let Some((start, end)) = before {
            table.push((start, end + 1));
        }
        if let Ok(byte) = u8::try_from(code) {
            out.push(byte);
        } else {
            let Some((start, end)) = code.checked_sub(258).and_then(|at| table.get(at)).copied() else {
                break;
            };
            for at in start..end {
                let Some(byte) = out.get(at).copied() else { break };
                out.push(byte);
            }
        }
        before = Some((from, out.len()));
        wide = match table.len() + 258 + early {
            ..512 => 9,
            512..1024 => 10,
            1024..2048 => 11,
            _ => 12,
        };
        // A table that is never cleared holds no more than its codes can name.
        if out.len() > limit || table.len() > 4096 {
            break;
        }
    }
    out
}

fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    let digits: Vec<u32> = bytes.iter().filter_map(|byte| char::from(*byte).to_digit(16)).collect();
    digits
        .chunks(2)
        .map(|two| (two.iter().fold(0, |sum, digit| sum * 16 + digit) << (8 - 4 * two.len())) as u8)
        .collect()
}

fn base_85(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut group) = (Vec::new(), Vec::new());
    let mut write = |group: &mut Vec<u8>| {
        let count = group.len();
        group.resize(5, 84);
        let sum = group.iter().fold(0u64, |sum, digit| sum * 85 + u64::from(*digit)) as u32;
        out.extend(sum.to_be_bytes().into_iter().take(count.saturating_sub(1)));
        group.clear();
    };
    for byte in bytes {
        match byte {
            b'~' => break,
            b'z' if group.is_empty() => {
                group.resize(5, 0);
                write(&mut group);
            }
            b'!'..=b'u' => group.push(byte - b'!'),
            _ => {}
        }
        if group.len() == 5 {
            write(&mut group);
        }
    }
    if !group.is_empty() {
        write(&mut group);
    }
    out
}

fn run_length(bytes: &[u8], limit: usize) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), bytes);
    while let Some((length, after)) = rest.split_first() {
        let length = usize::from(*length);
        let (taken, again) = match length {
            ..128 => (length + 1, 1),
            128 => break,
            _ => (1, 257 - length),
        };
        let Some((piece, after)) = after.split_at_checked(taken) else { break };
        out.extend(piece.repeat(again));
        rest = after;
        if out.len() > limit {
            break;
        }
    }
    out
}

/// Rows that were written as differences to the one above (PNG's five ways).
fn predicted(bytes: Vec<u8>, params: Option<&Dict>) -> Vec<u8> {
    let figure = |name: &str, otherwise: usize| {
        let found = params.and_then(|params| params.get(name).number());
        found.filter(|number| (1.0..65536.0).contains(number)).map_or(otherwise, |number| number as usize)
    };
    if figure("Predictor", 1) < 10 {
        return bytes;
    }
    let bits = figure("Colors", 1) * figure("BitsPerComponent", 8);
    let (step, wide) = (bits.div_ceil(8), (bits * figure("Columns", 1)).div_ceil(8));
    let (mut out, mut above) = (Vec::with_capacity(bytes.len()), vec![0u8; wide]);
    for row in bytes.chunks(wide + 1) {
        let Some((way, row)) = row.split_first() else { break };
        let mut now: Vec<u8> = Vec::with_capacity(row.len());
        for (at, byte) in row.iter().enumerate() {
            let of =
                |row: &[u8]| at.checked_sub(step).and_then(|at| row.get(at)).copied().unwrap_or_default();
            let (left, up, corner) = (of(&now), above.get(at).copied().unwrap_or_default(), of(&above));
            let guess = match way {
                1 => left,
                2 => up,
                3 => u16::midpoint(u16::from(left), u16::from(up)) as u8,
                4 => paeth(left, up, corner),
                _ => 0,
            };
            now.push(byte.wrapping_add(guess));
        }
        out.extend_from_slice(&now);
        above = now;
    }
    out
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(up) - i16::from(corner);
    let far = |from: u8| (guess - i16::from(from)).abs();
    [left, up, corner].into_iter().min_by_key(|from| far(*from)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_packing_gives_its_bytes_back() {
        let plain = |name: &str, bytes: &[u8]| unpacked(name, None, bytes, 1000).unwrap();
        // The example of the standard.
        assert_eq!(plain("LZWDecode", b"\x80\x0B\x60\x50\x22\x0C\x0C\x85\x01"), b"-----A---B");
        assert_eq!(plain("ASCIIHexDecode", b"48 65 6C6c 6F7>"), b"Hellop");
        assert_eq!(plain("ASCII85Decode", b"87cURD]i,\"Ebo80~>"), b"Hello World!");
        assert_eq!(plain("RunLengthDecode", b"\x02abc\xfed\x80zz"), b"abcddd");
        assert!(unpacked("DCTDecode", None, b"", 10).is_none());
        assert!(plain("RunLengthDecode", &b"\x81a".repeat(100_000)).len() < 2000);
    }
}
