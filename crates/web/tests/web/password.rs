//! A household that comes in by its password, over connections.

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use earwitness_base::clock;
use earwitness_web::{Keys, Password};

use crate::client::{PASSWORD, Site, cookie, kept, talk};
use crate::{home, sample};

/// The form by which a password is set.
fn form(csrf: &str, before: &str, password: &str, again: &str) -> String {
    format!("csrf={csrf}&before={before}&password={password}&again={again}")
}

#[test]
fn who_has_the_password_is_in_and_led_to_where_it_wanted_to_go() {
    let folder = kept();
    let site = Site::kept(home(sample()), folder.path());
    let asked = site.asked("GET", "/device/2?offset=20", &[]);
    assert!(asked.status == 401 && asked.body.contains("value=\"/device/2?offset=20\""), "{}", asked.body);
    let answer = site.sends("/login", &[&site.origin()], "password=correct+horse&to=%2Fdevice%2F2%3Foffset%3D20");
    assert_eq!((answer.status, answer.header("location")), (303, Some("/device/2?offset=20")));
    assert!(site.asked("GET", "/", &[&cookie(&answer)]).body.contains("speaker"));
}

#[test]
fn a_browser_is_led_to_no_other_host_and_to_no_header() {
    let folder = kept();
    let site = Site::kept(home(sample()), folder.path());
    let long = format!("%2F{}", "x".repeat(100));
    for to in
        ["//evil.example/", "https://evil.example", "%2F%5Cevil.example", "/%0d%0aSet-Cookie:+a=b", "javascript:alert(1)", &long]
    {
        let answer = site.sends("/login", &[&site.origin()], &format!("password=correct+horse&to={to}"));
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{to}: {}", answer.head);
    }
    for path in ["//evil.example/", "/\\evil.example", "/%22%3E%3Cscript%3E"] {
        let body = site.asked("GET", path, &[]).body;
        assert!(!body.contains("value=\"//") && !body.contains("<script"), "{body}");
    }
}

#[test]
fn a_wrong_password_lets_nobody_in_and_five_are_looked_at() {
    let folder = kept();
    let site = Site::kept(home(sample()), folder.path());
    for wrong in ["", "correct", "correct+horses", "Correct+horse", &"x".repeat(300)] {
        let answer = site.login(wrong, &[]);
        assert!(answer.status == 401 && answer.body.contains("not the password"), "{}", answer.body);
        assert!(answer.header("set-cookie").is_none());
    }
    let answer = site.login("correct+horse", &[]);
    assert!(answer.status == 401 && answer.body.contains("for a minute"), "none is looked at: {}", answer.body);
}

#[test]
fn a_login_comes_from_our_own_page_and_is_short() {
    let folder = kept();
    let site = Site::kept(home(sample()), folder.path());
    let right = "password=correct+horse";
    for origin in ["Origin: http://evil.example", "Origin: null", "X: none"] {
        let answer = site.sends("/login", &[origin], right);
        assert!(answer.status == 401 && answer.header("set-cookie").is_none(), "{origin}");
    }
    let long = format!("{right}&x={}", "x".repeat(2_000));
    for body in [&long, "password", "", "password=a&password=b", "password=%ff"] {
        let answer = site.sends("/login", &[&site.origin()], body);
        assert!(answer.status == 401 && answer.header("set-cookie").is_none(), "{body}");
    }
    assert_eq!(site.asked("GET", "/login", &[]).status, 401, "it is no page of its own");
}

#[test]
fn of_ten_thousand_logins_twenty_are_looked_at_from_wherever_they_come_and_who_is_in_stays_in() {
    let folder = kept();
    // At the cost at which it is kept: ten thousand of these would take many minutes.
    Keys::new(folder.path()).set_password(&Password::new(PASSWORD.to_owned()).unwrap()).unwrap();
    let site = Site::kept(home(sample()), folder.path());
    let mine = site.enter();
    let request = format!(
        "POST /login HTTP/1.1\r\nHost: {}\r\n{}\r\nContent-Length: 14\r\n\r\npassword=wrong",
        site.address(),
        site.origin()
    );
    let begun = clock::since_boot();
    let mut looked_at = 0;
    for number in 0..10_000_u32 {
        // From 200 addresses of this machine.
        let from = SocketAddr::from(([127, 0, 1, u8::try_from(number % 200).unwrap()], 0));
        let answer = talk(from_address(from, site.address()), request.as_bytes());
        assert_eq!(answer.status, 401);
        looked_at += u32::from(answer.body.contains("not the password"));
    }
    let minutes = u32::try_from(clock::since_boot().saturating_sub(begun).as_secs() / 60).unwrap();
    assert!((15..=20 * (minutes + 2)).contains(&looked_at), "{looked_at} in {minutes} minutes");
    assert_eq!(site.asked("GET", "/", &[&mine]).status, 200);
}

/// A connection that comes from another address of this machine.
fn from_address(from: SocketAddr, to: SocketAddr) -> std::net::TcpStream {
    use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
    let made = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&made, &from).unwrap();
    connect(&made, &to).unwrap();
    let stream = std::net::TcpStream::from(made);
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

