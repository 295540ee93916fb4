extension LedgerLaws {
    /// What was erased.
    static let rights: [StaticString] = [
        // Each erased reading is known again, and nothing else is; unless damage took what it is known by.
        """
        SELECT buried || ' readings are known as erased, but ' || readings || ' were'
        FROM (SELECT
          (SELECT count(*) FROM tombstones) + (SELECT ifnull(sum(count), 0) FROM losses WHERE what = 'tombstones') AS buried, (SELECT ifnull(sum(readings), 0) FROM erasings) AS readings)
        WHERE buried <> readings
        """,
        """
        SELECT 'of erasing ' || id || CASE
          WHEN passed > revisions THEN ' ' || passed || ' revisions had been passed on, of ' || revisions
          ELSE ' the journal held ' || entries || ' entries, of ' || passed || ' revisions' END
        FROM erasings WHERE passed > revisions OR entries > passed
        """,
        // Sinks are told by the journal, each in its lane.
        """
        SELECT 'journal entry ' || j.seq || CASE
          WHEN j.ref <> 0 THEN ' is ' || j.entry || ', and names row ' || j.ref
          ELSE ' tells that something was erased, and does not say what' END
        FROM journal j LEFT JOIN erasures e ON e.seq = j.seq
        WHERE j.entry IN ('erasure', 'erased') AND (j.ref <> 0 OR (j.entry = 'erasure' AND e.seq IS NULL))
        """,
        """
        SELECT 'the erased ' || e.what || ' of journal entry ' || e.seq || CASE
          WHEN j.entry = 'erasure' THEN ' is told in the lane ' || j.lane ELSE ' is told to nobody' END
        FROM erasures e LEFT JOIN journal j ON j.seq = e.seq
        WHERE ifnull(j.entry, '') <> 'erasure' OR (e.what = 'alarm') <> (j.lane = 'alarm')
        """,
        // Of a person who was erased nothing is left.
        """
        SELECT 'reading ' || r.id || ' stands under ' || p.id || ', who was erased'
        FROM persons p JOIN readings r ON r.person = p.id WHERE p.nameless AND r.state <> 'superseded'
        """,
        """
        SELECT p.id || ' was erased, and consents' FROM persons p WHERE (p.nameless OR p.erasing IS NOT NULL) AND p.consents
        """,
        """
        SELECT 'frame ' || id || ' was erased, and still has its bytes' FROM frames WHERE fate = 'erased' AND length(body) > 0
        """,
    ]
}
