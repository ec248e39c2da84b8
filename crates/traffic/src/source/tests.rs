use super::*;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// What a source did from its start to its end.
#[derive(Debug, Default)]
struct Collected {
    frames: Vec<(i64, usize)>,
    interfaces: Vec<String>,
    lost: u64,
    said: Vec<String>,
    rubbish: Option<Stop>,
    ended: Option<Ended>,
}

impl Collected {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Interface { number, description } => {
                assert_eq!(number as usize, self.interfaces.len());
                self.interfaces.push(description.name.clone());
            }
            Event::Frame(frame) => self.frames.push((frame.at.nanos(), frame.bytes.len())),
            Event::Lost { frames, .. } => self.lost += frames,
            Event::Odd(note) => panic!("{note}"),
            Event::Said(line) => self.said.push(line.to_owned()),
            Event::Rubbish(stop) => self.rubbish = Some(stop),
            Event::Ended(ended) => {
                assert!(self.ended.is_none());
                self.ended = Some(ended);
            }
        }
    }
}

fn wait(source: &Source) {
    let Some(fd) = source.fd() else { return };
    let second = Timespec { tv_sec: 1, tv_nsec: 0 };
    poll(&mut [PollFd::new(&fd, PollFlags::IN)], Some(&second)).unwrap();
}

fn run(line: &str) -> Collected {
    let mut source = Source::command(line).unwrap();
    assert_eq!(source.start_when_due(Duration::from_secs(5)).unwrap(), None);
    let mut collected = Collected::default();
    for _ in 0..100_000 {
        wait(&source);
        source.read_frames(&mut |event| collected.take(event));
        if collected.ended.is_some() {
            assert!(!source.is_running());
            return collected;
        }
    }
    panic!("did not end: {collected:?}");
}

/// A capture with one interface, `count` frames and a count of lost ones, as a file.
fn capture(folder: &tempfile::TempDir, count: u32) -> (PathBuf, Vec<u8>) {
    use earwitness_core::frame::Link;
    use earwitness_core::pcap::write;
    use earwitness_core::time::Timestamp;
    let mut octets = Vec::new();
    write::section(&mut octets, "a test");
    let description = Description { link_type: 1, snaplen: 0, name: "eth7".into(), description: String::new() };
    write::interface(&mut octets, &description);
    for number in 0..count {
        let at = Timestamp::from_nanos(1_000_000_000 + i64::from(number));
        let frame = Frame { at, link: Link::Ethernet, wire_len: 60, bytes: &[7; 60], interface: 0 };
        write::packet(&mut octets, &frame, &write::Remarks { comment: None, flags: Some(number % 3) });
    }
    write::statistics(&mut octets, 0, Timestamp::from_nanos(2_000_000_000), u64::from(count) + 5, 5);
    let path = folder.path().join("a.pcapng");
    std::fs::write(&path, &octets).unwrap();
    (path, octets)
}

#[test]
fn a_source_that_ends_gave_everything_before() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = capture(&folder, 1000);
    let collected = run(&format!("sh -c 'echo listening >&2; cat {}; exit 3'", path.display()));
    assert_eq!(collected.interfaces, ["eth7"]);
    assert_eq!(collected.frames.len(), 1000);
    assert_eq!(collected.frames[999], (1_000_000_999, 60));
    assert_eq!(collected.lost, 5);
    assert_eq!(collected.said, ["listening"]);
    let ended = collected.ended.unwrap();
    assert_eq!(ended.status.unwrap().code(), Some(3));
    assert!(ended.why.contains("listening"), "{}", ended.why);
}

#[test]
fn rubbish_is_named_with_its_place_and_ends_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let (path, octets) = capture(&folder, 10);
    // The command would go on for ever.
    let collected = run(&format!("sh -c 'cat {}; yes'", path.display()));
    assert_eq!(collected.frames.len(), 10);
    assert_eq!(collected.rubbish.unwrap().offset, octets.len() as u64);
    assert!(collected.ended.unwrap().why.contains("something else than a capture"));
    assert!(run("echo permission denied").rubbish.is_some());
}

