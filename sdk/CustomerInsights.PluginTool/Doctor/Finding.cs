namespace CustomerInsights.PluginTool.Doctor;

/// <summary>How one thing is.</summary>
internal enum FindingKind
{
    /// <summary>As it must be.</summary>
    Ok,

    /// <summary>Works, and may trouble somebody.</summary>
    Hint,

    /// <summary>Does not work.</summary>
    Fail,
}

/// <summary>What was looked at, and what was found.</summary>
/// <param name="Kind">How it is.</param>
/// <param name="What">What was looked at.</param>
/// <param name="Found">What was found; and what to do, when it is not well.</param>
internal sealed record Finding(FindingKind Kind, string What, string Found)
{
    /// <summary>A line for people.</summary>
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant(),-5} {What}: {Found}";
}
