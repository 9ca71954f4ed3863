namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Whole names, and lists of them, in any order: a nickname is the name, an initial stands for a name that begins with it.</summary>
internal sealed class WholeNames(MatchColumn column)
    : WordLists(column, "a little in common", "some in common", "half in common", "most in common", "nearly all in common")
{
    private const double OfInitial = 0.6;
    private const double OfNickname = 0.95;

    protected override int Partial(int a, int b, ulong left, ulong right, Scratch scratch)
    {
        var share = Share(a, b, scratch);
        return share >= 0.85 ? 5 : share >= 0.65 ? 4 : share >= 0.45 ? 3 : share >= 0.25 ? 2 : share >= 0.1 ? 1 : 0;
    }

    protected override double Likeness(int left, int right, Scratch scratch)
    {
        var (one, other) = (Word(left), Word(right));
        return one.Length == 1 || other.Length == 1 ? one[0] == other[0] ? OfInitial : 0
            : GivenName.Root(one) == GivenName.Root(other) ? Math.Max(OfNickname, base.Likeness(left, right, scratch))
            : base.Likeness(left, right, scratch);
    }
}
