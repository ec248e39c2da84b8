//! The rows of each table.

use earwitness_base::text::{WIDEST_EXACT, clean};
use std::io;

use earwitness_core::findings::{DeviceId, Sighting};
use earwitness_core::probe::Round;
use earwitness_core::time::{SECOND, Timestamp};

use super::args::{Selection, What};
use super::segments;
use earwitness_base::words::as_f64;
use earwitness_report::grid::{Cell, Column, Holds, Take};
use earwitness_report::{labels, senders, series};
use earwitness_store::{
    Error, NUMBERS, Reader, Result, SessionRow, StoredSighting, heard_word, outcome_words, sighting_word, sound_word, void_word,
    why_word,
};

/// The columns of a table.
pub(super) fn columns(what: What) -> Vec<Column> {
    use Holds::{Number, Text, Time, Truth, Whole};
    match what {
        What::Sessions => vec![
            ("session", Whole),
            ("begun", Time),
            ("ended", Time),
            ("why", Text),
            ("program", Text),
            ("alpha", Number),
            ("seed", Text),
            ("slots", Whole),
            ("slot_seconds", Number),
            ("guard_seconds", Number),
            ("rest_least_seconds", Number),
            ("rest_most_seconds", Number),
            ("sounds", Text),
            ("retired", Time),
        ],
        What::Rounds | What::Probes | What::Frames | What::Dataset => vec![
            ("session", Whole),
            ("round", Whole),
            ("start", Time),
            ("slots", Whole),
            ("slot_seconds", Number),
            ("drawn", Whole),
            ("stimulus", Text),
            ("sound", Text),
            ("onset", Time),
            ("seconds", Number),
            ("heard", Text),
            ("void", Text),
            ("factors", Text),
            ("sha256", Text),
        ],
        What::Segments => segments::columns(),
        What::Scores => vec![
            ("session", Whole),
            ("round", Whole),
            ("device", Text),
            ("slot", Whole),
            ("drawn", Truth),
            ("audio_seconds", Number),
            ("octets", Number),
        ],
        What::Series => vec![
            ("device", Text),
            ("time", Time),
            ("sent_frames", Whole),
            ("sent_octets", Whole),
            ("received_frames", Whole),
            ("received_octets", Whole),
        ],
        What::Sightings => vec![
            ("device", Text),
            ("list", Text),
            ("kind", Text),
            ("start", Time),
            ("end", Time),
            ("audio_seconds", Number),
            ("audio_seconds_low", Number),
            ("audio_seconds_high", Number),
            ("pre_roll_seconds", Number),
            ("pre_roll_seconds_low", Number),
            ("pre_roll_seconds_high", Number),
            ("tail_seconds", Number),
            ("tail_seconds_low", Number),
            ("tail_seconds_high", Number),
            ("bit_rate", Number),
            ("octets_total", Whole),
            ("octets_audio", Whole),
            ("receiver", Text),
            ("receiver_address", Text),
            ("receiver_port", Whole),
            ("source", Text),
            ("source_port", Whole),
            ("protocol", Whole),
        ],
        What::Verdicts => {
            let mut columns = vec![
                ("session", Whole),
                ("told", Time),
                ("device", Text),
                ("verdict", Text),
                ("reason", Text),
                ("sounds", Text),
                ("receivers", Text),
            ];
            columns.extend(NUMBERS.map(|name| (name, Number)));
            columns.push(("several_senders", Text));
            columns
        }
        What::Journal => vec![("time", Time), ("kind", Text), ("device", Text), ("text", Text)],
        What::Replies => vec![("session", Whole), ("round", Whole), ("start", Time), ("end", Time), ("level_db", Number)],
    }
}

