using System.CommandLine;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.PluginTool.Projects;

namespace CustomerInsights.PluginTool.Commands;

/// <summary><c>ci-plugin pack</c>.</summary>
internal static class PackCommand
{
    internal static Command Create()
    {
        var source = new Argument<string>("source") { Description = "A plugin's project, which is built first, or the folder of a package.", DefaultValueFactory = _ => "." };
        var output = new Option<string?>("--out") { Description = "The .ciplugin to write. Default: bin/<id>-<version>.ciplugin of the project.", HelpName = "file" };
        var key = new KeyOptions();
        var command = new Command("pack", "Packs a plugin; the same files give the same bytes. Without a key the package is not signed.") { source, output };
        key.AddTo(command);
        return command.Does(async (parsed, cancellationToken) =>
        {
            using var signer = await key.ReadAsync(parsed, cancellationToken);
            await using var target = await PluginTarget.OpenAsync(parsed.GetRequiredValue(source), Console.Error, cancellationToken);
            if (target.Project is { } project)
            {
                await BuildBlock.WriteAsync(target.PackageFolder, project.Folder, cancellationToken);
            }

            var file = parsed.GetValue(output) ?? DefaultOutput(target);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            var files = await PackageWriter.PackAsync(target.PackageFolder, file, signer, TimeProvider.System.GetUtcNow(), cancellationToken);
            await Console.Out.WriteLineAsync($"{files.Id} {files.Version}: {files.Files.Count} files, {(signer is null ? "not signed" : $"signed by {signer.KeyId}")}, {file}");
            return ExitCodes.Done;
        });
    }

    private static string DefaultOutput(PluginTarget target) => target.Project is { } project
        ? Path.GetRelativePath(Environment.CurrentDirectory, Path.Combine(project.Folder, "bin", $"{target.Id}-{target.Version}.ciplugin"))
        : throw new ToolException("--out is needed: the .ciplugin to write. Only a project has a place for it.");
}
