using CustomerInsights.Core.Rules;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>The plain names in an expression, bound or not: enough to spell out a circle.</summary>
internal static class ExpressionNames
{
    public static IEnumerable<string> Of(Expression expression) => expression switch
    {
        NameExpression { Parts.Count: 1 } name => [name.Parts[0]],
        UnaryExpression unary => Of(unary.Operand),
        LogicalExpression logical => logical.Operands.SelectMany(Of),
        BinaryExpression binary => Of(binary.Left).Concat(Of(binary.Right)),
        InExpression list => Of(list.Operand).Concat(list.Items.SelectMany(Of)),
        BetweenExpression between => Of(between.Operand).Concat(Of(between.Low)).Concat(Of(between.High)),
        PresenceExpression presence => Of(presence.Operand),
        CallExpression call => call.Arguments.SelectMany(Of),
        AggregateExpression aggregate => aggregate.Arguments.SelectMany(Of).Concat(aggregate.Where is null ? [] : Of(aggregate.Where)),
        SequenceExpression sequence => new[] { sequence.First.Where, sequence.Second.Where }.OfType<Expression>().SelectMany(Of),
        GroupedExpression grouped => Of(grouped.Measure).Concat(grouped.Dimensions.SelectMany(Of)),
        _ => [],
    };
}
