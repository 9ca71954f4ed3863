namespace CustomerInsights.Core.Unification.Linkage.Stored;

/// <summary>Where the model of a run came from.</summary>
/// <param name="Learnt">Whether it was learnt in this run; otherwise it was given and stayed as it was.</param>
/// <param name="Reason">Why it was learnt; for a given one that nothing speaks against it.</param>
/// <param name="Records">How many records it was learnt from.</param>
public sealed record ModelUse(bool Learnt, string Reason, long Records)
{
    /// <summary>How far the records are from those of the given model; null when there was none that could be used.</summary>
    public ModelDrift? Drift { get; init; }

    /// <summary>How many nodes, gone ones among them, were compared, as they were other than in the run before; null when all were.</summary>
    public int? Changed { get; init; }

    /// <summary>After learning anew, how many nodes are in another cluster than the given model puts them; null when no model could be used before.</summary>
    public int? Moved { get; init; }

    /// <summary>Their share of all, 0 to 1.</summary>
    public double? MovedShare { get; init; }

    /// <summary>The first thousand of them, ascending.</summary>
    public IReadOnlyList<long>? MovedNodes { get; init; }

    /// <summary>In words: <c>frozen</c>, or <c>refit because …</c>.</summary>
    public override string ToString() => Learnt
        ? $"refit because {Reason}{(Moved is { } moved ? FormattableString.Invariant($"; {moved} nodes moved ({MovedShare * 100:0.###} %)") : "")}"
        : Changed is { } changed ? FormattableString.Invariant($"frozen; {changed} changed nodes were compared") : "frozen";
}
