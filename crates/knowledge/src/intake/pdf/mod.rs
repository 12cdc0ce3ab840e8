//! Text of a PDF (ISO 32000) whose characters are named: by a map, or by one of the encodings of Chinese office programs.
//!
//! Invariants: any bytes give text or a sentence that says what to do, in bounded time and memory; what is read is given once, in the
//! order in which it is read; what is no text (heads, numbers of pages, pages that are pictures) is told as that. Deliberately absent:
//! reading pictures, upright lines of characters, tables without rules, passwords.

mod cmap;
mod content;
mod file;
mod filter;
mod font;
mod furniture;
mod grid;
mod lines;
mod object;
mod paragraphs;
mod path;
mod pen;
mod seal;
mod signs;
mod text;
mod written;

pub(super) use self::text::text;
