//! `probity serve stack` as far as it does not get to serve.

use std::fs;
use std::net::TcpListener;

use crate::cli::{folder, probity, shipped};

#[test]
fn mistakes_of_both_files_are_told_with_their_places_and_nothing_is_served() {
    let folder = folder("serve-stack-mistakes");
    fs::write(folder.join("prometheus.yml"), "global:\n  scrape_intervall: 1s\n").expect("a file");
    fs::write(folder.join("alertmanager.yml"), "route:\n  receiver: nobody\n").expect("a file");
    let args = ["serve", "stack", "--prometheus", "prometheus.yml", "--alertmanager", "alertmanager.yml"];
    let (code, out, err) = probity(&folder, &args);
    assert_eq!((code, &*out), (6, ""), "{err}");
    assert!(err.contains("prometheus.yml:2:3") && err.contains("scrape_intervall"), "{err}");
    assert!(err.contains("alertmanager.yml") && err.contains("nobody"), "{err}");
}

#[test]
fn a_file_that_is_not_there_is_a_mistake_too() {
    let folder = folder("serve-stack-missing");
    let (code, _, err) = probity(&folder, &["serve", "stack", "--prometheus", "nowhere.yml"]);
    assert_eq!(code, 6, "{err}");
    assert!(err.contains("nowhere.yml"), "{err}");
}

#[test]
fn a_port_that_is_taken_ends_it_with_the_status_of_a_failed_stack() {
    let folder = folder("serve-stack-port");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let prometheus = shipped("fixtures/aragora/prometheus.yml");
    let (code, out, err) =
        probity(&folder, &["serve", "stack", "--prometheus", &prometheus, "--prometheus-port", &port]);
    assert_eq!((code, &*out), (7, ""), "{err}");
    assert!(err.contains(&format!("Prometheus cannot listen on 127.0.0.1:{port}")), "{err}");
}

#[test]
fn its_help_says_what_it_takes() {
    let (code, out, err) = probity(&folder("serve-stack-help"), &["serve", "stack", "--help"]);
    assert_eq!(code, 0, "{err}");
    for option in [
        "--prometheus <FILE>",
        "--alertmanager <FILE>",
        "--prometheus-port",
        "--alertmanager-port",
        "--at <NAME=ADDR>",
        "--listen",
    ] {
        assert!(out.contains(option), "{option} is not in\n{out}");
    }
}

#[test]
fn an_address_that_is_none_is_a_wrong_use() {
    let (code, _, err) = probity(
        &folder("serve-stack-at"),
        &["serve", "stack", "--prometheus", "x.yml", "--at", "aragora:9090=there"],
    );
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("an IP address and a port"), "{err}");
}
