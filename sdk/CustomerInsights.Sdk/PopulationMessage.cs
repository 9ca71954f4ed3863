namespace CustomerInsights.Sdk;

/// <summary>What a population enrichment answers with. The set is closed.</summary>
public abstract record PopulationMessage
{
    private protected PopulationMessage()
    {
    }
}
