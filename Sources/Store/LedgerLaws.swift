/// What must be so, as queries that answer with a sentence for each case where it is not. In the order of the way a frame goes.
enum LedgerLaws {
    static let all: [StaticString] = way + people

    private static let way: [StaticString] = [
        """
        SELECT 'the file is damaged: ' || quick_check FROM pragma_quick_check WHERE quick_check <> 'ok'
        """,
        // Received = frames + tallies.
        """
        WITH
          pieces AS (SELECT frame, sum(items) AS n FROM stream_pieces GROUP BY frame),
          taken AS (SELECT source, sum(items + ifnull(pieces.n, 0)) AS n FROM frames LEFT JOIN pieces ON frame = id GROUP BY source),
          counted AS (SELECT source, sum(count) AS n FROM tallies GROUP BY source),
          named AS (SELECT name FROM sources UNION SELECT source FROM taken UNION SELECT source FROM counted)
        SELECT 'source ' || named.name || ': ' || ifnull(received, 0) || ' received, but '
          || ifnull(taken.n, 0) || ' in frames and ' || ifnull(counted.n, 0) || ' counted'
        FROM named LEFT JOIN sources ON sources.name = named.name
          LEFT JOIN taken ON taken.source = named.name LEFT JOIN counted ON counted.source = named.name
        WHERE ifnull(received, 0) <> ifnull(taken.n, 0) + ifnull(counted.n, 0)
        """,
        // A frame became what its fate says.
        """
        WITH became AS (
          SELECT frame, count(*) AS n, sum(NOT withheld AND state <> 'retracted') AS good, sum(state = 'quarantined') AS bad,
            sum(conflict_of IS NOT NULL) AS conflicts, sum(state IN ('current', 'quarantined')) AS live
          FROM readings GROUP BY frame)
        SELECT 'frame ' || id || ' has the fate ' || fate || ', but ' || CASE
            WHEN minute IS NULL AND fate = 'summarised' THEN 'is no minute of a stream'
            WHEN n IS NULL THEN 'no reading'
            WHEN fate = 'reading' THEN 'all of its readings are quarantined'
            WHEN fate = 'conflict' THEN 'none of its readings contradicts another'
            WHEN fate = 'quarantined' THEN 'none of its readings is quarantined'
            ELSE n || ' reading(s)' END
        FROM frames LEFT JOIN became ON became.frame = frames.id
        WHERE CASE fate
          WHEN 'reading' THEN ifnull(good, 0) = 0
          WHEN 'conflict' THEN ifnull(conflicts, 0) = 0
          WHEN 'quarantined' THEN ifnull(bad, 0) = 0
          -- A minute without a valid sample has no summary.
          WHEN 'summarised' THEN minute IS NULL OR (n IS NULL AND code IS NULL)
          WHEN 'waiting' THEN n IS NOT NULL AND minute IS NULL
          -- A correction may have ended readings that it once brought.
          ELSE n IS NOT NULL AND (refiled IS NULL OR live > 0) END
        """,
        // A duplicate has an original.
        """
        SELECT 'frame ' || f.id || CASE
          WHEN f.fate <> 'duplicate' THEN ' is no duplicate, but names reading ' || f.duplicate_of || ' as its original'
          WHEN f.duplicate_of IS NULL THEN ' is a duplicate of nothing'
          ELSE ' is a duplicate of reading ' || f.duplicate_of || ', which is not there' END
        FROM frames f LEFT JOIN readings r ON r.id = f.duplicate_of
        WHERE (f.fate = 'duplicate' AND r.id IS NULL) OR (f.fate <> 'duplicate' AND f.duplicate_of IS NOT NULL)
        """,
        // What went says when and why, and what waits still has it.
        """
        SELECT 'frame ' || id || CASE
          WHEN fate = 'waiting' THEN ' waits, and its body was thinned'
          WHEN length(body) > 0 THEN ' still has the body that was thinned'
          ELSE ' was thinned, and nobody knows when, why and of how much' END
        FROM frames
        WHERE (thinned IS NOT NULL AND (fate = 'waiting' OR length(body) > 0))
          OR (thinned IS NULL) <> (thinned_for IS NULL) OR (thinned IS NULL) <> (thinned_bytes IS NULL)
        """,
        // A minute that goes on lies in pieces, one that ended in its frame; and its summary speaks of all that is in it.
        """
        SELECT 'frame ' || f.id || ' is ' || f.fate || ', and ' || count(p.frame) || ' piece(s) of a stream lie beside it'
        FROM stream_pieces p LEFT JOIN frames f ON f.id = p.frame
        WHERE f.id IS NULL OR f.fate <> 'waiting' OR f.minute IS NULL GROUP BY p.frame
        """,
        """
        SELECT 'frame ' || f.id || ' holds ' || f.items || ' received, but its summary ' || r.id || ' speaks of '
          || json_extract(r.summary, '$.frames')
        FROM frames f JOIN readings r ON r.frame = f.id
        WHERE f.minute IS NOT NULL AND f.fate = 'summarised' AND r.summary IS NOT NULL AND r.state = 'current'
          AND json_extract(r.summary, '$.frames') <> f.items
        """,
        """
        SELECT 'reading ' || r.id || ' is of frame ' || r.frame || ', which is not there'
        FROM readings r LEFT JOIN frames f ON f.id = r.frame WHERE f.id IS NULL
        """,
        """
        SELECT 'reading ' || r.id || ' contradicts reading ' || r.conflict_of || ', which is not there'
        FROM readings r LEFT JOIN readings other ON other.id = r.conflict_of
        WHERE r.conflict_of IS NOT NULL AND other.id IS NULL
        """,
        // Revisions without a gap, one of them current, or withdrawn, unless none was ever passed on.
        """
        SELECT 'identity ' || identity || CASE
          WHEN count(*) <> max(revision) THEN ': revision ' || max(revision) || ', but ' || count(*) || ' revision(s) stored'
          ELSE ': ' || sum(state IN ('current', 'retracted')) || ' current and ' || sum(state = 'superseded') || ' superseded revision(s)' END
        FROM readings GROUP BY by_time
        HAVING count(*) <> max(revision) OR sum(state IN ('current', 'retracted')) <> (sum(NOT withheld) > 0)
        """,
        // Every reading is passed on once, unless it is quarantined or was until something took its place.
        """
        WITH written AS (SELECT ref, count(*) AS n FROM journal WHERE entry = 'reading' GROUP BY ref)
        SELECT 'reading ' || id || ' is ' || state || ' and stands ' || ifnull(n, 0) || ' time(s) in the journal'
        FROM readings LEFT JOIN written ON written.ref = readings.id
        WHERE ifnull(n, 0) <> CASE state WHEN 'quarantined' THEN 0 WHEN 'superseded' THEN NOT withheld ELSE 1 END
        """,
        """
        SELECT 'reading ' || id || ' is ' || state || ', and ' || iif(withheld, 'withheld', 'not withheld')
        FROM readings WHERE state <> 'superseded' AND withheld <> (state = 'quarantined')
        """,
        // Nothing is told differently without somebody to answer for it, and nobody answers for nothing.
        """
        SELECT 'reading ' || r.id || CASE
          WHEN r.correction IS NULL THEN ' is withdrawn without a correction'
          ELSE ' is of correction ' || r.correction || ', which is not there' END
        FROM readings r LEFT JOIN corrections c ON c.id = r.correction
        WHERE c.id IS NULL AND (r.correction IS NOT NULL OR r.state = 'retracted')
        """,
        """
        SELECT 'correction ' || c.id || ' (' || c.cause || ' by ' || c."by" || ') corrected nothing' FROM corrections c
        WHERE c.id NOT IN (SELECT correction FROM readings WHERE correction IS NOT NULL)
          AND c.id NOT IN (SELECT refiled FROM frames WHERE refiled IS NOT NULL)
        """,
        """
        SELECT 'frame ' || id || ' arrived by a clock that was right, and was restamped all the same'
        FROM frames WHERE synced AND restamped IS NOT NULL
        """,
        """
        WITH written AS (SELECT ref, count(*) AS n FROM journal WHERE entry = 'alarm' GROUP BY ref)
        SELECT 'alarm event ' || id || ' stands ' || ifnull(n, 0) || ' time(s) in the journal'
        FROM alarm_events LEFT JOIN written ON written.ref = alarm_events.id WHERE ifnull(n, 0) <> 1
        """,
        // The journal has no gap, not even at its end.
        """
        SELECT 'the journal holds ' || count(journal.seq) || ' entries, the last of number ' || ifnull(max(journal.seq), 0)
          || ', but has given out ' || given || ' numbers'
        FROM (SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'journal'), 0) AS given)
          LEFT JOIN journal GROUP BY given HAVING count(journal.seq) <> given OR ifnull(max(journal.seq), 0) <> given
        """,
        """
        SELECT 'journal entry ' || seq || CASE
          WHEN entry || lane NOT IN ('readingbulk', 'alarmalarm') THEN ' is a ' || entry || ' in the lane ' || lane
          ELSE ' is of ' || entry || ' ' || ref || ', which is not there' END
        FROM journal LEFT JOIN readings ON entry = 'reading' AND readings.id = ref
          LEFT JOIN alarm_events ON entry = 'alarm' AND alarm_events.id = ref
        WHERE entry || lane NOT IN ('readingbulk', 'alarmalarm') OR ifnull(readings.id, alarm_events.id) IS NULL
        """,
        // Sinks stand where they can stand.
        """
        SELECT 'sink ' || name || ' has ' || count(lane) || ' cursor(s) for 2 lanes'
        FROM sinks LEFT JOIN cursors ON sink = name GROUP BY name HAVING count(lane) <> 2
        """,
        """
        SELECT 'sink ' || sink || ': its cursor in the lane ' || lane || ' stands at ' || seq || ', beyond the journal'
        FROM cursors WHERE seq > (SELECT ifnull(max(seq), 0) FROM journal)
        """,
        """
        SELECT 'sink ' || x.sink || ': entry ' || x.seq || ' is ' || x.state
          || iif(j.seq IS NULL, ', but not in the journal', ', but the cursor has not passed it')
        FROM exceptions x LEFT JOIN journal j ON j.seq = x.seq
          LEFT JOIN cursors c ON c.sink = x.sink AND c.lane = j.lane
        WHERE ifnull(x.seq > c.seq, 1)
        """,
    ]

    /// How many cases of one law are told one by one.
    static let told = 3

    /// The sentences of one law, the last of them for those that are not told.
    static func differences(_ law: StaticString, in database: Database) throws(StoreFailure) -> [String] {
        let cases = try database.statement(law).rows { $0.text() }
        return cases.count <= told ? cases : cases.prefix(told) + ["… and \(cases.count - told) more of these"]
    }
}
