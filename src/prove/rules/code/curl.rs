//! What curl and wget would send.

use super::shell::Word;

/// A request that a command sends.
#[derive(Debug)]
pub(super) struct Request<'a> {
    pub(super) program: &'a str,
    pub(super) url: Url,
    pub(super) word: &'a Word,
    pub(super) method: String,
    /// The word that says the method, if one does.
    pub(super) method_word: Option<&'a Word>,
    /// What is sent.
    pub(super) data: Vec<Value<'a>>,
    /// Whether a header says that what is sent is JSON, or may say it.
    pub(super) says_json: bool,
    /// Whether braces and brackets of the URL are taken as they are.
    pub(super) globs_off: bool,
    /// Whether it speaks HTTP/2 from the start, as gRPC does.
    pub(super) http2: bool,
    /// Whether the names of all its parameters are known.
    pub(super) parameters_known: bool,
    pub(super) parameters: Vec<String>,
}

/// The value of an option, and the word that holds it: `-XPOST` is one word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'a> {
    pub(super) option: &'a str,
    pub(super) text: &'a str,
    pub(super) word: &'a Word,
}

/// A URL in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) scheme: String,
    pub(super) host: String,
    pub(super) port: Option<u16>,
    /// With its first slash; empty when there is none.
    pub(super) path: String,
    pub(super) query: String,
}

impl Url {
    /// Reads a URL as curl does: the scheme may be missing. A variable may stand for the host.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        if scheme.is_empty()
            && !(rest.starts_with('$') || rest.contains([':', '.']) || rest.starts_with("localhost"))
        {
            return None;
        }
        if rest.is_empty() || rest.starts_with(['-', '/', '@', '{', '[']) {
            return None;
        }
        let cut = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(cut);
        let host = authority.rsplit('@').next().unwrap_or_default();
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, port.parse().ok()),
            _ => (host, None),
        };
        if host.is_empty() || host.contains(char::is_whitespace) {
            return None;
        }
        let tail = tail.split('#').next().unwrap_or_default();
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        Some(Self {
            scheme: scheme.to_lowercase(),
            host: host.to_lowercase(),
            port,
            path: path.to_owned(),
            query: query.to_owned(),
        })
    }

    /// The port, or the scheme's.
    pub(super) fn port_or_default(&self) -> u16 {
        self.port.unwrap_or(if self.scheme == "https" { 443 } else { 80 })
    }

    /// The names of the parameters in its query.
    pub(super) fn parameters(&self) -> Vec<String> {
        self.query.split('&').filter(|pair| !pair.is_empty()).map(name_of).collect()
    }
}

fn name_of(pair: &str) -> String {
    let name = pair.split('=').next().unwrap_or_default();
    name.replace("%5B", "[").replace("%5D", "]").replace("%5b", "[").replace("%5d", "]")
}

/// Options of curl that take a value.
const SHORT: &str = "XHduoAbceFmTwxKCErtyYzPQDU";
const LONG: [&str; 45] = [
    "--request",
    "--header",
    "--data",
    "--data-raw",
    "--data-binary",
    "--data-urlencode",
    "--data-ascii",
    "--json",
    "--output",
    "--user",
    "--user-agent",
    "--cookie",
    "--cookie-jar",
    "--referer",
    "--form",
    "--form-string",
    "--max-time",
    "--connect-timeout",
    "--upload-file",
    "--write-out",
    "--proxy",
    "--proxy-user",
    "--config",
    "--url",
    "--url-query",
    "--cacert",
    "--capath",
    "--cert",
    "--key",
    "--retry",
    "--retry-delay",
    "--retry-max-time",
    "--resolve",
    "--connect-to",
    "--interface",
    "--limit-rate",
    "--oauth2-bearer",
    "--aws-sigv4",
    "--unix-socket",
    "--range",
    "--max-redirs",
    "--dump-header",
    "--time-cond",
    "--stderr",
    "--trace-ascii",
];

/// The options of a curl command with the values of those that take one, and the words that are neither.
fn options(words: &[Word]) -> (Vec<&str>, Vec<Value<'_>>, Vec<&Word>) {
    let (mut flags, mut values, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let text = word.text.as_str();
        if text.starts_with("--") {
            flags.push(text);
            if let Some(value) = words.get(at).filter(|_| LONG.contains(&text)) {
                at += 1;
                values.push(Value { option: text, text: &value.text, word: value });
            }
        } else if text.len() > 1 && text.starts_with('-') {
            for (index, letter) in text.char_indices().skip(1) {
                let end = index + letter.len_utf8();
                let flag = &text[index..end];
                flags.push(flag);
                if !SHORT.contains(letter) {
                    continue;
                }
                // The value is the rest of the word, or the next word.
                if end < text.len() {
                    values.push(Value { option: flag, text: &text[end..], word });
                } else if let Some(value) = words.get(at) {
                    at += 1;
                    values.push(Value { option: flag, text: &value.text, word: value });
                }
                break;
            }
        } else {
            plain.push(word);
        }
    }
    (flags, values, plain)
}

