//! Transcendental functions with the digits of Go's library, which Prometheus computes with.
//!
//! C libraries round better, and differently: rules compare for equality, and an `acos` near 1 differs in five digits.

mod angle;
mod hyperbolic;
mod power;
mod trigonometry;

pub(super) use angle::{arctangent as atan, atan2};
pub(super) use hyperbolic::{acosh, asinh, atanh, cosh, sinh, tanh};
pub(super) use power::{exp, ln, log2, pow};
pub(super) use trigonometry::{acos, asin, cos, sin, tan};
