extension Schema {
    /// Continuous signals: a frame may be a whole minute of a stream, and a reading the summary of one.
    static let version5 = """
        -- A frame of a stream is one minute of it: `items` of what was received stand in its body. While the minute goes on it
        -- waits, and its body lies in pieces, one for each commit that brought some of it: a row that grew would be written
        -- anew each time.
        ALTER TABLE frames ADD COLUMN items INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE frames ADD COLUMN minute INTEGER;                       -- when it began; NULL of all other frames
        CREATE INDEX frames_of_minutes ON frames(device, minute) WHERE minute IS NOT NULL;
        CREATE TABLE stream_pieces(
          frame INTEGER NOT NULL REFERENCES frames(id),
          place INTEGER NOT NULL,
          items INTEGER NOT NULL,
          body BLOB NOT NULL,
          PRIMARY KEY(frame, place)
        ) STRICT, WITHOUT ROWID;

        ALTER TABLE readings ADD COLUMN summary TEXT;                       -- JSON, of a minute's summary
        -- The course of a vital: without it a year of one device is a look at every reading that is stored.
        CREATE INDEX readings_in_time ON readings(device, kind, measured_at) WHERE state = 'current';
        ALTER TABLE alarms ADD COLUMN since INTEGER;                        -- of continuous vitals: when the limit was reached first
        ALTER TABLE alarms ADD COLUMN until INTEGER;                        -- … and last
        ALTER TABLE alarms ADD COLUMN extreme TEXT;
        ALTER TABLE alarm_events ADD COLUMN until INTEGER;                  -- as they were when it was told
        ALTER TABLE alarm_events ADD COLUMN extreme TEXT;
        """
}
