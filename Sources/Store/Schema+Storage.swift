extension Schema {
    /// What went to make room, and what a damaged file took: with it the sums of the ledger stay true.
    static let version6 = """
        CREATE TABLE thinnings(
          day INTEGER NOT NULL,         -- since 1970-01-01, in UTC
          cause TEXT NOT NULL,          -- 'age' | 'cap' | 'damage'
          what TEXT NOT NULL,           -- 'body' | 'frame' | 'entry' | 'reading'
          origin TEXT NOT NULL,         -- the source of frames, the lane of entries
          fate TEXT NOT NULL,           -- of frames
          code TEXT NOT NULL,
          custody TEXT NOT NULL,
          count INTEGER NOT NULL,
          bytes INTEGER NOT NULL,
          oldest INTEGER,               -- when they had arrived, or were written
          newest INTEGER,
          last INTEGER NOT NULL,        -- the highest readings.id or alarm_events.id among entries that went; else 0
          PRIMARY KEY(day, cause, what, origin, fate, code, custody)
        ) STRICT, WITHOUT ROWID;

        ALTER TABLE frames ADD COLUMN thinned INTEGER;                          -- when its body went
        ALTER TABLE cursors ADD COLUMN thinned INTEGER NOT NULL DEFAULT 0;      -- entries that the sink had, and that went then
        """
}
