//! Names that strangers chose, and paths that lead nowhere.

use crate::client::Site;
use crate::{crowded, home, sample};

const NAME: &str = "<script>alert(1)</script>\"' onload=x \\\n\u{202e}";

#[test]
fn a_device_that_is_called_like_a_script_is_text_everywhere() {
    let site = Site::of(home(crowded(5, 3, NAME)));
    for path in ["/", "/device/1", "/device/2", "/device/2/sighting/1", "/health"] {
        let body = site.get(path).body;
        assert!(!body.contains("<script") && !body.contains('\u{202e}'), "{path}");
        assert!(!body.contains("alert(1)</script>"), "{path}");
        // Inside a tag only between quotation marks, which no name can end.
        for tag in body.split('<').skip(1).map(|it| it.split('>').next().unwrap()) {
            let outside: String = tag.split('"').step_by(2).collect();
            assert!(!outside.contains("onload"), "{path}: {tag}");
        }
    }
    assert!(site.get("/").body.contains("&lt;script&gt;alert(1)"));
    let metrics = site.get("/metrics").body;
    for line in metrics.lines().filter(|it| !it.starts_with('#')) {
        let value = line.rsplit_once(' ').unwrap().1;
        assert!(value.parse::<f64>().is_ok(), "{line}");
    }
    assert!(metrics.contains("alert(1)</script>\\\"' onload=x \\\\"), "{metrics}");
}

#[test]
fn a_browser_is_told_to_load_and_run_nothing() {
    let site = Site::of(home(sample()));
    for (path, status) in [("/", 200), ("/device/2", 200), ("/nope", 404), ("/api/v1/home", 200), ("/metrics", 200)] {
        let answer = site.get(path);
        assert_eq!(answer.status, status, "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        for (name, value) in [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("cache-control", "no-store")] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        for forbidden in
            ["src=", "http://", "https://", "url(", "@import", "<link rel=\"stylesheet", "<script", "javascript:", " style="]
        {
            assert!(!answer.body.contains(forbidden), "{path}: {forbidden}");
        }
    }
    assert!(site.asked("GET", "/", &[]).header("content-security-policy").is_some(), "nor is a stranger");
}

#[test]
fn no_path_is_one_of_a_file() {
    let site = Site::of(home(sample()));
    for path in [
        "/../../etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/device/../../etc/passwd",
        "/device/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/device/1/sighting/..%2f..%2f..%2fetc%2fpasswd",
        "/api/v1/devices/..%2f..%2fhome",
        "//etc/passwd",
        "/etc/passwd%00.html",
        "/device/1/",
        "/device/-1",
        "/device/0",
        "/device/1.0",
        "/device/18446744073709551616",
        "/device/18446744073709551615",
        "/device/1/sighting/0",
        "/device/2/sighting/18446744073709551615",
        "/api/v1/devices/%ff",
    ] {
        let answer = site.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.body.contains("root:"), "{path}");
    }
}
