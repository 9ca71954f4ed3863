namespace CustomerInsights.Core.Rules;

/// <summary>The one list of what stands below each kind of bound node; whoever walks a bound tree goes by it.</summary>
internal static class BoundChildren
{
    /// <summary>The nodes directly below, in the order in which they are written; those of an aggregate and of a rank too.</summary>
    public static IEnumerable<BoundNode> Children(this BoundNode node) => node switch
    {
        BoundConvert convert => [convert.Operand],
        BoundNot not => [not.Operand],
        BoundNegate negate => [negate.Operand],
        BoundLogical logical => logical.Operands,
        BoundArithmetic arithmetic => [arithmetic.Left, arithmetic.Right],
        BoundShift shift => [shift.Start],
        BoundCompare compare => [compare.Left, compare.Right],
        BoundMatches matches => [matches.Operand],
        BoundIn within => [within.Operand, .. within.Items],
        BoundPresence presence => [presence.Operand],
        BoundCall call => call.Arguments,
        BoundIf choice => [choice.Condition, choice.Then, choice.Otherwise],
        BoundTruncate truncate => [truncate.Operand],
        BoundRank rank => [rank.Operand],
        BoundAggregate aggregate => Present(aggregate.Value, aggregate.Key, aggregate.Where),
        BoundSequence sequence => Present(sequence.FirstWhere, sequence.SecondWhere),
        _ => [],
    };

    private static IEnumerable<BoundNode> Present(params BoundNode?[] nodes) => nodes.OfType<BoundNode>();
}