#[test]
fn half_a_block_leaves_what_came_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = capture(&folder, 10);
    let collected = run(&format!("head -c 800 {}", path.display()));
    assert!((5..10).contains(&collected.frames.len()), "{collected:?}");
    assert!(collected.rubbish.is_none());
    assert!(collected.ended.unwrap().why.contains("inside a block"));
}

#[test]
fn a_source_without_a_word_says_why() {
    let collected = run("sh -c 'echo no such interface >&2; exit 1'");
    assert_eq!(collected.ended.unwrap().why, "exit status: 1; it wrote nothing; it said last: no such interface");
}

#[test]
fn a_flood_is_read_in_pieces_and_ended_by_dropping() {
    let folder = tempfile::tempdir().unwrap();
    let (path, octets) = capture(&folder, 20_000);
    let mut source = Source::command(&format!("sh -c 'while cat {}; do :; done'", path.display())).unwrap();
    source.start_when_due(Duration::ZERO).unwrap();
    let mut frames = 0_usize;
    for _ in 0..10_000 {
        if frames > 50_000 {
            break;
        }
        wait(&source);
        let before = frames;
        source.read_frames(&mut |event| frames += usize::from(matches!(event, Event::Frame(_))));
        assert!(frames - before <= 2 * AT_ONCE / (octets.len() / 20_000), "one call took {}", frames - before);
    }
    assert!(frames > 50_000);
    assert!(source.is_running());
    drop(source);
}

#[test]
fn talk_without_end_is_bounded() {
    let collected = run("sh -c 'head -c 3000000 /dev/zero | tr \"\\0\" x >&2; seq 10000 >&2'");
    assert!(collected.said.len() < 4_000, "{}", collected.said.len());
    assert!(collected.said.iter().all(|line| line.len() <= 1_003));
    assert!(collected.said.iter().any(|line| line.contains("more lines")));
    assert!(collected.ended.unwrap().why.ends_with("it said last: 10000"));
}

#[test]
fn a_command_that_closes_its_output_and_stays_is_ended() {
    let collected = run("sh -c 'trap \"\" TERM; exec >&-; sleep 1000'");
    assert!(collected.ended.unwrap().status.is_some_and(|status| !status.success()));
}

#[test]
fn it_is_started_again_and_numbers_its_interfaces_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = capture(&folder, 3);
    let mut source = Source::command(&format!("cat {}", path.display())).unwrap();
    let mut now = Duration::from_secs(100);
    for _ in 0..2 {
        assert_eq!(source.start_when_due(now).unwrap(), None);
        let mut collected = Collected::default();
        while collected.ended.is_none() {
            wait(&source);
            source.read_frames(&mut |event| collected.take(event));
        }
        assert_eq!((collected.frames.len(), collected.interfaces.len()), (3, 1));
        let due = source.start_when_due(now).unwrap().unwrap();
        assert!(due > now);
        now = due;
    }
}

#[test]
fn what_cannot_be_started_says_so_and_is_tried_again() {
    let mut source = Source::command("/nowhere/tcpdump -w -").unwrap();
    let error = source.start_when_due(Duration::ZERO).unwrap_err();
    assert!(error.to_string().starts_with("cannot start `/nowhere/tcpdump`"), "{error}");
    assert_eq!(source.start_when_due(Duration::ZERO).unwrap(), Some(Duration::from_secs(1)));
    assert!(source.start_when_due(Duration::from_secs(1)).is_err());
    assert_eq!(source.start_when_due(Duration::from_secs(1)).unwrap(), Some(Duration::from_secs(3)));
}

#[test]
fn a_line_is_words_as_in_a_shell_that_expands_nothing() {
    assert_eq!(Source::command("ssh r 'tcpdump  -w -' $HOME").unwrap().words, ["ssh", "r", "tcpdump  -w -", "$HOME"]);
    assert_eq!(Source::command("ssh 'r").unwrap_err(), BadLine::Quotes);
    assert_eq!(Source::command("  ").unwrap_err(), BadLine::Empty);
    assert_eq!(Source::of_program("/e", &["a", "b"], &["--wait"]).words, ["/e", "capture", "-i", "a", "-i", "b", "--wait"]);
}
