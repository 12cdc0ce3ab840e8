//! Text of a page: blocks as lines; scripts, styles, navigation left out.

use super::xml::{Piece, Pieces, plain};

const SILENT: [&str; 9] =
    ["script", "style", "head", "nav", "footer", "noscript", "template", "select", "button"];
const BLOCKS: [&str; 21] = [
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "section",
    "article",
    "header",
    "main",
    "blockquote",
    "dd",
    "dt",
];

/// The text of a page.
pub(super) fn text(html: &str) -> String {
    let mut out = String::new();
    let mut silent: Option<(String, usize)> = None;
    for piece in Pieces(html) {
        match piece {
            Piece::Open { name, closed, .. } => {
                let name = name.to_ascii_lowercase();
                match &mut silent {
                    Some((of, depth)) if *of == name && !closed => *depth += 1,
                    Some(_) => {}
                    None if SILENT.contains(&name.as_str()) && !closed => silent = Some((name, 1)),
                    None if BLOCKS.contains(&name.as_str()) => out.push('\n'),
                    None => {}
                }
            }
            Piece::Close(name) => {
                let name = name.to_ascii_lowercase();
                match &mut silent {
                    Some((of, depth)) if *of == name => {
                        *depth -= 1;
                        if *depth == 0 {
                            silent = None;
                        }
                    }
                    Some(_) => {}
                    None if name == "td" || name == "th" => out.push('；'),
                    None if BLOCKS.contains(&name.as_str()) => out.push('\n'),
                    None => {}
                }
            }
            Piece::Text(text) if silent.is_none() => {
                // Line breaks of the source mean nothing on a page.
                out.push_str(&plain(text).replace(['\n', '\r', '\t'], " "));
            }
            Piece::Text(_) => {}
        }
    }
    let lines =
        out.lines().map(|line| line.trim().trim_end_matches('；').trim()).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn what_is_read_is_kept_and_what_runs_is_not() {
        let page = "<html><head><title>x</title></head><body><nav>首页</nav><h1>通知</h1><script>if(a<b){}</script>\
            <p>第一条&nbsp;凭合同\n提取。</p><table><tr><td>项目</td><td>标准</td></tr></table></body></html>";
        assert_eq!(text(page), "通知\n第一条 凭合同 提取。\n项目；标准");
    }
}
