//! A pack's files, read without a database: for the charter checker and validation.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};

/// The files of a pack.
#[derive(Debug, Default)]
pub struct PackFiles {
    /// Entries.
    pub entries: Vec<knowledge::Entry>,
    /// Scenario files: name and text.
    pub scenarios: Vec<(String, String)>,
    documents: BTreeMap<String, serde_json::Value>,
}

impl PackFiles {
    /// Reads a pack's folder.
    ///
    /// # Errors
    /// When a file cannot be read or is not what the format asks for; the message names it.
    pub fn read(pack: &Path) -> Result<Self> {
        let mut files = Self::default();
        for path in yaml_files(&pack.join("entries"))? {
            let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            let entries: Vec<knowledge::Entry> =
                serde_yaml_ng::from_str(&text).with_context(|| path.display().to_string())?;
            files.entries.extend(entries);
        }
        let mut domains: Vec<_> = std::fs::read_dir(pack.join("scenarios"))
            .with_context(|| format!("{}/scenarios", pack.display()))?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.is_dir())
            .collect();
        domains.sort();
        for folder in domains {
            for path in yaml_files(&folder)? {
                let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
                files.scenarios.push((path.display().to_string(), text));
            }
        }
        for path in yaml_files(pack)? {
            let text = std::fs::read_to_string(&path)?;
            let value = serde_yaml_ng::from_str(&text).with_context(|| path.display().to_string())?;
            let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            files.documents.insert(name, value);
        }
        Ok(files)
    }

    /// A document of the pack.
    pub fn raw(&self, name: &str) -> Option<serde_json::Value> {
        self.documents.get(name).cloned()
    }

    /// A document of the pack as a type.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn document<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        self.raw(name)
            .map(|value| serde_json::from_value(value).with_context(|| format!("{name}.yaml")))
            .transpose()
    }
}

fn yaml_files(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .with_context(|| folder.display().to_string())?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    paths.sort();
    Ok(paths)
}
