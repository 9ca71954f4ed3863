namespace CustomerInsights.Storage.Trends;

/// <summary>Figures by day (UTC), and what they are counted from.</summary>
public interface ITrendStore
{
    /// <summary>How many profiles of a type there are.</summary>
    ValueTask<PeopleCount> CountPeopleAsync(string profileType, CancellationToken cancellationToken);

    /// <summary>
    /// How many profiles of a type there were at the end of each day before <paramref name="until"/>, by the ledger, from the first day that it tells of;
    /// null where the ledger does not account for the profiles that there are.
    /// </summary>
    ValueTask<IReadOnlyList<DayTotal>?> LedgerTotalsAsync(string profileType, DateOnly until, CancellationToken cancellationToken);

    /// <summary>
    /// For every day of a stretch how many had an activity from the first of its month through that day: profiles of which something is known; and anonymous
    /// visitors, which are the other profiles and the nodes with a record that are in no profile. Each once, by who is who now. Every day is there, oldest first.
    /// </summary>
    /// <param name="from">The first day, the first of a month.</param>
    /// <param name="until">The day after the last.</param>
    /// <param name="inactive">Activity types that do not count.</param>
    /// <param name="cancellationToken">Cancels.</param>
    ValueTask<IReadOnlyList<ActiveCount>> CountActiveAsync(DateOnly from, DateOnly until, IReadOnlyCollection<string> inactive, CancellationToken cancellationToken);

    /// <summary>Writes figures; equal ones cost no write.</summary>
    /// <returns>How many days are new or others than before.</returns>
    ValueTask<long> PutProfilesAsync(IReadOnlyList<ProfileDay> days, CancellationToken cancellationToken);

    /// <summary>The figures of a type in a stretch of days, both included, oldest first.</summary>
    ValueTask<IReadOnlyList<ProfileDay>> ProfilesAsync(string profileType, DateOnly from, DateOnly to, CancellationToken cancellationToken);

    /// <summary>The last figures of a type before a day that were measured; null when there are none.</summary>
    ValueTask<ProfileDay?> LastMeasuredAsync(string profileType, DateOnly before, CancellationToken cancellationToken);

    /// <summary>Writes figures; a day keeps whether it was filled in later. Days of closed months stay as they are, unless <paramref name="reopen"/>.</summary>
    /// <returns>How many days are new or others than before.</returns>
    ValueTask<long> PutActiveAsync(IReadOnlyList<ActiveDay> days, bool reopen, CancellationToken cancellationToken);

    /// <summary>The figures of a stretch of days, both included, oldest first.</summary>
    ValueTask<IReadOnlyList<ActiveDay>> ActiveAsync(DateOnly from, DateOnly to, CancellationToken cancellationToken);

    /// <summary>The last day of the last closed month; null when none is.</summary>
    ValueTask<DateOnly?> FinalThroughAsync(CancellationToken cancellationToken);
}

/// <summary>Profiles of a type.</summary>
/// <param name="Total">All.</param>
/// <param name="Known">Those of which something is known.</param>
public sealed record PeopleCount(long Total, long Known);

/// <summary>Profiles at the end of a day.</summary>
/// <param name="Day">The day.</param>
/// <param name="Total">All.</param>
public sealed record DayTotal(DateOnly Day, long Total);

/// <summary>Who was active in a month until a day.</summary>
/// <param name="Day">The day.</param>
/// <param name="Known">Profiles of which something is known.</param>
/// <param name="Anonymous">Visitors of whom nothing is.</param>
public sealed record ActiveCount(DateOnly Day, long Known, long Anonymous);

/// <summary>Who was active in a month until a day, as kept.</summary>
/// <param name="Count">How many.</param>
/// <param name="Final">Whether its month is closed.</param>
/// <param name="Backfilled">Whether it was first counted when its month was over.</param>
/// <param name="At">When it was counted.</param>
public sealed record ActiveDay(ActiveCount Count, bool Final, bool Backfilled, DateTimeOffset At);

/// <summary>The figures of a day.</summary>
/// <param name="ProfileType">The type.</param>
/// <param name="Day">The day.</param>
/// <param name="Total">All profiles.</param>
/// <param name="At">When it was counted.</param>
/// <param name="Measured">What only a look on that day can tell; null for a day that was filled in later.</param>
public sealed record ProfileDay(string ProfileType, DateOnly Day, long Total, DateTimeOffset At, MeasuredDay? Measured);

/// <summary>What only a look on the day can tell.</summary>
/// <param name="Known">Profiles of which something is known.</param>
/// <param name="Reachable">Those that any channel reaches.</param>
/// <param name="Channels">Those that a channel reaches, in JSON.</param>
/// <param name="Settings">The settings of consent that counted, in JSON.</param>
public sealed record MeasuredDay(long Known, long Reachable, string Channels, string Settings);
