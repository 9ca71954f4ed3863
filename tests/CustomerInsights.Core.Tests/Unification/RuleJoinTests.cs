using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Matching;
using FsCheck;
using FsCheck.Fluent;
using static CustomerInsights.Core.Tests.Unification.People;

namespace CustomerInsights.Core.Tests.Unification;

public sealed class RuleJoinTests
{
    [Fact]
    public void A_frequent_end_or_beginning_is_not_cut_into_segments()
    {
        string[] texts = [.. Enumerable.Range(0, 50).Select(i => $"{(char)('a' + (i % 26))}nother_{i:00}@post.example"), .. Enumerable.Range(0, 50).Select(i => $"www.shops.{(char)('a' + (i % 26))}{i:00}nother_shop"), "www.rare.site"];
        var affixes = new FrequentAffixes(texts);
        Assert.Equal(new Cut(0, 10), affixes.CutOf(0, 4)); // 13 units in 50 texts
        Assert.Equal(new Cut(0, 12), affixes.CutOf(0, 5)); // two units for each of six segments
        Assert.Equal(new Cut(0, 13), affixes.CutOf(100, 2)); // "www." does not fill a segment
    }

    // Every text has a frequent end, and partners are at the very limit: the case that the cut must not lose.
    [Fact]
    public void The_segment_index_loses_no_pair_at_the_limit_when_the_end_is_cut_off() =>
        Prop.ForAll(
            (from bases in Typos.Of(8, 16).ArrayOf(4)
             from texts in (from text in Gen.Elements(bases) from edits in Gen.Choose(0, 5) from edited in Typos.Edit(text, edits) select edited + "@post.example").ArrayOf(90)
             select texts.Distinct(StringComparer.Ordinal).ToArray()).ToArbitrary(),
            Gen.Choose(80, 86).ToArbitrary(),
            LosesNone).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void The_segment_index_loses_no_pair() =>
        Prop.ForAll(TextSets.ToArbitrary(), Gen.Choose(80, 99).ToArbitrary(), LosesNone).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    private static Property LosesNone(string[] texts, int percent)
    {
        var index = new SegmentIndex(texts, [.. texts.Select(_ => 1)], percent);
        var (seen, runs, found) = (new int[texts.Length], new List<int>(), new List<int>());
        for (var i = 0; i < texts.Length; i++)
        {
            index.Candidates(texts[i], seen, i + 1, runs, found);
            for (var j = 0; j < texts.Length; j++)
            {
                var alike = texts[j].Length <= texts[i].Length
                    && Levenshtein.Reference(texts[i], texts[j]) <= Levenshtein.Limit(texts[i].Length, percent);
                if (alike && !found.Contains(j))
                {
                    return false.Label($"'{texts[i]}' does not find '{texts[j]}' at {percent} %");
                }
            }
        }

        return true.Label("complete");
    }

    [Fact]
    public void A_blocked_deduplication_finds_exactly_the_pairs_of_brute_force() =>
        Prop.ForAll(Streams.ToArbitrary(), Rules.ToArbitrary(), (rows, rule) =>
            Same(rule, [], rows)).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void A_blocked_match_finds_exactly_the_pairs_of_brute_force() =>
        Prop.ForAll(Streams.ToArbitrary(), Rules.ToArbitrary(), (rows, rule) =>
            Same(rule, rows[..(rows.Length / 3)], rows[(rows.Length / 3)..])).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    // Few bases and many variants, most of them with one beginning or end, more than 32 alike, so that affixes are cut off.
    private static readonly Gen<string[]> TextSets =
        from bases in Gen.OneOf(Typos.Of(1, 9), Typos.Of(10, 30), Typos.Of(34, 50)).ArrayOf(6)
        from texts in Variant(bases).ArrayOf(130)
        select texts.Where(t => t.Length > 0).Distinct(StringComparer.Ordinal).ToArray();

    private static readonly Gen<(string Name, string Mail, string City)[]> Streams =
        from names in Typos.Of(3, 14).ArrayOf(8)
        from mails in Typos.Of(3, 10).ArrayOf(8)
        from rows in (
            from name in Variant(names)
            from mail in Variant(mails)
            from city in Gen.Elements("", "x", "y", "y")
            select (Name: name, Mail: mail, City: city)).ArrayOf(260)
        select rows;

