namespace CustomerInsights.Core.Rules;

/// <summary>The parts of an expression, bound or not.</summary>
public static class ExpressionNodes
{
    /// <summary>All parts, the whole first, in the order in which they are written.</summary>
    /// <param name="expression">The expression.</param>
    /// <returns>The expression and all that is in it.</returns>
    public static IEnumerable<Expression> Of(Expression expression) => Children(expression).SelectMany(Of).Prepend(expression);

    /// <summary>The parts that it is made of directly.</summary>
    /// <param name="expression">The expression.</param>
    /// <returns>In the order in which they are written; none for a name or a literal.</returns>
    public static IEnumerable<Expression> Children(Expression expression) => expression switch
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
