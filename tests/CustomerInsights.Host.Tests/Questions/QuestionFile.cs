using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CustomerInsights.Host.Tests.Questions;

/// <summary>questions.json: questions in words, our rules and the SQL of another engine.</summary>
/// <param name="About">For the reader of the file.</param>
/// <param name="Sets">The data that questions are asked of, by name.</param>
/// <param name="Questions">The questions, by set.</param>
internal sealed record QuestionFile(string About, IReadOnlyDictionary<string, QuestionSet> Sets, IReadOnlyList<Question> Questions)
{
    private static readonly JsonSerializerOptions s_strict = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false };

    public static QuestionFile Read { get; } = JsonSerializer.Deserialize<QuestionFile>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Questions", "questions.json")), s_strict)!;

    public IEnumerable<Question> Of(string set) => Questions.Where(question => question.Set == set);

    /// <summary>The page of the docs that shows them.</summary>
    public string Page()
    {
        var page = new StringBuilder("""
            # Twenty questions

            Questions of a business in words, each with the rule or measure that answers it. A test asks them all of a running host and compares every member and
            every row with the answer of another engine, DuckDB, to SQL written for the same words (`tests/CustomerInsights.Host.Tests/Questions/questions.json`).
            This page is made from that file.

            """);
        foreach (var (name, set) in Sets)
        {
            page.Append('\n').Append("## ").Append(set.Title).Append("\n\nAs of ").Append(set.Now.ToString("d MMMM yyyy, HH:mm", System.Globalization.CultureInfo.InvariantCulture)).Append(" UTC.\n");
            foreach (var question in Of(name))
            {
                page.Append("\n**").Append(question.Words).Append("**\n\n```text\n").Append(question.Rule).Append("\n```\n\n").Append(question.Kind).Append(": ").Append(question.Found).Append(".\n");
            }
        }

        return page.ToString();
    }
}

/// <summary>Data that questions are asked of.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Now">Where the clock stands.</param>
/// <param name="Tables">SQL that reads the source files, joined to profiles by their keys.</param>
internal sealed record QuestionSet(string Title, DateTimeOffset Now, IReadOnlyList<string> Tables);

/// <summary>A question. It has a segment or a measure, whose documents are as REST takes them.</summary>
/// <param name="Name">The segment's or measure's name.</param>
/// <param name="Set">Its data.</param>
/// <param name="Words">The question in words.</param>
/// <param name="Sql">The lines of one statement. A segment: its members' ids; a measure per profile: id and value; one of the business: dimensions and value.</param>
/// <param name="Slip">A mistake in the SQL that must change the answer: what stands there, and what would stand there instead.</param>
/// <param name="Answer">How many members or rows.</param>
/// <param name="Segment">The segment.</param>
/// <param name="Measure">The measure.</param>
internal sealed record Question(
    string Name, string Set, [property: JsonPropertyName("question")] string Words, IReadOnlyList<string> Sql, IReadOnlyList<string> Slip, int Answer, JsonElement? Segment = null, JsonElement? Measure = null)
{
    public string Statement => string.Join('\n', Sql);

    public string Slipped => Statement.Replace(Slip[0], Slip[1], StringComparison.Ordinal);

    public string Rule => Segment?.GetProperty("rule").GetString() ?? Measure!.Value.GetProperty("expression").GetString()!;

    public bool Business => Measure is { } measure && measure.TryGetProperty("business", out var business) && business.GetBoolean();

    public string Kind => Segment switch
    {
        { } segment when segment.TryGetProperty("timeZone", out var zone) => $"A segment by the clock of `{zone.GetString()}`",
        not null => "A segment",
        null when Measure!.Value.TryGetProperty("bucket", out var bucket) => $"A measure of the business, one row a {bucket.GetString()}" + (Measure.Value.TryGetProperty("timeZone", out var clock) ? $" by the clock of `{clock.GetString()}`" : ""),
        null => Business ? "A measure of the business" : "A measure per profile",
    };

    public string Found => FormattableString.Invariant($"{Answer:N0} {(Segment is not null ? "members" : Business ? "rows" : "values")}");
}
