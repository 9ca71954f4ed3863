using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Sdk;

namespace CustomerInsights.Bench.Predictions;

/// <summary>
/// Made-up customers of two years by MBG/NBD (r 0.6, α 60, a 0.8, b 2.5), each with a first order, as the SDK hands them over. Nothing of them is kept: a customer
/// is drawn anew in each pass, the same by its number.
/// </summary>
internal sealed class MadeUpPopulation(int customers, int batch) : IPopulation
{
    private const int Days = 730;
    private const string Order = "order";
    private static readonly DateTimeOffset s_end = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public long Count => customers;

    public DateTimeOffset AsOf => s_end;

    /// <summary>Orders handed over in all passes.</summary>
    public long Orders { get; private set; }

    public async IAsyncEnumerable<IReadOnlyList<ProfileInput>> ReadAsync(string? afterProfileId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        for (var from = afterProfileId is null ? 0 : Number(afterProfileId) + 1; from < customers; from += batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var profiles = new ProfileInput[Math.Min(batch, customers - from)];
            for (var i = 0; i < profiles.Length; i++)
            {
                profiles[i] = new ProfileInput(Id(from + i), []) { Activities = Draw(from + i) };
            }

            yield return profiles;
        }
    }

    /// <summary>The orders of a customer: days before the end, and amounts.</summary>
    /// <param name="customer">The number.</param>
    public static IEnumerable<(int Ago, decimal Amount)> DrawOrders(int customer)
    {
        var random = new SplitMix(0xC0FFEE ^ ((ulong)customer * 0x9E3779B97F4A7C15));
        var age = 1 + random.Next(Days);
        var rate = random.NextGamma(0.6) / 60;
        var leave = random.NextBeta(0.8, 2.5);
        var worth = 20 + (60 * random.NextDouble());
        var orders = new List<(int, decimal)> { (age, Amount(worth, ref random)) };
        var time = 0.0;
        while (random.NextDouble() >= leave)
        {
            time += random.NextExponential() / rate;
            if (!(time < age))
            {
                break;
            }

            orders.Add((age - (int)time, Amount(worth, ref random)));
        }

        return orders;
    }

    private static decimal Amount(double worth, ref SplitMix random) => Math.Round((decimal)(worth * (0.5 + random.NextDouble())), 2);

    private List<ActivityInput> Draw(int customer)
    {
        var activities = new List<ActivityInput>();
        foreach (var (ago, amount) in DrawOrders(customer))
        {
            activities.Add(new ActivityInput(Order, "o", s_end.AddDays(-ago), [amount]));
        }

        Orders += activities.Count;
        return activities;
    }

    private static string Id(int customer) => customer.ToString("D9", System.Globalization.CultureInfo.InvariantCulture);

    private static int Number(string id) => int.Parse(id, System.Globalization.CultureInfo.InvariantCulture);
}
