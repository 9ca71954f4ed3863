using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Features.WhatIf;

/// <summary>
/// Puts expressions in the place of measures in a rule, so that it can be evaluated as if those measures had been computed anew. Within an aggregate a name may be a
/// field of the activity, and a measure of another profile is not at hand: where one is named there, nothing can be said.
/// </summary>
internal sealed class MeasureSubstitution
{
    private readonly Dictionary<string, Expression> _expressions = new(StringComparer.Ordinal);
    private bool _isOutOfReach;

    /// <summary>Says what a measure is to be; measures that it names must have been put before.</summary>
    public void Put(string measure, Expression expression) => _expressions[measure] = expression;

    /// <summary>The rule with the expressions, or null where they cannot be put in.</summary>
    public Expression? In(BoundRule rule)
    {
        _isOutOfReach = rule.Dependencies.RelatedAttributes.Any(attribute => _expressions.ContainsKey(attribute.Attribute));
        var result = Visit(rule.Source);
        return _isOutOfReach ? null : result;
    }

    private Expression Visit(Expression expression)
    {
        switch (expression)
        {
            case NameExpression { Parts: [var name] } when _expressions.TryGetValue(name, out var put):
                return put;
            case UnaryExpression unary:
                return unary with { Operand = Visit(unary.Operand) };
            case LogicalExpression logical:
                return logical with { Operands = Visit(logical.Operands) };
            case BinaryExpression binary:
                return binary with { Left = Visit(binary.Left), Right = Visit(binary.Right) };
            case InExpression within:
                return within with { Operand = Visit(within.Operand), Items = Visit(within.Items) };
            case BetweenExpression between:
                return between with { Operand = Visit(between.Operand), Low = Visit(between.Low), High = Visit(between.High) };
            case PresenceExpression presence:
                return presence with { Operand = Visit(presence.Operand) };
            case CallExpression call:
                return call with { Arguments = Visit(call.Arguments) };
            case AggregateExpression or SequenceExpression or GroupedExpression:
                _isOutOfReach |= ExpressionNames.Of(expression).Any(_expressions.ContainsKey);
                return expression;
            default:
                return expression;
        }
    }

    private NodeList<Expression> Visit(NodeList<Expression> nodes) => [.. nodes.Select(Visit)];
}
