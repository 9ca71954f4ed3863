using CustomerInsights.Storage.Events;

namespace CustomerInsights.Storage.Tests;

public sealed class WebSessionTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 23, 50, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, true)]
    [InlineData(30, true)]
    [InlineData(-30, true)]
    [InlineData(31, false)]
    [InlineData(-31, false)]
    public void Thirty_minutes_without_a_page_end_a_visit_and_midnight_does_not(int minutes, bool one) =>
        Assert.Equal(one, WebSession.Of(View(0, "/a")).Touches(WebSession.Of(View(minutes, "/b"))));

    [Fact]
    public void A_session_began_as_its_first_page_and_ended_with_its_last()
    {
        var session = WebSession.Of(View(10, "/b") with { Origin = new VisitOrigin("/b") { Source = "shop.example" } })
            .With(WebSession.Of(View(20, "/c")))
            .With(WebSession.Of(View(0, "/a") with { Origin = new VisitOrigin("/a") { Source = "news", Medium = "email", Campaign = "May", Device = "mobile" } }));
        Assert.Equal(new WebSession(Start, Start.AddMinutes(20), 3, new VisitOrigin("/a") { Source = "news", Medium = "email", Campaign = "May", Device = "mobile" }, "/c"), session);
        Assert.Equal(session, WebSession.Read(session.Write()));
    }

    [Fact]
    public void Of_two_pages_at_the_same_instant_the_same_one_comes_first_whatever_the_order()
    {
        var (one, other) = (WebSession.Of(View(0, "/b")), WebSession.Of(View(0, "/a")));
        Assert.Equal(one.With(other), other.With(one));
        Assert.Equal("/a", one.With(other).Origin.Page);
    }

    /// <summary>Pages at minutes after the start.</summary>
    internal static PageView View(double minutes, string page) => new(Start.AddMinutes(minutes), new VisitOrigin(page));
}
