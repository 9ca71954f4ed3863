using System.Globalization;
using System.Text;
using CustomerInsights.Core.Columns;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Columns;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.Host.Tests.Columns;

/// <summary>A real store of made-up people whose nodes are known by number, and images over it.</summary>
internal sealed class ColumnStoreKit : IAsyncDisposable
{
    public const string Type = "customer";

    private readonly Dictionary<int, ProfileId> _profiles = [];
    private readonly Random _random = new(7);
    private int _activities;
    private int _sequence;
    private int _contacts;
    private int _orders;

    private ColumnStoreKit(IInsightsStore store, string directory)
    {
        (Store, Directory) = (store, directory);
        Images = NewImages();
    }

    public IInsightsStore Store { get; }

    public string Directory { get; }

    public ColumnImages Images { get; private set; }

    public static IReadOnlyDictionary<string, ColumnSchema> Schemas { get; } = new Dictionary<string, ColumnSchema>
    {
        [Type] = new(
            new Dictionary<string, DataType> { ["city"] = DataType.Text, ["age"] = DataType.Integer, ["spend"] = DataType.Decimal },
            new Dictionary<string, IReadOnlyDictionary<string, DataType>> { ["order"] = new Dictionary<string, DataType> { ["amount"] = DataType.Decimal, ["item"] = DataType.Text } }),
    };

    public static async Task<ColumnStoreKit> OpenAsync(int people)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("columns").FullName;
        var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = directory }, TimeProvider.System, NullLoggerFactory.Instance, default);
        var kit = new ColumnStoreKit(store, directory);
        kit._contacts = (await store.Records.EnsureStreamAsync("crm.contacts", [], default)).Number;
        kit._orders = (await store.Records.EnsureStreamAsync("shop.orders", [], default)).Number;

        // Nodes of a new store are numbered in the order in which they come: two for each person.
        await kit.ProjectAsync([.. Enumerable.Range(0, 2 * people).Select(node => KeyValuePair.Create($"k{node}", true))], []);
        for (var person = 0; person < people; person++)
        {
            await kit.PutAsync(person);
        }

        return kit;
    }

    /// <summary>Images with a folder of their own, as if nothing had been built before.</summary>
    public ColumnImages FreshImages() => NewImages(Path.Combine(Directory, Guid.NewGuid().ToString("N")));

    public ColumnImages NewImages(string? directory = null, int? megabytes = null) =>
        new(Store.Profiles, Store.Changes, new HostSettings { DataDirectory = directory ?? Directory, ColumnMegabytes = megabytes }, TimeProvider.System, NullLogger<ColumnImages>.Instance);

    public async Task RestartAsync(int? megabytes = null)
    {
        await Images.DisposeAsync();
        Images = NewImages(megabytes: megabytes);
    }

    public async Task ChangeAsync(Random random)
    {
        var person = random.Next(_profiles.Count);
        switch (random.Next(6))
        {
            case 0:
                await PutAsync(person);
                break;
            case 1 when _profiles.Count > 3:
                await Store.Profiles.ApplyAsync(Changes([], [_profiles[person]]), default);
                break;
            case 2:
                await MergeAsync(person, random.Next(_profiles.Count));
                break;
            case 3:
                await MeasureAsync(person, random.Next(1000));
                break;
            default:
                await OrderAsync(person, random.Next(2), random.Next(8) == 0 ? random.Next(Math.Max(1, _activities)) : _activities++);
                break;
        }
    }

    public Task OrderAsync(int person, int which, int order) => ProjectAsync([], [new ProjectedActivity(
        $"o{order}",
        "order",
        new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddHours(_random.Next(500)),
        _contacts,
        $"k{(2 * person) + which}",
        ValueDocument.Write(["amount", "item"], [Value.Of(decimal.Round((decimal)_random.NextDouble() * 100, 2)), Value.Of($"item {_random.Next(9)}")]))]);

    public async Task MeasureAsync(int person, int spend)
    {
        if (await Store.Profiles.FindAsync(_profiles[person], default) is { } found)
        {
            await Store.Measures.PutProfileValuesAsync([KeyValuePair.Create(found.Number, (byte[]?)ValueDocument.Write(["spend"], [Value.Of((decimal)spend)]))], default);
        }
    }

    public async Task PutAsync(int person, string? city = null)
    {
        _profiles.TryAdd(person, new ProfileId(Guid.CreateVersion7()));
        await Store.Profiles.ApplyAsync(Changes([Put(person, [(2 * person) + 1, (2 * person) + 2], city)], []), default);
    }

    public async Task MergeAsync(int person, int other)
    {
        if (person != other)
        {
            await Store.Profiles.ApplyAsync(
                Changes([Put(person, [(2 * person) + 1, (2 * person) + 2, (2 * other) + 1, (2 * other) + 2], null)], [_profiles[other]]), default);
        }
    }

    /// <summary>All that images have of living profiles, one text each, by number.</summary>
    public static SortedDictionary<long, string> Texts(ColumnState state)
    {
        var all = new SortedDictionary<long, string>();
        foreach (var held in state.Types[Type].Parts)
        {
            for (var row = 0; row < held.Stored.Part.Rows; row++)
            {
                if (held.Alive?[row] ?? true)
                {
                    all.Add(held.Stored.Part.Numbers[row], Text(held.Stored.Part, row));
                }
            }
        }

        return all;
    }

    public async ValueTask DisposeAsync()
    {
        await Images.DisposeAsync();
        await Store.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private static string Text(ColumnPart part, int row)
    {
        var text = new StringBuilder(part.IdAt(row).ToString());
        foreach (var (name, column) in part.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Where(pair => pair.Value.IsPresent(row)))
        {
            text.Append(CultureInfo.InvariantCulture, $"|{name}={column.ValueAt(row)}");
        }

        foreach (var (type, table) in part.Activities)
        {
            for (var i = table.Starts[row]; i < table.Starts[row + 1]; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n{type} {table.Ids.ValueAt(i)} {table.At.ValueAt(i)}");
                foreach (var (name, column) in table.Fields.OrderBy(pair => pair.Key, StringComparer.Ordinal).Where(pair => pair.Value.IsPresent(i)))
                {
                    text.Append(CultureInfo.InvariantCulture, $"|{name}={column.ValueAt(i)}");
                }
            }
        }

        return text.ToString();
    }

    private static ProfileChanges Changes(IReadOnlyList<ProfilePut> puts, IReadOnlyList<ProfileId> removed) => new(Type, puts, removed, [], [], [], "test");

    private ProfilePut Put(int person, IReadOnlyList<long> nodes, string? city)
    {
        var attributes = ValueDocument.Write(["city", "age"], [Value.Of(city ?? $"city {_random.Next(5)}"), _random.Next(4) == 0 ? default : Value.Of((long)_random.Next(90))]);
        var hash = new byte[32];
        _random.NextBytes(hash);
        return new ProfilePut(_profiles[person], nodes[0], nodes, attributes, "{}", $"Person {person}", "", [], hash);
    }

    private async Task ProjectAsync(IReadOnlyList<KeyValuePair<string, bool>> nodes, IReadOnlyList<ProjectedActivity> activities) =>
        await Store.Activities.ProjectAsync(
            new ProjectionBatch(nodes.Count > 0 ? _contacts : _orders, new ProjectionPosition(++_sequence, "m"), false, false, nodes, activities, []), default);
}
