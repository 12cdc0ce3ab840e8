//! Text of a page: blocks as lines, rows of tables as lines; scripts, styles and navigation left out.

use html5gum::{DefaultEmitter, Token, Tokenizer};

use super::Text;
use super::table::Table;
use crate::entry::Fault;

const SILENT: [&str; 11] =
    ["script", "style", "head", "title", "nav", "footer", "noscript", "template", "select", "button", "svg"];
const BLOCKS: &str = " p div br li ul ol h1 h2 h3 h4 h5 h6 section article header main blockquote dd dt dl pre hr form figure ";

fn is_block(name: &str) -> bool {
    BLOCKS.split(' ').any(|block| block == name)
}

/// The text of a page.
pub(super) fn text(html: &str) -> Result<String, Fault> {
    let mut emitter = DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    let mut page = Page::default();
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => page.open(&String::from_utf8_lossy(&tag.name), tag.self_closing)?,
            Token::EndTag(tag) => page.close(&String::from_utf8_lossy(&tag.name))?,
            // Line breaks of the source mean nothing on a page.
            Token::String(text) if page.silent.is_none() => {
                page.say(&String::from_utf8_lossy(&text).replace(['\n', '\r', '\t', '\u{a0}'], " "))?;
            }
            _ => {}
        }
    }
    while let Some(table) = page.tables.pop() {
        page.write(table)?;
    }
    let whole = page.out.0;
    let lines = whole.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// Tables within tables that are kept apart.
const DEEPEST: usize = 8;

#[derive(Default)]
struct Page {
    out: Text,
    tables: Vec<Table>,
    deeper: usize,
    /// What is not read, and how deep in it.
    silent: Option<(String, usize)>,
}

impl Page {
    fn open(&mut self, name: &str, closed: bool) -> Result<(), Fault> {
        match &mut self.silent {
            Some((of, depth)) if of == name && !closed => *depth += 1,
            // A head without an end would swallow the page.
            None if name == "body" => {}
            None if SILENT.contains(&name) && !closed => self.silent = Some((name.to_owned(), 1)),
            None if name == "table" && self.tables.len() < DEEPEST => self.tables.push(Table::default()),
            None if name == "table" => self.deeper += 1,
            None if name == "tr" && self.deeper == 0 => {
                self.tables.last_mut().into_iter().for_each(Table::row);
            }
            None if matches!(name, "td" | "th") && self.deeper == 0 => {
                self.tables.last_mut().into_iter().for_each(Table::cell);
            }
            None if is_block(name) => self.say("\n")?,
            Some(_) | None => {}
        }
        if name == "body" && self.silent.as_ref().is_some_and(|(of, _)| of == "head") {
            self.silent = None;
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), Fault> {
        match &mut self.silent {
            Some((of, depth)) if of == name => {
                *depth -= 1;
                if *depth == 0 {
                    self.silent = None;
                }
            }
            None if name == "table" && self.deeper > 0 => self.deeper -= 1,
            None if name == "table" => {
                if let Some(table) = self.tables.pop() {
                    self.write(table)?;
                }
            }
            None if is_block(name) => self.say("\n")?,
            Some(_) | None => {}
        }
        Ok(())
    }

    fn write(&mut self, table: Table) -> Result<(), Fault> {
        self.say("\n")?;
        for line in table.lines() {
            self.say(&line)?;
            self.say("\n")?;
        }
        Ok(())
    }

    fn say(&mut self, text: &str) -> Result<(), Fault> {
        match self.tables.last_mut() {
            // White space between rows is no cell.
            Some(_) if text.trim().is_empty() && text != "\n" => Ok(()),
            Some(table) => {
                table.text(text);
                Ok(())
            }
            None => self.out.push(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn what_is_read_is_kept_and_what_runs_is_not() {
        let page = "<html><head><title>x</title></head><body><nav>首页</nav><h1>通知</h1><script>if(a<b){'</p>'}</script>\
            <p>第一条&nbsp;凭合同\n提取&amp;支付。</p><table> <tr><td>项目</td><td>标准</td></tr></table><p>收<b>尾</b></body></html>";
        assert_eq!(text(page).unwrap(), "通知\n第一条 凭合同 提取&支付。\n项目：标准\n收尾");
    }

    #[test]
    fn a_head_without_an_end_swallows_nothing() {
        assert_eq!(text("<head><meta charset=utf-8><body><p>第一条").unwrap(), "第一条");
    }
}
