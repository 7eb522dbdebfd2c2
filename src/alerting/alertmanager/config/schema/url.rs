//! URLs, addresses and durations as Go's libraries take them.

use super::{Node, Reader};
use crate::alerting::alertmanager::Release;
use crate::alerting::template::{Functions, Template};
use crate::promql::Dialect;

/// What is accepted where a URL stands.
const URLS: &[&str] = &["http://host", "https://host:port/path"];

/// What stands for a URL in a configuration that Alertmanager itself printed.
const HIDDEN: &str = "<secret>";

impl<'a> Reader<'a> {
    /// A URL. `<secret>` is taken for a secret one, as Alertmanager does: it could not read its own output otherwise.
    pub(super) fn url(&mut self, node: &Node<'a>, what: &str, secret: bool) {
        let Some(text) = self.decoder.text(node, &what) else { return };
        if !(secret && text == HIDDEN)
            && let Err(message) = check_url(text)
        {
            let problem = self.decoder.problem(node.target_place(), format!("{what} is no URL: {message}"));
            self.decoder.report(problem.accepted(URLS));
        }
    }

    /// A URL, or in 0.33 a template.
    pub(super) fn template_url(&mut self, node: &Node<'a>, what: &str) {
        let template = self.decoder.text(node, &what).unwrap_or_default().contains("{{");
        if template && self.release == Release::V0_33 {
            let text = node.text().unwrap_or_default();
            // Nothing but what every Go template has is known when it is checked, whatever is known when it is used.
            let functions = Functions::new(Dialect::V3, &[]);
            if let Err(error) = Template::parse("", text, &functions) {
                self.decoder.complain(node.target_place(), format!("{what} is no template: {error}"));
            }
        } else {
            self.url(node, what, self.release == Release::V0_33);
        }
    }

    /// The address of a proxy, of which nothing is asked but that Go can read it.
    pub(super) fn proxy_url(&mut self, node: &Node<'a>, what: &str) {
        let Some(text) = self.decoder.text(node, &what) else { return };
        if let Err(message) = read_url(text) {
            let problem = self.decoder.problem(node.target_place(), format!("{what} is no URL: {message}"));
            self.decoder.report(problem.accepted(URLS));
        }
    }

    pub(super) fn host_port(&mut self, node: &Node<'a>, what: &str) {
        let Some(text) = self.decoder.text(node, &what) else { return };
        if !is_host_port(text) {
            let problem = self.decoder.problem(node.target_place(), format!("{what} is `{text}`"));
            self.decoder.report(problem.accepted(&["host:port", "[IPv6 address]:port"]));
        }
    }

    /// Nanoseconds of a duration that Go reads.
    pub(in crate::alerting::alertmanager::config) fn go_duration(
        &mut self,
        node: &Node<'a>,
        what: &str,
    ) -> Option<i64> {
        let text = self.decoder.text(node, &what)?;
        let nanos = text.parse().ok().or_else(|| go_duration(text));
        if nanos.is_none() {
            let problem =
                self.decoder.problem(node.target_place(), format!("{what} is no duration: `{text}`"));
            self.decoder.report(
                problem.accepted(&["numbers with the units h, m, s, ms, us and ns, as in 1m30s or 1.5s"]),
            );
        }
        nanos
    }
}

/// Whether Alertmanager would take a text for a URL of the web; else what is wrong.
fn check_url(text: &str) -> Result<(), String> {
    let (scheme, host) = read_url(text)?;
    if !matches!(scheme.as_str(), "http" | "https") {
        return Err("its scheme must be http or https".to_owned());
    }
    if host.is_empty() {
        return Err("it has no host".to_owned());
    }
    Ok(())
}

/// The scheme and the host of what Go takes for any URL.
fn read_url(text: &str) -> Result<(String, &str), String> {
    if text.chars().any(|c| c.is_ascii_control()) {
        return Err("it has a control character".to_owned());
    }
    let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
    check_escapes(fragment)?;
    let (scheme, rest) = split_scheme(rest)?;
    let scheme = scheme.to_ascii_lowercase();
    let rest = rest.split_once('?').map_or(rest, |(before, _)| before);
    if scheme.is_empty() && rest.split('/').next().unwrap_or_default().contains(':') {
        return Err("it starts with no scheme".to_owned());
    }
    let Some(rest) = rest.strip_prefix("//") else {
        // What follows a scheme without a slash is not looked into.
        check_escapes(if scheme.is_empty() || rest.starts_with('/') { rest } else { "" })?;
        return Ok((scheme, ""));
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    check_authority(authority)?;
    check_escapes(path)?;
    Ok((scheme, authority.rsplit_once('@').map_or(authority, |(_, host)| host)))
}

/// The scheme, empty without one, and what follows its colon.
fn split_scheme(text: &str) -> Result<(&str, &str), String> {
    for (at, c) in text.char_indices() {
        match c {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at > 0 => {}
            ':' if at == 0 => return Err("it starts with no scheme".to_owned()),
            ':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok(("", text))
}

fn check_escapes(text: &str) -> Result<(), String> {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let sound =
            rest.get(at + 1..at + 3).is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if !sound {
            return Err("after `%` stand two hexadecimal digits".to_owned());
        }
        rest = &rest[at + 3..];
    }
    Ok(())
}

fn check_authority(authority: &str) -> Result<(), String> {
    let host = match authority.rsplit_once('@') {
        None => authority,
        Some((user, host)) => {
            let sound = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
            if !user.chars().all(sound) {
                return Err("its user has a character that must be escaped".to_owned());
            }
            check_escapes(user)?;
            host
        }
    };
    let port = if host.starts_with('[') {
        let end = host.rfind(']').ok_or("`]` is missing in its host")?;
        &host[end + 1..]
    } else {
        host.rfind(':').map_or("", |at| &host[at..])
    };
    let digits = port.strip_prefix(':').unwrap_or(port);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !port.is_empty() && !port.starts_with(':') {
        return Err(format!("`{port}` after its host is no port"));
    }
    // Only bytes beyond ASCII may be escaped in a host.
    check_escapes(host)?;
    let ascii = |at: usize| host.as_bytes().get(at + 1).is_some_and(|digit| (b'0'..b'8').contains(digit));
    if host.match_indices('%').any(|(at, _)| ascii(at)) {
        return Err("its host may not have escapes of ASCII".to_owned());
    }
    let sound = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-_.~!$&'()*+,;=:[]<>\"%".contains(c);
    match host.chars().find(|c| !sound(*c)) {
        Some(c) => Err(format!("`{c}` may not stand in its host")),
        None => Ok(()),
    }
}

fn is_host_port(text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let host_sound = match host.strip_prefix('[') {
        Some(inner) => inner.strip_suffix(']').is_some_and(|inner| !inner.contains(['[', ']'])),
        None => !host.contains([':', '[', ']']),
    };
    host_sound && !port.is_empty()
}

/// Nanoseconds of a duration such as `1h15m30.5s`; `None` if it is none to Go.
fn go_duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut nanos = 0_f64;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (count, after) = rest.split_at(number);
        let unit = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        let scale = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return None,
        };
        if !count.bytes().any(|byte| byte.is_ascii_digit()) || count.matches('.').count() > 1 {
            return None;
        }
        let count = format!("0{count}").parse::<f64>().ok()?;
        nanos += count * scale;
        rest = after;
    }
    // 292 years is the most that Go has.
    (nanos < 9.223_372_036_854_775e18).then_some(if negative { -nanos as i64 } else { nanos as i64 })
}
