//! One request after the other, without any client of ours.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// A request of the table.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) form: Option<String>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Those headers that are not of the connection, names in lower case, sorted.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

/// Every request of the table, as it is written there and as it is sent `now`, in seconds since 1970.
pub(super) fn table(now: i64) -> Vec<(String, Request)> {
    let lines = include_str!("requests.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let all = lines.map(|line| {
        let sent = line.replace("NOW", &now.to_string()).replace("AGO", &(now - 3).to_string());
        let mut parts = sent.splitn(3, ' ').map(str::to_owned);
        let (method, path) = (parts.next().expect("a method"), parts.next().expect("a path"));
        (line.to_owned(), Request { method, path, form: parts.next() })
    });
    all.collect()
}

/// The headers that are compared.
const HEADERS: [&str; 5] = ["allow", "content-type", "location", "vary", "x-content-type-options"];

impl Request {
    pub(super) fn get(path: &str) -> Request {
        Request { method: "GET".to_owned(), path: path.to_owned(), form: None }
    }

    pub(super) fn ask(&self, port: u16) -> Reply {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        let body = self.form.as_deref().unwrap_or_default();
        let kind = self.form.as_ref().map_or("", |_| "Content-Type: application/x-www-form-urlencoded\r\n");
        let request = format!(
            "{} {} HTTP/1.0\r\nHost: 127.0.0.1\r\n{kind}Content-Length: {}\r\n\r\n{body}",
            self.method,
            self.path,
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        let mut headers: Vec<_> = headers.filter(|(name, _)| HEADERS.contains(&name.as_str())).collect();
        headers.sort();
        Reply { status: status.unwrap_or(0), headers, body: body.to_owned() }
    }
}
