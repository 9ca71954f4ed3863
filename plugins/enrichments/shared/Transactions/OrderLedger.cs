namespace CustomerInsights.Enrichments.Predictions.Transactions;

/// <summary>
/// The order days of a whole population, 8 bytes each, so that several cuts can be looked at without reading anyone twice: 10,000,000 customers with ten
/// order days take 0.9 GB. Filled by one thread, then read by any.
/// </summary>
internal sealed class OrderLedger
{
    private const int ChunkBits = 20;
    private readonly List<(int Day, float Value)[]> _chunks = [];
    private readonly List<long> _ends = [];
    private long _used;

    /// <summary>How many customers have at least one order.</summary>
    public int Customers => _ends.Count;

    /// <summary>The first day of an order.</summary>
    public int FirstDay { get; private set; } = int.MaxValue;

    /// <summary>The last day of an order.</summary>
    public int LastDay { get; private set; } = int.MinValue;

    /// <summary>Adds a customer.</summary>
    /// <param name="days">Merged days in order, the first of them an order.</param>
    public void Add(List<OrderDay> days)
    {
        if (days.Count == 0 || days[0].IsReturn)
        {
            throw new ArgumentException("A customer begins with an order.", nameof(days));
        }

        foreach (var day in days)
        {
            var at = (int)(_used & ((1 << ChunkBits) - 1));
            if (at == 0)
            {
                _chunks.Add(new (int, float)[1 << ChunkBits]);
            }

            _chunks[^1][at] = (day.Day, (float)day.Value);
            _used++;
        }

        _ends.Add(_used);
        FirstDay = Math.Min(FirstDay, days[0].Day);
        LastDay = Math.Max(LastDay, days[^1].Day);
    }

    /// <summary>The day of a customer's first order.</summary>
    /// <param name="customer">The number, from 0 as they were added.</param>
    public int First(int customer)
    {
        var from = customer == 0 ? 0 : _ends[customer - 1];
        return _chunks[(int)(from >> ChunkBits)][(int)(from & ((1 << ChunkBits) - 1))].Day;
    }

    /// <summary>The days of a customer, in order.</summary>
    /// <param name="customer">The number, from 0 as they were added.</param>
    /// <param name="buffer">Grown where it is too short.</param>
    public ReadOnlySpan<OrderDay> Read(int customer, ref OrderDay[] buffer)
    {
        var from = customer == 0 ? 0 : _ends[customer - 1];
        var count = (int)(_ends[customer] - from);
        if (buffer.Length < count)
        {
            buffer = new OrderDay[Math.Max(count, 2 * buffer.Length)];
        }

        for (var i = 0; i < count; i++)
        {
            var (day, value) = _chunks[(int)((from + i) >> ChunkBits)][(int)((from + i) & ((1 << ChunkBits) - 1))];
            buffer[i] = new OrderDay(day, value);
        }

        return buffer.AsSpan(0, count);
    }
}
