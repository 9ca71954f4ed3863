using System.Text.Json;
using CustomerInsights.Connectors.Dataverse;
using CustomerInsights.Emulators.Dataverse;
using CustomerInsights.Sdk;

namespace CustomerInsights.EdgePlugins.Tests;

public sealed class DataverseTests : IAsyncLifetime
{
    private static readonly EmulatorOptions s_usual = new();
    private static readonly JsonSerializerOptions s_withoutNull = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private readonly LeapingClock _clock = new();
    private DataverseEmulator _emulator = null!;
    private LoopbackContext _context = null!;

    private Dictionary<Guid, Dictionary<string, object?>> Contacts => _emulator.Organisation.Contacts;

    public async Task InitializeAsync()
    {
        _emulator = await DataverseEmulator.StartAsync(new EmulatorOptions { Clock = _clock });
        _context = new LoopbackContext(_clock, s_usual.ClientSecret);
    }

    public Task DisposeAsync() => _emulator.DisposeAsync().AsTask();

    [Fact]
    public async Task The_whole_is_read_first_and_then_what_changed_and_what_was_deleted()
    {
        var ids = Add(25);
        var first = await ReadAsync();
        Assert.Equal(ids, first.Keys);
        Assert.Equal(StreamOutcome.Complete, first.Ended.Outcome);

        Contacts[new Guid(ids[4])]["firstname"] = "Changed";
        Contacts.Remove(new Guid(ids[7]));
        Contacts[Organisation.ContactId(900)] = new Dictionary<string, object?>(StringComparer.Ordinal) { ["contactid"] = Organisation.ContactId(900), ["firstname"] = "New" };
        _emulator.Forget();
        var next = await ReadAsync(SyncMode.Incremental, first.LastState);

        Assert.Equal([ids[4], Organisation.ContactId(900).ToString(), ids[7]], next.Keys);
        Assert.Equal(ids[7], Assert.Single(next.Deleted));
        Assert.Equal("Changed", next.Value(ids[4], "firstname").AsText());
        Assert.Single(_emulator.Journal, entry => entry.Request.Path.EndsWith("/contacts", StringComparison.Ordinal));
        Assert.Empty((await ReadAsync(SyncMode.Incremental, next.LastState)).Keys);
        Assert.Equal(0, _emulator.Writes);
    }

    [Fact]
    public async Task Types_arrive_as_the_definition_says()
    {
        var id = Add(1)[0];
        foreach (var (name, value) in new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["birthdate"] = "1969-07-20",
            ["modifiedon"] = "2026-03-29T00:30:00Z",
            ["creditlimit"] = 1000.25m,
            ["numberofchildren"] = 3,
            ["donotemail"] = true,
            ["gendercode"] = 2,
            ["emailaddress1"] = "Dörte 🌻@example.com",
            ["_parentcustomerid_value"] = "a1111111-0000-0000-0000-000000000001",
        })
        {
            Contacts[new Guid(id)][name] = value;
        }

        var run = await ReadAsync(tables: new { table = "contact" });

        Assert.Equal(
            "1969-07-20|2026-03-29T00:30:00.0000000+00:00|1000.25|3|True|2|Dörte 🌻@example.com|a1111111-0000-0000-0000-000000000001",
            string.Join('|', Value("birthdate"), run.Value(id, "modifiedon").AsTime().ToString("O"), run.Value(id, "creditlimit").AsDecimal(), Value("numberofchildren"), run.Value(id, "donotemail").AsBoolean(), Value("gendercode"), Value("emailaddress1"), Value("parentcustomerid")));
        var fields = run.Rows[0].Names.All;
        Assert.DoesNotContain("gendercodename", fields);
        Assert.DoesNotContain("parentcustomeridname", fields);
        Assert.DoesNotContain("entityimage", fields);

