namespace CustomerInsights.Storage.Sqlite.Privacy;

/// <summary>
/// What the store holds of a person, table by table: how it is read for an export and how it is deleted. A test holds this list against the tables that there
/// are: a new table stands here, or among those that hold nothing of a person.
/// </summary>
/// <param name="Kind">What a row is called in exports and receipts.</param>
/// <param name="Table">The table.</param>
/// <param name="Columns">Columns of the query by name and form: t text, n number, f flag, d time, p profile id, v value document, b bytes as text.</param>
/// <param name="Select">Reads; ?1 is the profile's number, ?2 its id. Null: another row tells of it.</param>
/// <param name="Delete">
/// Deletes by the temporary tables erased_nodes, erased_ids and erased_names. Null: it is deleted by code, or kept.
/// </param>
internal sealed record PersonTable(string Kind, string Table, string Columns, string? Select, string? Delete)
{
    private const string Mine = "(SELECT node_id FROM node_profile WHERE profile_no = ?1)";
    private const string MyIds = "(SELECT ?2 UNION SELECT from_id FROM redirects WHERE to_id = ?2)";
    private const string Gone = "(SELECT node_id FROM erased_nodes)";
    private const string Emptied =
        $"c.cluster_no IN (SELECT x.cluster_no FROM cluster_nodes x WHERE x.node_id IN {Gone}) AND NOT EXISTS (SELECT 1 FROM cluster_nodes y WHERE y.cluster_no = c.cluster_no AND y.node_id NOT IN {Gone})";

    private const string GoneIds = "(SELECT profile_id FROM erased_ids)";

