//! Where the objects of a file lie, and their streams.
//!
//! The file is read through once instead of trusting its table of places: that finds the objects of damaged files too, and the last
//! of several versions of one. Everything that is read or unpacked counts against limits; what is over them is told at the end.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::filter::unpacked;
use super::object::{Dict, Lexer, NULL, Object, Stream, is_blank};
use super::seal::Seal;
use crate::intake::office;

/// Bytes that are read, again and again where a file leads in circles.
const MOST_READ: usize = 1024 * 1024 * 1024;
/// References to references.
const MOST_HOPS: usize = 8;
/// Parts of the tree of pages.
const MOST_NODES: usize = 20_000;

#[derive(Debug, Clone, Copy)]
enum Place {
    At {
        start: usize,
        generation: u32,
    },
    /// In a stream of objects.
    In {
        stream: u32,
        start: usize,
    },
}

/// A page, and what it has from the parts of the tree above it.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub dict: Dict,
    pub resources: Object,
    pub media_box: Object,
    pub rotate: i64,
}

/// What keeps a file from being read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Broken {
    Damaged,
    Sealed,
}

pub(super) struct File<'a> {
    bytes: &'a [u8],
    places: HashMap<u32, Place>,
    /// What was unpacked of streams of objects.
    streams: RefCell<HashMap<u32, Rc<[u8]>>>,
    roots: Vec<Dict>,
    seal: Option<Seal>,
    read: Cell<usize>,
    out: Cell<usize>,
    /// More was to be read or unpacked than is allowed.
    pub over: Cell<bool>,
}

