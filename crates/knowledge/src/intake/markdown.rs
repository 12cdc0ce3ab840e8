//! Text of Markdown: headings, paragraphs and items as lines, without their signs.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::Text;
use super::table::Table;
use crate::entry::Fault;

/// The text of a document.
pub(super) fn text(source: &str) -> Result<String, Fault> {
    let mut out = Text::default();
    let mut table: Option<Table> = None;
    // Numbers that lists are counted by; none for lists of dots.
    let mut lists: Vec<Option<u64>> = Vec::new();
    for event in Parser::new_ext(source, Options::ENABLE_TABLES) {
        let said: std::borrow::Cow<'_, str> = match event {
            Event::Start(Tag::Table(_)) => {
                table = Some(Table::default());
                continue;
            }
            Event::Start(Tag::TableHead | Tag::TableRow) => {
                table.iter_mut().for_each(Table::row);
                continue;
            }
            Event::Start(Tag::TableCell) => {
                table.iter_mut().for_each(Table::cell);
                continue;
            }
            Event::End(TagEnd::Table) => {
                let lines = table.take().map(Table::lines).unwrap_or_default();
                let mut text = lines.join("\n");
                text.push('\n');
                text.into()
            }
            Event::Start(Tag::List(number)) => {
                lists.push(number);
                "\n".into()
            }
            Event::End(TagEnd::List(_)) => {
                lists.pop();
                continue;
            }
            Event::Start(Tag::Item) => match lists.last_mut() {
                Some(Some(number)) => {
                    *number += 1;
                    format!("\n{}.", *number - 1).into()
                }
                _ => "\n".into(),
            },
            Event::End(
                TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::CodeBlock | TagEnd::HtmlBlock,
            )
            | Event::HardBreak => "\n".into(),
            // A line break inside a Chinese paragraph means nothing; between other words it stands for a blank.
            Event::SoftBreak => " ".into(),
            Event::Text(text) | Event::Code(text) => text.into_string().into(),
            Event::Html(text) | Event::InlineHtml(text) => super::html::text(&text)?.into(),
            _ => continue,
        };
        match &mut table {
            Some(table) => table.text(&said),
            None => out.push(&said)?,
        }
    }
    let whole = out.0;
    let lines = whole.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn signs_go_and_words_stay() {
        let source = "# 高龄津贴\n\n**第一条** 满80周岁。\n\n1. 身份证\n2. 户口本\n\n| 年龄 | 标准 | 备注 |\n|---|---|---|\n| 80 | 100元 | 每月 |\n";
        assert_eq!(
            text(source).unwrap(),
            "高龄津贴\n第一条 满80周岁。\n1.身份证\n2.户口本\n年龄：80；标准：100元；备注：每月"
        );
    }
}
