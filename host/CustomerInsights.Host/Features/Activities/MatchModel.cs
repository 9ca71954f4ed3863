using System.Security.Cryptography;
using System.Text;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Search;
using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Features.Activities;

/// <summary>By which attributes activities without a key find their person.</summary>
/// <param name="ProfileType">The profile type.</param>
/// <param name="On">Attributes by name, what they mean, and the expression over a record that gives what they are compared with.</param>
internal sealed record MatchModel(string ProfileType, IReadOnlyList<(string Attribute, string? Semantic, BoundRule Rule)> On)
{
    private const int KeyBytes = 16;

    /// <summary>The attributes.</summary>
    public IEnumerable<string> Attributes => On.Select(one => one.Attribute);

    /// <summary>What a record is matched by; null when it lacks one of the values.</summary>
    public byte[]? KeyOf(IRuleSubject record, RuleMoment moment) => KeyOf(one => one.Rule.Evaluate(record, moment));

    /// <summary>What a profile is matched by; null when it lacks one of the values.</summary>
    public byte[]? KeyOf(IReadOnlyDictionary<string, Value> attributes) => KeyOf(one => attributes.GetValueOrDefault(one.Attribute));

    private byte[]? KeyOf(Func<(string Attribute, string? Semantic, BoundRule Rule), Value> valueOf)
    {
        var text = new StringBuilder(ProfileType);
        foreach (var one in On)
        {
            if (Folded(one.Semantic, valueOf(one)) is not { Length: > 0 } value)
            {
                return null;
            }

            text.Append('\u001f').Append(one.Attribute).Append('=').Append(value);
        }

        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()))[..KeyBytes];
    }

    // Capitals, accents, spaces and signs say nothing of who somebody is.
    private static string? Folded(string? semantic, Value value) => value.IsMissing ? null
        : semantic == Semantics.Phone ? SearchEntry.PhoneDigits(value.ToString())
        : string.Concat(SearchWords.Of(value.ToString()));
}
