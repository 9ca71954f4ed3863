using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles.Search;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Profiles;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Profiles;

/// <summary>GET /profiles with search, filter and segment, by the index in memory.</summary>
public sealed class SearchTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Theory]
    [InlineData("miller", "Ann Miller,Dora Miller", "words")]
    [InlineData("Miller Ann", "Ann Miller", "words")]
    [InlineData("mil", "Ann Miller,Dora Miller", "beginnings")]
    [InlineData("mil an", "Ann Miller", "beginnings")]
    [InlineData("Angstrom", "Björn Ångström", "words")]
    [InlineData("ångstörm", "Björn Ångström", "similar")]
    [InlineData("mlller", "Ann Miller,Dora Miller", "similar")]
    [InlineData("cem@example.com", "Cem Öz", "identifier")]
    [InlineData("cem@exa", "Cem Öz", "beginnings")]
    [InlineData("+43 (0)1 234567", "Björn Ångström", "identifier")]
    [InlineData("01 234567", "Björn Ångström", "identifierPart")]
    [InlineData("C3", "Cem Öz", "identifier")]
    [InlineData("M2", "Zoe Quist", "identifier")]
    public async Task A_person_is_found(string search, string names, string by)
    {
        await ReadyAsync();
        var found = await shop.App.AllAsync($"/profiles?search={Uri.EscapeDataString(search)}");
        Assert.Equal(names, string.Join(',', found.Select(one => one.Text("displayName"))));
        Assert.All(found, one => Assert.Equal(by, one["match"]!.Text("by")));
    }

    [Fact]
    public async Task What_was_found_of_a_name_is_told()
    {
        await ReadyAsync();
        var found = Assert.Single(await shop.App.AllAsync("/profiles?search=mlller%20ann"));
        Assert.Equal(["ann", "miller"], found["match"]!["words"]!.AsArray().Select(word => word!.GetValue<string>()));
    }

    [Fact]
    public async Task Filter_and_segment_narrow_a_search_or_a_list()
    {
        await ReadyAsync();
        Assert.Equal(["Dora Miller"], await NamesAsync("search=miller&filter=" + Uri.EscapeDataString("orders = 0 or orders is missing")));
        Assert.Equal(["Ann Miller"], await NamesAsync("search=miller&segment=buyers"));
        Assert.Equal(["Ann Miller", "Björn Ångström"], await NamesAsync("segment=buyers"));
        Assert.Equal(["Ann Miller"], await NamesAsync("segment=buyers&filter=" + Uri.EscapeDataString("city = \"Paris\"")));
        Assert.Equal(5, (await NamesAsync("known=true")).Count);
        Assert.Empty(await NamesAsync("known=false"));
        Assert.Empty(await NamesAsync("search=miller&known=false"));
        foreach (var query in new[] { "search=exa&limit=1", "filter=" + Uri.EscapeDataString("email is present") + "&limit=2", "limit=2" })
        {
            var paged = await NamesAsync(query);
            Assert.Equal(await NamesAsync(query.Replace("limit=1", "limit=100", StringComparison.Ordinal).Replace("limit=2", "limit=100", StringComparison.Ordinal)), paged);
            Assert.True(paged.Count > 2);
        }
    }

    [Fact]
    public async Task A_list_that_the_store_began_goes_on_when_the_index_is_there()
    {
        await ReadyAsync();
        var store = shop.App.Services.GetRequiredService<IProfileStore>();
        var begun = await store.SearchAsync(new ProfileSearch("customer", "miller", null), null, 1, CancellationToken.None);
        var cursor = PageRequest.Response(begun, _ => "").Next;
        var rest = await shop.App.GetAsync($"/profiles?search=miller&cursor={cursor}");
        var second = Assert.Single(rest["items"]!.AsArray());
        Assert.Equal(["Ann Miller", "Dora Miller"], new[] { begun.Items[0].DisplayName, second!.Text("displayName") }.Order(StringComparer.Ordinal));
        Assert.Null(rest["next"]);
    }

    [Fact]
    public async Task A_list_that_the_index_began_is_to_wait_for_it_when_it_is_gone()
    {
        await ReadyAsync();
        var begun = await shop.App.GetAsync("/profiles?search=miller&limit=1");
        await using var other = await Shop.OpenAsync(refresh: false);
        var cursor = begun.Text("next");
        using var indexes = new SearchIndexes(other.Services.GetRequiredService<IProfileStore>(), other.Services.GetRequiredService<IChangeFeed>(), other.Services.GetRequiredService<HostSettings>(), TimeProvider.System);
        var searcher = ActivatorUtilities.CreateInstance<ProfileSearcher>(other.Services, indexes);
        var model = await other.Services.GetRequiredService<MetadataService>().ModelAsync(CancellationToken.None);
        var failure = await Assert.ThrowsAsync<NotReadyException>(async () =>
            await searcher.FindAsync(model, new ProfileSearcher.Request("customer", "miller", null, null, null, null), new PageRequest(cursor, 1).After(), 1, CancellationToken.None));
        Assert.Contains("in a few seconds", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_questions_are_answered_with_their_place()
    {
        foreach (var (query, fault) in new[]
        {
            ("search=%20", "search: A search has 1 to 200 characters."),
            ("search=" + new string('a', 201), "search: A search has 1 to 200 characters."),
            ("segment=buyer", "segment: There is no segment 'buyer' of customers. Did you mean 'buyers'?"),
            ("filter=citty%20is%20present", "filter: RUL012 unknown attribute 'citty' at 1:1; did you mean 'city'?"),
            ("type=cat", "type: There is no profile type 'cat'. There is: customer."),
        })
        {
            var problem = await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"/profiles?{query}");
            Assert.Equal(fault, problem.Faults());
        }

        Assert.Empty(await NamesAsync("search=" + Uri.EscapeDataString("\u0001\u0000 \ud83d\ude00 !?")));
        Assert.Empty(await NamesAsync("search=" + Uri.EscapeDataString(string.Join(' ', Enumerable.Repeat("zz", 60)))));
    }

    [Fact]
    public async Task Who_changes_or_goes_is_found_by_what_they_are_now()
    {
        await using var app = await RunningApp.StartAsync();
        app.WriteFile("contacts.csv", Shop.Contacts);
        app.WriteFile("members.csv", Shop.Members);
        app.WriteFile("orders.csv", Shop.Orders);
        await app.ApplyAsync(Shop.Recipe().ToJsonString());
        await app.RefreshAsync();
        await ReadyAsync(app);
        Assert.Single(await app.AllAsync("/profiles?search=dora"));
        app.WriteFile("contacts.csv", Shop.Contacts.Replace("Dora,Miller", "Theodora,Mill", StringComparison.Ordinal) + "C5,Eve,Miller,eve@example.com,,Rom\n");
        await app.RefreshAsync();
        Assert.Equal(["Theodora Mill"], (await app.AllAsync("/profiles?search=theod")).Select(one => one.Text("displayName")));
        Assert.Empty(await app.AllAsync("/profiles?search=dora%20miller"));
        Assert.Equal(["Ann Miller", "Eve Miller"], (await app.AllAsync("/profiles?search=miller")).Where(one => one["match"]!.Text("by") == "words").Select(one => one.Text("displayName")));

        var eve = Assert.Single(await app.AllAsync("/profiles?search=eve")).Text("id");
        await app.SendAsync(HttpMethod.Post, "/privacy/requests", JsonNode.Parse("""{"kind":"erase","requester":"Eve","law":"gdpr","reason":"She asked.","identifiers":[{"type":"email","value":"eve@example.com"}]}"""));
        for (var i = 0; (await app.Http.GetAsync($"/api/v1/profiles/{eve}")).StatusCode != HttpStatusCode.NotFound; i++)
        {
            Assert.True(i < 300, "She was not erased after half a minute.");
            await Task.Delay(100);
        }

        Assert.Empty(await app.AllAsync("/profiles?search=eve@example.com"));
        Assert.DoesNotContain(await app.AllAsync("/profiles?search=miller"), one => one.Text("displayName") == "Eve Miller");
    }

    private async Task<IReadOnlyList<string>> NamesAsync(string query) => [.. (await shop.App.AllAsync($"/profiles?{query}")).Select(one => one.Text("displayName"))];

    private Task ReadyAsync() => ReadyAsync(shop.App);

    private static async Task ReadyAsync(RunningApp app)
    {
        for (var i = 0; (await app.GetAsync("/search-index"))["types"]?["customer"]?["ready"]?.GetValue<bool>() != true; i++)
        {
            Assert.True(i < 300, "The index was not ready after half a minute.");
            await Task.Delay(100);
        }
    }
}
