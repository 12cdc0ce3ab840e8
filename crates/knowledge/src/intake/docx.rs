//! Text of a Word document (ECMA-376): paragraphs as lines, a table's row as one line, text that was struck out left out.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::table::Table;
use super::{Text, fault, office};
use crate::entry::Fault;

const BODY: &str = "word/document.xml";
/// Tables within tables; deeper ones are read as text of the outermost.
const DEEPEST: usize = 8;

/// The text of a document.
pub(super) fn text(bytes: &[u8]) -> Result<String, Fault> {
    let mut archive = office::open(bytes)?;
    let Some(xml) = office::part(&mut archive, BODY)? else {
        return Err(fault("这不是 Word 文档（docx）。请核对文件，或另存为 docx 后再上传。"));
    };
    let mut reader = Reader::from_str(&xml);
    let mut body = Body::default();
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return Ok(body.out.0),
            Ok(event) => body.take(&event)?,
            Err(_) => return Err(office::damaged()),
        }
    }
}

#[derive(Default)]
struct Body {
    out: Text,
    tables: Vec<Table>,
    /// Tables deeper than are kept apart.
    deeper: usize,
    reading: bool,
    /// Inside of what older programs would show instead.
    fallback: usize,
}

impl Body {
    fn take(&mut self, event: &Event<'_>) -> Result<(), Fault> {
        match event {
            Event::Start(tag) => self.open(tag.local_name().as_ref()),
            Event::Empty(tag) => self.mark(tag.local_name().as_ref())?,
            Event::End(tag) => self.close(tag.local_name().as_ref())?,
            Event::Text(text) if self.reading => self.say(&text.decode().map_err(|_| office::damaged())?)?,
            Event::CData(text) if self.reading => self.say(&text.decode().map_err(|_| office::damaged())?)?,
            Event::GeneralRef(name) if self.reading => self.say(&office::entity(name)?)?,
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, name: &[u8]) {
        match name {
            b"Fallback" => self.fallback += 1,
            b"t" => self.reading = self.fallback == 0,
            b"tbl" if self.tables.len() < DEEPEST => self.tables.push(Table::default()),
            b"tbl" => self.deeper += 1,
            b"tr" if self.deeper == 0 => self.tables.last_mut().into_iter().for_each(Table::row),
            b"tc" if self.deeper == 0 => self.tables.last_mut().into_iter().for_each(Table::cell),
            _ => {}
        }
    }

    fn mark(&mut self, name: &[u8]) -> Result<(), Fault> {
        match name {
            _ if self.fallback > 0 => Ok(()),
            b"tab" => self.say(" "),
            b"br" | b"cr" | b"p" => self.say("\n"),
            b"noBreakHyphen" => self.say("-"),
            _ => Ok(()),
        }
    }

    fn close(&mut self, name: &[u8]) -> Result<(), Fault> {
        match name {
            b"Fallback" => self.fallback = self.fallback.saturating_sub(1),
            b"t" => self.reading = false,
            b"p" if self.fallback == 0 => self.say("\n")?,
            b"tbl" if self.deeper > 0 => self.deeper -= 1,
            b"tbl" => {
                for line in self.tables.pop().map(Table::lines).unwrap_or_default() {
                    self.say(&line)?;
                    self.say("\n")?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn say(&mut self, text: &str) -> Result<(), Fault> {
        match self.tables.last_mut() {
            Some(table) => {
                table.text(text);
                // A table's text counts when it is written out; before that the part's own limit holds it.
                Ok(())
            }
            None => self.out.push(text),
        }
    }
}
