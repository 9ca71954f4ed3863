using System.Globalization;
using System.Text;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Rest;

/// <summary>Lists page by cursor over a stable key: nothing is lost, nothing comes twice, whatever the page size.</summary>
public sealed class PagingTests(PagingTests.ManyPeople many) : IClassFixture<PagingTests.ManyPeople>
{
    [Theory]
    [InlineData("/profiles", "id", 103)]
    [InlineData("/streams/crm.contacts/records", "key", 103)]
    [InlineData("/segments", "name", 33)]
    [InlineData("/segments/everybody/members", "profileId", 103)]
    [InlineData("/profiles?search=family", "id", 103)]
    [InlineData("/streams/crm.contacts/rejected", "line", 12)]
    public async Task Every_page_size_gives_the_same_list(string path, string key, int count)
    {
        var whole = await KeysAsync(1000);
        Assert.Equal(count, whole.Count);
        Assert.Equal(count, whole.Distinct().Count());
        Assert.Equal(whole, await KeysAsync(1));
        Assert.Equal(whole, await KeysAsync(7));
        Assert.Equal(whole, await KeysAsync(count));

        async Task<List<string>> KeysAsync(int limit) =>
            [.. (await many.App.AllAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={limit}")).Select(item => item[key]!.ToString())];
    }

    [Fact]
    public async Task A_page_has_fifty_items_unless_asked_otherwise()
    {
        var page = await many.App.GetAsync("/profiles");
        Assert.Equal(50, page["items"]!.AsArray().Count);
        Assert.NotNull(page["next"]);
        Assert.Null((await many.App.GetAsync("/profiles?limit=103"))["next"]);
    }

    [Fact]
    public async Task What_comes_between_two_pages_moves_nothing()
    {
        await using var app = await Shop.OpenAsync();
        var first = await app.GetAsync("/streams/crm.contacts/records?limit=2");
        app.WriteFile("contacts.csv", Shop.Contacts + "A0,New,One,new@example.com,,Rome\nC9,New,Two,new2@example.com,,Rome\n");
        await app.SucceedAsync();
        var rest = (await app.GetAsync($"/streams/crm.contacts/records?limit=100&cursor={first.Text("next")}"))["items"]!.AsArray();
        Assert.Equal(["C1", "C2", "C3", "C4", "C9"], first["items"]!.AsArray().Concat(rest).Select(record => record!.Text("key")));
    }

    public sealed class ManyPeople : IAsyncLifetime
    {
        private RunningApp? _app;

        internal RunningApp App => _app!;

        public async Task InitializeAsync()
        {
            _app = await Shop.OpenAsync(refresh: false);
            var contacts = new StringBuilder("Id,First,Last,Email,Phone,City,Age\n");
            for (var i = 0; i < 115; i++)
            {
                var age = i % 10 == 3 ? "old" : "30";
                contacts.AppendLine(CultureInfo.InvariantCulture, $"K{i},Person{i},Family,p{i}@example.com,,Town,{age}");
            }

            _app.WriteFile("contacts.csv", contacts.ToString());
            _app.WriteFile("members.csv", "MemberId,Name,Email,Points\n");
            var recipe = Shop.Recipe();
            recipe["sources"]!["crm"]!["settings"]!["streams"]![0]!["columns"]!["Age"] = new System.Text.Json.Nodes.JsonObject { ["type"] = "integer" };
            recipe["segments"]!["everybody"] = new System.Text.Json.Nodes.JsonObject { ["rule"] = "last_name = \"Family\"" };
            for (var i = 0; i < 30; i++)
            {
                recipe["segments"]![$"s{i}"] = new System.Text.Json.Nodes.JsonObject { ["rule"] = $"orders > {i}" };
            }

            await _app.ApplyAsync(recipe.ToJsonString());
            await _app.SucceedAsync();
        }

        public async Task DisposeAsync() => await App.DisposeAsync();
    }
}
