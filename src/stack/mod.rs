//! Where telemetry goes: so far the embedded stack, in the process of the run, under the run's clock; and what any
//! stack stands on, an OTLP receiver for every exporter and the one place that waits for the world.

pub mod embedded;
pub mod otlp;
mod wait;

pub use self::wait::{InVain, NotYet, Patience, wait_until};
