using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Core.Unification.Linkage.Stored;

namespace CustomerInsights.Core.Tests.Unification.Linkage.Stored;

/// <summary>When a stored model is no longer good enough.</summary>
public sealed class ModelDriftTests
{
    private static readonly People s_people = new(3000, 61);
    private static readonly MatcherOptions s_two = new() { Threads = 2 };

    [Fact]
    public void The_records_that_a_model_was_learnt_from_have_not_drifted()
    {
        var drift = Drift(s_people.Rows, s_people.Rows);
        Assert.Equal(0, drift.Growth);
        Assert.All(drift.Fields, field => Assert.Equal(0, field.Index, 12));
        Assert.Null(drift.Reason);
        Assert.Null(ModelDrift.Of(Matcher.Run(People.Columns(s_people.Rows), s_two)));
    }

    [Fact]
    public void A_tenth_more_people_of_the_same_kind_are_no_reason_to_learn_anew_and_a_quarter_more_are()
    {
        Assert.Null(Drift(s_people.Rows.Take(2700).ToList(), s_people.Rows).Reason);
        Assert.Contains("25 % more records", Drift(s_people.Rows.Take(2400).ToList(), s_people.Rows).Reason, StringComparison.Ordinal);
        Assert.Contains("25 % fewer records", Drift(s_people.Rows, s_people.Rows.Take(2250).ToList()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_that_comes_to_be_filled_in_otherwise_is_named()
    {
        // Half the telephone numbers are gone.
        var now = s_people.Rows.Select((row, i) => i % 2 == 0 ? row : [.. row[..4], ""]).ToList();
        var drift = Drift(s_people.Rows, now);
        Assert.Equal("phone", drift.Fields.MaxBy(field => field.Index)!.Field);
        Assert.Contains("'phone'", drift.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_people_of_the_same_kind_are_no_drift_and_a_few_records_say_nothing()
    {
        IReadOnlyList<string[]> Rows(int count, int seed) => [.. new People(count, seed).Rows.Take(count)];
        Assert.Null(Drift(Rows(1500, 62), Rows(1500, 63)).Reason);
        var few = Drift(Rows(900, 62), Rows(900, 63));
        Assert.Empty(few.Fields);
        Assert.Null(few.Reason);
    }

    [Fact]
    public void The_index_is_that_of_the_book()
    {
        // Three levels with 60, 30 and 10 % then, and 50, 30, 20 % now; the half pairs do not show among so many.
        var model = MatchModel.Of(Matcher.Run(People.Columns(s_people.Rows), s_two), "")!;
        for (var field = 0; field < model.Fields.Count; field++)
        {
            Array.Clear(model.Levels[field]);
            (model.Levels[field][1], model.Levels[field][2], model.Levels[field][3]) = (6_000_000, 3_000_000, 1_000_000);
        }

        var drift = MatchModel.LevelsOf(1, new PatternSet([1, 2, 3], [5_000_000, 3_000_000, 2_000_000], []));
        var index = ModelDrift.Between(model, [.. model.Fields.Select(_ => drift[0])], 10_000_000)[0].Index;
        Assert.Equal((-0.1 * Math.Log(0.5 / 0.6)) + (0.1 * Math.Log(0.2 / 0.1)), index, 5);
    }

    private static ModelDrift Drift(IReadOnlyList<string[]> then, IReadOnlyList<string[]> now)
    {
        var model = MatchModel.Of(Matcher.Run(People.Columns(then), s_two), "");
        return ModelDrift.Of(Matcher.Run(People.Columns(now), s_two with { Model = model }))!;
    }
}
