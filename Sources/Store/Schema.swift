/// The tables. Times ending in `_at` and `arrived` are milliseconds since 1970-01-01T00:00:00Z.
enum Schema {
    static let version1 = """
        CREATE TABLE meta(
          key TEXT PRIMARY KEY,
          value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE devices(
          id TEXT PRIMARY KEY,
          name TEXT NOT NULL,
          profile TEXT,                 -- forced by the operator; NULL: the one that matches
          enrolled_at INTEGER NOT NULL,
          enrolled_by TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE sources(
          name TEXT PRIMARY KEY,
          received INTEGER NOT NULL DEFAULT 0,     -- = its frames + its tallies
          connections INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;

        -- What never came into custody.
        CREATE TABLE tallies(
          source TEXT NOT NULL,
          code TEXT NOT NULL,
          count INTEGER NOT NULL,
          last_at INTEGER NOT NULL,
          last_detail TEXT,
          PRIMARY KEY(source, code)
        ) STRICT, WITHOUT ROWID;

        -- What was received, and what it became.
        CREATE TABLE frames(
          id INTEGER PRIMARY KEY,
          source TEXT NOT NULL,
          format TEXT NOT NULL,
          topic TEXT,
          device TEXT NOT NULL,
          profile TEXT,
          profile_version TEXT,
          arrived INTEGER NOT NULL,
          monotonic INTEGER NOT NULL,   -- nanoseconds since that boot
          boot TEXT NOT NULL,
          custody TEXT NOT NULL,
          retained INTEGER NOT NULL,
          connection INTEGER,
          packet_id INTEGER,
          body BLOB NOT NULL,
          fate TEXT NOT NULL,
          code TEXT,
          detail TEXT,
          duplicate_of INTEGER REFERENCES readings(id)
        ) STRICT;
        CREATE INDEX frames_with_packet ON frames(source) WHERE packet_id IS NOT NULL;
        CREATE INDEX frames_waiting ON frames(device) WHERE fate = 'waiting';

        CREATE TABLE readings(
          id INTEGER PRIMARY KEY,
          identity TEXT NOT NULL,
          revision INTEGER NOT NULL,
          frame INTEGER NOT NULL REFERENCES frames(id),
          device TEXT NOT NULL,
          kind TEXT NOT NULL,
          user INTEGER,
          number INTEGER,
          qualifier TEXT,
          device_time TEXT,
          record_time TEXT,
          measured_at INTEGER,
          time_quality TEXT,
          "values" TEXT NOT NULL,       -- JSON, name: "value unit", e.g. {"systolic":"120 mmHg"}
          marks TEXT NOT NULL,          -- JSON
          conflict_of INTEGER REFERENCES readings(id),
          state TEXT NOT NULL,
          code TEXT,                    -- why it is quarantined
          detail TEXT,
          UNIQUE(identity, revision),
          CHECK(state = 'quarantined' OR (measured_at IS NOT NULL AND time_quality IS NOT NULL))
        ) STRICT;
        CREATE INDEX readings_of_frames ON readings(frame);
        CREATE INDEX readings_quarantined ON readings(state) WHERE state = 'quarantined';

        CREATE TABLE alarms(
          id TEXT PRIMARY KEY,
          device TEXT NOT NULL,
          vital TEXT NOT NULL,
          level TEXT NOT NULL,
          side TEXT NOT NULL,
          raised_at INTEGER NOT NULL,
          newest_at INTEGER NOT NULL,
          cleared_at INTEGER            -- NULL while active
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE alarm_events(
          id INTEGER PRIMARY KEY,
          episode TEXT NOT NULL REFERENCES alarms(id),
          phase TEXT NOT NULL,
          level TEXT NOT NULL,
          side TEXT NOT NULL,
          newest_at INTEGER NOT NULL,
          reading TEXT NOT NULL,        -- readings.identity
          value TEXT NOT NULL,
          "limit" TEXT,
          measured_at INTEGER NOT NULL,
          time_quality TEXT NOT NULL
        ) STRICT;

        -- The only queue. Append-only, without gaps.
        CREATE TABLE journal(
          seq INTEGER PRIMARY KEY AUTOINCREMENT,
          lane TEXT NOT NULL,
          entry TEXT NOT NULL,          -- 'reading' | 'alarm'
          ref INTEGER NOT NULL,         -- readings.id | alarm_events.id
          at INTEGER NOT NULL
        ) STRICT;
        -- The bulk lane is nearly all of the journal and needs no index.
        CREATE INDEX journal_alarms ON journal(seq) WHERE lane = 'alarm';

        CREATE TABLE sinks(
          name TEXT PRIMARY KEY,
          registered_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- Every entry of the lane up to seq is settled: delivered, unless it is an exception.
        CREATE TABLE cursors(
          sink TEXT NOT NULL REFERENCES sinks(name),
          lane TEXT NOT NULL,
          seq INTEGER NOT NULL,
          PRIMARY KEY(sink, lane)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE exceptions(
          sink TEXT NOT NULL REFERENCES sinks(name),
          seq INTEGER NOT NULL REFERENCES journal(seq),
          state TEXT NOT NULL,
          reason TEXT NOT NULL,
          attempts INTEGER NOT NULL,
          at INTEGER NOT NULL,
          PRIMARY KEY(sink, seq)
        ) STRICT, WITHOUT ROWID;
        """

    /// Where a device's bind key is: a path, or the name of a systemd credential. Never the key.
    static let keyFiles = "ALTER TABLE devices ADD COLUMN key_file TEXT"
}
