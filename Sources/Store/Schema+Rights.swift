extension Schema {
    /// The rights of persons: what is erased, and how long theirs is kept.
    static let version8 = """
        -- Each time that somebody, or the time they are kept for, had readings erased: who answers for it, and how much went. It
        -- does not say whose.
        CREATE TABLE erasings(
          id INTEGER PRIMARY KEY,
          cause TEXT NOT NULL,          -- 'person' | 'age'
          at INTEGER NOT NULL,
          "by" TEXT NOT NULL,
          ended_at INTEGER,             -- NULL while it goes on
          readings INTEGER NOT NULL DEFAULT 0,
          revisions INTEGER NOT NULL DEFAULT 0,
          frames INTEGER NOT NULL DEFAULT 0,
          alarms INTEGER NOT NULL DEFAULT 0,
          passed INTEGER NOT NULL DEFAULT 0,      -- revisions that had been passed on
          entries INTEGER NOT NULL DEFAULT 0      -- their entries in the journal
        ) STRICT;

        -- Keyed hashes of the identities of erased readings: the same record, read again, is known and not stored again.
        CREATE TABLE tombstones(hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

        -- What sinks have still to be told. Entries of the journal are 'erasure' as long as it stands here, then 'erased', as are
        -- those of what was erased; both have 0 as `ref`.
        CREATE TABLE erasures(
          seq INTEGER PRIMARY KEY,      -- journal.seq
          what TEXT NOT NULL,           -- 'reading' | 'alarm'
          subject TEXT NOT NULL,        -- readings.identity | alarms.id
          device TEXT NOT NULL,
          about TEXT NOT NULL,          -- the kind of a reading | the vital of an alarm
          revision INTEGER NOT NULL     -- of a reading
        ) STRICT;

        -- Of what sources brought, as much went.
        CREATE TABLE erased_frames(source TEXT PRIMARY KEY, items INTEGER NOT NULL) STRICT, WITHOUT ROWID;

        ALTER TABLE persons ADD COLUMN keep TEXT;                               -- as ISO 8601 writes a duration; NULL: for ever
        ALTER TABLE persons ADD COLUMN erasing INTEGER REFERENCES erasings(id); -- until nothing is left
        -- Stands for somebody who was erased, in what was said of devices: what was theirs must not become somebody else's.
        ALTER TABLE persons ADD COLUMN nameless INTEGER NOT NULL DEFAULT 0;

        -- What names a reading or a correction is looked for when that goes.
        CREATE INDEX frames_repeating ON frames(duplicate_of) WHERE duplicate_of IS NOT NULL;
        CREATE INDEX frames_refiled ON frames(refiled) WHERE refiled IS NOT NULL;
        CREATE INDEX readings_contradicting ON readings(conflict_of) WHERE conflict_of IS NOT NULL;
        CREATE INDEX readings_corrected ON readings(correction) WHERE correction IS NOT NULL;
        """
}
