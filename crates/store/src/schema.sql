-- What a store holds, version 6. Explained in docs/design/store.md.
-- Moments are nanoseconds since 1970-01-01 UTC, lengths are nanoseconds, words are those of `words.rs`; numbers of 64 bits without a
-- sign are kept with the same bits. Layout of the packed columns: `pack.rs`.

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    begun_at INTEGER NOT NULL,
    program TEXT NOT NULL,
    alpha REAL NOT NULL,
    seed INTEGER NOT NULL,
    slots INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    guard INTEGER NOT NULL,
    rest_least INTEGER NOT NULL,
    rest_most INTEGER NOT NULL,
    only_when_away INTEGER NOT NULL,
    local_offset INTEGER NOT NULL,
    warm_up INTEGER NOT NULL,
    burst_window INTEGER,
    burst_kbits REAL,
    burst_windows INTEGER,
    ended_at INTEGER,
    ended_why TEXT,
    retired_at INTEGER,
    rules INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE session_sounds (
    session INTEGER NOT NULL REFERENCES sessions,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (session, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE session_lengths (
    session INTEGER NOT NULL REFERENCES sessions,
    place INTEGER NOT NULL,
    length INTEGER NOT NULL,
    PRIMARY KEY (session, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE session_quiet (
    session INTEGER NOT NULL REFERENCES sessions,
    place INTEGER NOT NULL,
    from_minute INTEGER NOT NULL,
    until_minute INTEGER NOT NULL,
    PRIMARY KEY (session, place)
) STRICT, WITHOUT ROWID;

-- What an experiment varies, with its levels, since version 6.
CREATE TABLE session_factors (
    session INTEGER NOT NULL REFERENCES sessions,
    place INTEGER NOT NULL,
    level_place INTEGER NOT NULL,
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    PRIMARY KEY (session, place, level_place)
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    UNIQUE (address, kind)
) STRICT;

-- What a device told of itself; a new row whenever something of it changes.
CREATE TABLE descriptions (
    id INTEGER PRIMARY KEY,
    device INTEGER NOT NULL REFERENCES devices,
    role TEXT NOT NULL,
    randomised INTEGER NOT NULL,
    addresses TEXT NOT NULL,
    host_name TEXT,
    vendor_class TEXT,
    names TEXT NOT NULL,
    sender_signs TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX descriptions_of_device ON descriptions (device);

CREATE TABLE rounds (
    session INTEGER NOT NULL REFERENCES sessions,
    number INTEGER NOT NULL,
    slots BLOB NOT NULL,
    drawn INTEGER NOT NULL,
    sound TEXT NOT NULL,
    sound_kind TEXT NOT NULL,
    onset INTEGER NOT NULL,
    length INTEGER NOT NULL,
    heard TEXT NOT NULL,
    void TEXT,
    scores BLOB NOT NULL,
    PRIMARY KEY (session, number)
) STRICT, WITHOUT ROWID;

-- The level of each factor in a round, since version 6.
CREATE TABLE factors (
    session INTEGER NOT NULL,
    round INTEGER NOT NULL,
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    PRIMARY KEY (session, round, name),
    FOREIGN KEY (session, round) REFERENCES rounds
) STRICT, WITHOUT ROWID;

-- What was sent to the loudspeaker in a round, from its onset on, since version 6; no row where that is not known. `planned`: samples that were to sound.
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

-- The parts of a timeline, laid end to end. `whole`: samples that all of the sound has; `level`: hundredths of dBFS; `text`: what is said, or the name of the file or noise.
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
) STRICT, WITHOUT ROWID;

-- What the published two-sample test said after a probe.
CREATE TABLE tests (
    session INTEGER NOT NULL REFERENCES sessions,
    round INTEGER NOT NULL,
    cut INTEGER NOT NULL,
    devices BLOB NOT NULL,
    PRIMARY KEY (session, round)
) STRICT, WITHOUT ROWID;

-- What was seen from one hand-over to the next.
CREATE TABLE stretches (
    id INTEGER PRIMARY KEY,
    session INTEGER REFERENCES sessions,
    first INTEGER,
    last INTEGER,
    frames INTEGER NOT NULL,
    wire_octets INTEGER NOT NULL,
    cut INTEGER NOT NULL,
    oversized INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    clock_back INTEGER NOT NULL,
    clock_ahead INTEGER NOT NULL,
    stopped TEXT NOT NULL,
    others INTEGER NOT NULL,
    sightings_left_out INTEGER NOT NULL,
    flows_not_followed INTEGER NOT NULL,
    retired INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX stretches_of_session ON stretches (session);

-- What a device sent and received in a stretch.
CREATE TABLE series (
    stretch INTEGER NOT NULL REFERENCES stretches,
    device INTEGER NOT NULL REFERENCES devices,
    description INTEGER NOT NULL REFERENCES descriptions,
    seen_from INTEGER NOT NULL,
    seen_until INTEGER NOT NULL,
    totals BLOB NOT NULL,
    sent BLOB NOT NULL,
    received BLOB NOT NULL,
    PRIMARY KEY (stretch, device)
) STRICT, WITHOUT ROWID;

-- Whom a device sent payload to in a stretch, since version 2.
CREATE TABLE contacts (
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
) STRICT, WITHOUT ROWID;

CREATE TABLE bursts (
    stretch INTEGER NOT NULL REFERENCES stretches,
    device INTEGER NOT NULL REFERENCES devices,
    place INTEGER NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    windows INTEGER NOT NULL,
    octets INTEGER NOT NULL,
    mean_rate REAL,
    peak_rate REAL,
    PRIMARY KEY (stretch, device, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE sightings (
    id INTEGER PRIMARY KEY,
    stretch INTEGER NOT NULL REFERENCES stretches,
    device INTEGER NOT NULL REFERENCES devices,
    list TEXT NOT NULL,
    kind TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    source_port INTEGER NOT NULL,
    destination TEXT NOT NULL,
    destination_port INTEGER NOT NULL,
    protocol INTEGER NOT NULL,
    receiver TEXT NOT NULL,
    receiver_port INTEGER NOT NULL,
    receiver_name TEXT,
    receiver_name_source TEXT,
    receiver_local INTEGER NOT NULL,
    receiver_country TEXT,
    receiver_system INTEGER,
    receiver_system_name TEXT,
    audio_seconds REAL,
    audio_seconds_low REAL,
    audio_seconds_high REAL,
    pre_roll_seconds REAL,
    tail_seconds REAL,
    bit_rate REAL,
    octets_total INTEGER NOT NULL,
    octets_audio INTEGER NOT NULL,
    marks BLOB NOT NULL,
    pre_roll_seconds_low REAL,
    pre_roll_seconds_high REAL,
    tail_seconds_low REAL,
    tail_seconds_high REAL
) STRICT;
CREATE INDEX sightings_of_stretch ON sightings (stretch);

-- What saw a sighting, and how strongly.
CREATE TABLE detections (
    sighting INTEGER NOT NULL REFERENCES sightings ON DELETE CASCADE,
    place INTEGER NOT NULL,
    detector TEXT NOT NULL,
    shape TEXT,
    beat INTEGER,
    records INTEGER,
    regularity REAL,
    unevenness REAL,
    windows INTEGER,
    octets INTEGER,
    mean_rate REAL,
    peak_rate REAL,
    PRIMARY KEY (sighting, place)
) STRICT, WITHOUT ROWID;

-- A set of verdicts as it was told, and what it was computed from: the session's stretches and rounds up to these; round -1 where none was scored.
CREATE TABLE tellings (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES sessions,
    told_at INTEGER NOT NULL,
    last_stretch INTEGER NOT NULL,
    last_round INTEGER NOT NULL,
    alpha REAL NOT NULL,
    late INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    controls TEXT NOT NULL,
    void INTEGER NOT NULL
) STRICT;
CREATE INDEX tellings_of_session ON tellings (session);

CREATE TABLE verdicts (
    telling INTEGER NOT NULL REFERENCES tellings,
    device INTEGER NOT NULL REFERENCES devices,
    outcome TEXT NOT NULL,
    reason TEXT,
    sounds TEXT NOT NULL,
    receivers TEXT NOT NULL,
    rounds REAL,
    ln_e REAL,
    ln_last REAL,
    ln_clocked REAL,
    late_shift REAL,
    late_stretch REAL,
    late_ln_e REAL,
    threshold REAL,
    p REAL,
    proven_after REAL,
    bound REAL,
    limit_octets REAL,
    limit_clocked REAL,
    uploads REAL,
    upload_seconds REAL,
    upload_median_seconds REAL,
    upload_bit_rate REAL,
    dose REAL,
    dose_low REAL,
    dose_high REAL,
    dose_intercept REAL,
    dose_p REAL,
    dose_points REAL,
    dose_seconds REAL,
    dose_seconds_low REAL,
    dose_seconds_high REAL,
    dose_seconds_intercept REAL,
    dose_seconds_p REAL,
    dose_seconds_points REAL,
    ttest_reacting REAL,
    ttest_judged REAL,
    bursts_drawn REAL,
    bursts_sham REAL,
    continuous REAL,
    rounds_to_go REAL,
    listed REAL,
    PRIMARY KEY (telling, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    session INTEGER REFERENCES sessions,
    device INTEGER REFERENCES devices,
    text TEXT NOT NULL
) STRICT;

-- What a microphone heard after a probe that was not the probe: a device that answers.
CREATE TABLE replies (
    session INTEGER NOT NULL REFERENCES sessions,
    round INTEGER NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    level_db REAL,
    PRIMARY KEY (session, round, from_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
