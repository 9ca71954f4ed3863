using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules.Flips;

/// <summary>
/// Tells when the passing of time alone can change a rule's answer. Immutable; may be used by many threads at once.
/// </summary>
/// <remarks>
/// A promise is never late: while no data changes, the answer stays what it is until the promised instant. It may be early: the answer may turn
/// out to be the same there, and the next promise is then later still. Comparisons of <c>now()</c>, <c>ago</c>, <c>today()</c> and
/// <c>days_since</c> with something fixed are solved exactly, to the tick of 100 ns.
/// </remarks>
public sealed class RuleFlips
{
    private readonly BoundRule _rule;
    private readonly FlipPlan? _plan;

    private RuleFlips(BoundRule rule)
    {
        _rule = rule;
        Moves = FlipTraits.Moves(rule.Root);
        IsContinuous = FlipTraits.IsContinuous(rule.Root);
        _plan = Moves && !IsContinuous ? FlipCompiler.Compile(rule.Root) : null;
    }

    /// <summary>True when time alone can change the answer.</summary>
    public bool Moves { get; }

    /// <summary>True when the answer is another at every instant: <c>now()</c> as a value, say. There is no next change to wait for.</summary>
    public bool IsContinuous { get; }

    /// <summary>Looks into a rule.</summary>
    /// <exception cref="ArgumentException">The rule is a business measure, which has no answer for one profile.</exception>
    public static RuleFlips Of(BoundRule rule) => rule.Use == RuleUse.BusinessMeasure
        ? throw new ArgumentException("A business measure has no answer for one profile.", nameof(rule))
        : new RuleFlips(rule);

    /// <summary>The rule's answer at a moment, and the first instant after it at which the answer can be another with no data changed; null for never.</summary>
    /// <exception cref="RuleEvaluationException">An overflow; the message names the expression.</exception>
    /// <exception cref="InvalidOperationException">The rule is continuous.</exception>
    public (Value Answer, DateTimeOffset? Next) Look(IRuleSubject subject, RuleMoment moment) => (_rule.Evaluate(subject, moment), Next(subject, moment));

    /// <summary>The first instant after the moment at which the answer can be another with no data changed; null for never.</summary>
    /// <exception cref="RuleEvaluationException">An overflow; the message names the expression.</exception>
    /// <exception cref="InvalidOperationException">The rule is continuous.</exception>
    public DateTimeOffset? Next(IRuleSubject subject, RuleMoment moment)
    {
        if (IsContinuous)
        {
            throw new InvalidOperationException("The rule's answer changes at every instant.");
        }

        var next = _plan?.Next(subject, moment) ?? Ticks.Never;
        return next > Ticks.Last ? null : new DateTimeOffset(next, TimeSpan.Zero);
    }
}