/// Hands over the rows of a table; `fail` keeps why the store could not be read.
pub(super) fn rows(
    what: What,
    reader: &Reader,
    of: &Selection,
    take: Take<'_>,
    fail: &mut dyn FnMut(Error) -> io::Error,
) -> io::Result<()> {
    match what {
        What::Sessions => of.sessions.iter().try_for_each(|row| take(session(row))),
        What::Series => series_rows(reader, of, take, fail),
        What::Sightings => through(take, fail, |take| {
            reader.sightings(of.of(), |it| if of.window.overlaps(it.sighting.window) { take(sighting(&it)) } else { Ok(()) })
        }),
        What::Journal => {
            let lines = reader.journal(of.window, u32::MAX).map_err(fail)?;
            lines.into_iter().try_for_each(|line| {
                let text = clean(&line.text, usize::MAX);
                take(vec![line.at.into(), line.word.into(), line.device.map(labels::id).into(), text.into()])
            })
        }
        What::Rounds
        | What::Segments
        | What::Scores
        | What::Verdicts
        | What::Replies
        | What::Probes
        | What::Frames
        | What::Dataset => of.sessions.iter().try_for_each(|row| of_session(what, reader, of, row, take, fail)),
    }
}

/// Runs a reading that hands over rows: what stops it is either the store or the file that is written.
fn through(
    take: Take<'_>,
    fail: &mut dyn FnMut(Error) -> io::Error,
    read: impl FnOnce(&mut dyn FnMut(Vec<Cell>) -> Result<()>) -> Result<()>,
) -> io::Result<()> {
    let mut stopped = None;
    let done = read(&mut |row| {
        take(row).map_err(|error| {
            let again = io::Error::new(error.kind(), error.to_string());
            stopped = Some(error);
            Error::of_reader(&again)
        })
    });
    match (stopped, done) {
        (Some(error), _) => Err(error),
        (None, done) => done.map_err(fail),
    }
}

fn of_session(
    what: What,
    reader: &Reader,
    of: &Selection,
    row: &SessionRow,
    take: Take<'_>,
    fail: &mut dyn FnMut(Error) -> io::Error,
) -> io::Result<()> {
    let id = row.id.0;
    let inside = |round: &Round| round.span().is_none_or(|span| of.window.overlaps(span));
    match what {
        What::Verdicts => {
            let verdict_sets = reader.verdicts(row.id).map_err(fail)?;
            for verdict_set in verdict_sets.iter().filter(|verdict_set| of.window.contains(verdict_set.at)) {
                for stored in &verdict_set.devices {
                    let (words, reason) = outcome_words(stored.outcome);
                    let mut cells: Vec<Cell> = vec![
                        id.into(),
                        verdict_set.at.into(),
                        labels::id(stored.device).into(),
                        words.into(),
                        reason.into(),
                        stored.sounds.as_str().into(),
                        stored.receivers.as_str().into(),
                    ];
                    cells.extend(stored.numbers.iter().map(|number| Cell::from(*number)));
                    let senders: Vec<&str> = stored.senders.iter().map(|it| senders::word(*it)).collect();
                    cells.push(senders.join("; ").into());
                    take(cells)?;
                }
            }
            Ok(())
        }
        What::Replies => {
            reader.replies(row.id).map_err(fail)?.iter().filter(|it| of.window.contains(it.window.from)).try_for_each(|it| {
                take(vec![id.into(), it.round.into(), it.window.from.into(), it.window.until.into(), it.level_db.into()])
            })
        }
        What::Segments => {
            let rounds = reader.rounds(row.id).map_err(fail)?;
            rounds.iter().filter(|it| inside(it)).flat_map(|it| segments::rows(id, it)).try_for_each(take)
        }
        What::Scores => {
            for trial in reader.trials(row.id).map_err(fail)?.iter().filter(|trial| inside(&trial.round)) {
                for (&device, scores) in &trial.scores {
                    for (slot, score) in scores.iter().enumerate() {
                        let (number, drawn) = (trial.round.number, trial.round.drawn == slot);
                        let device = labels::id(device);
                        let start = [id.into(), number.into(), device.into(), slot.into(), drawn.into()];
                        let seconds = score.known().map(|sent| sent.clocked);
                        take(start.into_iter().chain([seconds.into(), score.seen().octets.into()]).collect())?;
                    }
                }
            }
            Ok(())
        }
        _ => reader.rounds(row.id).map_err(fail)?.iter().filter(|it| inside(it)).try_for_each(|it| take(round(id, it))),
    }
}

