//! Numbers in sentences.

/// A number with as many digits as its size bears.
pub(super) fn number(value: f64) -> String {
    let digits = match value.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    // Nothing is sent less than nothing.
    if text.trim_start_matches('-').chars().all(|it| it == '0' || it == '.') {
        text.trim_start_matches('-').to_owned()
    } else {
        text
    }
}

/// A p-value.
pub(super) fn chance(p: f64) -> String {
    if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {p:.3}") }
}