        string Value(string field) => run.Value(id, field).ToString();
    }

    [Fact]
    public async Task A_row_whose_value_is_not_of_its_type_is_rejected_and_the_others_pass()
    {
        var ids = Add(3);
        Contacts[new Guid(ids[1])]["creditlimit"] = "much";

        var run = await ReadAsync(tables: new { table = "contact" });

        Assert.Equal([ids[0], ids[2]], run.Keys);
        Assert.Equal((ids[1], "creditlimit"), (Assert.Single(run.Rejected).Key, run.Rejected[0].Field));
    }

    [Theory]
    [InlineData(SyncMode.Full)]
    [InlineData(SyncMode.Incremental)]
    public async Task A_run_that_broke_off_goes_on_at_its_next_page(SyncMode mode)
    {
        var ids = Add(47);
        for (var stop = 1; stop <= 4; stop++)
        {
            var broken = await ReadAsync(mode, stopAfter: stop);
            var rest = await ReadAsync(mode, broken.LastState, resuming: true);

            Assert.Equal(ids, [.. broken.Keys, .. rest.Keys]);
        }
    }

    [Fact]
    public async Task Changes_of_several_pages_go_on_from_every_page()
    {
        var ids = Add(50);
        var first = await ReadAsync();
        foreach (var id in ids.Take(33))
        {
            Contacts[new Guid(id)]["firstname"] = "Changed";
        }

        foreach (var id in ids.TakeLast(12))
        {
            Contacts.Remove(new Guid(id));
        }

        for (var stop = 1; stop <= 4; stop++)
        {
            var broken = await ReadAsync(SyncMode.Incremental, first.LastState, stopAfter: stop);
            var rest = await ReadAsync(SyncMode.Incremental, broken.LastState, resuming: true);
            Assert.Equal([.. ids.Take(33), .. ids.TakeLast(12)], [.. broken.Keys, .. rest.Keys]);
            Assert.Equal(12, broken.Deleted.Count + rest.Deleted.Count);
        }
    }

    [Fact]
    public async Task A_token_that_has_expired_makes_the_read_a_whole_one_that_tells_what_is_gone()
    {
        var ids = Add(30);
        var first = await ReadAsync(SyncMode.Incremental);
        Contacts[Organisation.ContactId(900)] = new Dictionary<string, object?>(StringComparer.Ordinal) { ["contactid"] = Organisation.ContactId(900) };
        var second = await ReadAsync(SyncMode.Incremental, first.LastState);
        Assert.Equal([Organisation.ContactId(900).ToString()], second.Keys);

        _clock.CreateTimer(_ => { }, null, TimeSpan.FromDays(8), Timeout.InfiniteTimeSpan).Dispose();
        Contacts.Remove(new Guid(ids[3]));
        Contacts.Remove(Organisation.ContactId(900));
        Contacts[Organisation.ContactId(901)] = new Dictionary<string, object?>(StringComparer.Ordinal) { ["contactid"] = Organisation.ContactId(901) };
        var third = await ReadAsync(SyncMode.Incremental, second.LastState);

        Assert.Equal([.. ids.Where(id => id != ids[3]), Organisation.ContactId(901).ToString()], third.Keys.Except(third.Deleted, StringComparer.Ordinal));
        Assert.Equal([ids[3], Organisation.ContactId(900).ToString()], third.Deleted.Order(StringComparer.Ordinal));
        Assert.Empty((await ReadAsync(SyncMode.Incremental, third.LastState)).Keys);
    }

    [Fact]
    public async Task A_whole_read_after_an_expired_token_that_breaks_off_anywhere_still_tells_what_is_gone()
    {
        var ids = Add(30);
        var first = await ReadAsync(SyncMode.Incremental);
        _clock.CreateTimer(_ => { }, null, TimeSpan.FromDays(8), Timeout.InfiniteTimeSpan).Dispose();
        Contacts.Remove(new Guid(ids[3]));
        Contacts.Remove(new Guid(ids[29]));
        for (var stop = 1; stop <= 2; stop++)
        {
            var broken = await ReadAsync(SyncMode.Incremental, first.LastState, stopAfter: stop);
            var rest = await ReadAsync(SyncMode.Incremental, broken.LastState, resuming: true);

            Assert.Equal([ids[3], ids[29]], rest.Deleted.Order(StringComparer.Ordinal));
            Assert.Equal(ids.Where(id => id != ids[3] && id != ids[29]), [.. broken.Keys, .. rest.Keys.Except(rest.Deleted, StringComparer.Ordinal)]);
        }
    }

    [Fact]
    public async Task What_is_remembered_of_rows_stays_small_however_often_changes_are_read()
    {
        var ids = Add(5);
        var run = await ReadAsync(SyncMode.Incremental);
        for (var i = 0; i < 230; i++)
        {
            Contacts[new Guid(ids[i % 5])]["firstname"] = $"Changed {i}";
            run = await ReadAsync(SyncMode.Incremental, run.LastState);
        }

        Assert.InRange(await _context.ListAsync("rows/", CancellationToken.None).CountAsync(), 1, 205);
        for (var i = 0; i < 10; i++)
        {
            run = await ReadAsync(SyncMode.Full, run.LastState);
        }

        Assert.InRange(await _context.ListAsync("rows/", CancellationToken.None).CountAsync(), 1, 5);
    }

    [Fact]
    public async Task A_bookmark_cannot_lead_to_another_server()
    {
        Add(3);
        await using var stranger = await Endpoint.StatusesAsync(200);
        foreach (var link in (string[])[$"{stranger.Address}x", $"//{stranger.Address.Authority}/x", $"/\\{stranger.Address.Authority}/x"])
        {
            var state = new StreamState(1, JsonSerializer.SerializeToUtf8Bytes(new { pass = "p1", page = 0, next = (string?)null, delta = link, whole = false }));
            var failure = await Assert.ThrowsAsync<PluginException>(() => ReadAsync(SyncMode.Incremental, state));
            Assert.Equal(FailureKind.Configuration, failure.Kind);
        }

        Assert.Empty(stranger.Came);
    }

    [Theory]
    [InlineData("list", null, "/tables/0/table", "not tracked")]
    [InlineData("nothing", null, "/tables/0/table", "no table 'nothing'")]
    [InlineData("contact", "nothing", "/tables/0/columns/0", "no column 'nothing'")]
    [InlineData("contact", "gendercodename", "/tables/0/columns/0", "no column 'gendercodename'")]
    public async Task A_table_or_column_that_cannot_be_read_is_refused_at_its_place(string table, string? column, string path, string expected)
    {
        ISourceConnector connector = new DataverseConnector();
        var item = (await connector.CheckAsync(Settings(new { table, columns = column is null ? null : (string[])[column] }), _context, CancellationToken.None)).Items[^1];

        Assert.Equal((false, FailureKind.Configuration, path), (item.Ok, item.Kind, item.ConfigurationPath));
        Assert.Contains(expected, item.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_reads_one_row_of_each_table_and_changes_nothing()
    {
        Add(3);
        ISourceConnector connector = new DataverseConnector();

        var result = await connector.CheckAsync(Settings(), _context, CancellationToken.None);

        Assert.Equal(["Settings are right", "Sign-in works (WhoAmI)", "contact can be read"], result.Items.Select(item => item.Name));
        Assert.True(result.Ok);
        Assert.Equal(0, _emulator.Writes);
    }

    [Fact]
    public async Task Limits_are_waited_for_and_a_token_of_the_sign_in_is_replaced_in_the_middle()
    {
        var ids = Add(95);
        var refused = 0;
        _emulator.Script = request => !request.IsSignIn && request.Headers.ContainsKey("Authorization") && request.Number % 3 == 0 && Interlocked.Increment(ref refused) <= 6
            ? new EmulatedFault(refused % 2 == 0 ? FaultKind.TooManyRequests : FaultKind.ExpiredToken, RetryAfter: 7) : null;

        Assert.Equal(ids, (await ReadAsync()).Keys);
        Assert.InRange(refused, 2, 100);
    }

    [Fact]
    public async Task A_missing_privilege_fails_the_read_and_is_no_expired_token()
    {
        Add(3);
        var first = await ReadAsync();
        _emulator.Script = request => request.Query.ContainsKey("$deltatoken") ? new EmulatedFault(FaultKind.Denied) : null;

        var failure = await Assert.ThrowsAnyAsync<PluginException>(() => ReadAsync(SyncMode.Incremental, first.LastState));

        Assert.Equal(FailureKind.Authentication, failure.Kind);
        Assert.DoesNotContain(s_usual.ClientSecret, failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$filter", "fullname eq 'x'")]
    [InlineData("$orderby", "fullname")]
    [InlineData("$expand", "parentcustomerid_account")]
    [InlineData("$top", "3")]
    public async Task The_emulator_refuses_what_the_service_refuses_with_change_tracking(string option, string value)
    {
        Add(1);
        using var http = new HttpClient { BaseAddress = _emulator.Address };
        using var form = new StringContent($"grant_type=client_credentials&client_id={s_usual.ClientId}&client_secret={s_usual.ClientSecret}&scope=https://x/.default", new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        using var signedIn = await http.PostAsync(new Uri($"{s_usual.Tenant}/oauth2/v2.0/token", UriKind.Relative), form);
        using var token = JsonDocument.Parse(await signedIn.Content.ReadAsStringAsync());
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/data/v9.2/contacts?{option}={Uri.EscapeDataString(value)}");
        request.Headers.Authorization = new("Bearer", token.RootElement.GetProperty("access_token").GetString());
        request.Headers.Add("Prefer", "odata.track-changes");

        using var answer = await http.SendAsync(request);

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("isn\\u0027t supported when Change Tracking is enabled", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private List<string> Add(int count) => [.. _emulator.Organisation.AddContacts(count).Select(id => id.ToString())];

    private Task<SourceRun> ReadAsync(SyncMode mode = SyncMode.Full, StreamState? state = null, bool resuming = false, int stopAfter = int.MaxValue, object? tables = null) =>
        SourceRun.ReadAsync(new DataverseConnector(), Settings(tables ?? new { table = "contact", columns = (string[])["firstname", "fullname"] }), _context, "contact", mode, state, resuming, batchSize: 7, stopAfter: stopAfter);

    private byte[] Settings(params object[] tables) => JsonSerializer.SerializeToUtf8Bytes(
        new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["serverAddress"] = _emulator.Address,
            ["clientId"] = s_usual.ClientId,
            ["clientSecret"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["$secret"] = "clientSecret" },
            ["signInAddress"] = _emulator.Address,
            ["pageSize"] = 10,
            ["tables"] = tables.Length > 0 ? tables : [new { table = "contact" }],
        },
        s_withoutNull);
}
