namespace CustomerInsights.Plugins.Packaging;

/// <summary>A package, a key or a catalog was refused. The message is for people: it names the place and the remedy.</summary>
/// <param name="code">The stable word for programs: <c>limit</c>, <c>name</c>, <c>modified</c>, <c>unsigned</c>…</param>
/// <param name="message">For people.</param>
public sealed class PackageException(string code, string message) : Exception(message)
{
    /// <summary>The stable word for programs.</summary>
    public string Code { get; } = code;
}
