using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;

namespace CustomerInsights.Core.Tests.Unification;

/// <summary>Short ways to write streams, rules and policies in tests.</summary>
internal static class People
{
    /// <summary>A stream of text fields. A row is "key|value|value"; an empty value is missing. Node ids count from the first.</summary>
    public static SourceStream Stream(string name, long firstId, string fields, params string[] rows) => new(
        new StreamSchema(name, [.. fields.Split(' ').Select(Field)]),
        [.. rows.Select((row, i) => Node(firstId + i, fields.Split(' '), row.Split('|')))]);

    // "name:Date" declares a type; text otherwise.
    private static StreamField Field(string field) =>
        field.Split(':') is [var name, var type] ? new StreamField(name, Enum.Parse<DataType>(type)) : new StreamField(field, DataType.Text);

    private static SourceNode Node(long id, string[] fields, string[] cells) =>
        new(id, cells[0], [.. fields.Select((f, i) => Cell(Field(f).Type, cells[i + 1]))]);

    private static Value Cell(DataType type, string text) => text.Length == 0 ? Value.Missing : type switch
    {
        DataType.Date => Value.Of(DateOnly.Parse(text, CultureInfo.InvariantCulture)),
        DataType.Integer => Value.Of(long.Parse(text, CultureInfo.InvariantCulture)),
        _ => Value.Of(text),
    };

    public static MatchCondition On(string field, params Normaliser[] normalisers) => new() { Field = field, Normalisers = normalisers };

    public static MatchCondition Like(string field, decimal threshold, params Normaliser[] normalisers) =>
        new() { Field = field, Normalisers = normalisers, Precision = Precision.Custom, Threshold = threshold };

    public static MatchRule Rule(string name, params MatchCondition[] conditions) => new() { Name = name, Conditions = conditions };

    public static MatchRule Except(this MatchRule rule, params MatchCondition[] conditions) =>
        rule with { Exceptions = [.. rule.Exceptions, new MatchException { Conditions = conditions }] };

    public static StreamPolicy Include(string stream, params MatchRule[] deduplication) => new() { Stream = stream, Deduplication = deduplication };

    public static StreamMatching Match(string stream, params MatchRule[] rules) => new() { Stream = stream, Rules = rules };

    public static UnificationInput Input(params SourceStream[] streams) => new() { Streams = streams };

    /// <summary>Profiles as "1,2 3 4,5".</summary>
    public static string Text(this UnificationResult result) =>
        string.Join(' ', result.Profiles.Select(p => string.Join(',', p.Cluster.Nodes)));
}
