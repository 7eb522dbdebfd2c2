use log::{Log, Metadata, Record};

/// Takes what goose logs and keeps it to itself: a line a failed request would bury what we print.
struct Silence;

impl Log for Silence {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        false
    }

    fn log(&self, _: &Record<'_>) {}

    fn flush(&self) {}
}

/// Goose installs a logger that writes to the terminal, unless the process has one already: then it lets that be.
/// Whoever embeds us and has a logger keeps it.
pub(super) fn keep_goose_silent() {
    // An error says that there is a logger, which is all that is wanted.
    let _ = log::set_logger(&Silence);
}
