using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Contoso;

/// <summary>The lab data, loaded once by its recipe, and all of it read back over REST.</summary>
public sealed class ContosoFixture : IAsyncLifetime
{
    private RunningApp? _app;
    private ContosoFiles? _files;

    internal RunningApp App => _app!;

    internal ContosoFiles Files => _files!;

    internal static string Recipe { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Contoso", "recipe.json"));

    internal JsonNode Applied { get; private set; } = null!;

    internal JsonNode FirstRefresh { get; private set; } = null!;

    /// <summary>All profiles by id, as GET /profiles/{id} gives them.</summary>
    internal ConcurrentDictionary<string, JsonNode> Profiles { get; } = new(StringComparer.Ordinal);

    /// <summary>All activities by profile id.</summary>
    internal ConcurrentDictionary<string, IReadOnlyList<JsonNode>> Activities { get; } = new(StringComparer.Ordinal);

    /// <summary>The profile of each record, by <c>stream/key</c>.</summary>
    internal Dictionary<string, string> ProfileOf { get; } = new(StringComparer.Ordinal);

    public async Task InitializeAsync()
    {
        if (ContosoFiles.Folder is not { } folder)
        {
            return;
        }

        _files = new ContosoFiles(folder);
        _app = await RunningApp.StartAsync();
        foreach (var file in Directory.EnumerateFiles(folder, "*.txt"))
        {
            File.Copy(file, Path.Combine(_app.Directory, "files", Path.GetFileName(file)));
        }

        Applied = await _app.ApplyAsync(Recipe);
        FirstRefresh = await _app.RefreshAsync();
        Assert.True(FirstRefresh["state"]!.GetValue<string>() == "succeeded", FirstRefresh.ToJsonString());

        var ids = (await _app.AllAsync("/profiles?limit=1000")).Select(profile => profile["id"]!.GetValue<string>());
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (id, _) =>
        {
            Profiles[id] = await _app.GetAsync($"/profiles/{id}");
            Activities[id] = await _app.AllAsync($"/profiles/{id}/activities?limit=1000");
        });
        foreach (var (id, profile) in Profiles)
        {
            foreach (var record in profile["records"]!.AsArray())
            {
                ProfileOf.Add($"{record!["stream"]}/{record["key"]}", id);
            }
        }
    }

    public async Task DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }
}
