using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>
/// Turns a profile's activities into order days, and counts what it could not use. What lies after the cut is never looked at. Not for more than one thread.
/// </summary>
internal sealed class OrderReader
{
    private readonly Dictionary<string, (OrderSource Source, int Amount, int Currency, int Status)> _sources = new(StringComparer.Ordinal);
    private readonly string? _currency;
    private readonly DateTimeOffset _end;
    private readonly List<OrderDay> _days = [];

    /// <summary>Makes a reader.</summary>
    /// <param name="sources">Which activities are orders.</param>
    /// <param name="currency">Only orders in this currency, or null for all.</param>
    /// <param name="cut">The last day that is known; days begin in UTC.</param>
    public OrderReader(IReadOnlyList<OrderSource> sources, string? currency, DateOnly cut)
    {
        _currency = currency;
        _end = new DateTimeOffset(cut.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);
        foreach (var source in sources)
        {
            var fields = source.Fields.ToList();
            int Place(string? field) => field is null ? -1 : fields.IndexOf(field);
            _sources.Add(source.Activity, (source, Place(source.Amount), Place(source.Currency), Place(source.Status)));
        }
    }

    /// <summary>Profiles that were read.</summary>
    public long Profiles { get; private set; }

    /// <summary>Orders that count, returns among them.</summary>
    public long Orders { get; private set; }

    /// <summary>Orders without an amount that can be read; they count as worth nothing.</summary>
    public long WithoutAmount { get; private set; }

    /// <summary>Amounts below 0.</summary>
    public long Returns { get; private set; }

    /// <summary>Orders after the cut; left out.</summary>
    public long Later { get; private set; }

    /// <summary>Orders in another currency; left out.</summary>
    public long OtherCurrency { get; private set; }

    /// <summary>Orders whose status says that they do not count; left out.</summary>
    public long Ignored { get; private set; }

    /// <summary>Returns of customers who had not ordered before; left out.</summary>
    public long ReturnsWithoutOrder { get; private set; }

    /// <summary>Orders by currency, as far as currencies are told; at most a hundred of them.</summary>
    public Dictionary<string, long> Currencies { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a profile.</summary>
    /// <param name="profile">The profile with its activities.</param>
    /// <returns>Its order days, the first of them an order; empty without any. Valid until the next call.</returns>
    public List<OrderDay> Read(ProfileInput profile)
    {
        Profiles++;
        _days.Clear();
        foreach (var activity in profile.Activities)
        {
            if (_sources.TryGetValue(activity.ActivityType, out var place))
            {
                Read(activity, place.Source, place.Amount, place.Currency, place.Status);
            }
        }

        OrderDays.Merge(_days);
        var first = _days.FindIndex(day => !day.IsReturn);
        if (first != 0)
        {
            var gone = first < 0 ? _days.Count : first;
            ReturnsWithoutOrder += gone;
            _days.RemoveRange(0, gone);
        }

        return _days;
    }

    private void Read(ActivityInput activity, OrderSource source, int amountAt, int currencyAt, int statusAt)
    {
        if (activity.At >= _end)
        {
            Later++;
            return;
        }

        if (statusAt >= 0 && source.Ignore is { Count: > 0 } ignore && FieldReading.Text(activity.Values[statusAt]) is { } status && ignore.Contains(status, StringComparer.OrdinalIgnoreCase))
        {
            Ignored++;
            return;
        }

        if (currencyAt >= 0 && FieldReading.Text(activity.Values[currencyAt]) is { } currency)
        {
            FieldReading.Count(Currencies, currency);
            if (_currency is not null && !string.Equals(currency, _currency, StringComparison.OrdinalIgnoreCase))
            {
                OtherCurrency++;
                return;
            }
        }

        Orders++;
        var amount = amountAt < 0 ? 0 : FieldReading.Amount(activity.Values[amountAt]);
        if (amount is null)
        {
            WithoutAmount++;
        }
        else if (amount < 0)
        {
            Returns++;
        }

        _days.Add(new OrderDay(DateOnly.FromDateTime(activity.At.UtcDateTime).DayNumber, amount ?? 0));
    }
}
