//! A page's drawing instructions, followed as far as text, rules and pictures go (ISO 32000-1, 8.3, 8.5, 9.3, 9.4, 14.6).

use std::collections::HashMap;
use std::rc::Rc;

use super::cmap::{text as from_units, units};
use super::file::{File, Leaf};
use super::font::Font;
use super::object::{Dict, Lexer, NONE, NULL, Object, Stream};
use super::path::Rule;
use super::pen::{Mark, Matrix, Pen, Run, UNIT, six, times};

/// Drawings within drawings.
const DEEPEST: usize = 8;
/// Saved states, operands and marks of one drawing.
pub(super) const MOST_HELD: usize = 256;
/// Pieces of text of one page; what is drawn beyond is no page of text.
pub(super) const MOST_RUNS: usize = 100_000;
/// Drawings that one page may use, each counted as often as it is used.
const MOST_DRAWINGS: usize = 1_000;
/// Fonts that are kept for other pages.
const MOST_FONTS: usize = 5_000;
/// The least part of a page that a picture of it covers.
const PICTURE: f64 = 0.25;

/// What stands on a page.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub wide: f64,
    pub high: f64,
    pub runs: Vec<Run>,
    pub rules: Vec<Rule>,
    /// It has a picture of a good part of the page.
    pub picture: bool,
    drawings: usize,
}

/// Follows the pages of a file.
pub(super) struct Reader<'a> {
    file: &'a File<'a>,
    fonts: HashMap<u32, Rc<Font>>,
    /// Characters that were drawn without a font.
    pub unread: usize,
}

impl<'a> Reader<'a> {
    pub fn new(file: &'a File<'a>) -> Self {
        Self { file, fonts: HashMap::new(), unread: 0 }
    }

    /// A page in the order in which it is drawn. What cannot be followed is passed over.
    pub fn page(&mut self, leaf: &Leaf) -> Sheet {
        let (ctm, wide, high) = upright(leaf, self.file);
        let mut sheet = Sheet { wide, high, ..Sheet::default() };
        let mut content = Vec::new();
        let contents = self.file.resolve(leaf.dict.get("Contents"));
        let parts =
            if contents.items().is_empty() { std::slice::from_ref(&contents) } else { contents.items() };
        for part in parts {
            if let Object::Stream(stream) = self.file.resolve(part) {
                content.extend(self.file.content(&stream));
                content.push(b'\n');
            }
        }
        let resources = leaf.resources.dict().cloned().unwrap_or_default();
        self.draw(&content, &[&resources], ctm, 0, &mut sheet);
        sheet
    }

    fn draw(&mut self, content: &[u8], resources: &[&Dict], ctm: Matrix, depth: usize, sheet: &mut Sheet) {
        let mut pen = Pen::new(ctm);
        let mut lexer = Lexer::new(content, 0);
        let mut operands: Vec<Object> = Vec::new();
        while sheet.runs.len() < MOST_RUNS {
            let before = lexer.at;
            match lexer.object() {
                Some(Object::Word(word)) => {
                    match word.as_str() {
                        "Tf" => pen.state.font = self.font(operands.first().unwrap_or(&NONE), resources),
                        "Tj" | "'" | "\"" | "TJ" => self.show(&word, &operands, &mut pen, sheet),
                        "Do" => self.drawing(&operands, resources, pen.state.ctm, depth, sheet),
                        "BMC" | "BDC" => self.mark(&operands, resources, &mut pen, sheet),
                        "EMC" => pen.unmark(&mut sheet.runs),
                        "ID" => {
                            lexer.skip_picture();
                            sheet.picture |= covers(pen.state.ctm, sheet);
                        }
                        _ => {}
                    }
                    pen.follow(&word, &operands);
                    pen.path.follow(&word, &operands, pen.state.ctm, &mut sheet.rules);
                    operands.clear();
                }
                Some(operand) if operands.len() < MOST_HELD => operands.push(operand),
                Some(_) => {}
                // Something broken: on with what follows it.
                None if lexer.at < content.len() => {
                    lexer.at = lexer.at.max(before + 1);
                    operands.clear();
                }
                None => break,
            }
        }
        while !pen.marks.is_empty() {
            pen.unmark(&mut sheet.runs);
        }
    }

    fn drawing(
        &mut self,
        operands: &[Object],
        resources: &[&Dict],
        ctm: Matrix,
        depth: usize,
        sheet: &mut Sheet,
    ) {
        sheet.drawings += 1;
        let Object::Stream(stream) = self.named(operands.first().unwrap_or(&NONE), resources, "XObject")
        else {
            return;
        };
        let Stream { dict, .. } = &*stream;
        if dict.get("Subtype").name() == "Image" {
            sheet.picture |= covers(ctm, sheet);
        }
        if dict.get("Subtype").name() != "Form" || depth >= DEEPEST || sheet.drawings > MOST_DRAWINGS {
            return;
        }
        let matrix = six(self.file.resolve(dict.get("Matrix")).items()).unwrap_or(UNIT);
        let own = self.file.resolve(dict.get("Resources"));
        let resources: Vec<&Dict> = own.dict().into_iter().chain(resources.iter().copied()).take(2).collect();
        let content = self.file.content(&stream);
        self.draw(&content, &resources, times(matrix, ctm), depth + 1, sheet);
    }

