using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Tests;

public sealed class ValueTests
{
    [Fact]
    public void Equal_amounts_with_different_scale_are_one_value()
    {
        Assert.Equal(Value.Of(1.0m), Value.Of(1.00m));
        Assert.Equal(Value.Of(1.0m).GetHashCode(), Value.Of(1.00m).GetHashCode());
    }

    [Fact]
    public void An_integer_is_not_a_decimal() => Assert.NotEqual(Value.Of(1), Value.Of(1m));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_number_that_is_not_finite_is_missing(double number) => Assert.True(Value.Of(number).IsMissing);

    [Fact]
    public void Reading_a_value_as_another_type_says_which_type_it_has()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Value.Of("a").AsInteger());
        Assert.Equal("The value is Text, not Integer.", error.Message);
    }

    [Fact]
    public void A_time_is_written_in_utc() => Assert.Equal(
        "2018-05-08T10:00:00Z",
        Value.Of(new DateTimeOffset(2018, 5, 8, 12, 0, 0, TimeSpan.FromHours(2))).ToString());
}
