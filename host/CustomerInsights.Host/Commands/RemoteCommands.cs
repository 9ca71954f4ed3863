using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CustomerInsights.Host.Commands;

/// <summary><c>apply</c> and <c>refresh</c>: they talk to the running host, and run one of their own for a moment if none does.</summary>
internal static class RemoteCommands
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    private static readonly JsonSerializerOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task<int> ApplyAsync(HostSettings settings, FileInfo recipe, bool dryRun, CancellationToken cancellationToken) =>
        WithHostAsync(settings, client => ApplyAsync(client, recipe, dryRun, listSteps: true, cancellationToken), cancellationToken);

    public static Task<int> RefreshAsync(HostSettings settings, CancellationToken cancellationToken) =>
        WithHostAsync(settings, client => RefreshAsync(client, cancellationToken), cancellationToken);

    public static async Task<int> ApplyAsync(HostClient client, FileInfo recipe, bool dryRun, bool listSteps, CancellationToken cancellationToken)
    {
        if (!recipe.Exists)
        {
            await Console.Error.WriteLineAsync($"There is no file {recipe.FullName}.");
            return 1;
        }

        using var content = new StringContent(await File.ReadAllTextAsync(recipe.FullName, cancellationToken), Encoding.UTF8, "application/json");
        if (await client.SendAsync(HttpMethod.Post, $"/recipes/apply?dryRun={(dryRun ? "true" : "false")}", content, cancellationToken) is not { } report)
        {
            return 1;
        }

        foreach (var step in report["steps"]!.AsArray().Where(step => listSteps && step!["effect"]!.GetValue<string>() != "same"))
        {
            Console.WriteLine($"  {step!["effect"]} {step["kind"]} {step["name"]}");
            foreach (var difference in step["differences"]?.AsArray() ?? [])
            {
                Console.WriteLine($"    {difference!["pointer"]}: {Text(difference["from"])} → {Text(difference["to"])}");
            }
        }

        foreach (var warning in report["warnings"]!.AsArray())
        {
            Console.WriteLine($"  note: {warning!["pointer"]}: {warning["message"]}");
        }

        var (created, changed, same) = (report["created"]!.GetValue<int>(), report["changed"]!.GetValue<int>(), report["same"]!.GetValue<int>());
        Console.WriteLine(created + changed == 0
            ? $"Nothing to change: all {same} definitions are as the recipe says."
            : $"{(dryRun ? "Would create" : "Created")} {created}, {(dryRun ? "change" : "changed")} {changed}, {same} as they were.");
        return 0;
    }

    public static async Task<int> RefreshAsync(HostClient client, CancellationToken cancellationToken)
    {
        if (await client.SendAsync(HttpMethod.Post, "/refreshes", null, cancellationToken) is not { } accepted)
        {
            return 1;
        }

        var id = accepted["jobId"]!.GetValue<string>();
        while (true)
        {
            if (await client.SendAsync(HttpMethod.Get, $"/jobs/{id}", null, cancellationToken) is not { } job)
            {
                return 1;
            }

            switch (job["state"]!.GetValue<string>())
            {
                case "succeeded":
                    await PrintAsync(client, job, id, cancellationToken);
                    return 0;
                case "failed" or "cancelled" or "skipped":
                    await Console.Error.WriteLineAsync($"The refresh {job["state"]}: {job["error"]?["message"]}");
                    return 1;
                default:
                    await Task.Delay(s_look, TimeProvider.System, cancellationToken);
                    break;
            }
        }
    }

    private static async Task PrintAsync(HostClient client, JsonNode job, string id, CancellationToken cancellationToken)
    {
        var children = await client.SendAsync(HttpMethod.Get, $"/jobs?parent={id}&limit=1000", null, cancellationToken);
        if (job["result"]!["changed"]!.GetValue<long>() == 0)
        {
            Console.WriteLine(job["result"]!["summary"]!.GetValue<string>());
        }
        else
        {
            foreach (var child in (children?["items"]?.AsArray() ?? []).OrderBy(child => child!["id"]!.GetValue<string>(), StringComparer.Ordinal))
            {
                Console.WriteLine($"  {child!["result"]?["summary"]}");
            }
        }

        foreach (var warning in job["result"]!["warnings"]?.AsArray() ?? [])
        {
            Console.WriteLine($"  note: {warning}");
        }
    }

    // For eyes, not for machines: nothing is escaped that need not be.
    private static string Text(JsonNode? node) => node?.ToJsonString(s_readable) ?? "nothing";

    private static async Task<int> WithHostAsync(HostSettings settings, Func<HostClient, Task<int>> act, CancellationToken cancellationToken)
    {
        WebApplication? app = null;
        try
        {
            app = await InsightsApp.BuildAsync(
                settings with { Url = "http://127.0.0.1:0" }, TimeProvider.System, logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Error), cancellationToken);
        }
        catch (Storage.StoreInUseException)
        {
            // A host is running: it is asked.
        }
        catch (Exception error) when (ServeCommand.StartFailure(error) is { } message)
        {
            await Console.Error.WriteLineAsync(message);
            return 1;
        }

        if (app is null)
        {
            if (RunningHost.Find(settings.DataDirectory) is not { } running)
            {
                await Console.Error.WriteLineAsync($"A host owns {settings.DataDirectory}, but is not ready yet. Try again in a moment.");
                return 1;
            }

            using var client = new HostClient(running);
            return await act(client);
        }

        await using (app)
        {
            await InsightsApp.StartAsync(app, cancellationToken);
            try
            {
                using var client = new HostClient(RunningHost.Find(settings.DataDirectory)!);
                return await act(client);
            }
            finally
            {
                RunningHost.Remove(settings.DataDirectory);
                await app.StopAsync(CancellationToken.None);
            }
        }
    }
}
