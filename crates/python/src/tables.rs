//! The tables of what was found: those of a dataset, without the columns that need the digests of files, and the devices.

use std::borrow::Borrow;
use std::sync::Arc;

use earwitness_base::text::{WIDEST_EXACT, clean};
use earwitness_core::findings::{DeviceFindings, DeviceId, Role};
use earwitness_core::verdict::{Verdict, Verdicts};
use earwitness_dataset::column::{Column, Entry, Record};
use earwitness_dataset::tables::rounds::RoundRow;
use earwitness_dataset::tables::series::SeriesRow;
use earwitness_dataset::tables::sightings::SightingRow;
use earwitness_dataset::tables::verdicts::VerdictRow;
use earwitness_report::grid::{self, Holds};
use earwitness_report::{labels, vendor};
use pyo3::prelude::*;

use crate::inner::Inner;
use crate::table::Table;

/// The digest of a file, which an analysis in memory does not compute.
const OF_FILES: &str = "capture_id";

const OCTETS: &str = "octets";
const MOMENT: &str = "µs since 1970-01-01T00:00:00Z";

fn made<R>(name: &'static str, columns: &[Column<R>], records: impl Iterator<Item: Borrow<R>>) -> PyResult<Table> {
    let columns: Vec<&Column<R>> = columns.iter().filter(|column| column.name != OF_FILES).collect();
    let mut table = grid::Table::new(columns.iter().map(|column| column.field()));
    for record in records {
        table.push(columns.iter().map(|column| (column.cell)(record.borrow())));
    }
    let entries: Vec<Entry> = columns.iter().map(|column| column.entry()).collect();
    Table::new(name, entries, &table)
}

fn of<R: Record>(records: impl Iterator<Item = R>) -> PyResult<Table> {
    made(R::TABLE.folder(), R::COLUMNS, records)
}

/// No capture has a name here.
fn nameless() -> Arc<str> {
    "".into()
}

/// # Errors
/// As [`Table::new`], here and below.
pub(crate) fn sightings(inner: &Inner) -> PyResult<Table> {
    of(inner.findings.devices.iter().flat_map(|device| SightingRow::of(device, |_| nameless())))
}

pub(crate) fn series(inner: &Inner) -> PyResult<Table> {
    of(inner.findings.devices.iter().flat_map(|device| SeriesRow::of(device, |_| nameless())))
}

pub(crate) fn rounds(verdicts: &Verdicts) -> PyResult<Table> {
    of(verdicts.trials.iter().map(|trial| RoundRow { round: trial.round.clone(), capture_id: nameless() }))
}

pub(crate) fn verdicts(said: &Verdicts) -> PyResult<Table> {
    let first = said.trials.first().and_then(|trial| trial.round.slots.first());
    let start = first.map(|slot| slot.from).unwrap_or_default();
    let row =
        |verdict: &Verdict| VerdictRow { verdict: verdict.clone(), alpha: said.alpha, share: 1.0, start, capture_id: nameless() };
    of(said.devices.iter().map(row))
}

pub(crate) fn devices(inner: &Inner) -> PyResult<Table> {
    made("devices", DEVICES, inner.findings.devices.iter())
}

const fn text(
    name: &'static str,
    meaning: &'static str,
    empty: &'static str,
    cell: fn(&DeviceFindings) -> grid::Cell,
) -> Column<DeviceFindings> {
    Column { name, holds: Holds::Text, unit: "", meaning, empty, cell }
}

const fn octets(name: &'static str, meaning: &'static str, cell: fn(&DeviceFindings) -> grid::Cell) -> Column<DeviceFindings> {
    Column { name, holds: Holds::Whole, unit: OCTETS, meaning, empty: "", cell }
}

const fn moment(name: &'static str, meaning: &'static str, cell: fn(&DeviceFindings) -> grid::Cell) -> Column<DeviceFindings> {
    Column { name, holds: Holds::Time, unit: MOMENT, meaning, empty: "", cell }
}

/// Who makes it, where its address tells.
fn maker(it: &DeviceFindings) -> Option<String> {
    let DeviceId::Mac(mac) = it.id else { return None };
    vendor::vendor(mac).filter(|_| !it.randomised).map(|it| clean(it, WIDEST_EXACT))
}

const DEVICES: &[Column<DeviceFindings>] = &[
    text("device", "the device: its MAC address, or its IP address where the link shows none", "", |it| labels::id(it.id).into()),
    text("name", "what it is called: by a name that it announced, else by its maker and address", "", |it| {
        labels::device(it, maker(it).as_deref()).into()
    }),
    text("role", "`device` or `gateway`", "", |it| {
        match it.role {
            Role::Device => "device",
            Role::Gateway => "gateway",
        }
        .into()
    }),
    text("vendor", "whom the IEEE gave the first half of its MAC address", "it is random, or nobody's", |it| maker(it).into()),
    text("addresses", "IP addresses that it used, separated by spaces", "", |it| {
        it.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ").into()
    }),
    moment("first", "first frame that it sent or received", |it| it.seen.from.into()),
    moment("last", "last frame that it sent or received", |it| it.seen.until.into()),
    octets("sent_octets", "octets above the transport header that it sent to the internet", |it| {
        it.upstream.payload_octets.into()
    }),
    octets("received_octets", "octets above the transport header that it received from there", |it| {
        it.downstream.payload_octets.into()
    }),
    octets("local_octets", "octets above the transport header between it and other devices of the home, both ways", |it| {
        it.local.payload_octets.into()
    }),
];