    /// <summary>All of them, in the order in which they are deleted.</summary>
    public static IReadOnlyList<PersonTable> All { get; } =
    [
        new("profile", "profiles", "id:p type:t displayName:t createdAt:d changedAt:d attributes:v",
            "SELECT p.profile_id, t.name, p.display_name, p.created_at, p.changed_at, p.attributes FROM profiles p JOIN profile_types t ON t.type_no = p.type_no WHERE p.profile_no = ?1", null),
        new("provenance", "profiles", "attribute:t stream:t key:t",
            "SELECT j.key, s.name, n.key FROM profiles p, json_each(p.provenance) j JOIN nodes n ON n.node_id = j.value JOIN streams s ON s.stream_no = n.stream_no WHERE p.profile_no = ?1", null),
        new("previousId", "redirects", "id:p", "SELECT from_id FROM redirects WHERE to_id = ?2", $"DELETE FROM redirects WHERE from_id IN {GoneIds} OR to_id IN {GoneIds}"),
        new("identifier", "identifiers", "type:t value:t", "SELECT type, value FROM identifiers WHERE profile_no = ?1 ORDER BY type, value", null),
        Optional("identifierState", "identifier_states", "type:t value:t consent:n consentAt:d consentSource:t consentReason:t deliverable:n lastSeen:d optedOut:f",
            "SELECT x.type, x.value, x.consent, x.consent_at, x.consent_source, x.consent_reason, x.deliverable, x.last_seen, x.opted_out FROM identifiers i JOIN identifier_states x ON x.value = i.value AND x.type = i.type WHERE i.profile_no = ?1"),
        Optional("consentHistory", "identifier_history", "type:t value:t aspect:n status:n at:d source:t reason:t list:t",
            "SELECT x.type, x.value, x.aspect, x.status, x.at, x.source, x.reason, x.list FROM identifiers i JOIN identifier_history x ON x.value = i.value AND x.type = i.type WHERE i.profile_no = ?1"),
        Optional("subscription", "subscriptions", "list:t type:t value:t status:n at:d source:t",
            "SELECT x.list, x.type, x.value, x.status, x.at, x.source FROM identifiers i JOIN subscriptions x ON x.value = i.value AND x.type = i.type WHERE i.profile_no = ?1"),
        Optional("demotion", "demotions", "type:t value:t at:d", "SELECT x.type, x.value, x.at FROM identifiers i JOIN demotions x ON x.value = i.value AND x.type = i.type WHERE i.profile_no = ?1"),
        new("looseIdentifier", "loose_identifiers", "", null, $"DELETE FROM loose_identifiers WHERE node_id IN {Gone}"),
        new("record", "records", "stream:t key:t changedAt:d document:v",
            $"SELECT s.name, r.key, r.changed_at, r.document FROM nodes n JOIN records r ON r.stream_no = n.stream_no AND r.key = n.key JOIN streams s ON s.stream_no = n.stream_no WHERE n.node_id IN {Mine} ORDER BY n.node_id", null),
        new("activity", "activities", "type:t at:d stream:t key:t document:v",
            $"SELECT t.name, a.at, s.name, a.key, a.document FROM activities a JOIN activity_types t ON t.type_no = a.type_no JOIN streams s ON s.stream_no = a.stream_no WHERE a.node_id IN {Mine} ORDER BY a.at, a.activity_no", null),
        new("participation", "activity_participants", "role:t type:t at:d stream:t key:t",
            $"SELECT x.role, t.name, a.at, s.name, a.key FROM activity_participants x JOIN activities a ON a.activity_no = x.activity_no JOIN activity_types t ON t.type_no = a.type_no JOIN streams s ON s.stream_no = a.stream_no WHERE x.node_id IN {Mine} ORDER BY a.at, a.activity_no",
            $"DELETE FROM activity_participants WHERE node_id IN {Gone}"),
        new("match", "activity_matches", "", null, null),
        new("rejected", "rejected", "stream:t key:t reason:t excerpt:t",
            $"SELECT s.name, x.key, x.reason, x.excerpt FROM nodes n JOIN rejected x ON x.stream_no = n.stream_no AND x.key = n.key JOIN streams s ON s.stream_no = n.stream_no WHERE n.node_id IN {Mine}",
            """
            DELETE FROM rejected WHERE EXISTS (SELECT 1 FROM erased_nodes e WHERE e.stream_no = rejected.stream_no AND e.key = rejected.key)
            OR EXISTS (SELECT 1 FROM erased_names e WHERE LENGTH(e.value) > 3 AND (INSTR(LOWER(rejected.excerpt), LOWER(e.value)) > 0 OR INSTR(LOWER(rejected.reason), LOWER(e.value)) > 0 OR LOWER(rejected.key) = LOWER(e.value)))
            """),
        new("event", "event_fates", "source:t messageId:t kind:t receivedAt:d note:t",
            $"SELECT s.name, f.message_id, f.kind, f.received_at, f.note FROM event_fates f JOIN streams s ON s.stream_no = f.stream_no WHERE f.node_id IN {Mine} ORDER BY f.fate_no",
            $"DELETE FROM event_fates WHERE node_id IN {Gone}"),
        new("identity", "event_identities", "stream:t key:t lastSeen:d",
            $"SELECT s.name, n.key, i.last_seen FROM event_identities i JOIN nodes n ON n.node_id = i.node_id JOIN streams s ON s.stream_no = n.stream_no WHERE i.node_id IN {Mine}",
            $"DELETE FROM event_identities WHERE node_id IN {Gone}"),
        new("edge", "edges", "rule:t score:t", $"SELECT rule, CAST(score AS TEXT) FROM edges WHERE a IN {Mine} AND b IN {Mine}", $"DELETE FROM edges WHERE a IN {Gone} OR b IN {Gone}"),
        new("link", "node_links", "", null, $"DELETE FROM node_links WHERE from_node IN {Gone} OR to_node IN {Gone}"),
        new("clusterRedirect", "cluster_redirects", "", null, $"DELETE FROM cluster_redirects WHERE to_id IN (SELECT c.cluster_id FROM clusters c WHERE {Emptied})"),
        new("clusterOfNobody", "clusters", "", null, $"DELETE FROM clusters AS c WHERE {Emptied}"),
        new("cluster", "cluster_nodes", "type:n name:t", $"SELECT DISTINCT c.type_no, c.name FROM cluster_nodes x JOIN clusters c ON c.cluster_no = x.cluster_no WHERE x.node_id IN {Mine}", $"DELETE FROM cluster_nodes WHERE node_id IN {Gone}"),
        new("verdict", "verdicts", "at:d note:t", $"SELECT at, note FROM verdicts WHERE left_node IN {Mine} OR right_node IN {Mine}", null),
        new("verdictPair", "verdict_pairs", "", null,
            $"DELETE FROM verdict_pairs WHERE verdict_no IN (SELECT verdict_no FROM verdicts WHERE left_node IN {Gone} OR right_node IN {Gone}) OR a IN {Gone} OR b IN {Gone}"),
        new("verdict", "verdicts", "", null, $"DELETE FROM verdicts WHERE left_node IN {Gone} OR right_node IN {Gone}"),
        new("review", "review_items", "at:d sentence:t",
            $"SELECT at, sentence FROM review_items WHERE EXISTS (SELECT 1 FROM node_profile m WHERE m.profile_no = ?1 AND INSTR(',' || nodes || ',', ',' || m.node_id || ',') > 0)",
            "DELETE FROM review_items WHERE EXISTS (SELECT 1 FROM erased_nodes e WHERE INSTR(',' || review_items.nodes || ',', ',' || e.node_id || ',') > 0)"),
        new("previewLabel", "preview_labels", "", null, $"DELETE FROM preview_labels WHERE left_node IN {Gone} OR right_node IN {Gone}"),
        new("enrichment", "enrichment_values", "enrichment:t at:d values:v",
            "SELECT s.enrichment, v.at, v.document FROM enrichment_sets s JOIN enrichment_values v ON v.set_no = s.set_no AND v.profile_no = ?1 WHERE s.state = 1 AND v.document IS NOT NULL ORDER BY s.enrichment", null),
        new("enrichmentRow", "enrichment_rows", "enrichment:t table:t period:n values:v",
            "SELECT s.enrichment, r.name, r.period, r.document FROM enrichment_sets s JOIN enrichment_rows r ON r.set_no = s.set_no AND r.profile_no = ?1 WHERE s.state = 1 ORDER BY s.enrichment, r.name, r.period", null),
        new("measures", "profile_measures", "values:v", "SELECT document FROM profile_measures WHERE profile_no = ?1", null),
        new("segment", "segment_members", "segment:t since:d", "SELECT s.name, m.since FROM segment_members m JOIN segments s ON s.segment_no = m.segment_no WHERE m.profile_no = ?1 ORDER BY s.name", null),
        new("segmentMove", "segment_history", "segment:t entered:f at:d",
            $"SELECT s.name, h.entered, h.at FROM segment_history h JOIN segments s ON s.segment_no = h.segment_no WHERE h.profile_id IN {MyIds} ORDER BY h.move_no",
            $"DELETE FROM segment_history WHERE profile_id IN {GoneIds}"),
        new("segmentList", "segment_lists", "segment:t", $"SELECT s.name FROM segment_lists l JOIN segments s ON s.segment_no = l.segment_no WHERE l.profile_id IN {MyIds}", $"DELETE FROM segment_lists WHERE profile_id IN {GoneIds}"),
        new("exported", "exported", "export:t values:v", $"SELECT export, document FROM exported WHERE profile_id IN {MyIds} ORDER BY export", null),
        new("exportPlanned", "export_planned", "export:t values:v", $"SELECT export, document FROM export_planned WHERE profile_id IN {MyIds}", $"DELETE FROM export_planned WHERE profile_id IN {GoneIds} AND change <> 2"),
        new("exportRefused", "export_refused", "export:t reason:t", $"SELECT export, reason FROM export_refused WHERE profile_id IN {MyIds}", $"DELETE FROM export_refused WHERE profile_id IN {GoneIds}"),
        new("pluginValue", "plugin_values", "plugin:t key:t value:b",
            "SELECT plugin, key, value FROM plugin_values WHERE INSTR(key, ?3) > 0 OR INSTR(value, CAST(?3 AS BLOB)) > 0",
            "DELETE FROM plugin_values WHERE EXISTS (SELECT 1 FROM erased_ids e WHERE INSTR(plugin_values.key, e.text) > 0 OR INSTR(plugin_values.value, CAST(e.text AS BLOB)) > 0)"),
        new("pluginSnapshotValue", "plugin_snapshot_values", "", null,
            "DELETE FROM plugin_snapshot_values WHERE EXISTS (SELECT 1 FROM erased_ids e WHERE INSTR(plugin_snapshot_values.key, e.text) > 0 OR INSTR(plugin_snapshot_values.value, CAST(e.text AS BLOB)) > 0)"),
        new("ledger", "ledger", "entry:n at:d kind:n", $"SELECT l.entry, l.at, l.kind FROM ledger l WHERE l.entry IN (SELECT x.entry FROM ledger_profiles x WHERE x.profile_id IN {MyIds}) ORDER BY l.entry", null),
        new("node", "nodes", "", null, "DELETE FROM nodes WHERE node_id IN (SELECT node_id FROM erased_nodes WHERE kept = 0)"),
        new("model", "match_models", "", null, "DELETE FROM match_models"),
    ];

