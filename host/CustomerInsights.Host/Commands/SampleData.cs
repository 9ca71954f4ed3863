
namespace CustomerInsights.Host.Commands;

/// <summary>Loads a sample: its files into the data directory, its recipe applied, one refresh.</summary>
internal static class SampleData
{
    private const string Marker = "sample.loaded";

    public static async Task<bool> LoadAsync(HostSettings settings, RunningHost host, string folder, CancellationToken cancellationToken)
    {
        var marker = Path.Combine(settings.DataDirectory, Marker);
        if (File.Exists(marker))
        {
            return true;
        }

        var recipe = new FileInfo(Path.Combine(folder, "recipe.json"));
        if (!recipe.Exists)
        {
            await Console.Error.WriteLineAsync($"There is no {recipe.FullName}; a sample is a folder with recipe.json and a folder 'files'.");
            return false;
        }

        Console.WriteLine($"Loading the sample '{Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}' …");
        var files = Path.Combine(folder, "files");
        foreach (var file in Directory.EnumerateFiles(files, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(settings.DataDirectory, "files", Path.GetRelativePath(files, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }

        using var client = new HostClient(host);
        if (await RemoteCommands.ApplyAsync(client, recipe, dryRun: false, listSteps: false, cancellationToken) != 0
            || await RemoteCommands.RefreshAsync(client, cancellationToken) != 0)
        {
            return false;
        }

        await File.WriteAllTextAsync(marker, "The sample has been loaded; remove this file to load it again at the next start.\n", cancellationToken);
        return true;
    }
}
