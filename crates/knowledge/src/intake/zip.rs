//! Just enough of ZIP (APPNOTE 6.3) to take single parts out of office files, with a limit on what comes out.

use std::io::Read as _;

use flate2::read::DeflateDecoder;

use super::fault;
use crate::entry::Fault;

const END: &[u8] = b"PK\x05\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
/// The end record with its longest comment.
const END_WITHIN: usize = 22 + 65_535;
/// Parts of an archive that are looked at.
const MOST_PARTS: usize = 10_000;
/// What may come out of one archive, in bytes.
const MOST_OUT: u64 = 256 * 1024 * 1024;

/// An archive, its directory read.
#[derive(Debug)]
pub(super) struct Archive<'a> {
    bytes: &'a [u8],
    parts: Vec<Part>,
    left: u64,
}

#[derive(Debug, Clone)]
struct Part {
    name: String,
    method: u16,
    sealed: bool,
    packed: usize,
    at: usize,
}

fn damaged() -> Fault {
    fault("文件损坏，打不开。请在办公软件里打开它、另存一份，再上传新的那份。")
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes(*bytes.get(at..)?.first_chunk::<2>()?)))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk::<4>()?) as usize)
}

impl<'a> Archive<'a> {
    /// Reads the directory.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Fault> {
        let parts = Self::directory(bytes).ok_or_else(damaged)?;
        if parts.len() > MOST_PARTS {
            return Err(fault("压缩包里的文件太多，不像是办公文档，请检查后重新上传。"));
        }
        Ok(Self { bytes, parts, left: MOST_OUT })
    }

    fn directory(bytes: &[u8]) -> Option<Vec<Part>> {
        let from = bytes.len().saturating_sub(END_WITHIN);
        let tail = bytes.get(from..)?;
        let end = from + tail.windows(END.len()).rposition(|window| window == END)?;
        let (count, mut at) = (u16_at(bytes, end + 10)?, u32_at(bytes, end + 16)?);
        let mut parts = Vec::new();
        for _ in 0..count {
            let head = bytes.get(at..)?;
            if !head.starts_with(ENTRY) {
                return None;
            }
            let (name, extra, comment) = (u16_at(head, 28)?, u16_at(head, 30)?, u16_at(head, 32)?);
            parts.push(Part {
                name: String::from_utf8_lossy(head.get(46..46 + name)?).into_owned(),
                sealed: u16_at(head, 8)? & 1 == 1,
                method: u16_at(head, 10)? as u16,
                packed: u32_at(head, 20)?,
                at: u32_at(head, 42)?,
            });
            at += 46 + name + extra + comment;
        }
        Some(parts)
    }

    /// Whether there is such a part.
    pub fn has(&self, name: &str) -> bool {
        self.parts.iter().any(|part| part.name == name)
    }

    /// The first part whose name begins so, in order of name.
    pub fn first(&self, begins: &str) -> Option<String> {
        self.parts.iter().map(|part| &part.name).filter(|name| name.starts_with(begins)).min().cloned()
    }

    /// A part as text.
    pub fn text(&mut self, name: &str) -> Result<String, Fault> {
        let part = self.parts.iter().find(|part| part.name == name).cloned().ok_or_else(damaged)?;
        if part.sealed {
            return Err(fault("文件有密码保护，请去掉密码后再上传。"));
        }
        let packed = self.packed(&part).ok_or_else(damaged)?;
        let mut out = Vec::new();
        // One byte more than allowed tells that there is more, whatever the directory claims.
        let most = self.left + 1;
        let read = match part.method {
            0 => packed.take(most).read_to_end(&mut out),
            8 => DeflateDecoder::new(packed).take(most).read_to_end(&mut out),
            _ => return Err(damaged()),
        };
        let read = read.map_err(|_| damaged())? as u64;
        self.left = self.left.checked_sub(read).ok_or_else(|| {
            fault(format!(
                "文件解压后超过{}MB，可能是被做过手脚的压缩包，没有处理。请检查来源，或拆成几个小文件。",
                MOST_OUT / 1024 / 1024
            ))
        })?;
        String::from_utf8(out).map_err(|_| damaged())
    }

    fn packed(&self, part: &Part) -> Option<&'a [u8]> {
        let head = self.bytes.get(part.at..)?;
        if !head.starts_with(LOCAL) {
            return None;
        }
        let start = 30 + u16_at(head, 26)? + u16_at(head, 28)?;
        head.get(start..start.checked_add(part.packed)?)
    }
}
