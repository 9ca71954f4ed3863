using CustomerInsights.Core.Consent;
using CustomerInsights.Storage.Identifiers;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Identifiers;

/// <summary>Writes what is told of identifiers within a write; the projector of events notes with it whom it saw.</summary>
internal static class IdentifierWriting
{
    /// <summary>Takes one change; false when a newer one stands.</summary>
    public static bool Apply(WriteTransaction transaction, IdentifierChange change, DateTimeOffset now)
    {
        var db = transaction.Db;
        if (change.Aspect == IdentifierAspect.List && db.Number("SELECT 1 FROM subscription_lists WHERE name = ?1", change.List) is null)
        {
            return false;
        }

        var (at, status) = Standing(db, change);
        if ((change.At == at && change.Status == status) || (change.Restated && IsRestated(db, change)))
        {
            return change.Status == status;
        }

        var applied = at is null || change.At > at || (change.At == at && Care(change) >= Care(change with { Status = status }));
        db.Run(
            """
            INSERT INTO identifier_history(value, type, aspect, status, at, source, reason, update_type, list, recorded_at, applied)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """,
            change.Value, change.Type, (long)change.Aspect, (long)change.Status, change.At, change.Source, change.Reason, change.UpdateType, change.List, now, applied);
        if (applied)
        {
            Write(db, change);
            Feed(transaction, "SELECT profile_no FROM identifiers WHERE value = ?1 AND type = ?2", change.Type, change.Value);
        }

        return applied;
    }

    /// <summary>Notes that an identifier named somebody.</summary>
    public static void See(WriteTransaction transaction, IdentifierSeen seen)
    {
        var moved = transaction.Db.Run(
            """
            INSERT INTO identifier_states(value, type, last_seen, seen_by) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT(value, type) DO UPDATE SET last_seen = excluded.last_seen, seen_by = excluded.seen_by
            WHERE last_seen IS NULL OR excluded.last_seen > last_seen
            """,
            seen.Value, seen.Type, seen.At, seen.Source);
        if (moved > 0)
        {
            // A source has a default of consent: who says nothing else is judged by it, so that the profile is told even if it has no other one.
            Feed(transaction, "SELECT profile_no FROM identifiers WHERE value = ?1 AND type = ?2", seen.Type, seen.Value);
        }
    }

    private static (DateTimeOffset? At, ConsentStatus Status) Standing(SqlConnection db, IdentifierChange change)
    {
        using var row = change.Aspect switch
        {
            IdentifierAspect.Consent => db.Query("SELECT consent_at, consent FROM identifier_states WHERE value = ?1 AND type = ?2", change.Value, change.Type),
            IdentifierAspect.Deliverability => db.Query("SELECT deliverable_at, 2 - deliverable FROM identifier_states WHERE value = ?1 AND type = ?2", change.Value, change.Type),
            IdentifierAspect.OptOut => db.Query("SELECT opted_out_at, 2 - opted_out FROM identifier_states WHERE value = ?1 AND type = ?2", change.Value, change.Type),
            _ => db.Query("SELECT at, status FROM subscriptions WHERE value = ?1 AND type = ?2 AND list = ?3", change.Value, change.Type, change.List),
        };
        return row.Step() ? (row.TimeOrNull(0), (ConsentStatus)row.Int(1)) : (null, ConsentStatus.Unknown);
    }

    private static bool IsRestated(SqlConnection db, IdentifierChange change) =>
        db.Number(
            "SELECT status FROM identifier_history WHERE value = ?1 AND type = ?2 AND aspect = ?3 AND source = ?4 ORDER BY history_no DESC LIMIT 1",
            change.Value, change.Type, (long)change.Aspect, change.Source) == (long)change.Status;

    // Of two of the same time the one that lets less be done holds, so that the order of arrival makes no difference.
    private static int Care(IdentifierChange change) => (change.Aspect, change.Status) switch
    {
        (IdentifierAspect.OptOut, ConsentStatus.True) => 2,
        (IdentifierAspect.OptOut, _) => 0,
        (_, ConsentStatus.False) => 2,
        (_, ConsentStatus.Unknown) => 1,
        _ => 0,
    };

    private static void Write(SqlConnection db, IdentifierChange change)
    {
        var isTrue = change.Status == ConsentStatus.True;
        switch (change.Aspect)
        {
            case IdentifierAspect.Consent:
                db.Run(
                    """
                    INSERT INTO identifier_states(value, type, consent, consent_at, consent_source, consent_reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                    ON CONFLICT(value, type) DO UPDATE SET consent = excluded.consent, consent_at = excluded.consent_at,
                      consent_source = excluded.consent_source, consent_reason = excluded.consent_reason
                    """,
                    change.Value, change.Type, (long)change.Status, change.At, change.Source, change.Reason);
                break;
            case IdentifierAspect.Deliverability:
                db.Run(
                    """
                    INSERT INTO identifier_states(value, type, deliverable, deliverable_at, update_type, deliverable_reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                    ON CONFLICT(value, type) DO UPDATE SET deliverable = excluded.deliverable, deliverable_at = excluded.deliverable_at,
                      update_type = excluded.update_type, deliverable_reason = excluded.deliverable_reason
                    """,
                    change.Value, change.Type, isTrue, change.At, change.UpdateType, change.Reason);
                break;
            case IdentifierAspect.OptOut:
                db.Run(
                    """
                    INSERT INTO identifier_states(value, type, opted_out, opted_out_at) VALUES (?1, ?2, ?3, ?4)
                    ON CONFLICT(value, type) DO UPDATE SET opted_out = excluded.opted_out, opted_out_at = excluded.opted_out_at
                    """,
                    change.Value, change.Type, isTrue, change.At);
                break;
            default:
                db.Run(
                    """
                    INSERT INTO subscriptions(list, value, type, status, at, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                    ON CONFLICT(value, type, list) DO UPDATE SET status = excluded.status, at = excluded.at, source = excluded.source
                    """,
                    change.List, change.Value, change.Type, (long)change.Status, change.At, change.Source);
                break;
        }
    }

    private static void Feed(WriteTransaction transaction, string profiles, string type, string value)
    {
        foreach (var profile in ProfileStreams.Rows(transaction.Db, profiles, row => row.Long(0), value, type).ToList())
        {
            transaction.Feed(ChangeKind.Identifier, profile);
        }
    }
}
