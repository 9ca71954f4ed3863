using System.CommandLine;
using CustomerInsights.Plugins.Packaging;

namespace CustomerInsights.PluginTool.Commands;

/// <summary><c>ci-plugin sign</c>.</summary>
internal static class SignCommand
{
    internal static Command Create()
    {
        var package = new Argument<string>("package") { Description = "The .ciplugin; it is changed in place." };
        var key = new KeyOptions();
        var command = new Command("sign", "Signs a package. Signatures of other keys stay; one of the same key over the same files is kept.") { package };
        key.AddTo(command);
        return command.Does(async (parsed, cancellationToken) =>
        {
            var file = parsed.GetRequiredValue(package);
            using var signer = await key.NeedAsync(parsed, cancellationToken);
            var files = await PackageSigner.SignAsync(file, signer, TimeProvider.System.GetUtcNow(), cancellationToken);
            await Console.Out.WriteLineAsync($"{files.Id} {files.Version}: signed by {signer.KeyId}, {file}");
            return ExitCodes.Done;
        });
    }
}
