//! Configurations that cannot be used: file, line and column, and what is allowed.

use std::process::{Command, Output};

use super::run::{PROGRAM, Place};

fn refused(place: &Place, words: &[&str]) -> String {
    let Output { status, stdout, stderr } = place.command(words).output().unwrap();
    assert_eq!(status.code(), Some(2), "{}", String::from_utf8_lossy(&stdout));
    String::from_utf8(stderr).unwrap()
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_is_allowed() {
    let place = Place::new();
    for (text, at, what) in [
        ("[probing]\nvolume = 3\n", "home.toml:2:1: ", "`slots`"),
        ("[probing]\nslots = \"many\"\n", "home.toml:2:9: ", "string"),
        ("[probing]\nslots = 1\n", "home.toml:2:9: ", "2"),
        ("[probing]\nslot_seconds = 5.0\nprobe_seconds = [2.0, 6.0]\n", "home.toml:3:17: ", "6"),
        ("[probing]\nquiet = [\"00:00-12:00\", \"12:00-00:00\"]\n", "home.toml:2:10: ", "quiet"),
        ("[loudspeaker]\nlevel = -10.0\n", "home.toml:1:1: ", "above cap"),
        ("[capture\n", "home.toml:1:9: ", ""),
    ] {
        std::fs::write(place.config(), text).unwrap();
        for command in [&["run"] as &[&str], &["probe"], &["tell", "status"]] {
            let said = refused(&place, command);
            assert!(said.contains(at) && said.contains(what), "{command:?} {text:?}: {said}");
        }
        let done = Command::new(PROGRAM).arg("check").arg(place.config()).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.code() == Some(2) && said.contains(at) && said.contains(what), "{text:?}: {said}");
    }
    std::fs::remove_file(place.config()).unwrap();
    let said = refused(&place, &["run"]);
    assert!(said.contains("home.toml: cannot be read"), "{said}");
    std::fs::write(place.config(), "[probing]\nenabled = false\n").unwrap();
    let said = refused(&place, &["run"]);
    assert!(said.contains("there is nothing to watch") && said.contains("--source"), "{said}");
    let done = Command::new(PROGRAM).arg("check").arg(place.config()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success() && said.contains("home.toml: ok"), "{said}");
}
