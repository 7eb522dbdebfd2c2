//! Where telemetry goes: the embedded stack, in the process of the run, under the run's clock; a target that
//! somebody else started; and what any
//! stack stands on, an OTLP receiver for every exporter and the one place that waits for the world.

pub mod embedded;
pub mod external;
pub mod otlp;
mod wait;

pub use self::wait::{InVain, NotYet, Patience, wait_until};
