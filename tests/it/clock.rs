//! Lock-step time against a closed model: what `join!`, `select!`, time-outs and cancellation must come to.

mod client;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use http::{HeaderMap, Method};
use probity::clock::{Clock, HttpClient, Stuck, Turn, between, lockstep, serve};
use proptest::prelude::*;

const BOUND: Duration = Duration::from_secs(10);

/// Something to wait for, in milliseconds of virtual time.
#[derive(Clone, Debug)]
enum Wait {
    Sleep(u64),
    /// All in one task.
    Join(Vec<Wait>),
    /// All in tasks of their own.
    Spawn(Vec<Wait>),
    /// The first ends it, the others are dropped.
    Select(Vec<Wait>),
    Timeout(u64, Box<Wait>),
    /// One after the other.
    Then(Vec<Wait>),
    /// A request over a real socket to a handler that takes this long.
    Http(u64),
    /// A request that is hung up on after the first number, to a handler that would take the sum.
    HangUp(u64, u64),
    Yield,
}

impl Wait {
    /// The closed form: how long it must take.
    fn expected(&self) -> u64 {
        match self {
            Self::Sleep(ms) | Self::Http(ms) | Self::HangUp(ms, _) => *ms,
            Self::Join(all) | Self::Spawn(all) => all.iter().map(Self::expected).max().unwrap_or(0),
            Self::Select(all) => all.iter().map(Self::expected).min().unwrap_or(0),
            Self::Timeout(limit, work) => work.expected().min(*limit),
            Self::Then(all) => all.iter().map(Self::expected).sum(),
            Self::Yield => 0,
        }
    }
}

fn waits() -> impl Strategy<Value = Wait> {
    let leaf = prop_oneof![
        4 => (0u64..2_000).prop_map(Wait::Sleep),
        2 => (0u64..2_000).prop_map(Wait::Http),
        1 => (0u64..500, 1u64..500).prop_map(|(at, more)| Wait::HangUp(at, more)),
        1 => Just(Wait::Yield),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let many = || prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            many().prop_map(Wait::Join),
            many().prop_map(Wait::Spawn),
            many().prop_map(Wait::Select),
            many().prop_map(Wait::Then),
            (0u64..1_500, inner.clone()).prop_map(|(limit, work)| Wait::Timeout(limit, Box::new(work))),
        ]
    })
}

#[derive(Clone)]
struct World {
    clock: Clock,
    http: HttpClient,
    base: Arc<str>,
    served: Arc<AtomicU64>,
}

type Waiting = Pin<Box<dyn Future<Output = ()> + Send>>;

fn run(wait: Wait, world: World) -> Waiting {
    let branch = |all: Vec<Wait>, world: &World| -> Vec<Waiting> {
        all.into_iter().map(|wait| run(wait, world.clone())).collect()
    };
    match wait {
        Wait::Sleep(ms) => Box::pin(async move { world.clock.sleep(Duration::from_millis(ms)).await }),
        Wait::Join(all) => {
            let all = branch(all, &world);
            Box::pin(async move { drop(futures_util::future::join_all(all).await) })
        }
        Wait::Spawn(all) => {
            let all = branch(all, &world);
            Box::pin(async move {
                let tasks: Vec<_> = all.into_iter().map(tokio::spawn).collect();
                for task in tasks {
                    task.await.expect("no branch panics");
                }
            })
        }
        Wait::Select(all) => {
            let all = branch(all, &world);
            Box::pin(async move { drop(futures_util::future::select_all(all).await) })
        }
        Wait::Then(all) => {
            let all = branch(all, &world);
            Box::pin(async move {
                for wait in all {
                    wait.await;
                }
            })
        }
        Wait::Timeout(limit, work) => {
            let work = run(*work, world.clone());
            Box::pin(async move {
                let _ = world.clock.timeout(Duration::from_millis(limit), work).await;
            })
        }
        Wait::Http(ms) => Box::pin(async move { ask(&world, ms).await }),
        Wait::HangUp(at, more) => Box::pin(async move {
            let done = world.clock.timeout(Duration::from_millis(at), ask(&world, at + more)).await;
            assert!(done.is_err(), "the handler takes longer than the limit");
        }),
        Wait::Yield => Box::pin(tokio::task::yield_now()),
    }
}

async fn ask(world: &World, ms: u64) {
    let url = format!("{}/sleep/{ms}", world.base);
    let reply = world.http.send(Method::GET, &url, HeaderMap::new(), "").await.expect("the server answers");
    assert_eq!(reply.body, ms.to_string());
}

