//! Programs that come in by a token that is kept.

use std::time::Duration;

use earwitness_base::clock;
use earwitness_web::{Content, Keys, Scope};

use crate::client::{Site, kept};
use crate::watched::Stub;
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
fn another_method_is_named_as_such_and_a_body_that_is_no_object_changes_nothing() {
    let folder = kept();
    let token = bearer(&Keys::new(folder.path()).add_token("home", Scope::Control).unwrap());
    let site = Site::kept(Content::Lives(Box::new(Stub::new(0))), folder.path());
    for (method, path, allow) in
        [("POST", "/api/v1/home", "GET,HEAD"), ("GET", "/api/v1/test", "POST"), ("DELETE", "/metrics", "GET,HEAD")]
    {
        let answer = site.asked(method, path, &[&token, "Content-Length: 0"]);
        assert_eq!((answer.status, answer.header("allow")), (405, Some(allow)), "{method} {path}: {}", answer.head);
    }
    for (body, status) in
        [("", 200), ("{}", 200), ("{\"anyway\":true}", 200), ("[true]", 400), ("[]", 400), ("null", 400), ("{\"any\":1}", 400)]
    {
        assert_eq!(site.sends("/api/v1/test", &[&token], body).status, status, "{body}");
    }
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
