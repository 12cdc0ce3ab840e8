//! A policy text split into fine items by its structure, every source paragraph accounted for.
//!
//! Pure: text in, clauses out. Invariants: the paragraphs cover every character of the text that is not white space, in
//! order; each has exactly one fate; a paragraph that is used or merged stands in the clauses it names; what is left out
//! says why. Deliberately absent: file formats, databases, what a clause is about.

mod clauses;
mod fate;
pub mod marks;
mod paragraphs;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

pub use marks::{Level, sentences};

/// What became of a source paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is the wording of these clauses: one, or several when it was long.
    Used(Range<usize>),
    /// A heading or lead-in: said once, it belongs to all of these clauses.
    Merged(Range<usize>),
    /// Not part of any clause.
    LeftOut(Reason),
}

/// Why a paragraph is in no clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A page number or a line of dashes.
    PageFurniture,
    /// A running head or foot, a stamp or a mark across the page.
    Beside,
    /// A page that is a picture.
    Picture,
    /// Who signed it, and when.
    Signature,
    /// 索引号, 主题分类 and the like.
    FileData,
    /// The same words stood there before.
    Repeated,
    /// A heading with nothing under it.
    EmptyHeading,
}

impl Reason {
    /// The reason in words for an editor.
    pub const fn told(self) -> &'static str {
        match self {
            Self::PageFurniture => "页码或分隔线",
            Self::Beside => "页眉页脚等，不是正文",
            Self::Picture => "这一页是图片",
            Self::Signature => "落款或日期",
            Self::FileData => "文件登记信息",
            Self::Repeated => "与前文重复",
            Self::EmptyHeading => "标题下没有内容",
        }
    }
}

/// A paragraph of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// Where it stands, in bytes.
    pub at: Range<usize>,
    /// What became of it.
    pub fate: Fate,
}

/// A fine item: the smallest unit that can be cited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Title, headings and lead-ins above it, widest first.
    pub path: Vec<String>,
    /// Its place in the numbering, such as 第十二条（三）; empty without numbers.
    pub place: String,
    /// Its own wording, with its own mark.
    pub text: String,
    /// The source paragraph it comes from.
    pub paragraph: usize,
}

/// A split text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// The title, where one stands at the head.
    pub title: String,
    /// The fine items in order.
    pub clauses: Vec<Clause>,
    /// Every paragraph of the source in order.
    pub paragraphs: Vec<Paragraph>,
}

/// Splits a text.
pub fn split(text: &str) -> Split {
    split_beside(text, &BTreeMap::new())
}

/// Splits a text some of whose lines, by their number from 0, are known to be no part of what it says.
pub fn split_beside(text: &str, aside: &BTreeMap<usize, Reason>) -> Split {
    let spans = paragraphs::paragraphs(text);
    clauses::build(text, spans, aside)
}
