using CustomerInsights.Plugins.Schema;

namespace CustomerInsights.Plugins.Desired;

/// <summary>Why <c>plugins.json</c> was not changed.</summary>
public sealed class DesiredStateException : Exception
{
    private DesiredStateException(string message, bool isConflict, IReadOnlyList<SchemaProblem> problems)
        : base(message) => (IsConflict, Problems) = (isConflict, problems);

    /// <summary>True when somebody else changed the file first: read it again (HTTP 412). Otherwise see <see cref="Problems"/>.</summary>
    public bool IsConflict { get; }

    /// <summary>What is wrong with the file or with the change.</summary>
    public IReadOnlyList<SchemaProblem> Problems { get; }

    internal static DesiredStateException Conflict() =>
        new("plugins.json has changed since it was read; read it again and repeat the change.", isConflict: true, []);

    internal static DesiredStateException Broken(IReadOnlyList<SchemaProblem> problems) =>
        new("plugins.json holds a mistake; correct it by hand before changing it from here. " + string.Join(' ', problems), isConflict: false, problems);

    internal static DesiredStateException Refused(IReadOnlyList<SchemaProblem> problems) =>
        new("The change would make plugins.json unusable. " + string.Join(' ', problems), isConflict: false, problems);
}
