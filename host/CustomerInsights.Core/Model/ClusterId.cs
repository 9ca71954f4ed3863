namespace CustomerInsights.Core.Model;

/// <summary>The stable id of a cluster of profiles (a household), a UUIDv7 made by the host.</summary>
/// <param name="Value">The UUID.</param>
public readonly record struct ClusterId(Guid Value)
{
    /// <summary>The lower-case, hyphenated text that REST shows.</summary>
    public override string ToString() => Value.ToString("D");

    /// <summary>Reads <see cref="ToString"/>'s form; false for anything else.</summary>
    public static bool TryParse(string? text, out ClusterId id)
    {
        var ok = Guid.TryParseExact(text, "D", out var value);
        id = new ClusterId(value);
        return ok;
    }
}
