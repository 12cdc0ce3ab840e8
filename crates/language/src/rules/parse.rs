//! Reads rule files into trees.

use std::collections::{BTreeMap, HashMap};
use std::iter::Peekable;
use std::str::Chars;

use super::Node;

/// A line of a rule file cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("规则第 {line} 行有误：{reason}")]
pub struct RuleError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

/// The most a `*` or `+` repeats: more than any text has places.
const MANY: u8 = 127;

#[derive(Debug, Default)]
pub(super) struct Parser {
    pub(super) chars: HashMap<char, u16>,
    pub(super) groups: Vec<Node>,
    pub(super) verdicts: BTreeMap<String, Vec<Node>>,
    names: HashMap<String, usize>,
}

type Input<'a> = Peekable<Chars<'a>>;

impl Parser {
    pub(super) fn file(&mut self, text: &str) -> Result<(), RuleError> {
        for (number, line) in text.lines().enumerate() {
            self.line(line.trim()).map_err(|reason| RuleError { line: number + 1, reason })?;
        }
        Ok(())
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if let Some(definition) = line.strip_prefix("let ") {
            let (name, pattern) = definition.split_once(" = ").ok_or("应写作 let 名 = 式")?;
            let node = self.whole(pattern.trim())?;
            self.groups.push(node);
            self.names.insert(name.trim().to_owned(), self.groups.len() - 1);
            return Ok(());
        }
        let (verdict, pattern) = line.split_once(": ").ok_or("应写作 类别: 式")?;
        let node = self.whole(pattern.trim())?;
        self.verdicts.entry(verdict.trim().to_owned()).or_default().push(node);
        Ok(())
    }

    fn whole(&mut self, pattern: &str) -> Result<Node, String> {
        let mut input = pattern.chars().peekable();
        let node = self.alt(&mut input)?;
        match input.next() {
            None => Ok(node),
            Some(c) => Err(format!("多出的 {c}")),
        }
    }

    fn alt(&mut self, input: &mut Input) -> Result<Node, String> {
        let mut list = vec![self.seq(input)?];
        while input.next_if_eq(&'|').is_some() {
            list.push(self.seq(input)?);
        }
        Ok(factored(list))
    }

    fn seq(&mut self, input: &mut Input) -> Result<Vec<Node>, String> {
        let mut list = Vec::new();
        while let Some(c) = input.peek().copied().filter(|c| !matches!(c, '|' | ')')) {
            input.next();
            let node = self.atom(c, input)?;
            list.push(repeated(node, input)?);
        }
        Ok(list)
    }

    fn atom(&mut self, c: char, input: &mut Input) -> Result<Node, String> {
        match c {
            '^' => Ok(Node::Start),
            '$' => Ok(Node::End),
            '.' => Ok(Node::Set { chars: Vec::new(), negated: true }),
            '*' | '?' | '+' => Err(format!("{c} 前面没有内容")),
            '\\' if input.next_if_eq(&'d').is_some() => {
                Ok(Node::Set { chars: ('0'..='9').map(|c| self.number(c)).collect(), negated: false })
            }
            '\\' => input.next().map(|c| Node::Char(self.number(c))).ok_or_else(|| "末尾的反斜杠".to_owned()),
            '[' => self.set(input),
            '(' => {
                if input.next_if_eq(&'?').is_some() && input.next() != Some(':') {
                    return Err("括号只能写作 (?:…)".to_owned());
                }
                let node = self.alt(input)?;
                input.next_if_eq(&')').map(|_| node).ok_or_else(|| "括号未闭合".to_owned())
            }
            '{' => {
                let name: String = std::iter::from_fn(|| input.next_if(|c| *c != '}')).collect();
                input.next();
                self.names.get(&name).map(|number| Node::Group(*number)).ok_or(format!("没有定义 {name}"))
            }
            c => Ok(Node::Char(self.number(c))),
        }
    }

    fn set(&mut self, input: &mut Input) -> Result<Node, String> {
        let negated = input.next_if_eq(&'^').is_some();
        let mut chars = Vec::new();
        loop {
            match input.next() {
                None => return Err("方括号未闭合".to_owned()),
                Some(']') => return Ok(Node::Set { chars, negated }),
                Some('\\') => {
                    let escaped = input.next().ok_or("末尾的反斜杠")?;
                    if escaped == 'd' {
                        chars.extend(('0'..='9').map(|c| self.number(c)));
                    } else {
                        chars.push(self.number(escaped));
                    }
                }
                Some(c) => chars.push(self.number(c)),
            }
        }
    }

    fn number(&mut self, c: char) -> u16 {
        let next = self.chars.len() as u16 + 1;
        *self.chars.entry(c).or_insert(next)
    }
}

fn repeated(node: Node, input: &mut Input) -> Result<Node, String> {
    let mut node = node;
    loop {
        let (min, max) = match input.peek() {
            Some('?') => (0, 1),
            Some('*') => (0, MANY),
            Some('+') => (1, MANY),
            Some('{') => {
                let mut ahead = input.clone();
                ahead.next();
                if !ahead.peek().is_some_and(char::is_ascii_digit) {
                    return Ok(node);
                }
                input.next();
                let text: String = std::iter::from_fn(|| input.next_if(|c| *c != '}')).collect();
                let (min, max) = text.split_once(',').unwrap_or((&text, &text));
                let bound = |text: &str| text.parse().map_err(|_| format!("次数 {text} 有误"));
                (bound(min)?, if max.is_empty() { MANY } else { bound(max)? })
            }
            _ => return Ok(node),
        };
        input.next();
        // A lazy mark has no meaning here: all lengths are followed at once.
        if min != max || max == MANY {
            input.next_if_eq(&'?');
        }
        node = Node::Repeat { node: Box::new(node), min, max };
    }
}

/// An alternative, with branches that begin alike joined, so that each character is looked at once.
fn factored(branches: Vec<Vec<Node>>) -> Node {
    let mut heads: Vec<(Node, Vec<Vec<Node>>)> = Vec::new();
    let mut empty = false;
    for branch in branches {
        let mut nodes = branch.into_iter();
        let Some(head) = nodes.next() else {
            empty = true;
            continue;
        };
        let rest = nodes.collect();
        match heads.iter_mut().find(|(known, _)| *known == head && matches!(head, Node::Char(_))) {
            Some((_, rests)) => rests.push(rest),
            None => heads.push((head, vec![rest])),
        }
    }
    let mut list: Vec<Node> = heads
        .into_iter()
        .map(|(head, rests)| {
            let mut seq = vec![head];
            if rests.len() > 1 {
                seq.push(factored(rests));
            } else {
                seq.extend(rests.into_iter().flatten());
            }
            single(seq, Node::Seq)
        })
        .collect();
    if empty {
        list.push(Node::Seq(Vec::new()));
    }
    single(list, Node::Alt)
}

fn single(mut list: Vec<Node>, join: impl Fn(Vec<Node>) -> Node) -> Node {
    if list.len() == 1 { list.remove(0) } else { join(list) }
}
