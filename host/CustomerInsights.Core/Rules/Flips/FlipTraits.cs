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

    /// <summary>What below a part can move with it. A rank is of the last pass over all profiles and stands still until the next.</summary>
    public static IEnumerable<BoundNode> Children(BoundNode node) => node is BoundRank ? [] : node.Children();

    private static bool Gathers(BoundNode node) =>
        (node is BoundAggregate aggregate && ((aggregate.Value is { } value && GoesAlong(value)) || (aggregate.Key is { } key && GoesAlong(key))))
        || Children(node).Any(Gathers);
}