fn seconds(nanos: i64) -> Cell {
    (as_f64(nanos) / as_f64(SECOND)).into()
}

fn session(row: &SessionRow) -> Vec<Cell> {
    let design = &row.design;
    let sounds: Vec<&str> = design.stimuli.iter().map(|it| it.name.as_str()).collect();
    vec![
        row.id.0.into(),
        row.begun.into(),
        row.ended.map(|ended| ended.0).into(),
        row.ended.map(|ended| why_word(ended.1)).into(),
        row.program.as_str().into(),
        row.alpha.into(),
        design.seed.to_string().into(),
        design.slots.into(),
        seconds(design.slot),
        seconds(design.guard),
        seconds(design.rest.0),
        seconds(design.rest.1),
        sounds.join("; ").into(),
        row.retired.into(),
    ]
}

fn round(session: i64, it: &Round) -> Vec<Cell> {
    let first = it.slots.first();
    vec![
        session.into(),
        it.number.into(),
        first.map(|slot| slot.from).into(),
        it.slots.len().into(),
        first.map_or(Cell::Empty, |slot| seconds(slot.length())),
        it.drawn.into(),
        it.played.stimulus.name.as_str().into(),
        sound_word(it.played.stimulus.kind).into(),
        it.played.onset.into(),
        seconds(it.played.length),
        heard_word(it.played.heard).into(),
        it.void.map(void_word).into(),
        it.played.condition.to_string().into(),
        sounded(it).into(),
    ]
}

/// The digests of what was sent to the loudspeaker, where that is known.
fn sounded(it: &Round) -> Option<String> {
    let digests = it.played.timelines.as_ref()?.timelines().iter().map(|it| it.timeline.digest().to_string());
    Some(digests.collect::<Vec<_>>().join("; "))
}

fn sighting(it: &StoredSighting) -> Vec<Cell> {
    let Sighting { kind, window, flow, receiver, audio_seconds, pre_roll_seconds, tail_seconds, bit_rate, .. } = &it.sighting;
    vec![
        labels::id(it.device).into(),
        it.list.word().into(),
        sighting_word(*kind).into(),
        window.from.into(),
        window.until.into(),
        audio_seconds.map(|it| it.value).into(),
        audio_seconds.map(|it| it.low).into(),
        audio_seconds.map(|it| it.high).into(),
        pre_roll_seconds.value.into(),
        pre_roll_seconds.low.into(),
        pre_roll_seconds.high.into(),
        tail_seconds.value.into(),
        tail_seconds.low.into(),
        tail_seconds.high.into(),
        (*bit_rate).into(),
        it.sighting.octets_total.into(),
        it.sighting.octets_audio.into(),
        labels::receiver(receiver, WIDEST_EXACT).into(),
        receiver.address.to_string().into(),
        u32::from(receiver.port).into(),
        flow.source.to_string().into(),
        u32::from(flow.source_port).into(),
        u32::from(flow.protocol).into(),
    ]
}

fn series_rows(reader: &Reader, of: &Selection, take: Take<'_>, fail: &mut dyn FnMut(Error) -> io::Error) -> io::Result<()> {
    let cells = |device: DeviceId, row: &series::Row| {
        let time = Timestamp::from_nanos(row.time);
        let [sent, received] = [row.sent, row.received];
        vec![labels::id(device).into(), time.into(), sent.0.into(), sent.1.into(), received.0.into(), received.1.into()]
    };
    through(take, fail, |take| {
        reader.stretches(of.of(), |part| {
            for device in &part.devices {
                for row in series::rows(device).filter(|row| of.window.contains(Timestamp::from_nanos(row.time))) {
                    take(cells(device.id, &row))?;
                }
            }
            Ok(())
        })
    })
}
