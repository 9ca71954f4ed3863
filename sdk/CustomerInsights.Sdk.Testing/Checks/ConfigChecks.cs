using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Schema;
using CustomerInsights.Sdk.Testing.Fixtures;
using CustomerInsights.Sdk.Testing.Running;

namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>C: settings and their schema.</summary>
internal static partial class ConfigChecks
{
    private const int Trials = 100;
    private const int Seed = 20260601;
    private const string Mark = "${";

    internal static IReadOnlyList<Check> All { get; } =
    [
        new("C02", "The schemas of settings use what forms can draw", Subject.Package, KeywordsAsync),
        new("C03", "The example settings, and the schema's own defaults and examples, are valid", Subject.Package, ExamplesAsync),
        new("C04", "A missing setting that is needed is a Configuration failure at its place", Subject.Component, RequiredAsync),
        new("C05", "Every optional setting can be left out", Subject.Component, OptionalAsync),
        new("C06", "A setting of another type, or past its bounds, is a Configuration failure at its place", Subject.Component, ConstraintsAsync),
        new("C07", "100 random valid settings cause no bug", Subject.Component, RandomAsync) { Note = "The same ones in every run." },
        new("C08", "Settings named like a secret are secrets", Subject.Package, SecretNamesAsync),
        new("C09", "Secrets have no default and no example", Subject.Package, SecretDefaultsAsync),
        new("C10", "A setting that is not known is ignored, or refused by the schema", Subject.Component, UnknownAsync),
    ];

    private static Task KeywordsAsync(Trial trial, CancellationToken cancellationToken)
    {
        _ = trial.Manifest;
        var problems = trial.Package.Read.Problems.Where(problem => problem.Pointer.EndsWith("/configSchema", StringComparison.Ordinal) && problem.Rule != "file" && !problem.IsWarning).ToList();
        Expect.That(problems.Count == 0, $"{string.Join(" ", problems)}");
        return Task.CompletedTask;
    }

    private static Task ExamplesAsync(Trial trial, CancellationToken cancellationToken)
    {
        foreach (var contribution in Contributions(trial))
        {
            var name = TestedComponent.NameOf(contribution.Kind, contribution.Id);
            foreach (var (member, schema) in new SettingsWalk(contribution.ConfigSchema).Declared().Where(pair => !HoldsReference(pair.Schema)))
            {
                var own = JsonSchema.Load(schema.ToJsonString());
                foreach (var value in ((JsonNode?[])[schema["default"], .. schema["examples"] as JsonArray ?? []]).OfType<JsonNode>())
                {
                    var problem = own.Validate(value.ToJsonString()).FirstOrDefault(problem => !problem.IsWarning);
                    Expect.That(problem is null, $"{name}: the default or example {value.ToJsonString()} of '{member}' does not pass its own schema. {problem?.Message}");
                }
            }

            if (trial.Tests?.Find(contribution.Kind, contribution.Id) is { } test)
            {
                var config = FixtureConfig.Write(test.Config!, text => text.Replace("${server}", "http://127.0.0.1:1", StringComparison.Ordinal).Replace("${files}", "/files", StringComparison.Ordinal));
                var problem = contribution.ConfigSchema.Validate(config.ToJsonString()).FirstOrDefault(problem => !problem.IsWarning);
                Expect.That(problem is null, $"{name}: the settings of test.json are not valid. {problem}");
            }
        }

        return Task.CompletedTask;
    }

    private static bool HoldsReference(JsonObject schema) => schema.ToJsonString().Contains("\"$ref\"", StringComparison.Ordinal);

    private static IReadOnlyList<PluginContribution> Contributions(Trial trial) =>
        trial.Package.Read.Contributions is { Count: > 0 } some ? some : throw Expect.NotHere("The manifest or the schemas cannot be read; see M01 and C02.");

    private static Task SecretNamesAsync(Trial trial, CancellationToken cancellationToken)
    {
        foreach (var contribution in Contributions(trial))
        {
            var open = new SettingsWalk(contribution.ConfigSchema).Declared().Where(pair => pair.Name[0] != '$' && SecretName().IsMatch(pair.Name) && IsText(pair.Schema)).Select(pair => pair.Name).ToList();
            Expect.That(open.Count == 0, $"{TestedComponent.NameOf(contribution.Kind, contribution.Id)}: the settings {Expect.Some(open)} sound like secrets and are plain text, which everyone who may see the settings reads. Make them {{\"$secret\": \"name\"}} with x-secret; see the manifest's documentation.");
        }

        return Task.CompletedTask;
    }

