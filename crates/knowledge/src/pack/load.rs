//! Reading a pack: everything, or everything that is wrong with it.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use kernel::HolidayList;
use language::synonyms::SynonymLine;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::check;
use super::model::{BoundaryRow, Domain, Line, Manifest, Organisation, Queue, StaffAccount, vocabulary};
use crate::KnowledgeError;
use crate::entry::{Fault, Vocabulary, yaml};
use crate::model::Entry;
use crate::service::rows::ScenarioHead;

/// A scenario's file. The dialogue crate reads its flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioText {
    /// What concerns finding it.
    pub head: ScenarioHead,
    /// The file, for messages.
    pub file: String,
    /// The whole text.
    pub yaml: String,
}

/// A pack, read and checked.
#[derive(Debug, Clone)]
pub struct Pack {
    /// `pack.yaml`.
    pub manifest: Manifest,
    /// `domains.yaml`.
    pub domains: Vec<Domain>,
    /// `organisation.yaml`, where there is one.
    pub organisation: Option<Organisation>,
    /// `lines.yaml`.
    pub lines: Vec<Line>,
    /// `queues.yaml`.
    pub queues: Vec<Queue>,
    /// `staff.yaml`.
    pub staff: Vec<StaffAccount>,
    /// `boundary.yaml`.
    pub boundary: Vec<BoundaryRow>,
    /// `holidays.yaml`, where there is one.
    pub holidays: Option<HolidayList>,
    /// `lexicon/synonyms.yaml`: wordings that mean the same. Dialect lists beside it are read by the language crate.
    pub synonyms: Vec<SynonymLine>,
    /// `entries/*.yaml`.
    pub entries: Vec<Entry>,
    /// `scenarios/*/*.yaml`.
    pub scenarios: Vec<ScenarioText>,
}

