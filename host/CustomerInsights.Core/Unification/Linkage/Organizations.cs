namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Names of organisations without their legal forms; an acronym is the name whose initials it is.</summary>
internal sealed class Organizations(MatchColumn column)
    : WordLists(column, "a little in common", "some in common", "half in common, or initials of the other", "most in common", "nearly all in common")
{
    private readonly PerValue<string> _initials = new();

    protected override void Learn(int id)
    {
        base.Learn(id);
        _initials[id] = OrganizationNames.Initials(Text(id));
    }

    protected override int Partial(int a, int b, ulong left, ulong right, Scratch scratch)
    {
        var share = Share(a, b, scratch);
        return share >= 0.85 ? 5 : share >= 0.65 ? 4
            : share >= 0.45 || _initials[a] == Text(b) || _initials[b] == Text(a) ? 3
            : share >= 0.25 ? 2 : share >= 0.1 ? 1 : 0;
    }
}
