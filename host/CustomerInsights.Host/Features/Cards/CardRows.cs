using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;

namespace CustomerInsights.Host.Features.Cards;

/// <summary>A stretch of a row: the first profiles behind a place, in order.</summary>
/// <param name="Numbers">The profiles.</param>
/// <param name="Next">Where to go on; null at the end.</param>
internal sealed record RowStretch(IReadOnlyList<long> Numbers, RowPlace? Next);

/// <summary>A place in a row.</summary>
/// <param name="Key">The sort key of the last profile shown.</param>
/// <param name="Number">That profile.</param>
internal sealed record RowPlace(Value Key, long Number);

/// <summary>Finds the first profiles by an expression without sorting all: one pass, which keeps no more than it gives.</summary>
internal sealed class CardRows(IPopulationAnswers answers, TimeProvider clock)
{
    /// <summary>The first profiles of several rows, found in one pass.</summary>
    public async ValueTask<IReadOnlyList<RowStretch>> FirstAsync(
        InsightsModel model, string profileType, IReadOnlyList<(CardRowModel Row, int Count, RowPlace? After)> rows, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var day = DateOnly.FromDateTime(now.UtcDateTime).DayNumber;
        var rules = new List<BoundRule>();
        int? Place(BoundRule? rule)
        {
            if (rule is not null)
            {
                rules.Add(rule);
            }

            return rule is null ? null : rules.Count - 1;
        }

        var tops = rows.Select(row => new Top(row.Row, Place(row.Row.Sort), Place(row.Row.Filter), row.Count, row.After, day)).ToList();
        await foreach (var profile in answers.ValuesAsync(new PopulationQuestion(model, profileType, now), rules, cancellationToken))
        {
            foreach (var top in tops)
            {
                top.Offer(profile);
            }
        }

        return [.. tops.Select(top => top.Stretch())];
    }

    private sealed class Top(CardRowModel row, int? sort, int? filter, int count, RowPlace? after, int day)
    {
        private readonly SortedSet<(Value Key, long Number)> _first = new(Comparer<(Value Key, long Number)>.Create((a, b) => Compare(a.Key, a.Number, b.Key, b.Number, row.Document.Descending && sort is not null)));

        public void Offer(in ProfileValues profile)
        {
            if (filter is { } condition && !(profile.Values[condition] is { IsMissing: false } holds && holds.AsBoolean()))
            {
                return;
            }

            var key = sort is { } by ? profile.Values[by] : Sample(profile.Number);
            if (key.IsMissing || (after is { } place && Compare(key, profile.Number, place.Key, place.Number, row.Document.Descending && sort is not null) <= 0))
            {
                return;
            }

            _first.Add((key, profile.Number));
            if (_first.Count > count + 1)
            {
                _first.Remove(_first.Max);
            }
        }

        public RowStretch Stretch()
        {
            var shown = _first.Take(count).ToList();
            return new RowStretch([.. shown.Select(one => one.Number)], _first.Count > count ? new RowPlace(shown[^1].Key, shown[^1].Number) : null);
        }

        // Another order every day, the same all day long.
        private Value Sample(long number)
        {
            // The finisher of SplitMix64: every bit of the number and the day moves every bit of the place.
            var mixed = unchecked(((ulong)number * 0x9E3779B97F4A7C15UL) + ((ulong)day * 0xBF58476D1CE4E5B9UL));
            mixed = unchecked((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL);
            mixed = unchecked((mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL);
            return Value.Of((long)((mixed ^ (mixed >> 31)) >> 1));
        }

        private static int Compare(Value a, long aNumber, Value b, long bNumber, bool descending)
        {
            var order = a.Type == DataType.Text && b.Type == DataType.Text ? string.Compare(a.AsText(), b.AsText(), StringComparison.OrdinalIgnoreCase) : Order(a, b);
            order = descending ? -order : order;
            return order != 0 ? order : aNumber.CompareTo(bNumber);
        }

        private static int Order(Value a, Value b) => a.Type switch
        {
            DataType.Integer => a.AsInteger().CompareTo(b.AsInteger()),
            DataType.Decimal => a.AsDecimal().CompareTo(b.AsDecimal()),
            DataType.Number => a.AsNumber().CompareTo(b.AsNumber()),
            DataType.Date => a.AsDate().CompareTo(b.AsDate()),
            DataType.Time => a.AsTime().CompareTo(b.AsTime()),
            DataType.Boolean => a.AsBoolean().CompareTo(b.AsBoolean()),
            _ => 0,
        };
    }
}
