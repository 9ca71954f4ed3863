using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>A rule that was checked against a schema and can be run. Immutable; may be used by many threads at once.</summary>
public sealed class BoundRule
{
    private readonly CompiledRule? _compiled;

    internal BoundRule(BoundNode root, Expression source, RuleUse use, RuleDependencies dependencies, IReadOnlyList<BoundRank> ranks)
    {
        Root = root;
        Source = source;
        Use = use;
        Dependencies = dependencies;
        Ranks = [.. ranks.Select(r => new RankExpression(r))];
        _compiled = use == RuleUse.BusinessMeasure ? null : Compiler.Compile(root);
    }

    /// <summary>The type of the answer; Boolean for a condition.</summary>
    public DataType Type => (DataType)Root.Type;

    /// <summary>What the rule was bound for.</summary>
    public RuleUse Use { get; }

    /// <summary>What the rule reads, and so what can change its answer.</summary>
    public RuleDependencies Dependencies { get; }

    /// <summary>The tree that was bound.</summary>
    public Expression Source { get; }

    /// <summary>The expressions whose ranks over all profiles the rule needs; empty unless it uses <c>percentile_rank</c>.</summary>
    public IReadOnlyList<RankExpression> Ranks { get; }

    internal BoundNode Root { get; }

    internal IReadOnlyList<BoundNode> BusinessAggregates { get; init; } = [];

    internal IReadOnlyList<BoundNode> Dimensions { get; init; } = [];

    internal bool DimensionsReadFields { get; init; }

    /// <summary>The rule's value for one subject: of <see cref="Type"/>, or missing.</summary>
    /// <exception cref="RuleEvaluationException">An overflow; the message names the expression.</exception>
    /// <exception cref="InvalidOperationException">The rule is a business measure; see <see cref="BusinessMeasure"/>.</exception>
    public Value Evaluate(IRuleSubject subject, RuleMoment moment) => Compiled().Evaluate(subject, moment);

    /// <summary>Whether the subject meets the condition; a missing Boolean does not.</summary>
    /// <exception cref="RuleEvaluationException">An overflow; the message names the expression.</exception>
    /// <exception cref="InvalidOperationException">The rule is not Boolean, or is a business measure.</exception>
    public bool Matches(IRuleSubject subject, RuleMoment moment)
    {
        var value = Type == DataType.Boolean
            ? Compiled().Evaluate(subject, moment)
            : throw new InvalidOperationException($"The rule gives {Type}, not Boolean.");
        return !value.IsMissing && value.AsBoolean();
    }

    private CompiledRule Compiled() => _compiled
        ?? throw new InvalidOperationException("A business measure is over all profiles; feed them to a BusinessMeasure.");
}

/// <summary>An expression whose rank over all profiles a rule needs.</summary>
public sealed class RankExpression
{
    private readonly CompiledRule _compiled;

    internal RankExpression(BoundRank rank)
    {
        Text = rank.Key;
        _compiled = Compiler.Compile(rank.Operand);
    }

    /// <summary>The canonical text; what <see cref="IPopulationRanks.Rank"/> is asked by.</summary>
    public string Text { get; }

    /// <summary>The value that is ranked, for one profile.</summary>
    /// <exception cref="RuleEvaluationException">An overflow; the message names the expression.</exception>
    public Value Evaluate(IRuleSubject subject, RuleMoment moment) => _compiled.Evaluate(subject, moment);
}
