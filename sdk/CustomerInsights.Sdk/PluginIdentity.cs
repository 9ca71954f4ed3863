namespace CustomerInsights.Sdk;

/// <summary>Which plugin is running, as the host sees it.</summary>
/// <param name="Id">The manifest's id, <c>publisher.name</c>.</param>
/// <param name="Version">The manifest's version.</param>
/// <param name="SdkVersion">The host's SDK version.</param>
/// <param name="Isolation"><c>inProcess</c>, <c>process</c> or <c>sandboxedProcess</c>.</param>
public sealed record PluginIdentity(string Id, string Version, string SdkVersion, string Isolation);
