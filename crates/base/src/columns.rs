//! Columns of tables whose makers gave them names of their own.

/// A column that is named `theirs=ours`: their name in lower case, and what it is to us. `of` knows our names, which `all` lists; `table` says of what.
///
/// # Errors
/// When it is no pair, or ours is no name of ours; in words for a person.
pub fn renamed<K>(
    text: &str,
    (table, example): (&str, &str),
    of: impl Fn(&str) -> Option<K>,
    all: impl Fn() -> String,
) -> Result<(String, K), String> {
    let (theirs, ours) =
        text.rsplit_once('=').ok_or_else(|| format!("{text:?} is no pair; write theirs=ours, like {example}"))?;
    let ours = ours.trim().to_lowercase();
    let key = of(&ours).ok_or_else(|| format!("{ours:?} is no column of {table}; these are {}", all()))?;
    Ok((theirs.trim().to_lowercase(), key))
}

/// The column behind a name, ours or theirs; what was renamed stands before what we call it.
pub fn meant<'a, K: Copy + PartialEq>(
    name: &str,
    mut renamed: impl Iterator<Item = (&'a str, K)> + Clone,
    of: impl Fn(&str) -> Option<K>,
) -> Option<K> {
    let name = name.trim().to_lowercase();
    let named = renamed.clone().find(|it| it.0 == name).map(|it| it.1);
    named.or_else(|| of(&name).filter(|key| !renamed.any(|it| it.1 == *key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Option<u8> {
        ["time", "seconds"].iter().position(|it| *it == name).and_then(|it| u8::try_from(it).ok())
    }

    #[test]
    fn what_was_renamed_stands_before_our_own_names() {
        let date = renamed(" Date = Time ", ("a table", "Date=time"), of, String::new).unwrap();
        assert_eq!(date, ("date".to_owned(), 0));
        let columns = [(date.0.as_str(), date.1)];
        let meant = |name: &str| meant(name, columns.into_iter(), of);
        assert_eq!((meant("DATE"), meant("time"), meant("Seconds"), meant("length")), (Some(0), None, Some(1), None));
    }

    #[test]
    fn what_is_no_pair_is_told_with_what_to_write() {
        let wrong = |text: &str| renamed(text, ("a table", "Date=time"), of, || "time, seconds".to_owned()).unwrap_err();
        assert_eq!(wrong("Date"), "\"Date\" is no pair; write theirs=ours, like Date=time");
        assert_eq!(wrong("Date=when"), "\"when\" is no column of a table; these are time, seconds");
    }
}
