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

    /// Times that move when clocks turn out wrong, and readings that are corrected.
    static let version2 = """
        -- Why what was stored is told differently now. Never changed, never without what it changed.
        CREATE TABLE corrections(
          id INTEGER PRIMARY KEY,
          cause TEXT NOT NULL,
          at INTEGER NOT NULL,
          "by" TEXT NOT NULL,
          detail TEXT NOT NULL
        ) STRICT;

        ALTER TABLE frames ADD COLUMN synced INTEGER NOT NULL DEFAULT 1;    -- whether the wall clock was right
        ALTER TABLE frames ADD COLUMN restamped INTEGER;                    -- when it arrived, told once the clock was right
        ALTER TABLE frames ADD COLUMN place INTEGER;                        -- among all that its message says
        ALTER TABLE frames ADD COLUMN refiled INTEGER REFERENCES corrections(id);
        CREATE INDEX frames_unsynced ON frames(boot) WHERE synced = 0 AND restamped IS NULL;

        ALTER TABLE readings ADD COLUMN utc INTEGER NOT NULL DEFAULT 0;     -- whether the device's times are of UTC
        ALTER TABLE readings ADD COLUMN ago INTEGER;                        -- seconds, where the device says that
        ALTER TABLE readings ADD COLUMN continuous INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE readings ADD COLUMN heard INTEGER;                      -- by the relay's clock
        ALTER TABLE readings ADD COLUMN clock_ahead INTEGER;                -- milliseconds, of the device's clock
        ALTER TABLE readings ADD COLUMN time_doubt TEXT;
        ALTER TABLE readings ADD COLUMN withheld INTEGER NOT NULL DEFAULT 0;  -- never passed on: it was quarantined
        ALTER TABLE readings ADD COLUMN correction INTEGER REFERENCES corrections(id);
        UPDATE readings SET utc = 1, device_time = rtrim(device_time, 'Z') WHERE device_time LIKE '%Z';
        UPDATE readings SET withheld = 1 WHERE state = 'quarantined';
        -- What takes the place of a quarantined reading without a time leaves it without one. The way to loosen a CHECK without
        -- copying all rows: https://sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'CHECK(state = ''quarantined'' OR', 'CHECK(withheld OR')
          WHERE type = 'table' AND name = 'readings';
        PRAGMA writable_schema = RESET;

        -- What was measured of the clocks of devices, before anything was set.
        CREATE TABLE device_clocks(
          id INTEGER PRIMARY KEY,
          device TEXT NOT NULL,
          said TEXT,                    -- as the device told it
          ahead INTEGER NOT NULL,       -- milliseconds
          was_set INTEGER NOT NULL,
          at INTEGER NOT NULL,
          monotonic INTEGER NOT NULL,
          boot TEXT NOT NULL,
          synced INTEGER NOT NULL,
          restamped INTEGER             -- `at`, told once the gateway's clock was right; `ahead` stands against `at`
        ) STRICT;
        CREATE INDEX device_clocks_of_devices ON device_clocks(device, id);
        """

    /// Where a device's bind key is: a path, or the name of a systemd credential. Never the key.
    static let version3 = "ALTER TABLE devices ADD COLUMN key_file TEXT"

    static let version4 = ""
}
