//! Whether Go's `net/url` takes a text for a URL.

/// Why it does not.
pub(super) fn check(text: &str) -> Result<(), &'static str> {
    if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return Err("a control character stands in it");
    }
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    percent(fragment)?;
    let rest = without_scheme(text)?;
    let (rest, _) = rest.split_once('?').unwrap_or((rest, ""));
    let Some(after) = rest.strip_prefix("//") else {
        if rest.len() == text.len() && !rest.starts_with('/') {
            let first = rest.split('/').next().unwrap_or_default();
            if first.contains(':') {
                return Err("the first part of its path holds a colon");
            }
        }
        // What is neither a path nor a host is nobody's business.
        let opaque = rest.len() < text.len() && !rest.starts_with('/');
        return if opaque { Ok(()) } else { percent(rest) };
    };
    let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
    if !user.chars().all(plain) {
        return Err("a character stands before `@` that no user's name has");
    }
    host_and_port(host)?;
    percent(path)
}

/// The text behind the scheme, or all of it.
fn without_scheme(text: &str) -> Result<&str, &'static str> {
    for (at, c) in text.char_indices() {
        match c {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at > 0 => {}
            ':' if at == 0 => return Err("it has no scheme before its colon"),
            ':' => return Ok(&text[at + 1..]),
            _ => return Ok(text),
        }
    }
    Ok(text)
}

fn host_and_port(host: &str) -> Result<(), &'static str> {
    let after = if host.starts_with('[') {
        let Some(end) = host.rfind(']') else { return Err("a bracket is never closed") };
        &host[end + 1..]
    } else {
        &host[host.rfind(':').unwrap_or(host.len())..]
    };
    let port = after.strip_prefix(':').unwrap_or(after);
    if after.is_empty() || (after.starts_with(':') && port.bytes().all(|byte| byte.is_ascii_digit())) {
        let escaped = !host.starts_with('[') && host.contains('%');
        let odd = |byte: u8| matches!(byte, b' ' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}') || escaped;
        return if host.bytes().any(odd) {
            Err("its host holds a character that no host has")
        } else {
            Ok(())
        };
    }
    Err("its port is no number")
}

/// Whether two digits stand behind every `%`.
fn percent(text: &str) -> Result<(), &'static str> {
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices('%') {
        let digits = bytes.get(at + 1..at + 3);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err("two hexadecimal digits must follow `%`");
        }
    }
    Ok(())
}
