//! Silences: what may be changed in place, what is refused, what they keep quiet.

use probity::alerting::alertmanager::{Release, Silence, SilenceState};
use probity::alerting::matchers::{Matcher, Matchers, Op};

use super::{BOTH, Played, SIMPLE, START_MS, alert, firing, played};

fn matchers(all: &[(&str, Op, &str)]) -> Matchers {
    Matchers(all.iter().map(|(name, op, value)| Matcher::new(name, *op, value).expect("sound")).collect())
}

fn silence(starts_ms: i64, ends_ms: i64) -> Silence {
    Silence {
        id: String::new(),
        matchers: matchers(&[("g", Op::Equal, "1")]),
        starts_at_ms: START_MS + starts_ms,
        ends_at_ms: START_MS + ends_ms,
        updated_at_ms: 0,
        created_by: "me".to_owned(),
        comment: String::new(),
    }
}

fn set(played: &mut Played, now_ms: i64, silence: Silence) -> Result<String, String> {
    played.engine.set_silence(START_MS + now_ms, silence)
}

fn state(played: &Played, id: &str, now_ms: i64) -> SilenceState {
    let all = played.engine.silences(START_MS + now_ms);
    all.into_iter().find(|(silence, _)| silence.id == id).expect("it is known").1
}

#[test]
fn a_silence_keeps_notifications_back_and_the_log_remembers_what_fired() {
    for release in BOTH {
        let mut played = played(SIMPLE, release);
        played.post(0, [firing("g=1 n=a", 0), firing("g=2 n=b", 0)]);
        played.taken(2_000);
        set(&mut played, 3_000, silence(3_000, 9_000)).expect("it is sound");
        played.post(4_000, [alert("g=1 n=a", Some(0), Some(4_000)), firing("g=1 n=c", 4_000)]);
        assert_eq!(played.taken(8_000), [""; 0]);
        // The end of `a` passed while it was silenced, and is never told.
        assert_eq!(played.taken(12_000), ["12000 w/0 c"]);
    }
}

#[test]
fn only_the_end_and_words_of_an_active_silence_change_in_place() {
    for release in BOTH {
        let mut played = played(SIMPLE, release);
        let id = set(&mut played, 5_000, silence(0, 60_000)).expect("sound");
        let known = played.engine.silences(START_MS + 5_000)[0].0.clone();
        assert_eq!(known.starts_at_ms, START_MS + 5_000, "it cannot begin in the past");
        let longer = Silence { ends_at_ms: START_MS + 90_000, comment: "z".to_owned(), ..known.clone() };
        assert_eq!(set(&mut played, 6_000, longer), Ok(id.clone()));
        let others = Silence { matchers: matchers(&[("g", Op::Equal, "2")]), ..known };
        let second = set(&mut played, 7_000, others.clone()).expect("sound");
        assert_ne!(second, id);
        assert_eq!(state(&played, &id, 7_000), SilenceState::Expired);
        let earlier = Silence { id: second.clone(), starts_at_ms: START_MS - 1, ..others };
        assert_ne!(set(&mut played, 8_000, earlier), Ok(second));
    }
}

#[test]
fn a_pending_silence_may_begin_at_another_time_to_come() {
    let mut played = played(SIMPLE, Release::V0_33);
    let id = set(&mut played, 0, silence(10_000, 60_000)).expect("sound");
    assert_eq!(state(&played, &id, 0), SilenceState::Pending);
    let later = Silence { id: id.clone(), ..silence(20_000, 60_000) };
    assert_eq!(set(&mut played, 0, later), Ok(id.clone()));
    let now = Silence { id: id.clone(), ..silence(-1, 60_000) };
    let other = set(&mut played, 1_000, now).expect("sound");
    assert_ne!(other, id);
    assert_eq!(
        (state(&played, &id, 1_000), state(&played, &other, 1_000)),
        (SilenceState::Expired, SilenceState::Active)
    );
}

