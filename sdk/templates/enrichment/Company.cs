namespace PublisherName.PluginName;

/// <summary>What the directory knows of a company.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Industry">What it does, where that is known.</param>
/// <param name="Employees">How many work there, where that is known.</param>
internal sealed record Company(string Name, string? Industry = null, long? Employees = null);
