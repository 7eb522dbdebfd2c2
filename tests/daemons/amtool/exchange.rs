//! One request and its answer, without any client of ours, and what is made alike before answers are compared.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use regex::Regex;

/// Status, content type and body of the answer to a request; a connection that is closed without a word has none.
pub(crate) fn exchange(
    port: u16,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> (String, String, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit can be set");
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = Vec::new();
    // A connection that breaks off has said what it has to say.
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).unwrap_or_default();
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
            .unwrap_or_default()
    };
    let body = if header("transfer-encoding") == "chunked" { unchunked(body) } else { body.to_owned() };
    (status.to_owned(), header("content-type"), body)
}

fn unchunked(mut rest: &str) -> String {
    let mut whole = String::new();
    while let Some((length, after)) = rest.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).unwrap_or(0);
        whole.push_str(after.get(..length).unwrap_or_default());
        rest = after.get(length + 2..).unwrap_or_default();
    }
    whole
}

/// A text without what no two servers share: ids, the present, the order of methods.
pub(crate) fn alike(text: &str) -> String {
    let rules = [
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID"),
        // Instants of this run; those that requests give are of other years.
        (r"(?:2026|202[7-9]|203\d)-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+Z| UTC)", "NOW"),
        (r"\[(?:POST,GET|GET,POST)\] are", "[GET,POST] are"),
        (r"\[(?:DELETE,GET|GET,DELETE)\] are", "[DELETE,GET] are"),
        (r"localhost:\d+|127\.0\.0\.1:\d+", "HOST"),
    ];
    rules.into_iter().fold(text.to_owned(), |text, (pattern, instead)| {
        let pattern = Regex::new(pattern).expect("a pattern");
        pattern.replace_all(&text, instead).into_owned()
    })
}
