//! Advice on text that is not YAML.

use serde_saphyr::granit_parser::ErrorKind;

/// What the usual causes of the usual syntax errors are; the parser's own words are those of its grammar.
pub(super) fn advice(kind: &ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::MappingValueNotAllowed => {
            "put quotes around text that contains `: `, or check the indentation"
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry => {
            "check the indentation: the keys of a mapping, and the dashes of a list, start in the same column"
        }
        ErrorKind::InvalidIndentation | ErrorKind::SimpleKeyExpected => {
            "check the indentation, and that each key is followed by `: `"
        }
        ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation | ErrorKind::TabNotAllowed => {
            "indent with spaces instead of tabs"
        }
        ErrorKind::UnexpectedCharacter { .. } => {
            "put quotes around text that starts with this character, such as a template"
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            "in double quotes write `\\\\` for a backslash, or use single quotes"
        }
        ErrorKind::UnclosedQuotedScalar => "close the quote",
        ErrorKind::UnclosedFlowCollection { .. } => "close the bracket",
        _ => return None,
    })
}