    /// <summary>Tables that hold nothing of a person, or what no longer leads to one once the rest is gone; or that code deals with.</summary>
    public static IReadOnlyList<string> Others { get; } =
    [
        "counters", "definitions", "audit", "api_keys", "jobs", "job_dependencies", "streams", "runs", "run_seen", "projection_seen", "activity_types",
        "projection_positions", "profile_types", "profile_ledger", "ledger_profiles", "business_measures", "measure_history", "measure_states", "segments", "segment_sizes",
        "segment_times", "export_state", "export_plans", "export_runs", "plugin_transitions", "plugin_snapshots", "plugin_snapshot_states", "plugin_trials", "secrets", "feed",
        "feed_positions", "active_policies", "policy_previews", "event_position", "engagement_ranks", "subscription_lists", "node_profile",
        "profile_words", "profile_words_data", "profile_words_idx", "profile_words_docsize", "profile_words_config",
        "enrichment_sets", "enrichment_runs", "enrichment_descriptions", "trend_profiles", "trend_active", "privacy_requests", "privacy_subjects", "privacy_keys", "privacy_exports", "privacy_blocks", "privacy_blocked", "privacy_secrets", "sqlite_sequence", "sqlite_stat1",
    ];

    private static PersonTable Optional(string kind, string table, string columns, string select) =>
        new(kind, table, columns, select, $"DELETE FROM {table} WHERE EXISTS (SELECT 1 FROM erased_names e WHERE e.type <> '' AND e.value = {table}.value AND e.type = {table}.type)");
}
