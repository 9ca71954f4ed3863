using CustomerInsights.Core.Rules.Flips;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>When time alone can change a profile: one entry a profile, in memory alone.</summary>
internal sealed class FlipSchedule(long now)
{
    private readonly TimingWheel _wheel = new(now);

    public int Count => _wheel.Count;

    /// <summary>When to look, in UTC ticks, no later than the first; <see cref="long.MaxValue"/> for never.</summary>
    public long Wake => _wheel.Wake();

    /// <summary>The exact instant of the first; null when none waits.</summary>
    public DateTimeOffset? Next => _wheel.Earliest() is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Takes who is due; false when there are more than so many.</summary>
    public bool Due(long now, List<long> due, int most) => _wheel.Advance(now, due, most);

    /// <summary>What a pass found: the nearer one stays.</summary>
    public void Sooner(long profile, long flip) => _wheel.SetSooner(profile, flip);

    /// <summary>What an evaluation found. Who was evaluated whole has no other flips; of the others the one that is set may belong to a rule that was not looked at.</summary>
    public void Found(long profile, bool whole, long? next)
    {
        if (next is not { } flip)
        {
            if (whole)
            {
                _wheel.Cancel(profile);
            }
        }
        else if (whole)
        {
            _wheel.Set(profile, flip);
        }
        else
        {
            _wheel.SetSooner(profile, flip);
        }
    }

    /// <summary>The profile is no more.</summary>
    public void Gone(long profile) => _wheel.Cancel(profile);
}
