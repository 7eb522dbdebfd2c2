//! Users that goose drives: a closed model, in which each starts a session when the last has ended.
//!
//! Goose brings users, their tasks and its own count; what they do is ours ([`Persona`]), and the ledger is filled
//! beside goose's count, so that the two can be compared.
//!
//! # Decisions
//!
//! * *One transaction, many personas.* The one goose transaction draws its persona by weight, session by session, as
//!   the open model does: goose's own weights would tie a user to one persona, and whoever asks fast would come more
//!   often than its weight says.
//! * *We say when it begins and ends.* Goose forgets what it counted when its users have started (it prints to stdout
//!   otherwise), so nobody asks before that ([`gate`]); and it stops in steps of half a second, so phases are ours and
//!   goose only ends when we trigger its killswitch. It never aborts a transaction: every request that was sent is
//!   counted by goose, by the ledger and by the target.
//! * *One attack at a time.* The killswitch is one for the process.
//! * *Goose's default client follows redirects* and cannot be told otherwise; its users get the load client's.
//!
//! Looked at in goose 0.19.0; look again before another version is taken.

mod attack;
mod gate;
mod silence;
mod steer;
mod user;

pub use self::attack::{Attack, AttackError, AttackReport, MOST_USERS, REST, UserPhase};
pub use self::steer::{FINISH, Progress, ProgressListener};