/// The requests that a command's words send.
pub(super) fn requests(words: &[Word]) -> Vec<Request<'_>> {
    let Some(program) = words.first().map(|word| word.text.as_str()) else { return Vec::new() };
    match program.rsplit('/').next().unwrap_or_default() {
        "curl" => curl(&words[1..]),
        "wget" => wget(&words[1..]),
        _ => Vec::new(),
    }
}

fn curl(words: &[Word]) -> Vec<Request<'_>> {
    let (flags, values, mut plain) = options(words);
    let has = |names: &[&str]| flags.iter().any(|name| names.contains(name));
    let named = values.iter().rev().find(|value| matches!(value.option, "X" | "--request"));
    let sends =
        |option: &str| option.starts_with("--data") || matches!(option, "d" | "--json" | "F" | "--form");
    let data: Vec<Value<'_>> = values.iter().filter(|value| sends(value.option)).copied().collect();
    let method = match named {
        Some(value) => value.text.to_uppercase(),
        None if has(&["I", "--head"]) => "HEAD".to_owned(),
        None if has(&["T", "--upload-file"]) => "PUT".to_owned(),
        None if !data.is_empty() && !has(&["G", "--get"]) => "POST".to_owned(),
        None => "GET".to_owned(),
    };
    plain.extend(values.iter().filter(|value| value.option == "--url").map(|value| value.word));
    let mut known = !has(&["K", "--config"]);
    let mut parameters = Vec::new();
    for value in &data {
        known &= !value.text.starts_with(['@', '$']);
        if !value.text.trim_start().starts_with(['{', '[']) {
            parameters.extend(value.text.split('&').map(name_of));
        }
    }
    let says_json = values.iter().any(|value| match value.option {
        "--json" => true,
        "H" | "--header" => value.text.starts_with(['@', '$']) || value.text.to_lowercase().contains("json"),
        _ => false,
    });
    let queries = values.iter().filter(|value| value.option == "--url-query");
    parameters.extend(queries.map(|value| name_of(value.text)));
    let requests = plain.into_iter().filter_map(|word| {
        let url = Url::read(&word.text)?;
        Some(Request {
            program: "curl",
            method: method.clone(),
            method_word: named.map(|value| value.word),
            data: data.clone(),
            says_json: says_json || has(&["K", "--config"]),
            globs_off: has(&["g", "--globoff"]),
            http2: has(&["--http2-prior-knowledge"]),
            parameters_known: known && !url.query.contains('$'),
            parameters: url.parameters().into_iter().chain(parameters.clone()).collect(),
            url,
            word,
        })
    });
    requests.collect()
}

fn wget(words: &[Word]) -> Vec<Request<'_>> {
    let posts = words.iter().any(|word| word.text.starts_with("--post-"));
    let named = words.iter().find_map(|word| word.text.strip_prefix("--method="));
    let requests = words
        .iter()
        .filter(|word| word.text.contains("://") || word.text.starts_with("localhost"))
        .filter_map(|word| {
            let url = Url::read(&word.text)?;
            Some(Request {
                program: "wget",
                method: named
                    .map_or_else(|| if posts { "POST" } else { "GET" }.to_owned(), str::to_uppercase),
                method_word: None,
                data: Vec::new(),
                says_json: true,
                globs_off: true,
                http2: false,
                parameters_known: !posts && !url.query.contains('$'),
                parameters: url.parameters(),
                url,
                word,
            })
        });
    requests.filter(|request| !request.word.text.starts_with('-')).collect()
}

#[cfg(test)]
mod tests {
    use super::super::shell::script;
    use super::*;

    fn read(text: &str) -> String {
        let script = script(text);
        let found = requests(script.commands[0].program());
        let shown = found.iter().map(|it| {
            format!(
                "{} {}:{:?}{} {:?} {}",
                it.method, it.url.host, it.url.port, it.url.path, it.parameters, it.parameters_known
            )
        });
        shown.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn every_form_of_a_request_is_understood() {
        assert_eq!(read("curl -s http://admin:pw@Host:3000/api/x"), "GET host:Some(3000)/api/x [] true");
        assert_eq!(
            read("curl -sXPOST -H 'A: b' localhost:9093/-/reload"),
            "POST localhost:Some(9093)/-/reload [] true"
        );
        assert_eq!(
            read("curl -X DELETE https://a.b/x?match%5B%5D=up"),
            "DELETE a.b:None/x [\"match[]\"] true"
        );
        assert_eq!(
            read("curl -G http://h:1/q --data-urlencode 'query=up' -d time=1"),
            "GET h:Some(1)/q [\"query\", \"time\"] true"
        );
        assert_eq!(read("curl http://h:1/q -d @body.json"), "POST h:Some(1)/q [\"@body.json\"] false");
        assert_eq!(
            read("curl -o out -u a:b --max-time 5 \"$PROM_URL/api/v1/rules\""),
            "GET $prom_url:None/api/v1/rules [] true"
        );
        assert_eq!(read("curl -I http://h"), "HEAD h:None [] true");
        assert_eq!(read("wget -qO- http://h:9/x"), "GET h:Some(9)/x [] true");
        assert_eq!(read("curl --request PUT --url http://h/x"), "PUT h:None/x [] true");
    }
}
