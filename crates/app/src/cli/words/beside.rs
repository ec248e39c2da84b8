//! Several searches beside each other: devices, or one device before and after an update.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::json::{Told, Word, shown};
use super::table::{chance, has_woken};

/// Columns of a word, and of what each search says of it.
const TEXT: usize = 20;
const CELL: usize = 26;

/// Writes a line for each word that woke a device in any of the searches.
pub(super) fn write(all: &[(String, Told)], out: &mut dyn Write) -> io::Result<()> {
    let heads: Vec<String> = all.iter().map(|(name, told)| cell(&format!("{}, {}", shown(name), shown(&told.engine)))).collect();
    writeln!(out, "{:<TEXT$}  {}", "word", heads.join("  ").trim_end())?;
    for (text, found) in rows(all) {
        let cells: Vec<String> = found.iter().map(|it| cell(&said(*it))).collect();
        writeln!(out, "{:<TEXT$}  {}", shown(text), cells.join("  ").trim_end())?;
    }
    writeln!(
        out,
        "\n?  it sent after the word, and that the word woke it is not shown. Searches play other words, and a word that one of them did not play may wake its device as well."
    )
}

/// Each word that woke a device, with what each search says of it; those first that wake most of the devices.
fn rows(all: &[(String, Told)]) -> Vec<(&str, Vec<Option<&Word>>)> {
    let mut rows: BTreeMap<&str, Vec<Option<&Word>>> = BTreeMap::new();
    for (place, (_, told)) in all.iter().enumerate() {
        for word in &told.words {
            if let Some(cell) = rows.entry(&word.text).or_insert_with(|| vec![None; all.len()]).get_mut(place) {
                *cell = Some(word);
            }
        }
    }
    let count = |row: &[Option<&Word>], is: fn(&Word) -> bool| row.iter().flatten().filter(|it| is(it)).count();
    let mut rows: Vec<_> = rows.into_iter().filter(|(_, row)| count(row, has_woken) > 0).collect();
    rows.sort_by_key(|(_, row)| std::cmp::Reverse((count(row, |it| it.wakes), count(row, has_woken))));
    rows
}

fn said(word: Option<&Word>) -> String {
    match word {
        None => "not played".to_owned(),
        Some(it) if it.plays == 0 => "not played".to_owned(),
        Some(it) if it.wakes => chance(it),
        Some(it) if has_woken(it) => format!("? {}", chance(it)),
        Some(it) => format!("silent in {} of {}", it.plays, it.plays),
    }
}

fn cell(text: &str) -> String {
    format!("{:<CELL$}", text.chars().take(CELL).collect::<String>())
}
