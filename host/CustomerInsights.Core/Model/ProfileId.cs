namespace CustomerInsights.Core.Model;

/// <summary>The stable id of a profile, a UUIDv7 made by the host. It survives every re-run of unification.</summary>
/// <param name="Value">The UUID.</param>
public readonly record struct ProfileId(Guid Value)
{
    /// <summary>The lower-case, hyphenated text that REST shows.</summary>
    public override string ToString() => Value.ToString("D");

    /// <summary>Reads <see cref="ToString"/>'s form; false for anything else.</summary>
    public static bool TryParse(string? text, out ProfileId id)
    {
        var ok = Guid.TryParseExact(text, "D", out var value);
        id = new ProfileId(value);
        return ok;
    }
}
