//! A record of Amazon's voice history, of any generation.

use earwitness_base::misread::Fault;
use earwitness_core::time::{MILLISECOND, Timestamp};
use serde_json::Value;

use super::Placed;
use super::column::kind;
use super::raw::Raw;
use crate::Record;

/// Milliseconds since 1970 lie here: from the year 2001 to 2255. Seconds and nanoseconds lie elsewhere.
const MILLISECONDS: std::ops::Range<i64> = 1_000_000_000_000..9_000_000_000_000;

/// Reads one record.
pub(super) fn record(raw: &Raw) -> Result<Placed, Fault> {
    let time = raw.value.get("timestamp").or_else(|| raw.value.get("creationTimestamp"));
    let Some(time) = time else {
        return Err(raw.fault("this record has neither timestamp nor creationTimestamp; download the history again"));
    };
    let milliseconds = time.as_i64().filter(|time| MILLISECONDS.contains(time));
    let Some(milliseconds) = milliseconds else {
        let what = format!("{time} is no time in milliseconds since 1970, as this history has them; download it again");
        return Err(raw.fault(what));
    };
    let word = raw.text(&["utteranceType"]).or_else(|| raw.text(&["activityStatus"])).unwrap_or_default();
    let names = [["device", "deviceName"], ["deviceInfo", "deviceName"], ["sourceDeviceIds", "serialNumber"]];
    let record = Record {
        at: Timestamp::from_nanos(milliseconds.saturating_mul(MILLISECOND)),
        seconds: None,
        kind: kind(&word),
        device: names.iter().find_map(|path| raw.text(path)),
        text: transcript(&raw.value).or_else(|| raw.text(&["title"])).or_else(|| summary(raw)),
    };
    Ok((raw.at, record))
}

/// What the customer said, not what was answered.
fn transcript(value: &Value) -> Option<String> {
    let items = value.get("voiceHistoryRecordItems")?.as_array()?;
    let said = |item: &&Value| {
        matches!(item.get("recordItemType").and_then(Value::as_str), Some("CUSTOMER_TRANSCRIPT" | "ASR_REPLACEMENT_TEXT"))
    };
    let text = items.iter().find(said)?.get("transcriptText")?.as_str()?;
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// Earlier activities keep it as JSON in a text.
fn summary(raw: &Raw) -> Option<String> {
    let inner: Value = serde_json::from_str(&raw.text(&["description"])?).ok()?;
    inner.get("summary")?.as_str().map(str::to_owned)
}
