namespace CustomerInsights.Plugins.Boundary;

/// <summary>Hears how the calls of one loaded version go; decides about its state. Must return at once.</summary>
internal interface IPluginHealth
{
    void Succeeded();

    /// <summary>A failure that is the world's and says nothing of the plugin.</summary>
    void Failed(string call, PluginFailure failure)
    {
        // Whoever does not count it need not hear of it.
    }

    /// <summary>A Bug failure; failures of other kinds are the world's and say nothing of the plugin.</summary>
    void Misbehaved(string call, PluginFailure failure);

    /// <summary>The call was cancelled, did not end, and was given up.</summary>
    void Abandoned(string call, PluginFailure failure);

    /// <summary>The plugin's worker ended although nobody asked it to.</summary>
    /// <param name="message">How, for people.</param>
    /// <param name="evidence">What it printed last, redacted.</param>
    /// <param name="givenUp">True when it ended so often that it is not to be started again.</param>
    void WorkerEnded(string message, string? evidence, bool givenUp);

    /// <summary>The worker runs, but the plugin cannot be loaded in it.</summary>
    void CannotLoad(PluginFailure failure);
}
