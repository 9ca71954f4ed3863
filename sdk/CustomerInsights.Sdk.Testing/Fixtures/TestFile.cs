using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Schema;

namespace CustomerInsights.Sdk.Testing.Fixtures;

/// <summary>The author's <c>test.json</c>, after it passed <c>conformance-test.schema.json</c>. See the schema for each member.</summary>
internal sealed record TestFile
{
    private const int Largest = JsonSchema.MaxCharacters;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    };

    private static readonly Lazy<JsonSchema> Schema = new(() =>
    {
        using var stream = typeof(TestFile).Assembly.GetManifestResourceStream("conformance-test.schema.json")!;
        using var text = new StreamReader(stream);
        return JsonSchema.Load(text.ReadToEnd());
    });

    /// <summary>Entries by component: <c>shop</c> or <c>connector/shop</c>.</summary>
    public IReadOnlyDictionary<string, ComponentTest> Components { get; init; } = new Dictionary<string, ComponentTest>(StringComparer.Ordinal);

    /// <summary>Skips for all components.</summary>
    public IReadOnlyList<SkipNote> Skip { get; init; } = [];

    /// <summary>The folder that its paths are relative to.</summary>
    [JsonIgnore]
    public string Folder { get; init; } = "";

    /// <summary>Reads and checks the file.</summary>
    /// <exception cref="ConformanceException">It cannot be used; names file, place, and what to do.</exception>
    internal static async Task<TestFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        path = Path.GetFullPath(path);
        if (new FileInfo(path) is not { Exists: true } file)
        {
            throw new ConformanceException($"There is no test file at {path}. Write one, see docs/plugin-authors/testing.md.");
        }

        if (file.Length > Largest)
        {
            throw new ConformanceException($"{path} has {file.Length:N0} bytes; at most {Largest:N0} are read. Keep long bodies in files of their own.");
        }

        return Parse(await File.ReadAllTextAsync(path, cancellationToken), path);
    }

    internal static TestFile Parse(string json, string path)
    {
        var problems = Schema.Value.Validate(json).Where(problem => !problem.IsWarning).ToList();
        if (problems.Count > 0)
        {
            throw new ConformanceException($"{path} cannot be used.\n{string.Join('\n', problems.Select(problem => "  " + problem))}");
        }

        try
        {
            var read = JsonSerializer.Deserialize<TestFile>(json, Options)! with { Folder = Path.GetDirectoryName(path) ?? "" };
            read.CheckSkips(path);
            return read;
        }
        catch (JsonException error)
        {
            throw new ConformanceException($"{path} cannot be used at {error.Path}: {error.Message}", innerException: error);
        }
    }

    internal ComponentTest? Find(PluginKind kind, string id) =>
        Components.GetValueOrDefault(Running.TestedComponent.NameOf(kind, id)) ?? Components.GetValueOrDefault(id);

    private void CheckSkips(string path)
    {
        foreach (var skip in Components.Values.SelectMany(component => component.Skip).Concat(Skip))
        {
            if (!DateOnly.TryParseExact(skip.Until, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            {
                throw new ConformanceException($"{path}: the skip of {skip.Check} ends on '{skip.Until}', which is not a day. Write it as 2027-03-31.");
            }

            if (ConformanceCatalog.All.All(check => check.Id != skip.Check))
            {
                throw new ConformanceException($"{path}: '{skip.Check}' is to be skipped and is not a check. docs/plugin-authors/testing.md lists them.");
            }
        }
    }
}

/// <summary>A check that is not run, why, and until when.</summary>
internal sealed record SkipNote(string Check, string Reason, string Until)
{
    internal DateOnly LastDay => DateOnly.ParseExact(Until, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>How one component is tested.</summary>
internal sealed record ComponentTest : SourceState
{
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public SourceState? Empty { get; init; }

    public SourceState? Large { get; init; }

    public SourceState? Bad { get; init; }

    public SourceState? Changes { get; init; }

    public IReadOnlyList<OldState> States { get; init; } = [];

    public Expectations Expect { get; init; } = new();

    public IReadOnlyList<TestProfile> Profiles { get; init; } = [];

    public DateTimeOffset? AsOf { get; init; }

    public JsonObject? Fields { get; init; }

    public IReadOnlyList<TestMember> Members { get; init; } = [];

    public string? Identify { get; init; }

    public IReadOnlyList<string> Personal { get; init; } = [];

    public IReadOnlyList<SkipNote> Skip { get; init; } = [];
}

/// <summary>The world around a component at one moment: settings, files, a server.</summary>
internal record SourceState
{
    public JsonObject? Config { get; init; }

    public string? Files { get; init; }

    public IReadOnlyList<string> Remove { get; init; } = [];

    public IReadOnlyList<GeneratedFile> Generate { get; init; } = [];

    public HttpFixture? Http { get; init; }

    public IReadOnlyDictionary<string, string[]> Upserts { get; init; } = new Dictionary<string, string[]>(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string[]> Deletes { get; init; } = new Dictionary<string, string[]>(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string[]> Late { get; init; } = new Dictionary<string, string[]>(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, int> Rejected { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);
}

/// <summary>A file that is made: a head, rows, a tail.</summary>
internal sealed record GeneratedFile(string Path, string Row, int Rows)
{
    public string Head { get; init; } = "";

    public string Tail { get; init; } = "";
}

/// <summary>A bookmark of an earlier release.</summary>
internal sealed record OldState(string Stream, int Version, JsonElement State);

/// <summary>What must come of the fixture.</summary>
internal sealed record Expectations
{
    public IReadOnlyDictionary<string, StreamExpectation> Streams { get; init; } = new Dictionary<string, StreamExpectation>(StringComparer.Ordinal);
}

/// <summary>What must come of one stream.</summary>
internal sealed record StreamExpectation
{
    public int? Records { get; init; }

    public int? Rejected { get; init; }

    public IReadOnlyList<string> Unfilled { get; init; } = [];

    public IReadOnlyDictionary<string, JsonObject> Values { get; init; } = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
}

/// <summary>A profile for an enrichment.</summary>
internal sealed record TestProfile(string Id)
{
    public JsonObject Values { get; init; } = [];

    public IReadOnlyList<TestActivity> Activities { get; init; } = [];

    /// <summary>The answers to the enrichment's conditions, which the kit has no rules to find; false where none is given.</summary>
    public IReadOnlyDictionary<string, bool> Conditions { get; init; } = new Dictionary<string, bool>(StringComparer.Ordinal);

    public bool Unknown { get; init; }
}

/// <summary>An activity of a profile.</summary>
internal sealed record TestActivity(string Type, string Id, DateTimeOffset At)
{
    public JsonObject Values { get; init; } = [];
}

/// <summary>A member for an export.</summary>
internal sealed record TestMember(string Id, JsonObject Values)
{
    public bool Rejected { get; init; }
}

/// <summary>What the server of the kit answers.</summary>
internal sealed record HttpFixture(IReadOnlyList<HttpRoute> Routes)
{
    public IReadOnlyDictionary<string, string> Require { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>One answer of the server.</summary>
internal sealed record HttpRoute(string Path)
{
    public string Method { get; init; } = "GET";

    public IReadOnlyDictionary<string, string> Query { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public int Status { get; init; } = 200;

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public JsonNode? Body { get; init; }

    public string? Text { get; init; }

    public IReadOnlyList<JsonObject>? Rows { get; init; }

    public int? Repeat { get; init; }

    public Paging? Paging { get; init; }

    public Since? Since { get; init; }

    public TargetEffect? Effect { get; init; }

    /// <summary>The field of <see cref="Rows"/> by whose value a row is answered only while that is at the target.</summary>
    public string? Visible { get; init; }

    /// <summary>The field of <see cref="Rows"/> whose values are answered instead of the rows.</summary>
    public string? Value { get; init; }

    /// <summary>The member that holds the whole answer as text: JSON in JSON.</summary>
    public string? Wrap { get; init; }

    public string? Run { get; init; }

    /// <summary>For <see cref="TargetEffect.Merge"/>: how the request tells of members.</summary>
    public MemberList? Merge { get; init; }

    /// <summary>Whether another route answers the same requests.</summary>
    internal bool IsSameAs(HttpRoute other) =>
        Method == other.Method && Path == other.Path && Query.Count == other.Query.Count && Query.All(pair => other.Query.GetValueOrDefault(pair.Key) == pair.Value);
}

/// <summary>How the JSON of a request tells of members: names of the list, and in a member of its id and of what happened to it.</summary>
internal sealed record MemberList(string Members, string Id, string Change);

/// <summary>How rows are cut into pages.</summary>
internal sealed record Paging(int Size)
{
    public PagingStyle Style { get; init; }

    public string Parameter { get; init; } = "page";

    public int First { get; init; } = 1;

    public string Items { get; init; } = "items";

    public string Next { get; init; } = "next";
}

/// <summary>How the next page is asked for.</summary>
internal enum PagingStyle
{
    /// <summary>By its number.</summary>
    Page = 0,

    /// <summary>By the number of rows before it.</summary>
    Offset = 1,

    /// <summary>By an address in the answer.</summary>
    Link = 2,
}

/// <summary>The parameter that asks for rows at or after a value of a field.</summary>
internal sealed record Since(string Parameter, string Field);

/// <summary>What a request does at the target of an export.</summary>
internal enum TargetEffect
{
    /// <summary>What it sends is there at once.</summary>
    Write = 0,

    /// <summary>What it sends is there after the next commit.</summary>
    Stage = 1,

    /// <summary>Makes visible what was staged.</summary>
    Commit = 2,

    /// <summary>Forgets what was staged.</summary>
    Discard = 3,

    /// <summary>Takes away what holds what it sends.</summary>
    Remove = 4,

    /// <summary>Puts what was staged in place of all that is visible.</summary>
    Replace = 5,

    /// <summary>Puts or takes away each member, by what the request says of it.</summary>
    Merge = 6,
}
