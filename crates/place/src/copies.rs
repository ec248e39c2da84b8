//! Files that hold the same octets under several names.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use earwitness_dataset::capture_id;

use crate::find::Found;

/// Octets at the beginning of a file by which most files differ: a few frames with their stamps.
const BEGINNING: u64 = 4_096;

/// A file, and the names under which its octets lie again.
#[derive(Debug)]
pub(crate) struct Unique<'a> {
    pub(crate) found: &'a Found,
    pub(crate) copies: Vec<String>,
}

/// The files without copies, the first of which stays; and the ids of those that had to be read for that.
pub(crate) fn without_copies(files: &[Found]) -> (Vec<Unique<'_>>, Vec<Option<Arc<str>>>) {
    let mut alike: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (number, file) in files.iter().enumerate().filter(|it| it.1.facts.octets > 0) {
        alike.entry(file.facts.octets).or_default().push(number);
    }
    let mut ids: Vec<Option<Arc<str>>> = vec![None; files.len()];
    let mut copy_of: BTreeMap<usize, usize> = BTreeMap::new();
    for numbers in alike.into_values().filter(|it| it.len() > 1) {
        let mut beginnings: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
        for number in numbers {
            // What cannot be read is told later.
            let Some(beginning) = files.get(number).and_then(beginning) else { continue };
            beginnings.entry(beginning).or_default().push(number);
        }
        for numbers in beginnings.into_values().filter(|it| it.len() > 1) {
            let mut first: BTreeMap<String, usize> = BTreeMap::new();
            for number in numbers {
                let Some(file) = files.get(number) else { continue };
                let Ok(Some((id, _))) = capture_id::of_file(&file.path, || false) else { continue };
                if let Some(place) = ids.get_mut(number) {
                    *place = Some(id.as_str().into());
                }
                let original = *first.entry(id).or_insert(number);
                if original != number {
                    copy_of.insert(number, original);
                }
            }
        }
    }
    let originals: Vec<usize> = (0..files.len()).filter(|number| !copy_of.contains_key(number)).collect();
    let names = |original: usize| copy_of.iter().filter(move |it| *it.1 == original).filter_map(|it| files.get(*it.0));
    let unique = originals.iter().filter_map(|number| {
        let copies = names(*number).map(|it| it.facts.path.clone()).collect();
        files.get(*number).map(|found| Unique { found, copies })
    });
    let known = originals.iter().map(|number| ids.get(*number).cloned().flatten()).collect();
    (unique.collect(), known)
}

fn beginning(file: &Found) -> Option<Vec<u8>> {
    let mut octets = Vec::new();
    File::open(&file.path).ok()?.take(BEGINNING).read_to_end(&mut octets).ok()?;
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::find::files;

    #[test]
    fn the_same_octets_are_read_once() {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in [("a", "one"), ("b", "two"), ("c", "one"), ("d", "three"), ("e", "one"), ("f", ""), ("g", "")] {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        let found = files(folder.path()).unwrap();
        let (unique, known) = without_copies(&found);
        let names: Vec<_> = unique.iter().map(|it| it.found.facts.path.as_str()).collect();
        assert_eq!(names, ["a", "b", "d", "f", "g"]);
        assert_eq!(unique[0].copies, ["c", "e"]);
        assert_eq!(known.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, false, false, false]);
    }
}
