using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk.Testing;
using CustomerInsights.Sdk.Testing.Fixtures;
using CustomerInsights.Sdk.Testing.Server;

namespace CustomerInsights.PluginTool.Running;

/// <summary>
/// What a plugin is run against: the fixture of a test file, with its server and its files, or settings as a host would give them.
/// </summary>
internal sealed class RunWorld : IAsyncDisposable
{
    private readonly FaultServer? _server;
    private readonly DirectoryInfo? _folder;
    private readonly TestFile? _tests;
    private readonly JsonObject? _settings;

    private RunWorld(TestFile? tests, JsonObject? settings)
    {
        (_tests, _settings) = (tests, settings);
        if (tests is not null)
        {
            _server = FaultServer.Start();
            _folder = Directory.CreateTempSubdirectory("ci-plugin-files-");
            (FileRoots, Hosts) = ([_folder.FullName], [_server.Address.Authority]);
        }
    }

    /// <summary>Folders that the plugin may use.</summary>
    internal IReadOnlyList<string> FileRoots { get; private init; } = [];

    /// <summary>Hosts that it may reach although they are private.</summary>
    internal IReadOnlyList<string> Hosts { get; private init; } = [];

    /// <summary>Secrets by name.</summary>
    internal Dictionary<string, string> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>Where the fixture's server answers; null without a fixture.</summary>
    internal Uri? Server => _server?.Address;

    /// <summary>The fixture of a test file.</summary>
    /// <exception cref="ToolException">There is none that can be used.</exception>
    internal static async Task<RunWorld> OfFixtureAsync(string? file, CancellationToken cancellationToken)
    {
        try
        {
            return new RunWorld(await TestFile.ReadAsync(file ?? throw new ToolException("There is no test.json here. Name one with --config, or settings with --settings."), cancellationToken), null);
        }
        catch (ConformanceException error)
        {
            throw new ToolException(error.Message);
        }
    }

    /// <summary>Settings in a file; the values of secrets in environment variables.</summary>
    /// <exception cref="ToolException">Something of it cannot be used.</exception>
    internal static RunWorld OfSettings(string file, string[] secrets, string[] folders, string[] hosts)
    {
        JsonObject settings;
        try
        {
            settings = JsonNode.Parse(File.ReadAllText(file)) as JsonObject ?? throw new ToolException($"{file} does not hold a JSON object; write the settings as one.");
        }
        catch (JsonException error)
        {
            throw new ToolException($"{file} is not JSON: {error.Message}");
        }

        var missing = folders.FirstOrDefault(folder => !Directory.Exists(folder));
        var world = missing is null
            ? new RunWorld(null, settings) { FileRoots = [.. folders.Select(Path.GetFullPath)], Hosts = hosts }
            : throw new ToolException($"There is no folder {missing}.");
        foreach (var secret in secrets)
        {
            var (name, variable) = secret.Split('=', 2) is [var left, var right] ? (left, right) : throw new ToolException($"'{secret}' names no variable; write --secret name=VARIABLE.");
            world.Secrets[name] = Environment.GetEnvironmentVariable(variable) ?? throw new ToolException($"The environment variable {variable} is not set; put the value of the secret '{name}' into it.");
        }

        return world;
    }

    /// <summary>How a component is tested; null without a fixture.</summary>
    /// <exception cref="ToolException">The test file does not know it.</exception>
    internal ComponentTest? TestOf(PluginContribution contribution) => _tests is null ? null
        : _tests.Find(contribution.Kind, contribution.Id) ?? throw new ToolException($"test.json has no entry for '{contribution.Id}' below 'components'.");

    /// <summary>Puts files and server in place.</summary>
    /// <returns>The component's settings.</returns>
    internal byte[] Set(PluginContribution contribution)
    {
        if (TestOf(contribution) is not { } test)
        {
            return FixtureConfig.Bytes(_settings!);
        }

        FixtureFiles.LayOut(_folder!.FullName, test, null, _tests!.Folder);
        var config = FixtureConfig.Write(test.Config ?? [], Replace);
        foreach (var name in FixtureConfig.Secrets(config))
        {
            Secrets[name] = test.Secrets.GetValueOrDefault(name) ?? "made-up-secret";
        }

        _server!.Play(test.Http is { } http ? new ServerScript(http, Replace, _server.Truth) : null);
        return FixtureConfig.Bytes(config);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder?.Delete(recursive: true);
    }

    private string Replace(string text)
    {
        text = text.Replace("${server}", _server!.Address.AbsoluteUri.TrimEnd('/'), StringComparison.Ordinal).Replace("${files}", _folder!.FullName, StringComparison.Ordinal);
        return Secrets.Aggregate(text, (replaced, secret) => replaced.Replace($"${{secret:{secret.Key}}}", secret.Value, StringComparison.Ordinal));
    }
}
