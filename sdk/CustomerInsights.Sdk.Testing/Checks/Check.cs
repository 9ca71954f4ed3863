using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk.Testing.Running;

namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>What a check is run for.</summary>
[Flags]
internal enum Subject
{
    /// <summary>Once, without running the plugin.</summary>
    Package = 1,

    /// <summary>Once for each mode, on a plugin that is loaded.</summary>
    Plugin = 2,

    Connector = 4,
    ProfileEnrichment = 8,
    PopulationEnrichment = 16,
    Export = 32,
    Enrichment = ProfileEnrichment | PopulationEnrichment,
    Component = Connector | Enrichment | Export,
}

/// <summary>A check: passes when <paramref name="Body"/> returns.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Title">What it asks for.</param>
/// <param name="Subject">What it is run for.</param>
/// <param name="Body">Throws <see cref="CheckFailedException"/> or <see cref="NotApplicableException"/> otherwise.</param>
internal sealed record Check(string Id, string Title, Subject Subject, Func<Trial, CancellationToken, Task> Body)
{
    /// <summary>The only mode in which it can be seen; null for all.</summary>
    internal IsolationMode? OnlyIn { get; init; }

    /// <summary>What to know of it, for the documentation.</summary>
    internal string? Note { get; init; }

    internal string Group => Id[..1];
}

/// <summary>The plugin does not do what the check asks for.</summary>
internal sealed class CheckFailedException(string message) : Exception(message);

/// <summary>There is nothing to check here.</summary>
internal sealed class NotApplicableException(string message) : Exception(message);

/// <summary>Short words for the bodies of checks.</summary>
internal static class Expect
{
    internal static void That(bool holds, FormattableString otherwise)
    {
        if (!holds)
        {
            throw Failed(otherwise);
        }
    }

    internal static CheckFailedException Failed(FormattableString message) => new(FormattableString.Invariant(message));

    internal static NotApplicableException NotHere(string why) => new(why);

    /// <summary>The value, or what is missing in test.json.</summary>
    internal static T Given<T>(T? value, string otherwise)
        where T : class => value ?? throw NotHere(otherwise);

    /// <summary>A few of a set, for a message.</summary>
    internal static string Some(IEnumerable<string> items, int most = 5)
    {
        var all = items.Take(most + 1).ToList();
        return string.Join(", ", all.Take(most).Select(item => $"'{item}'")) + (all.Count > most ? ", …" : "");
    }
}
