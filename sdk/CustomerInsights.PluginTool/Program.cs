using System.CommandLine;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.PluginTool;

var root = new RootCommand("ci-plugin: packs, signs and publishes plugins for Customer Insights.") { Keygen(), Pack(), PublishLocal() };
return await root.Parse(args).InvokeAsync();

static Command Keygen()
{
    var id = new Argument<string>("key-id") { Description = "The key's name, such as acme-2026a." };
    var file = new Argument<string>("file") { Description = "Where to keep the private key. Guard it; it is written for its owner alone." };
    var command = new Command("keygen", "Makes a signing key and prints its public half.") { id, file };
    command.SetAction((parsed, cancel) => RunAsync(() => Commands.KeygenAsync(parsed.GetValue(id)!, parsed.GetValue(file)!, cancel)));
    return command;
}

static Command Pack()
{
    var folder = new Argument<string>("folder") { Description = "The package's folder, with plugin.json." };
    var output = new Option<string>("--out") { Description = "The .ciplugin to write.", Required = true };
    var key = new Option<string?>("--key") { Description = "The publisher's private key; without it the package is not signed." };
    var command = new Command("pack", "Packs a folder; the same files give the same bytes.") { folder, output, key };
    command.SetAction((parsed, cancel) => RunAsync(() => Commands.PackAsync(parsed.GetValue(folder)!, parsed.GetValue(output)!, parsed.GetValue(key), cancel)));
    return command;
}

static Command PublishLocal()
{
    var feed = new Argument<string>("feed") { Description = "The catalog's folder." };
    var sources = new Argument<string[]>("sources") { Description = "Folders with <id>/<version>/ below.", Arity = ArgumentArity.OneOrMore };
    var key = new Option<string>("--key") { Description = "The private key that signs packages and catalog; made if there is none.", Required = true };
    var command = new Command("publish-local", "Packs all plugins below the sources into a folder and issues a signed catalog of them.") { feed, sources, key };
    command.SetAction((parsed, cancel) => RunAsync(() => LocalFeed.PublishAsync(parsed.GetValue(feed)!, parsed.GetValue(sources)!, parsed.GetValue(key)!, TimeProvider.System, cancel)));
    return command;
}

static async Task<int> RunAsync(Func<Task<string>> work)
{
    try
    {
        await Console.Out.WriteLineAsync(await work());
        return 0;
    }
    catch (Exception error) when (error is PackageException or IOException or UnauthorizedAccessException)
    {
        await Console.Error.WriteLineAsync(error.Message);
        return 1;
    }
}
