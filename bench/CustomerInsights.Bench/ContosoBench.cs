using System.Diagnostics;
using System.Globalization;

namespace CustomerInsights.Bench;

/// <summary>Microsoft's lab data from empty: five files in, profiles, measures, segments and an exported file out.</summary>
internal static class ContosoBench
{
    public static async Task RunAsync(string data)
    {
        Measure.Machine();
        if (!File.Exists(Path.Combine(data, "Contact.txt")))
        {
            throw new FileNotFoundException($"There is no Contact.txt in {data}: give the folder of the Contoso lab data.");
        }

        await Measure.SecondsAsync("process start to refreshed and exported", 5, async () =>
        {
            var directory = Directory.CreateTempSubdirectory("ci-bench-").FullName;
            try
            {
                // A process of its own each time: start, JIT and peak memory are part of the figure.
                using var process = Process.Start(new ProcessStartInfo("dotnet", [Environment.GetCommandLineArgs()[0], "contoso-once", data, directory]) { RedirectStandardOutput = true, UseShellExecute = false })!;
                var said = await process.StandardOutput.ReadToEndAsync();
                await process.WaitForExitAsync();
                return process.ExitCode == 0 ? said.Trim() : throw new InvalidOperationException(said);
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        });
    }

    public static async Task OnceAsync(string data, string directory)
    {
        var files = Directory.CreateDirectory(Path.Combine(directory, "files")).FullName;
        foreach (var file in Directory.EnumerateFiles(data, "*.txt"))
        {
            File.Copy(file, Path.Combine(files, Path.GetFileName(file)));
        }

        await using var host = await HostRun.StartAsync(directory);
        await host.ApplyAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "contoso.json")));
        var first = await TimeAsync(host);
        var second = await TimeAsync(host);
        var profiles = (await host.GetAsync("/profiles/counts"))["types"]!["customer"]!.GetValue<long>();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"refresh {first:0.00} s, again with nothing changed {second:0.00} s, {profiles:N0} profiles, peak {Measure.PeakMiB()} MiB"));
    }

    private static async Task<double> TimeAsync(HostRun host)
    {
        var watch = Stopwatch.StartNew();
        await host.RunAsync("/refreshes");
        return watch.Elapsed.TotalSeconds;
    }
}
