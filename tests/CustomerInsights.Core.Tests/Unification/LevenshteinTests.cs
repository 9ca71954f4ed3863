using CustomerInsights.Core.Unification;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerInsights.Core.Tests.Unification;

public sealed class LevenshteinTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("robert2020@hotmail.com", "robrt2020@hotmail.cm", 2)]
    [InlineData("müller", "muller", 1)]
    public void The_reference_gives_textbook_distances(string left, string right, int distance) =>
        Assert.Equal(distance, Levenshtein.Reference(left, right));

    [Fact]
    public void The_kernel_equals_the_reference_within_every_limit() =>
        Prop.ForAll(Typos.Pairs.ToArbitrary(), Gen.Choose(0, 40).ToArbitrary(), (pair, limit) =>
        {
            var pattern = new Levenshtein.Pattern();
            pattern.Set("something else, to be forgotten é");
            pattern.Set(pair.Left);
            var expected = Levenshtein.Reference(pair.Left, pair.Right);
            var found = pattern.Distance(pair.Right, limit);
            return expected <= limit ? found == expected : found > limit;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void Letter_bags_never_call_a_pair_too_far_that_is_not() =>
        Prop.ForAll(Typos.Pairs.ToArbitrary(), pair =>
        {
            var (longer, shorter) = pair.Left.Length >= pair.Right.Length ? pair : (pair.Right, pair.Left);
            return !LetterBags.TooFar(LetterBags.Of(longer), LetterBags.Of(shorter), longer.Length, Levenshtein.Reference(longer, shorter));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Theory]
    [InlineData(10, 80, 2)]
    [InlineData(14, 80, 2)]
    [InlineData(15, 80, 3)]
    [InlineData(100, 100, 0)]
    [InlineData(3, 67, 0)]
    [InlineData(100, 1, 99)]
    public void The_limit_is_the_largest_distance_that_still_scores(int length, int percent, int limit)
    {
        Assert.Equal(limit, Levenshtein.Limit(length, percent));
        Assert.True(Levenshtein.Score(limit, length) >= (percent / 100.0) - 1e-12);
        Assert.True(Levenshtein.Score(limit + 1, length) < percent / 100.0);
    }
}
