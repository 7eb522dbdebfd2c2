use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{AlertChain, Ledger, Leg, LegStart, Observations, Plan, Scrape, ScrapeOutcome, Span};
use crate::contract::yaml::Problem;
use crate::contract::{Contract, Contracts, Glob};

/// The layout of records; a reader refuses any other.
const VERSION: u32 = 1;

/// A run that can be judged again: what was seen, and the contracts it was judged by.
///
/// On disk it is a directory of texts: `record.json` (layout version, plan, names of the contracts),
/// `contracts/N.yaml`, and per leg `legs/N/leg.json`, `ledger.json`, `spans.jsonl`, `scrapes/NNNN.txt` (one for
/// all that brought the same) with their index `scrapes.jsonl`, and where rules were evaluated `alerts/` with states, notifications and deliveries.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The contracts.
    pub contracts: Contracts,
    /// What was seen.
    pub observations: Observations,
}

/// A record that cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the record is not what a record holds.
    #[error("{path}: not part of a record of version {VERSION}: {source}")]
    Json {
        /// Where.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The record was written by another version.
    #[error("{path}: layout version {found}, this probity reads version {VERSION}; run the scenario again")]
    Version {
        /// Where.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// A contract of the record is broken.
    #[error("a contract in the record is broken")]
    Contract(Vec<Problem>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    version: u32,
    contracts: usize,
    legs: usize,
    plan: Plan,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScrapeLine {
    job: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    instance: String,
    at: jiff::Timestamp,
    file: Option<String>,
    content_type: Option<String>,
    failed: Option<String>,
}

impl Record {
    /// Writes the record into `dir`, which is made when it is missing.
    ///
    /// # Errors
    /// [`RecordError::Io`].
    pub fn write(&self, dir: &Path) -> Result<(), RecordError> {
        let head = Head {
            version: VERSION,
            contracts: self.contracts.all.len(),
            legs: self.observations.legs.len(),
            plan: self.observations.plan.clone(),
        };
        write_json(&dir.join("record.json"), &head)?;
        for (index, contract) in self.contracts.all.iter().enumerate() {
            write(&dir.join(format!("contracts/{index}.yaml")), &contract.text)?;
        }
        for (index, leg) in self.observations.legs.iter().enumerate() {
            write_leg(&dir.join(format!("legs/{index}")), leg)?;
        }
        Ok(())
    }

    /// Reads a record.
    ///
    /// # Errors
    /// [`RecordError`], naming the file.
    pub fn read(dir: &Path) -> Result<Self, RecordError> {
        let path = dir.join("record.json");
        let text = read(&path)?;
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let Version { version } =
            serde_json::from_str(&text).map_err(|source| RecordError::Json { path: path.clone(), source })?;
        if version != VERSION {
            return Err(RecordError::Version { path, found: version });
        }
        let head: Head = serde_json::from_str(&text).map_err(|source| RecordError::Json { path, source })?;
        check_scope(&head.plan, &dir.join("record.json"))?;
        let mut contracts = Contracts::default();
        for index in 0..head.contracts {
            let path = dir.join(format!("contracts/{index}.yaml"));
            let text = read(&path)?;
            let contract =
                Contract::parse(&text, &path.display().to_string()).map_err(RecordError::Contract)?;
            contracts.all.push(contract);
        }
        let legs = (0..head.legs)
            .map(|index| read_leg(&dir.join(format!("legs/{index}"))))
            .collect::<Result<_, _>>()?;
        Ok(Self { contracts, observations: Observations { plan: head.plan, legs } })
    }
}

/// A scope that cannot be read would silently be a smaller one.
fn check_scope(plan: &Plan, path: &Path) -> Result<(), RecordError> {
    let broken = plan.scope.iter().find_map(|pattern| pattern.parse::<Glob>().err());
    broken.map_or(Ok(()), |message| {
        Err(RecordError::Json { path: path.to_owned(), source: serde::de::Error::custom(message) })
    })
}

fn write_leg(dir: &Path, leg: &Leg) -> Result<(), RecordError> {
    write_json(&dir.join("leg.json"), &leg.start)?;
    write_json(&dir.join("ledger.json"), &leg.ledger)?;
    write_lines(&dir.join("spans.jsonl"), &leg.spans)?;
    let mut index = Vec::with_capacity(leg.scrapes.len());
    // What came again, as it does for weeks without traffic, is one file.
    let mut written: BTreeMap<&str, String> = BTreeMap::new();
    for (number, scrape) in leg.scrapes.iter().enumerate() {
        let mut line = ScrapeLine {
            job: scrape.job.clone(),
            instance: scrape.instance.clone(),
            at: scrape.at,
            file: None,
            content_type: None,
            failed: None,
        };
        match &scrape.outcome {
            ScrapeOutcome::Body { content_type, text } => {
                let name = match written.get(&**text) {
                    Some(name) => name.clone(),
                    None => {
                        let name = format!("{number:04}.txt");
                        write(&dir.join("scrapes").join(&name), text)?;
                        written.insert(text, name.clone());
                        name
                    }
                };
                line.content_type.clone_from(content_type);
                line.file = Some(name);
            }
            ScrapeOutcome::Failed(reason) => line.failed = Some(reason.clone()),
        }
        index.push(line);
    }
    write_lines(&dir.join("scrapes.jsonl"), &index)?;
    leg.chain.as_ref().map_or(Ok(()), |chain| write_chain(&dir.join("alerts"), chain))
}

/// The alert chain, one file for each kind of fact; a leg without one has no such folder.
fn write_chain(dir: &Path, chain: &AlertChain) -> Result<(), RecordError> {
    write_lines(&dir.join("states.jsonl"), &chain.alerts)?;
    write_lines(&dir.join("notifications.jsonl"), &chain.notifications)?;
    write_lines(&dir.join("deliveries.jsonl"), &chain.deliveries)?;
    write_lines(&dir.join("rule-errors.jsonl"), &chain.rule_errors)?;
    if chain.unsent.is_empty() {
        return Ok(());
    }
    write_lines(&dir.join("unsent.jsonl"), &chain.unsent)
}

fn read_chain(dir: &Path) -> Result<Option<AlertChain>, RecordError> {
    if !dir.exists() {
        return Ok(None);
    }
    let unsent = dir.join("unsent.jsonl");
    Ok(Some(AlertChain {
        alerts: read_lines(&dir.join("states.jsonl"))?,
        notifications: read_lines(&dir.join("notifications.jsonl"))?,
        deliveries: read_lines(&dir.join("deliveries.jsonl"))?,
        rule_errors: read_lines(&dir.join("rule-errors.jsonl"))?,
        unsent: if unsent.exists() { read_lines(&unsent)? } else { Vec::new() },
    }))
}

fn read_leg(dir: &Path) -> Result<Leg, RecordError> {
    let start: LegStart = read_json(&dir.join("leg.json"))?;
    let ledger: Ledger = read_json(&dir.join("ledger.json"))?;
    let spans: Vec<Span> = read_lines(&dir.join("spans.jsonl"))?;
    let mut scrapes = Vec::new();
    let index = dir.join("scrapes.jsonl");
    // The first scrape of each file: those of the same share what it says.
    let mut first: BTreeMap<(String, Option<String>), usize> = BTreeMap::new();
    for line in read_lines::<ScrapeLine>(&index)? {
        let outcome = match (line.file, line.failed) {
            (Some(file), None) => {
                let key = (file, line.content_type);
                if let Some(known) = first.get(&key) {
                    let first: &Scrape = &scrapes[*known];
                    scrapes.push(first.again(line.at).of_job(&line.job).of_instance(&line.instance));
                    continue;
                }
                let text = read(&dir.join("scrapes").join(&key.0))?.into();
                let content_type = key.1.clone();
                first.insert(key, scrapes.len());
                ScrapeOutcome::Body { content_type, text }
            }
            (None, Some(reason)) => ScrapeOutcome::Failed(reason),
            (Some(_), Some(_)) | (None, None) => {
                let source =
                    serde::de::Error::custom("expected a scrape with a body or a reason why there is none");
                return Err(RecordError::Json { path: index, source });
            }
        };
        scrapes.push(Scrape::new(&line.job, line.at, outcome).of_instance(&line.instance));
    }
    let chain = read_chain(&dir.join("alerts"))?;
    Ok(Leg { start, ledger, scrapes, spans, chain })
}

fn write(path: &Path, text: &str) -> Result<(), RecordError> {
    let failed = |source| RecordError::Io { path: path.to_owned(), source };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    fs::write(path, text).map_err(failed)
}

fn read(path: &Path) -> Result<String, RecordError> {
    fs::read_to_string(path).map_err(|source| RecordError::Io { path: path.to_owned(), source })
}

fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), RecordError> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|source| RecordError::Json { path: path.to_owned(), source })?;
    write(path, &(text + "\n"))
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, RecordError> {
    serde_json::from_str(&read(path)?).map_err(|source| RecordError::Json { path: path.to_owned(), source })
}

fn write_lines<T: Serialize>(path: &Path, values: &[T]) -> Result<(), RecordError> {
    let mut text = String::new();
    for value in values {
        let line = serde_json::to_string(value)
            .map_err(|source| RecordError::Json { path: path.to_owned(), source })?;
        text.push_str(&line);
        text.push('\n');
    }
    write(path, &text)
}

fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, RecordError> {
    // One reader for the whole text, so that an error has the file's line and not always the first.
    serde_json::Deserializer::from_str(&read(path)?)
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(|source| RecordError::Json { path: path.to_owned(), source })
}
