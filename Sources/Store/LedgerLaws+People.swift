extension LedgerLaws {
    /// Whose readings are.
    static let people: [StaticString] = [
        // Assigned + inbox = current, each counted by an index of its own: a row that stands in none is lost to both listings.
        """
        SELECT assigned || ' reading(s) assigned and ' || inbox || ' in the inbox, but ' || total || ' are current'
        FROM (SELECT
          (SELECT count(*) FROM readings INDEXED BY readings_of_persons WHERE person IS NOT NULL AND state = 'current') AS assigned,
          (SELECT count(*) FROM readings INDEXED BY readings_inbox
            WHERE withheld = 0 AND person IS NULL AND ground IS NULL AND state = 'current') AS inbox,
          (SELECT count(*) FROM readings NOT INDEXED WHERE state = 'current') AS total)
        WHERE assigned + inbox <> total
        """,
        """
        SELECT 'reading ' || r.id || ' is of ' || r.person || ', who is not there'
        FROM readings r LEFT JOIN persons p ON p.id = r.person WHERE r.person IS NOT NULL AND p.id IS NULL
        """,
        """
        SELECT 'reading ' || id || CASE
          WHEN person IS NULL AND ground <> 'operator' THEN ' is of nobody, and nobody said so'
          WHEN person IS NULL AND state = 'current' THEN ' is of nobody, and stands all the same'
          WHEN ground IS NULL THEN ' is of ' || person || ' without a ground'
          ELSE ' is of ' || ifnull(person, 'nobody') || ', and doubtful: ' || doubt END
        FROM readings
        WHERE (person IS NULL AND ground IS NOT NULL AND (ground <> 'operator' OR state = 'current'))
          OR (person IS NOT NULL AND ground IS NULL) OR (ground IS NOT NULL AND doubt IS NOT NULL)
        """,
        // Nobody but a named person says of a reading whose it is, and only another takes that back.
        """
        SELECT 'reading ' || r.id || ' is of ' || ifnull(r.person, 'nobody') || ' by an operator, but of no correction that says so'
        FROM readings r
        WHERE r.ground = 'operator' AND NOT EXISTS (
          SELECT 1 FROM readings e JOIN corrections c ON c.id = e.correction
          WHERE e.by_time = r.by_time AND e.revision <= r.revision AND e.person IS r.person AND c.cause = 'assign')
        """,
        """
        SELECT 'reading ' || r.id || ' was of ' || ifnull(e.person, 'nobody') || ' by an operator, and is of '
          || ifnull(r.person, 'nobody known') || ' without one'
        FROM readings r JOIN readings e ON e.by_time = r.by_time AND e.revision = r.revision - 1
          LEFT JOIN corrections c ON c.id = r.correction
        WHERE r.revision > 1 AND e.ground = 'operator' AND (r.ground IS NOT 'operator' OR r.person IS NOT e.person)
          AND c.cause IS NOT 'assign'
        """,
        """
        SELECT 'alarm ' || a.id || ' is of ' || a.person || ', who is not there'
        FROM alarms a LEFT JOIN persons p ON p.id = a.person WHERE a.person IS NOT NULL AND p.id IS NULL
        """,
    ]
}
