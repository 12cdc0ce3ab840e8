//! Bytes to text: UTF-8, UTF-16 and GB18030, told apart by looking.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{CoderResult, Decoder, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::entry::Fault;

const CHUNK: usize = 64 * 1024;

/// Where the table is.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// Uploaded.
    Bytes(Arc<[u8]>),
}

impl Source {
    /// Its size in bytes.
    ///
    /// # Errors
    /// When the file cannot be looked at.
    pub fn size(&self) -> io::Result<u64> {
        match self {
            Self::File(path) => Ok(std::fs::metadata(path)?.len()),
            Self::Bytes(bytes) => Ok(bytes.len() as u64),
        }
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::File(path) => Box::new(BufReader::with_capacity(CHUNK, File::open(path)?)),
            Self::Bytes(bytes) => Box::new(io::Cursor::new(Arc::clone(bytes))),
        })
    }

    /// The whole as text, read piece by piece, with the name of its encoding. `read` counts the bytes taken.
    pub(super) fn text(&self, read: Arc<AtomicU64>) -> Result<(Text, &'static str), Fault> {
        let failed = |error: io::Error| Fault::new("", format!("文件读不出来（{error}），请检查后重试。"));
        let encoding = self.encoding().map_err(failed)?.ok_or_else(|| {
            Fault::new(
                "",
                "这不是文本表格（像是Excel、Word、PDF或压缩包），请先另存为“CSV UTF-8（逗号分隔）”。",
            )
        })?;
        let bytes = self.open().map_err(failed)?;
        Ok((Text::new(bytes, encoding, read), encoding.name()))
    }

    /// None when it is no text.
    fn encoding(&self) -> io::Result<Option<&'static Encoding>> {
        let mut first = Vec::new();
        self.open()?.take(4096).read_to_end(&mut first)?;
        if let Some((encoding, _)) = Encoding::for_bom(&first) {
            return Ok([UTF_8, UTF_16LE, UTF_16BE].contains(&encoding).then_some(encoding));
        }
        const NO_TEXT: [&[u8]; 4] = [b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x1f\x8b"];
        if NO_TEXT.iter().any(|head| first.starts_with(head)) || first.contains(&0) {
            return Ok(None);
        }
        let (utf8, gb) = (self.damage(UTF_8)?, self.damage(GB18030)?);
        // One broken character does not make a UTF-8 file a GB18030 one.
        Ok(Some(if gb < utf8 { GB18030 } else { UTF_8 }))
    }

    /// How many byte sequences an encoding cannot read; 0 at once for sound UTF-8.
    fn damage(&self, encoding: &'static Encoding) -> io::Result<u64> {
        let mut bytes = self.open()?;
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let (mut from, mut to) = (vec![0; CHUNK], vec![0; CHUNK * 3]);
        let mut damage = 0;
        loop {
            let count = bytes.read(&mut from)?;
            let last = count == 0;
            let mut rest = from.get(..count).unwrap_or_default();
            loop {
                let (result, taken, _) = decoder.decode_to_utf8_without_replacement(rest, &mut to, last);
                rest = rest.get(taken..).unwrap_or_default();
                match result {
                    DecoderResult::InputEmpty => break,
                    DecoderResult::OutputFull => {}
                    DecoderResult::Malformed(..) => damage += 1,
                }
            }
            if last {
                return Ok(damage);
            }
        }
    }
}

/// Decoded text as UTF-8 bytes. What cannot be read becomes U+FFFD.
pub(super) struct Text {
    bytes: Box<dyn Read + Send>,
    decoder: Decoder,
    read: Arc<AtomicU64>,
    from: Vec<u8>,
    /// Bytes of `from` not yet decoded: from, to.
    left: (usize, usize),
    ended: bool,
    flushed: bool,
    out: Vec<u8>,
    /// Bytes of `out` not yet given: from, to.
    ready: (usize, usize),
}

impl Text {
    fn new(bytes: Box<dyn Read + Send>, encoding: &'static Encoding, read: Arc<AtomicU64>) -> Self {
        Self {
            bytes,
            decoder: encoding.new_decoder_with_bom_removal(),
            read,
            from: vec![0; CHUNK],
            left: (0, 0),
            ended: false,
            flushed: false,
            out: vec![0; CHUNK * 3],
            ready: (0, 0),
        }
    }

    fn decode_more(&mut self) -> io::Result<()> {
        if self.left.0 == self.left.1 && !self.ended {
            let count = self.bytes.read(&mut self.from)?;
            self.read.fetch_add(count as u64, Ordering::Relaxed);
            self.left = (0, count);
            self.ended = count == 0;
        }
        let waiting = self.from.get(self.left.0..self.left.1).unwrap_or_default();
        let (result, taken, given, _) = self.decoder.decode_to_utf8(waiting, &mut self.out, self.ended);
        self.left.0 += taken;
        self.ready = (0, given);
        self.flushed = self.ended && result == CoderResult::InputEmpty;
        Ok(())
    }
}

impl Read for Text {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.ready.0 == self.ready.1 && !self.flushed {
            self.decode_more()?;
        }
        let ready = self.out.get(self.ready.0..self.ready.1).unwrap_or_default();
        let count = ready.len().min(into.len());
        for (to, from) in into.iter_mut().zip(ready) {
            *to = *from;
        }
        self.ready.0 += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (String, &'static str) {
        let (mut text, name) = Source::Bytes(bytes.into()).text(Arc::default()).unwrap();
        let mut all = String::new();
        text.read_to_string(&mut all).unwrap();
        (all, name)
    }

    #[test]
    fn encodings_are_told_apart() {
        let words = "编号,问题\n1,公积金怎么提取？\n";
        assert_eq!(read(words.as_bytes()), (words.to_owned(), "UTF-8"));
        assert_eq!(read(format!("\u{feff}{words}").as_bytes()), (words.to_owned(), "UTF-8"));
        assert_eq!(read(&GB18030.encode(words).0), (words.to_owned(), "gb18030"));
        let utf16: Vec<u8> =
            [0xfeff].into_iter().chain(words.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&utf16), (words.to_owned(), "UTF-16LE"));
        assert_eq!(read(b"").0, "");
    }

    #[test]
    fn one_broken_character_does_not_change_the_encoding() {
        let mut bytes = "问题,答案\n公积金,可以提取\n".as_bytes().to_vec();
        bytes.push(0xff);
        let (text, name) = read(&bytes);
        assert_eq!(name, "UTF-8");
        assert!(text.starts_with("问题") && text.ends_with('\u{fffd}'));
    }

    #[test]
    fn a_long_text_is_whole_whatever_its_encoding() {
        let words = "社会保险法第十五条，".repeat(40_000);
        assert_eq!(read(words.as_bytes()).0, words);
        assert_eq!(read(&GB18030.encode(&words).0).0, words);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let fault = Source::Bytes(b"PK\x03\x04rest".as_slice().into()).text(Arc::default()).err().unwrap();
        assert!(fault.message.contains("CSV"));
    }
}
