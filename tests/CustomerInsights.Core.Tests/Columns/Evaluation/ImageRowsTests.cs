using CustomerInsights.Core.Columns.Evaluation;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Tests.Rules;

namespace CustomerInsights.Core.Tests.Columns.Evaluation;

public sealed class ImageRowsTests
{
    private readonly SampleWorld _world = new([.. Enumerable.Repeat(Sample.Nobody, 130)], parts: 3, dead: true);

    private Core.Columns.ColumnImage Image => _world.World.Images["person"];

    [Fact]
    public void Sets_of_an_image_combine_and_never_hold_the_dead()
    {
        var some = ImageRows.Of(Image, [0, 2, 4, 5, 200, 999]);
        Assert.Equal([0, 2, 4, 200], some.Numbers());
        var others = ImageRows.Of(Image, [2, 200, 258]);
        var both = some.Clone();
        both.And(others);
        Assert.Equal([2, 200], both.Numbers());
        both.Or(others);
        Assert.Equal([2, 200, 258], both.Numbers());
        both.Except(some);
        Assert.Equal([258], both.Numbers());
        both.Not();
        Assert.Equal(129, both.Count);
        both.Or(others);
        Assert.Equal(ImageRows.All(Image).Numbers(), both.Numbers());
        Assert.Equal([0, 2, 4], both.Take(3));
    }

    [Fact]
    public void A_set_of_another_image_is_refused()
    {
        var other = ImageRows.None(new Core.Columns.ColumnImage("person", [], 0));
        Assert.Throws<ArgumentException>(() => ImageRows.None(Image).And(other));
        Assert.Throws<ArgumentException>(() => _world.Run().Enter("vips", other));
    }

    [Fact]
    public void A_run_over_nobody_answers_nobody_and_a_cancelled_one_stops()
    {
        var rule = RuleBinder.Bind("city is missing", Sample.Schema, RuleUse.Condition).Rule!;
        var world = new ColumnWorld(new Dictionary<string, Core.Columns.ColumnImage>(), new Dictionary<string, IReadOnlyDictionary<string, ColumnRelation>>());
        Assert.Empty(new ColumnRun(world, "person", Sample.Moment, 2, default).Matches(rule).Numbers());
        Assert.Equal(130, _world.Run().Matches(rule).Count);
        Assert.ThrowsAny<OperationCanceledException>(() => new ColumnRun(_world.World, "person", Sample.Moment, 2, new CancellationToken(true)).Matches(rule));
    }
}
