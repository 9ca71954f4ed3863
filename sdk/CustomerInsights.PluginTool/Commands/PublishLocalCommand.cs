using System.CommandLine;
using CustomerInsights.PluginTool.Publishing;

namespace CustomerInsights.PluginTool.Commands;

/// <summary><c>ci-plugin publish-local</c>.</summary>
internal static class PublishLocalCommand
{
    internal static Command Create()
    {
        var feed = new Argument<string>("feed") { Description = "The catalog's folder." };
        var sources = new Argument<string[]>("sources") { Description = "Packages (.ciplugin), and folders with <id>/<version>/ below.", Arity = ArgumentArity.OneOrMore };
        var key = new Option<string>("--key") { Description = "The private key that signs packages and catalog; made if there is none.", Required = true, HelpName = "file" };
        var replace = new Option<bool>("--replace") { Description = "Offer these and nothing else. Otherwise what was offered before stays." };
        return new Command("publish-local", "Offers plugins in a signed catalog in a folder. Publishing the same again changes nothing.") { feed, sources, key, replace }
            .Does(async (parsed, cancellationToken) =>
            {
                var publishing = new LocalFeed(parsed.GetRequiredValue(feed), parsed.GetRequiredValue(key), TimeProvider.System);
                await Console.Out.WriteLineAsync(await publishing.PublishAsync(parsed.GetRequiredValue(sources), parsed.GetValue(replace), cancellationToken));
                return ExitCodes.Done;
            });
    }
}
