namespace CustomerInsights.Plugins.Boundary;

/// <summary>Hears how the calls of one loaded version go; decides about its state. Must return at once.</summary>
internal interface IPluginHealth
{
    void Succeeded();

    /// <summary>A Bug failure; failures of other kinds are the world's and say nothing of the plugin.</summary>
    void Misbehaved(string call, PluginFailure failure);

    /// <summary>The call was cancelled, did not end, and was given up.</summary>
    void Abandoned(string call, PluginFailure failure);
}
