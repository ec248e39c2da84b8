use super::*;
use earwitness_core::frame::Link;
use earwitness_core::mac::Mac;
use earwitness_core::time::{SECOND, Window};
use std::os::unix::fs::PermissionsExt;

const ONE: Mac = Mac([2, 0, 0, 0, 0, 1]);
const TWO: Mac = Mac([2, 0, 0, 0, 0, 2]);

fn octets(from: Mac, length: usize) -> Vec<u8> {
    let mut octets = vec![0; 6];
    octets.extend_from_slice(&from.0);
    octets.resize(length, 9);
    octets
}

fn push(ring: &mut FrameRing, second: i64, from: Mac) {
    let octets = octets(from, 1500);
    let at = Timestamp::from_nanos(second * SECOND);
    ring.push(&Frame { at, link: Link::Ethernet, wire_len: 1500, bytes: &octets, interface: 3 }).unwrap();
}

fn window(from: i64, until: i64) -> Window {
    Window { from: Timestamp::from_nanos(from * SECOND), until: Timestamp::from_nanos(until * SECOND) }
}

/// Seconds and kept octets of the frames that are cut out.
fn cut(ring: &mut FrameRing, window: Window, device: Option<Mac>) -> Vec<(i64, usize, u32)> {
    let mut out = Vec::new();
    let cut = ring.cut(window, device, &mut out).unwrap();
    let mut found = Vec::new();
    let whole = segment::frames(&out, |frame| found.push((frame.at.nanos() / SECOND, frame.bytes.len(), frame.wire_len)));
    assert_eq!((whole, cut.frames, cut.unreadable), (out.len(), found.len() as u64, 0));
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn headers_of_a_stretch_and_of_a_device_are_cut_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut ring = FrameRing::open(&folder.path().join("frames"), Limits::default(), Duration::ZERO).unwrap();
    for second in 0..100 {
        push(&mut ring, second, if second % 2 == 0 { ONE } else { TWO });
    }
    assert_eq!(cut(&mut ring, window(10, 14), None), [(10, 200, 1500), (11, 200, 1500), (12, 200, 1500), (13, 200, 1500)]);
    assert_eq!(cut(&mut ring, window(10, 14), Some(TWO)), [(11, 200, 1500), (13, 200, 1500)]);
    assert_eq!(cut(&mut ring, window(10, 14), Some(Mac::BROADCAST)), []);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path().join("frames")), 0o700);
    assert_eq!(files(&folder.path().join("frames")).iter().map(|path| mode(path)).collect::<Vec<_>>(), [0o600]);
}

#[test]
fn the_oldest_go_by_size_and_by_age() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { octets: 1 << 20, age: Duration::from_secs(3600), snap: 1500 };
    let now = clock::since_boot();
    let mut ring = FrameRing::open(folder.path(), limits, now).unwrap();
    for second in 0..2000 {
        push(&mut ring, second, ONE);
    }
    ring.tend(now).unwrap();
    let size: u64 = files(folder.path()).iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!((900_000..1_200_000).contains(&size), "{size}");
    assert_eq!(size, ring.octets());
    let left = cut(&mut ring, window(0, 2000), None);
    assert_eq!(left.last().unwrap().0, 1999);
    assert!(left.first().unwrap().0 > 1000);
    ring.tend(now + Duration::from_secs(2000)).unwrap();
    assert!(!files(folder.path()).is_empty());
    ring.tend(now + Duration::from_secs(7300)).unwrap();
    assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
}

#[test]
fn a_torn_end_is_cut_at_every_octet_and_the_rest_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mut ring = FrameRing::open(folder.path(), Limits::default(), Duration::ZERO).unwrap();
    for second in 1..=3 {
        push(&mut ring, second, ONE);
    }
    drop(ring);
    let path = files(folder.path()).remove(0);
    let whole = fs::read(&path).unwrap();
    let mut counts = Vec::new();
    for length in 0..=whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let mut ring = FrameRing::open(folder.path(), Limits::default(), Duration::ZERO).unwrap();
        counts.push(cut(&mut ring, window(0, 10), None).len());
        drop(ring);
        assert_eq!(files(folder.path()).len(), usize::from(counts.last() != Some(&0)));
    }
    assert!(counts.is_sorted());
    assert_eq!((counts.first(), counts.last()), (Some(&0), Some(&3)));
    assert!(counts.contains(&1) && counts.contains(&2));
}

#[test]
fn a_clock_that_is_set_back_loses_nothing_and_foreign_files_stay() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    for _ in 0..3 {
        let mut ring = FrameRing::open(folder.path(), Limits::default(), Duration::ZERO).unwrap();
        push(&mut ring, 50, ONE);
        push(&mut ring, 10, ONE);
    }
    let mut ring = FrameRing::open(folder.path(), Limits::default(), Duration::ZERO).unwrap();
    assert_eq!(cut(&mut ring, window(0, 60), None).len(), 6);
    assert!(folder.path().join("notes.txt").exists());
}

#[test]
fn a_full_disk_is_said_once_and_frames_are_kept_again_when_there_is_room() {
    // Always full, as a folder cannot be: a file that stands for one.
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("small");
    fs::create_dir(&place).unwrap();
    let mounted =
        std::process::Command::new("mount").args(["-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs"]).arg(&place).output();
    if !mounted.is_ok_and(|it| it.status.success()) {
        eprintln!("skipped: a full disk needs the right to mount a tmpfs");
        return;
    }
    let result = std::panic::catch_unwind(|| {
        let mut ring = FrameRing::open(&place, Limits { snap: 1500, ..Limits::default() }, Duration::ZERO).unwrap();
        let octets = octets(ONE, 1500);
        let mut said = 0;
        for second in 0..1000 {
            let at = Timestamp::from_nanos(second * SECOND);
            let frame = Frame { at, link: Link::Ethernet, wire_len: 1500, bytes: &octets, interface: 0 };
            said += usize::from(ring.push(&frame).is_err());
        }
        assert_eq!(said, 1);
        assert!(ring.left_out() > 700, "{}", ring.left_out());
        let before = cut(&mut ring, window(0, 1000), None).len();
        assert!((50..250).contains(&before), "{before}");
        fs::remove_file(&files(&place)[0]).unwrap();
        ring.tend(clock::since_boot() + Duration::from_secs(11)).unwrap();
        push(&mut ring, 2000, ONE);
        ring.tend(clock::since_boot()).unwrap();
        let mut out = Vec::new();
        assert_eq!(ring.cut(window(2000, 2001), None, &mut out).unwrap().frames, 1);
    });
    let unmounted = std::process::Command::new("umount").arg(&place).status();
    assert!(unmounted.is_ok_and(|it| it.success()));
    result.unwrap();
}
