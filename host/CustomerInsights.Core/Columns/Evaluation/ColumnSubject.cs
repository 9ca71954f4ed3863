using System.Collections;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>One row of a part as the one-profile execution sees it: slow and obvious, for whatever has no faster way.</summary>
internal sealed class ColumnSubject(ColumnPopulation population, int part, int row) : IRuleSubject
{
    private readonly ColumnPart _part = population.Image.Parts[part].Part;

    public long Number => _part.Numbers[row];

    public ProfileId Id => _part.IdAt(row);

    public Value Attribute(string name) => _part.Attributes.TryGetValue(name, out var column) ? column.ValueAt(row) : default;

    public IRuleSubject? Related(string relationship) => population.Related(relationship)?.Find(this);

    public IReadOnlyList<IRuleActivity> Activities(string type) =>
        _part.Activities.TryGetValue(type, out var table) ? new Rows(table, table.Starts[row], table.Starts[row + 1]) : [];

    public bool InSegment(string name) => population.Segments.TryGetValue(name, out var members) && members.Parts[part][row];

    public bool Reachable(string channel) => population.Channels.TryGetValue(channel, out var reached) && reached.Parts[part][row];

    private sealed class Rows(ActivityTable table, int from, int to) : IReadOnlyList<IRuleActivity>
    {
        public int Count => to - from;

        public IRuleActivity this[int index] => new Activity(table, from + index);

        public IEnumerator<IRuleActivity> GetEnumerator()
        {
            for (var i = from; i < to; i++)
            {
                yield return new Activity(table, i);
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class Activity(ActivityTable table, int row) : IRuleActivity
    {
        public string Id => table.Ids.ValueAt(row).AsText();

        public DateTimeOffset At => new(table.At.ScaledAt(row), TimeSpan.Zero);

        public Value Field(string name) => table.Fields.TryGetValue(name, out var column) ? column.ValueAt(row) : default;
    }
}

/// <summary>The profiles of one type within a run: their image, the segments that they entered, and whom they refer to.</summary>
internal sealed class ColumnPopulation(ColumnWorld world, string profileType)
{
    private readonly Dictionary<string, RelatedRows?> _related = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public ColumnImage Image { get; } = world.Images.TryGetValue(profileType, out var image) ? image : new ColumnImage(profileType, [], 0);

    public Dictionary<string, ImageRows> Segments { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, ImageRows> Channels { get; } = new(StringComparer.Ordinal);

    public RelatedRows? Related(string relationship)
    {
        lock (_lock)
        {
            if (!_related.TryGetValue(relationship, out var related))
            {
                related = world.Relation(profileType, relationship) is { } relation ? RelatedRows.Of(relation, new ColumnPopulation(world, relation.To)) : null;
                _related[relationship] = related;
            }

            return related;
        }
    }

    /// <summary>The living row of a profile's number, or null.</summary>
    public ColumnSubject? Find(long number)
    {
        for (var i = 0; i < Image.Parts.Count; i++)
        {
            var (part, alive) = Image.Parts[i];
            if (part.RowOf(number) is >= 0 and var row && (alive is null || alive[row]))
            {
                return new ColumnSubject(this, i, row);
            }
        }

        return null;
    }
}

/// <summary>The profiles at the other end of one relationship.</summary>
internal abstract class RelatedRows
{
    public abstract ColumnSubject? Find(ColumnSubject from);

    public static RelatedRows Of(ColumnRelation relation, ColumnPopulation to) =>
        relation is ValueRelation byValue ? new ByValue(byValue, to) : new ByLink((LinkRelation)relation, to);

    private sealed class ByLink(LinkRelation relation, ColumnPopulation to) : RelatedRows
    {
        public override ColumnSubject? Find(ColumnSubject from) => relation.Targets.TryGetValue(from.Number, out var target) ? to.Find(target) : null;
    }

    private sealed class ByValue : RelatedRows
    {
        private readonly Dictionary<string, ColumnSubject> _byKey = new(StringComparer.Ordinal);
        private readonly string _attribute;

        public ByValue(ValueRelation relation, ColumnPopulation to)
        {
            _attribute = relation.Attribute;
            for (var i = 0; i < to.Image.Parts.Count; i++)
            {
                var (part, alive) = to.Image.Parts[i];
                if (!part.Attributes.TryGetValue(relation.TargetAttribute, out var keys))
                {
                    continue;
                }

                for (var row = 0; row < part.Rows; row++)
                {
                    if ((alive is null || alive[row]) && keys.ValueAt(row) is { IsMissing: false } key)
                    {
                        Put(key.ToString(), new ColumnSubject(to, i, row));
                    }
                }
            }
        }

        public override ColumnSubject? Find(ColumnSubject from) =>
            from.Attribute(_attribute) is { IsMissing: false } key ? _byKey.GetValueOrDefault(key.ToString()) : null;

        private void Put(string key, ColumnSubject subject)
        {
            if (!_byKey.TryGetValue(key, out var other) || subject.Number < other.Number)
            {
                _byKey[key] = subject;
            }
        }
    }
}
