using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Privacy;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>What was done for a request, as text to be signed. It names nobody: profiles and identifiers stand in it as keyed hashes.</summary>
internal static class Receipts
{
    /// <summary>A receipt.</summary>
    /// <param name="Request">The request.</param>
    /// <param name="Kind">erase or anonymise.</param>
    /// <param name="Law">By which law.</param>
    /// <param name="CreatedAt">When it was asked.</param>
    /// <param name="CreatedBy">Who entered it.</param>
    /// <param name="DoneAt">When it was done.</param>
    /// <param name="Totals">What was deleted, by kind.</param>
    /// <param name="Exports">Exports whose targets had the people: those that are not told yet that they are gone will be by the export's next run.</param>
    /// <param name="People">Person by person.</param>
    public sealed record Receipt(
        string Request, PrivacyKind Kind, string Law, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset DoneAt,
        IReadOnlyDictionary<string, long> Totals, IReadOnlyList<PrivacyTarget> Exports, IReadOnlyList<Person> People);

    /// <summary>A person of a receipt.</summary>
    /// <param name="Number">The number in the request.</param>
    /// <param name="Identifiers">Keyed hashes.</param>
    /// <param name="Deleted">What was deleted, by kind.</param>
    /// <param name="Profile">The profile's keyed hash; absent when there was none.</param>
    public sealed record Person(int Number, IReadOnlyList<string> Identifiers, IReadOnlyDictionary<string, long> Deleted, string? Profile = null);

    public static string Write(PrivacyKeys.Loaded keys, PrivacyRequest request, IReadOnlyList<PrivacySubject> people, IReadOnlyList<PrivacyTarget> exports, DateTimeOffset now) => Json.Write(new Receipt(
        request.Id,
        request.Kind,
        request.Law,
        request.CreatedAt,
        request.CreatedBy,
        now,
        people.SelectMany(person => person.Counts).GroupBy(count => count.Key, StringComparer.Ordinal).OrderBy(kind => kind.Key, StringComparer.Ordinal)
            .ToDictionary(kind => kind.Key, kind => kind.Sum(count => count.Value), StringComparer.Ordinal),
        exports,
        [.. people.Select(person => new Person(
            person.Number,
            [.. person.Identifiers.Select(identifier => Convert.ToHexStringLower(ErasureGate.HashOf(keys, identifier.Type, identifier.Value)))],
            person.Counts,
            person.Profile is { } profile ? keys.HashText("profile", profile.ToString()) : null))]));
}