impl<'a> File<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Self, Broken> {
        let mut file = File {
            bytes,
            places: HashMap::new(),
            streams: RefCell::default(),
            roots: Vec::new(),
            seal: None,
            read: Cell::new(MOST_READ),
            out: Cell::new(office::MOST_OUT as usize),
            over: Cell::new(false),
        };
        let held = file.look_through();
        file.unseal()?;
        for number in held {
            file.look_into(number);
        }
        if file.places.is_empty() { Err(Broken::Damaged) } else { Ok(file) }
    }

    /// Notes every object, and gives the streams that hold more of them, in order.
    fn look_through(&mut self) -> Vec<u32> {
        let (mut held, mut from) = (Vec::new(), 0);
        while let Some(at) = find(self.bytes, from, b"obj") {
            from = at + 3;
            let Some((number, generation)) = self.numbered(at) else { continue };
            let mut lexer = Lexer::new(self.bytes, from);
            let found = lexer.object();
            if !self.spend(lexer.at - from) {
                break;
            }
            let Some(found) = found else { continue };
            self.places.insert(number, Place::At { start: from, generation });
            from = lexer.at;
            let Object::Dict(dict) = found else { continue };
            if dict.has("Root") {
                self.roots.push(dict.clone());
            }
            let is_held = dict.get("Type").name() == "ObjStm";
            if let Some(stream) = self.stream(&dict, lexer.at, number, generation) {
                from = stream.at.end;
                if is_held {
                    held.push(number);
                }
            }
        }
        from = 0;
        while let Some(at) = find(self.bytes, from, b"trailer") {
            from = at + 7;
            let mut lexer = Lexer::new(self.bytes, from);
            if let Some(Object::Dict(dict)) = lexer.object() {
                self.roots.push(dict);
            }
            if !self.spend(lexer.at - from) {
                break;
            }
        }
        held
    }

    /// The two numbers that stand before a place.
    fn numbered(&self, at: usize) -> Option<(u32, u32)> {
        let head = self.bytes.get(at.saturating_sub(24)..at)?;
        let mut words = head.rsplit(|byte| is_blank(*byte)).filter(|word| !word.is_empty());
        let mut figure = || -> Option<u32> {
            let word = std::str::from_utf8(words.next()?).ok()?;
            // The end of the object before may stand right in front.
            word.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
        };
        let generation = figure()?;
        Some((figure()?, generation))
    }

    /// The stream whose dictionary ends at a place; none where no stream follows.
    fn stream(&self, dict: &Dict, after: usize, number: u32, generation: u32) -> Option<Stream> {
        let mut lexer = Lexer::new(self.bytes, after);
        lexer.skip_blank();
        let rest = self.bytes.get(lexer.at..)?.strip_prefix(b"stream")?;
        let start = lexer.at + 6 + if rest.starts_with(b"\r\n") { 2 } else { usize::from(!rest.is_empty()) };
        let length = match dict.get("Length") {
            Object::Reference(number) => self.bare(*number).0.number(),
            length => length.number(),
        };
        let told = length.map(|length| start.saturating_add(length as usize));
        let ends = |end: &usize| {
            let tail = self.bytes.get(*end..(*end + 32).min(self.bytes.len())).unwrap_or_default();
            tail.trim_ascii_start().starts_with(b"endstream")
        };
        let end = told.filter(|end| *end < self.bytes.len()).filter(ends);
        let end = end.or_else(|| find(self.bytes, start, b"endstream")).unwrap_or(self.bytes.len());
        if !self.spend(if told == Some(end) { 0 } else { end.saturating_sub(start) }) {
            return None;
        }
        Some(Stream { dict: dict.clone(), at: start.min(end)..end, number, generation })
    }

    /// Notes the objects that a stream of objects holds.
    fn look_into(&mut self, number: u32) {
        let Object::Stream(stream) = self.object(number) else { return };
        let figure = |key: &str| self.resolve(stream.dict.get(key)).number().unwrap_or_default() as usize;
        let (count, first) = (figure("N"), figure("First"));
        let bytes: Rc<[u8]> = self.content(&stream).into();
        let mut lexer = Lexer::new(&bytes, 0);
        for _ in 0..count {
            let (Some(Object::Number(held)), Some(Object::Number(start))) = (lexer.object(), lexer.object())
            else {
                break;
            };
            let place = Place::In { stream: number, start: first.saturating_add(start as usize) };
            // A later version of the object that stands by itself is right.
            let newer = match self.places.get(&(held as u32)) {
                Some(Place::At { start, .. }) => *start > stream.at.end,
                _ => false,
            };
            if !newer {
                self.places.insert(held as u32, place);
            }
        }
        self.streams.borrow_mut().insert(number, bytes);
    }

    fn unseal(&mut self) -> Result<(), Broken> {
        let Some(root) = self.roots.iter().rev().find(|root| root.has("Encrypt")) else { return Ok(()) };
        let sealed = self.resolve(root.get("Encrypt"));
        let Some(sealed) = sealed.dict() else { return Ok(()) };
        let ways = self.resolve(sealed.get("CF"));
        let way = ways.dict().map(|ways| self.resolve(ways.get(sealed.get("StmF").name())));
        let id = self.resolve(root.get("ID"));
        let id = id.items().first().map(Object::bytes).unwrap_or_default();
        let seal = Seal::of(sealed, way.as_ref().and_then(Object::dict), id).ok_or(Broken::Sealed)?;
        self.seal = Some(seal);
        Ok(())
    }

    /// Whether there is still something left to read with.
    fn spend(&self, bytes: usize) -> bool {
        match self.read.get().checked_sub(bytes + 1) {
            Some(left) => self.read.set(left),
            None => self.over.set(true),
        }
        !self.over.get()
    }

    /// An object by its number.
    pub fn object(&self, number: u32) -> Object {
        let (object, end) = self.bare(number);
        match (object, self.places.get(&number)) {
            (Object::Dict(dict), Some(Place::At { generation, .. })) => {
                match self.stream(&dict, end, number, *generation) {
                    Some(stream) => Object::Stream(Box::new(stream)),
                    None => Object::Dict(dict),
                }
            }
            (object, _) => object,
        }
    }

    /// An object as it is written, and where it ends; of a stream its dictionary. It leads nowhere, so it can be asked for anywhere.
    fn bare(&self, number: u32) -> (Object, usize) {
        let read = |bytes: &[u8], start: usize| {
            let mut lexer = Lexer::new(bytes, start);
            let object = lexer.object().unwrap_or(NULL);
            let object = if self.spend(lexer.at.saturating_sub(start)) { object } else { NULL };
            (object, lexer.at)
        };
        match self.places.get(&number) {
            Some(Place::At { start, .. }) if !self.over.get() => read(self.bytes, *start),
            Some(Place::In { stream, start }) if !self.over.get() => {
                let held = self.streams.borrow().get(stream).cloned();
                held.map_or((NULL, 0), |bytes| read(&bytes, *start))
            }
            _ => (NULL, 0),
        }
    }

    /// What an object stands for.
    pub fn resolve(&self, object: &Object) -> Object {
        let mut object = object.clone();
        for _ in 0..MOST_HOPS {
            let Object::Reference(number) = object else { return object };
            object = self.object(number);
        }
        NULL
    }

    /// What a stream holds, unpacked; nothing where it is a picture.
    pub fn content(&self, stream: &Stream) -> Vec<u8> {
        let raw = self.bytes.get(stream.at.clone()).unwrap_or_default();
        let mut bytes = match &self.seal {
            Some(seal) if stream.dict.get("Type").name() != "XRef" => {
                seal.opened(raw, stream.number, stream.generation)
            }
            _ => raw.to_vec(),
        };
        let several = |object: Object| if let Object::Array(items) = object { items } else { vec![object] };
        let ways = several(self.resolve(stream.dict.get("Filter")));
        let params = several(self.resolve(stream.dict.get("DecodeParms")));
        for (at, way) in ways.iter().map(|way| self.resolve(way)).enumerate() {
            if way.name().is_empty() {
                continue;
            }
            let params = params.get(at).map(|params| self.resolve(params));
            let left = self.out.get();
            let Some(out) = unpacked(way.name(), params.as_ref().and_then(Object::dict), &bytes, left) else {
                return Vec::new();
            };
            let Some(left) = left.checked_sub(out.len()) else {
                self.over.set(true);
                return Vec::new();
            };
            self.out.set(left);
            bytes = out;
        }
        // Read word by word afterwards.
        if self.spend(bytes.len()) { bytes } else { Vec::new() }
    }

    /// The pages in order; where the tree of them is lost, every page that is found. One more than allowed tells that there are more.
    pub fn pages(&self, most: usize) -> Vec<Leaf> {
        for root in self.roots.iter().rev() {
            let catalog = self.resolve(root.get("Root"));
            let pages =
                catalog.dict().map(|catalog| self.tree(catalog.get("Pages"), most)).unwrap_or_default();
            if !pages.is_empty() {
                return pages;
            }
        }
        let mut numbers: Vec<u32> = self.places.keys().copied().collect();
        numbers.sort_unstable();
        let lone = |number: u32| {
            let object = self.object(number);
            let dict = object.dict().filter(|dict| dict.get("Type").name() == "Page")?;
            let own = |key: &str| self.resolve(dict.get(key));
            let rotate = own("Rotate").number().unwrap_or_default() as i64;
            Some(Leaf { dict: dict.clone(), resources: own("Resources"), media_box: own("MediaBox"), rotate })
        };
        numbers.into_iter().filter_map(lone).take(most + 1).collect()
    }

    fn tree(&self, top: &Object, most: usize) -> Vec<Leaf> {
        let mut pages = Vec::new();
        let mut seen = HashSet::new();
        let above = Leaf { dict: Dict::default(), resources: NULL, media_box: NULL, rotate: 0 };
        let mut open = vec![(top.clone(), Rc::new(above))];
        while let Some((object, above)) = open.pop() {
            let known = matches!(object, Object::Reference(number) if !seen.insert(number));
            if known || seen.len() > MOST_NODES || pages.len() > most {
                continue;
            }
            let object = self.resolve(&object);
            let Some(dict) = object.dict() else { continue };
            let or_above = |key: &str, above: &Object| {
                let own = self.resolve(dict.get(key));
                if own == NULL { above.clone() } else { own }
            };
            let leaf = Leaf {
                dict: dict.clone(),
                resources: or_above("Resources", &above.resources),
                media_box: or_above("MediaBox", &above.media_box),
                rotate: self.resolve(dict.get("Rotate")).number().map_or(above.rotate, |turn| turn as i64),
            };
            match self.resolve(dict.get("Kids")) {
                Object::Array(kids) => {
                    let above = Rc::new(leaf);
                    open.extend(kids.into_iter().rev().map(|kid| (kid, Rc::clone(&above))));
                }
                _ => pages.push(leaf),
            }
        }
        pages
    }
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = from;
    loop {
        let at = from + bytes.get(from..)?.iter().position(|byte| *byte == first)?;
        if bytes.get(at..)?.starts_with(what) {
            return Some(at);
        }
        from = at + 1;
    }
}
