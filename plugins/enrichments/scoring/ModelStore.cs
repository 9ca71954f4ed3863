using CustomerInsights.Enrichments.Predictions.Scoring;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Scoring;

/// <summary>The model in the plugin's storage: one, the latest.</summary>
internal static class ModelStore
{
    private const string Key = "model/current";

    /// <summary>Reads it.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="warnings">Receives why a stored model cannot be used.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The model, or null where there is none, or it is damaged.</returns>
    public static async Task<StoredScoringModel?> ReadAsync(IPluginStorage storage, List<string> warnings, CancellationToken cancellationToken)
    {
        if (await storage.GetAsync(Key, cancellationToken).ConfigureAwait(false) is not { } stored)
        {
            return null;
        }

        var model = StoredScoringModel.Of(stored.Value);
        if (model is null)
        {
            warnings.Add("The stored model cannot be read: it is damaged, or of another release. It was made anew.");
        }

        return model;
    }

    /// <summary>Writes it. A model that does not fit is made anew by every run, which is told and no failure.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="model">The model.</param>
    /// <param name="warnings">Receives why it was not stored.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task WriteAsync(IPluginStorage storage, StoredScoringModel model, List<string> warnings, CancellationToken cancellationToken)
    {
        var bytes = model.ToBytes();
        if (bytes.Length > StoredScoringModel.MostBytes)
        {
            warnings.Add($"The model has {bytes.Length:N0} bytes, more than the {StoredScoringModel.MostBytes:N0} that are stored: the next run makes it anew.");
            return;
        }

        try
        {
            await storage.PutAsync(Key, bytes, null, null, cancellationToken).ConfigureAwait(false);
        }
        catch (PluginException error) when (error.Kind == FailureKind.Permanent)
        {
            warnings.Add("The storage of the plugin is full: the model was used, but not stored. The next run makes it anew.");
        }
    }
}
