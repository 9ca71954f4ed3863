using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;

namespace CustomerInsights.Bench;

/// <summary>Rule-based unification in memory: what one rule costs over generated people with typos.</summary>
internal static class UnifyBench
{
    public static void Run(int records)
    {
        Measure.Machine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{records:N0} records in two streams, half of the second are people of the first with a typo; seed 1"));
        var input = Generate(records);
        Time("exact e-mail", input, On("email", Precision.Exact));
        Time("name >= 0.85", input, On("name", Precision.Custom, 0.85m));
        Time("name >= 0.80", input, On("name", Precision.High));
        Time("name >= 0.60 in one city", input, On("name", Precision.Medium), On("city", Precision.Exact));
        Time("e-mail >= 0.90", input, On("email", Precision.Custom, 0.90m));
        Time("e-mail >= 0.80", input, On("email", Precision.High));
    }

    private static MatchCondition On(string field, Precision precision, decimal? threshold = null) =>
        new() { Field = field, Precision = precision, Threshold = threshold, Normalisers = [Normaliser.LowerCase] };

    private static void Time(string what, UnificationInput input, params MatchCondition[] conditions)
    {
        var policy = new UnificationPolicy
        {
            Streams = [new StreamPolicy { Stream = "a" }, new StreamPolicy { Stream = "b" }],
            Matching = [new StreamMatching { Stream = "b", Rules = [new MatchRule { Name = "rule", Conditions = conditions }] }],
            Merge = MergePolicy.ByFieldName([.. input.Streams.Select(stream => stream.Schema)]),
        };
        var watch = Stopwatch.StartNew();
        var result = Unifier.Unify(policy, input, new UnifierLimits { Threads = Environment.ProcessorCount });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-28} {watch.Elapsed.TotalSeconds,7:0.00} s  {result.Rules[0].Pairs,9:N0} pairs of {result.Rules[0].Candidates:N0} candidates, {result.Profiles.Count:N0} profiles, {result.Rules[0].Outcome}"));
    }

    private static UnificationInput Generate(int records)
    {
        var state = 1UL;
        int Next(int below)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            return (int)(state % (ulong)below);
        }

        string Word(int length) => string.Create(length, 0, (span, _) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = (i % 2 == 0 ? "bcdfghklmnprstvz" : "aeiou")[Next(i % 2 == 0 ? 16 : 5)];
            }
        });
        string Typo(string text)
        {
            var at = Next(text.Length);
            return text[..at] + (char)('a' + Next(26)) + text[(at + 1)..];
        }

        string[] domains = ["example.com", "example.org", "mail.example", "post.example", "web.example"];
        var schema = (string name) => new StreamSchema(name, [new("name", DataType.Text), new("email", DataType.Text), new("city", DataType.Text)]);
        var (a, b) = (new List<SourceNode>(), new List<SourceNode>());
        for (var i = 0; i < records / 2; i++)
        {
            var (name, city) = ($"{Word(4 + Next(5))} {Word(5 + Next(6))}", Word(6));
            a.Add(Node(i, name, $"{name.Replace(' ', '.')}@{domains[i % 5]}", city));
        }

        for (var i = 0; i < records / 2; i++)
        {
            var known = a[i];
            b.Add(i % 2 == 0
                ? Node(records + i, Typo(known.Values[0].AsText()), known.Values[1].AsText(), known.Values[2].AsText())
                : Node(records + i, $"{Word(7)} {Word(8)}", $"{Word(12)}@{domains[i % 5]}", Word(6)));
        }

        return new UnificationInput { Streams = [new SourceStream(schema("a"), a), new SourceStream(schema("b"), b)] };

        static SourceNode Node(long id, string name, string email, string city) =>
            new(id, id.ToString("D8", CultureInfo.InvariantCulture), [Value.Of(name), Value.Of(email), Value.Of(city)]);
    }
}
