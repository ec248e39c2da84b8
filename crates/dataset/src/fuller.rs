//! Which days of a home stay as they were written earlier, because the store that they came from has forgotten some of them since.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::column::Name;
use crate::manifest::Part;

/// The folders of a day and table, `TABLE/home=HOME/date=DATE`, whose old rows are more than the new ones. What is said of the captures of a day goes with its series.
pub(crate) fn days(old: &[Part], new: &[Part]) -> BTreeSet<PathBuf> {
    let (before, now) = (by_day(old), by_day(new));
    let has_more = |day: &Path| before.get(day).copied().unwrap_or(0) > now.get(day).copied().unwrap_or(0);
    let stays = |day: &Path| has_more(day) || series_beside(day).is_some_and(|series| has_more(&series));
    before.keys().filter(|day| stays(day)).map(|day| (*day).to_owned()).collect()
}

/// Rows of each table.
pub(crate) fn rows(parts: &[Part]) -> BTreeMap<String, u64> {
    let mut rows = BTreeMap::new();
    for part in parts {
        let table = part.path.iter().next().map(|it| it.to_string_lossy().into_owned());
        *rows.entry(table.unwrap_or_default()).or_insert(0) += part.rows;
    }
    rows
}

fn by_day(parts: &[Part]) -> BTreeMap<&Path, u64> {
    let mut days = BTreeMap::new();
    for part in parts {
        *days.entry(part.day()).or_insert(0) += part.rows;
    }
    days
}

/// The folder of the series of the same day, where this is the one of its captures.
fn series_beside(day: &Path) -> Option<PathBuf> {
    Some(Path::new(Name::Series.folder()).join(day.strip_prefix(Name::Captures.folder()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(path: &str, rows: u64) -> Part {
        Part { path: path.into(), rows, octets: 0 }
    }

    #[test]
    fn a_day_is_replaced_unless_it_had_more_rows() {
        let old = [
            part("series/home=a/date=2026-03-01/x.parquet", 5),
            part("series/home=a/date=2026-03-01/x-2.parquet", 5),
            part("captures/home=a/date=2026-03-01/x.parquet", 1),
            part("series/home=a/date=2026-03-02/x.parquet", 5),
            part("captures/home=a/date=2026-03-02/x.parquet", 1),
            part("verdicts/home=a/date=2026-02-01/x.parquet", 3),
        ];
        let new = [
            part("series/home=a/date=2026-03-01/x.parquet", 9),
            part("captures/home=a/date=2026-03-01/x.parquet", 1),
            part("series/home=a/date=2026-03-02/x.parquet", 5),
            part("captures/home=a/date=2026-03-02/x.parquet", 1),
            part("series/home=a/date=2026-03-03/x.parquet", 1),
        ];
        let stay = days(&old, &new);
        let stay: Vec<&str> = stay.iter().filter_map(|it| it.to_str()).collect();
        assert_eq!(stay, ["captures/home=a/date=2026-03-01", "series/home=a/date=2026-03-01", "verdicts/home=a/date=2026-02-01"]);
        assert_eq!(rows(&old)["series"], 15);
    }
}
