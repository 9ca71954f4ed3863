using System.Globalization;
using System.Text.Json;
using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.PredictionPlugins.Tests;

/// <summary>Public data sets and reference values beside the repository.</summary>
internal static class PublicData
{
    public const string Missing = "No folders 'shared/data/prediction' and 'shared/reference' beside the repository: the check against public data did not run.";

    private static readonly string Shared = Path.GetFullPath(Path.Combine(RepositoryRoot.Path, "..", "shared"));

    public static bool IsHere { get; } = Directory.Exists(Path.Combine(Shared, "data", "prediction")) && File.Exists(GoldFile);

    /// <summary>The CDNOW calibration ends on 30 September 1997.</summary>
    public static int CdnowCut { get; } = new DateOnly(1997, 9, 30).DayNumber;

    public static bool Has(string file) => File.Exists(Path.Combine(Shared, "data", "prediction", file));

    private static string GoldFile => Path.Combine(Shared, "reference", "gold-predictions.json");

    public static IReadOnlyDictionary<string, JsonElement> Gold()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(GoldFile));
        return document.RootElement.GetProperty("values").EnumerateArray().ToDictionary(value => value.GetProperty("id").GetString()!, value => value.Clone(), StringComparer.Ordinal);
    }

    public static IEnumerable<string[]> Rows(string file) => File.ReadLines(Path.Combine(Shared, "data", "prediction", file)).Skip(1).Where(line => line.Length > 0).Select(line => line.Split(','));

    public static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>The CDNOW sample as printed: 2,357 customers, weeks.</summary>
    public static List<History> CdnowSummary() =>
        [.. Rows("cdnow_customers_summary.csv").Select(row => new History((int)Number(row[1]), Number(row[2]), Number(row[3])))];

    public static (int[] Orders, double[] Means) CdnowSpend()
    {
        var rows = Rows("cdnow_customers_summary_with_transactions.csv").Select(row => (Orders: (int)Number(row[1]), Mean: Number(row[4]))).Where(row => row.Orders > 0).ToList();
        return ([.. rows.Select(row => row.Orders)], [.. rows.Select(row => row.Mean)]);
    }

    /// <summary>Order days by customer of the CDNOW sample.</summary>
    public static List<List<OrderDay>> CdnowSample() => ByCustomer(Rows("cdnow_sample_transactions.csv").Select(row => (row[1], row[2], Number(row[4]))));

    /// <summary>Order days by customer of all of CDNOW: 23,570 customers.</summary>
    public static List<List<OrderDay>> CdnowMaster() => ByCustomer(Rows("cdnow_master_transactions.csv").Select(row => (row[0], row[1], Number(row[3]))));

    public static List<List<OrderDay>> Example() => ByCustomer(Rows("lifetimes_example_transactions.csv").Select(row => (row[1], row[0][..10], 1.0)));

    /// <summary>Bank marketing (UCI): 45,211 calls, and whether one subscribed.</summary>
    /// <param name="withDuration">Whether the length of the call is a feature; it is known only after it.</param>
    public static (List<FeatureColumn> Columns, bool[] Happened) Bank(bool withDuration)
    {
        var rows = Rows("bank_full.csv").ToList();
        string[] names = ["age", "job", "marital", "education", "default", "balance", "housing", "loan", "contact", "day", "month", "duration", "campaign", "pdays", "previous", "poutcome"];
        string[] numbers = ["age", "balance", "day", "duration", "campaign", "pdays", "previous"];
        return (
            [
                .. names.Select((name, at) => (name, at)).Where(pair => withDuration || pair.name != "duration").Select(pair => numbers.Contains(pair.name, StringComparer.Ordinal)
                    ? FeatureColumn.OfNumbers(pair.name, rows.Select(row => Number(row[pair.at])))
                    : FeatureColumn.OfTexts(pair.name, [.. rows.Select(row => row[pair.at])])),
            ],
            [.. rows.Select(row => row[16] == "yes")]);
    }

    private static List<List<OrderDay>> ByCustomer(IEnumerable<(string Customer, string Date, double Value)> orders)
    {
        var customers = orders
            .GroupBy(order => order.Customer, StringComparer.Ordinal)
            .Select(group => group.Select(order => new OrderDay(DateOnly.ParseExact(order.Date, "yyyy-MM-dd", CultureInfo.InvariantCulture).DayNumber, order.Value)).ToList())
            .ToList();
        customers.ForEach(OrderDays.Merge);
        return customers;
    }
}

/// <summary>Skips, and says why, where the public data is not on this machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DataFactAttribute : FactAttribute
{
    public DataFactAttribute() => Skip = PublicData.IsHere ? null : PublicData.Missing;
}

/// <summary>Skips, and says why, where the public data is not on this machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DataTheoryAttribute : TheoryAttribute
{
    public DataTheoryAttribute() => Skip = PublicData.IsHere ? null : PublicData.Missing;
}

/// <summary>Skips, and says why, where files are not among the public data on this machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DataFilesFactAttribute : FactAttribute
{
    public DataFilesFactAttribute(params string[] files) =>
        Skip = files.FirstOrDefault(file => !PublicData.Has(file)) is { } missing ? $"No file 'shared/data/prediction/{missing}' beside the repository: the check against it did not run." : null;
}
