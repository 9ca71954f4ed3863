using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>What a rule is asked about: a profile, or a record of a source. Implemented by the host.</summary>
/// <remarks>A value whose type is not the one that the schema told counts as missing, except that integers and decimals widen.</remarks>
public interface IRuleSubject
{
    /// <summary>The attribute's value, or missing.</summary>
    Value Attribute(string name);

    /// <summary>The profile at the other end, or null when there is none.</summary>
    IRuleSubject? Related(string relationship);

    /// <summary>The activities of a type, by time and, at the same time, by id (ordinal). Empty when there are none.</summary>
    IReadOnlyList<IRuleActivity> Activities(string type);

    /// <summary>Whether the profile is a member of the segment.</summary>
    bool InSegment(string name);

    /// <summary>Whether the profile may and can be reached by the channel.</summary>
    bool Reachable(string channel);
}

/// <summary>One activity, as a rule sees it.</summary>
public interface IRuleActivity
{
    /// <summary>Unique within its type and profile.</summary>
    string Id { get; }

    /// <summary>When it happened.</summary>
    DateTimeOffset At { get; }

    /// <summary>The field's value, or missing. Not asked for <c>id</c> and <c>at</c>.</summary>
    Value Field(string name);
}

/// <summary>The ranks of all profiles, as of the last pass over them. See <see cref="PopulationRanksBuilder"/>.</summary>
public interface IPopulationRanks
{
    /// <summary>The rank, 0 to 100, of a value among the values that the expression has over all profiles; missing when unknown.</summary>
    /// <param name="expression">The canonical text of the expression.</param>
    /// <param name="value">A present value.</param>
    Value Rank(string expression, Value value);
}

/// <summary>What an evaluation takes from outside the profile; fixed once, so that all of a run sees the same.</summary>
/// <param name="Now">The instant that <c>now()</c> answers.</param>
/// <param name="Zone">The zone of calendar days; UTC when null.</param>
/// <param name="Ranks">For <c>percentile_rank</c>, which is missing without them.</param>
public sealed record RuleMoment(DateTimeOffset Now, TimeZoneInfo? Zone = null, IPopulationRanks? Ranks = null)
{
    internal TimeZoneInfo Calendar => Zone ?? TimeZoneInfo.Utc;
}

/// <summary>A rule met something it has no answer for: an overflow. Names the expression; holds no customer values.</summary>
public sealed class RuleEvaluationException : Exception
{
    internal RuleEvaluationException(Expression expression, string problem, Exception? inner = null)
        : base($"RUL030 {problem} in `{expression}`" + (expression.Place.Line > 0 ? $" at {expression.Place.Line}:{expression.Place.Column}" : ""), inner) =>
        Expression = expression;

    /// <summary>The part of the rule that failed.</summary>
    public Expression Expression { get; }
}