#[test]
fn ended_silences_stay_ended_and_nobody_minds_ending_them_again() {
    for release in BOTH {
        let mut played = played(SIMPLE, release);
        let id = set(&mut played, 0, silence(0, 60_000)).expect("sound");
        assert_eq!(played.engine.expire_silence(START_MS + 1_000, &id), Ok(()));
        let before = played.engine.silences(START_MS + 1_000);
        assert_eq!(played.engine.expire_silence(START_MS + 2_000, &id), Ok(()));
        assert_eq!(played.engine.silences(START_MS + 2_000), before);
        let unknown = played.engine.expire_silence(START_MS + 2_000, "6a7b0000-0000-4000-8000-000000000000");
        assert_eq!(unknown, Err("silence not found".to_owned()));
        assert_eq!(
            set(&mut played, 2_000, Silence { id: "x".to_owned(), ..silence(0, 9_000) }),
            unknown.map(|()| String::new())
        );
    }
}

#[test]
fn ids_are_uuids_that_follow_from_the_seed() {
    let of = || set(&mut played(SIMPLE, Release::V0_33), 0, silence(0, 1_000)).expect("sound");
    let id = of();
    assert_eq!(id, of());
    let parts: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12]);
    assert!(id.as_bytes()[14] == b'4' && b"89ab".contains(&id.as_bytes()[19]), "{id}");
}

#[test]
fn silences_are_forgotten_five_days_after_their_end() {
    let mut played = played(SIMPLE, Release::V0_33);
    set(&mut played, 0, silence(0, 60_000)).expect("sound");
    let days = 120 * 3_600_000;
    assert_eq!(played.engine.silences(START_MS + days + 60_000).len(), 1);
    assert_eq!(played.engine.silences(START_MS + days + 900_000).len(), 0);
}

#[test]
fn what_is_wrong_is_said_in_alertmanagers_words() {
    let cases = [
        (silence(5, 5), "Failed to create silence: start time must be before end time", None),
        (silence(-9, -5), "Failed to create silence: end time can't be in the past", None),
        (
            Silence { matchers: matchers(&[("a", Op::Equal, "")]), ..silence(0, 9_000) },
            "silence invalid: at least one matcher must not match the empty string",
            Some("invalid silence: matcher set 0: at least one matcher must not match the empty string"),
        ),
        (
            Silence { matchers: matchers(&[("", Op::Equal, "b")]), ..silence(0, 9_000) },
            "silence invalid: invalid label matcher 0: invalid label name \"\"",
            Some("invalid silence: invalid label matcher 0 in set 0: invalid label name \"\""),
        ),
    ];
    for (silence, old, new) in cases {
        let said = |release| set(&mut played(SIMPLE, release), 0, silence.clone());
        assert_eq!(said(Release::V0_25), Err(old.to_owned()));
        assert_eq!(said(Release::V0_33), Err(new.unwrap_or(old).to_owned()));
    }
}

#[test]
fn a_change_that_is_refused_ends_the_silence_in_025_only() {
    for (release, left) in [(Release::V0_25, SilenceState::Expired), (Release::V0_33, SilenceState::Active)] {
        let mut played = played(SIMPLE, release);
        let id = set(&mut played, 0, silence(0, 60_000)).expect("sound");
        let wrong =
            Silence { id: id.clone(), matchers: matchers(&[("a", Op::Equal, "")]), ..silence(0, 60_000) };
        assert!(set(&mut played, 1_000, wrong).is_err());
        assert_eq!(state(&played, &id, 1_000), left);
    }
}

#[test]
fn a_silence_of_nothing_but_negations_is_taken() {
    for release in BOTH {
        let negation = Silence { matchers: matchers(&[("a", Op::NotEqual, "x")]), ..silence(0, 9_000) };
        assert!(set(&mut played(SIMPLE, release), 0, negation).is_ok());
    }
}
