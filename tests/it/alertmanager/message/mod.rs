//! What notifications say: what real Alertmanagers sent in the tests of servers, and what that taught.

mod delivered;
mod given;
mod pages;
mod slack;
mod templates;
mod webhook;
