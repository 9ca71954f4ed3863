using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Rest;

public sealed class SearchTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Theory]
    [InlineData("search=mill", "C1 M1, C4")]
    [InlineData("search=Miller Ann", "C1 M1")]
    [InlineData("search=bjorn", "C2")]
    [InlineData("search=Bjo", "C2")]
    [InlineData("search=angstrom", "C2")]
    [InlineData("search=Ångström", "C2")]
    [InlineData("search=oz", "C3")]
    [InlineData("search=ANN@Example.COM", "C1 M1")]
    [InlineData("search=ann@example.com&by=email", "C1 M1")]
    [InlineData("search=+15550100001", "C1 M1")]
    [InlineData("search=1-555-010-0001&by=phone", "C1 M1")]
    [InlineData("search=00431234567&by=phone", "C2")]
    [InlineData("search=M1", "C1 M1")]
    [InlineData("search=M2&by=id", "M2")]
    [InlineData("search=C3", "C3")]
    [InlineData("search=nobody", "")]
    [InlineData("search=Zoe&by=name", "M2")]
    [InlineData("search=\"*&by=name", "")]
    [InlineData("search=ann AND miller OR (", "")]
    public async Task People_are_found_by(string query, string keys)
    {
        var parts = query.Split('&');
        var found = await shop.App.AllAsync($"/profiles?search={Uri.EscapeDataString(parts[0]["search=".Length..])}{(parts.Length > 1 ? "&" + parts[1] : "")}");
        var records = new List<string>();
        foreach (var profile in found)
        {
            var full = await shop.App.GetAsync($"/profiles/{profile.Id()}");
            records.Add(string.Join(' ', full["records"]!.AsArray().Select(record => record!.Text("key")).Order(StringComparer.Ordinal)));
        }

        Assert.Equal(keys, string.Join(", ", records.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_profile_is_found_by_its_id()
    {
        var id = (await shop.App.ProfileOfAsync("C2")).Id();
        Assert.Equal(id, Assert.Single(await shop.App.AllAsync($"/profiles?search={id}")).Id());
        Assert.Equal(id, Assert.Single(await shop.App.AllAsync($"/profiles?search={id.ToUpperInvariant()}&by=id")).Id());
    }

    [Fact]
    public async Task Another_way_to_search_is_refused()
    {
        var problem = await shop.App.Http.RefusedAsync(System.Net.HttpStatusCode.BadRequest, HttpMethod.Get, "/profiles?search=x&by=shoe");
        Assert.Equal("by: 'shoe' is not a way to search; use one of name, email, phone, id, or leave it out.", problem.Faults());
        problem = await shop.App.Http.RefusedAsync(System.Net.HttpStatusCode.BadRequest, HttpMethod.Get, "/profiles?search=%20");
        Assert.Equal("search: A search has 1 to 200 characters.", problem.Faults());
        problem = await shop.App.Http.RefusedAsync(System.Net.HttpStatusCode.BadRequest, HttpMethod.Get, "/profiles?type=custmer");
        Assert.Equal("type: There is no profile type 'custmer'. Did you mean 'customer'?", problem.Faults());
    }
}
