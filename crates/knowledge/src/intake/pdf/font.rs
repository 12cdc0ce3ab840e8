//! What the codes of a font stand for, and how wide they are (ISO 32000-1, 9.5 to 9.10).

use std::collections::BTreeMap;

use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, MACINTOSH, UTF_16BE, WINDOWS_1252};

use super::cmap::{Cmap, code};
use super::file::File;
use super::object::{Dict, Object};
use super::signs;

/// Stands where a character is not known.
pub(super) const UNKNOWN: char = char::REPLACEMENT_CHARACTER;
/// Entries of a table of widths.
const MOST_WIDTHS: usize = 100_000;

/// How a font's codes become characters where it brings no map.
#[derive(Debug)]
enum Codes {
    /// One byte each, by an encoding and what differs from it.
    Single(&'static Encoding, BTreeMap<u32, char>),
    /// By an encoding that office programs name.
    Named(&'static Encoding),
    /// Numbers of characters in Adobe's collection for simplified Chinese, two bytes each.
    Gb1,
    /// One byte, two bytes, or as its own map says: numbers of glyphs that nobody names.
    Glyphs(usize, Option<Cmap>),
}

/// One code of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Glyph {
    pub text: String,
    /// In parts of the font's size.
    pub width: f64,
    /// The one-byte blank, which word spacing widens.
    pub blank: bool,
}

#[derive(Debug)]
pub(super) struct Font {
    codes: Codes,
    map: Cmap,
    widths: BTreeMap<u32, f64>,
    /// The width of what has none; none where it is guessed from the character.
    usual: Option<f64>,
}

impl Font {
    pub fn of(dict: &Dict, file: &File<'_>) -> Self {
        let map = match file.resolve(dict.get("ToUnicode")) {
            Object::Stream(stream) => Cmap::read(&file.content(&stream)),
            _ => Cmap::default(),
        };
        let encoding = file.resolve(dict.get("Encoding"));
        if dict.get("Subtype").name() == "Type0" {
            let parts = file.resolve(dict.get("DescendantFonts"));
            let part = parts.items().first().map(|part| file.resolve(part));
            let part = part.as_ref().and_then(Object::dict).cloned().unwrap_or_default();
            let codes = composite(&encoding, &part, file);
            let (widths, usual) = match codes {
                // Codes of a named encoding are not the numbers that the table of widths goes by.
                Codes::Named(_) => (BTreeMap::new(), None),
                _ => (
                    cid_widths(&part, file),
                    Some(file.resolve(part.get("DW")).number().unwrap_or(1000.0) / 1000.0),
                ),
            };
            return Self { codes, map, widths, usual };
        }
        let (widths, usual) = simple_widths(dict, file);
        Self { codes: simple(dict, &encoding, file), map, widths, usual }
    }

    /// The codes of a text.
    pub fn glyphs(&self, bytes: &[u8]) -> Vec<Glyph> {
        let (mut out, mut rest) = (Vec::new(), bytes);
        while !rest.is_empty() {
            let (head, after) = rest.split_at(self.length(rest).clamp(1, rest.len()));
            rest = after;
            let code = code(head);
            let text = self.text(code, head);
            let guess = || text.chars().map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).sum();
            let width = self.widths.get(&code).copied().or(self.usual).unwrap_or_else(guess);
            out.push(Glyph { blank: head == b" ", text, width });
        }
        out
    }

    fn length(&self, bytes: &[u8]) -> usize {
        let high = bytes.first().is_some_and(|byte| *byte > 0x80);
        match &self.codes {
            Codes::Single(..) => 1,
            Codes::Named(encoding) if *encoding == UTF_16BE => {
                if bytes.first().is_some_and(|byte| (0xd8..0xdc).contains(byte)) { 4 } else { 2 }
            }
            Codes::Named(_) => 1 + usize::from(high),
            Codes::Gb1 => 2,
            Codes::Glyphs(length, map) => map.as_ref().and_then(|map| map.length(bytes)).unwrap_or(*length),
        }
    }

    fn text(&self, code: u32, bytes: &[u8]) -> String {
        let mapped = self.map.text(code).filter(|text| !text.contains(['\0', UNKNOWN]));
        let text = mapped.unwrap_or_else(|| match &self.codes {
            Codes::Single(_, differences) if differences.contains_key(&code) => {
                differences.get(&code).map(char::to_string).unwrap_or_default()
            }
            Codes::Single(encoding, _) | Codes::Named(encoding) => {
                encoding.decode_without_bom_handling(bytes).0.into_owned()
            }
            Codes::Gb1 => signs::of_gb1(code).unwrap_or(UNKNOWN).to_string(),
            Codes::Glyphs(..) => UNKNOWN.to_string(),
        });
        text.chars().map(signs::usual).filter(|c| !c.is_control() || *c == '\t').collect()
    }
}

