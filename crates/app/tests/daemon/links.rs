//! Links and folders of somebody else, with which the program would write where they say: refused by name, and nothing behind them is touched.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, lchown, symlink};
use std::path::Path;
use std::process::Output;

use super::feed::{Feed, HOME};
use super::run::{PROGRAM, Place};

const NOBODY: u32 = 65_534;

fn is_root() -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        eprintln!("skipped: files can be given to another user by root only");
    }
    root
}

/// A link of another user.
fn theirs(to: &Path, at: &Path) {
    symlink(to, at).unwrap();
    lchown(at, Some(NOBODY), None).unwrap();
}

/// What was refused, with status 2.
fn refused(done: &Output) -> String {
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(2), "{said}");
    said
}

#[test]
fn a_report_does_not_follow_somebody_elses_link() {
    if !is_root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o1777)).unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("precious"), "precious").unwrap();
    fs::create_dir(at("real")).unwrap();
    theirs(&at("precious"), &at("link"));
    theirs(&at("real"), &at("way"));
    symlink(at("mine.html"), at("ours.html")).unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sample.pcapng");
    let write = |option: &str, path: &Path| {
        let option = format!("{option}={}", path.display());
        std::process::Command::new(PROGRAM).arg("analyze").arg(&sample).arg(option).output().unwrap()
    };
    for option in ["--html", "--json", "--series", "--annotate"] {
        let said = refused(&write(option, &at("link")));
        assert!(said.contains("link is a symbolic link of user") && said.contains("remove it"), "{option}: {said}");
    }
    let said = refused(&write("--html", &at("way/report.html")));
    assert!(said.contains("way is a symbolic link"), "{said}");
    assert_eq!(fs::read_to_string(at("precious")).unwrap(), "precious");
    assert_eq!(fs::read_dir(at("real")).unwrap().count(), 0);
    for path in ["ours.html", "new.html"].map(at).iter().map(std::path::PathBuf::as_path).chain([Path::new("/dev/stdout")]) {
        let done = write("--html", path);
        assert!(done.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&done.stderr));
    }
    assert!(at("ours.html").is_symlink() && fs::metadata(at("mine.html")).unwrap().len() > 1_000);
}

#[test]
fn nothing_is_written_through_links_in_the_folder_of_the_store() {
    let precious = |place: &Place| place.path("precious");
    for name in ["earwitness.lock", "earwitness.db", "earwitness.db-wal", "earwitness.db-shm", "hard link"] {
        let place = Place::new();
        place.write(&["true"], "[probing]\nenabled = false\n");
        fs::create_dir(place.state()).unwrap();
        fs::set_permissions(place.state(), fs::Permissions::from_mode(0o700)).unwrap();
        fs::write(precious(&place), "precious").unwrap();
        if name == "hard link" {
            fs::hard_link(precious(&place), place.state().join("earwitness.lock")).unwrap();
        } else {
            symlink(precious(&place), place.state().join(name)).unwrap();
        }
        let said = refused(&place.command(&["run"]).output().unwrap());
        let named = if name == "hard link" { "earwitness.lock" } else { name };
        assert!(said.contains(named) && said.contains("remove"), "{name}: {said}");
        assert_eq!(fs::read_to_string(precious(&place)).unwrap(), "precious", "{name}");
    }
}

#[test]
fn a_folder_that_is_somebody_elses_or_open_to_all_holds_no_store() {
    if !is_root() {
        return;
    }
    let place = Place::new();
    place.write(&["true"], "[probing]\nenabled = false\n");
    let run = || refused(&place.command(&["run"]).output().unwrap());
    fs::set_permissions(place.folder.path(), fs::Permissions::from_mode(0o1777)).unwrap();
    let real = place.path("real");
    fs::create_dir(&real).unwrap();
    theirs(&real, place.state());
    let said = run();
    assert!(said.contains("state is a symbolic link of user"), "{said}");
    fs::remove_file(place.state()).unwrap();
    fs::create_dir(place.state()).unwrap();
    fs::set_permissions(place.state(), fs::Permissions::from_mode(0o777)).unwrap();
    let said = run();
    assert!(said.contains("mode 0777") && said.contains("chmod go-w"), "{said}");
    fs::set_permissions(place.state(), fs::Permissions::from_mode(0o755)).unwrap();
    chown(place.state(), Some(NOBODY), None).unwrap();
    let said = run();
    assert!(said.contains("belongs to user") && said.contains("chown 0"), "{said}");
    assert_eq!(fs::read_dir(place.state()).unwrap().count(), 0);
    chown(place.state(), Some(0), None).unwrap();
    // A folder within that was theirs before.
    fs::set_permissions(place.state(), fs::Permissions::from_mode(0o700)).unwrap();
    fs::create_dir(place.state().join("frames")).unwrap();
    chown(place.state().join("frames"), Some(NOBODY), None).unwrap();
    let said = run();
    assert!(said.contains("frames belongs to user"), "{said}");
    assert_eq!(fs::read_dir(&real).unwrap().count(), 0);
}

#[test]
fn a_folder_behind_a_link_of_ones_own_is_used() {
    let place = Place::new();
    let feed = Feed::start(place.folder.path(), HOME);
    place.write(&[&feed.command()], "[probing]\nenabled = false\n");
    symlink(place.path("disk"), place.state()).unwrap();
    let mut running = place.start(&["run"]);
    running.line("frames come from");
    running.stop();
    assert!(place.path("disk/earwitness.db").exists());
    place.check();
}
