using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification;
using Xunit.Abstractions;

namespace CustomerInsights.Samples.Tests;

/// <summary>How well the recipe's policy finds the people of <c>truth.csv</c>, counted in pairs of records.</summary>
public sealed class UnificationTests(ITestOutputHelper output)
{
    [Fact]
    public void The_policy_joins_nobody_wrongly_and_misses_few()
    {
        var policy = Retail.OverFiles(Retail.Recipe.Unification!["customer"]);
        var streams = policy.Streams.Select(stream => Load(stream.Stream)).ToList();
        Assert.DoesNotContain(PolicyValidator.Validate(policy, [.. streams.Select(stream => stream.Schema)]), problem => problem.Severity == ProblemSeverity.Error);
        var truth = File.ReadAllLines(Path.Combine(Retail.Folder, "truth.csv")).Skip(1).Select(line => line.Split(','))
            .ToDictionary(cells => (Stream: cells[1], Key: cells[2]), cells => cells[0]);
        var names = streams.SelectMany(stream => stream.Nodes.Select(node => (node.Id, Name: (stream.Schema.Name, node.Key)))).ToDictionary(pair => pair.Id, pair => pair.Name);
        Assert.Equal(truth.Keys.Order(), names.Values.Order());

        var result = Unifier.Unify(policy, new UnificationInput { Streams = streams });

        Assert.Empty(result.Warnings);
        Assert.All(result.Rules, rule => Assert.Equal(RuleOutcome.Complete, rule.Outcome));
        Assert.All(result.Rules, rule => Assert.True(rule.Pairs > 0, $"{rule.Stream}: '{rule.Rule}' finds nothing"));
        var found = Pairs(result.Profiles.SelectMany((profile, i) => profile.Cluster.Nodes.Select(node => (names[node], Group: $"{i}")))).ToHashSet();
        var expected = Pairs(truth.Select(pair => (pair.Key, Group: pair.Value))).ToHashSet();
        var right = found.Count(expected.Contains);
        var (precision, recall) = ((double)right / found.Count, (double)right / expected.Count);
        output.WriteLine($"records {names.Count}, people {truth.Values.Distinct().Count()}, profiles {result.Profiles.Count}");
        output.WriteLine($"true pairs {expected.Count}, found {found.Count}, right {right}: precision {precision:0.0000}, recall {recall:0.0000}");
        foreach (var rule in result.Rules)
        {
            output.WriteLine($"{rule.Stream} '{rule.Rule}': pairs {rule.Pairs}, records {rule.Records}");
        }

        foreach (var (one, other) in found.Except(expected))
        {
            output.WriteLine($"wrong: {one} {other}");
        }

        foreach (var (one, other) in expected.Except(found))
        {
            output.WriteLine($"missed: {one} {other}");
        }

        Assert.True(precision >= 0.999, $"precision {precision}");
        Assert.True(recall >= 0.93, $"recall {recall}");
    }

