using System.Text.Json.Serialization.Metadata;
using CustomerInsights.Sdk;

namespace PublisherName.PluginName;

/// <summary>Finds the company of a person by the domain of the e-mail address.</summary>
public sealed class PluginNameEnrichment : ProfileEnrichment<PluginNameOptions>
{
    private static readonly EnrichmentDescriptor s_descriptor = new(
        "plugin_name",
        "customer",
        Reads: ["email"],
        Writes:
        [
            new FieldDescriptor("company", FieldKind.Text) { SemanticType = "account.name" },
            new FieldDescriptor("industry", FieldKind.Text),
            new FieldDescriptor("employees", FieldKind.Integer),
        ])
    {
        MaxBatch = 100,
        // Companies change slowly; nobody is asked for again within a week.
        CacheFor = TimeSpan.FromDays(7),
    };

    /// <inheritdoc />
    protected override JsonTypeInfo<PluginNameOptions> OptionsType => PluginNameJson.Default.PluginNameOptions;

    /// <inheritdoc />
    protected override EnrichmentDescriptor Describe(PluginNameOptions options) => s_descriptor;

    /// <inheritdoc />
    protected override async ValueTask<CheckResult> CheckAsync(PluginNameOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var answers = await CheckItem.TryAsync(
            "The directory answers",
            async token =>
            {
                using var directory = await DirectoryApi.ConnectAsync(options, context, token).ConfigureAwait(false);
                await directory.FindAsync("example.com", token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return new CheckResult([answers]);
    }

    /// <inheritdoc />
    protected override async ValueTask<IReadOnlyList<EnrichmentResult>> EnrichAsync(
        PluginNameOptions options, IReadOnlyList<ProfileInput> batch, IPluginContext context, CancellationToken cancellationToken)
    {
        using var directory = await DirectoryApi.ConnectAsync(options, context, cancellationToken).ConfigureAwait(false);
        var answers = new Dictionary<string, Answer>(StringComparer.Ordinal);
        var results = new List<EnrichmentResult>(batch.Count);
        foreach (var profile in batch)
        {
            if (DomainOf(profile.Values[0]) is not { } domain)
            {
                results.Add(new EnrichmentResult(profile.ProfileId, EnrichmentOutcome.Skipped, Reason: "It has no e-mail address with a domain."));
                continue;
            }

            // Colleagues share a domain; it is asked for once.
            if (!answers.TryGetValue(domain, out var answer))
            {
                answers[domain] = answer = await AskAsync(directory, domain, cancellationToken).ConfigureAwait(false);
            }

            results.Add(new EnrichmentResult(profile.ProfileId, answer.Outcome, answer.Values, answer.Reason));
        }

        return results;
    }

    private static async Task<Answer> AskAsync(DirectoryApi directory, string domain, CancellationToken cancellationToken)
    {
        try
        {
            return await directory.FindAsync(domain, cancellationToken).ConfigureAwait(false) is { } company
                ? new Answer(EnrichmentOutcome.Enriched, Values: new Dictionary<string, FieldValue>(StringComparer.Ordinal)
                {
                    ["company"] = company.Name,
                    ["industry"] = company.Industry,
                    ["employees"] = company.Employees is { } count ? count : FieldValue.Null,
                })
                : new Answer(EnrichmentOutcome.NoMatch, "The directory does not know the domain.");
        }
        catch (PluginException error) when (error.Kind is FailureKind.Data or FailureKind.Permanent)
        {
            // One company that cannot be understood; the others are asked for. What would fail for everyone ends the batch.
            return new Answer(EnrichmentOutcome.FailedPermanent, error.Message);
        }
    }

    private static string? DomainOf(FieldValue email)
    {
        if (email.IsNull)
        {
            return null;
        }

        var text = email.AsText();
        var at = text.LastIndexOf('@');
        return at > 0 && at < text.Length - 1 ? text[(at + 1)..].Trim().ToLowerInvariant() : null;
    }

    private sealed record Answer(EnrichmentOutcome Outcome, string? Reason = null, IReadOnlyDictionary<string, FieldValue>? Values = null);
}
