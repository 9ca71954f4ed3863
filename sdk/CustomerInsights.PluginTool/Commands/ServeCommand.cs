using System.CommandLine;
using System.Text;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.PluginTool.Projects;
using CustomerInsights.PluginTool.Running;

namespace CustomerInsights.PluginTool.Commands;

/// <summary><c>ci-plugin serve</c>.</summary>
internal static class ServeCommand
{
    internal static Command Create()
    {
        var plugin = new Argument<string>("plugin") { Description = "A plugin's project, which is built first, a package's folder or a .ciplugin.", DefaultValueFactory = _ => "." };
        var config = new Option<string?>("--config") { Description = "The test file. Default: test.json of the project, or of this folder.", HelpName = "file" };
        var component = new Option<string?>("--component") { Description = "The component's id, or kind/id. Needed when there are several.", HelpName = "id" };
        return new Command("serve", "Serves the fixture of test.json on this machine until Ctrl+C, so that a host can run the plugin against it.") { plugin, config, component }
            .Does(async (parsed, cancellationToken) =>
            {
                await using var target = await PluginTarget.OpenAsync(parsed.GetRequiredValue(plugin), Console.Error, cancellationToken);
                await using var world = await RunWorld.OfFixtureAsync(target.TestFile(parsed.GetValue(config)), cancellationToken);
                var package = await PackageReader.ReadAsync(target.PackageFolder, cancellationToken);
                var contribution = ComponentChoice.Of(package.Contributions, parsed.GetValue(component));
                var settings = world.Set(contribution);
                await Console.Out.WriteLineAsync($"Serving at {world.Server!.Authority}. The settings that go with it:");
                await Console.Out.WriteLineAsync(Encoding.UTF8.GetString(settings));
                foreach (var (name, value) in world.Secrets)
                {
                    await Console.Out.WriteLineAsync($"secret {name}: {value}");
                }

                await Console.Out.WriteLineAsync("Stop it with Ctrl+C.");
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return ExitCodes.Done;
            });
    }
}
