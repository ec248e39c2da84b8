//! What went wrong in the pages of other appliances, each as a rule that this one keeps.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use earwitness_web::{Keys, Password, Scope};

use crate::client::{Site, kept};
use crate::{home, sample};

/// CVE-2026-44887 and -44888: a page of settings wrote a configuration that a daemon then executed. CVE-2024-46506: settings that nobody had to log in for named a command.
#[test]
fn no_request_names_a_command_or_a_setting_that_is_run() {
    let folder = kept();
    let site = Site::kept(home(sample()), folder.path());
    let (mine, mark) = (site.enter(), folder.path().join("mark"));
    let csrf = site.csrf(&mine);
    let command = format!("touch+{}", mark.display());
    for path in ["/", "/settings", "/api/v1/settings", "/api/v1/home", "/leave", "/password", "/device/1", "/health"] {
        for field in ["command", "source", "password", "before", "all", "name"] {
            let form = format!("csrf={csrf}&{field}=$({command})&x=`{command}`");
            let answer = site.sends(path, &[&site.origin(), "Cookie: none"], &form);
            assert_eq!(answer.status, 401, "{path}");
            if !["/leave", "/password"].contains(&path) {
                assert!([404, 405].contains(&site.sends(path, &[&mine, &site.origin()], &form).status), "{path}");
            }
        }
    }
    assert!(!mark.exists());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was written");
}

/// CVE-2024-46506: the password was 123456 for everybody.
#[test]
fn there_is_no_password_that_nobody_set() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::kept(home(sample()), folder.path());
    for usual in ["", "123456", "admin", "password", "earwitness", "correct+horse"] {
        assert_eq!(site.login(usual, &[]).status, 401, "{usual}");
    }
    assert_eq!(site.asked("GET", "/", &["Authorization: Basic YWRtaW46MTIzNDU2"]).status, 401);
    let other = tempfile::tempdir().unwrap();
    let other = Site::kept(home(sample()), other.path());
    assert_ne!(site.server.link(), other.server.link(), "each has a link of its own");
}

/// CVE-2022-32175: other sites could have a browser change settings, with `SameSite=Lax` and bodies of any type.
#[test]
fn a_form_of_another_site_changes_nothing() {
    let folder = kept();
    let site = Site::kept(home(sample()), folder.path());
    let mine = site.enter();
    let form = format!("csrf={}", site.csrf(&mine));
    let host = format!("Host: {}", site.address());
    for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json"] {
        let body = format!("{{\"csrf\":\"{form}\"}}");
        let (kind, length) = (format!("Content-Type: {kind}"), format!("Content-Length: {}", body.len()));
        let lines = [host.as_str(), &mine, &site.origin(), &kind, &length, "", &body].join("\r\n");
        assert_eq!(site.sent(format!("POST /leave HTTP/1.1\r\n{lines}").as_bytes()).status, 403, "{kind}");
    }
    // By a way that needs no form.
    for method in ["GET", "HEAD"] {
        site.asked(method, &format!("/leave?{form}"), &[&mine]);
    }
    assert_eq!(site.asked("GET", "/", &[&mine]).status, 200, "it is still in");
}

/// CVE-2024-36814: any file of the machine could be read. CVE-2026-41448: a path went around the authorisation.
#[test]
fn no_path_goes_around_the_doors_or_to_a_file() {
    let folder = kept();
    let site = Site::kept(home(sample()), folder.path());
    let mine = site.enter();
    for path in [
        "/../web-password",
        "/login/../",
        "/login/..%2f",
        "/login/%2e%2e/api/v1/home",
        "/./",
        "//",
        "///api/v1/home",
        "/login;/api/v1/home",
        "/login%00/api/v1/home",
        "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/login?to=/etc/passwd",
        "/file:///etc/passwd",
        "/api/v1/../../etc/passwd",
        "*",
    ] {
        for method in ["GET", "POST", "HEAD", "OPTIONS"] {
            let answer = site.asked(method, path, &["Content-Length: 0"]);
            assert!([400, 401].contains(&answer.status), "{method} {path}: {}", answer.status);
            assert!(!answer.body.contains("speaker"), "{path}");
        }
        let answer = site.asked("GET", path, &[&mine]);
        assert!([400, 404].contains(&answer.status), "{path}: {}", answer.status);
        assert!(!answer.body.contains("root:") && !answer.body.contains("argon2id"), "{path}");
    }
}

/// CVE-2024-36586: others on the machine could read and replace files.
#[test]
fn what_is_kept_is_its_owners_only() {
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("state");
    let keys = Keys::new(&folder);
    keys.set_password(&Password::new("correct horse".to_owned()).unwrap()).unwrap();
    keys.add_token("a", Scope::Read).unwrap();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.clone()), 0o700);
    for it in fs::read_dir(&folder).unwrap() {
        assert_eq!(mode(it.unwrap().path()), 0o600);
    }
}

/// `AdGuard` Home, 2026: who asked to go on in another protocol was not asked who it is.
#[test]
fn nothing_is_upgraded_past_the_doors() {
    let folder = kept();
    let site = Site::kept(home(sample()), folder.path());
    let first = site.asked("GET", "/", &[]);
    for upgrade in ["h2c", "websocket", "TLS/1.3", "HTTP/2.0"] {
        let lines = ["Connection: Upgrade, HTTP2-Settings", &format!("Upgrade: {upgrade}"), "HTTP2-Settings: AAMAAABkAAQAAP__"];
        let answer = site.asked("GET", "/", &lines);
        assert_eq!((answer.status, &answer.body), (401, &first.body), "{upgrade}");
    }
    let host = site.address();
    let both = format!(
        "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"
    );
    let answer = site.sent(both.as_bytes());
    assert!(answer.status == 401 && !answer.head.contains("101"), "{}", answer.head);
}

/// CVE-2026-34205: what was "only on the inner bridge" could be reached from the home's network. 2023.12: who came from a private address was shown who lives there.
#[test]
fn an_address_is_no_right_and_a_stranger_is_told_nobodys_name() {
    let folder = kept();
    let site = Site::kept(home(sample()), folder.path());
    // From this machine itself.
    let first = site.asked("GET", "/", &[]);
    assert_eq!(first.status, 401);
    for claim in [
        "X-Forwarded-For: 127.0.0.1",
        "X-Real-IP: 127.0.0.1",
        "Forwarded: for=127.0.0.1;host=localhost",
        "X-Forwarded-Host: localhost",
        "X-Remote-User: admin",
        "X-Original-URL: /health",
        "X-HTTP-Method-Override: GET",
        "X-Ingress-Path: /",
    ] {
        let answer = site.asked("GET", "/", &[claim]);
        assert_eq!((answer.status, &answer.body), (401, &first.body), "{claim}");
    }
    for told in
        ["speaker", "camera", "laptop", "02:00:", "192.168.", env!("CARGO_PKG_VERSION"), "/secret/folder", "token", "grafana"]
    {
        assert!(!first.body.contains(told), "{told}: {}", first.body);
    }
}
