//! The commands of every document, in blocks and in running text.

use std::ops::Range;

use super::python;
use super::shell::{Command, Joint, Script, Word, script};
use crate::prove::corpus::Corpus;
use crate::prove::place::Place;
use crate::prove::snippet::{Kind, Snippet};

/// Where shell code stands.
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) system: &'a str,
    pub(super) text: &'a str,
    pub(super) script: Script,
    /// The block; none for code in running text.
    pub(super) snippet: Option<&'a Snippet>,
    whole: Place,
}

impl Source<'_> {
    /// The place of bytes of it.
    pub(super) fn at(&self, bytes: &Range<usize>) -> Place {
        self.snippet.map_or_else(|| self.whole.clone(), |snippet| snippet.bytes(bytes.start, bytes.end))
    }

    /// What stands at bytes of it.
    pub(super) fn says(&self, bytes: &Range<usize>) -> String {
        self.text.get(bytes.clone()).unwrap_or_default().to_owned()
    }
}

/// Programs whose commands are recognised in running text.
const PROGRAMS: [&str; 12] = [
    "curl",
    "wget",
    "helm",
    "redis-cli",
    "kubectl",
    "docker",
    "docker-compose",
    "promtool",
    "amtool",
    "jq",
    "logcli",
    "sudo",
];

/// Every block of shell code, and every command in running text.
pub(super) fn sources(corpus: &Corpus) -> Vec<Source<'_>> {
    let blocks = corpus.snippets.iter().filter(|snippet| snippet.kind == Kind::Shell).map(|snippet| Source {
        file: &snippet.file,
        system: &snippet.system,
        text: &snippet.text,
        script: script(&snippet.text),
        snippet: Some(snippet),
        whole: snippet.place(1, 1, 0),
    });
    let inline = corpus.pages.iter().flat_map(|(page, system)| {
        page.codes.iter().filter(|code| is_command(&code.text)).map(|code| Source {
            file: page.file(),
            system,
            text: &code.text,
            script: script(&code.text),
            snippet: None,
            whole: code.place.clone(),
        })
    });
    let others = corpus.snippets.iter().filter_map(|snippet| {
        let script = match snippet.kind {
            Kind::Other if matches!(snippet.lang.as_str(), "http" | "https" | "rest") => http(&snippet.text),
            Kind::Python => clients(&snippet.text),
            _ => return None,
        };
        Some(Source {
            file: &snippet.file,
            system: &snippet.system,
            text: &snippet.text,
            script,
            snippet: Some(snippet),
            whole: snippet.place(1, 1, 0),
        })
    });
    blocks.chain(inline).chain(others).collect()
}

/// A request as the command that would send it. `open` says that what else it sends is not known.
fn as_command(method: &str, url: &str, at: &Range<usize>, open: bool) -> Command {
    let config: &[&str] = if open { &["-K", "-"] } else { &[] };
    let words = ["curl", "-g", "-X", method, url];
    let words = words.iter().chain(config).map(|text| Word {
        text: (*text).to_owned(),
        at: at.clone(),
        quoted: true,
    });
    Command { words: words.collect(), joint: Joint::End, joint_at: at.end, fed: false }
}

/// The requests of a block in the language of HTTP: `GET /path`, and perhaps `Host: ...` below.
fn http(text: &str) -> Script {
    let host = text.lines().find_map(|line| line.trim().strip_prefix("Host:")).map(str::trim);
    let mut commands = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let mut words = line.split_whitespace();
        if let (Some(method @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE")), Some(target)) =
            (words.next(), words.next())
        {
            let start = at + line.find(target).unwrap_or(0);
            let url = if target.starts_with('/') {
                format!("http://{}{target}", host.unwrap_or("unnamed"))
            } else {
                target.to_owned()
            };
            commands.push(as_command(method, &url, &(start..start + target.len()), method != "GET"));
        }
        at += line.len();
    }
    Script { commands, open_quote: None }
}

/// `requests.get("http://...")` and its like.
fn clients(text: &str) -> Script {
    let tokens = python::tokens(text).unwrap_or_default();
    let calls = tokens.windows(5).filter_map(|five| {
        let client = ["requests", "httpx", "session", "client", "http"].contains(&five[0].text);
        let method = five[2].text.to_uppercase();
        let url = five[4].text.trim_matches(['"', '\'']);
        let sends =
            client && five[1].text == "." && five[3].text == "(" && five[4].kind == python::Kind::Text;
        let known =
            matches!(method.as_str(), "GET" | "POST" | "PUT" | "PATCH" | "DELETE") && url.starts_with("http");
        (sends && known).then(|| as_command(&method, url, &five[4].at, true))
    });
    Script { commands: calls.collect(), open_quote: None }
}

fn is_command(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.next().is_some_and(|first| PROGRAMS.contains(&first)) && words.next().is_some()
}
