using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Questions;

/// <summary>A host whose clock stands, with one set's data and its questions as segments and measures; and what DuckDB answers on the tables read from it.</summary>
internal sealed class QuestionWorld : IAsyncDisposable
{
    private readonly RunningApp _app;
    private readonly ConcurrentDictionary<string, JsonNode> _profiles = new(StringComparer.Ordinal);

    private QuestionWorld(RunningApp app) => _app = app;

    public int Profiles => _profiles.Count;

    /// <summary>DuckDB's rows by question, and under <see cref="Slipped"/> those of the SQL with its slip.</summary>
    public IReadOnlyDictionary<string, JsonArray> Theirs { get; private set; } = null!;

    public static string Slipped(string question) => question + " with its slip";

    /// <param name="name">The set.</param>
    /// <param name="recipe">Its recipe.</param>
    /// <param name="files">The folder of its source files.</param>
    /// <param name="pattern">Which files.</param>
    public static async Task<QuestionWorld> OpenAsync(string name, string recipe, string files, string pattern)
    {
        var set = QuestionFile.Read.Sets[name];
        var world = new QuestionWorld(await RunningApp.StartAsync(clock: new StandingClock(set.Now)));
        try
        {
            await world.DefineAsync(name, recipe, files, pattern);
            var load = await world.ExportAsync(JsonNode.Parse(recipe)!);
            await world.AskDuckDbAsync(name, [.. load, .. set.Tables.Select(table => table.Replace("{files}", Quoted(files), StringComparison.Ordinal))]);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>Our rows, in the form of the SQL's.</summary>
    public async Task<IReadOnlyList<JsonArray>> OursAsync(Question question)
    {
        if (question.Segment is not null)
        {
            return [.. (await _app.AllAsync($"/segments/{question.Name}/members?limit=1000")).Select(member => new JsonArray(member.Text("profileId")))];
        }

        if (!question.Business)
        {
            return [.. _profiles.Where(profile => profile.Value["measures"]?[question.Name] is not null)
                .Select(profile => new JsonArray(profile.Key, profile.Value["measures"]![question.Name]!.DeepClone()))];
        }

        var values = await _app.GetAsync($"/measures/{question.Name}/values?limit=1000");
        Assert.True(values["next"] is null, "More rows than a page holds: ask for fewer.");
        return [.. values["rows"]!.AsArray().Select(row => new JsonArray([.. row!["dimensions"]!.AsArray().Select(dimension => dimension?.DeepClone()), row["value"]?.DeepClone()]))];
    }

    /// <summary>How many hold a segment's rule by the preview, and of how many.</summary>
    public async Task<(int Count, int Of)> PreviewAsync(Question question)
    {
        var (status, body) = await _app.SendTextAsync(HttpMethod.Post, "/segments/preview", question.Segment!.Value.GetRawText());
        Assert.True(status == HttpStatusCode.OK, body?.ToJsonString());
        return (body!["count"]!.GetValue<int>(), body["of"]!.GetValue<int>());
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task DefineAsync(string name, string recipe, string files, string pattern)
    {
        foreach (var file in Directory.EnumerateFiles(files, pattern, SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_app.Directory, "files", Path.GetRelativePath(files, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        await _app.ApplyAsync(recipe);
        foreach (var question in QuestionFile.Read.Of(name))
        {
            var (status, body) = await _app.SendTextAsync(
                HttpMethod.Put, question.Segment is not null ? $"/segments/{question.Name}" : $"/measures/{question.Name}", (question.Segment ?? question.Measure)!.Value.GetRawText());
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created, $"{question.Name}: {body?.ToJsonString()}");
        }

        await _app.SucceedAsync();
    }

    private async Task AskDuckDbAsync(string name, IEnumerable<string> load)
    {
        var now = QuestionFile.Read.Sets[name].Now.UtcDateTime.ToString("'TIMESTAMP '\\'yyyy-MM-dd HH:mm:ss\\'", CultureInfo.InvariantCulture);
        Theirs = await DuckDb.AskAsync(
            _app.Directory,
            load,
            QuestionFile.Read.Of(name)
                .SelectMany(question => new[] { (question.Name, Sql: question.Statement), (Slipped(question.Name), Sql: question.Slipped) })
                .Select(one => (one.Item1, one.Sql.Replace("{now}", now, StringComparison.Ordinal))));
    }

    // JSON lines of what REST gives, and the statements that read them with the recipe's types.
    private async Task<List<string>> ExportAsync(JsonNode recipe)
    {
        var (records, activities) = (new ConcurrentBag<JsonNode>(), new ConcurrentBag<JsonNode>());
        foreach (var profile in await _app.AllAsync("/profiles?limit=1000"))
        {
            _profiles[profile.Id()] = profile;
        }

        await Parallel.ForEachAsync(_profiles.Keys, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (id, _) =>
        {
            foreach (var record in (await _app.GetAsync($"/profiles/{id}"))["records"]!.AsArray())
            {
                records.Add(new JsonObject { ["profile"] = id, ["stream"] = record!.Text("stream"), ["key"] = record!.Text("key") });
            }

            foreach (var activity in await _app.AllAsync($"/profiles/{id}/activities?limit=1000"))
            {
                activities.Add(Row(activity["fields"]!, ("profile", id), ("id", activity.Id()), ("happened", activity.Text("at")), ("type", activity.Text("type"))));
            }
        });
        var attributes = recipe["profileTypes"]!["customer"]!["attributes"]!.AsObject();
        var load = new List<string>
        {
            Table("profiles", _profiles.Values.Select(profile => Row(profile["attributes"]!, ("profile", profile.Id()))), Columns(attributes)),
            Table("records", records, ["stream: 'VARCHAR'", "key: 'VARCHAR'"]),
        };
        var byType = activities.ToLookup(activity => activity.Text("type"), StringComparer.Ordinal);
        foreach (var (type, definition) in recipe["activityTypes"]!.AsObject())
        {
            load.Add(Table(type + "s", byType[type], ["id: 'VARCHAR'", "happened: 'TIMESTAMP'", .. Columns(definition!["fields"]!.AsObject())]));
        }

        return load;
    }

    private static JsonObject Row(JsonNode fields, params (string Name, string Value)[] keys)
    {
        var row = fields.DeepClone().AsObject();
        foreach (var (name, value) in keys)
        {
            row[name] = value;
        }

        return row;
    }

    private string Table(string name, IEnumerable<JsonNode> rows, IEnumerable<string> columns)
    {
        var path = Path.Combine(_app.Directory, name + ".jsonl");
        File.WriteAllLines(path, rows.Select(row => row.ToJsonString()));
        return $"CREATE TABLE \"{name}\" AS SELECT * FROM read_json('{Quoted(path)}', format = 'newline_delimited', columns = {{profile: 'VARCHAR', {string.Join(", ", columns)}}})";
    }

    private static IEnumerable<string> Columns(JsonObject fields) => fields.Select(field => $"{field.Key}: '{SqlType(field.Value!.Text("type"))}'");

    private static string Quoted(string path) => path.Replace("'", "''", StringComparison.Ordinal);

    private static string SqlType(string type) => type switch
    {
        "integer" => "BIGINT",
        "decimal" => "DECIMAL(28,12)",
        "boolean" => "BOOLEAN",
        "date" => "DATE",
        "time" => "TIMESTAMP",
        _ => "VARCHAR",
    };

    private sealed class StandingClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
