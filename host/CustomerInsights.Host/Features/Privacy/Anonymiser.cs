using System.Security.Cryptography;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Privacy;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>
/// Keeps what is declared and not personal; drops all else, for nobody knows what it says. Of a record a column stays when a field of that kind is the column
/// itself. Fields that a match rule looks at go, too: nothing may join what is left.
/// </summary>
internal sealed class Anonymiser(InsightsModel model) : IAnonymiser
{
    private const int KeyBytes = 16;

    private readonly HashSet<string> _matched = [.. model.Unification.Values
        .SelectMany(one => one.Policy.Matching.SelectMany(stream => stream.Rules).Concat(one.Policy.Streams.SelectMany(stream => stream.Deduplication)))
        .SelectMany(rule => rule.Conditions)
        .SelectMany(condition => new[] { condition.Field, condition.LeftField ?? condition.Field })];

    public string NewKey() => "anonymous-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));

    public byte[] Record(string stream, byte[] document)
    {
        var mapping = model.Mappings.GetValueOrDefault(stream)?.Profile;
        var kept = mapping is null ? [] : mapping.Fields.Where(field => MayStay(mapping.Type, field.Name)).Select(field => Column(field.Rule)).OfType<string>();
        return Keep(document, kept.ToHashSet(StringComparer.Ordinal));
    }

    public byte[]? ActivityRecord(string stream, byte[] document, string nodeKey)
    {
        if (model.Mappings.GetValueOrDefault(stream)?.Activity is not { Filter: null, LinkKey: { } link } mapping || Column(link) is not { } linkColumn || Column(mapping.At) is not { } at)
        {
            return null;
        }

        var fields = model.ActivityTypes.GetValueOrDefault(mapping.Type)?.Fields;
        var kept = mapping.Fields.Where(field => fields?.GetValueOrDefault(field.Name) is { } declared && !Semantics.IsPersonal(declared)).Select(field => Column(field.Rule)).OfType<string>();
        return Keep(document, [.. kept, at], new KeyValuePair<string, Value>(linkColumn, Value.Of(nodeKey)));
    }

    public byte[] Activity(string type, byte[] document)
    {
        var fields = model.ActivityTypes.GetValueOrDefault(type)?.Fields;
        return Keep(document, fields is null ? [] : [.. fields.Where(field => !Semantics.IsPersonal(field.Value)).Select(field => field.Key)]);
    }

    public byte[] Attributes(string profileType, byte[] document) =>
        Keep(document, [.. ValueDocument.Read(document).Keys.Where(name => MayStay(profileType, name))]);

    private bool MayStay(string profileType, string attribute) =>
        model.ProfileTypes.GetValueOrDefault(profileType)?.Document.Attributes.GetValueOrDefault(attribute) is { } declared
        && !Semantics.IsPersonal(declared) && !_matched.Contains(attribute);

    private static string? Column(BoundRule rule) => RuleText.Format(rule.Source) is var text && text.Length > 2 && text[0] == '`' && text[^1] == '`' && !text[1..^1].Contains('`', StringComparison.Ordinal)
        ? text[1..^1]
        : text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') && text.Length > 0 && !char.IsAsciiDigit(text[0]) ? text : null;

    private static byte[] Keep(byte[] document, HashSet<string> names, params KeyValuePair<string, Value>[] instead)
    {
        var kept = ValueDocument.Read(document).Where(pair => names.Contains(pair.Key) && !instead.Any(other => other.Key == pair.Key)).Concat(instead)
            .OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        return ValueDocument.Write([.. kept.Select(pair => pair.Key)], [.. kept.Select(pair => pair.Value)]);
    }
}
