//! Programs that come in by a token that is kept.

use std::time::Duration;

use earwitness_base::clock;
use earwitness_web::{Keys, Scope};

use crate::client::{Site, kept};
use crate::{home, sample};

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

#[test]
fn a_token_reads_and_only_one_of_scope_control_asks_for_changes() {
    let folder = kept();
    let keys = Keys::new(folder.path());
    let (read, control) = (keys.add_token("grafana", Scope::Read).unwrap(), keys.add_token("home", Scope::Control).unwrap());
    let site = Site::kept(home(sample()), folder.path());
    assert_eq!(site.server.token(), None, "there is none that nobody asked for");
    for token in [&read, &control] {
        assert_eq!(site.asked("GET", "/api/v1/home", &[&bearer(token)]).status, 200);
    }
    let change = |token: &str, lines: &[&str]| site.sends("/leave", &[&[bearer(token).as_str()], lines].concat(), "all=yes");
    assert_eq!(change(&read, &[]).status, 403);
    let mine = site.enter();
    // A page of another site that knew a token could have a browser send it, but not without saying so.
    assert_eq!(change(&control, &["Origin: http://evil.example"]).status, 403);
    assert_eq!(site.asked("GET", "/", &[&mine]).status, 200);
    assert_eq!(change(&control, &[]).status, 200);
    assert_eq!(site.asked("GET", "/", &[&mine]).status, 401);
    // A password is a person's.
    let answer = site.sends("/password", &[&bearer(&control)], "password=a+long+password&again=a+long+password");
    assert!(answer.status == 400 && answer.body.contains("in a browser only"), "{}", answer.body);
}

#[test]
fn a_token_that_is_removed_is_a_strangers_within_a_second_and_a_wrong_one_always() {
    let folder = kept();
    let keys = Keys::new(folder.path());
    let site = Site::kept(home(sample()), folder.path());
    let token = keys.add_token("grafana", Scope::Read).unwrap();
    clock::sleep(Duration::from_millis(1_100));
    assert_eq!(site.asked("GET", "/metrics", &[&bearer(&token)]).status, 200);
    keys.remove_token("grafana").unwrap();
    let again = keys.add_token("grafana", Scope::Read).unwrap();
    clock::sleep(Duration::from_millis(1_100));
    assert_eq!(site.asked("GET", "/metrics", &[&bearer(&token)]).status, 401);
    assert_eq!(site.asked("GET", "/metrics", &[&bearer(&again)]).status, 200);
    let digest = std::fs::read_to_string(folder.path().join("web-tokens")).unwrap();
    assert!(!digest.contains(&again), "what is kept is no token");
    let digest = digest.trim().rsplit(' ').next().unwrap();
    for wrong in ["", "grafana", digest, &format!("{again}0"), &again.to_uppercase().replace('0', "A")] {
        assert_eq!(site.asked("GET", "/metrics", &[&bearer(wrong)]).status, 401, "{wrong}");
    }
    // A program that goes on with an old token shuts nobody out.
    (0..20).for_each(|_| assert_eq!(site.asked("GET", "/metrics", &[&bearer(&token)]).status, 401));
    assert_eq!(site.asked("GET", "/metrics", &[&bearer(&again)]).status, 200);
    site.enter();
}
