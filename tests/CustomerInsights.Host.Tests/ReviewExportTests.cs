using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests;

/// <summary>Exports whose settings cannot be or have changed, and those asked for again; found in review.</summary>
public sealed class ReviewExportTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    private readonly RunningApp _app = shop.App;

    [Theory]
    [InlineData("fileName", "../x", "/settings/fileName: The file name '../x' is not allowed.")]
    [InlineData("fileName", "{today}", "/settings/fileName: The file name '{today}' has a placeholder that is not known.")]
    [InlineData("directory", "/etc", "/settings/directory: '/etc' is not under a granted folder")]
    [InlineData("directory", "../..", "/settings/directory: '../..' is not an absolute path.")]
    public async Task Settings_that_the_plugin_cannot_use_are_refused_when_they_are_saved(string setting, string value, string fault)
    {
        var export = Export();
        export["settings"]!.AsObject()[setting] = value;
        var problem = await _app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/exports/buyers", export.ToJsonString(), "*");
        Assert.StartsWith(fault, problem.Faults(), StringComparison.Ordinal);
        var recipe = Shop.Recipe();
        recipe["exports"]!["buyers"]!["settings"]!.AsObject()[setting] = value;
        problem = await _app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/recipes/apply", recipe.ToJsonString());
        Assert.StartsWith("/exports/buyers" + fault, problem.Faults(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_that_is_asked_for_is_made_though_nothing_has_changed()
    {
        var file = Path.Combine(_app.Directory, "exports", "buyers.csv");
        File.Delete(file);
        var (_, accepted) = await _app.SendAsync(HttpMethod.Post, "/exports/buyers/runs");
        var ended = await _app.EndOfAsync(accepted!.Text("jobId"));
        Assert.StartsWith("buyers: 2 members; 0 added, 0 changed, 0 removed, 0 refused.", ended["result"]!.Text("summary"), StringComparison.Ordinal);
        Assert.Equal(2, CsvFile.Read(file).Count);
    }

    [Fact]
    public async Task A_refresh_makes_an_export_again_whose_settings_have_changed_and_only_once()
    {
        var export = Export();
        export["settings"]!.AsObject()["fileName"] = "renamed";
        Assert.Equal(HttpStatusCode.OK, (await _app.SendAsync(HttpMethod.Put, "/exports/buyers", export, "*")).Status);
        await _app.SucceedAsync();
        Assert.Equal(2, CsvFile.Read(Path.Combine(_app.Directory, "exports", "renamed.csv")).Count);
        Assert.Equal(0, (await _app.SucceedAsync())["result"]!["changed"]!.GetValue<int>());
        Assert.Equal(HttpStatusCode.OK, (await _app.SendAsync(HttpMethod.Put, "/exports/buyers", Export(), "*")).Status);
    }

    private static JsonObject Export() => Shop.Recipe()["exports"]!["buyers"]!.DeepClone().AsObject();
}
