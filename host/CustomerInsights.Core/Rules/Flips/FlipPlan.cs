namespace CustomerInsights.Core.Rules.Flips;

/// <summary>The first instant after the frame's moment at which a part of a rule can have another value; <see cref="Ticks.Never"/> for never.</summary>
internal delegate long Until(FlipFrame frame);

/// <summary>What one look works on: the frame of an evaluation, and what was found of nested aggregates.</summary>
internal sealed class FlipFrame(Frame frame, int kept)
{
    private readonly long[]? _kept = kept == 0 ? null : new long[kept];

    public Frame Frame { get; } = frame;

    public long Now { get; } = frame.Moment.Now.UtcTicks;

    public TimeZoneInfo Zone => Frame.Moment.Calendar;

    /// <summary>Computes once a look: a nested aggregate would else be looked at for every activity of the outer one.</summary>
    public long Once(int slot, Until compute)
    {
        if (_kept![slot] == 0)
        {
            _kept[slot] = compute(this);
        }

        return _kept[slot];
    }
}

/// <summary>A rule, ready to tell its next flip.</summary>
internal sealed record FlipPlan(Until Root, int Slots, int Kept)
{
    public long Next(IRuleSubject subject, RuleMoment moment) => Root(new FlipFrame(new Frame(subject, moment, Slots), Kept));
}
