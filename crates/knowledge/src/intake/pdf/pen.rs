//! The state that a drawing's instructions change, and the text that they put on a page (ISO 32000-1, 8.4, 9.3, 9.4, 14.6).

use std::rc::Rc;

use super::content::{MOST_HELD, MOST_RUNS};
use super::font::Font;
use super::object::Object;
use super::path::Path;

/// A matrix a b c d e f.
pub(super) type Matrix = [f64; 6];
pub(super) const UNIT: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// One after the other.
pub(super) fn times(first: Matrix, then: Matrix) -> Matrix {
    let at = |x: f64, y: f64, moved: f64| {
        let [across_x, up_x, across_y, up_y, right, up] = then;
        (x * across_x + y * across_y + moved * right, x * up_x + y * up_y + moved * up)
    };
    let [across_x, up_x, across_y, up_y, right, up] = first;
    let ((ax, ux), (ay, uy), (r, u)) = (at(across_x, up_x, 0.0), at(across_y, up_y, 0.0), at(right, up, 1.0));
    [ax, ux, ay, uy, r, u]
}

/// A piece of text where it stands, in points; `y` grows upwards. Turned text stands as if the page had been turned for it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    pub x: f64,
    pub y: f64,
    pub end: f64,
    pub size: f64,
    /// Degrees by which it is turned.
    pub turn: i32,
    pub text: String,
    /// The program that wrote it says that it belongs to the page, not to the text.
    pub beside: bool,
}

#[derive(Debug, Clone)]
pub(super) struct State {
    pub ctm: Matrix,
    pub font: Option<Rc<Font>>,
    pub size: f64,
    pub char_space: f64,
    pub word_space: f64,
    pub scale: f64,
    leading: f64,
    rise: f64,
}

/// A marked piece of a drawing.
pub(super) struct Mark {
    pub beside: bool,
    /// What is to be read instead of what is drawn, and the first run that it stands for.
    pub instead: Option<(String, usize)>,
}

pub(super) struct Pen {
    pub state: State,
    saved: Vec<State>,
    pub marks: Vec<Mark>,
    pub path: Path,
    /// Where the line began, and where the next character stands.
    line: Matrix,
    at: Matrix,
}

impl Pen {
    pub fn new(ctm: Matrix) -> Self {
        let state = State {
            ctm,
            font: None,
            size: 0.0,
            char_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
        };
        Self { state, saved: Vec::new(), marks: Vec::new(), path: Path::default(), line: UNIT, at: UNIT }
    }

    pub fn follow(&mut self, operator: &str, operands: &[Object]) {
        let at = |place: usize| operands.get(place).and_then(Object::number).unwrap_or_default();
        match operator {
            "q" if self.saved.len() < MOST_HELD => self.saved.push(self.state.clone()),
            "Q" => {
                if let Some(saved) = self.saved.pop() {
                    self.state = saved;
                }
            }
            "cm" => self.state.ctm = times(six(operands).unwrap_or(UNIT), self.state.ctm),
            "BT" => (self.line, self.at) = (UNIT, UNIT),
            "Tm" => {
                self.line = six(operands).unwrap_or(UNIT);
                self.at = self.line;
            }
            "Td" => self.move_by(at(0), at(1)),
            "TD" => {
                self.state.leading = -at(1);
                self.move_by(at(0), at(1));
            }
            "T*" => self.next_line(),
            "Tf" => self.state.size = at(1),
            "Tc" => self.state.char_space = at(0),
            "Tw" => self.state.word_space = at(0),
            "Tz" => self.state.scale = at(0) / 100.0,
            "TL" => self.state.leading = at(0),
            "Ts" => self.state.rise = at(0),
            _ => {}
        }
    }

    fn move_by(&mut self, x: f64, y: f64) {
        self.line = times([1.0, 0.0, 0.0, 1.0, x, y], self.line);
        self.at = self.line;
    }

    pub fn next_line(&mut self) {
        self.move_by(0.0, -self.state.leading);
    }

    pub fn advance(&mut self, x: f64) {
        self.at = times([1.0, 0.0, 0.0, 1.0, x, 0.0], self.at);
    }

    pub fn say(&mut self, font: &Font, codes: &[u8], runs: &mut Vec<Run>) {
        let State { ctm, size, char_space, word_space, scale, rise, .. } = self.state;
        let begin = times([1.0, 0.0, 0.0, 1.0, 0.0, rise], times(self.at, ctm));
        let mut text = String::new();
        let mut trailing = 0.0;
        for glyph in font.glyphs(codes) {
            let space = char_space + if glyph.blank { word_space } else { 0.0 };
            self.advance((glyph.width * size + space) * scale);
            trailing = space * scale;
            text.push_str(&glyph.text);
        }
        let end = times([1.0, 0.0, 0.0, 1.0, -trailing, 0.0], times(self.at, ctm));
        let beside = self.marks.iter().any(|mark| mark.beside);
        runs.extend(run(begin, end, size, text, beside).filter(|_| runs.len() < MOST_RUNS));
    }

    pub fn unmark(&mut self, runs: &mut Vec<Run>) {
        let Some(Mark { instead: Some((text, from)), .. }) = self.marks.pop() else { return };
        let Some((first, rest)) = runs.get(from..).and_then(|runs| runs.split_first()) else { return };
        // What goes over several lines keeps its own.
        if rest.iter().any(|run| run.turn != first.turn || (run.y - first.y).abs() > first.size * 0.5) {
            return;
        }
        let end = rest.iter().fold(first.end, |end, run| end.max(run.end));
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        let whole = Run { end, text, ..first.clone() };
        runs.truncate(from);
        if !whole.text.is_empty() {
            runs.push(whole);
        }
    }
}

/// A run between two places, seen upright; none without text or place.
fn run(begin: Matrix, end: Matrix, size: f64, text: String, beside: bool) -> Option<Run> {
    let [across, up, over, tall, x, y] = begin;
    let tall = size.abs() * over.hypot(tall);
    let turn = up.atan2(across).to_degrees().round();
    let (sin, cos) = (-turn).to_radians().sin_cos();
    let seen = |x: f64, y: f64| if turn == 0.0 { (x, y) } else { (x * cos - y * sin, x * sin + y * cos) };
    let ((x, y), (end, _)) = (seen(x, y), seen(end[4], end[5]));
    let sound = [x, y, end, tall].iter().all(|number| number.is_finite() && number.abs() < 1e6);
    (sound && !text.is_empty()).then(|| Run {
        x,
        y,
        end: end.max(x),
        size: tall.max(1.0),
        turn: turn as i32,
        text,
        beside,
    })
}

pub(super) fn six(numbers: &[Object]) -> Option<Matrix> {
    let mut out = UNIT;
    for (to, from) in out.iter_mut().zip(numbers.get(..6)?) {
        *to = from.number()?;
    }
    Some(out)
}
