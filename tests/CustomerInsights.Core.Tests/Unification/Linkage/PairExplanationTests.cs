using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>What is said of a pair is true of it and adds up.</summary>
public sealed class PairExplanationTests
{
    private static readonly MatcherOptions s_two = new() { Threads = 2 };

    [Fact]
    public void The_summands_of_random_models_and_patterns_give_the_evidence()
    {
        var random = new Random(20);
        var fields = Array.ConvertAll(People.Columns(new People(60, 3).Rows), FieldComparisons.Of);
        for (var round = 0; round < 300; round++)
        {
            var leads = Enumerable.Range(0, random.Next(1, 9)).Select(_ => 1 << random.Next(fields.Length)).ToList();
            var share = Random(1 + leads.Count, random);
            var log = share.Select(_ => fields.Select(field => Array.ConvertAll([0, .. Random(field.Levels.Count - 1, random)], p => Math.Log(Math.Max(1e-12, p)))).ToArray()).ToArray();
            var model = MixtureModel.Of(fields, leads, share, log);
            for (var i = 0; i < 30; i++)
            {
                var pattern = fields.Select((field, place) => (ulong)random.Next(field.Levels.Count) << (PairLevels.Bits * place)).Aggregate((a, b) => a | b);
                Assert.Equal(model.BitsOf(pattern), model.Explain(pattern).Total, 1e-9);
            }
        }
    }

    [Fact]
    public void The_summands_give_the_score_of_every_pattern_of_a_run()
    {
        var result = Matcher.Run(People.Columns(new People(3000, 21).Rows), s_two);
        for (var i = 0; i < result.Patterns.Patterns.Length; i++)
        {
            Assert.Equal(result.Model!.Bits[i], result.Model.Explain(result.Patterns.Patterns[i]).Total, 1e-9);
        }
    }

    [Fact]
    public void A_household_is_named_and_the_sum_told()
    {
        var people = new People(6000, 22);
        var result = Matcher.Run(People.Columns(people.Rows), s_two);
        var explainer = new PairExplainer(result);
        var household = Pairs(people).First(pair => people.Truth[pair.A] != people.Truth[pair.B] && Same(people, pair, 1) && Same(people, pair, 4) && people.Rows[pair.A][4].Length > 0);
        var explained = explainer.Explain(household.A, household.B);
        Assert.Equal(PairVerdict.Apart, explained.Verdict);
        Assert.StartsWith("looks like a household: alike in surname", explained.LooksLike, StringComparison.Ordinal);
        Assert.Equal(explained.Bits, explained.Prior + explained.Fields.Sum(field => field.Bits) + explained.ClassBits, 1e-9);
        Assert.Contains("Apart. Evidence −", explained.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Records_without_a_key_in_common_were_never_compared_and_that_is_said()
    {
        var people = new People(2000, 23);
        var explainer = new PairExplainer(Matcher.Run(People.Columns(people.Rows), s_two));
        var explained = Enumerable.Range(1, 500).Select(row => explainer.Explain(0, row)).First(one => one.Verdict == PairVerdict.NoKeyInCommon);
        Assert.Empty(explained.Keys);
        Assert.StartsWith("Never compared: no key in common.", explained.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_that_was_too_large_is_named_with_its_size()
    {
        var people = new People(2000, 24);
        var explainer = new PairExplainer(Matcher.Run(People.Columns(people.Rows), s_two), new OneGroup(), 0);
        var (a, b) = (0, Enumerable.Range(1, 100).First(row => people.Truth[row] != people.Truth[0]));
        Assert.StartsWith("Never compared: a key in common (surname), but its group of 12,345 records was too large.", explainer.Explain(a, b).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_pair_that_was_compared_has_a_key_whose_group_was_taken()
    {
        var result = Matcher.Run(People.Columns(new People(3000, 25).Rows), s_two);
        var keys = new KeysInCommon(result);
        Assert.All(result.Pairs.Take(5000), pair => Assert.Contains(keys.InCommon((int)(pair >> 32), (int)(uint)pair), key => key.Taken && key.GroupSize >= 2));
    }

    private static IEnumerable<(int A, int B)> Pairs(People people) =>
        Enumerable.Range(0, people.Rows.Count - 4).SelectMany(a => Enumerable.Range(a + 1, 4).Select(b => (a, Math.Min(b, people.Rows.Count - 1))));

    private static bool Same(People people, (int A, int B) pair, int field) => string.Equals(people.Rows[pair.A][field], people.Rows[pair.B][field], StringComparison.Ordinal);

    private static double[] Random(int count, Random random)
    {
        var some = Enumerable.Range(0, count).Select(_ => Math.Pow(random.NextDouble(), 4) + 1e-6).ToArray();
        return Array.ConvertAll(some, one => one / some.Sum());
    }

    private sealed class OneGroup : ICandidateKeys
    {
        public IEnumerable<KeyInCommon> InCommon(int a, int b) => [new("surname", false, 12345)];
    }
}
