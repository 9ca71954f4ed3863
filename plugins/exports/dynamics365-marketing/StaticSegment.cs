using System.Text.Json;
using CustomerInsights.Exports.Dataverse;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Dynamics365Marketing;

/// <summary>A static segment at the target, of either generation.</summary>
internal abstract class StaticSegment(DataverseClient client, string name)
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Its id; null before it is made.</summary>
    public Guid? Id { get; protected set; }

    /// <summary>Most ids of one call.</summary>
    public abstract int MostAtOnce { get; }

    /// <summary>The way to the target.</summary>
    protected DataverseClient Client => client;

    /// <summary>Finds it by its name, and refuses one that cannot be kept.</summary>
    public abstract Task FindAsync(CancellationToken cancellationToken);

    /// <summary>Makes it, if it was not found.</summary>
    public abstract Task MakeAsync(CancellationToken cancellationToken);

    /// <summary>Who is in it; null where the target does not tell.</summary>
    public abstract Task<HashSet<Guid>?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>The part of it that a contact belongs to.</summary>
    public abstract int PartOf(Guid contact);

    /// <summary>Adds or removes contacts of one part, all or none.</summary>
    public abstract Task ChangeAsync(int part, IReadOnlyList<Guid> contacts, bool add, CancellationToken cancellationToken);

    /// <summary>Makes what was written count.</summary>
    public abstract Task PublishAsync(CancellationToken cancellationToken);

    /// <summary>The only row of this name, or null.</summary>
    protected async Task<JsonElement?> OnlyAsync(string path, CancellationToken cancellationToken)
    {
        JsonElement? found = null;
        await foreach (var row in client.RowsAsync(path, cancellationToken).ConfigureAwait(false))
        {
            found = found is null ? row : throw Wrong($"There are several segments with the name '{name}'. Rename all but one, or give the export's segment another name.");
        }

        return found;
    }

    /// <summary>A text of a row; empty when it has none.</summary>
    protected static string Text(JsonElement row, string column) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(column, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : "";

    /// <summary>An id of a row.</summary>
    protected Guid IdOf(JsonElement row, string column) =>
        Guid.TryParse(Text(row, column), out var id) ? id : throw new PluginException(FailureKind.Data, $"Dynamics gives the segment '{name}' without a '{column}' that can be read.");

    /// <summary>The id of a row that was just made.</summary>
    protected Guid Made(Written written) =>
        written.RowId ?? throw new PluginException(FailureKind.Data, $"Dynamics does not say which id the new segment '{name}' has.");

    /// <summary>A failure of the name.</summary>
    protected static PluginException Wrong(string message) => new(FailureKind.Configuration, message) { ConfigurationPath = "/segmentName" };
}
