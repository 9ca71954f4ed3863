using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Churn.Subscriptions;

/// <summary>Turns a profile's activities into terms, and counts what it could not use. What lies after the cut is never looked at. Not for more than one thread.</summary>
internal sealed class TermReader
{
    /// <summary>Names of plans that are told apart; the rest are one.</summary>
    public const int MostPlans = 50;

    private const int LongestTerm = 36_525;
    private const string OtherPlan = "(other)";

    private readonly Dictionary<string, (SubscriptionSource Source, int End, int Start, int Amount, int Currency, int Plan, int Status)> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _plans = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _after;
    private readonly List<Term> _terms = [];

    /// <summary>Makes a reader.</summary>
    /// <param name="sources">Which activities are terms.</param>
    /// <param name="cut">The last day that is known; days begin in UTC.</param>
    public TermReader(IReadOnlyList<SubscriptionSource> sources, DateOnly cut)
    {
        _after = new DateTimeOffset(cut.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);
        foreach (var source in sources)
        {
            var fields = source.Fields.ToList();
            int Place(string? field) => field is null ? -1 : fields.IndexOf(field);
            _sources.Add(source.Activity, (source, Place(source.End), Place(source.Start), Place(source.Amount), Place(source.Currency), Place(source.Plan), Place(source.Status)));
        }
    }

    /// <summary>Profiles that were read.</summary>
    public long Profiles { get; private set; }

    /// <summary>Terms that were met up to the cut, those that cannot be used among them.</summary>
    public long Terms { get; private set; }

    /// <summary>Terms after the cut; left out.</summary>
    public long Later { get; private set; }

    /// <summary>Terms whose end, or whose beginning where a field has it, cannot be read; left out.</summary>
    public long WithoutEnd { get; private set; }

    /// <summary>Terms that end before they begin, or after more than a century; left out.</summary>
    public long Backwards { get; private set; }

    /// <summary>Amounts below 0: refunds; left out.</summary>
    public long Refunds { get; private set; }

    /// <summary>Terms whose status says that they do not count; left out.</summary>
    public long Ignored { get; private set; }

    /// <summary>Terms without an amount that can be read, where a field is named.</summary>
    public long WithoutAmount { get; private set; }

    /// <summary>Terms by currency, at most a hundred of them.</summary>
    public Dictionary<string, long> Currencies { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of plans by their number.</summary>
    public IReadOnlyList<string> Plans => [.. _plans.OrderBy(pair => pair.Value).Select(pair => pair.Key)];

    /// <summary>Reads a profile.</summary>
    /// <param name="profile">The profile with its activities.</param>
    /// <returns>Its terms by their first day. Valid until the next call.</returns>
    public List<Term> Read(ProfileInput profile)
    {
        Profiles++;
        _terms.Clear();
        foreach (var activity in profile.Activities)
        {
            if (_sources.TryGetValue(activity.ActivityType, out var place))
            {
                Read(activity, place);
            }
        }

        _terms.Sort(static (a, b) => (a.Start, a.End, a.Recorded).CompareTo((b.Start, b.End, b.Recorded)));
        return _terms;
    }

    private void Read(ActivityInput activity, (SubscriptionSource Source, int End, int Start, int Amount, int Currency, int Plan, int Status) place)
    {
        if (activity.At >= _after)
        {
            Later++;
            return;
        }

        if (place.Status >= 0 && place.Source.Ignore is { Count: > 0 } ignore && FieldReading.Text(activity.Values[place.Status]) is { } status && ignore.Contains(status, StringComparer.OrdinalIgnoreCase))
        {
            Ignored++;
            return;
        }

        Terms++;
        if (place.Currency >= 0 && FieldReading.Text(activity.Values[place.Currency]) is { } currency)
        {
            FieldReading.Count(Currencies, currency);
        }

        var amount = place.Amount < 0 ? 0 : FieldReading.Amount(activity.Values[place.Amount]);
        if (amount < 0)
        {
            Refunds++;
            return;
        }

        WithoutAmount += amount is null ? 1 : 0;
        var recorded = DateOnly.FromDateTime(activity.At.UtcDateTime).DayNumber;
        var start = place.Start < 0 ? recorded : Day(activity.Values[place.Start]);
        if (start is null || Day(activity.Values[place.End]) is not { } end)
        {
            WithoutEnd++;
            return;
        }

        if (end < start || end - start > LongestTerm)
        {
            Backwards++;
            return;
        }

        _terms.Add(new Term(recorded, start.Value, end, (float)(amount ?? 0), place.Plan < 0 ? -1 : Plan(FieldReading.Text(activity.Values[place.Plan]))));
    }

    private int Plan(string? name)
    {
        if (name is null)
        {
            return -1;
        }

        name = name.Length > 100 ? name[..100] : name;
        if (_plans.TryGetValue(name, out var number))
        {
            return number;
        }

        name = _plans.Count < MostPlans - 1 ? name : OtherPlan;
        if (!_plans.TryGetValue(name, out number))
        {
            _plans.Add(name, number = _plans.Count);
        }

        return number;
    }

    private static int? Day(FieldValue value) => value.Kind switch
    {
        FieldKind.Date => value.AsDate().DayNumber,
        FieldKind.Time => DateOnly.FromDateTime(value.AsTime().UtcDateTime).DayNumber,
        FieldKind.Text when value.AsText() is { Length: >= 10 } text && DateOnly.TryParseExact(text.AsSpan(0, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) => day.DayNumber,
        _ => null,
    };
}
