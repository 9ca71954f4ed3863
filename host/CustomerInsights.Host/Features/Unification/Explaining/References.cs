using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = CustomerInsights.Host.Platform.Problems;

namespace CustomerInsights.Host.Features.Unification.Explaining;

/// <summary>A record or a profile that somebody asks about.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Record">The record's stream and key; null when the whole profile was named.</param>
internal sealed record Named(StoredProfile Profile, (string Stream, string Key)? Record);

/// <summary>Finds what a query parameter names: <c>stream/key</c>, or a profile's id.</summary>
internal static class References
{
    /// <summary>Finds it.</summary>
    /// <param name="text">The parameter's value.</param>
    /// <param name="parameter">Its name.</param>
    /// <param name="profiles">Where profiles are.</param>
    /// <param name="records">Where streams are.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>What it names, or the problem to answer with.</returns>
    public static async Task<(Named? Named, ProblemHttpResult? Problem)> FindAsync(
        string? text, string parameter, IProfileStore profiles, IRecordStore records, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(text))
        {
            return (null, Problems.Invalid(parameter, "missing", $"Say what '{parameter}' is: a record as stream/key, such as crm.contacts/C17, or a profile's id."));
        }

        // A stream's name has no slash, a key may have some.
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return ProfileId.TryParse(text, out var id) && await profiles.FindAsync(id, cancellationToken) is { } profile
                ? (new Named(profile, null), null)
                : (null, Problems.NotFound("profile", text, $"'{parameter}' is a profile's id, or a record as stream/key. Search for the person: GET /api/v1/profiles?search=…"));
        }

        var (name, key) = (text[..slash], text[(slash + 1)..]);
        if (await records.FindStreamAsync(name, cancellationToken) is not { } stream)
        {
            return (null, Problems.NotFound("stream", name, "List them: GET /api/v1/streams."));
        }

        return await profiles.FindByRecordAsync(stream.Number, key, cancellationToken) is { } owner && await profiles.FindAsync(owner, cancellationToken) is { } found
            ? (new Named(found, (name, key)), null)
            : (null, Problems.NotFound("record in a profile", text, "Check its key; if it is new, start a run: POST /api/v1/unification/policies/{type}/runs."));
    }
}