    // The sample is full of households, twins and parents who share all but a birth date with a child, and its rules were written for it. The
    // matcher alone is not as right as they are; this holds it to what it was measured at.
    [Fact]
    public void The_matcher_alone_does_not_fall_behind_what_it_was_measured_at()
    {
        var policy = Retail.OverFiles(Retail.Recipe.Unification!["customer"]);
        var streams = policy.Streams.Select(stream => Load(stream.Stream)).ToList();
        var names = streams.SelectMany(stream => stream.Nodes.Select(node => (node.Id, Name: (stream.Schema.Name, node.Key)))).ToDictionary(pair => pair.Id, pair => pair.Name);
        var truth = File.ReadAllLines(Path.Combine(Retail.Folder, "truth.csv")).Skip(1).Select(line => line.Split(',')).Select(cells => ((cells[1], cells[2]), cells[0]));
        var expected = Pairs(truth).ToHashSet();
        double F1(UnificationPolicy tried, string what)
        {
            var result = Unifier.Unify(tried, new UnificationInput { Streams = streams });
            var found = Pairs(result.Profiles.SelectMany((profile, i) => profile.Cluster.Nodes.Select(node => (names[node], Group: $"{i}")))).ToHashSet();
            var right = found.Count(expected.Contains);
            foreach (var field in result.Matcher?.Fields ?? [])
            {
                output.WriteLine($"{field.Type}: {field.Why}");
            }

            foreach (var (one, other) in found.Except(expected))
            {
                output.WriteLine($"wrong: {one} {other}");
            }

            output.WriteLine($"{what}: true pairs {expected.Count}, found {found.Count}, right {right}: precision {(double)right / found.Count:0.0000}, recall {(double)right / expected.Count:0.0000}");
            return 2.0 * right / (found.Count + expected.Count);
        }

        var alone = policy with { Matching = [], Streams = [.. policy.Streams.Select(stream => stream with { Deduplication = [] })], Matcher = new MatcherPolicy() };
        string[] born = ["birth_date"];
        F1(policy, "rules");
        F1(alone with { Matcher = new MatcherPolicy { Strictness = MatcherStrictness.Cautious } }, "matcher, cautious");
        F1(alone with { Matcher = new MatcherPolicy { MustAgree = born, Strictness = MatcherStrictness.Cautious } }, "matcher, cautious, birth date must agree");
        F1(policy with { Matcher = new MatcherPolicy { MustAgree = born } }, "rules and matcher, birth date must agree");
        var agreeing = F1(alone with { Matcher = new MatcherPolicy { MustAgree = born } }, "matcher, birth date must agree");
        var matcher = F1(alone, "matcher");
        Assert.True(matcher >= 0.91, $"matcher {matcher:0.0000}");
        Assert.True(agreeing > matcher, $"{agreeing:0.0000} where birth dates must agree, {matcher:0.0000} where not");
    }

    private static IEnumerable<((string Stream, string Key) One, (string Stream, string Key) Other)> Pairs(IEnumerable<((string Stream, string Key) Name, string Group)> members) =>
        from person in members.GroupBy(member => member.Group)
        let records = person.Select(member => member.Name).Order().ToList()
        from i in Enumerable.Range(0, records.Count)
        from j in Enumerable.Range(i + 1, records.Count - i - 1)
        select (records[i], records[j]);

    private static SourceStream Load(string stream)
    {
        var mapping = Retail.Recipe.Mappings![stream].Profile!;
        var schema = Retail.Schema(stream);
        var rules = mapping.Fields.Select(field => (Name: field.Key, Rule: RuleBinder.Bind(field.Value, schema, RuleUse.Value).Rule!)).ToList();
        var settings = Retail.Recipe.Sources![stream.Split('.')[0]].Settings.GetProperty("streams").EnumerateArray();
        var key = settings.Single(one => stream.EndsWith("." + one.GetProperty("name").GetString(), StringComparison.Ordinal)).GetProperty("key")[0].GetString()!;
        var first = stream == "crm.contacts" ? 1 : 10_000;
        var moment = new RuleMoment(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero));
        var nodes = Retail.Rows(stream)
            .Select((row, i) => new SourceNode(first + i, row[key].AsText(), [.. rules.Select(field => field.Rule.Evaluate(new Row(row), moment))]))
            .ToList();
        return new SourceStream(new StreamSchema(stream, [.. rules.Select(field => new StreamField(field.Name, field.Rule.Type) { Semantic = Retail.Recipe.ProfileTypes![mapping.Type].Attributes[field.Name].SemanticType })]), nodes);
    }

    private sealed class Row(IReadOnlyDictionary<string, Value> cells) : IRuleSubject
    {
        public Value Attribute(string name) => cells[name];

        public IRuleSubject? Related(string relationship) => null;

        public IReadOnlyList<IRuleActivity> Activities(string type) => [];

        public bool InSegment(string name) => false;

        public bool Reachable(string channel) => false;
    }
}