/// A font of many characters.
fn composite(encoding: &Object, part: &Dict, file: &File<'_>) -> Codes {
    if let Object::Stream(stream) = encoding {
        return Codes::Glyphs(2, Some(Cmap::read(&file.content(stream))));
    }
    let name = encoding.name();
    let system = file.resolve(part.get("CIDSystemInfo"));
    let ordering = system.dict().map(|system| file.resolve(system.get("Ordering")));
    let in_gb1 = ordering.is_some_and(|ordering| ordering.bytes() == b"GB1");
    match name.strip_suffix("-H").or_else(|| name.strip_suffix("-V")).unwrap_or(name) {
        "GBK-EUC" | "GB-EUC" | "GBKp-EUC" | "GBK2K" | "GBpc-EUC" => Codes::Named(GBK),
        "UniGB-UCS2" | "UniGB-UTF16" | "UniCNS-UCS2" | "UniCNS-UTF16" | "UniJIS-UCS2" | "UniJIS-UTF16" => {
            Codes::Named(UTF_16BE)
        }
        "ETen-B5" | "B5pc" | "ETenms-B5" => Codes::Named(BIG5),
        "KSCms-UHC" | "KSC-EUC" => Codes::Named(EUC_KR),
        _ if in_gb1 => Codes::Gb1,
        _ => Codes::Glyphs(2, None),
    }
}

/// A font of up to 256 characters.
fn simple(dict: &Dict, encoding: &Object, file: &File<'_>) -> Codes {
    let descriptor = file.resolve(dict.get("FontDescriptor"));
    let flags =
        descriptor.dict().and_then(|descriptor| descriptor.get("Flags").number()).unwrap_or_default() as u32;
    let own_signs = dict.get("Subtype").name() == "Type3" || flags & 4 != 0;
    let base = encoding.dict().map_or(encoding.name(), |encoding| encoding.get("BaseEncoding").name());
    let (mut differences, mut at) = (BTreeMap::new(), 0);
    let listed = encoding.dict().map(|encoding| file.resolve(encoding.get("Differences")));
    for item in listed.as_ref().map(Object::items).unwrap_or_default() {
        if let Some(number) = item.number() {
            at = number as u32;
        } else {
            differences.insert(at, signs::named(item.name()).unwrap_or(UNKNOWN));
            at = at.saturating_add(1);
        }
    }
    match base {
        "MacRomanEncoding" => Codes::Single(MACINTOSH, differences),
        // Without a name the codes of such a font are its own.
        "" if own_signs && differences.is_empty() => Codes::Glyphs(1, None),
        _ => Codes::Single(WINDOWS_1252, differences),
    }
}

fn simple_widths(dict: &Dict, file: &File<'_>) -> (BTreeMap<u32, f64>, Option<f64>) {
    let scale = match dict.get("Subtype").name() {
        "Type3" => {
            file.resolve(dict.get("FontMatrix")).items().first().and_then(Object::number).unwrap_or(0.001)
        }
        _ => 0.001,
    };
    let first = file.resolve(dict.get("FirstChar")).number().unwrap_or_default() as u32;
    let listed = file.resolve(dict.get("Widths"));
    let widths =
        listed.items().iter().take(256).map(|width| file.resolve(width).number().unwrap_or_default() * scale);
    (widths.zip(first..).map(|(width, code)| (code, width)).collect(), None)
}

/// Widths as c [w1 w2 ...] and as from to w.
fn cid_widths(part: &Dict, file: &File<'_>) -> BTreeMap<u32, f64> {
    let listed = file.resolve(part.get("W"));
    let mut widths = BTreeMap::new();
    let mut items = listed.items().iter().map(|item| file.resolve(item));
    while let (Some(Object::Number(from)), Some(next)) = (items.next(), items.next()) {
        let from = from as u32;
        match next {
            Object::Array(several) => {
                let several = several.iter().filter_map(Object::number);
                widths.extend((from..).zip(several.map(|width| width / 1000.0)));
            }
            Object::Number(to) => {
                let width = items.next().and_then(|width| width.number()).unwrap_or(1000.0) / 1000.0;
                widths.extend((from..=(to as u32).min(0xffff)).map(|code| (code, width)));
            }
            _ => {}
        }
        if widths.len() > MOST_WIDTHS {
            break;
        }
    }
    widths
}
