//! The sentences that are understood.

use std::sync::LazyLock;

use crate::intent::Kind;
use crate::template::Template;

/// The sentences of an intent.
#[derive(Clone, Debug)]
pub struct Sentences {
    /// What is wanted.
    pub kind: Kind,
    /// How it is said, as it stands in the table.
    pub texts: &'static [&'static str],
    /// The same, taken apart.
    pub templates: Vec<Template>,
}

/// How each intent is said. Apostrophes are left out; so is what `words` leaves out of what somebody says.
const TABLE: &[(Kind, &[&str])] = &[
    (
        Kind::Pause,
        &[
            "(pause|suspend|interrupt|stop|halt) [the] (probing|probes|testing|tests|test) [for {duration}]",
            "(pause|suspend|interrupt|stop|halt) [the] (sounds|playing|playback|experiment) [for {duration}]",
            "(pause|be quiet|stay quiet|keep quiet|be silent|silence) [for {duration}]",
            "pause (yourself|everything|it) [for {duration}]",
            "stop (playing|making) [any] probes [for {duration}]",
            "stop (playing|making) [any] (sounds|sound|noise|noises) [for {duration}]",
            "(dont|do not) (play|make) [any] probes [for {duration}]",
            "(dont|do not) (play|make) [any|a] (sounds|sound|noise|noises) [for {duration}]",
            "[please] no [more] (sounds|noise|probes|tests) [for {duration}]",
            "(leave|give) (me|us) (alone|a break|some peace|peace) [for {duration}]",
            "take a break [for {duration}]",
        ],
    ),
    (
        Kind::Resume,
        &[
            "(resume|continue|restart) [[the] (probing|probes|testing|tests|test|sounds|playing|experiment)]",
            "(go on|carry on) [[with] [the] (probing|probes|testing|tests|sounds)]",
            "(start|begin) [the] (probing|probes|testing|tests) again",
            "(start|begin) [the] sounds again",
            "(start|begin) (again|over with probing)",
            "you (may|can) (play|probe|test|go on|continue|make noise) [again]",
            "(play|probe|test) again",
            "stop (being quiet|the pause|pausing)",
            "end (the pause|quiet)",
        ],
    ),
    (
        Kind::ProbeNow,
        &[
            "(test|probe) [my|our|the] (home|house|flat|apartment|devices|speakers|network) [right away]",
            "check [my|our|the] (home|house|flat|apartment|devices|speakers|network) [right away]",
            "(start|run|do|begin|make|play) (a|another|one|the) (test|probe|round|check) [right away|immediately]",
            "(test|probe) (right away|immediately|at once)",
            "probe",
            "play a (probe|sound|wake word)",
        ],
    ),
    (
        Kind::QuietUntil,
        &[
            "(be|stay|keep|remain) (quiet|silent) (until|till) {time}",
            "(dont|do not) (play|make) [any|a] (sounds|sound|noise|noises|probes) (until|till|before) {time}",
            "no [more] (sounds|noise|probes|tests) (until|till|before) {time}",
            "(pause|stop|suspend) [[the] (probing|probes|testing|tests|sounds|playing)] (until|till) {time}",
            "(quiet|silence) (until|till) {time}",
        ],
    ),
    (
        Kind::WhoListens,
        &[
            "(who|what|which device|which devices|what device|what devices) (is|are) [still] (listening|eavesdropping|spying|recording) [to me|to us|on me|on us|in] [here|at home]",
            "(whos|whats) [still] (listening|eavesdropping|spying|recording) [to me|to us|on me|on us|in]",
            "is (anyone|anybody|somebody|someone|something|anything|any device) (listening|eavesdropping|spying|recording) [to me|to us|on me|on us|in]",
            "are (any devices|devices|my devices) (listening|eavesdropping|spying|recording) [to me|to us|on me|on us|in]",
            "(who|what|which device|which devices) (hears|hear|can hear|listens to|listen to|listens in on|spies on|records) (me|us)",
            "(who|what|which device|which devices|what devices) (sends|send|is sending|are sending|uploads|upload|is uploading|are uploading) [audio|sound|voice|what they hear|what it hears|what i say|what we say] [to the internet|to the cloud]",
            "is (anyone|anything|something|any device) (sending|uploading) (audio|sound|what i say|what we say) [to the internet|to the cloud]",
        ],
    ),
    (
        Kind::Happened,
        &[
            "what (happened|was going on|went on|was found|did you find|have you found|did you see|did you hear) [[in|during|on] {period}]",
            "[what (are|were)|whats|tell me|give me|read|read me] [the] results [(of|from|for) {period}]",
            "(tell me|give me|read) [me] (about|a summary of|the summary of|the report of|the results of) {period}",
            "how (was|did) {period} [go|look]",
            "(summarize|report on) {period}",
            "[give me|read|read me] [a|the] (summary|report) [(of|for|on) {period}]",
            "(anything|something) (new|unusual|suspicious|strange) [[in|during] {period}]",
            "(was|is) there (anything|something) (new|unusual|suspicious|strange) [[in|during] {period}]",
            "did (anything|something) happen [[in|during] {period}]",
        ],
    ),
    (
        Kind::Reacted,
        &[
            "(which|what) (device|devices|speaker|speakers) (reacted|answered|responded|woke|woke up|was triggered|were triggered|has reacted|have reacted) [to [the] (probes|probe|sounds|sound|test|tests)] [[in|during] {period}]",
            "(who|what) (reacted|answered|responded|woke up|has reacted) [to [the] (probes|probe|sounds|sound|test|tests)] [[in|during] {period}]",
            "did (anything|any device|any devices|anyone|something) (react|answer|respond|wake up) [to [the] (probes|probe|sounds|sound|test|tests)] [[in|during] {period}]",
            "were there [any] (reactions|reactions to the probes|reactions to the sounds) [[in|during] {period}]",
        ],
    ),
    (
        Kind::HowMuch,
        &[
            "how (much|many seconds|much audio|much sound|many seconds of audio|many seconds of sound|much data) (did|has|does) {device} (send|sent|upload|uploaded|record|recorded) [[in|during] {period}]",
            "(what|how long) did {device} (send|upload|record) [[in|during] {period}]",
            "how (much|many seconds) [of] [audio|sound|data] (came|was sent|was uploaded|were sent|were uploaded|went out) (from|by) {device} [[in|during] {period}]",
            "did {device} (send|upload|record) (anything|something|audio|sound|me|us) [[in|during] {period}]",
        ],
    ),
    (
        Kind::IsPaused,
        &[
            "(is it|are you|is the probing|is probing|are the probes|is everything) [still] (muted|paused|quiet|silent|stopped|suspended|on|off|running|active|playing)",
            "are you [still] (probing|testing|playing sounds|listening)",
            "(do you|will you) [still] (play|make) [any] (sounds|sound|noise|probes)",
            "(whats|what is) (your|the) (status|state)",
            "(status|how does it stand|how are things)",
        ],
    ),
    (
        Kind::Help,
        &[
            "help [me]",
            "what can (i|we) (say|ask|do) [you|to you]",
            "what can you (do|tell me|tell us|say)",
            "what do you (do|know|understand)",
            "(how do you work|how does this work|what are you|who are you)",
        ],
    ),
];

/// The sentences of each intent.
#[must_use]
pub fn sentences() -> &'static [Sentences] {
    static SENTENCES: LazyLock<Vec<Sentences>> = LazyLock::new(|| {
        let parsed = |(kind, texts): &(Kind, &'static [&'static str])| Sentences {
            kind: *kind,
            texts,
            templates: texts.iter().filter_map(|text| Template::parse(text).ok()).collect(),
        };
        TABLE.iter().map(parsed).collect()
    });
    &SENTENCES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_intent_has_sentences_and_every_sentence_is_a_template() {
        for it in sentences() {
            for text in it.texts {
                let parsed = Template::parse(text);
                assert!(parsed.is_ok(), "{text}: {parsed:?}");
            }
        }
        let kinds: Vec<Kind> = sentences().iter().map(|it| it.kind).collect();
        assert_eq!(kinds, Kind::ALL);
    }
}
