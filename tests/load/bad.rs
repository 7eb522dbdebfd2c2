//! Targets that refuse, reset, stall, redirect for ever, break off or turn bad: each error by its kind, in bounded time.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use probity::clock::{ClientOptions, Clock, Seed, between};
use probity::load::{Driver, Endpoints, LoadClient, Persona, PhaseLoad, Rate, Schedule};
use probity::observe::Failure;
use tokio::sync::watch;

use crate::stage::{Came, drive, runtime};

/// Of the client that asks whoever stalls.
const SHORT: Duration = Duration::from_millis(400);

/// Of all others: no machine is so busy that an answer takes as long.
const PATIENCE: Duration = Duration::from_secs(30);

/// Every load here ends by then: well before patience does.
const BOUND: Duration = Duration::from_secs(15);

/// A target of plain threads: `answer` gets each request's number and may write; then the connection closes.
fn target(answer: impl Fn(u64, &mut TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    let address = listener.local_addr().expect("bound").to_string();
    let (answer, number) = (Arc::new(answer), Arc::new(AtomicU64::new(0)));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let (answer, number) = (Arc::clone(&answer), Arc::clone(&number));
            std::thread::spawn(move || {
                // One read holds the whole of such a small request.
                if stream.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {
                    answer(number.fetch_add(1, Ordering::Relaxed), &mut stream);
                }
            });
        }
    });
    address
}

fn write(stream: &mut TcpStream, text: &str) {
    // Whoever has gone cannot be told.
    let _ = stream.write_all(text.as_bytes());
}

fn probe(address: &str, patience: Duration) -> Came {
    drive(address, &[(Duration::from_secs(1), 5)], &[(Persona::Prober, 1)], patience, None)
}

/// An answer that goes on for as long as somebody reads.
fn stream_for_ever(stream: &mut TcpStream) {
    write(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
    while stream.write_all(&[b'x'; 64 * 1024]).is_ok() {}
}

#[test]
fn each_way_to_fail_is_counted_by_its_kind_and_ends_in_bounded_time() {
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        listener.local_addr().expect("bound").to_string()
    };
    let redirect =
        "HTTP/1.1 302 Found\r\nlocation: /health\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\nconnection: close\r\n\r\nhalf";
    let stall = |_: u64, stream: &mut TcpStream| drop(stream.read(&mut [0; 16]));
    let stall_in_the_body = |_: u64, stream: &mut TcpStream| {
        write(stream, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
        let _ = stream.read(&mut [0; 16]);
    };
    let cases = [
        (nobody, PATIENCE, Failure::Refused),
        (target(|_, _| {}), PATIENCE, Failure::Reset),
        (target(stall), SHORT, Failure::TimedOut),
        (target(stall_in_the_body), SHORT, Failure::TimedOut),
        (target(move |_, stream| write(stream, redirect)), PATIENCE, Failure::Redirected),
        (target(move |_, stream| write(stream, half)), PATIENCE, Failure::BrokenBody),
        (target(|_, stream| stream_for_ever(stream)), PATIENCE, Failure::BrokenBody),
    ];
    for (address, patience, failure) in cases {
        let came = probe(&address, patience);
        let failures = came.failures();
        assert_eq!(
            failures.keys().copied().collect::<Vec<_>>(),
            [Some(failure)],
            "{failure:?}: {failures:?}"
        );
        came.assert_goose_agrees();
        let failed: u64 = came.report.note.counts.iter().map(|count| count.failures).sum();
        assert_eq!(failed, came.ledger.request_count());
        // A second of load, the patience of the last request and what goose needs to start and stop.
        assert!(came.took < BOUND, "{failure:?}: {:?}", came.took);
        // Five users, who rest 200 ms after each session of two requests: never a storm.
        assert!((5..=80).contains(&came.ledger.request_count()), "{failure:?}: {failures:?}");
    }
}

#[test]
fn the_drivers_client_too_gives_up_on_an_answer_without_end() {
    let api = format!("http://{}", target(|_, stream| stream_for_ever(stream)));
    let clock = Clock::real();
    let client = LoadClient::new(&clock, Endpoints { api }, Seed(3)).with_patience(PATIENCE);
    // Options of the target's take nothing from the limit.
    let trusting = client.clone().with_options(ClientOptions::default()).expect("a client");
    for client in [client, trusting] {
        let rate = Rate::try_from("2/s".to_owned()).expect("a rate");
        let phases = vec![PhaseLoad { lasts: Duration::from_secs(1), rate }];
        let schedule = Schedule::new(phases, vec![(Persona::Prober, 1)], Seed(5));
        let began = clock.now();
        let driver = Driver::new(&clock, schedule, client.clone());
        runtime().block_on(driver.run(began, watch::channel(false).1));
        let took = between(began, clock.now());
        assert!(took < BOUND, "{took:?}");
        let ledger = client.ledger();
        assert!(ledger.request_count() >= 2);
        for key in ledger.requests.keys() {
            assert_eq!(key.failure, Some(Failure::BrokenBody), "{key:?}");
        }
    }
}

#[test]
fn a_target_that_turns_bad_is_good_until_then() {
    let good = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    let bad = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let address = target(move |number, stream| write(stream, if number < 50 { good } else { bad }));
    let came = probe(&address, PATIENCE);
    let failures = came.failures();
    assert_eq!(failures[&None], 50);
    assert_eq!(failures.keys().copied().collect::<Vec<_>>(), [None, Some(Failure::Status)]);
    came.assert_goose_agrees();
}

#[test]
fn a_session_that_would_go_on_ends_between_two_requests() {
    // Its debates never end: who looks every two seconds would look for twenty minutes.
    let start = "{\"debate_id\":\"one\",\"status\":\"running\"}";
    let running =
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{start}", start.len());
    let address = target(move |_, stream| write(stream, &running));
    let came = drive(&address, &[(Duration::from_secs(60), 3)], &[(Persona::Debater, 1)], PATIENCE, Some(6));
    assert!(came.report.stopped);
    assert_eq!(came.report.note.cut_short, 3);
    assert!(came.took < BOUND, "{:?}", came.took);
    assert_eq!(came.failures().keys().copied().collect::<Vec<_>>(), [None]);
    came.assert_goose_agrees();
}
