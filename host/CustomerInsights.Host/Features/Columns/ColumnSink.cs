using CustomerInsights.Core.Columns;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>Makes parts of what the store reads. Types without a schema are left out.</summary>
internal sealed class ColumnSink(IReadOnlyDictionary<string, ColumnSchema> schemas) : IColumnSink
{
    /// <summary>Profiles in a part: so few that one is built in about a second and all cores have work, so many that a dictionary of its texts pays.</summary>
    public const int PartRows = 131_072;

    private readonly Dictionary<string, ColumnPartBuilder> _builders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<ColumnPart>> _full = new(StringComparer.Ordinal);
    private ColumnPartBuilder? _current;

    public void Profile(string profileType, long number, ProfileId id, ReadOnlySpan<byte> attributes, ReadOnlySpan<byte> measures)
    {
        if (!schemas.TryGetValue(profileType, out var schema))
        {
            _current = null;
            return;
        }

        if (!_builders.TryGetValue(profileType, out _current) || _current.Rows == PartRows)
        {
            Close(profileType);
            _builders[profileType] = _current = new ColumnPartBuilder(schema);
        }

        _current.Add(number, id, attributes, measures);
    }

    public void Activity(string type, ReadOnlySpan<byte> id, long ticks, ReadOnlySpan<byte> document) => _current?.AddActivity(type, id, ticks, document);

    /// <summary>The parts of a type, by number. The sink is used up.</summary>
    public IReadOnlyList<ColumnPart> Parts(string profileType)
    {
        Close(profileType);
        return _full.GetValueOrDefault(profileType) ?? [];
    }

    private void Close(string profileType)
    {
        if (_builders.Remove(profileType, out var builder))
        {
            if (!_full.TryGetValue(profileType, out var parts))
            {
                _full.Add(profileType, parts = []);
            }

            parts.Add(builder.Build());
        }
    }
}
