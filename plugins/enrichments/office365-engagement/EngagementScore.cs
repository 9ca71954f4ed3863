namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>A score, and the points of each signal that it is made of.</summary>
/// <param name="Score">0 to 100.</param>
/// <param name="EmailsFrom">Points for e-mails from the account.</param>
/// <param name="EmailsTo">Points for e-mails to it.</param>
/// <param name="Meetings">Points for meetings.</param>
/// <param name="People">Points for people.</param>
/// <param name="Recency">Points for how short ago it was.</param>
internal sealed record ScoreBreakdown(int Score, double EmailsFrom, double EmailsTo, double Meetings, double People, double Recency);

/// <summary>
/// How engaged each account is, compared with the others. Own formula, published in the README: of each signal an account has its rank among all accounts that
/// anything was counted for, from 0 (the least) to 1 (the most), those with equal values at the middle of their ranks; 0 where the signal is 0. The score is
/// 100 times the mean of the ranks by weight, rounded.
/// </summary>
internal static class EngagementScore
{
    /// <summary>Scores accounts.</summary>
    /// <param name="accounts">Their figures.</param>
    /// <param name="weights">The weights.</param>
    public static Dictionary<int, ScoreBreakdown> Of(IReadOnlyCollection<KeyValuePair<int, Figures>> accounts, ScoreWeights weights)
    {
        var from = Ranks(accounts, figures => figures.EmailsFrom);
        var to = Ranks(accounts, figures => figures.EmailsTo);
        var meetings = Ranks(accounts, figures => figures.Meetings);
        var people = Ranks(accounts, figures => figures.People);
        var recency = Ranks(accounts, figures => Math.Max(figures.LastEmail ?? 0, figures.LastMeeting ?? 0));
        return accounts.Select(pair => pair.Key).ToDictionary(account => account, account =>
        {
            double[] points =
            [
                weights.EmailsFrom * from[account],
                weights.EmailsTo * to[account],
                weights.Meetings * meetings[account],
                weights.People * people[account],
                weights.Recency * recency[account],
            ];
            var parts = points.Select(point => 100 * point / weights.Sum).ToArray();
            return new ScoreBreakdown((int)Math.Round(parts.Sum(), MidpointRounding.AwayFromZero), Shown(parts[0]), Shown(parts[1]), Shown(parts[2]), Shown(parts[3]), Shown(parts[4]));
        });
    }

    /// <summary>The rank of each account by one signal, 0 to 1.</summary>
    internal static Dictionary<int, double> Ranks(IReadOnlyCollection<KeyValuePair<int, Figures>> accounts, Func<Figures, long> signal)
    {
        var ranks = new Dictionary<int, double>(accounts.Count);
        var below = 0;
        foreach (var group in accounts.Select(pair => (pair.Key, Value: signal(pair.Value))).GroupBy(pair => pair.Value).OrderBy(group => group.Key))
        {
            var same = group.Count();
            var rank = group.Key <= 0 ? 0 : accounts.Count == 1 ? 1 : (below + ((same - 1) / 2d)) / (accounts.Count - 1);
            foreach (var (account, _) in group)
            {
                ranks[account] = rank;
            }

            below += same;
        }

        return ranks;
    }

    private static double Shown(double points) => Math.Round(points, 1, MidpointRounding.AwayFromZero);
}
