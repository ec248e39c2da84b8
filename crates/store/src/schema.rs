//! The shape of the file: made fresh, brought up from earlier versions, compared.

use rusqlite::Connection;

use super::VERSION;
use super::error::Kind;

/// Marks the file as a store of this program (`earw`), for `file` and for ourselves.
pub(super) const APPLICATION: i32 = 0x6561_7277;

/// The schema of [`VERSION`].
pub(super) const SQL: &str = include_str!("schema.sql");

/// What brings a file from one version to the next: the first from 1 to 2, and so on.
pub(super) const STEPS: &[&str] = &[
    "CREATE TABLE contacts (
    stretch INTEGER NOT NULL REFERENCES stretches,
    device INTEGER NOT NULL REFERENCES devices,
    place INTEGER NOT NULL,
    receiver TEXT NOT NULL,
    receiver_port INTEGER NOT NULL,
    receiver_name TEXT,
    receiver_name_source TEXT,
    receiver_local INTEGER NOT NULL,
    sent BLOB NOT NULL,
    PRIMARY KEY (stretch, device, place)
) STRICT, WITHOUT ROWID",
    // Intervals of pre-roll and tail; what was written before has none. What was called a recording without a cause is a large upload.
    "ALTER TABLE sightings ADD COLUMN pre_roll_seconds_low REAL;
     ALTER TABLE sightings ADD COLUMN pre_roll_seconds_high REAL;
     ALTER TABLE sightings ADD COLUMN tail_seconds_low REAL;
     ALTER TABLE sightings ADD COLUMN tail_seconds_high REAL;
     UPDATE sightings SET kind = 'large upload' WHERE kind = 'recording';",
    // By which rules a session was scored and judged: others before.
    "ALTER TABLE sessions ADD COLUMN rules INTEGER NOT NULL DEFAULT 1",
    // Signs of several senders under one address; none was looked for before.
    "ALTER TABLE descriptions ADD COLUMN sender_signs TEXT NOT NULL DEFAULT '[]';",
    // What was played, to the sample; of what was played before it is not known.
    "CREATE TABLE session_factors (
    session INTEGER NOT NULL REFERENCES sessions,
    place INTEGER NOT NULL,
    level_place INTEGER NOT NULL,
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    PRIMARY KEY (session, place, level_place)
) STRICT, WITHOUT ROWID;
CREATE TABLE factors (
    session INTEGER NOT NULL,
    round INTEGER NOT NULL,
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    PRIMARY KEY (session, round, name),
    FOREIGN KEY (session, round) REFERENCES rounds
) STRICT, WITHOUT ROWID;
CREATE TABLE timelines (
    session INTEGER NOT NULL,
    round INTEGER NOT NULL,
    place INTEGER NOT NULL,
    begins INTEGER NOT NULL,
    rate INTEGER NOT NULL,
    planned INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    PRIMARY KEY (session, round, place),
    FOREIGN KEY (session, round) REFERENCES rounds
) STRICT, WITHOUT ROWID;
CREATE TABLE segments (
    session INTEGER NOT NULL,
    round INTEGER NOT NULL,
    timeline INTEGER NOT NULL,
    place INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    kind TEXT NOT NULL,
    whole INTEGER,
    level INTEGER,
    sha256 BLOB,
    text TEXT,
    voice TEXT,
    speed TEXT,
    seed INTEGER,
    PRIMARY KEY (session, round, timeline, place),
    FOREIGN KEY (session, round, timeline) REFERENCES timelines
) STRICT, WITHOUT ROWID;",
];

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Nothing in it yet.
    Empty,
    /// A store of this version.
    Version(i64),
}

/// What the file is.
pub(super) fn state(connection: &Connection) -> rusqlite::Result<Result<State, Kind>> {
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let objects: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (application, version) {
        (0, 0) if objects == 0 => Ok(State::Empty),
        (APPLICATION, version) if version > VERSION => Err(Kind::Newer { found: version }),
        (APPLICATION, version) if version > 0 => Ok(State::Version(version)),
        _ => Err(Kind::Foreign),
    })
}

/// Makes an empty file a store.
pub(super) fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    transaction.execute_batch(SQL)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

/// Brings a file up to the version after the last of `steps`; all of it or nothing.
pub(super) fn upgrade(connection: &mut Connection, from: i64, steps: &[&str]) -> rusqlite::Result<i64> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let mut version = from;
    for step in steps.iter().skip(usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX)) {
        transaction.execute_batch(step)?;
        version += 1;
    }
    transaction.pragma_update(None, "user_version", version)?;
    transaction.commit()?;
    Ok(version)
}

