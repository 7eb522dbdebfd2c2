//! Where telemetry goes: so far the embedded stack, in the process of the run, under the run's clock.

pub mod embedded;