impl Pack {
    /// The names its entries may use.
    pub fn vocabulary(&self) -> Vocabulary {
        vocabulary(&self.domains, self.organisation.as_ref())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    lines: Vec<Line>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Queues {
    queues: Vec<Queue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Staff {
    staff: Vec<StaffAccount>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Boundary {
    boundary: Vec<BoundaryRow>,
}

/// Reads and checks a pack.
///
/// # Errors
/// [`KnowledgeError::Faulty`] with every fault found, each with its file and, where it can be told, its line.
pub fn load(folder: &Path) -> Result<Pack, KnowledgeError> {
    let mut reader = Reader { folder, faults: Vec::new() };
    let manifest: Option<Manifest> = reader.document("pack.yaml", true);
    let domains: Vec<Domain> = reader.document("domains.yaml", true).unwrap_or_default();
    let organisation: Option<Organisation> = reader.document("organisation.yaml", false);
    let words = vocabulary(&domains, organisation.as_ref());
    let Lines { lines } = reader.document("lines.yaml", false).unwrap_or_default();
    let Queues { queues } = reader.document("queues.yaml", false).unwrap_or_default();
    let Staff { staff } = reader.document("staff.yaml", false).unwrap_or_default();
    let Boundary { boundary } = reader.document("boundary.yaml", false).unwrap_or_default();
    let holidays = reader.document("holidays.yaml", false);
    let synonyms = reader.synonyms();
    let entries = reader.entries(&words);
    let scenarios = reader.scenarios(&words);
    let Reader { mut faults, .. } = reader;
    let Some(manifest) = manifest else { return Err(KnowledgeError::Faulty(faults)) };
    let pack = Pack {
        manifest,
        domains,
        organisation,
        lines,
        queues,
        staff,
        boundary,
        holidays,
        synonyms,
        entries,
        scenarios,
    };
    // References into a file that did not read would all be reported as wrong.
    if faults.is_empty() {
        faults = check::faults(&pack);
    }
    if faults.is_empty() { Ok(pack) } else { Err(KnowledgeError::Faulty(faults)) }
}

struct Reader<'a> {
    folder: &'a Path,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    /// The text of a file of the pack; a fault when it is needed and missing, or does not read.
    fn text(&mut self, file: &str, needed: bool) -> Option<String> {
        let path = self.folder.join(file);
        let fault = |message: String| Fault::new("", message).at(file, None);
        match std::fs::metadata(&path) {
            Ok(about) if about.len() > yaml::MAX_BYTES as u64 => {
                let most = yaml::MAX_BYTES / 1024 / 1024;
                self.faults.push(fault(format!("文件超过{most}MB，请拆成几个文件。")));
                return None;
            }
            Ok(_) => {}
            Err(_) if !needed => return None,
            Err(error) => {
                self.faults.push(fault(format!("知识包里没有这个文件或打不开（{error}），请补上。")));
                return None;
            }
        }
        match std::fs::read(&path).map(String::from_utf8) {
            Ok(Ok(text)) => Some(text.trim_start_matches('\u{feff}').to_owned()),
            Ok(Err(_)) => {
                self.faults.push(fault("不是UTF-8编码，请另存为UTF-8。".to_owned()));
                None
            }
            Err(error) => {
                self.faults.push(fault(format!("文件读不出来（{error}），请检查文件权限。")));
                None
            }
        }
    }

    fn document<T: DeserializeOwned>(&mut self, file: &str, needed: bool) -> Option<T> {
        let text = self.text(file, needed)?;
        match serde_yaml_ng::from_str(&text) {
            Ok(document) => Some(document),
            Err(error) => {
                self.faults.push(yaml::of_error(file, &error));
                None
            }
        }
    }

    fn synonyms(&mut self) -> Vec<SynonymLine> {
        let lines: Option<Option<Vec<SynonymLine>>> = self.document("lexicon/synonyms.yaml", false);
        lines.flatten().unwrap_or_default()
    }

    fn entries(&mut self, words: &Vocabulary) -> Vec<Entry> {
        let mut all: Vec<Entry> = Vec::new();
        let mut file_of: HashMap<String, String> = HashMap::new();
        for file in self.files("entries") {
            let Some(text) = self.text(&file, true) else { continue };
            match yaml::read(&file, &text, words) {
                Ok(entries) => {
                    for entry in entries {
                        if let Some(before) = file_of.insert(entry.id.clone(), file.clone()) {
                            let message = format!("编号“{}”在{before}里已经用过，请换一个编号。", entry.id);
                            self.faults.push(Fault::new("id", message).at(&file, None));
                        }
                        all.push(entry);
                    }
                }
                Err(faults) => self.faults.extend(faults),
            }
        }
        self.wordings(&mut all);
        all
    }

    /// `wordings/*.yaml`: how callers ask, by entry; joined to the entries' own questions.
    fn wordings(&mut self, entries: &mut [Entry]) {
        let at: HashMap<String, usize> =
            entries.iter().enumerate().map(|(at, entry)| (entry.id.clone(), at)).collect();
        for file in self.files("wordings") {
            let Some(more) = self.document::<BTreeMap<String, Vec<String>>>(&file, true) else { continue };
            for (id, wordings) in more {
                let Some(entry) = at.get(&id).and_then(|at| entries.get_mut(*at)) else {
                    let message = format!("没有编号为“{id}”的条目，请改对编号或删去这一行。");
                    self.faults.push(Fault::new(&id, message).at(&file, None));
                    continue;
                };
                for wording in wordings {
                    if wording.trim().is_empty() {
                        let message = format!("“{id}”有一个问法是空的，请写上或删去。");
                        self.faults.push(Fault::new(&id, message).at(&file, None));
                    } else if !entry.questions.contains(&wording) {
                        entry.questions.push(wording);
                    }
                }
            }
        }
    }

    fn scenarios(&mut self, words: &Vocabulary) -> Vec<ScenarioText> {
        let mut all: BTreeMap<String, ScenarioText> = BTreeMap::new();
        let folders: Vec<String> = self.children("scenarios", |path| path.is_dir());
        for file in folders.iter().flat_map(|folder| self.files(folder)).collect::<Vec<_>>() {
            let Some(yaml) = self.text(&file, true) else { continue };
            let head = match ScenarioHead::read(&yaml) {
                Ok(head) => head,
                Err(error) => {
                    self.faults.push(yaml::of_error(&file, &error));
                    continue;
                }
            };
            if !words.knows_domain(&head.domain) {
                let message = format!("没有“{}”这个业务领域，请从domains.yaml里选。", head.domain);
                self.faults.push(Fault::new("domain", message).at(&file, None));
            }
            if let Some(before) = all.get(&head.id) {
                let message = format!("场景编号“{}”在{}里已经用过，请换一个。", head.id, before.file);
                self.faults.push(Fault::new("id", message).at(&file, None));
                continue;
            }
            all.insert(head.id.clone(), ScenarioText { head, file, yaml });
        }
        all.into_values().collect()
    }

    /// The YAML files of a folder of the pack, in order.
    fn files(&self, folder: &str) -> Vec<String> {
        self.children(folder, |path| {
            path.is_file() && path.extension().is_some_and(|end| end == "yaml" || end == "yml")
        })
    }

    fn children(&self, folder: &str, wanted: impl Fn(&PathBuf) -> bool) -> Vec<String> {
        let Ok(listing) = std::fs::read_dir(self.folder.join(folder)) else { return Vec::new() };
        let mut names: Vec<String> = listing
            .filter_map(|child| child.ok().map(|child| child.path()).filter(|path| wanted(path)))
            .filter_map(|path| Some(format!("{folder}/{}", path.file_name()?.to_str()?)))
            .collect();
        names.sort_unstable();
        names
    }
}