    /// What a name in a drawing stands for, as it is written.
    fn entry(&self, name: &Object, resources: &[&Dict], of: &str) -> Object {
        let found = resources.iter().find_map(|resources| {
            let kind = self.file.resolve(resources.get(of));
            kind.dict().filter(|kind| kind.has(name.name())).map(|kind| kind.get(name.name()).clone())
        });
        found.unwrap_or(NULL)
    }

    fn named(&self, name: &Object, resources: &[&Dict], of: &str) -> Object {
        self.file.resolve(&self.entry(name, resources, of))
    }

    fn font(&mut self, name: &Object, resources: &[&Dict]) -> Option<Rc<Font>> {
        let entry = self.entry(name, resources, "Font");
        if let Object::Reference(number) = entry
            && let Some(known) = self.fonts.get(&number)
        {
            return Some(Rc::clone(known));
        }
        let font = Rc::new(Font::of(self.file.resolve(&entry).dict()?, self.file));
        if let Object::Reference(number) = entry
            && self.fonts.len() < MOST_FONTS
        {
            self.fonts.insert(number, Rc::clone(&font));
        }
        Some(font)
    }

    fn mark(&self, operands: &[Object], resources: &[&Dict], pen: &mut Pen, sheet: &Sheet) {
        let told = operands.get(1).unwrap_or(&NONE);
        let told =
            if told.dict().is_some() { told.clone() } else { self.named(told, resources, "Properties") };
        let inside = pen.marks.iter().any(|mark| mark.instead.is_some());
        let instead = told.dict().filter(|told| told.has("ActualText") && !inside);
        let instead =
            instead.map(|told| (said(self.file.resolve(told.get("ActualText")).bytes()), sheet.runs.len()));
        let beside = operands.first().is_some_and(|tag| tag.name() == "Artifact");
        if pen.marks.len() < MOST_HELD {
            pen.marks.push(Mark { beside, instead });
        }
    }

    fn show(&mut self, operator: &str, operands: &[Object], pen: &mut Pen, sheet: &mut Sheet) {
        if operator == "\"" {
            let at = |place: usize| operands.get(place).and_then(Object::number).unwrap_or_default();
            (pen.state.word_space, pen.state.char_space) = (at(0), at(1));
        }
        if operator != "Tj" && operator != "TJ" {
            pen.next_line();
        }
        let Some(last) = operands.last() else { return };
        let pieces = if let Object::Array(pieces) = last { pieces } else { std::slice::from_ref(last) };
        let Some(font) = pen.state.font.clone() else {
            self.unread += pieces.iter().map(|piece| piece.bytes().len()).sum::<usize>();
            return;
        };
        for piece in pieces {
            match piece {
                Object::String(codes) => pen.say(&font, codes, &mut sheet.runs),
                other => {
                    let by = -other.number().unwrap_or_default() / 1000.0;
                    pen.advance(by * pen.state.size * pen.state.scale);
                }
            }
        }
    }
}

/// Text of a dictionary: UTF-16 with its mark, or one byte a character.
fn said(bytes: &[u8]) -> String {
    match bytes.strip_prefix(b"\xfe\xff") {
        Some(wide) => from_units(&units(wide)),
        None => match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            None => bytes.iter().copied().map(char::from).collect(),
        },
    }
}

/// How a page lies, and how wide and high it is then.
fn upright(leaf: &Leaf, file: &File<'_>) -> (Matrix, f64, f64) {
    let corners: Vec<f64> =
        leaf.media_box.items().iter().filter_map(|corner| file.resolve(corner).number()).collect();
    let (left, low, right, top) = match corners[..] {
        [a, b, c, d] if a != c && b != d => (a.min(c), b.min(d), a.max(c), b.max(d)),
        _ => (0.0, 0.0, 595.0, 842.0),
    };
    let (wide, high) = (right - left, top - low);
    match leaf.rotate.rem_euclid(360) {
        90 => ([0.0, -1.0, 1.0, 0.0, -low, right], high, wide),
        180 => ([-1.0, 0.0, 0.0, -1.0, right, top], wide, high),
        270 => ([0.0, 1.0, -1.0, 0.0, top, -left], high, wide),
        _ => ([1.0, 0.0, 0.0, 1.0, -left, -low], wide, high),
    }
}

/// Whether a picture drawn so covers a good part of the page.
fn covers([a, b, c, d, ..]: Matrix, sheet: &Sheet) -> bool {
    (a * d - b * c).abs() > sheet.wide * sheet.high * PICTURE
}
