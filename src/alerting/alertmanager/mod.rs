//! Alertmanager's twin: pure, in any time that is told to it.

pub mod config;
mod engine;
pub mod message;
mod notification;
pub mod routes;

pub use engine::{AlertStatus, AlertView, Alertmanager, Due, GroupView, Settings, Silence, SilenceState};
pub use notification::{Delivery, Notification, NotifiedAlert, PostedAlert, Reason};
pub use routes::{Matched, routed};

/// Whose behaviour is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Release {
    /// Alertmanager 0.25
    V0_25,
    /// Alertmanager 0.33
    #[default]
    V0_33,
}
