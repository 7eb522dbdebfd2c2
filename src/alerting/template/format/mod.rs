//! Go's `fmt`: how values look as text.

mod float;
mod number;
mod printer;
mod printf;
mod quote;
mod value;

pub(super) use float::format as format_float;
pub(super) use printer::Printer;
pub(super) use quote::code_point;
pub(crate) use quote::quote;

use super::value::Value;

/// How much text one value may become, in bytes: far over any label or annotation, far under what would be
/// missed.
pub(super) const MOST_TEXT: usize = 4 << 20;

/// A text grew over [`MOST_TEXT`].
pub(super) const TOO_LONG: &str = "text is longer than 4 MiB";

/// `fmt.Sprint`: a space between operands when neither is a string.
pub(super) fn sprint(args: &[Value]) -> Result<String, String> {
    operands(Printer::new(), args)
}

/// The same of what pointers point to, as templates print values.
pub(super) fn sprint_followed(args: &[Value]) -> Result<String, String> {
    operands(Printer::following(), args)
}

fn operands(mut printer: Printer, args: &[Value]) -> Result<String, String> {
    let mut before_was_text = true;
    for (i, arg) in args.iter().enumerate() {
        let is_text = matches!(arg, Value::Text(_) | Value::Html(_) | Value::Url(_));
        if i > 0 && !is_text && !before_was_text {
            printer.push(' ');
        }
        printer.arg(arg, 'v');
        before_was_text = is_text;
    }
    printer.finish()
}

/// `fmt.Sprintln`: spaces between all operands.
pub(super) fn sprintln(args: &[Value]) -> Result<String, String> {
    let mut printer = Printer::new();
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            printer.push(' ');
        }
        printer.arg(arg, 'v');
    }
    printer.push('\n');
    printer.finish()
}

/// `fmt.Sprintf`.
pub(super) fn sprintf(layout: &str, args: &[Value]) -> Result<String, String> {
    printf::run(layout, args)
}