async fn world(clock: Clock) -> World {
    let served = Arc::new(AtomicU64::new(0));
    let (handler_clock, count) = (clock.clone(), Arc::clone(&served));
    let routes = Router::new().route(
        "/sleep/{ms}",
        get(move |axum::extract::Path(ms): axum::extract::Path<u64>| async move {
            handler_clock.sleep(Duration::from_millis(ms)).await;
            count.fetch_add(1, Ordering::Relaxed);
            ms.to_string()
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
    let base = format!("http://{}", listener.local_addr().expect("bound"));
    serve(&clock, listener, routes);
    World { http: HttpClient::new(&clock), clock, base: base.into(), served }
}

/// Virtual milliseconds from the start of the wait to its end.
fn measure(wait: Wait) -> Result<(u64, String), Stuck> {
    lockstep(BOUND, |clock| async move {
        let world = world(clock.clone()).await;
        let started = clock.now();
        run(wait, world).await;
        let took = between(started, clock.now()).as_millis() as u64;
        // Whatever was cancelled has left no timer and no ticket behind: an hour passes in one step.
        clock.sleep(Duration::from_secs(3600)).await;
        (took, clock.now().to_string())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn virtual_time_equals_the_closed_form(wait in waits()) {
        let expected = wait.expected();
        let first = measure(wait.clone()).expect("nothing gets stuck");
        prop_assert_eq!(first.0, expected);
        prop_assert_eq!(first, measure(wait).expect("nothing gets stuck"));
    }
}

#[test]
fn ties_are_ordered_by_turn_then_sequence() {
    let order = lockstep(BOUND, |clock| async move {
        let at = clock.now() + Duration::from_secs(1);
        let seen = Arc::new(parking_lot::Mutex::new(Vec::new()));
        let turns =
            [Turn::Sink, Turn::Rule, Turn::Arrival, Turn::Scrape, Turn::Completion, Turn::Alertmanager];
        let mut tasks = Vec::new();
        for (index, turn) in turns.into_iter().chain(turns).enumerate() {
            let (clock, seen) = (clock.clone(), Arc::clone(&seen));
            tasks.push(tokio::spawn(async move {
                clock.sleep_until(at, turn).await;
                seen.lock().push((turn, index));
            }));
        }
        for task in tasks {
            task.await.expect("no task panics");
        }
        seen.lock().clone()
    })
    .expect("nothing gets stuck");
    let mut sorted = order.clone();
    sorted.sort();
    assert_eq!(order, sorted);
    assert_eq!(order.len(), 12);
}

#[test]
fn two_sleeps_in_a_select_leave_no_timer_behind() {
    let elapsed = lockstep(BOUND, |clock| async move {
        let started = clock.now();
        for _ in 0..1_000 {
            tokio::select! {
                () = clock.sleep(Duration::from_secs(1)) => {}
                () = clock.sleep(Duration::from_secs(3600)) => {}
            }
        }
        between(started, clock.now())
    })
    .expect("nothing gets stuck");
    assert_eq!(elapsed, Duration::from_secs(1000));
}

#[test]
fn a_hang_up_reaches_the_handler_before_time_moves() {
    let (served, cancelled_at) = lockstep(BOUND, |clock| async move {
        let world = world(clock.clone()).await;
        let limit = Duration::from_secs(1);
        assert!(clock.timeout(limit, ask(&world, 5_000)).await.is_err());
        let cancelled_at = clock.now();
        clock.sleep(Duration::from_secs(60)).await;
        (world.served.load(Ordering::Relaxed), cancelled_at)
    })
    .expect("nothing gets stuck");
    assert_eq!(served, 0, "the handler was dropped in the middle of its sleep");
    assert_eq!(cancelled_at.to_string(), "2026-01-01T00:00:01Z");
}

#[test]
fn a_guard_holds_time_while_a_thread_works() {
    let at = lockstep(BOUND, |clock| async move {
        let guard = clock.guard("a blocking thread");
        let racer = clock.clone();
        let sleeper = tokio::spawn(async move {
            racer.sleep(Duration::from_secs(1)).await;
            racer.now()
        });
        let during = clock.clone();
        tokio::task::spawn_blocking(move || {
            // Real work that the scheduler cannot see; the assertion is on virtual time only.
            let spin = (0..2_000_000u64).fold(0u64, |sum, n| sum.wrapping_add(n * n));
            assert_ne!(spin, 1);
            assert_eq!(during.now().to_string(), "2026-01-01T00:00:00Z");
        })
        .await
        .expect("the thread does not panic");
        drop(guard);
        sleeper.await.expect("the sleeper ends")
    })
    .expect("nothing gets stuck");
    assert_eq!(at.to_string(), "2026-01-01T00:00:01Z");
}

#[test]
fn what_is_never_returned_is_named() {
    let stuck = lockstep(Duration::from_millis(500), |clock| async move {
        let _guard = clock.guard("the vault");
        let link = clock.link("POST http://nowhere/");
        link.sent();
        clock.sleep(Duration::from_secs(1)).await;
    })
    .expect_err("the guard is never returned");
    let text = stuck.to_string();
    assert!(text.contains("guard of the vault"), "{text}");
    assert!(text.contains("ticket of POST http://nowhere/ (not answered by anyone)"), "{text}");
    assert_eq!(stuck.timers, 1);
}

#[test]
fn nothing_left_to_happen_is_an_error_not_a_hang() {
    let stuck = lockstep(Duration::from_millis(500), |_| std::future::pending::<()>()).expect_err("stuck");
    assert!(stuck.to_string().contains("nothing is left to happen"), "{stuck}");
}

#[test]
fn two_simulations_at_once_do_not_see_each_other() {
    let tasks: Vec<_> = [3, 5]
        .map(|seconds| {
            std::thread::spawn(move || {
                lockstep(BOUND, |clock| async move {
                    for _ in 0..500 {
                        clock.sleep(Duration::from_secs(seconds)).await;
                    }
                    clock.now().to_string()
                })
            })
        })
        .into_iter()
        .map(|thread| thread.join().expect("no panic").expect("nothing gets stuck"))
        .collect();
    assert_eq!(tasks, ["2026-01-01T00:25:00Z", "2026-01-01T00:41:40Z"]);
}

#[test]
fn the_real_clock_has_the_same_interface() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let clock = Clock::real();
        let started = clock.now();
        clock.turn(Turn::Sink).await;
        clock.sleep(Duration::from_millis(20)).await;
        assert!(between(started, clock.now()) >= Duration::from_millis(20));
        let slow = clock.timeout(Duration::from_millis(5), clock.sleep(Duration::from_secs(60))).await;
        assert!(slow.is_err());
        assert_eq!(clock.link("anyone").id(), None);
    });
}
