//! Number literals: which kinds of number one can be.

use super::super::format;
use super::super::lexer::{Kind, Token};
use super::super::node::Number;
use super::super::number as go;
use super::quoted;

/// 2^63, the first float that is no longer an i64.
const INT_END: f64 = 9_223_372_036_854_775_808.0;

/// Reads a literal as every kind of number that it can be.
pub(super) fn read(token: &Token) -> Result<Number, String> {
    let text = token.text.clone();
    if token.kind == Kind::CharConstant {
        let c = quoted::character(&text)?;
        return Ok(Number { text, int: Some(i64::from(c)), float: Some(f64::from(c)) });
    }
    if token.kind == Kind::Complex || text.ends_with('i') {
        return Err(format!("complex numbers are not supported: {}", format::quote(&text)));
    }
    let unsigned = go::parse_unsigned(&text);
    let mut int = go::parse_int(&text);
    let mut float = None;
    if let Some(value) = int {
        float = Some(value as f64);
    } else if let Some(value) = unsigned {
        float = Some(value as f64);
    } else if let Ok(value) = go::parse_float(&text) {
        if !text.contains(['.', 'e', 'E', 'p', 'P']) {
            return Err(format!("integer overflow: {}", format::quote(&text)));
        }
        float = Some(value);
        if value.fract() == 0.0 && (-INT_END..INT_END).contains(&value) {
            int = Some(value as i64);
        }
    }
    if float.is_none() {
        return Err(format!("illegal number syntax: {}", format::quote(&text)));
    }
    Ok(Number { text, int, float })
}
