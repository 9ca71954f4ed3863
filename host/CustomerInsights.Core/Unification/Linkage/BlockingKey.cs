namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// Something that a field's values may have in common: the value itself, its sound, its first letters. Held by value number, so that a record's costs
/// two look-ups.
/// </summary>
/// <param name="Name">For people: <c>family name: sound</c>.</param>
/// <param name="Field">The column's place.</param>
/// <param name="Codes">For each value's number its code; 0 for none.</param>
/// <param name="StandsAlone">Whether agreement on it alone may make a candidate.</param>
internal sealed record KeyPart(string Name, int Field, ulong[] Codes, bool StandsAlone);

/// <summary>What two records must have in common to become candidates: one part, or two of different fields.</summary>
internal sealed record BlockingKey(KeyPart First, KeyPart? Second)
{
    public string Name => Second is null ? First.Name : $"{First.Name} + {Second.Name}";
}
