using CustomerInsights.Core.Rules;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>All parts of an expression, the whole first, in the order in which they are written.</summary>
internal static class ExpressionNodes
{
    public static IEnumerable<Expression> Of(Expression expression) => Children(expression).SelectMany(Of).Prepend(expression);

    private static IEnumerable<Expression> Children(Expression expression) => expression switch
    {
        UnaryExpression unary => [unary.Operand],
        LogicalExpression logical => logical.Operands,
        BinaryExpression binary => [binary.Left, binary.Right],
        InExpression list => list.Items.Prepend(list.Operand),
        BetweenExpression between => [between.Operand, between.Low, between.High],
        PresenceExpression presence => [presence.Operand],
        CallExpression call => call.Arguments,
        AggregateExpression { Where: { } where } aggregate => aggregate.Arguments.Append(where),
        AggregateExpression aggregate => aggregate.Arguments,
        SequenceExpression sequence => new[] { sequence.First.Where, sequence.Second.Where }.OfType<Expression>(),
        GroupedExpression grouped => grouped.Dimensions.Prepend(grouped.Measure),
        _ => [],
    };
}
