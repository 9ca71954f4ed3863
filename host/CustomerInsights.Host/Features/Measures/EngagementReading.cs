using CustomerInsights.Core.Statistics;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>A profile's activities as an engagement score wants them, and its ranks as they are stored.</summary>
internal static class EngagementReading
{
    public static double Points(EngagementModel model, ProfileSubject profile, DateTimeOffset now) => model.Points(type => Times(profile, type), now);

    public static IEnumerable<DateTimeOffset> Times(ProfileSubject profile, string type) => profile.Activities(type).Select(activity => activity.At);

    public static string Write(EngagementRanks ranks) => Json.Write(new Stored(ranks.Points, ranks.Ranks));

    public static EngagementRanks Read(string json)
    {
        var stored = Json.Read<Stored>(json);
        return new EngagementRanks(stored.Points, stored.Ranks);
    }

    private sealed record Stored(IReadOnlyList<double> Points, IReadOnlyList<double> Ranks);
}