#[test]
fn the_first_browser_comes_in_by_the_link_and_sets_a_password_that_ends_links() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::kept(home(sample()), folder.path());
    let way = |link: String| format!("/?{}", link.split_once("/?").unwrap().1);
    let answer = site.asked("GET", &way(site.server.link().unwrap()), &[]);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/password")));
    let (mine, next) = (cookie(&answer), way(site.server.link().unwrap()));
    let other = cookie(&site.asked("GET", &next, &[]));
    let unused = way(site.server.link().unwrap());
    let csrf = site.csrf(&mine);
    for (form, why) in [
        (form(&csrf, "", "a+long+password", "another+one"), "not the same"),
        (form(&csrf, "", "short", "short"), "at least 10"),
        (form(&csrf, "", &"x".repeat(257), &"x".repeat(257)), "at most 256"),
    ] {
        let answer = site.sends("/password", &[&mine, &site.origin()], &form);
        assert!(answer.status == 400 && answer.body.contains(why), "{why}: {}", answer.body);
    }
    assert!(site.server.link().is_some(), "nothing was set");
    let good = form(&csrf, "", "a+long+password", "a+long+password");
    assert_eq!(site.sends("/password", &[&mine, &site.origin()], "password=a+long+password&again=a+long+password").status, 403);
    assert_eq!(site.sends("/password", &[&mine, &site.origin()], &good).status, 200);
    assert_eq!(site.asked("GET", "/", &[&mine]).status, 200, "who set it stays in");
    assert_eq!(site.asked("GET", "/", &[&other]).status, 401, "others are out");
    assert_eq!((site.server.link(), site.asked("GET", &unused, &[]).status), (None, 401), "links let nobody in");
    assert_eq!(site.login("a+long+password", &[]).status, 303);
    // Another one needs the one before.
    for before in ["", "wrong"] {
        let form = form(&csrf, before, "yet+another+one", "yet+another+one");
        let answer = site.sends("/password", &[&mine, &site.origin()], &form);
        assert!(answer.status == 400 && answer.body.contains("another"), "{}", answer.body);
    }
    let form = form(&csrf, "a+long+password", "yet+another+one", "yet+another+one");
    assert_eq!(site.sends("/password", &[&mine, &site.origin()], &form).status, 200);
    assert_eq!((site.login("a+long+password", &[]).status, site.login("yet+another+one", &[]).status), (401, 303));
    let text = fs::read_to_string(folder.path().join("web-password")).unwrap();
    assert!(text.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && !text.contains("another"), "{text}");
}

#[test]
fn where_nothing_is_kept_no_password_can_be_set() {
    let site = Site::of(home(sample()));
    let mine = site.come_in();
    assert_eq!(site.asked("GET", "/password", &[&mine]).status, 404);
    let form = form(&site.csrf(&mine), "", "a+long+password", "a+long+password");
    assert_eq!(site.sends("/password", &[&mine, &site.origin()], &form).status, 404);
    assert_eq!(site.login("a+long+password", &[]).status, 401);
}

#[test]
fn a_password_that_is_set_beside_it_counts_at_once_and_lets_all_out() {
    let folder = kept();
    let site = Site::kept(home(sample()), folder.path());
    let mine = site.enter();
    Keys::new(folder.path()).set_password(&Password::new("set on the machine".to_owned()).unwrap()).unwrap();
    clock::sleep(Duration::from_millis(1_100));
    assert_eq!(site.asked("GET", "/", &[&mine]).status, 401);
    assert_eq!((site.login("correct+horse", &[]).status, site.login("set+on+the+machine", &[]).status), (401, 303));
}

#[test]
fn a_file_that_cannot_be_read_lets_nobody_in() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = kept();
    fs::set_permissions(folder.path().join("web-password"), fs::Permissions::from_mode(0o644)).unwrap();
    let site = Site::kept(home(sample()), folder.path());
    assert_eq!(site.server.link(), None, "it is not as if none were set");
    assert_eq!(site.login("correct+horse", &[]).status, 401);
}

#[test]
fn a_tab_that_was_open_over_a_restart_asks_for_the_password_and_changes_nothing_before() {
    let folder = kept();
    let site = Site::kept(home(sample()), folder.path());
    let (mine, csrf) = (site.enter(), site.csrf(&site.enter()));
    let address = site.address();
    drop(site);
    let access = earwitness_web::Access { keys: Some(Keys::new(folder.path())), ..Default::default() };
    let site = Site { server: earwitness_web::Server::begin(address, access, home(sample()), |_| {}).unwrap() };
    let old = format!("csrf={csrf}");
    let answer = site.sends("/leave", &[&mine, &site.origin()], &old);
    assert!(answer.status == 401 && answer.body.contains("password"), "{}", answer.body);
    // In again, in another tab: the form of the old one is not the new session's.
    let mine = site.enter();
    let answer = site.sends("/leave", &[&mine, &site.origin()], &old);
    assert!(answer.status == 403 && answer.body.contains("load it again"), "{}", answer.body);
    assert_eq!(site.asked("GET", "/", &[&mine]).status, 200);
    // A second tab may bring the password as well.
    assert_eq!(site.login("correct+horse", &[&mine]).status, 303);
}
