//! What Grafana reads: provisioning files and dashboards.

mod alerts;
mod dashboard;
mod provisioning;

pub(super) use self::alerts::ALERTS;
pub(super) use self::dashboard::{DASHBOARD, panels};
pub(super) use self::provisioning::{DATASOURCES, PROVIDERS};

use super::form::fits;
use super::shape::Shape::Form as Formed;
use super::shape::{Form, Shape};

/// `util.IsValidShortUID` of Grafana.
const UID: Shape = Formed(&Form {
    what: "a uid: 1 to 40 letters, digits, `-` and `_`",
    fits: |text| {
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        fits(plain && (1..=40).contains(&text.len()))
    },
});
