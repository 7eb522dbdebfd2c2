//! Targets that refuse, reset, stall, redirect for ever, break off or turn bad: each error by its kind, in bounded time.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use probity::load::Persona;
use probity::observe::Failure;

use crate::stage::{Came, drive};

const PATIENCE: Duration = Duration::from_millis(400);

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

fn probe(address: &str) -> Came {
    drive(address, &[(Duration::from_secs(1), 5)], &[(Persona::Prober, 1)], PATIENCE, None)
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
        (nobody, Failure::Refused),
        (target(|_, _| {}), Failure::Reset),
        (target(stall), Failure::TimedOut),
        (target(stall_in_the_body), Failure::TimedOut),
        (target(move |_, stream| write(stream, redirect)), Failure::Redirected),
        (target(move |_, stream| write(stream, half)), Failure::BrokenBody),
    ];
    for (address, failure) in cases {
        let came = probe(&address);
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
        assert!(came.took < Duration::from_secs(6), "{failure:?}: {:?}", came.took);
        // Five users, who rest 200 ms after each session of two requests: never a storm.
        assert!((5..=80).contains(&came.ledger.request_count()), "{failure:?}: {failures:?}");
    }
}

#[test]
fn a_target_that_turns_bad_is_good_until_then() {
    let good = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    let bad = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let address = target(move |number, stream| write(stream, if number < 50 { good } else { bad }));
    let came = probe(&address);
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
    assert!(came.took < Duration::from_secs(10), "{:?}", came.took);
    assert_eq!(came.failures().keys().copied().collect::<Vec<_>>(), [None]);
    came.assert_goose_agrees();
}