    private static readonly Gen<MatchRule> Rules = Gen.Elements(
        Rule("one fuzzy", Like("mail", 0.8m)),
        Rule("one fuzzy, high", Like("name", 0.9m)),
        Rule("two fuzzy", Like("name", 0.5m), Like("mail", 0.85m)),
        Rule("exact and fuzzy", On("city"), Like("name", 0.82m)),
        Rule("exact and low", On("city"), Like("name", 0.3m)),
        Rule("exact", On("city"), On("name")),
        Rule("low alone", Like("name", 0.4m)),
        Rule("with exception", Like("mail", 0.8m)).Except(Like("name", 0.7m) with { Differs = true }, On("city")),
        Rule("with agreeing exception", On("name")).Except(On("city")));

    private static Gen<string> Variant(string[] bases) =>
        from text in Gen.Elements(bases)
        from edits in Gen.Elements(0, 0, 1, 1, 2, 4)
        from edited in Typos.Edit(text, edits)
        from affixes in Gen.Elements(("", ""), ("", "@post.example"), ("", "@post.example"), ("www.shops.", ""), ("www.shops.", ""))
        select affixes.Item1 + edited + affixes.Item2;

    private static bool Same(MatchRule rule, (string Name, string Mail, string City)[] left, (string Name, string Mail, string City)[] right)
    {
        SourceStream Stream(string name, long first, (string Name, string Mail, string City)[] rows) => new(
            new StreamSchema(name, [new("name", DataType.Text), new("mail", DataType.Text), new("city", DataType.Text)]),
            [.. rows.Select((r, i) => new SourceNode(first + i, i.ToString(CultureInfo.InvariantCulture), [Value.Of(r.Name), Value.Of(r.Mail), Value.Of(r.City)]))]);
        var table = new RecordTable([Include("left"), Include("right")], [Stream("left", 1, left), Stream("right", 10_000, right)]);
        var columns = RuleColumns.Build(
            rule, table, new ValueColumns(table, new MatchOverrides()),
            [.. Enumerable.Range(0, left.Length)], [.. Enumerable.Range(left.Length, right.Length)], new DeniedRows());
        var result = new RuleJoin(columns, new DeniedRows(), new UnifierLimits { UnblockedPairs = long.MaxValue }, keepAll: true, CancellationToken.None) { AllPairs = 30 }.Run();
        var found = new HashSet<(int, int)>();
        foreach (var hit in result.Hits)
        {
            foreach (var a in result.Left.Rows(hit.Left))
            {
                foreach (var b in result.Right.Rows(hit.Right))
                {
                    if (a != b && !(hit.Left == hit.Right && left.Length == 0 && a > b))
                    {
                        Assert.True(found.Add((Math.Min(a, b), Math.Max(a, b))), "a pair was found twice");
                    }
                }
            }
        }

        var all = left.Concat(right).ToArray();
        var expected = new HashSet<(int, int)>();
        for (var a = 0; a < (left.Length == 0 ? all.Length : left.Length); a++)
        {
            for (var b = left.Length == 0 ? a + 1 : left.Length; b < all.Length; b++)
            {
                if (Holds(rule, all[a], all[b]))
                {
                    expected.Add((a, b));
                }
            }
        }

        Assert.Equal(expected.Count, result.Pairs);
        return expected.SetEquals(found);
    }

    private static bool Holds(MatchRule rule, (string Name, string Mail, string City) a, (string Name, string Mail, string City) b) =>
        rule.Conditions.All(c => Holds(c, a, b)) && !rule.Exceptions.Any(e => e.Conditions.All(c => Holds(c, a, b)));

    private static bool Holds(MatchCondition condition, (string Name, string Mail, string City) a, (string Name, string Mail, string City) b)
    {
        var (left, right) = condition.Field switch { "name" => (a.Name, b.Name), "mail" => (a.Mail, b.Mail), _ => (a.City, b.City) };
        if (left.Length == 0 || right.Length == 0)
        {
            return false;
        }

        var length = Math.Max(left.Length, right.Length);
        return (100 * (length - Levenshtein.Reference(left, right)) >= condition.Percent * length) != condition.Differs;
    }
}