/// What the connection must be set to each time: none of it is kept in the file.
pub(super) fn connect(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(
        "PRAGMA foreign_keys = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -2048;",
    )
}

/// The statements that made the file, for comparing.
pub(super) fn statements(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        connection.prepare("SELECT sql FROM main.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_stat%'")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    // A column that was added later stands in the statement with other spaces.
    let spaced = |sql: String| sql.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ,", ",").replace(" )", ")");
    let mut all = lines.map(|sql| sql.map(spaced)).collect::<rusqlite::Result<Vec<_>>>()?;
    all.sort();
    Ok(all)
}

/// A column of a table that a fresh store has and the file has not, if any: `table.column`. However it was brought up to this version.
pub(super) fn lacks(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let columns = |connection: &Connection| {
        let mut statement = connection.prepare(
            "SELECT tables.name || '.' || columns.name FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns
             WHERE tables.type = 'table'",
        )?;
        statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()
    };
    let fresh = Connection::open_in_memory()?;
    fresh.execute_batch(SQL)?;
    let theirs = columns(connection)?;
    Ok(columns(&fresh)?.into_iter().find(|column| !theirs.contains(column)))
}

/// Lays beside a file of an earlier version, in memory, what that version lacks, so that it is read like any other and not touched: empty tables, and columns with
/// the value that the step to the later version would give them.
pub(super) fn complete(connection: &Connection) -> rusqlite::Result<()> {
    let fresh = Connection::open_in_memory()?;
    fresh.execute_batch(SQL)?;
    let mut tables = fresh.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
    let tables = tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (table, sql) in tables.collect::<rusqlite::Result<Vec<(String, String)>>>()? {
        let theirs: Vec<String> = columns(connection, &table)?.into_iter().map(|column| column.0).collect();
        if theirs.is_empty() {
            connection.execute_batch(&sql.replacen("CREATE TABLE", "CREATE TEMP TABLE", 1))?;
            continue;
        }
        let more = columns(&fresh, &table)?.into_iter().filter(|column| !theirs.contains(&column.0));
        let column = |(name, value): (String, Option<String>)| format!(", {} AS {name}", value.as_deref().unwrap_or("NULL"));
        let more = more.map(column).collect::<Vec<_>>().concat();
        if !more.is_empty() {
            connection.execute_batch(&format!("CREATE TEMP VIEW {table} AS SELECT own.*{more} FROM main.{table} AS own"))?;
        }
    }
    Ok(())
}

/// Reads the beginning of every table, and all of those that are read at each start: damage there would stop a program that begins over and over again.
pub(super) fn touch(connection: &Connection) -> rusqlite::Result<()> {
    const READ_AT_START: [&str; 7] =
        ["sessions", "session_sounds", "session_factors", "session_lengths", "session_quiet", "devices", "settings"];
    let mut tables = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?;
    let tables = tables.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    for table in tables {
        let most = if READ_AT_START.contains(&table.as_str()) { i64::MAX } else { 1 };
        let mut rows = connection.prepare(&format!("SELECT * FROM \"{table}\" NOT INDEXED LIMIT ?1"))?;
        let mut rows = rows.query([most])?;
        while rows.next()?.is_some() {}
    }
    Ok(())
}

