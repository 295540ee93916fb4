extension Schema {
    /// Whose readings are.
    static let version4 = """
        CREATE TABLE persons(
          id TEXT PRIMARY KEY,          -- a pseudonym
          language TEXT,                -- BCP 47
          consents INTEGER NOT NULL,    -- 0: no reading is filed under it any more
          consent_at INTEGER NOT NULL,
          consent_by TEXT NOT NULL,     -- who said so
          added_at INTEGER NOT NULL,
          added_by TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- What other systems call them.
        CREATE TABLE person_identifiers(
          system TEXT NOT NULL,
          value TEXT NOT NULL,
          person TEXT NOT NULL REFERENCES persons(id),
          PRIMARY KEY(system, value)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX identifiers_of_persons ON person_identifiers(person);

        -- Whose readings a device gives, as it was said. Never changed: of one device, a later one takes over from its day on.
        CREATE TABLE assignments(
          id INTEGER PRIMARY KEY,
          device TEXT NOT NULL,
          since INTEGER,                -- NULL: all that it ever measured
          nobody INTEGER NOT NULL,      -- no person's
          at INTEGER NOT NULL,
          "by" TEXT NOT NULL
        ) STRICT;
        CREATE TABLE assignment_owners(
          assignment INTEGER NOT NULL REFERENCES assignments(id),
          slot INTEGER,                 -- on the device; NULL: the rest of it
          person TEXT NOT NULL REFERENCES persons(id),
          shared INTEGER NOT NULL       -- one of several, and the weight decides
        ) STRICT;
        CREATE INDEX owners_of_assignments ON assignment_owners(assignment);
        CREATE INDEX assignments_of_persons ON assignment_owners(person);

        -- A person with the ground for it. Without a person: 'operator' as ground is of no person; no ground is the inbox.
        ALTER TABLE readings ADD COLUMN person TEXT REFERENCES persons(id);
        ALTER TABLE readings ADD COLUMN ground TEXT;
        ALTER TABLE readings ADD COLUMN permille INTEGER;   -- how sure a weight is
        ALTER TABLE readings ADD COLUMN doubt TEXT;         -- why it is in the inbox, if not for want of a rule
        CREATE INDEX readings_of_persons ON readings(person, kind, measured_at) WHERE person IS NOT NULL AND state = 'current';
        -- `withheld` is 0 of all of them: the index is little more than their numbers, in order.
        CREATE INDEX readings_inbox ON readings(withheld) WHERE person IS NULL AND ground IS NULL AND state = 'current';
        CREATE INDEX readings_nobodys ON readings(withheld) WHERE person IS NULL AND ground IS NOT NULL;

        ALTER TABLE alarms ADD COLUMN person TEXT REFERENCES persons(id);
        CREATE INDEX alarms_of_persons ON alarms(person) WHERE person IS NOT NULL;
        """
}
