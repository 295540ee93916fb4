extension Schema {
    /// What damage of the file has cost.
    static let version9 = """
        CREATE TABLE damages(
          id INTEGER PRIMARY KEY,
          at INTEGER NOT NULL,
          file TEXT NOT NULL,           -- under which name the damaged file was set aside
          reason TEXT NOT NULL
        ) STRICT;

        -- `what` is a table, and rows of it are counted; or 'items' that a source had brought; or 'revisions' of a reading.
        CREATE TABLE losses(
          id INTEGER PRIMARY KEY,
          damage INTEGER NOT NULL REFERENCES damages(id),
          what TEXT NOT NULL,
          name TEXT,                    -- of the source; the identity of the reading
          first INTEGER,                -- row numbers between which all is gone
          last INTEGER,
          count INTEGER                 -- NULL: nobody can tell
        ) STRICT;
        CREATE INDEX losses_of_names ON losses(what, name);
        """
}
