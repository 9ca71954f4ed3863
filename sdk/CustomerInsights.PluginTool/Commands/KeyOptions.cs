using System.CommandLine;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.PluginTool.Commands;

/// <summary>Where a private key is: in a file, or in an environment variable as build servers keep secrets.</summary>
internal sealed class KeyOptions
{
    private readonly Option<string?> _file = new("--key") { Description = "The file of the private key that 'keygen' made.", HelpName = "file" };
    private readonly Option<string?> _variable = new("--key-env") { Description = "Or the environment variable that holds the text of that file.", HelpName = "variable" };

    internal void AddTo(Command command)
    {
        command.Add(_file);
        command.Add(_variable);
    }

    /// <summary>The key; null when none is named.</summary>
    internal async Task<SigningKey?> ReadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (file, variable) = (parsed.GetValue(_file), parsed.GetValue(_variable));
        if (file is not null && variable is not null)
        {
            throw new ToolException("Both --key and --key-env are given; give one of them.");
        }

        if (variable is not null)
        {
            var text = Environment.GetEnvironmentVariable(variable);
            return string.IsNullOrEmpty(text)
                ? throw new ToolException($"The environment variable {variable} is not set; put the text of the key's file into it.")
                : SigningKey.Parse(text, $"The environment variable {variable}");
        }

        return file is null ? null
            : File.Exists(file) ? await SigningKey.ReadAsync(file, cancellationToken)
            : throw new ToolException($"There is no key in {file}. Make one with 'ci-plugin keygen NAME {file}'.");
    }

    /// <summary>The key; without one the command cannot be done.</summary>
    internal async Task<SigningKey> NeedAsync(ParseResult parsed, CancellationToken cancellationToken) =>
        await ReadAsync(parsed, cancellationToken) ?? throw new ToolException("A key is needed: --key FILE, or --key-env VARIABLE. Make one with 'ci-plugin keygen'.");
}
