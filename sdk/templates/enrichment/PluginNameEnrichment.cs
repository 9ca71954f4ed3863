using CustomerInsights.Sdk;

namespace PublisherName.PluginName;

/// <summary>Finds the company of a person by the domain of the e-mail address.</summary>
public sealed class PluginNameEnrichment : IProfileEnrichment
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
    public EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration) => s_descriptor;

    /// <inheritdoc />
    public async ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        const string tried = "The directory answers";
        try
        {
            using var directory = await DirectoryApi.ConnectAsync(PluginOptions.Read(configuration, PluginNameJson.Default.PluginNameOptions), context, cancellationToken).ConfigureAwait(false);
            await directory.FindAsync("example.com", cancellationToken).ConfigureAwait(false);
            return new CheckResult([new CheckItem(tried, Ok: true)]);
        }
        catch (PluginException error)
        {
            return new CheckResult([new CheckItem(tried, Ok: false, error.Message) { Kind = error.Kind, ConfigurationPath = error.ConfigurationPath }]);
        }
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<EnrichmentResult>> EnrichAsync(
        ReadOnlyMemory<byte> configuration, IReadOnlyList<ProfileInput> batch, IPluginContext context, CancellationToken cancellationToken)
    {
        using var directory = await DirectoryApi.ConnectAsync(PluginOptions.Read(configuration, PluginNameJson.Default.PluginNameOptions), context, cancellationToken).ConfigureAwait(false);
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

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

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
