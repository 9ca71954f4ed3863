using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Events;

/// <summary>
/// A visit: page views of one visitor of which none is more than <see cref="Pause"/> after the one before. Sessions are joined like intervals, so whatever order
/// views come in, late ones included, the same sessions come out; no view needs to be kept for that.
/// </summary>
/// <param name="Started">When the first page was seen.</param>
/// <param name="Ended">When the last page was seen.</param>
/// <param name="Pages">How many pages were seen.</param>
/// <param name="Origin">How it began: that of the first page.</param>
/// <param name="ExitPage">The last page.</param>
public sealed record WebSession(DateTimeOffset Started, DateTimeOffset Ended, long Pages, VisitOrigin Origin, string ExitPage)
{
    /// <summary>The activity type that sessions are.</summary>
    public const string ActivityType = "session";

    /// <summary>After so long without a page a visit is over.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(30);

    /// <summary>The session of one page view.</summary>
    public static WebSession Of(PageView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return new WebSession(view.At, view.At, 1, view.Origin, view.Origin.Page);
    }

    /// <summary>Whether both are parts of one session.</summary>
    public bool Touches(WebSession other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Started - Ended <= Pause && Started - other.Ended <= Pause;
    }

    /// <summary>The session that both make. Which of them comes first decides nothing.</summary>
    public WebSession With(WebSession other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var first = Started != other.Started ? Started < other.Started : Origin.CompareTo(other.Origin) <= 0;
        var last = Ended != other.Ended ? Ended > other.Ended : string.CompareOrdinal(ExitPage, other.ExitPage) >= 0;
        return new WebSession(
            first ? Started : other.Started, last ? Ended : other.Ended, Pages + other.Pages, first ? Origin : other.Origin, last ? ExitPage : other.ExitPage);
    }

    /// <summary>As a value document: the activity's fields.</summary>
    public byte[] Write() => ValueDocument.Write(
        ["started", "ended", "pages", "landing_page", "exit_page", "source", "medium", "campaign", "referrer", "device", "browser", "os"],
        [
            Value.Of(Started), Value.Of(Ended), Value.Of(Pages), Value.Of(Origin.Page), Value.Of(ExitPage), Value.Of(Origin.Source), Value.Of(Origin.Medium),
            Value.Of(Origin.Campaign), Value.Of(Origin.Referrer), Value.Of(Origin.Device), Value.Of(Origin.Browser), Value.Of(Origin.System),
        ]);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static WebSession Read(ReadOnlySpan<byte> document)
    {
        var values = ValueDocument.Read(document);
        string? Text(string name) => values.TryGetValue(name, out var value) ? value.AsText() : null;
        return new WebSession(
            values["started"].AsTime(),
            values["ended"].AsTime(),
            values["pages"].AsInteger(),
            new VisitOrigin(values["landing_page"].AsText())
            {
                Source = values["source"].AsText(),
                Medium = values["medium"].AsText(),
                Campaign = Text("campaign"),
                Referrer = Text("referrer"),
                Device = Text("device"),
                Browser = Text("browser"),
                System = Text("os"),
            },
            values["exit_page"].AsText());
    }
}
