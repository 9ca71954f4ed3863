using System.Diagnostics;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Crash;

/// <summary><c>customer-insights apply</c> and <c>refresh</c>, with a host that runs and without one.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ci-command-").FullName;

    [Fact]
    public async Task A_recipe_is_applied_and_refreshed_without_a_host_and_through_one()
    {
        var files = Directory.CreateDirectory(Path.Combine(_directory, "files")).FullName;
        await File.WriteAllTextAsync(Path.Combine(files, "contacts.csv"), Shop.Contacts);
        await File.WriteAllTextAsync(Path.Combine(files, "members.csv"), Shop.Members);
        await File.WriteAllTextAsync(Path.Combine(files, "orders.csv"), Shop.Orders);
        var recipe = Path.Combine(_directory, "shop.json");
        await File.WriteAllTextAsync(recipe, Shop.Recipe().ToJsonString());

        var (code, output) = await RunAsync("apply", recipe);
        Assert.True(code == 0, output);
        Assert.Contains("  create source crm\n", output, StringComparison.Ordinal);
        Assert.Contains("Created 14, changed 0, 0 as they were.", output, StringComparison.Ordinal);

        await using var host = await HostProcess.StartAsync(_directory);
        (code, output) = await RunAsync("apply", recipe);
        Assert.True(code == 0, output);
        Assert.Contains("Nothing to change: all 14 definitions are as the recipe says.", output, StringComparison.Ordinal);
        (code, output) = await RunAsync("refresh");
        Assert.True(code == 0, output);
        Assert.Contains("customer: 5 profiles from 6 records; 5 new, 0 changed, 0 merged away, 0 removed.", output, StringComparison.Ordinal);
        Assert.Contains("1 activities belong to no profile (yet)", output, StringComparison.Ordinal);
        Assert.Equal(5, (await host.Http.GetJsonAsync("/profiles/counts"))["types"]!["customer"]!.GetValue<int>());

        var faulty = Shop.Recipe();
        faulty["segments"]!["buyers"]!["rule"] = "ordrs >= 1";
        await File.WriteAllTextAsync(recipe, faulty.ToJsonString());
        (code, output) = await RunAsync("apply", recipe);
        Assert.Equal(1, code);
        Assert.Contains("The recipe is not valid; nothing was changed.", output, StringComparison.Ordinal);
        Assert.Contains("/segments/buyers/rule: RUL012 unknown attribute 'ordrs' at 1:1; did you mean 'orders'?", output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "customer-insights.dll"), .. arguments, "--data", _directory])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
