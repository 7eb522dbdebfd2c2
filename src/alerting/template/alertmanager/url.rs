//! `url.QueryUnescape`.

use super::super::format::quote;

/// The text with `%2F` and `+` as what they stand for.
pub(super) fn unescape(text: &str) -> Result<String, String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'%' => {
                let digit = |place: usize| bytes.get(place).and_then(|byte| char::from(*byte).to_digit(16));
                let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2)) else {
                    let end = bytes.len().min(at + 3);
                    let wrong = String::from_utf8_lossy(bytes.get(at..end).unwrap_or_default());
                    return Err(format!("invalid URL escape {}", quote(&wrong)));
                };
                out.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 3;
                continue;
            }
            b'+' => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}
