//! Lines that a page is ruled with: they tell the cells of tables apart.

use super::object::Object;
use super::pen::{Matrix, times};

/// A thicker stroke is a surface.
const THICK: f64 = 3.0;
/// Rules of one page; a drawing has more.
const MOST: usize = 20_000;
/// Corners of one path that are looked at.
const CORNERS: usize = 200;

/// A level or upright rule, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    pub upright: bool,
    /// Its height above the page's foot, or its distance from the left.
    pub at: f64,
    pub from: f64,
    pub to: f64,
}

/// A path while it is drawn.
#[derive(Debug, Default)]
pub(super) struct Path {
    pieces: Vec<Vec<(f64, f64)>>,
}

impl Path {
    pub fn follow(&mut self, operator: &str, operands: &[Object], ctm: Matrix, rules: &mut Vec<Rule>) {
        let at = |place: usize| operands.get(place).and_then(Object::number).unwrap_or_default();
        match operator {
            "m" => self.begin(vec![seen(ctm, at(0), at(1))]),
            "l" => self.corner(seen(ctm, at(0), at(1))),
            "c" => self.corner(seen(ctm, at(4), at(5))),
            "v" | "y" => self.corner(seen(ctm, at(2), at(3))),
            "h" => self.close(),
            "re" => {
                let (x, y, wide, high) = (at(0), at(1), at(2), at(3));
                let corners = [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high), (x, y)];
                self.begin(corners.map(|(x, y)| seen(ctm, x, y)).to_vec());
            }
            "s" | "b" | "b*" => {
                self.close();
                self.paint(true, rules);
            }
            "S" | "B" | "B*" => self.paint(true, rules),
            "f" | "F" | "f*" => self.paint(false, rules),
            "n" => self.paint(false, &mut Vec::new()),
            _ => {}
        }
    }

    fn begin(&mut self, piece: Vec<(f64, f64)>) {
        if self.pieces.len() < MOST {
            self.pieces.push(piece);
        }
    }

    fn corner(&mut self, corner: (f64, f64)) {
        if let Some(piece) = self.pieces.last_mut().filter(|piece| piece.len() < CORNERS) {
            piece.push(corner);
        }
    }

    fn close(&mut self) {
        if let Some(first) = self.pieces.last().and_then(|piece| piece.first()).copied() {
            self.corner(first);
        }
    }

    fn paint(&mut self, stroked: bool, rules: &mut Vec<Rule>) {
        for piece in std::mem::take(&mut self.pieces) {
            if rules.len() >= MOST {
                return;
            }
            let found = rule(&piece);
            if found.is_none() && stroked {
                rules.extend(piece.windows(2).filter_map(rule));
            }
            rules.extend(found);
        }
    }
}

fn seen(ctm: Matrix, x: f64, y: f64) -> (f64, f64) {
    let [.., x, y] = times([1.0, 0.0, 0.0, 1.0, x, y], ctm);
    (x, y)
}

/// The rule that corners make where all lie within a thin stroke.
fn rule(corners: &[(f64, f64)]) -> Option<Rule> {
    let (first, rest) = corners.split_first()?;
    let (mut low, mut high) = (*first, *first);
    for (x, y) in rest {
        low = (low.0.min(*x), low.1.min(*y));
        high = (high.0.max(*x), high.1.max(*y));
    }
    let (wide, tall) = (high.0 - low.0, high.1 - low.1);
    if !(wide.is_finite() && tall.is_finite()) || wide.max(tall) <= 0.0 {
        return None;
    }
    if tall < THICK && wide >= tall {
        Some(Rule { upright: false, at: f64::midpoint(low.1, high.1), from: low.0, to: high.0 })
    } else if wide < THICK {
        Some(Rule { upright: true, at: f64::midpoint(low.0, high.0), from: low.1, to: high.1 })
    } else {
        None
    }
}
