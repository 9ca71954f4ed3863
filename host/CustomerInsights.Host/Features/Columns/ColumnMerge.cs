using CustomerInsights.Core.Columns;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>Decides which parts are to become one, and makes it. Values of rows never change, so that this needs no moment of the store.</summary>
internal static class ColumnMerge
{
    /// <summary>Parts of one size that are merged when there are so many: each profile is then written again once for every eightfold size.</summary>
    private const int Together = 8;

    private const int SmallestForDead = 1024;

    /// <summary>Parts to be merged, or none.</summary>
    public static IReadOnlyList<HeldPart> Choose(IReadOnlyList<HeldPart> parts)
    {
        var many = parts.Where(part => part.Stored.Part.Rows < ColumnSink.PartRows / 2)
            .GroupBy(part => int.Log2(Math.Max(1, part.Stored.Part.Rows)) / 3)
            .Where(group => group.Count() >= Together)
            .MinBy(group => group.Key);
        if (many is not null)
        {
            return [.. many];
        }

        return parts.FirstOrDefault(part => part.Stored.Part.Rows >= SmallestForDead && part.Count < part.Stored.Part.Rows / 2) is { } dead ? [dead] : [];
    }

    /// <summary>One part of the living rows of several.</summary>
    public static ColumnPart Merge(ColumnSchema schema, IReadOnlyList<HeldPart> parts, CancellationToken cancellationToken)
    {
        var rows = new List<(long Number, int Part, int Row)>();
        for (var i = 0; i < parts.Count; i++)
        {
            var (part, alive) = (parts[i].Stored.Part, parts[i].Alive);
            for (var row = 0; row < part.Rows; row++)
            {
                if (alive?[row] ?? true)
                {
                    rows.Add((part.Numbers[row], i, row));
                }
            }
        }

        rows.Sort(static (a, b) => a.Number.CompareTo(b.Number));
        var builder = new ColumnPartBuilder(schema);
        foreach (var (_, part, row) in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            builder.Add(parts[part].Stored.Part, row);
        }

        var merged = builder.Build();
        GC.KeepAlive(parts);
        return merged;
    }

    /// <summary>The parts with the merged one in the place of its sources; of those, rows that died meanwhile are dead in it too.</summary>
    /// <param name="now">The parts now.</param>
    /// <param name="sources">The parts as they were merged.</param>
    /// <param name="merged">What they became.</param>
    /// <returns>Null when a source is gone: the columns were built anew meanwhile.</returns>
    public static IReadOnlyList<HeldPart>? Replace(IReadOnlyList<HeldPart> now, IReadOnlyList<HeldPart> sources, StoredPart merged)
    {
        var dead = new List<long>();
        foreach (var source in sources)
        {
            var part = source.Stored.Part;
            var current = now.FirstOrDefault(held => ReferenceEquals(held.Stored, source.Stored));
            if (current is null && !now.Any(held => sources.Any(other => ReferenceEquals(held.Stored, other.Stored))))
            {
                return null;
            }

            for (var row = 0; row < part.Rows; row++)
            {
                if ((source.Alive?[row] ?? true) && !(current is not null && (current.Alive?[row] ?? true)))
                {
                    dead.Add(part.Numbers[row]);
                }
            }
        }

        var first = now.Index().First(pair => sources.Any(source => ReferenceEquals(pair.Item.Stored, source.Stored))).Index;
        var rest = now.Where(held => !sources.Any(source => ReferenceEquals(held.Stored, source.Stored))).ToList();
        var held = new HeldPart(merged, null).Without(dead);
        if (held.Count > 0)
        {
            rest.Insert(Math.Min(first, rest.Count), held);
        }

        return rest;
    }
}