/// The columns of a table with their default values.
fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<(String, Option<String>)>> {
    let mut statement = connection.prepare("SELECT name, dflt_value FROM pragma_table_info(?1, 'main')")?;
    statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// How the file's shape, brought up from `version`, differs from that of a fresh one; a sentence each.
pub(super) fn differences(connection: &Connection, version: i64) -> rusqlite::Result<Vec<String>> {
    let fresh = Connection::open_in_memory()?;
    fresh.execute_batch(SQL)?;
    let ours = statements(&fresh)?;
    let theirs = if version == VERSION {
        statements(connection)?
    } else {
        let mut shape = Connection::open_in_memory()?;
        let mut all = statements(connection)?;
        all.sort_by_key(|sql| !sql.starts_with("CREATE TABLE"));
        all.iter().try_for_each(|sql| shape.execute_batch(sql))?;
        upgrade(&mut shape, version, STEPS)?;
        statements(&shape)?
    };
    let missing = ours.iter().filter(|sql| !theirs.contains(sql)).map(|sql| format!("not as in a fresh store: {sql}"));
    let more = theirs.iter().filter(|sql| !ours.contains(sql)).map(|sql| format!("not in a fresh store: {sql}"));
    Ok(missing.chain(more).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        create(&mut connection).unwrap();
        connection
    }

    #[test]
    fn a_fresh_store_is_as_fresh_as_any() {
        let connection = made();
        assert_eq!(state(&connection).unwrap(), Ok(State::Version(VERSION)));
        assert!(differences(&connection, VERSION).unwrap().is_empty() && lacks(&connection).unwrap().is_none());
        connection.execute_batch("CREATE TABLE extra (a)").unwrap();
        assert!(lacks(&connection).unwrap().is_none(), "more does no harm");
        connection.execute_batch("DROP TABLE replies").unwrap();
        assert_eq!(differences(&connection, VERSION).unwrap().len(), 2);
        assert!(lacks(&connection).unwrap().is_some_and(|column| column.starts_with("replies.")));
    }

    fn of_the_first_version() -> Connection {
        let more = ["pre_roll_seconds_low REAL", "pre_roll_seconds_high REAL", "tail_seconds_low REAL", "tail_seconds_high REAL"];
        let more = more.into_iter().chain(["rules INTEGER NOT NULL DEFAULT 1", "sender_signs TEXT NOT NULL DEFAULT '[]'"]);
        let first = more.fold(SQL.to_owned(), |sql, column| sql.replacen(&format!(",\n    {column}"), "", 1));
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(&first).unwrap();
        for table in ["contacts", "segments", "timelines", "factors", "session_factors"] {
            connection.execute_batch(&format!("DROP TABLE {table}")).unwrap();
        }
        connection
    }

    #[test]
    fn a_file_of_the_first_version_is_read_like_any_other_and_not_touched() {
        let connection = of_the_first_version();
        let before = statements(&connection).unwrap();
        complete(&connection).unwrap();
        let counted = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(counted("SELECT count(*) FROM contacts"), 0);
        assert_eq!(counted("SELECT count(pre_roll_seconds_low) FROM sightings"), 0);
        let sessions =
            "INSERT INTO main.sessions VALUES (1, 0, '', 0.01, 1, 8, 1, 1, 1, 1, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL)";
        connection.execute_batch(sessions).unwrap();
        assert_eq!(counted("SELECT rules FROM sessions"), 1);
        assert_eq!(statements(&connection).unwrap(), before);
        assert_eq!(differences(&connection, 1).unwrap(), Vec::<String>::new());
        connection.execute_batch("DROP INDEX main.descriptions_of_device").unwrap();
        assert_eq!(differences(&connection, 1).unwrap().len(), 1);
    }

    #[test]
    fn a_file_of_the_first_version_becomes_as_fresh_as_any() {
        let mut connection = of_the_first_version();
        assert!(lacks(&connection).unwrap().is_some());
        assert_eq!(upgrade(&mut connection, 1, STEPS).unwrap(), VERSION);
        assert_eq!((differences(&connection, VERSION).unwrap(), lacks(&connection).unwrap()), (Vec::new(), None));
    }

    /// The steps here are made up; the way they are taken is the one of the real ones.
    #[test]
    fn an_older_file_is_brought_up_step_by_step_with_its_rows() {
        let more = "UPDATE settings SET since = since + 1";
        let steps = ["ALTER TABLE settings ADD COLUMN since INTEGER", "UPDATE settings SET since = 6", more, more, more, more];
        let mut connection = made();
        connection.execute("INSERT INTO settings VALUES ('a', 'b')", []).unwrap();
        assert_eq!(upgrade(&mut connection, 1, &steps).unwrap(), 7);
        let row: (String, i64) =
            connection.query_row("SELECT value, since FROM settings", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(row, ("b".to_owned(), 10));
        assert_eq!(state(&connection).unwrap(), Err(Kind::Newer { found: 7 }), "this program would not touch it");
        let mut second = made();
        upgrade(&mut second, 1, &steps[..1]).unwrap();
        assert_eq!(upgrade(&mut second, 2, &steps).unwrap(), 7, "only the step that is missing is taken");
    }

    #[test]
    fn a_step_that_fails_leaves_the_file_as_it_was() {
        let mut connection = made();
        let before = statements(&connection).unwrap();
        upgrade(&mut connection, 1, &["ALTER TABLE settings ADD COLUMN since INTEGER", "UPDATE nowhere SET a = 1"]).unwrap_err();
        assert_eq!(statements(&connection).unwrap(), before);
        assert_eq!(state(&connection).unwrap(), Ok(State::Version(VERSION)));
    }

    #[test]
    fn the_database_of_another_program_is_not_ours() {
        let connection = Connection::open_in_memory().unwrap();
        assert_eq!(state(&connection).unwrap(), Ok(State::Empty));
        connection.execute_batch("CREATE TABLE theirs (a)").unwrap();
        assert_eq!(state(&connection).unwrap(), Err(Kind::Foreign));
    }
}
