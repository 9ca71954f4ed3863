namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// Something that a field's values may have in common: the value itself, its sound, its first letters.
/// </summary>
/// <param name="FieldName">The column's name.</param>
/// <param name="Part">What of its values: <c>sound</c>.</param>
/// <param name="Field">The column's place.</param>
/// <param name="Code">By a value's number its code; 0 for none.</param>
/// <param name="StandsAlone">Whether agreement on it alone may make a candidate.</param>
internal sealed record KeyPart(string FieldName, string Part, int Field, Func<int, ulong> Code, bool StandsAlone)
{
    /// <summary>For people: <c>family name: sound</c>.</summary>
    internal string Name => $"{FieldName}: {Part}";
}

/// <summary>What two records must have in common to become candidates: one part, or two of different fields.</summary>
/// <param name="Name">Its parts' names.</param>
/// <param name="First">The place of a part.</param>
/// <param name="Second">The place of the other; −1 for none.</param>
internal sealed record BlockingKey(string Name, int First, int Second)
{
    /// <summary>All keys that the parts make.</summary>
    internal static BlockingKey[] All(IReadOnlyList<KeyPart> parts)
    {
        var keys = new List<BlockingKey>();
        for (var first = 0; first < parts.Count; first++)
        {
            if (parts[first].StandsAlone)
            {
                keys.Add(new(parts[first].Name, first, -1));
            }
        }

        for (var first = 0; first < parts.Count; first++)
        {
            for (var second = 0; second < parts.Count; second++)
            {
                if (parts[first].Field < parts[second].Field)
                {
                    keys.Add(new($"{parts[first].Name} + {parts[second].Name}", first, second));
                }
            }
        }

        return [.. keys];
    }
}
