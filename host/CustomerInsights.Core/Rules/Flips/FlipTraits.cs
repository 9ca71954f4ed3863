namespace CustomerInsights.Core.Rules.Flips;

/// <summary>How parts of a rule move with <c>now</c>, told from their form alone.</summary>
internal static class FlipTraits
{
    /// <summary>True when the part's value can change with time alone.</summary>
    public static bool Moves(BoundNode node) => node is BoundCall { Function: Function.Now or Function.Today or Function.DaysSince } || Children(node).Any(Moves);

    /// <summary>True when the part's value may be an instant that goes along with <c>now</c>.</summary>
    public static bool GoesAlong(BoundNode node) => node switch
    {
        BoundCall { Function: Function.Now } => true,
        BoundShift shift => GoesAlong(shift.Start),
        BoundCall { Function: Function.Coalesce } call => call.Arguments.Any(GoesAlong),
        BoundIf choice => GoesAlong(choice.Then) || GoesAlong(choice.Otherwise),
        _ => false,
    };

    /// <summary>True when such an instant becomes the answer, or goes into an aggregate, where no comparison says when it matters.</summary>
    public static bool IsContinuous(BoundNode node) => GoesAlong(node) || Gathers(node);

    public static IEnumerable<BoundNode> Children(BoundNode node) => node switch
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
        BoundAggregate aggregate => Present(aggregate.Value, aggregate.Key, aggregate.Where),
        BoundSequence sequence => Present(sequence.FirstWhere, sequence.SecondWhere),

        // A rank is of the last pass over all profiles and stands still until the next.
        _ => [],
    };

    private static IEnumerable<BoundNode> Present(params BoundNode?[] nodes) => nodes.OfType<BoundNode>();

    private static bool Gathers(BoundNode node) =>
        (node is BoundAggregate aggregate && ((aggregate.Value is { } value && GoesAlong(value)) || (aggregate.Key is { } key && GoesAlong(key))))
        || Children(node).Any(Gathers);
}
