using CustomerInsights.Core.Columns;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>Opens parts within the memory budget.</summary>
internal static class ColumnOpening
{
    /// <summary>The state that a manifest names; types with a part that cannot be trusted are left out.</summary>
    public static ColumnState Open(ColumnFiles files, ColumnFiles.Manifest manifest, long memoryBytes, Action<string> damaged)
    {
        var fits = manifest.Types.SelectMany(type => type.Parts).Sum(part => files.Length(part.File)) <= memoryBytes;
        var types = new Dictionary<string, TypeColumns>(StringComparer.Ordinal);
        foreach (var type in manifest.Types)
        {
            try
            {
                var parts = new HeldPart[type.Parts.Count];
                Parallel.For(0, parts.Length, i => parts[i] = Held(files, type.Parts[i], fits));
                types.Add(type.Name, new TypeColumns(type.Schema, parts));
            }
            catch (AggregateException error) when (error.InnerExceptions.All(inner => inner is FormatException or IOException or UnauthorizedAccessException))
            {
                damaged($"{type.Name}: {error.InnerExceptions[0].Message}");
            }
        }

        var state = new ColumnState(manifest.Position, types);
        return fits ? state : Fit(files, state, memoryBytes, manifest.Uses ?? new Dictionary<string, long>());
    }

    /// <summary>The same state, with those columns in memory that are asked for most; all parts must have files.</summary>
    public static ColumnState Fit(ColumnFiles files, ColumnState state, long memoryBytes, IReadOnlyDictionary<string, long> uses)
    {
        var sizes = new Dictionary<(string Type, string Column), long>();
        foreach (var (type, columns) in state.Types)
        {
            foreach (var (path, bytes) in columns.Parts.SelectMany(held => Sizes(held.Stored.Part)))
            {
                sizes[(type, path)] = sizes.GetValueOrDefault((type, path)) + bytes;
            }
        }

        var left = memoryBytes - state.Types.Values.SelectMany(type => type.Parts).Sum(held => 24L * held.Stored.Part.Rows);
        var kept = new HashSet<(string, string)>();
        foreach (var (column, bytes) in sizes.OrderByDescending(pair => uses.GetValueOrDefault(Use(pair.Key.Type, pair.Key.Column))).ThenBy(pair => pair.Value).ThenBy(pair => pair.Key))
        {
            if (bytes <= left)
            {
                left -= bytes;
                kept.Add(column);
            }
        }

        return new ColumnState(state.Position, state.Types.ToDictionary(
            type => type.Key,
            type => type.Value with { Parts = [.. type.Value.Parts.Select(held => new HeldPart(files.Open(held.Stored.File!, path => kept.Contains((type.Key, path))), held.Alive))] },
            StringComparer.Ordinal));
    }

    /// <summary>How a column is counted: <c>customer/city</c>, <c>customer/order.amount</c>.</summary>
    public static string Use(string type, string path) => $"{type}/{path}";

    private static HeldPart Held(ColumnFiles files, ColumnFiles.PartEntry entry, bool inMemory)
    {
        var stored = files.Open(entry.File, _ => inMemory);
        return new HeldPart(stored, ColumnFiles.Alive(entry, stored.Part.Rows));
    }

    private static IEnumerable<(string Path, long Bytes)> Sizes(ColumnPart part) =>
        part.Attributes.Select(pair => (pair.Key, pair.Value.Bytes)).Concat(part.Activities.Values.SelectMany(table => table.Fields
            .Select(pair => ($"{table.Type}.{pair.Key}", pair.Value.Bytes))
            .Append(($"{table.Type}.at", table.At.Bytes)).Append(($"{table.Type}.id", table.Ids.Bytes)).Append(($"{table.Type}.", (long)table.OffsetSection.Length))));
}
