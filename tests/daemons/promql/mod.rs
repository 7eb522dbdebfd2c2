//! PromQL put to real servers and to us: series and expressions by chance, what each makes of them, and where the
//! two differ.

mod calls;
mod compare;
mod joins;
mod promtool;
mod queries;
mod series;
mod servers;
mod settled;
mod slips;
mod vectors;
mod write;

pub(crate) use compare::{Answer, Tally, say};
pub(crate) use promtool::{evaluate, samples};
pub(crate) use queries::{Query, query};
pub(crate) use series::{regular, scraped, storage};
pub(crate) use servers::Server;
pub(crate) use settled::Asked;
