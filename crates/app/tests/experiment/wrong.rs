//! What is said of files that cannot be used.

use crate::{folder, refused};

const HEAD: &str = "name = \"mine\"\nquestion = \"Does it?\"\n";

#[test]
fn what_is_wrong_is_told_with_file_line_and_column_and_what_to_do() {
    let folder = folder();
    for (rest, place, what) in [
        ("[[condition]]\nname = \"a\"\nparts = [{ file = \"gone.wav\" }]\n", "mine.toml:5:19: ", "gone.wav"),
        ("[[condition]]\nname = \"a\"\nparts = [{ file = \"show.srt\" }]\n", "mine.toml:5:19: ", "FLAC"),
        (
            "[[condition]]\nname = \"a\"\nparts = [{ file = \"show.wav\", subtitles = \"show.wav\" }]\n",
            "mine.toml:5:43: ",
            "UTF-8",
        ),
        ("[[condition]]\nname = \"a\"\nparts = [{ say = \"Alexa, buy a book\" }]\n", "mine.toml:5:18: ", "harmless"),
        ("[[condition]]\nname = \"a\"\nparts = [{ sing = \"la\" }]\n", "mine.toml:5:12: ", "`say`"),
        ("repeats = 0\n[[condition]]\nname = \"a\"\nparts = [{ say = \"x\" }]\n", "mine.toml:3:11: ", "1 or more"),
        (
            "[[condition]]\nname = \"a\"\nparts = [{ noise = \"tone\", seconds = 9 }, { noise = \"bark\", seconds = 1, at_seconds = 8 }]\n",
            "mine.toml:5:87: ",
            "sounds overlap",
        ),
        (
            "repeats = 2000\nafter_seconds = 60\n[[condition]]\nname = \"a\"\nparts = [{ silence_seconds = 60 }]\n",
            "mine.toml: ",
            "does not fit into a day",
        ),
        ("hours = 0.01\n[[condition]]\nname = \"a\"\nparts = [{ silence_seconds = 60 }]\n", "mine.toml: ", "a night has 36 s"),
        ("name = \"a\"\n", "mine.toml:3:1: ", "duplicate key"),
    ] {
        std::fs::write(folder.path().join("mine.toml"), format!("{HEAD}{rest}")).unwrap();
        let said = refused(folder.path(), &["plan", "mine.toml"]);
        assert!(said.contains(place) && said.contains(what), "{rest}\n{said}");
    }
}

#[test]
fn what_is_no_experiment_is_told_what_there_is() {
    let folder = folder();
    let said = refused(folder.path(), &["plan", "prefixes"]);
    assert!(said.contains("neither a file nor one of the presets") && said.contains("idle-profile"), "{said}");
    assert!(refused(folder.path(), &["plan", "show.wav"]).contains("at most 1 MiB"));
    assert!(refused(folder.path(), &["plan", "."]).contains("no experiment"));
    let said = refused(folder.path(), &["plan", "prefix", "--set", "repeats"]);
    assert!(said.contains("repeats=20"), "{said}");
    let said = refused(folder.path(), &["plan", "prefix", "--set", "colour=red"]);
    assert!(said.contains("there is no such parameter") && said.contains("command, prefix, voice"), "{said}");
    let said = refused(folder.path(), &["plan", "media", "--set", "recording=show.wav"]);
    assert!(said.contains("--set subtitles=VALUE"), "{said}");
}
