extension Schema {
    /// What went to make room. The row of the frame stays, and so do all sums over frames.
    static let version7 = """
        ALTER TABLE frames ADD COLUMN thinned INTEGER;          -- when its body went
        ALTER TABLE frames ADD COLUMN thinned_for TEXT;         -- 'age' | 'cap'
        ALTER TABLE frames ADD COLUMN thinned_bytes INTEGER;    -- how long it was

        -- What a sink has still to be given, behind its cursor. The other exceptions may be as many as there are readings.
        CREATE INDEX exceptions_owed ON exceptions(seq) WHERE state IN ('waiting', 'held');
        """
}
