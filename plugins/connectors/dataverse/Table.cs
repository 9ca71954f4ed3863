using System.Text.Json;
using CustomerInsights.Exports.Dataverse;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Dataverse;

/// <summary>A table as a stream.</summary>
internal sealed class Table
{
    private const string Definition = "$select=LogicalName,EntitySetName,PrimaryIdAttribute,ChangeTrackingEnabled&$expand=Attributes($select=LogicalName,AttributeType,AttributeOf,IsValidForRead)";

    private readonly string _id;

    private Table(string name, string set, string id, IReadOnlyList<Column> columns)
    {
        (Name, Columns, _id) = (name, columns, id);
        First = $"{set}?$select={string.Join(',', columns.Select(column => column.Property))}";
        Names = new FieldNames(columns.Select(column => column.Name));
        Descriptor = new StreamDescriptor(name, [.. columns.Select(column => column.Descriptor)], [id], [SyncMode.Full, SyncMode.Incremental]) { EmitsDeletes = true, StateVersion = Bookmark.Format };
    }

    public string Name { get; }

    /// <summary>The first page.</summary>
    public string First { get; }

    public IReadOnlyList<Column> Columns { get; }

    public FieldNames Names { get; }

    public StreamDescriptor Descriptor { get; }

    /// <summary>Learns what the table is like.</summary>
    /// <exception cref="PluginException">Configuration: it is not there, or its changes are not tracked.</exception>
    public static async Task<Table> FindAsync(DataverseClient client, TableOptions options, string path, CancellationToken cancellationToken)
    {
        JsonElement definition;
        try
        {
            definition = await client.GetAsync($"EntityDefinitions(LogicalName='{options.Table}')?{Definition}", cancellationToken).ConfigureAwait(false);
        }
        catch (DataverseRefusal refusal) when (refusal.Status == 404)
        {
            throw Wrong($"There is no table '{options.Table}'. Give the logical name, such as contact.", "/table");
        }

        if (Text(definition, "EntitySetName") is not { } set || Text(definition, "PrimaryIdAttribute") is not { } id || !definition.TryGetProperty("Attributes", out var attributes) || attributes.ValueKind != JsonValueKind.Array)
        {
            throw new PluginException(FailureKind.Data, $"Dataverse does not say what the table '{options.Table}' is like.");
        }

        if (!definition.TryGetProperty("ChangeTrackingEnabled", out var tracked) || tracked.ValueKind != JsonValueKind.True)
        {
            throw Wrong($"Changes of the table '{options.Table}' are not tracked. Turn on 'Track changes' in its properties.", "/table");
        }

        var days = await DaysAsync(client, options.Table, cancellationToken).ConfigureAwait(false);
        var all = new List<Column>();
        foreach (var attribute in attributes.EnumerateArray())
        {
            // Names of choices and of other rows come as columns of columns; they cannot be selected.
            if (Text(attribute, "LogicalName") is { } name && Text(attribute, "AttributeOf") is null && !(attribute.TryGetProperty("IsValidForRead", out var readable) && readable.ValueKind == JsonValueKind.False)
                && new Column(name, Text(attribute, "AttributeType") ?? "", days.Contains(name)) is { Kind: not FieldKind.Null } column)
            {
                all.Add(column);
            }
        }

        all.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        foreach (var (i, column) in (options.Columns ?? []).Index())
        {
            if (!all.Exists(one => one.Name == column))
            {
                throw Wrong($"The table '{options.Table}' has no column '{column}' that can be read.", $"/columns/{i}");
            }
        }

        var columns = options.Columns is { } wanted ? all.FindAll(column => column.Name == id || wanted.Contains(column.Name, StringComparer.Ordinal)) : all;
        return columns.Exists(column => column.Name == id)
            ? new Table(options.Table, set, id, columns)
            : throw new PluginException(FailureKind.Data, $"The table '{options.Table}' has no readable id.");

        PluginException Wrong(string message, string below) => new(FailureKind.Configuration, message) { ConfigurationPath = path + below, Stream = options.Table };
    }

    /// <summary>The row's id; null when there is none.</summary>
    public Guid? IdOf(JsonElement row) => Guid.TryParse(Text(row, _id), out var id) ? id : null;

    /// <summary>The id of a row that is told to be gone; null when the row is one.</summary>
    public static Guid? DeletedIn(JsonElement row) =>
        Text(row, "@odata.context") is { } context && context.EndsWith("/$deletedEntity", StringComparison.Ordinal) && Guid.TryParse(Text(row, "id"), out var id) ? id : null;

    /// <summary>Makes a record.</summary>
    public Record? Read(JsonElement row, Guid id, out RejectedRecord? rejected)
    {
        rejected = null;
        var key = id.ToString();
        var values = new FieldValue[Columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            if (!Columns[i].TryRead(row, out values[i]))
            {
                rejected = new RejectedRecord(Name, $"The row {key}: '{Columns[i].Name}' is not a value of type {Columns[i].Type}, as the table's definition says.") { Key = key, Field = Columns[i].Name, Location = Name };
                return null;
            }
        }

        return new Record(key, values) { Location = Name };
    }

    /// <summary>A member that is a text; null when it is none.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static async Task<HashSet<string>> DaysAsync(DataverseClient client, string table, CancellationToken cancellationToken)
    {
        var days = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var attribute in client.RowsAsync($"EntityDefinitions(LogicalName='{table}')/Attributes/Microsoft.Dynamics.CRM.DateTimeAttributeMetadata?$select=LogicalName,Format", cancellationToken).ConfigureAwait(false))
        {
            if (Text(attribute, "Format") == "DateOnly" && Text(attribute, "LogicalName") is { } name)
            {
                days.Add(name);
            }
        }

        return days;
    }
}