    private static bool IsText(JsonObject schema) => (string?)(schema["type"] as JsonValue) is "string";

    private static Task SecretDefaultsAsync(Trial trial, CancellationToken cancellationToken)
    {
        foreach (var contribution in Contributions(trial))
        {
            foreach (var (member, schema) in new SettingsWalk(contribution.ConfigSchema).Declared().Where(pair => new Setting("/x", null, pair.Schema, false).IsSecret))
            {
                Expect.That(schema["default"] is null && schema["examples"] is null, $"{TestedComponent.NameOf(contribution.Kind, contribution.Id)}: the secret '{member}' has a default or an example. Somebody will use it; leave it out.");
            }
        }

        return Task.CompletedTask;
    }

    private static async Task RequiredAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, members) = Settings(trial);
        foreach (var member in members)
        {
            var failure = await TryAsync(trial, SettingsWalk.Without(config, member), cancellationToken);
            if (failure is null)
            {
                Expect.That(!member.Required, $"Without '{member.Pointer}', which the schema requires, the settings are accepted.");
                continue;
            }

            // Without a key a server may refuse; that is the world's doing.
            if (!member.Required && failure.Kind is not (FailureKind.Configuration or FailureKind.Bug))
            {
                continue;
            }

            Expect.That(failure.Kind == FailureKind.Configuration, $"Without '{member.Pointer}' the component fails as {failure.Kind}: {failure.Message} A missing setting is a Configuration failure.");
            Expect.That(IsPlace(failure.ConfigurationPath, member), $"Without '{member.Pointer}' the component refuses the settings at '{failure.ConfigurationPath ?? "no place"}': {failure.Message} Give its place (ConfigurationPath), so that the form can show it; best is to require it in the schema.");
        }
    }

    private static bool IsPlace(string? path, Setting member) => path is not null && (path == member.Parent || path == member.Pointer || path.StartsWith(member.Pointer + "/", StringComparison.Ordinal) || (member.Parent.Length > 0 && member.Parent.StartsWith(path + "/", StringComparison.Ordinal)));

    private static async Task OptionalAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, members) = Settings(trial);
        foreach (var member in members.Where(member => !member.Required && member.Schema is not null))
        {
            var failure = await TryAsync(trial, SettingsWalk.Without(config, member), cancellationToken);
            Expect.That(failure is not { Kind: FailureKind.Configuration or FailureKind.Bug }, $"Without '{member.Pointer}', which the schema does not require, the component fails as {failure?.Kind}: {failure?.Message} Require it in the schema, or have a default.");
        }
    }

    private static async Task ConstraintsAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, members) = Settings(trial);
        foreach (var member in members)
        {
            foreach (var (what, value) in Violations(member))
            {
                var failure = await TryAsync(trial, SettingsWalk.With(config, member, value), cancellationToken);
                Expect.That(failure is not null || !what.StartsWith("past", StringComparison.Ordinal), $"'{member.Pointer}' with {what} ({Short(value)}) is accepted.");
                Expect.That(failure is null || failure.Kind == FailureKind.Configuration, $"'{member.Pointer}' with {what} ({Short(value)}) fails as {failure?.Kind}: {failure?.Message} Say in the schema what is allowed; what it lets through is a Configuration failure of yours.");
                Expect.That(failure is null || IsPlace(failure.ConfigurationPath, member), $"'{member.Pointer}' with {what} ({Short(value)}) is refused at '{failure?.ConfigurationPath ?? "no place"}': {failure?.Message} Give its place (ConfigurationPath).");
            }
        }
    }

    private static IEnumerable<(string What, JsonNode? Value)> Violations(Setting member)
    {
        yield return SettingsWalk.TypeOf(member.Value) == "string" ? ("a number", JsonValue.Create(17)) : ("a text", JsonValue.Create("seventeen"));
        yield return ("a list of lists", new JsonArray(new JsonArray()));
        if (member.Schema is not { } schema)
        {
            yield break;
        }

        if (schema["minimum"] is JsonValue least)
        {
            yield return ("past its minimum", JsonValue.Create(least.GetValue<decimal>() - 1));
        }

        if (schema["maximum"] is JsonValue most)
        {
            yield return ("past its maximum", JsonValue.Create(most.GetValue<decimal>() + 1));
        }

        if (schema["maxLength"] is JsonValue longest && longest.GetValue<int>() < 100_000)
        {
            yield return ("past its longest text", JsonValue.Create(new string('x', longest.GetValue<int>() + 1)));
        }

        if (schema["minLength"] is JsonValue shortest && shortest.GetValue<int>() > 0)
        {
            yield return ("past its shortest text", JsonValue.Create(new string('x', shortest.GetValue<int>() - 1)));
        }

        if (schema["enum"] is not null)
        {
            yield return ("past its choices", JsonValue.Create("none of these"));
        }
    }

    private static async Task RandomAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, members) = Settings(trial);
        var free = members.Where(member => member.Schema is not null && !member.IsSecret && !HoldsMark(trial, member) && member.Value is JsonValue).ToList();
        if (free.Count == 0)
        {
            throw Expect.NotHere("The settings of test.json have no value that could be another one.");
        }

        var random = new RandomSettings(Seed);
        for (var i = 0; i < Trials; i++)
        {
            JsonNode changed = config;
            foreach (var member in free.Where(_ => random.Half()))
            {
                changed = SettingsWalk.With(changed, member, random.Value(member));
            }

            if (trial.Component.Contribution.ConfigSchema.Validate(changed.ToJsonString()).Any(problem => !problem.IsWarning))
            {
                continue;
            }

            var failure = await TryAsync(trial, changed, cancellationToken);
            Expect.That(failure is null || failure.Kind != FailureKind.Bug, $"With the settings {Short(changed)}, which pass the schema, the check fails as a bug: {failure?.Message} Say in the schema what is allowed.");
        }
    }

    // What is the kit's, such as the address of its server, stays.
    private static bool HoldsMark(Trial trial, Setting member) =>
        SettingsWalk.At(trial.Component.Test.Config!, member.Pointer) is JsonValue value && value.TryGetValue<string>(out var text) && text.Contains(Mark, StringComparison.Ordinal);

    private static async Task UnknownAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, _) = Settings(trial);
        config["kitUnknownSetting"] = 1;
        if (trial.Component.Contribution.ConfigSchema.Validate(config.ToJsonString()).Any(problem => !problem.IsWarning))
        {
            return;
        }

        var failure = await TryAsync(trial, config, cancellationToken);
        Expect.That(failure is null, $"The schema allows settings that it does not name, and with one the component fails as {failure?.Kind}: {failure?.Message} Ignore what you do not know, or set additionalProperties to false.");
    }

    private static (JsonObject Config, IReadOnlyList<Setting> Members) Settings(Trial trial)
    {
        var config = (JsonObject)JsonNode.Parse(trial.Bench.Set(trial.Component))!;
        return (config, new SettingsWalk(trial.Component.Contribution.ConfigSchema).Members(config));
    }

    /// <summary>Opens and checks with these settings; the failure, or null when they are accepted and the check passes.</summary>
    private static async Task<PluginFailure?> TryAsync(Trial trial, JsonNode config, CancellationToken cancellationToken)
    {
        try
        {
            var result = await CheckAsync(trial, FixtureConfig.Bytes(config), cancellationToken);

            // Other settings may well find nothing at the source; only a refusal of the settings themselves counts.
            return result.Items.FirstOrDefault(item => !item.Ok && item.Kind == FailureKind.Bug) is { } bug ? new PluginFailure(FailureKind.Bug, bug.Message ?? "") : null;
        }
        catch (PluginCallException error)
        {
            return error.Failure;
        }
    }

    private static async Task<CheckResult> CheckAsync(Trial trial, byte[] config, CancellationToken cancellationToken)
    {
        switch (trial.Component.Subject)
        {
            case Subject.Connector:
                await using (var source = await trial.OpenSourceAsync(config, "kit", cancellationToken))
                {
                    return await source.CheckAsync(cancellationToken);
                }

            case Subject.Export:
                await using (var target = await trial.OpenTargetAsync(config, cancellationToken))
                {
                    await target.DescribeAsync(cancellationToken);
                    return await target.CheckAsync(cancellationToken);
                }

            default:
                await using (var enrichment = await trial.OpenEnrichmentAsync(config, "kit", cancellationToken))
                {
                    await enrichment.DescribeAsync(cancellationToken);
                    return await enrichment.CheckAsync(cancellationToken);
                }
        }
    }

    private static string Short(JsonNode? value) => value?.ToJsonString() is { } text ? (text.Length > 120 ? text[..120] + "…" : text) : "null";

    [GeneratedRegex("(password|passwd|secret|token|api_?key|access_?key|private_?key|credential)s?$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex SecretName();
}
