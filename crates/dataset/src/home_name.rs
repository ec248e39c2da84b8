//! What a home may be called: it becomes the name of a folder that other programs take apart.

use crate::error::Error;

/// Most octets of a name.
const LONGEST: usize = 100;

/// Words that duckdb reads as dates or numbers.
const DATES: [&str; 4] = ["epoch", "inf", "infinity", "nan"];

/// Makes sure that a name can stand in `home=NAME`.
///
/// # Errors
/// When other programs would read another name from the folder.
pub fn check(name: &str) -> Result<(), Error> {
    let allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
    let refuse = |why| Err(Error::Name { name: name.to_owned(), why });
    if name.is_empty() || name.len() > LONGEST || !name.chars().all(allowed) || name.starts_with(['.', '_', '-']) {
        return refuse("write letters, digits, `-`, `_` and `.`, 100 at most, a letter or digit first");
    }
    // duckdb and Spark guess what a partition holds: 07 would be 7, and 2026-03-01 a day.
    if !name.starts_with(|it: char| it.is_ascii_alphabetic()) {
        return refuse("begin it with a letter, since other programs would take it for a number or a date; write home-07 for 07");
    }
    if DATES.iter().any(|it| name.eq_ignore_ascii_case(it)) {
        return refuse("other programs would take it for a date or a number; write home-NAME");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_word_that_nobody_takes_for_a_number() {
        for good in ["home-07", "a", "Lab.2_x"] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "07",
            "2026-03-01",
            "a/b",
            "..",
            "a=b",
            "_x",
            "-x",
            ".x",
            "home 7",
            "größe",
            "Epoch",
            "infinity",
            "inf",
            &"a".repeat(101),
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
